"""Raw policy documents to types; `document` is the way back.

Only here, and in the modules for its parts, is a policy seen as raw JSON. What cannot be read becomes a `Problem` that
says where, what was found and what was expected; the statement it belongs to is listed in `Policy.unreadable`, the
others are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.decode import decode
from wa_policy.iam.describe import describe, quoted
from wa_policy.iam.parse_conditions import read_conditions
from wa_policy.iam.parse_principals import read_principal_element
from wa_policy.iam.policy import Effect, Policy, PolicyKind, Selection, Statement, Version
from wa_policy.iam.reading import Elements, Reader, UnreadableError, named, read_texts
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.iam.text import with_variables
from wa_policy.iam.unknown import Unknown, UnknownKind

_ELEMENTS = (
    "Version", "Id", "Statement",
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_POLICY_ELEMENTS = frozenset(_ELEMENTS[:3])
_STATEMENT_ELEMENTS = frozenset(_ELEMENTS[3:])
_FOLDED = {name.lower(): name for name in _ELEMENTS}

_EXCLUSIVE_ELEMENTS = tuple((name, f"Not{name}") for name in ("Action", "Resource", "Principal"))
_EFFECTS = {effect.value: effect for effect in Effect}


def parse_policy(
    raw: object, source: Source = NOWHERE, kind: PolicyKind | None = None
) -> tuple[Policy, tuple[Problem, ...]]:
    """The policy that `raw` holds, and what of it could not be read.

    `raw` is a JSON value, or a string with the document inside it: JSON once or twice encoded, or percent-encoded
    as the IAM API answers. Strings inside `raw` may be `Template`s where a loader could not resolve a part.
    With `kind` the Principal element is checked against what that kind of policy must or cannot have.
    """
    reader = Reader(kind)
    try:
        if isinstance(raw, str):
            raw = decode(reader, raw, source)
        if not isinstance(raw, dict):
            raise reader.fail(
                source, "policy-type", f"found {describe(raw)}, expected a policy: an object with `Statement`"
            )
    except UnreadableError as error:
        reason = Unknown(UnknownKind.UNREADABLE, str(error))
        return Policy(None, (), source, unreadable=(reason,)), tuple(reader.problems)
    return _policy(reader, raw, source), tuple(reader.problems)


def _policy(reader: Reader, raw: Mapping[str, Any], source: Source) -> Policy:
    elements = _elements(reader, raw, _POLICY_ELEMENTS, source)
    version = _version(reader, elements)
    policy_id = elements.values.get("Id")
    if policy_id is not None and not isinstance(policy_id, str):
        reader.note(elements.at("Id"), "id-type", f"found {describe(policy_id)}, expected a string")
        policy_id = None
    statements: list[Statement] = []
    unreadable: list[Unknown] = []
    try:
        items = _statements(reader, elements)
    except UnreadableError as error:
        items = ()
        unreadable.append(Unknown(UnknownKind.UNREADABLE, str(error)))
    for place, item in items:
        try:
            statements.append(_statement(reader, item, place, has_variables=version is Version.OF_2012))
        except UnreadableError as error:
            unreadable.append(Unknown(UnknownKind.UNREADABLE, f"statement at `{place.pointer}`: {error}"))
    return Policy(version, tuple(statements), source, policy_id, tuple(unreadable))


def _elements(reader: Reader, raw: Mapping[str, Any], known: frozenset[str], source: Source) -> Elements:
    """The elements of a policy or statement; a problem for each that is unknown or written in another case."""
    if raw.keys() <= known:
        return Elements(raw, source, {})
    elements: dict[str, Any] = {}
    written: dict[str, str] = {}
    for key, value in raw.items():
        name = key if key in known else _FOLDED.get(str(key).lower())
        if name is None or name not in known:
            expected = ", ".join(f"`{name}`" for name in _FOLDED.values() if name in known)
            unknown = f"found the element {quoted(key)}, expected one of {expected}"
            if known is _POLICY_ELEMENTS:
                reader.note(source.at(key), "unknown-element", unknown)
                continue
            raise reader.fail(source.at(key), "unknown-element", unknown)
        if name != key:
            reader.note(
                source.at(key),
                "element-case",
                f"found the element {quoted(key)}, expected `{name}`; read as that",
            )
        if name in elements:
            reader.note(
                source.at(key), "duplicate-key", f"found the element `{name}` twice; the last one counts"
            )
        elements[name] = value
        written[name] = key
    return Elements(elements, source, written)


def _version(reader: Reader, elements: Elements) -> Version | None:
    match elements.values.get("Version"):
        case None:
            return None
        case "2012-10-17":
            return Version.OF_2012
        case "2008-10-17":
            return Version.OF_2008
        case raw:
            reader.note(
                elements.at("Version"),
                "version-unknown",
                f"found the version {describe(raw)}, expected `2012-10-17` or `2008-10-17`; read as `2008-10-17`",
            )
            return Version.OF_2008


def _statements(reader: Reader, elements: Elements) -> Iterable[tuple[Source, object]]:
    if "Statement" not in elements.values:
        raise reader.fail(
            elements.source,
            "statement-missing",
            "found no `Statement`, expected one statement or a list of them",
        )
    raw, source = elements.values["Statement"], elements.at("Statement")
    if isinstance(raw, dict):
        return ((source, raw),)
    if isinstance(raw, list | tuple):
        return ((source.at(index), item) for index, item in enumerate(raw))
    raise reader.fail(
        source, "statement-type", f"found {describe(raw)}, expected a statement or a list of statements"
    )


def _statement(reader: Reader, raw: object, source: Source, *, has_variables: bool) -> Statement:
    if not isinstance(raw, dict):
        raise reader.fail(source, "statement-type", f"found {describe(raw)}, expected a statement: an object")
    elements = _elements(reader, raw, _STATEMENT_ELEMENTS, source)
    values = elements.values
    sid = values.get("Sid")
    if sid is not None and not isinstance(sid, str):
        reader.note(elements.at("Sid"), "sid-type", f"found {describe(sid)}, expected a string")
        sid = None
    effect = _effect(reader, elements)
    for name, negated in _EXCLUSIVE_ELEMENTS:
        if name in values and negated in values:
            raise reader.fail(
                source,
                f"{name.lower()}-and-not-{name.lower()}",
                f"{named(elements)} has both `{name}` and `{negated}`, expected one of them",
                "keep one of them",
            )
    action = _selection(reader, elements, "Action", "NotAction", has_variables=False)
    if action is None:
        raise reader.fail(
            source,
            "action-missing",
            f"{named(elements)} has neither `Action` nor `NotAction`, expected one of them",
        )
    return Statement(
        effect,
        read_principal_element(reader, elements),
        action,
        _selection(reader, elements, "Resource", "NotResource", has_variables=has_variables),
        read_conditions(reader, values["Condition"], elements.at("Condition"), has_variables=has_variables)
        if "Condition" in values
        else (),
        sid,
        source,
    )


def _effect(reader: Reader, elements: Elements) -> Effect:
    if "Effect" not in elements.values:
        raise reader.fail(
            elements.source, "effect", f"{named(elements)} has no `Effect`, expected `Allow` or `Deny`"
        )
    raw = elements.values["Effect"]
    effect = _EFFECTS.get(raw) if isinstance(raw, str) else None
    if effect is None:
        raise reader.fail(
            elements.at("Effect"), "effect", f"found the effect {describe(raw)}, expected `Allow` or `Deny`"
        )
    return effect


def _selection(
    reader: Reader, elements: Elements, name: str, negated_name: str, *, has_variables: bool
) -> Selection | None:
    negated = negated_name in elements.values
    written = negated_name if negated else name
    if written not in elements.values:
        return None
    values = read_texts(
        reader, elements.values[written], elements.source, elements.key(written), scalars=False
    )
    if has_variables:
        values = tuple([with_variables(value) for value in values])
    return Selection(values, negated)
