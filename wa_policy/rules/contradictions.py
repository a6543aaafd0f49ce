"""Tests that nothing can meet, and branches that change nothing: found in the rule itself, whatever its examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.source import escape
from wa_policy.rules.bindings import is_name

Finding = tuple[str, str, str]
"""A JSON pointer, the message and the advice."""
Raw = Mapping[str, Any]

_POSITIVE = frozenset(
    (
        "equals",
        "in",
        "contains",
        "contains_any",
        "only",
        "matches",
        "at_least",
        "at_most",
        "above",
        "below",
        "inside",
        "older_than",
        "any",
    )
)
"""Operators that nothing meets that is not set; with `default` it is."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One comparison that has to hold together with the others of its conjunction."""

    subject: str
    operator: str
    operand: Any
    pointer: str


def contradictions(raw: Raw) -> Iterator[Finding]:
    """The places of a rule where a test can never hold, or does not matter."""
    if "when" in raw:
        yield from _of_test(raw["when"], "/when")
    if "where" in raw.get("each", {}):
        yield from _of_test(raw["each"]["where"], "/each/where")
    if "require" in raw:
        yield from _of_test(raw["require"], "/require")


def _of_test(test: Raw, pointer: str) -> Iterator[Finding]:
    entries = tuple(_conjunction(test, pointer))
    yield from _impossible(entries)
    yield from _idle(test, pointer)
    yield from _inner(test, pointer)


def _inner(test: Raw, pointer: str) -> Iterator[Finding]:
    """What is wrong inside the parts of a conjunction that are no part of it themselves."""
    for word, value in test.items():
        here = f"{pointer}/{escape(word)}"
        if word in ("any_of", "none_of"):
            for index, one in enumerate(value):
                yield from _of_test(one, f"{here}/{index}")
        elif word == "all_of":
            for index, one in enumerate(value):
                yield from _inner(one, f"{here}/{index}")
        elif word in ("item", "subject"):
            yield from _of_test(value, here)
        elif word == "related":
            for relation, about in value.items():
                yield from _of_parts(about, f"{here}/{escape(relation)}")
        elif word[0].isupper():
            yield from _of_parts(value, here)


def _of_parts(about: Raw, pointer: str) -> Iterator[Finding]:
    for word in ("any", "all", "none"):
        if word in about:
            yield from _of_test(about[word], f"{pointer}/{word}")


def _conjunction(test: Raw, pointer: str) -> Iterator[_Entry]:
    """The comparisons that all have to hold."""
    for word, value in test.items():
        here = f"{pointer}/{escape(word)}"
        if word == "all_of":
            for index, one in enumerate(value):
                yield from _conjunction(one, f"{here}/{index}")
        elif word == "parameter":
            yield _Entry(f"${value}", "is", test["is"], f"{pointer}/is")
        elif word[0].isupper() or word in ("value", "key"):
            if "default" in value:
                continue  # what is not set counts as set
            for operator, operand in value.items():
                yield _Entry(word, operator, operand, f"{here}/{operator}")
        elif word == "none_of":
            for index, one in enumerate(value):
                yield _Entry(_written(one), "none_of", one, f"{here}/{index}")
        elif word != "is":
            yield _Entry(_written({word: value}), "test", value, here)


def _written(test: object) -> str:
    return json.dumps(test, sort_keys=True, default=str)


# --- what cannot hold --------------------------------------------------------------------------------------------


def _impossible(entries: Sequence[_Entry]) -> Iterator[Finding]:
    by_subject: dict[str, list[_Entry]] = {}
    for entry in entries:
        by_subject.setdefault(entry.subject, []).append(entry)
    for together in by_subject.values():
        for index, second in enumerate(together):
            for first in together[:index]:
                if (words := _clash(first, second) or _clash(second, first)) is not None:
                    yield (
                        second.pointer,
                        f"found {words}, which nothing meets, expected a test that can hold",
                        "",
                    )


def _clash(first: _Entry, second: _Entry) -> str | None:
    """Why nothing can meet both; None where something may."""
    shown = f"`{first.operator}: {_short(first.operand)}` and `{second.operator}: {_short(second.operand)}`"
    if first.operator == "test" and second.operator == "none_of":
        return "a test that has to hold beside the same under `none_of`"
    if first.operator == "is" and second.operator == "is" and first.operand != second.operand:
        return shown
    if first.operator == "exists" and first.operand is False:
        is_met = second.operator not in _POSITIVE and not (second.operator == "exists" and second.operand)
        return None if is_met else shown
    wanted, allowed = _literals(first, ("equals",)), _literals(second, ("equals", "in"))
    if wanted is not None and allowed is not None and wanted.isdisjoint(allowed):
        return shown
    wanted, barred = _literals(first, ("equals", "in")), _literals(second, ("not_in",))
    if wanted is not None and barred is not None and wanted <= barred:
        return shown
    low, high = _bound(first, ("at_least", "above")), _bound(second, ("at_most", "below"))
    if low is not None and high is not None:
        is_open = first.operator == "above" or second.operator == "below"
        return shown if low > high or (is_open and low == high) else None
    return None


def _literals(entry: _Entry, operators: Sequence[str]) -> frozenset[str] | None:
    """The values of a comparison, written so that 1, `1` and true differ; None where one is a name."""
    if entry.operator not in operators:
        return None
    values = entry.operand if isinstance(entry.operand, list) else [entry.operand]
    if any(is_name(value) or isinstance(value, Mapping) for value in values):
        return None
    return frozenset(_written(value) for value in values)


def _bound(entry: _Entry, operators: Sequence[str]) -> float | None:
    if entry.operator not in operators or isinstance(entry.operand, bool):
        return None
    return float(entry.operand) if isinstance(entry.operand, int | float) else None


def _short(operand: object) -> str:
    text = _written(operand)
    return text if len(text) <= 60 else f"{text[:57]}..."


# --- what does not matter ----------------------------------------------------------------------------------------


def _idle(test: Raw, pointer: str) -> Iterator[Finding]:
    """Branches that stand twice, and an `any_of` that holds as one of its branches has to hold anyway."""
    must = {_written(one) for one in _parts(test)}
    for word, value in test.items():
        here = f"{pointer}/{escape(word)}"
        if word not in ("all_of", "any_of", "none_of"):
            continue
        seen: set[str] = set()
        for index, one in enumerate(value):
            written = _written(one)
            if written in seen:
                yield (
                    f"{here}/{index}",
                    "found a test that stands there before, expected another",
                    "leave it out",
                )
            elif word == "any_of" and written in must:
                message = "found a branch that has to hold anyway, so that the others do not matter"
                yield f"{here}/{index}", message, "leave out the branch, or the `any_of`"
            seen.add(written)


def _parts(test: Raw) -> Iterator[Raw]:
    """The tests of a conjunction, one by one."""
    for word, value in test.items():
        if word == "all_of":
            for one in value:
                if set(one) == {"all_of"} or len(one) > 1:
                    yield from _parts(one)
                yield one
        elif word == "parameter":
            yield {"parameter": value, "is": test["is"]}
        elif word not in ("any_of", "none_of", "is"):
            yield {word: value}
