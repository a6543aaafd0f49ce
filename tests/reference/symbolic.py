"""Policies as formulas for Z3, written from the AWS documentation and without the formal engine.

The documents are raw: parsed JSON as AWS takes it. Each context key has one type, told by `KEY_TYPES`; a multivalued key
holds up to two values, which is enough for what two conditions on it can ask. The caller is concrete.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import z3

Document = Mapping[str, Any]

KEY_TYPES: dict[str, str] = {
    "app:team": "string",
    "app:Env": "string",
    "aws:username": "string",
    "app:Owner": "arn",
    "aws:SourceIp": "ip",
    "app:Size": "number",
    "aws:CurrentTime": "date",
    "aws:SecureTransport": "bool",
    "aws:TagKeys": "strings",
    "app:Owners": "arns",
}

_CHARACTER = z3.Range(" ", "~")
_BUT_COLON = z3.Union(z3.Range(" ", "9"), z3.Range(";", "~"))
_WORDS = z3.Star(_CHARACTER)
_MOST_VALUES = 2


@dataclass
class Caller:
    """A concrete caller: the ARN or name that a Principal element would give it, and its account."""

    kind: str
    """`AWS`, `Service`, `Federated` or `anonymous`."""
    name: str
    account: str = ""


@dataclass
class Symbols:
    """One symbolic request."""

    action: Any = field(default_factory=lambda: z3.String("action"))
    resource: Any = field(default_factory=lambda: z3.String("resource"))
    types: Mapping[str, str] = field(default_factory=lambda: KEY_TYPES)
    keys: dict[str, tuple[Any, list[Any]]] = field(default_factory=dict)
    """Presence and values of each key by its folded name; of a multivalued key a pair (is there, value) for each slot."""
    rules: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        word = z3.Plus(z3.Union(z3.Range(" ", "9"), z3.Range(";", "@"), z3.Range("[", "~")))
        any_word = z3.Plus(z3.Union(z3.Range(" ", "@"), z3.Range("[", "~")))
        self.rules.append(z3.InRe(self.action, z3.Concat(word, z3.Re(":"), any_word)))
        self.rules.append(z3.InRe(self.resource, z3.Plus(_CHARACTER)))

    def key(self, name: str) -> tuple[Any, list[Any]]:
        folded = name.lower()
        if folded not in self.keys:
            self.keys[folded] = self._make(folded, self.type_of(name))
        return self.keys[folded]

    def type_of(self, name: str) -> str:
        return next(kind for known, kind in self.types.items() if known.lower() == name.lower())

    def _make(self, name: str, kind: str) -> tuple[Any, list[Any]]:
        present = z3.Bool(f"has {name}")
        match kind:
            case "string" | "arn":
                value = z3.String(name)
                self.rules.append(z3.InRe(value, z3.Plus(_CHARACTER)))
            case "strings" | "arns":
                slots = [(z3.Bool(f"{name} {i}?"), z3.String(f"{name} {i}")) for i in range(_MOST_VALUES)]
                self.rules += [z3.InRe(value, z3.Plus(_CHARACTER)) for _, value in slots]
                return present, slots
            case "ip":
                value = z3.Int(name)
                self.rules.append(z3.And(value >= 0, value <= 2**32))  # the last one stands for IPv6
            case "bool":
                value = z3.Bool(name)
            case _:
                value = z3.Real(name)
        return present, [(present, value)]


# --- patterns ---------------------------------------------------------------------------------------------------------


def _expression(pattern: str, star: Any, one: Any) -> Any:
    parts = [
        star if token == "*" else one if token == "?" else z3.Re(token)  # noqa: S105
        for token in re.findall(r"\*|\?|[^*?]+", pattern)
    ]
    if not parts:
        return z3.Re("")
    return parts[0] if len(parts) == 1 else z3.Concat(*parts)


def _glob(pattern: str) -> Any:
    return _expression(pattern, _WORDS, _CHARACTER)


def _by_segments(pattern: str, *, run_on: bool) -> Any:
    """An ARN by its six parts; with `run_on` a star that ends one of the first five may run across colons."""
    parts = pattern.split(":", 5)
    while run_on and len(parts) < 6:
        parts.append("*")
    made: list[Any] = []
    for number, part in enumerate(parts):
        if number:
            made.append(z3.Re(":"))
        if number == 5:
            made.append(_glob(part))
        elif run_on and part.endswith("*"):
            made.append(z3.Concat(_expression(part[:-1], z3.Star(_BUT_COLON), _BUT_COLON), _WORDS))
        else:
            made.append(_expression(part, z3.Star(_BUT_COLON), _BUT_COLON))
    return z3.Concat(*made)


def _either_case(text: str) -> Any:
    letters = [
        z3.Union(z3.Re(c.lower()), z3.Re(c.upper())) if c.lower() != c.upper() else z3.Re(c) for c in text
    ]
    return z3.Concat(*letters) if len(letters) > 1 else letters[0]


_VARIABLE = re.compile(r"^([^$]*)\$\{([^}]+)\}([^$*?]*)(\*?)$")


def _with_variable(pattern: str, value: Any, symbols: Symbols) -> Any:
    """`text${key}text`, perhaps with a star behind it: the forms that need no quantifier."""
    found = _VARIABLE.match(pattern)
    assert found, pattern
    before, key, after, star = found.groups()
    present, [(_, filling)] = symbols.key(key)
    start = z3.Concat(z3.StringVal(before), filling, z3.StringVal(after))
    return z3.And(present, z3.PrefixOf(start, value) if star else value == start)


def _is_like(value: Any, pattern: str, symbols: Symbols, to_expression: Callable[[str], Any]) -> Any:
    if "${" in pattern:
        return _with_variable(pattern, value, symbols)
    if "*" not in pattern and "?" not in pattern:
        return value == z3.StringVal(pattern)
    return z3.InRe(value, to_expression(pattern))


# --- conditions -------------------------------------------------------------------------------------------------------


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()


def _ordered(name: str, value: Any, wanted: float) -> Any:
    wanted_ = z3.RealVal(str(wanted))
    if name.endswith("LessThan"):
        return value < wanted_
    if name.endswith("LessThanEquals"):
        return value <= wanted_
    if name.endswith("GreaterThan"):
        return value > wanted_
    if name.endswith("GreaterThanEquals"):
        return value >= wanted_
    return value == wanted_


def _test(name: str, value: Any, text: str, symbols: Symbols) -> Any:
    """One value of the request against one of the policy, by the operator without negation and qualifiers."""
    match name:
        case "StringEquals":
            return _with_variable(text, value, symbols) if "${" in text else value == z3.StringVal(text)
        case "StringLike":
            return _is_like(value, text, symbols, _glob)
        case "StringEqualsIgnoreCase":
            return z3.InRe(value, _either_case(text))
        case "ArnLike" | "ArnEquals":
            if "${" in text:
                return _with_variable(text, value, symbols)
            return z3.InRe(value, _by_segments(text, run_on=False))
        case "Bool":
            return value == (text.lower() == "true")
        case "IpAddress":
            network = ipaddress.ip_network(text, strict=False)
            return z3.And(
                value >= int(network.network_address),
                value <= int(network.broadcast_address),
            )
        case _ if name.startswith("Date"):
            return _ordered(name, value, _moment(text))
        case _:
            return _ordered(name, value, float(text))


def _condition(operator: str, key: str, values: Sequence[str | bool], symbols: Symbols) -> Any:
    texts = [str(text).lower() if isinstance(text, bool) else str(text) for text in values]
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    present, slots = symbols.key(key)
    many = symbols.type_of(key) in ("strings", "arns")
    missing = z3.Not(z3.And(present, z3.Or(*(there for there, _ in slots)))) if many else z3.Not(present)
    if name == "Null":
        return z3.Or(*(missing if text == "true" else z3.Not(missing) for text in texts))
    negated = "Not" in name
    plain = name.replace("Not", "", 1)

    def matches(value: Any) -> Any:
        found = z3.Or(*(_test(plain, value, text, symbols) for text in texts))
        return z3.Not(found) if negated else found

    if quantifier == "ForAllValues":
        return z3.Or(missing, z3.And(*(z3.Implies(there, matches(value)) for there, value in slots)))
    if quantifier == "ForAnyValue":
        some = z3.And(z3.Not(missing), z3.Or(*(z3.And(there, matches(value)) for there, value in slots)))
        return z3.Or(z3.And(z3.Not(present), if_exists), some)
    holds = matches(slots[0][1])
    return z3.Or(missing, holds) if negated or if_exists else z3.And(z3.Not(missing), holds)


_FAMILIES = {
    "String": "string", "Arn": "arn", "Numeric": "number", "Date": "date", "Bool": "bool", "IpAddress": "ip", "NotIpAddress": "ip",
}  # fmt: skip


def types_of(documents: Sequence[Document]) -> dict[str, str]:
    """The types that the operators give to the keys of documents; a string where only `Null` or a variable names one."""
    types: dict[str, str] = {}
    for document in documents:
        for key in re.findall(r"\$\{([^},*?$]+)", str(document)):
            types.setdefault(key.strip().lower(), "string")
        for statement in _list(document["Statement"]):
            for operator, block in statement.get("Condition", {}).items():
                quantifier, _, name = operator.rpartition(":")
                kind = next((k for family, k in _FAMILIES.items() if name.startswith(family)), None)
                for key in block:
                    if kind is None:
                        types.setdefault(key.lower(), "string")
                    else:
                        types[key.lower()] = f"{kind}s" if quantifier else kind
    return types


# --- statements -------------------------------------------------------------------------------------------------------


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _names(element: Any, caller: Caller) -> bool:
    """The Principal element names the caller: by itself, by its account, by its role, or as everyone."""
    if element == "*":
        return True
    for kind, names in element.items():
        for name in _list(names):
            if kind == "AWS" and name == "*":
                return True
            if kind != caller.kind:
                continue
            if name == caller.name or (kind == "Federated" and name == "*"):
                return True
            if kind == "AWS" and name in (caller.account, f"arn:aws:iam::{caller.account}:root"):
                return True
            if ":assumed-role/" in caller.name and ":role/" in name:
                role = caller.name.split("/")[1]
                if name.endswith(f"/{role}") and f"::{caller.account}:" in name:
                    return True
    return False


def statement_applies(statement: Document, symbols: Symbols, caller: Caller | None) -> Any:
    parts: list[Any] = []
    if caller is not None:
        if "NotPrincipal" in statement:
            exempt = _names(statement["NotPrincipal"], caller)
            if statement["Effect"] == "Deny" and ":assumed-role/" in caller.name:
                # To exempt a session its account, role and own ARN must be listed; only the last is told apart here.
                exempt = exempt and caller.name in _list(statement["NotPrincipal"].get("AWS", []))
            parts.append(not exempt)
        else:
            parts.append(_names(statement["Principal"], caller))
    for element, subject in (("Action", symbols.action), ("Resource", symbols.resource)):
        for name in (element, f"Not{element}"):
            if name not in statement:
                continue
            if element == "Action":
                found = [_is_like(subject, text.lower(), symbols, _glob) for text in _list(statement[name])]
            else:
                found = [_is_like(subject, text, symbols, _resource) for text in _list(statement[name])]
            parts.append(z3.Not(z3.Or(*found)) if name != element else z3.Or(*found))
    for operator, block in statement.get("Condition", {}).items():
        parts += [_condition(operator, key, _list(texts), symbols) for key, texts in block.items()]
    return z3.And(*parts)


def _resource(pattern: str) -> Any:
    return _by_segments(pattern, run_on=True) if pattern.startswith("arn:") else _glob(pattern)


def _without_variables(value: Any) -> Any:
    """The same with `${` as text that is no variable: only the language of 2012 has them."""
    if isinstance(value, str):
        return value.replace("${", "$ {")
    if isinstance(value, list):
        return [_without_variables(item) for item in value]
    return {k: _without_variables(v) for k, v in value.items()} if isinstance(value, dict) else value


def _any_applies(document: Document, effect: str, symbols: Symbols, caller: Caller | None) -> Any:
    if document.get("Version") != "2012-10-17":
        document = _without_variables(document)
    return z3.Or(
        *(
            statement_applies(s, symbols, caller)
            for s in _list(document["Statement"])
            if s["Effect"] == effect
        )
    )


def allows(document: Document, symbols: Symbols, caller: Caller | None) -> Any:
    """The document by itself: an Allow applies and no Deny."""
    return z3.And(
        _any_applies(document, "Allow", symbols, caller),
        z3.Not(_any_applies(document, "Deny", symbols, caller)),
    )


@dataclass
class Layers:
    """The documents of a user of the account that owns the resource; None: there is none."""

    identity: Sequence[Document]
    boundary: Document | None = None
    levels: Sequence[Sequence[Document]] = ()
    resource: Document | None = None
    caller: Caller = field(
        default_factory=lambda: Caller("AWS", "arn:aws:iam::111122223333:user/alice", "111122223333")
    )


def request_allowed(layers: Layers, symbols: Symbols) -> Any:
    """The flow chart for a user within its account, for actions that no service treats apart."""
    everything = [*layers.identity, *([layers.boundary] if layers.boundary else [])]
    everything += [document for level in layers.levels for document in level]
    denied = [_any_applies(document, "Deny", symbols, None) for document in everything]
    by_identity = z3.Or(*(_any_applies(document, "Allow", symbols, None) for document in layers.identity))
    if layers.boundary:
        by_identity = z3.And(by_identity, _any_applies(layers.boundary, "Allow", symbols, None))
    granted = by_identity
    if layers.resource:
        denied.append(_any_applies(layers.resource, "Deny", symbols, layers.caller))
        # Only what names the user, or everyone, grants by itself; naming the account leaves it to the account.
        itself = [
            s
            for s in _list(layers.resource["Statement"])
            if s["Effect"] == "Allow"
            and (
                "NotPrincipal" in s
                or s["Principal"] == "*"
                or {"*", layers.caller.name} & set(_list(s["Principal"].get("AWS", [])))
            )
        ]
        granted = z3.Or(granted, *(statement_applies(s, symbols, layers.caller) for s in itself))
    controlled = [
        z3.Or(*(_any_applies(document, "Allow", symbols, None) for document in level))
        for level in layers.levels
    ]
    return z3.And(granted, *controlled, z3.Not(z3.Or(*denied)))


def check(formula: Any, symbols: Symbols, milliseconds: int) -> bool | None:
    """True iff some request satisfies the formula, False iff none does, None where Z3 does not know in the time."""
    solver = z3.Solver()
    solver.set("timeout", milliseconds)
    solver.add(formula, *symbols.rules)
    answer = solver.check()
    return None if answer == z3.unknown else answer == z3.sat
