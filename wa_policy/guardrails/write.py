"""Files into a folder, all or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from wa_policy.errors import UsageError

_MOST_NAMED = 3


def write_folder(
    files: Mapping[str, str], folder: str, is_ours: Callable[[str], bool], *, force: bool = False
) -> None:
    """Write the files into the folder, which is made where there is none, in place of what `is_ours` there.

    They are written beside it first, and then moved. Raises UsageError, and leaves everything as it was, where files of
    ours are there already and `force` is not given, or where something cannot be written.
    """
    target = Path(folder)
    temporary: Path | None = None
    try:
        if target.exists() and not target.is_dir():
            raise UsageError(f"`{folder}` is a file, expected a folder to write to")
        there = sorted(one.name for one in target.iterdir() if is_ours(one.name)) if target.exists() else []
        if there and not force:
            raise UsageError(
                f"`{folder}` has {_named(there)} already, expected a folder without them",
                advice="`--force` replaces them",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        fresh, old = temporary / "new", temporary / "old"
        fresh.mkdir()
        old.mkdir()
        for name, text in files.items():
            (fresh / name).write_text(text, encoding="utf-8", newline="\n")
        if target.exists():
            _exchange(target, there, fresh, old)
        else:
            os.rename(fresh, target)  # noqa: PTH104  # one step: the whole folder is there, or nothing of it
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"`{folder}` cannot be written: {reason}") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _exchange(target: Path, there: Iterable[str], fresh: Path, old: Path) -> None:
    """Move the old files out and the new ones in; where that fails, as it was before."""
    moved: list[Path] = []
    try:
        for name in there:
            (target / name).rename(old / name)
        for one in sorted(fresh.iterdir()):
            moved.append(one.rename(target / one.name))  # noqa: PERF401  # one by one, for the way back
    except OSError:
        for one in moved:
            one.unlink(missing_ok=True)
        for one in old.iterdir():
            one.replace(target / one.name)
        raise


def _named(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
