"""Rules with one thing wrong: what their examples have to notice.

Changed are the tests and their operators, and what a `forbid` or `permit` says of requests. The members of a list (of
actions, of values) are data: no example is wanted for each.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.source import escape

Path = tuple[str | int, ...]
Change = tuple[str, str, Callable[[Any], object]]
"""The place, what is done there, and the function that does it."""

_CONNECTIVES = {"all_of": "any_of", "any_of": "all_of", "none_of": "any_of"}
_QUANTIFIERS = {"any": "all", "all": "any", "none": "any"}
_INSTEAD = {
    "in": "not_in",
    "not_in": "in",
    "only": "contains_any",
    "contains_any": "only",
    "at_least": "above",
    "above": "at_least",
    "at_most": "below",
    "below": "at_most",
}
"""Another operator that takes the same operand."""
_REVERSED = {"at_least": "at_most", "at_most": "at_least", "above": "below", "below": "above"}
_MERE_EXISTENCE = ("equals", "contains", "matches", "contains_any", "inside", "only")
"""Operators that have to say more than that there is a value."""
_TURNED = ("item", "subject")


@dataclass(frozen=True, slots=True)
class RuleMutant:
    """A changed rule as YAML has it: the place of the change, and what was done there."""

    pointer: str
    what: str
    raw: Mapping[str, Any]


def mutants(raw: Mapping[str, Any]) -> Iterator[RuleMutant]:
    """Each rule that differs from this one in one test, operator or part of what it forbids; none of them twice."""
    seen = {_written(raw)}
    for pointer, what, change in _changes(raw):
        changed = copy.deepcopy(dict(raw))
        change(changed)
        written = _written(changed)
        if written not in seen:
            seen.add(written)
            yield RuleMutant(pointer, what, changed)


def _written(raw: Mapping[str, Any]) -> str:
    return json.dumps({word: value for word, value in raw.items() if word != "examples"}, default=str)


def _changes(raw: Mapping[str, Any]) -> Iterator[Change]:
    if "when" in raw:
        if len(_entries(raw["when"])) == 1 and "all_of" not in raw["when"]:
            yield "/when", "left out", lambda rule: rule.pop("when")
        yield from _of_test(raw["when"], ("when",))
    if "where" in raw.get("each", {}):
        yield "/each/where", "left out", _without(("each", "where"))
        yield from _of_test(raw["each"]["where"], ("each", "where"))
    if "require" in raw:
        yield from _of_test(raw["require"], ("require",))
    for word in ("forbid", "permit"):
        if word in raw:
            yield from _of_requests(raw[word], (word,))


def _pointer(path: Path) -> str:
    return "".join(f"/{escape(key)}" for key in path)


def _at(rule: Any, path: Path) -> Any:
    for key in path:
        rule = rule[key]
    return rule


def _without(path: Path) -> Callable[[Any], object]:
    return lambda rule: _at(rule, path[:-1]).pop(path[-1])


def _set(path: Path, value: object) -> Callable[[Any], object]:
    def change(rule: Any) -> None:
        _at(rule, path[:-1])[path[-1]] = value

    return change


def _renamed(path: Path, name: str) -> Callable[[Any], object]:
    def change(rule: Any) -> None:
        parent = _at(rule, path[:-1])
        parent[name] = parent.pop(path[-1])

    return change


def _left_out(path: Path) -> Change:
    return _pointer(path), "left out", _without(path)


def _replaced(path: Path, name: str) -> Change:
    return _pointer(path), f"`{name}` instead", _renamed(path, name)


# --- tests -------------------------------------------------------------------------------------------------------


def _entries(test: Mapping[str, Any]) -> list[str]:
    return [word for word in test if word != "is"]


def _of_test(test: Mapping[str, Any], path: Path) -> Iterator[Change]:
    several = len(_entries(test)) > 1
    for word, value in test.items():
        here = (*path, word)
        if word == "parameter" and several:
            yield _pointer(here), "left out", _without_parameter(path)
        elif several and word != "is":
            yield _left_out(here)
        if word in _CONNECTIVES:
            yield from _of_group(word, value, test, here)
        elif word == "is":
            opposite = "empty" if value == "not_empty" else "not_empty"
            yield _pointer(here), f"`{opposite}` instead", _set(here, opposite)
        elif word[0].isupper() or word in ("value", "key"):
            yield from _of_property(value, here)
        elif word in _TURNED:
            yield from _of_test(value, here)
        elif word == "allowed":
            yield from _of_requests(value, here)
        elif word == "related":
            for relation, about in value.items():
                yield from _of_property(about, (*here, relation))


def _without_parameter(path: Path) -> Callable[[Any], object]:
    def change(rule: Any) -> None:
        test = _at(rule, path)
        del test["parameter"], test["is"]

    return change


def _of_group(word: str, tests: list[Any], beside: Mapping[str, Any], here: Path) -> Iterator[Change]:
    other = _CONNECTIVES[word]
    if (len(tests) > 1 or word == "none_of") and other not in beside:
        yield _replaced(here, other)
    for index, inner in enumerate(tests):
        if len(tests) > 1:
            yield _left_out((*here, index))
        yield from _of_test(inner, (*here, index))


def _of_property(comparisons: Mapping[str, Any], path: Path) -> Iterator[Change]:
    several = len([word for word in comparisons if word != "default"]) > 1
    for operator, operand in comparisons.items():
        here = (*path, operator)
        if several or operator == "default":
            yield _left_out(here)
        if operator == "exists":
            yield _pointer(here), f"`{str(not operand).lower()}` instead", _set(here, not operand)
        elif operator in _QUANTIFIERS:
            if _QUANTIFIERS[operator] not in comparisons:
                yield _replaced(here, _QUANTIFIERS[operator])
            yield from _of_test(operand, here)
        elif operator == "count":
            yield from _of_count(operand, here)
        elif operator != "default":
            yield from _of_operator(operator, comparisons, here)


def _of_operator(operator: str, beside: Mapping[str, Any], here: Path) -> Iterator[Change]:
    if operator in _INSTEAD and _INSTEAD[operator] not in beside:
        yield _replaced(here, _INSTEAD[operator])
    if operator in _REVERSED and _REVERSED[operator] not in beside:
        yield _pointer(here), "the other direction", _renamed(here, _REVERSED[operator])
    if operator in _MERE_EXISTENCE:
        yield _pointer(here), "`exists` instead", _existing(here)


def _existing(here: Path) -> Callable[[Any], object]:
    def change(rule: Any) -> None:
        comparisons = _at(rule, here[:-1])
        del comparisons[here[-1]]
        comparisons["exists"] = True

    return change


def _of_count(limits: Mapping[str, Any], here: Path) -> Iterator[Change]:
    for operator, operand in limits.items():
        place = (*here, operator)
        if len(limits) > 1:
            yield _left_out(place)
        if operator in _REVERSED and _REVERSED[operator] not in limits:
            yield _pointer(place), "the other direction", _renamed(place, _REVERSED[operator])
        if isinstance(operand, int | float) and not isinstance(operand, bool):
            step = -1 if operator == "at_most" else 1
            yield _pointer(place), f"`{operand + step}` instead", _set(place, operand + step)


# --- forbid and permit -------------------------------------------------------------------------------------------


def _of_requests(requests: Mapping[str, Any], path: Path) -> Iterator[Change]:
    if requests.get("mode") == "all":
        yield _pointer((*path, "mode")), "`any` instead", _set((*path, "mode"), "any")
    if "exempt" in requests:
        yield _left_out((*path, "exempt"))
    classes = requests.get("any_of")
    if classes is None:
        yield from _of_class(requests, path)
        return
    for index, one in enumerate(classes):
        if len(classes) > 1:
            yield _left_out((*path, "any_of", index))
        others = [*classes[:index], *classes[index + 1 :]]
        yield from _of_class(one, (*path, "any_of", index), others)


def _is_covered(one: Mapping[str, Any], key: str, others: Sequence[Mapping[str, Any]]) -> bool:
    """True iff another class has the requests of this one without the key: then they need not be left out here."""

    def rest(found: Mapping[str, Any]) -> str:
        context = {name: spec for name, spec in found.get("context", {}).items() if name != key}
        return json.dumps({**found, "context": context}, sort_keys=True, default=str)

    return any(
        other.get("context", {}).get(key) == {"absent": True} and rest(other) == rest(one) for other in others
    )


def _of_class(
    one: Mapping[str, Any], path: Path, others: Sequence[Mapping[str, Any]] = ()
) -> Iterator[Change]:
    if "not_action" in one:
        yield _left_out((*path, "not_action"))
    resource = one.get("resource")
    if isinstance(resource, Mapping) and "other_than" in resource and "pattern" in resource:
        yield _left_out((*path, "resource", "other_than"))
    for key, spec in one.get("context", {}).items():
        here = (*path, "context", key)
        yield _left_out(here)
        for word, value in spec.items():
            if len(spec) > 1 and not (word == "absent" and _is_covered(one, key, others)):
                yield _left_out((*here, word))
            if word == "absent":
                yield (
                    _pointer((*here, word)),
                    f"`{str(not value).lower()}` instead",
                    _set((*here, word), not value),
                )
