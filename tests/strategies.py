"""Hypothesis strategies shared by the tests: policies as raw JSON documents, patterns, requests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from wa_policy.iam.operators import OPERATORS, Quantifier, ValueType
from wa_policy.iam.pattern import CHAR, MANY, ONE, RUN
from wa_policy.iam.principal import parse_caller
from wa_policy.iam.request import Request, make_context

ACCOUNTS = ("111122223333", "444455556666")

# --- texts and patterns ---------------------------------------------------------------------------------------

# Few letters, so that a pattern and a text often meet.
TINY_ALPHABET = "ab:"


def tiny_texts(max_size: int = 6) -> st.SearchStrategy[str]:
    return st.text(TINY_ALPHABET, max_size=max_size)


def patterns(max_size: int = 5) -> st.SearchStrategy[str]:
    """Patterns of all four wildcards."""
    return st.text(TINY_ALPHABET + MANY + ONE + RUN + CHAR, max_size=max_size)


def globs(max_size: int = 6) -> st.SearchStrategy[str]:
    """Patterns as policies write them, with `*` and `?`."""
    return st.text(TINY_ALPHABET + "*?", max_size=max_size)


# --- policies ---------------------------------------------------------------------------------------------------

actions = st.sampled_from(
    (
        "*",
        "s3:*",
        "s3:Get*",
        "s3:GetObject",
        "S3:getobject",
        "lambda:InvokeFunction",
        "sqs:?endMessage",
        "iam:PassRole",
    )
)
resources = st.sampled_from(
    (
        "*",
        "arn:aws:s3:::bucket",
        "arn:aws:s3:::bucket/*",
        "arn:aws:s3:::${aws:PrincipalTag/team, 'none'}/*",
        "arn:aws:s3:::${aws:username}/${*}${?}${$}",
        "arn:aws:lambda:*:111122223333:function:f?",
        "arn:aws:lambda:*",
        "arn:aws:execute-api:eu-west-1:111122223333:*/prod/GET/*",
        "arn:aws:iam::111122223333:role/${}${unclosed",
    )
)
aws_principals = st.sampled_from(
    (
        "*",
        "111122223333",
        "arn:aws:iam::444455556666:root",
        "arn:aws:iam::111122223333:user/path/ann",
        "arn:aws:iam::111122223333:role/worker",
        "arn:aws:sts::111122223333:assumed-role/worker/session",
        "arn:aws:sts::111122223333:federated-user/ann",
        "AROAEXAMPLEEXAMPLE123",
    )
)
_principal_kinds = {
    "AWS": aws_principals,
    "Service": st.sampled_from(("lambda.amazonaws.com", "events.amazonaws.com")),
    "Federated": st.sampled_from(
        ("cognito-identity.amazonaws.com", "arn:aws:iam::111122223333:saml-provider/idp")
    ),
    "CanonicalUser": st.just("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"),
}

_string_values = st.sampled_from(
    (
        "",
        "a",
        "a*",
        "*",
        "o-example",
        "${aws:username}",
        "${aws:PrincipalTag/Team, 'no }ne'}",
        "${*}",
        "ünïcode",
    )
)
_condition_values: dict[ValueType, st.SearchStrategy[object]] = {
    ValueType.STRING: _string_values,
    ValueType.NUMERIC: st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just("12.5"),
    ValueType.DATE: st.sampled_from(("2026-11-01T00:00:00Z", "2026-11-01", 1793491200, "1793491200")),
    ValueType.BOOL: st.sampled_from((True, False, "true", "False")),
    ValueType.BINARY: st.sampled_from(("QmluYXJ5", "")),
    ValueType.IP: st.sampled_from(("10.0.0.0/8", "0.0.0.0/0", "203.0.113.7", "2001:db8::/32")),
    ValueType.ARN: st.sampled_from(("arn:aws:s3:::b*", "arn:aws:iam::*:role/${aws:username}", "*")),
    ValueType.PRESENCE: st.sampled_from((True, False, "true", "false")),
}
condition_keys = st.sampled_from(
    (
        "aws:SourceIp",
        "AWS:sourceip",
        "aws:PrincipalTag/Team",
        "aws:ResourceTag/a~b",
        "s3:prefix",
        "aws:TagKeys",
    )
)


def one_or_list(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return values | st.lists(values, max_size=4)


@st.composite
def condition_blocks(draw: st.DrawFn) -> dict[str, Any]:
    blocks: dict[str, Any] = {}
    for operator in draw(st.lists(st.sampled_from(OPERATORS), max_size=3, unique=True)):
        quantifier = draw(st.sampled_from(("", *(f"{quantifier.value}:" for quantifier in Quantifier))))
        if_exists = operator.value_type is not ValueType.PRESENCE and draw(st.booleans())
        name = f"{quantifier}{operator.name}{'IfExists' if if_exists else ''}"
        written = draw(st.sampled_from((name, name, name.lower(), name.upper())))
        values = one_or_list(_condition_values[operator.value_type])
        blocks[written] = draw(st.dictionaries(condition_keys, values, max_size=3))
    return blocks


def _principal_values() -> st.SearchStrategy[Any]:
    by_kind = st.fixed_dictionaries(
        {}, optional={kind: one_or_list(v) for kind, v in _principal_kinds.items()}
    )
    return st.just("*") | by_kind


@st.composite
def raw_statements(draw: st.DrawFn, *, with_principal: bool) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": draw(st.sampled_from(("Allow", "Deny")))}
    if draw(st.booleans()):
        statement["Sid"] = draw(st.sampled_from(("", "One", "two words")))
    if with_principal:
        statement[draw(st.sampled_from(("Principal", "NotPrincipal")))] = draw(_principal_values())
    statement[draw(st.sampled_from(("Action", "NotAction")))] = draw(one_or_list(actions))
    if not with_principal or draw(st.booleans()):
        statement[draw(st.sampled_from(("Resource", "NotResource")))] = draw(one_or_list(resources))
    if draw(st.booleans()):
        statement["Condition"] = draw(condition_blocks())
    return {key: statement[key] for key in draw(st.permutations(list(statement)))}


@st.composite
def raw_policies(draw: st.DrawFn, *, with_principal: bool | None = None) -> dict[str, Any]:
    """Policy documents in which everything can be read: identity policies, resource policies, or (None) either."""
    if with_principal is None:
        with_principal = draw(st.booleans())
    statement = raw_statements(with_principal=with_principal)
    policy: dict[str, Any] = {}
    version = draw(st.sampled_from(("2012-10-17", "2012-10-17", "2008-10-17", None)))
    if version is not None:
        policy["Version"] = version
    if draw(st.booleans()):
        policy["Id"] = draw(st.sampled_from(("", "id")))
    policy["Statement"] = draw(statement | st.lists(statement, max_size=4))
    return policy


# --- JSON of any kind -------------------------------------------------------------------------------------------

_words = st.sampled_from(
    (
        "Version",
        "Statement",
        "statement",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "Principal",
        "Condition",
        "Sid",
        "AWS",
        "Service",
        "StringEquals",
        "ForAllValues:Null",
        "Allow",
        "Deny",
        "*",
        "2012-10-17",
        "${a",
        "\ufdd0",
        "~/",
    )
)
json_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | _words
json_values: st.SearchStrategy[Any] = st.recursive(
    json_scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_words | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=25,
)


@st.composite
def mutated_policies(draw: st.DrawFn) -> Any:
    """A readable policy in which up to three places were replaced, removed or renamed."""
    document: Any = draw(raw_policies())
    for _ in range(draw(st.integers(1, 3))):
        document = _mutated(draw, document)
    return document


def _mutated(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(value)))
        match draw(st.integers(0, 5)):
            case 0:
                return {k: v for k, v in value.items() if k != key}
            case 1:
                return {draw(_words) if k == key else k: v for k, v in value.items()}
            case 2:
                return {**value, draw(_words): value[key]}
            case _:
                return {**value, key: _mutated(draw, value[key])}
    if isinstance(value, list) and value and draw(st.integers(0, 3)):
        index = draw(st.integers(0, len(value) - 1))
        return [_mutated(draw, item) if i == index else item for i, item in enumerate(value)]
    return draw(json_values)


# --- requests ---------------------------------------------------------------------------------------------------

callers = st.sampled_from(
    [
        caller
        for text in (
            *(f"arn:aws:iam::{account}:root" for account in ACCOUNTS),
            "arn:aws:iam::111122223333:user/path/ann",
            "arn:aws:iam::444455556666:role/worker",
            "arn:aws:sts::111122223333:assumed-role/worker/session",
            "arn:aws:sts::111122223333:federated-user/ann",
            "lambda.amazonaws.com",
            "cognito-identity.amazonaws.com",
            "*",
        )
        if (caller := parse_caller(text)) is not None
    ]
)

_context_values: st.SearchStrategy[str | bool | float | list[str] | tuple[str, ...]] = st.one_of(
    st.sampled_from(("a", "o-example", "10.1.2.3", "true", "2026-11-01T00:00:00Z")),
    st.booleans(),
    st.integers(0, 20),
    st.lists(st.sampled_from(("a", "b", "team")), max_size=3),
)
contexts = st.dictionaries(condition_keys, _context_values, max_size=4)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    return Request(
        draw(callers),
        draw(st.sampled_from(("s3:GetObject", "s3:ListBucket", "lambda:InvokeFunction", "sqs:SendMessage"))),
        draw(st.sampled_from(("*", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket/key"))),
        draw(st.sampled_from((None, *ACCOUNTS))),
        make_context(draw(contexts)),
    )
