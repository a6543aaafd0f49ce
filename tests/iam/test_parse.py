"""What the reader of policies reads: the forms of a document, versions, values, principals, kinds of policy."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given

from tests.iam.parsing import GOOD, HERE, HOLE, problem_of, read, statement
from tests.strategies import raw_policies
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind, Selection, Version
from wa_policy.iam.principal import (
    CanonicalUserPrincipal,
    Everyone,
    FederatedPrincipal,
    UnknownPrincipal,
    UnmatchablePrincipal,
)
from wa_policy.iam.text import Template, Variable
from wa_policy.iam.unknown import Unknown, UnknownKind

# --- the forms of a document --------------------------------------------------------------------------------------

TEXT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{**GOOD, "Resource": "arn:aws:s3:::b/${aws:username}%41"}]}
)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        json.dumps(TEXT),
        quote(TEXT),
        quote(TEXT, safe=""),
        TEXT.replace('"', '\\"'),
        json.dumps(TEXT)[1:-1],
        f"\n {TEXT}\n",
    ],
    ids=[
        "JSON",
        "encoded twice",
        "percent-encoded",
        "all percent-encoded",
        "quotes escaped",
        "API Gateway",
        "white space",
    ],
)
def test_the_document_inside_a_string(text: str) -> None:
    assert read(text) == read(json.loads(TEXT))


@given(raw_policies())
def test_every_encoding_of_a_policy_is_read_the_same(raw: dict[str, Any]) -> None:
    text = json.dumps(raw)
    for encoded in (
        text,
        json.dumps(text),
        quote(text),
        json.dumps(text)[1:-1],
        json.dumps(raw, ensure_ascii=False),
    ):
        assert read(encoded) == read(raw)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "policy-not-json", "expecting value at line 1 column 1"),
        ("{", "policy-not-json", "at line 1 column 2; expected a JSON object"),
        ("%FF%7B", "policy-not-json", "expecting value"),
        ("\ufeff{}", "policy-not-json", "unexpected UTF-8 BOM"),
        ("null", "policy-type", "found null, expected a policy"),
        ('"null"', "policy-type", "found null"),
        ("[]", "policy-type", "found an empty list"),
        ("12", "policy-type", "found the number `12`"),
        (json.dumps(json.dumps(TEXT)), "policy-type", 'found `{"Version"'),
        ('"{}', "policy-not-json", "unterminated string"),
        (json.dumps('{"Statement": [}'), "policy-not-json", "expecting value"),
    ],
)
def test_text_that_is_no_policy(text: str, code: str, words: str) -> None:
    policy, problems = parse_policy(text, HERE)
    (problem,) = problems
    assert (problem.code, problem.pointer) == (code, "/Policy")
    assert words in problem.message
    assert policy.statements == ()
    assert policy.unreadable == (Unknown(UnknownKind.UNREADABLE, problem.message),)


@pytest.mark.parametrize(
    ("raw", "words"),
    [(None, "null"), ([GOOD], "a list of 1"), (5, "`5`"), (True, "`true`"), (HOLE, "not known")],
)
def test_what_is_no_policy(raw: object, words: str) -> None:
    problem = problem_of(raw)
    assert (problem.code, problem.pointer) == ("policy-type", "/Policy")
    assert words in problem.message


def test_a_key_that_stands_twice_in_the_text_is_told_once() -> None:
    statement = '{"Effect":"Allow","Action":"a:B","Action":"c:D","Action":"e:F","Resource":"*"}'
    for text in (f'{{"Statement":{statement}}}', json.dumps(f'{{"Statement":{statement}}}')):
        policy, (problem,) = parse_policy(text, HERE)
        assert problem.code == "duplicate-key"
        assert "`Action` twice" in problem.message
        assert policy.statements[0].action == Selection(("e:F",))
    assert problem_of('{"a":{"b":1,"b":2}').code == "policy-not-json"  # and nothing from the attempts


@pytest.mark.parametrize(
    ("raw", "version"),
    [("2012-10-17", Version.OF_2012), ("2008-10-17", Version.OF_2008), (None, None)],
)
def test_versions(raw: str | None, version: Version | None) -> None:
    assert read({"Version": raw, "Statement": []}).version is version
    assert read({"Statement": []}).version is None


@pytest.mark.parametrize("raw", ["2012-10-18", "", 2012, ["2012-10-17"], HOLE, "2012-10-17 "])
def test_an_unknown_version_is_read_as_the_old_one(raw: object) -> None:
    document = {"Version": raw, "Statement": {**GOOD, "Resource": "${aws:username}"}}
    problem = problem_of(document)
    assert (problem.code, problem.pointer) == ("version-unknown", "/Policy/Version")
    policy, _ = parse_policy(document)
    assert policy.version is Version.OF_2008
    assert policy.statements[0].resource == Selection(("${aws:username}",))


@pytest.mark.parametrize(
    ("version", "replaced"), [("2012-10-17", True), ("2008-10-17", False), (None, False)]
)
def test_only_the_version_of_2012_has_variables(version: str | None, *, replaced: bool) -> None:
    conditions = {
        name: {"k": "${a}"}
        for name in ("StringLike", "ArnLike", "Bool", "NumericEquals", "Null", "IpAddress")
    }
    statement = {"Effect": "Allow", "Action": "${a}", "Resource": "${a}", "Condition": conditions}
    (found,) = read({"Version": version, "Statement": statement}).statements
    value = Template((Variable("a", None, "${a}"),)) if replaced else "${a}"
    assert found.resource == Selection((value,))
    assert found.action == Selection(("${a}",))
    expected = [value, value, "${a}", "${a}", "${a}", "${a}"]
    assert [condition.values for condition in found.conditions] == [(text,) for text in expected]


def test_scalars_are_lists_of_one_and_numbers_and_booleans_are_texts() -> None:
    condition = {
        "NumericEquals": {"k": [1, 2.5, 1e22, True, False, "x"]},
        "Bool": {"aws:SecureTransport": True, "l": []},
    }
    one = read({"Statement": {**GOOD, "Condition": condition}})
    assert one == read(
        {"Statement": [{**GOOD, "Action": ["s3:GetObject"], "Resource": ["*"], "Condition": condition}]}
    )
    numeric, secure, empty = one.statements[0].conditions
    assert numeric.values == ("1", "2.5", "1e+22", "true", "false", "x")
    assert (secure.key, secure.folded_key, secure.values) == (
        "aws:SecureTransport",
        "aws:securetransport",
        ("true",),
    )
    assert empty.values == ()


def test_every_node_knows_its_place() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/a~b": "x"}}
    single = read({"Statement": {**GOOD, "Condition": condition}}).statements[0]
    (listed,) = read({"Statement": [{**GOOD, "Condition": condition}]}).statements
    assert single.source == HERE.at("Statement")
    assert listed.source == HERE.at("Statement", 0)
    assert (
        single.conditions[0].source.pointer
        == "/Policy/Statement/Condition/StringEquals/aws:ResourceTag~1a~0b"
    )


def test_holes_of_a_template_are_kept() -> None:
    raw = {
        **GOOD,
        "Resource": [HOLE, "*"],
        "Principal": {"AWS": [HOLE], "Service": HOLE},
        "Condition": {"Bool": {"k": HOLE}},
    }
    (statement,) = read({"Version": "2012-10-17", "Statement": raw}).statements
    assert statement.resource == Selection((HOLE, "*"))
    assert statement.conditions[0].values == (HOLE,)
    assert statement.principal is not None
    assert statement.principal.principals == (
        UnknownPrincipal("AWS", HOLE),
        UnknownPrincipal("Service", HOLE),
    )
    (whole,) = read({"Statement": {**GOOD, "Principal": HOLE}}).statements
    assert whole.principal is not None
    assert whole.principal.principals == (UnknownPrincipal("AWS", HOLE),)


# --- Principal and the kinds of policy ----------------------------------------------------------------------------


def test_the_kinds_of_principals() -> None:
    raw = {"CanonicalUser": "79a5", "Federated": ["cognito-identity.amazonaws.com", "*"], "AWS": "*"}
    (found,) = read({"Statement": statement(Principal=raw)}).statements
    assert found.principal is not None
    assert found.principal.principals == (
        CanonicalUserPrincipal("79a5"),
        FederatedPrincipal("cognito-identity.amazonaws.com"),
        FederatedPrincipal("*"),
        Everyone(),
    )
    policy, _ = parse_policy({"Statement": statement(NotPrincipal={"Service": "*"})})
    principal = policy.statements[0].principal
    assert principal is not None
    assert principal.negated
    assert principal.principals == (UnmatchablePrincipal("Service", "*"),)


WITHOUT_PRINCIPAL = {
    PolicyKind.IDENTITY: "an identity policy",
    PolicyKind.PERMISSIONS_BOUNDARY: "a permissions boundary",
    PolicyKind.SESSION: "a session policy",
    PolicyKind.SERVICE_CONTROL: "a service control policy",
}


@pytest.mark.parametrize("kind", PolicyKind)
def test_who_must_and_who_cannot_have_a_principal(kind: PolicyKind) -> None:
    with_one, without_one = {"Statement": statement(Principal="*")}, {"Statement": GOOD}
    if kind in WITHOUT_PRINCIPAL:
        assert read(without_one, kind).statements[0].principal is None
        problem = problem_of(with_one, kind)
        assert (problem.code, problem.pointer) == ("principal-unexpected", "/Policy/Statement/Principal")
        assert problem.message.endswith(f"it is part of {WITHOUT_PRINCIPAL[kind]}")
        assert parse_policy(with_one, kind=kind)[0].unreadable
    else:
        assert read(with_one, kind).statements[0].principal is not None
        problem = problem_of(without_one, kind)
        assert (problem.code, problem.pointer) == ("principal-missing", "/Policy/Statement")
        assert len(parse_policy(without_one, kind=kind)[0].statements) == 1
