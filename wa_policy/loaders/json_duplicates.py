"""Keys that stand twice in one object of a JSON text: where they are, as problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.source import escape
from wa_policy.loaders.json_lines import Wanted, find_json_lines, tokens_of
from wa_policy.loaders.text import shown

MAX_DUPLICATES = 100
"""Keys per file that are reported one by one; the rest is one problem with their number."""

Double = tuple[dict[str, Any], Counter[str]]
"""An object as it was read, and how often each of its keys stands in it."""
Duplicate = tuple[str, str, int]
"""Pointer, key, and how often it stands there."""


def duplicates_in(value: Any, doubles: Sequence[Double], prefix: str) -> list[Duplicate]:
    """The pointers of the keys that stand twice; an object that a later key replaced has none."""
    looked_for = {id(members): counts for members, counts in doubles}
    found: list[Duplicate] = []
    pending: list[tuple[Any, Any]] = [(value, None)]
    while pending and looked_for:
        container, link = pending.pop()
        counts = looked_for.pop(id(container), None)
        if counts is not None:
            path = _path(link)
            for key, times in counts.items():
                if times > 1:
                    found.append((prefix + "".join(f"/{escape(t)}" for t in (*path, key)), key, times))
        children = container.items() if isinstance(container, dict) else enumerate(container)
        pending.extend((child, (link, key)) for key, child in children if isinstance(child, (dict, list)))
    return found


def _path(link: Any) -> list[str | int]:
    path: list[str | int] = []
    while link is not None:
        link, key = link
        path.append(key)
    return path[::-1]


def duplicate_problems(
    file: str, text: str, duplicates: Sequence[Duplicate], *, cut: int, first_line: int
) -> list[Problem]:
    """One problem for each, with the line of the last key, which is the one that is read.

    The text is looked at without the first `cut` characters of the pointers, and begins on `first_line`.
    """
    wanted = Wanted()
    nodes = [wanted.add(tokens_of(pointer[cut:]) or ()) for pointer, _, _ in duplicates]
    find_json_lines(text, wanted)
    return [
        Problem(file, pointer, "duplicate-key", duplicate_message(key, times), node.line + first_line - 1)
        for (pointer, key, times), node in zip(duplicates, nodes, strict=True)
    ]


def duplicate_message(key: str, times: int) -> str:
    return f"key `{shown(key)}` stands {times} times in one object, expected once; the last one is read"


def in_order(file: str, problems: list[Problem]) -> list[Problem]:
    """The problems in the order of the file, those of keys up to the limit, and one that counts the others."""
    kept: list[Problem] = []
    keys = 0
    for problem in sorted(problems, key=lambda problem: (problem.line, problem.pointer)):
        keys += problem.code == "duplicate-key"
        if keys <= MAX_DUPLICATES or problem.code != "duplicate-key":
            kept.append(problem)
    if keys > MAX_DUPLICATES:
        message = f"{keys - MAX_DUPLICATES} more keys stand more than once in one object, expected once"
        kept.append(Problem(file, "", "duplicate-key", message))
    return kept
