"""Raw policy documents to types; `document` is the way back.

The only module that sees a policy as raw JSON. What cannot be read becomes a `Problem` that says where, what was
found and what was expected; the statement it belongs to is listed in `Policy.unreadable`, the others are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from wa_policy.errors import Problem
from wa_policy.iam.operators import QualifiedOperator, parse_operator
from wa_policy.iam.policy import (
    Condition,
    Effect,
    Policy,
    PolicyKind,
    PrincipalElement,
    Selection,
    Statement,
    Version,
)
from wa_policy.iam.principal import (
    CanonicalUserPrincipal,
    Everyone,
    FederatedPrincipal,
    NamedPrincipal,
    ServicePrincipal,
    UnknownPrincipal,
    UnmatchablePrincipal,
    parse_aws_principal,
)
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.iam.text import Template, Text, with_variables
from wa_policy.iam.unknown import Unknown, UnknownKind

_ELEMENTS = (
    "Version", "Id", "Statement",
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_POLICY_ELEMENTS = frozenset(_ELEMENTS[:3])
_STATEMENT_ELEMENTS = frozenset(_ELEMENTS[3:])
_FOLDED = {name.lower(): name for name in _ELEMENTS}
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")

_EXCLUSIVE_ELEMENTS = tuple((name, f"Not{name}") for name in ("Action", "Resource", "Principal"))
_EFFECTS = {effect.value: effect for effect in Effect}

# INVARIANT: no value of a policy holds one of these: they are the wildcards of `iam.pattern` and marks of that kind.
_NONCHARACTERS = frozenset(map(chr, range(0xFDD0, 0xFDF0)))

_KINDS_WITHOUT_PRINCIPAL = frozenset(
    (PolicyKind.IDENTITY, PolicyKind.PERMISSIONS_BOUNDARY, PolicyKind.SESSION, PolicyKind.SERVICE_CONTROL)
)
_KINDS_WITH_PRINCIPAL = frozenset(PolicyKind) - _KINDS_WITHOUT_PRINCIPAL


class _UnreadableError(Exception):
    """The statement or the document at hand cannot be read; the problem is noted already."""


class _Reader:
    """Collects the problems of one document."""

    def __init__(self, kind: PolicyKind | None) -> None:
        self.kind = kind
        self.problems: list[Problem] = []

    def note(self, source: Source, code: str, message: str, advice: str = "") -> None:
        self.problems.append(source.problem(code, message, advice=advice))

    def fail(self, source: Source, code: str, message: str, advice: str = "") -> _UnreadableError:
        self.note(source, code, message, advice)
        return _UnreadableError(message)


def parse_policy(
    raw: object, source: Source = NOWHERE, kind: PolicyKind | None = None
) -> tuple[Policy, tuple[Problem, ...]]:
    """The policy that `raw` holds, and what of it could not be read.

    `raw` is a JSON value, or a string with the document inside it: JSON once or twice encoded, or percent-encoded
    as the IAM API answers. Strings inside `raw` may be `Template`s where a loader could not resolve a part.
    With `kind` the Principal element is checked against what that kind of policy must or cannot have.
    """
    reader = _Reader(kind)
    try:
        if isinstance(raw, str):
            raw = _decode(reader, raw, source)
        if not isinstance(raw, dict):
            raise reader.fail(
                source, "policy-type", f"found {describe(raw)}, expected a policy: an object with `Statement`"
            )
    except _UnreadableError as error:
        reason = Unknown(UnknownKind.UNREADABLE, str(error))
        return Policy(None, (), source, unreadable=(reason,)), tuple(reader.problems)
    return _policy(reader, raw, source), tuple(reader.problems)


_DECODERS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    # API Gateway answers with the quotes of the document escaped once more.
    lambda text: json.loads(f'"{text}"'),
    lambda text: unquote(text, errors="strict"),
)


def _decode(reader: _Reader, text: str, source: Source) -> object:
    """The JSON value inside a string."""
    first_error = ""
    for decoder in _DECODERS:
        twice: list[str] = []
        try:
            value = _json_value(decoder(text), twice)
            if isinstance(value, str):
                value = _json_value(value, twice)
        except RecursionError:
            first_error = "it is nested too deeply"
            break
        except ValueError as error:
            first_error = first_error or _first_error(error)
            continue
        for key in dict.fromkeys(twice):
            reader.note(
                source,
                "duplicate-key",
                f"found the key {_quoted(key)} twice in one object; the last one counts",
            )
        return value
    raise reader.fail(
        source, "policy-not-json", f"the policy text is not JSON: {first_error}; expected a JSON object"
    )


def _json_value(text: str, twice: list[str]) -> object:
    """The JSON value of `text`; a key that stands twice in one object is added to `twice`."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    twice.append(key)
                seen.add(key)
        return found

    return json.loads(text, object_pairs_hook=members)


def _first_error(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[0].lower()}{error.msg[1:]} at line {error.lineno} column {error.colno}"
    return "it holds a number with too many digits"


def _policy(reader: _Reader, raw: Mapping[str, Any], source: Source) -> Policy:
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
    except _UnreadableError as error:
        items = ()
        unreadable.append(Unknown(UnknownKind.UNREADABLE, str(error)))
    for place, item in items:
        try:
            statements.append(_statement(reader, item, place, has_variables=version is Version.OF_2012))
        except _UnreadableError as error:
            unreadable.append(Unknown(UnknownKind.UNREADABLE, f"statement at `{place.pointer}`: {error}"))
    return Policy(version, tuple(statements), source, policy_id, tuple(unreadable))


@dataclass(frozen=True, slots=True)
class _Elements:
    """The members of an object by their right names; `written` has the names that are written in another case."""

    values: Mapping[str, Any]
    source: Source
    written: Mapping[str, str]

    def key(self, name: str) -> str:
        return self.written.get(name, name)

    def at(self, name: str) -> Source:
        return self.source.at(self.key(name))


def _elements(reader: _Reader, raw: Mapping[str, Any], known: frozenset[str], source: Source) -> _Elements:
    """The elements of a policy or statement; a problem for each that is unknown or written in another case."""
    if raw.keys() <= known:
        return _Elements(raw, source, {})
    elements: dict[str, Any] = {}
    written: dict[str, str] = {}
    for key, value in raw.items():
        name = key if key in known else _FOLDED.get(str(key).lower())
        if name is None or name not in known:
            expected = ", ".join(f"`{name}`" for name in _FOLDED.values() if name in known)
            unknown = f"found the element {_quoted(key)}, expected one of {expected}"
            if known is _POLICY_ELEMENTS:
                reader.note(source.at(key), "unknown-element", unknown)
                continue
            raise reader.fail(source.at(key), "unknown-element", unknown)
        if name != key:
            reader.note(
                source.at(key),
                "element-case",
                f"found the element {_quoted(key)}, expected `{name}`; read as that",
            )
        if name in elements:
            reader.note(
                source.at(key), "duplicate-key", f"found the element `{name}` twice; the last one counts"
            )
        elements[name] = value
        written[name] = key
    return _Elements(elements, source, written)


def _version(reader: _Reader, elements: _Elements) -> Version | None:
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


def _statements(reader: _Reader, elements: _Elements) -> Iterable[tuple[Source, object]]:
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


def _statement(reader: _Reader, raw: object, source: Source, *, has_variables: bool) -> Statement:
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
                f"{_named(elements)} has both `{name}` and `{negated}`, expected one of them",
                "keep one of them",
            )
    action = _selection(reader, elements, "Action", "NotAction", has_variables=False)
    if action is None:
        raise reader.fail(
            source,
            "action-missing",
            f"{_named(elements)} has neither `Action` nor `NotAction`, expected one of them",
        )
    return Statement(
        effect,
        _principal_element(reader, elements),
        action,
        _selection(reader, elements, "Resource", "NotResource", has_variables=has_variables),
        _conditions(reader, values["Condition"], elements.at("Condition"), has_variables=has_variables)
        if "Condition" in values
        else (),
        sid,
        source,
    )


def _named(statement: _Elements) -> str:
    sid = statement.values.get("Sid")
    return f"statement {_quoted(sid)}" if isinstance(sid, str) and sid else "the statement"


def _effect(reader: _Reader, elements: _Elements) -> Effect:
    if "Effect" not in elements.values:
        raise reader.fail(
            elements.source, "effect", f"{_named(elements)} has no `Effect`, expected `Allow` or `Deny`"
        )
    raw = elements.values["Effect"]
    effect = _EFFECTS.get(raw) if isinstance(raw, str) else None
    if effect is None:
        raise reader.fail(
            elements.at("Effect"), "effect", f"found the effect {describe(raw)}, expected `Allow` or `Deny`"
        )
    return effect


def _selection(
    reader: _Reader, elements: _Elements, name: str, negated_name: str, *, has_variables: bool
) -> Selection | None:
    negated = negated_name in elements.values
    written = negated_name if negated else name
    if written not in elements.values:
        return None
    values = _texts(reader, elements.values[written], elements.source, elements.key(written), scalars=False)
    if has_variables:
        values = tuple([with_variables(value) for value in values])
    return Selection(values, negated)


def _texts(reader: _Reader, raw: object, source: Source, key: str, *, scalars: bool) -> tuple[Text, ...]:
    """One value or a list of them; with `scalars` numbers and booleans count as values too (Condition)."""
    if isinstance(raw, str) and raw.isascii():
        return (raw,)
    if not isinstance(raw, list | tuple):
        return (_text(reader, raw, source.at(key), scalars=scalars),)
    return tuple(
        [
            item
            if isinstance(item, str) and item.isascii()
            else _text(reader, item, source.at(key, index), scalars=scalars)
            for index, item in enumerate(raw)
        ]
    )


def _text(reader: _Reader, raw: object, source: Source, *, scalars: bool) -> Text:
    match raw:
        case str() | Template():
            literals = (raw,) if isinstance(raw, str) else raw.parts
            if any(isinstance(part, str) and not _NONCHARACTERS.isdisjoint(part) for part in literals):
                raise reader.fail(
                    source,
                    "value-character",
                    f"found a noncharacter of Unicode in {describe(raw)}, expected text",
                )
            return raw
        case bool() if scalars:
            return "true" if raw else "false"
        case int() | float() if scalars and not _is_huge(raw):
            return json.dumps(raw)
        case _:
            expected = "a string, number or boolean" if scalars else "a string"
            raise reader.fail(source, "value-type", f"found {describe(raw)}, expected {expected}")


# --- Principal -------------------------------------------------------------------------------------------------


def _principal_element(reader: _Reader, elements: _Elements) -> PrincipalElement | None:
    negated = "NotPrincipal" in elements.values
    written = "NotPrincipal" if negated else "Principal"
    if written not in elements.values:
        if reader.kind in _KINDS_WITH_PRINCIPAL:
            reader.note(
                elements.source,
                "principal-missing",
                f"{_named(elements)} of a {reader.kind} has no `Principal`; it applies to nobody",
            )
        return None
    if reader.kind in _KINDS_WITHOUT_PRINCIPAL:
        article = "an" if reader.kind is PolicyKind.IDENTITY else "a"
        raise reader.fail(
            elements.at(written),
            "principal-unexpected",
            f"found `{written}` in {_named(elements)}, expected none: it is part of {article} {reader.kind}",
        )
    principals = _principals(reader, elements.values[written], elements.at(written))
    return PrincipalElement(tuple(principals), negated)


def _principals(reader: _Reader, raw: object, source: Source) -> Iterable[NamedPrincipal]:
    if raw == "*":
        yield Everyone()
        return
    if isinstance(raw, Template):
        yield UnknownPrincipal("AWS", raw)
        return
    if not isinstance(raw, dict):
        raise reader.fail(
            source, "principal-type", f'found {describe(raw)}, expected `*` or an object such as {{"AWS": …}}'
        )
    for kind, values in raw.items():
        if kind not in _PRINCIPAL_KINDS:
            expected = ", ".join(f"`{known}`" for known in _PRINCIPAL_KINDS)
            raise reader.fail(
                source.at(kind),
                "principal-kind",
                f"found the kind of principal {_quoted(kind)}, expected one of {expected}",
            )
        place = source.at(kind)
        for index, text in enumerate(_texts(reader, values, source, kind, scalars=True)):
            yield _principal(
                reader, kind, text, place.at(index) if isinstance(values, list | tuple) else place
            )


def _principal(reader: _Reader, kind: str, text: Text, source: Source) -> NamedPrincipal:
    if isinstance(text, Template):
        return UnknownPrincipal(kind, text)
    match kind:
        case "AWS":
            principal = parse_aws_principal(text)
            if principal is None:
                reader.note(
                    source,
                    "principal-invalid",
                    f"found the principal {_quoted(text)}, expected `*`, an account, or the ARN of a user, role or session; it matches nobody",
                    "a wildcard inside the ARN of a principal is not allowed; use a condition on `aws:PrincipalArn`"
                    if "*" in text or "?" in text
                    else "",
                )
                return UnmatchablePrincipal(kind, text)
            return principal
        case "Service":
            if text == "*":
                reader.note(
                    source,
                    "principal-invalid",
                    "found the service `*`, expected a service principal; it matches nobody",
                )
                return UnmatchablePrincipal(kind, text)
            return ServicePrincipal(text)
        case "Federated":
            # Reference policies of custom policy checks may say `"Federated": "*"`; no stored policy can.
            return FederatedPrincipal(text)
        case _:
            return CanonicalUserPrincipal(text)


# --- Condition -------------------------------------------------------------------------------------------------


def _conditions(
    reader: _Reader, raw: object, source: Source, *, has_variables: bool
) -> tuple[Condition, ...]:
    if not isinstance(raw, dict):
        raise reader.fail(source, "condition-type", f"found {describe(raw)}, expected an object of operators")
    conditions: list[Condition] = []
    operators: set[QualifiedOperator] = set()
    for written, block in raw.items():
        operator = parse_operator(str(written))
        if operator is None:
            raise reader.fail(
                source.at(written),
                "operator-unknown",
                f"found the condition operator {_quoted(written)}, expected one of IAM's, such as `StringEquals`",
            )
        if operator in operators:
            raise reader.fail(
                source.at(written),
                "operator-twice",
                f"found the condition operator `{operator}` twice, in different case, expected it once",
                "put the keys of both into one block",
            )
        operators.add(operator)
        if not isinstance(block, dict):
            raise reader.fail(
                source.at(written),
                "condition-type",
                f"found {describe(block)}, expected an object of condition keys",
            )
        place = source.at(written)
        replaces = has_variables and operator.operator.variables
        for key, value in block.items():
            values = _texts(reader, value, place, key, scalars=True)
            if replaces:
                values = tuple([with_variables(text) for text in values])
            conditions.append(Condition(operator, key, values, place.at(key)))
    return tuple(conditions)


def describe(raw: object) -> str:
    """What a raw value is, in a few words for an error message of one line."""
    match raw:
        case None:
            return "null"
        case bool():
            return f"`{str(raw).lower()}`"
        case int() | float():
            return "a very large number" if _is_huge(raw) else f"the number `{raw}`"
        case str():
            return _quoted(raw)
        case Template():
            return f"{_quoted(raw)}, which is not known here"
        case Mapping():
            return "an object" if raw else "an empty object"
        case list() | tuple():
            return f"a list of {len(raw)}" if raw else "an empty list"
        case _:
            return f"a {type(raw).__name__}"


def _is_huge(number: float) -> bool:
    # Python refuses to write integers of more than 4,300 digits, and nobody would read them.
    return isinstance(number, int) and number.bit_length() > 256


def _quoted(text: object) -> str:
    """The text in backticks, on one line: shortened, and with what cannot be printed escaped."""
    shown = str(text)
    if len(shown) > 60:
        shown = f"{shown[:57]}…"
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shown)
    shown = shown.replace("`", r"\x60")
    return f"`{shown}`"
