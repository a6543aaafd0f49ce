"""Rules with one thing wrong: what their examples have to notice."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.source import escape

_CONNECTIVES = {"all_of": "any_of", "any_of": "all_of", "none_of": "any_of"}
_OPPOSITE = {"in": "not_in", "not_in": "in"}
_QUANTIFIERS = ("any", "all", "none")
_DIRECTIONS = {"at_least": "at_most", "at_most": "at_least", "above": "below", "below": "above"}


@dataclass(frozen=True, slots=True)
class RuleMutant:
    """A changed rule as YAML has it: the place of the change, and what was done there."""

    pointer: str
    what: str
    raw: Mapping[str, Any]


def mutants(raw: Mapping[str, Any]) -> Iterator[RuleMutant]:
    """Each rule that differs from this one in one test, operator or part of what it forbids."""
    for pointer, what, change in _changes(raw):
        changed = copy.deepcopy(dict(raw))
        change(changed)
        yield RuleMutant(pointer, what, changed)


def _changes(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    if "when" in raw:
        yield "/when", "left out", lambda rule: rule.pop("when")
        yield from _of_test(raw["when"], ("when",))
    if "where" in raw.get("each", {}):
        yield "/each/where", "left out", lambda rule: rule["each"].pop("where")
        yield from _of_test(raw["each"]["where"], ("each", "where"))
    if "require" in raw:
        yield from _of_test(raw["require"], ("require",))
    for word in ("forbid", "permit"):
        if word in raw:
            yield from _of_forbid(raw[word], (word,))


def _pointer(path: tuple[str | int, ...]) -> str:
    return "".join(f"/{escape(key)}" for key in path)


def _at(rule: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        rule = rule[key]
    return rule


def _without(path: tuple[str | int, ...]) -> Any:
    return lambda rule: _at(rule, path[:-1]).pop(path[-1])


def _set(path: tuple[str | int, ...], value: object) -> Any:
    def change(rule: Any) -> None:
        _at(rule, path[:-1])[path[-1]] = value

    return change


def _renamed(path: tuple[str | int, ...], name: str) -> Any:
    def change(rule: Any) -> None:
        parent = _at(rule, path[:-1])
        parent[name] = parent.pop(path[-1])

    return change


# --- tests -------------------------------------------------------------------------------------------------------


def _of_test(test: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[tuple[str, str, Any]]:
    for word, value in test.items():
        here = (*path, word)
        if len([name for name in test if name != "is"]) > 1 and word != "is":
            yield _pointer(here), "left out", _without(here)
        if word in _CONNECTIVES:
            if len(value) > 1 or word == "none_of":
                other = _CONNECTIVES[word]
                if other not in test:
                    yield _pointer(here), f"`{other}` instead", _renamed(here, other)
            for index, inner in enumerate(value):
                if len(value) > 1:
                    yield _pointer((*here, index)), "left out", _without((*here, index))
                yield from _of_test(inner, (*here, index))
        elif word == "is":
            opposite = "empty" if value == "not_empty" else "not_empty"
            yield _pointer(here), f"`{opposite}` instead", _set(here, opposite)
        elif word in ("item", "subject"):
            yield from _of_test(value, here)
        elif word == "allowed":
            yield from _of_forbid(value, here)
        elif word == "related":
            for name, about in value.items():
                yield from _of_property(about, (*here, name))
        elif word[0].isupper() or word in ("value", "key"):
            yield from _of_property(value, here)


def _of_property(
    comparisons: Mapping[str, Any], path: tuple[str | int, ...]
) -> Iterator[tuple[str, str, Any]]:
    for operator, operand in comparisons.items():
        here = (*path, operator)
        if len(comparisons) > 1:
            yield _pointer(here), "left out", _without(here)
        if operator in _QUANTIFIERS:
            for other in _QUANTIFIERS:
                if other != operator and other not in comparisons:
                    yield _pointer(here), f"`{other}` instead", _renamed(here, other)
            yield from _of_test(operand, here)
        elif operator == "count":
            yield from _of_property(operand, here)
        elif operator == "default":
            pass
        elif operator == "exists":
            yield _pointer(here), f"`{str(not operand).lower()}` instead", _set(here, not operand)
        elif operator in _OPPOSITE:
            yield _pointer(here), f"`{_OPPOSITE[operator]}` instead", _renamed(here, _OPPOSITE[operator])
        elif operator in _DIRECTIONS:
            if isinstance(operand, int | float):
                step = 1 if operator in ("at_least", "above") else -1
                yield _pointer(here), f"`{operand + step}` instead", _set(here, operand + step)
            yield _pointer(here), "the other direction", _renamed(here, _DIRECTIONS[operator])
        elif operator in ("equals", "contains", "matches", "contains_any", "inside", "only", "older_than"):
            if path[-1] not in ("value", "count"):
                yield _pointer(here), "`exists` instead", _exists(path)


def _exists(path: tuple[str | int, ...]) -> Any:
    return _set(path, {"exists": True})


# --- forbid ------------------------------------------------------------------------------------------------------


def _of_forbid(forbid: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[tuple[str, str, Any]]:
    if forbid.get("mode") == "all":
        yield _pointer((*path, "mode")), "`any` instead", _set((*path, "mode"), "any")
    if "exempt" in forbid:
        yield _pointer((*path, "exempt")), "left out", _without((*path, "exempt"))
    classes = forbid.get("any_of")
    if classes is None:
        yield from _of_class(forbid, path)
        return
    for index, one in enumerate(classes):
        here = (*path, "any_of", index)
        if len(classes) > 1:
            yield _pointer(here), "left out", _without(here)
        yield from _of_class(one, here)


def _of_class(one: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[tuple[str, str, Any]]:
    if "not_action" in one:
        yield _pointer((*path, "not_action")), "left out", _without((*path, "not_action"))
    actions = one.get("action")
    if isinstance(actions, list) and len(actions) > 1:
        for index in range(len(actions)):
            yield _pointer((*path, "action", index)), "left out", _without((*path, "action", index))
    resource = one.get("resource")
    if isinstance(resource, Mapping) and "other_than" in resource and "pattern" in resource:
        yield (
            _pointer((*path, "resource", "other_than")),
            "left out",
            _without((*path, "resource", "other_than")),
        )
    for key, spec in one.get("context", {}).items():
        here = (*path, "context", key)
        yield _pointer(here), "left out", _without(here)
        for word, value in spec.items():
            inner = (*here, word)
            if len(spec) > 1:
                yield _pointer(inner), "left out", _without(inner)
            if word == "absent":
                yield _pointer(inner), f"`{str(not value).lower()}` instead", _set(inner, not value)
