"""Files into a folder, all or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from wa_policy.errors import UsageError


def write_folder(files: Mapping[str, str], folder: str, *, force: bool = False) -> None:
    """Write the files into the folder, which is made where there is none.

    They are written beside it first, and then moved. Raises UsageError, and leaves everything as it was, where a file is
    there already and `force` is not given, or where something cannot be written.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise UsageError(f"`{folder}` is a file, expected a folder to write to")
    there = [name for name in files if (target / name).exists()]
    if there and not force:
        names = ", ".join(f"`{name}`" for name in there[:3])
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise UsageError(
            f"`{folder}` has {names}{more} already, expected a folder without them",
            advice="`--force` replaces them",
        )
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        for name, text in files.items():
            (temporary / name).write_text(text, encoding="utf-8", newline="\n")
        _move(temporary, target, files)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"`{folder}` cannot be written: {reason}") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _move(temporary: Path, target: Path, files: Mapping[str, str]) -> None:
    if not target.exists():
        temporary.chmod(0o755)  # a temporary folder is the user's alone
        os.rename(temporary, target)  # noqa: PTH104  # one step: the whole folder is there, or nothing of it
        return
    for name in files:
        (temporary / name).replace(target / name)
