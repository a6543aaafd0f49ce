"""`extends`: a rule that narrows another one. Works on rules as YAML has them, before they are built.

The check of the other rule stays what it is; fewer subjects are judged, or with other parameters, another severity, other
words. So a rule that extends another finds nothing that the other would not find with the same parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from wa_policy.errors import did_you_mean
from wa_policy.iam.source import escape
from wa_policy.rules.notes import Notes

Raw = Mapping[str, Any]
Bases = Callable[[str], Raw | None]
"""A rule as YAML has it by its id; None where there is none."""

EXTENDS = "extends"

REPLACED = (
    "title",
    "severity",
    "profile",
    "lens",
    "message",
    "why",
    "limits",
    "references",
    "examples",
    "prevented_by",
)
"""Words that count as they stand here, where they do."""
MERGED = ("select", "when", "parameters", "fix")
"""Words that narrow, or add to, those of the other rule."""
OWN = ("id", EXTENDS)
KNOWN = (*OWN, *REPLACED, *MERGED)


def extended(raw: Raw, base: Raw) -> tuple[Raw, Notes]:
    """The whole rule that a file with `extends` means, and what is wrong with it."""
    notes = Notes()
    for word in raw:
        if word not in KNOWN:
            message = f"found `{word}` beside `extends`, which is that of rule `{base.get('id')}`"
            notes.add(
                f"/{escape(str(word))}", message, "a rule that checks something else is a rule of its own"
            )
    whole = {**base, **{word: raw[word] for word in (*OWN, *REPLACED) if word in raw}}
    if "select" in raw:
        whole["select"] = _narrowed(raw["select"], base, notes)
    if "when" in raw:
        whole["when"] = {"all_of": [base["when"], raw["when"]]} if "when" in base else raw["when"]
    if isinstance(raw.get("fix"), Mapping):
        whole["fix"] = {**_mapping(base.get("fix")), **raw["fix"]}
    if isinstance(raw.get("parameters"), Mapping):
        whole["parameters"] = _parameters(raw["parameters"], base, notes)
    return whole, notes


def _narrowed(select: Any, base: Raw, notes: Notes) -> Any:
    known = _texts(base.get("select"))
    for word in _texts(select):
        if word not in known:
            words = ", ".join(f"`{one}`" for one in known)
            notes.add(
                "/select", f"found `{word}`, expected one of {words}, as rule `{base.get('id')}` selects"
            )
    return select


def _texts(value: Any) -> Sequence[str]:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()


def _parameters(own: Raw, base: Raw, notes: Notes) -> Raw:
    """The parameters of the other rule with new defaults and words; those that only the new `when` uses."""
    known = _mapping(base.get("parameters"))
    merged: dict[str, Any] = dict(known)
    for name, value in own.items():
        if name in known and isinstance(value, Mapping):
            wanted = _mapping(known[name]).get("type")
            if "type" in value and value["type"] != wanted:
                message = f"found the type `{_type(value['type'])}`, expected `{_type(wanted)}` as in rule `{base.get('id')}`"
                notes.add(f"/parameters/{escape(name)}/type", message)
            merged[name] = {**_mapping(known[name]), **value, "type": wanted}
        else:
            merged[name] = value
    return merged


def _mapping(value: Any) -> Raw:
    return value if isinstance(value, Mapping) else {}


def _type(value: Any) -> str:
    return f"[{value[0]}]" if isinstance(value, list) and value else str(value)


def problems_of_chain(raw: Raw, bases: Bases, known: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with what the rule extends: an id that there is not, or a circle."""
    seen = [str(raw.get("id"))]
    one: Raw | None = raw
    while one is not None and EXTENDS in one:
        wanted = str(one[EXTENDS])
        if wanted in seen:
            circle = " → ".join(f"`{name}`" for name in (*seen[seen.index(wanted) :], wanted))
            yield (
                f"/{EXTENDS}",
                f"found the circle {circle}, expected a rule that does not extend this one",
                "",
            )
            return
        seen.append(wanted)
        one = bases(wanted)
        if one is None:
            message = f"found the rule `{wanted}`, expected the id of a rule"
            yield f"/{EXTENDS}", message, did_you_mean(wanted, known)


def whole_rule(raw: Raw, bases: Bases) -> tuple[Raw, Notes]:
    """The rule without `extends`, all that it inherits in it; its chain has to be sound."""
    if EXTENDS not in raw:
        return raw, Notes()
    base = bases(str(raw[EXTENDS]))
    if base is None:
        return raw, Notes()
    inherited, notes = whole_rule(base, bases)
    if notes.found:
        message = f"found rule `{base.get('id')}`, which is wrong itself, expected a sound one"
        notes = Notes()
        notes.add(f"/{EXTENDS}", message)
        return raw, notes
    return extended(raw, inherited)
