"""Raw policy documents to types; `document` is the way back.

The only module that sees a policy as raw JSON. What cannot be read becomes a `Problem` that says where, what was
found and what was expected; the statement it belongs to is listed in `Policy.unreadable`, the others are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from wa_policy.errors import Problem
from wa_policy.iam.operators import parse_operator
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

_POLICY_ELEMENTS = ("Version", "Id", "Statement")
_STATEMENT_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_FOLDED = {name.lower(): name for name in (*_POLICY_ELEMENTS, *_STATEMENT_ELEMENTS)}

_KINDS_WITHOUT_PRINCIPAL = frozenset(
    (PolicyKind.IDENTITY, PolicyKind.PERMISSIONS_BOUNDARY, PolicyKind.SESSION, PolicyKind.SERVICE_CONTROL)
)


class _StatementError(Exception):
    """The statement at hand cannot be read; the problem is noted already."""


class _Reader:
    """Collects the problems of one document."""

    def __init__(self, kind: PolicyKind | None) -> None:
        self.kind = kind
        self.problems: list[Problem] = []

    def note(self, source: Source, code: str, message: str, advice: str = "") -> None:
        self.problems.append(source.problem(code, message, advice=advice))

    def fail(self, source: Source, code: str, message: str, advice: str = "") -> _StatementError:
        self.note(source, code, message, advice)
        return _StatementError(message)


def parse_policy(
    raw: object, source: Source = NOWHERE, kind: PolicyKind | None = None
) -> tuple[Policy, tuple[Problem, ...]]:
    """The policy that `raw` holds, and what of it could not be read.

    `raw` is a JSON value, or a string with the document inside it: JSON once or twice encoded, or percent-encoded
    as the IAM API answers. Strings inside `raw` may be `Template`s where a loader could not resolve a part.
    With `kind` the Principal element is checked against what that kind of policy must or cannot have.
    """
    reader = _Reader(kind)
    if isinstance(raw, str):
        raw = _decode(reader, raw, source)
        if raw is None:
            return _unreadable_policy(reader, source)
    if not isinstance(raw, Mapping):
        reader.note(
            source, "policy-type", f"found {describe(raw)}, expected a policy: an object with `Statement`"
        )
        return _unreadable_policy(reader, source)
    return _policy(reader, raw, source), tuple(reader.problems)


def _unreadable_policy(reader: _Reader, source: Source) -> tuple[Policy, tuple[Problem, ...]]:
    reasons = tuple(Unknown(UnknownKind.UNREADABLE, problem.message) for problem in reader.problems)
    return Policy(None, (), source, unreadable=reasons), tuple(reader.problems)


def _decode(reader: _Reader, text: str, source: Source) -> object:
    """The JSON value inside a string, or None with a problem."""
    candidates: list[Callable[[], str]] = [
        lambda: text,
        # API Gateway answers with the quotes of the document escaped once more.
        lambda: json.loads(f'"{text}"'),
        lambda: unquote(text, errors="strict"),
    ]
    first_error = ""
    for candidate in candidates:
        try:
            value = json.loads(candidate(), object_pairs_hook=lambda pairs: _members(reader, pairs, source))
            return json.loads(value) if isinstance(value, str) else value
        except RecursionError:
            first_error = "it is nested too deeply"
            break
        except (ValueError, UnicodeError) as error:
            first_error = first_error or str(error)
    reader.note(
        source, "policy-not-json", f"the policy text is not JSON: {first_error}; expected a JSON object"
    )
    return None


def _members(reader: _Reader, pairs: list[tuple[str, Any]], source: Source) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = sorted({key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1})
        reader.note(
            source, "duplicate-key", f"found the key `{twice[0]}` twice in one object; the last one counts"
        )
    return members


def _policy(reader: _Reader, raw: Mapping[str, Any], source: Source) -> Policy:
    elements = _elements(reader, raw, _POLICY_ELEMENTS, source)
    version = _version(reader, elements.get("Version"), source)
    policy_id = elements.get("Id")
    if policy_id is not None and not isinstance(policy_id, str):
        reader.note(source.at("Id"), "id-type", f"found {describe(policy_id)}, expected a string")
        policy_id = None
    statements: list[Statement] = []
    unreadable: list[Unknown] = []
    if "Statement" not in elements:
        reader.note(
            source, "statement-missing", "found no `Statement`, expected one statement or a list of them"
        )
        unreadable.append(Unknown(UnknownKind.UNREADABLE, "the policy has no `Statement`"))
    for place, item in _statements(reader, elements.get("Statement", ()), source.at("Statement")):
        try:
            statements.append(_statement(reader, item, place, has_variables=version is Version.OF_2012))
        except _StatementError as error:
            unreadable.append(Unknown(UnknownKind.UNREADABLE, f"statement at `{place.pointer}`: {error}"))
    return Policy(version, tuple(statements), source, policy_id, tuple(unreadable))


def _elements(
    reader: _Reader, raw: Mapping[str, Any], known: tuple[str, ...], source: Source
) -> dict[str, Any]:
    """The members of an object by their right name; a problem for each that is written in another case."""
    elements: dict[str, Any] = {}
    for key, value in raw.items():
        name = key if key in known else _FOLDED.get(str(key).lower())
        if name is None or name not in known:
            raise_or_note = f"found the element `{key}`, expected one of {', '.join(f'`{n}`' for n in known)}"
            if known is _POLICY_ELEMENTS:
                reader.note(source.at(key), "unknown-element", raise_or_note)
                continue
            raise reader.fail(source.at(key), "unknown-element", raise_or_note)
        if name != key:
            reader.note(
                source.at(key), "element-case", f"found the element `{key}`, expected `{name}`; read as that"
            )
        if name in elements:
            reader.note(
                source.at(key), "duplicate-key", f"found the element `{name}` twice; the last one counts"
            )
        elements[name] = value
    return elements


def _version(reader: _Reader, raw: object, source: Source) -> Version | None:
    match raw:
        case None:
            return None
        case "2012-10-17":
            return Version.OF_2012
        case "2008-10-17":
            return Version.OF_2008
        case _:
            reader.note(
                source.at("Version"),
                "version-unknown",
                f"found the version {describe(raw)}, expected `2012-10-17` or `2008-10-17`; read as `2008-10-17`",
            )
            return Version.OF_2008


def _statements(reader: _Reader, raw: object, source: Source) -> Iterable[tuple[Source, object]]:
    if isinstance(raw, Mapping):
        return ((source, raw),)
    if isinstance(raw, list | tuple):
        return ((source.at(index), item) for index, item in enumerate(raw))
    reader.note(
        source, "statement-type", f"found {describe(raw)}, expected a statement or a list of statements"
    )
    return ()


def _statement(reader: _Reader, raw: object, source: Source, *, has_variables: bool) -> Statement:
    if not isinstance(raw, Mapping):
        raise reader.fail(source, "statement-type", f"found {describe(raw)}, expected a statement: an object")
    elements = _elements(reader, raw, _STATEMENT_ELEMENTS, source)
    sid = elements.get("Sid")
    if sid is not None and not isinstance(sid, str):
        reader.note(source.at("Sid"), "sid-type", f"found {describe(sid)}, expected a string")
        sid = str(sid)
    try:
        effect = Effect(elements.get("Effect", ""))
    except ValueError:
        found = describe(elements["Effect"]) if "Effect" in elements else "no `Effect`"
        raise reader.fail(source, "effect", f"found {found}, expected the effect `Allow` or `Deny`") from None
    name = f"statement `{sid}`" if sid else "the statement"
    for element in ("Action", "Resource", "Principal"):
        if element in elements and f"Not{element}" in elements:
            raise reader.fail(
                source,
                f"{element.lower()}-and-not-{element.lower()}",
                f"{name} has both `{element}` and `Not{element}`, expected one of them",
                "keep one of them",
            )
    action = _selection(reader, elements, "Action", source, has_variables=False)
    if action is None:
        raise reader.fail(
            source, "action-missing", f"{name} has neither `Action` nor `NotAction`, expected one of them"
        )
    return Statement(
        effect,
        _principal_element(reader, elements, source, name),
        action,
        _selection(reader, elements, "Resource", source, has_variables=has_variables),
        _conditions(reader, elements["Condition"], source.at("Condition"), has_variables=has_variables)
        if "Condition" in elements
        else (),
        sid,
        source,
    )


def _selection(
    reader: _Reader, elements: Mapping[str, Any], name: str, source: Source, *, has_variables: bool
) -> Selection | None:
    negated = f"Not{name}" in elements
    written = f"Not{name}" if negated else name
    if written not in elements:
        return None
    values = _texts(reader, elements[written], source, written, scalars=False)
    if has_variables:
        values = tuple(with_variables(value) for value in values)
    return Selection(values, negated)


def _texts(reader: _Reader, raw: object, source: Source, key: str, *, scalars: bool) -> tuple[Text, ...]:
    """One value or a list of them; with `scalars` numbers and booleans count as values too (Condition)."""
    if isinstance(raw, str | Template):
        return (raw,)
    if not isinstance(raw, list | tuple):
        return (_text(reader, raw, source.at(key), scalars=scalars),)
    return tuple(
        item if isinstance(item, str) else _text(reader, item, source.at(key, index), scalars=scalars)
        for index, item in enumerate(raw)
    )


def _text(reader: _Reader, raw: object, source: Source, *, scalars: bool) -> Text:
    match raw:
        case str() | Template():
            return raw
        case bool() if scalars:
            return "true" if raw else "false"
        case int() | float() if scalars:
            return json.dumps(raw)
        case _:
            expected = "a string, number or boolean" if scalars else "a string"
            raise reader.fail(source, "value-type", f"found {describe(raw)}, expected {expected}")


# --- Principal -------------------------------------------------------------------------------------------------


def _principal_element(
    reader: _Reader, elements: Mapping[str, Any], source: Source, name: str
) -> PrincipalElement | None:
    negated = "NotPrincipal" in elements
    written = "NotPrincipal" if negated else "Principal"
    if written not in elements:
        if reader.kind in (
            PolicyKind.RESOURCE,
            PolicyKind.TRUST,
            PolicyKind.RESOURCE_CONTROL,
            PolicyKind.VPC_ENDPOINT,
        ):
            reader.note(
                source,
                "principal-missing",
                f"{name} of a {reader.kind} has no `Principal`; it applies to nobody",
            )
        return None
    if reader.kind in _KINDS_WITHOUT_PRINCIPAL:
        raise reader.fail(
            source.at(written),
            "principal-unexpected",
            f"found `{written}` in {name}, expected none: it is part of an {reader.kind}",
        )
    return PrincipalElement(tuple(_principals(reader, elements[written], source.at(written))), negated)


def _principals(reader: _Reader, raw: object, source: Source) -> Iterable[NamedPrincipal]:
    if raw == "*":
        yield Everyone()
        return
    if isinstance(raw, Template):
        yield UnknownPrincipal("AWS", raw)
        return
    if not isinstance(raw, Mapping):
        raise reader.fail(
            source, "principal-type", f'found {describe(raw)}, expected `*` or an object such as {{"AWS": …}}'
        )
    for kind, values in raw.items():
        if kind not in _PRINCIPAL_KINDS:
            expected = ", ".join(f"`{known}`" for known in _PRINCIPAL_KINDS)
            raise reader.fail(
                source.at(kind),
                "principal-kind",
                f"found the kind of principal `{kind}`, expected one of {expected}",
            )
        for text in _texts(reader, values, source, kind, scalars=True):
            yield _principal(reader, kind, text, source.at(kind))


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
                    f"found the principal `{text}`, expected `*`, an account, or the ARN of a user, role or session; it matches nobody",
                    "a wildcard inside the ARN of a principal is not allowed; use a condition on `aws:PrincipalArn`"
                    if "*" in text
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
    if not isinstance(raw, Mapping):
        raise reader.fail(source, "condition-type", f"found {describe(raw)}, expected an object of operators")
    conditions: list[Condition] = []
    for written, block in raw.items():
        operator = parse_operator(str(written))
        if operator is None:
            raise reader.fail(
                source.at(written),
                "operator-unknown",
                f"found the condition operator `{written}`, expected one of IAM's, such as `StringEquals`",
            )
        if not isinstance(block, Mapping):
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
                values = tuple(with_variables(text) for text in values)
            conditions.append(Condition(operator, key, values, place.at(key)))
    return tuple(conditions)


def describe(raw: object) -> str:
    """What a raw value is, in a few words for an error message."""
    match raw:
        case None:
            return "null"
        case bool():
            return f"`{str(raw).lower()}`"
        case int() | float():
            return f"the number `{raw}`"
        case str():
            return f"`{raw}`" if len(raw) <= 60 else f"`{raw[:57]}…`"
        case Mapping():
            return "an object" if raw else "an empty object"
        case list() | tuple():
            return f"a list of {len(raw)}" if raw else "an empty list"
        case _:
            return f"a {type(raw).__name__}"
