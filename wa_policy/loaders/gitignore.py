"""Which files Git is told to leave alone, so that a walk through a folder leaves them alone too.

https://git-scm.com/docs/gitignore
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = ".gitignore"
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: the paths below the folder of its file that fit, `keeps` for one that begins with `!`."""

    fits: re.Pattern[str]
    keeps: bool
    only_folders: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The patterns of one file, for the folder where it stands."""

    folder: str
    patterns: tuple[Pattern, ...]


class Ignored:
    """Says of the entries of a walk whether they are ignored; `root` is the folder that the user named."""

    def __init__(self, root: str) -> None:
        self._rules: dict[str, tuple[Rules, ...]] = {}
        real = os.path.realpath(root)
        above = _above(real)
        # Who names a folder wants it read, whatever Git is told of it.
        if above and _ignores(above, real, is_folder=True):
            above = ()
        self._rules[real] = (*above, *_read(real))

    def within(self, folder: str) -> Callable[[str, bool], bool]:
        """Says of the name of an entry of a folder, and whether it is one itself, if it is ignored."""
        real = os.path.realpath(folder)
        rules = self._of(real)
        if not rules:
            return lambda _name, _is_folder: False
        return lambda name, is_folder: _ignores(rules, f"{real}/{name}", is_folder=is_folder)

    def _of(self, folder: str) -> tuple[Rules, ...]:
        found = self._rules.get(folder)
        if found is None:
            parent = os.path.dirname(folder)  # noqa: PTH120
            outer = self._of(parent) if parent != folder and len(folder) > 1 else ()
            self._rules[folder] = found = (*outer, *_read(folder))
        return found


def _above(folder: str) -> tuple[Rules, ...]:
    """The rules of the folders above, up to that of the repository; nothing where there is none."""
    chain: list[str] = []
    while not Path(folder, ".git").exists():
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return ()
        chain.append(parent)
        folder = parent
    return tuple(rules for one in reversed(chain) for rules in _read(one))


def _read(folder: str) -> tuple[Rules, ...]:
    path = Path(folder, _FILE)
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return ()
        text = path.read_text("utf-8", "replace")
    except OSError:
        return ()
    patterns = tuple(pattern for line in text.splitlines() if (pattern := parse(line)) is not None)
    return (Rules(folder, patterns),) if patterns else ()


def _ignores(rules: tuple[Rules, ...], path: str, *, is_folder: bool) -> bool:
    ignored = False
    for one in rules:
        inner = path[len(one.folder) :].lstrip("/")
        for pattern in one.patterns:
            if (is_folder or not pattern.only_folders) and pattern.fits.fullmatch(inner):
                ignored = not pattern.keeps
    return ignored


@lru_cache(maxsize=4096)
def parse(line: str) -> Pattern | None:
    """The pattern of a line; None for a comment or an empty line."""
    text = line.rstrip("\r\n")
    while text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1]
    if not text or text.startswith("#"):
        return None
    keeps = text.startswith("!")
    text = text[1:] if keeps else text
    only_folders = text.endswith("/")
    text = text.rstrip("/")
    if not text:
        return None
    anchored = "/" in text
    try:
        fits = re.compile(("" if anchored else "(?:.*/)?") + _expression(text.lstrip("/")), re.DOTALL)
    except re.error:
        return None
    return Pattern(fits, keeps, only_folders)


_TOKEN = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[!?\]?[^\]]*\]|\\.|.", re.DOTALL)


def _expression(text: str) -> str:
    parts: list[str] = []
    for found in _TOKEN.finditer(text):
        piece = found[0]
        if piece == "**/":
            parts.append("(?:.*/)?")
        elif piece == "/**":
            parts.append("/.*")
        elif piece[0] == "*":
            parts.append("[^/]*")
        elif piece == "?":
            parts.append("[^/]")
        elif piece[0] == "[" and len(piece) > 1:
            parts.append("[" + piece[1:].replace("\\", "\\\\").replace("!", "^", 1 if piece[1] == "!" else 0))
        else:
            parts.append(re.escape(piece[-1]))
    return "".join(parts)
