"""The files that the user named, folders walked through, and their bytes.

Paths stay the strings that the user wrote, since reports and baselines name them: a `Path` would rewrite `./a`.
"""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from wa_policy.errors import Problem
from wa_policy.loaders.document import Document, parse_document
from wa_policy.loaders.gitignore import Ignored
from wa_policy.loaders.text import shown

STDIN = "-"
"""The path that means standard input."""
SUFFIXES = (".json", ".jsonl", ".template", ".yaml", ".yml")
"""What is read in a folder; a file that is named is read whatever its name."""
SKIPPED_FOLDERS = ("node_modules",)
"""Not walked into, like all that begins with a dot."""
MAX_BYTES = 2 * 1024**3
_ASSET = re.compile(r"asset\.[0-9a-f]{64}(?:\..*)?")
"""Code and files to upload, as they stand in the output of the CDK."""
_GLOB = re.compile(r"[*?\[]")
_CHUNK = 16 * 1024**2
_SMALL = 64 * 1024

Progress = Callable[[str, int, int], None]
"""Called with the file, the bytes read so far and the bytes in all (0: not known)."""

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read: `name` as it is shown, which can always be printed, and `path` for the system."""

    name: str
    path: str
    size: int
    """Bytes at the time it was found; 0 for standard input."""


def find_files(paths: Sequence[str], *, max_bytes: int = MAX_BYTES) -> Iterator[InputFile | Problem]:
    """The files of all paths in their order, each folder sorted by name, no file twice, and the problems on the way."""
    search = _Search(max_bytes)
    for path in paths:
        yield from search.path(path)


def read_file(
    file: InputFile,
    *,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
) -> bytearray | Problem:
    """The bytes of a file, or why it could not be read."""
    try:
        if file.path == STDIN:
            return _read(file, stdin or sys.stdin.buffer, max_bytes, progress)
        with Path(file.path).open("rb", buffering=0) as stream:
            return _read(file, stream, max_bytes, progress)
    except OSError as error:
        return _unreadable(file.name, error)
    except MemoryError:
        words = f"the memory is too small for {file.size} bytes, expected a smaller file"
        return Problem(file.name, "", "too-large", words)


def read_documents(
    paths: Sequence[str],
    *,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
) -> Iterator[Document | Problem]:
    """Everything in the files of all paths, one file after the other; a problem never ends it."""
    for file in find_files(paths, max_bytes=max_bytes):
        if isinstance(file, Problem):
            yield file
            continue
        data = read_file(file, max_bytes=max_bytes, progress=progress, stdin=stdin)
        if isinstance(data, Problem):
            yield data
            continue
        documents, problems = parse_document(file.name, data)
        del data
        yield from problems
        yield from documents


def _read(
    file: InputFile, stream: BinaryIO | FileIO, max_bytes: int, progress: Progress | None
) -> bytearray | Problem:
    data = bytearray()
    # Room for a whole chunk is not had for nothing, and most files are small.
    size = min(_CHUNK, max(file.size + 1, _SMALL)) if file.size else _CHUNK
    while chunk := stream.read(size):
        data += chunk
        if len(data) > max_bytes:
            return _too_large(file.name, len(data), max_bytes)
        if progress is not None:
            progress(file.name, len(data), file.size)
    return data


class _Search:
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        # Folders by their identity, files by their real path: a link that leads back ends the walk, and no file is
        # read under two names. Hard links are files of their own: their folders may say whose they are.
        self._seen: set[str | tuple[int, int]] = set()
        self._folders: dict[str, str] = {}

    def path(self, path: str) -> Iterator[InputFile | Problem]:
        """What one path of the user stands for."""
        if path == STDIN:
            if self._is_new(STDIN):
                yield InputFile(STDIN, STDIN, 0)
            return
        name = _name(path)
        if not path:  # for which `Path` takes the current folder
            yield _missing(name)
            return
        try:
            status = os.stat(path)  # noqa: PTH116  # a `Path` costs ten times as much
        except FileNotFoundError:
            found = _matches(path)
            if not found:
                yield _missing(name)
            for one in found:
                yield from self.path(one)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            yield _unreadable(name, error)
        else:
            if stat.S_ISDIR(status.st_mode):
                yield from self._folder(path)
            else:
                yield from self._file(path, status)

    def _folder(self, folder: str) -> Iterator[InputFile | Problem]:
        count = 0
        # Entries still to visit, the next one last: no recursion, a tree of folders may be deep.
        pending = [folder]
        ignored = Ignored(folder)
        while pending:
            path = pending.pop()
            try:
                status = os.stat(path)  # noqa: PTH116
                if stat.S_ISDIR(status.st_mode):
                    if self._is_new((status.st_dev, status.st_ino)):
                        pending.extend(reversed(_entries(path, ignored)))
                    elif path == folder:
                        count += 1  # its files were found under another path
                    continue
            except OSError as error:
                count += 1
                yield _unreadable(_name(path), error)
                continue
            if path.casefold().endswith(SUFFIXES):
                count += 1
                yield from self._file(path, status)
        if not count:
            message = f"there is no file to read in this folder, expected {', '.join(SUFFIXES)}"
            yield Problem(_name(folder), "", "no-input-files", message)

    def _file(self, path: str, status: os.stat_result) -> Iterator[InputFile | Problem]:
        name = _name(path)
        if not stat.S_ISREG(status.st_mode):
            kind = next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), "no file")
            advice = "to read from a pipe, name it `-` and connect it to standard input"
            yield Problem(name, "", "special-file", f"this is {kind}, expected a file or folder", 0, advice)
        elif status.st_size > self._max_bytes:
            yield _too_large(name, status.st_size, self._max_bytes)
        elif self._is_new(self._real(path)):
            yield InputFile(name, path, status.st_size)

    def _real(self, path: str) -> str:
        """The real path of a file; its folder is looked at once for all of them."""
        folder, name = os.path.split(path)
        if os.path.islink(path):  # noqa: PTH114  # a `Path` costs ten times as much
            return os.path.realpath(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder or ".")
        return os.path.join(self._folders[folder], name)  # noqa: PTH118  # as above

    def _is_new(self, real: str | tuple[int, int]) -> bool:
        if real in self._seen:
            return False
        self._seen.add(real)
        return True


def _matches(pattern: str) -> list[str]:
    """The files and folders that fit a pattern with `*`, `**`, `?` or `[…]`, which the shell left as it is; sorted."""
    if not _GLOB.search(pattern):
        return []
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  # paths stay as written


def _entries(folder: str, ignored: Ignored) -> list[str]:
    """What a folder holds and is to be looked at, sorted by name."""
    is_ignored = ignored.within(folder)
    with os.scandir(folder) as entries:
        names = [
            entry.name
            for entry in entries
            if not entry.name.startswith(".")
            and entry.name not in SKIPPED_FOLDERS
            and not _ASSET.fullmatch(entry.name)
            and ((is_folder := _may_be_folder(entry)) or entry.name.casefold().endswith(SUFFIXES))
            and not is_ignored(entry.name, is_folder)
        ]
    return [f"{folder.rstrip('/')}/{name}" for name in sorted(names)]


def _may_be_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return True  # such as a link to itself: who visits it learns why it cannot be read


def _name(path: str) -> str:
    """A path as it can be printed: file names are bytes, and need not be text."""
    return os.fsencode(path).decode("utf-8", "replace")


def _missing(name: str) -> Problem:
    message = f"there is no file or folder `{shown(name, 200)}`, expected an existing path"
    return Problem(name, "", "missing-path", message)


def _unreadable(name: str, error: Exception) -> Problem:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    message = f"the path cannot be read: {reason.lower()}, expected a readable file or folder"
    return Problem(name, "", "unreadable", message)


def _too_large(name: str, size: int, limit: int) -> Problem:
    return Problem(name, "", "too-large", f"the file has {size} bytes or more, expected at most {limit}")
