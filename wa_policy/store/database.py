"""The file: its tables, its versions, and how it is opened so that several processes may write at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wa_policy.errors import UsageError

APPLICATION = 0x77617031
"""The `application_id` of SQLite by which a store is told from other databases: `wap1`."""
BUSY_SECONDS = 60.0

_FIRST = (
    """
    CREATE TABLE scans (
        id INTEGER PRIMARY KEY,
        series TEXT NOT NULL,
        taken TEXT NOT NULL,
        version TEXT NOT NULL,
        profile TEXT NOT NULL,
        accounts TEXT NOT NULL,
        problems INTEGER NOT NULL,
        passed INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        unknown INTEGER NOT NULL,
        accepted INTEGER NOT NULL
    )
    """,
    "CREATE INDEX scans_by_series ON scans (series, taken, id)",
    """
    CREATE TABLE subjects (
        id INTEGER PRIMARY KEY,
        fingerprint TEXT NOT NULL UNIQUE,
        rule TEXT NOT NULL,
        pillar TEXT NOT NULL,
        subject TEXT NOT NULL,
        part TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE verdicts (
        scan INTEGER NOT NULL REFERENCES scans (id) ON DELETE CASCADE,
        about INTEGER NOT NULL REFERENCES subjects (id),
        verdict TEXT NOT NULL,
        severity TEXT NOT NULL,
        account TEXT NOT NULL,
        owner TEXT NOT NULL,
        accepted TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (scan, about, verdict, accepted)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX verdicts_by_subject ON verdicts (about, scan)",
)
MIGRATIONS: Sequence[Sequence[str]] = (_FIRST,)
"""The statements that lead from each version to the next; a migration that was released is never changed."""
VERSION = len(MIGRATIONS)


@contextmanager
def opened(path: str, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """The store in a file, brought to the version of this wa-policy. Raises UsageError where it is none.

    With `create` a file that does not exist is made.
    """
    if not create and not Path(path).is_file():
        raise UsageError(f"there is no store `{path}`, expected a file that `wa-policy scan --store` wrote")
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise UsageError(f"`{path}` cannot be opened: {error}") from error
    try:
        with _told(path):
            _prepare(connection, path)
            yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: what is written inside is there after the end, or none of it is.

    The lock is taken at once, so that two writers wait for one another and never fail halfway.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise UsageError(f"the store `{path}` cannot be used: {error}") from error
    except sqlite3.DatabaseError as error:
        raise UsageError(f"`{path}` is no store: {error}", advice="name another file") from error


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # Readers and a writer do not wait for one another, and a killed writer leaves nothing half-written.
    # https://www.sqlite.org/wal.html
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if _version(connection, path) == VERSION:
        return
    with transaction(connection):
        # Another process may have come first while this one waited for the lock.
        version = _version(connection, path)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection, path: str) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != APPLICATION and (tables or version):
        raise UsageError(f"`{path}` is a database of another program, expected a store of wa-policy")
    if version > VERSION:
        raise UsageError(
            f"the store `{path}` has version {version}, expected at most {VERSION}",
            advice="it was written by a later wa-policy: update this one",
        )
    return version
