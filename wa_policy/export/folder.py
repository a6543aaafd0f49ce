"""The folder that is written: one answer a file, each complete or not there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wa_policy.errors import UsageError


@dataclass(frozen=True, slots=True)
class Folder:
    """An export at `root`."""

    root: Path

    def prepare(self, *, resume: bool) -> None:
        """Make the folder. Raises UsageError where something lies there already and `resume` does not say to go on."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            if not resume and any(self.root.iterdir()):
                raise UsageError(
                    f"the folder `{self.root}` is not empty, expected a new one",
                    advice="--resume goes on with an export that was interrupted",
                )
        except OSError as error:
            raise UsageError(
                f"`{self.root}` cannot be written: {(error.strerror or str(error)).lower()}"
            ) from error

    def path(self, account: str, region: str, name: str) -> Path:
        """Where an answer lies; `name` may hold any character."""
        return self.root / account / region / f"{quote(name, safe='.-_@+=, ')}.json"

    def read(self, path: Path) -> Any | None:
        """The answer that lies there; None where there is none, or none that counts: an error is asked again."""
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found

    def write(self, path: Path, answer: Mapping[str, Any]) -> None:
        """Put the answer there, all of it or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(answer, indent=4, default=_plain, ensure_ascii=False) + "\n"
        half = path.with_name(f"{path.name}.part")
        with half.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(path)


def _plain(value: object) -> str:
    """Values of boto3 that JSON does not have, as the AWS CLI prints them."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "backslashreplace")
    raise TypeError(f"found a {type(value).__name__} in an answer of AWS")
