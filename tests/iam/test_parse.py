"""What the reader of policies finds, and what it says about what it cannot read."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import json_values, mutated_policies, raw_policies
from wa_policy.errors import Problem
from wa_policy.iam.describe import describe
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Effect, Policy, PolicyKind, Selection, Version
from wa_policy.iam.principal import (
    CanonicalUserPrincipal,
    Everyone,
    FederatedPrincipal,
    UnknownPrincipal,
    UnmatchablePrincipal,
)
from wa_policy.iam.source import Source
from wa_policy.iam.text import Hole, Template, Variable
from wa_policy.iam.unknown import Unknown, UnknownKind

HERE = Source("policy.json", "/Policy")
HOLE = Template(("arn:aws:s3:::", Hole(Unknown(UnknownKind.UNRESOLVED, "parameter `B`"), written="${B}")))
GOOD = {"Sid": "Good", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def read(raw: object, kind: PolicyKind | None = None) -> Policy:
    policy, problems = parse_policy(raw, HERE, kind)
    assert problems == ()
    assert policy.unreadable == ()
    return policy


def problem_of(raw: object, kind: PolicyKind | None = None) -> Problem:
    _, problems = parse_policy(raw, HERE, kind)
    (problem,) = problems
    assert_style(problem)
    return problem


def assert_style(problem: Problem) -> None:
    """Lower case outside backticks, no final period, one line, what was found and what was expected."""
    words = re.sub(r"`[^`]*`", "", problem.message)
    words = re.sub(r'\{"AWS": …\}|ARN|IAM|VPC|JSON|Unicode', "", words)
    assert words == words.lower(), problem.message
    assert problem.message.isprintable(), problem.message
    assert not problem.message.endswith("."), problem.message
    assert len(problem.message) < 300
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.code)


# --- nothing makes it raise ---------------------------------------------------------------------------------------


def check_answer(raw: object, kind: PolicyKind | None) -> None:
    policy, problems = parse_policy(raw, HERE, kind)
    for problem in problems:
        assert_style(problem)
        assert problem.file == HERE.file
        assert problem.pointer.startswith(HERE.pointer)
    if policy.unreadable:
        assert problems


@settings(max_examples=300)
@given(json_values, st.sampled_from((None, *PolicyKind)))
def test_no_json_makes_it_raise(raw: object, kind: PolicyKind | None) -> None:
    check_answer(raw, kind)
    check_answer({"Statement": raw}, kind)
    check_answer({"Statement": {**GOOD, "Principal": raw}}, kind)
    check_answer({"Statement": {**GOOD, "Condition": raw}}, kind)
    check_answer(json.dumps(raw), kind)


@settings(max_examples=300)
@given(mutated_policies(), st.sampled_from((None, *PolicyKind)))
def test_no_damaged_policy_makes_it_raise(raw: object, kind: PolicyKind | None) -> None:
    check_answer(raw, kind)


@given(st.text(max_size=30) | st.text('{}[]":,\\%0123456789aeflnrstu ', max_size=30))
def test_no_text_makes_it_raise(text: str) -> None:
    policy, problems = parse_policy(text, HERE)
    assert policy.unreadable or policy.statements or problems == ()
    for problem in problems:
        assert_style(problem)


@given(mutated_policies())
def test_every_problem_points_at_a_place_of_the_document(raw: object) -> None:
    _, problems = parse_policy(raw)
    for problem in problems:
        place: Any = raw
        for token in problem.pointer.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            place = place[int(key)] if isinstance(place, list) else place[key]


@given(raw_policies(), st.data())
def test_a_statement_is_read_or_listed_as_unreadable(raw: dict[str, Any], data: st.DataObject) -> None:
    statements = raw["Statement"] if isinstance(raw["Statement"], list) else [raw["Statement"]]
    bad = [data.draw(st.booleans()) for _ in statements]
    damaged = [{**s, "Effect": "allow"} if b else s for s, b in zip(statements, bad, strict=True)]
    policy, problems = parse_policy({**raw, "Statement": damaged})
    expected = read({**raw, "Statement": [s for s, b in zip(statements, bad, strict=True) if not b]})
    assert policy.statements == expected.statements
    assert [problem.pointer for problem in problems] == [
        f"/Statement/{i}/Effect" for i, b in enumerate(bad) if b
    ]
    assert [reason.reason for reason in policy.unreadable] == [
        f"statement at `{problem.pointer.removesuffix('/Effect')}`: {problem.message}" for problem in problems
    ]


@pytest.mark.parametrize(
    "element", ["Sid", "Effect", "Action", "Resource", "Principal", "Condition", "Id", "Version"]
)
def test_deep_nesting_is_a_problem_and_no_crash(element: str) -> None:
    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    document = {"Id": deep, "Version": deep} if element in ("Id", "Version") else {}
    policy, problems = parse_policy({"Statement": [{**GOOD, element: deep}, GOOD], **document})
    assert problems
    assert policy.statements[-1:] == read({"Statement": GOOD}).statements


def test_text_that_is_nested_too_deeply() -> None:
    problem = problem_of('{"Statement":' + "[" * 100_000 + "]" * 100_000 + "}")
    assert (problem.code, problem.pointer) == ("policy-not-json", "/Policy")
    assert "nested too deeply" in problem.message


def test_huge_numbers() -> None:
    huge = 10**5_000
    condition = {"NumericEquals": {"k": huge}}
    assert problem_of({"Statement": {**GOOD, "Condition": condition}}).pointer.endswith("/NumericEquals/k")
    assert "a very large number" in problem_of({"Statement": {**GOOD, "Effect": huge}}).message
    assert "too many digits" in problem_of('{"Statement":' + "1" * 5_000 + "}").message


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


# --- problems of one statement ------------------------------------------------------------------------------------


def statement(**elements: object) -> dict[str, object]:
    return {**GOOD, **elements}


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in GOOD.items() if name not in names}


UNREADABLE: list[tuple[str, object, str, str, str]] = [
    ("no object", "x", "", "statement-type", "found `x`, expected a statement"),
    ("null", None, "", "statement-type", "found null"),
    ("list", [GOOD], "", "statement-type", "found a list of 1"),
    ("hole", HOLE, "", "statement-type", "not known"),
    ("no effect", without("Effect"), "", "effect", "statement `Good` has no `Effect`, expected `Allow` or `Deny`"),
    ("no effect, no Sid", without("Effect", "Sid"), "", "effect", "the statement has no `Effect`"),
    ("empty Sid", {**without("Effect"), "Sid": ""}, "", "effect", "the statement has no `Effect`"),
    ("effect case", statement(Effect="allow"), "/Effect", "effect", "found the effect `allow`, expected `Allow` or `Deny`"),
    ("effect null", statement(Effect=None), "/Effect", "effect", "found the effect null"),
    ("effect list", statement(Effect=["Allow"]), "/Effect", "effect", "a list of 1"),
    ("effect hole", statement(Effect=HOLE), "/Effect", "effect", "not known"),
    ("both actions", statement(NotAction="*"), "", "action-and-not-action", "statement `Good` has both `Action` and `NotAction`, expected one of them"),
    ("both resources", statement(NotResource="*"), "", "resource-and-not-resource", "both `Resource` and `NotResource`"),
    ("both principals", statement(Principal="*", NotPrincipal="*"), "", "principal-and-not-principal", "both `Principal` and `NotPrincipal`"),
    ("no action", without("Action"), "", "action-missing", "neither `Action` nor `NotAction`"),
    ("action number", statement(Action=5), "/Action", "value-type", "found the number `5`, expected a string"),
    ("action null", statement(Action=None), "/Action", "value-type", "found null"),
    ("action object", statement(Action={}), "/Action", "value-type", "found an empty object"),
    ("action in list", statement(Action=["a:B", True]), "/Action/1", "value-type", "found `true`, expected a string"),
    ("resource in list", statement(Resource=["*", {"a": 1}]), "/Resource/1", "value-type", "found an object"),
    ("not-resource", {**without("Resource"), "NotResource": 1.5}, "/NotResource", "value-type", "`1.5`"),
    ("noncharacter", statement(Resource="a\ufdd0"), "/Resource", "value-character", "`a\\ufdd0`, expected text"),
    ("noncharacter in list", statement(Resource=["*", "a\ufdef"]), "/Resource/1", "value-character", "\\ufdef"),
    ("noncharacter in hole", statement(Resource=[Template(("\ufdef",))]), "/Resource/0", "value-character", "\\ufdef"),
    ("unknown element", statement(Foo=1), "/Foo", "unknown-element", "found the element `Foo`, expected one of `Sid`, `Effect`, "),
    ("policy element", statement(Version="x"), "/Version", "unknown-element", "found the element `Version`"),
    ("two lines", statement(**{"a\nb/": 1}), "/a\nb~1", "unknown-element", "found the element `a\\nb/`"),
    ("long name", statement(**{"x" * 100: 1}), "/" + "x" * 100, "unknown-element", "`" + "x" * 57 + "…`"),
    ("condition list", statement(Condition=[]), "/Condition", "condition-type", "found an empty list, expected an object of operators"),
    ("condition null", statement(Condition=None), "/Condition", "condition-type", "found null"),
    ("operator", statement(Condition={"StringEqual": {}}), "/Condition/StringEqual", "operator-unknown", "found the condition operator `StringEqual`"),
    ("NullIfExists", statement(Condition={"NullIfExists": {}}), "/Condition/NullIfExists", "operator-unknown", "`NullIfExists`"),
    ("set operator", statement(Condition={"ForAnyValues:Bool": {}}), "/Condition/ForAnyValues:Bool", "operator-unknown", "`ForAnyValues:Bool`"),
    ("operator twice", statement(Condition={"Bool": {"k": "a"}, "bool": {"k": "b"}}), "/Condition/bool", "operator-twice", "`Bool` twice"),
    ("operator value", statement(Condition={"Bool": "x"}), "/Condition/Bool", "condition-type", "found `x`, expected an object of condition keys"),
    ("value null", statement(Condition={"Bool": {"a/b": None}}), "/Condition/Bool/a~1b", "value-type", "found null, expected a string, number or boolean"),
    ("value object", statement(Condition={"Bool": {"k": ["x", {}]}}), "/Condition/Bool/k/1", "value-type", "an empty object"),
    ("principal text", statement(Principal="111122223333"), "/Principal", "principal-type", 'found `111122223333`, expected `*` or an object such as {"AWS": …}'),
    ("principal list", statement(Principal=["*"]), "/Principal", "principal-type", "found a list of 1"),
    ("principal null", statement(NotPrincipal=None), "/NotPrincipal", "principal-type", "found null"),
    ("principal kind", statement(Principal={"aws": "*"}), "/Principal/aws", "principal-kind", "found the kind of principal `aws`, expected one of `AWS`, `Service`, `Federated`, `CanonicalUser`"),
    ("principal value", statement(Principal={"AWS": ["*", None]}), "/Principal/AWS/1", "value-type", "found null"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "pointer", "code", "words"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE]
)
def test_a_statement_that_cannot_be_read(raw: object, pointer: str, code: str, words: str) -> None:
    document = {"Statement": [GOOD, raw, GOOD]}
    problem = problem_of(document)
    assert (problem.code, problem.pointer) == (code, f"/Policy/Statement/1{pointer}")
    assert words in problem.message
    policy, _ = parse_policy(document, HERE)
    assert policy.statements == read({"Statement": [GOOD, GOOD]}).statements
    assert policy.unreadable == (
        Unknown(UnknownKind.UNREADABLE, f"statement at `/Policy/Statement/1`: {problem.message}"),
    )


NOTED: list[tuple[str, dict[str, object], str, str, str]] = [
    ("Sid number", statement(Sid=5), "/Sid", "sid-type", "found the number `5`, expected a string"),
    ("element case", {**without("Action"), "ACTION": "s3:GetObject"}, "/ACTION", "element-case", "found the element `ACTION`, expected `Action`; read as that"),
    ("role wildcard", statement(Principal={"AWS": ["*", "arn:aws:iam::111122223333:role/*"]}), "/Principal/AWS/1", "principal-invalid", "found the principal `arn:aws:iam::111122223333:role/*`, expected `*`, an account"),
    ("no account", statement(Principal={"AWS": 1234}), "/Principal/AWS", "principal-invalid", "found the principal `1234`"),
    ("service", statement(Principal={"Service": "*"}), "/Principal/Service", "principal-invalid", "found the service `*`"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "pointer", "code", "words"), [row[1:] for row in NOTED], ids=[row[0] for row in NOTED]
)
def test_a_statement_that_is_read_with_a_problem(
    raw: dict[str, object], pointer: str, code: str, words: str
) -> None:
    problem = problem_of({"Statement": raw})
    assert (problem.code, problem.pointer) == (code, f"/Policy/Statement{pointer}")
    assert words in problem.message
    policy, _ = parse_policy({"Statement": raw})
    assert policy.unreadable == ()
    (found,) = policy.statements
    assert (found.effect, found.action) == (Effect.ALLOW, Selection(("s3:GetObject",)))


def test_advice_stands_apart() -> None:
    assert problem_of({"Statement": statement(NotAction="*")}).advice == "keep one of them"
    for arn in ("arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:role/a?"):
        assert "aws:PrincipalArn" in problem_of({"Statement": statement(Principal={"AWS": arn})}).advice
    assert problem_of({"Statement": statement(Principal={"AWS": "ann"})}).advice == ""


def test_an_element_in_another_case_and_in_its_own() -> None:
    policy, problems = parse_policy({"Statement": {**GOOD, "action": "a:B"}}, HERE)
    assert [(p.code, p.pointer) for p in problems] == [
        ("element-case", "/Policy/Statement/action"),
        ("duplicate-key", "/Policy/Statement/action"),
    ]
    assert policy.statements[0].action == Selection(("a:B",))
    policy, problems = parse_policy({"statement": {**GOOD, "resource": 5, "Action": "*"}}, HERE)
    assert problems[-1].pointer == "/Policy/statement/resource"


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        ({}, "", "statement-missing"),
        ({"Version": "2012-10-17"}, "", "statement-missing"),
        ({"Statement": None}, "/Statement", "statement-type"),
        ({"Statement": "x"}, "/Statement", "statement-type"),
        ({"Statement": 5}, "/Statement", "statement-type"),
        ({"Statement": HOLE}, "/Statement", "statement-type"),
    ],
)
def test_a_policy_without_statements_that_can_be_read(document: object, pointer: str, code: str) -> None:
    problem = problem_of(document)
    assert (problem.code, problem.pointer) == (code, f"/Policy{pointer}")
    policy, _ = parse_policy(document)
    assert policy.unreadable == (Unknown(UnknownKind.UNREADABLE, problem.message),)


def test_problems_of_the_policy_itself_leave_its_statements() -> None:
    document = {"Id": 5, "Foo": 1, "Effect": "Allow", "version": "2012-10-17", "Statement": GOOD}
    policy, problems = parse_policy(document, HERE)
    assert [(p.code, p.pointer) for p in problems] == [
        ("unknown-element", "/Policy/Foo"),
        ("unknown-element", "/Policy/Effect"),
        ("element-case", "/Policy/version"),
        ("id-type", "/Policy/Id"),
    ]
    assert (policy.version, policy.id, len(policy.statements)) == (Version.OF_2012, None, 1)
    assert "expected one of `Version`, `Id`, `Statement`" in problems[0].message


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


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        *(
            (None, "null"),
            (False, "`false`"),
            (1, "the number `1`"),
            ("a", "`a`"),
            ("", "``"),
            ({}, "an empty object"),
        ),
        *(({"a": 1}, "an object"), ([], "an empty list"), ((1, 2), "a list of 2"), (b"", "a bytes")),
        *(("a`\tb\x1b[0m\u2028\ud800", "`a\\x60\\tb\\x1b[0m\\u2028\\ud800`"), ("é" * 61, f"`{'é' * 57}…`")),
        *((-(10**400), "a very large number"), (HOLE, "`arn:aws:s3:::${B}`, which is not known here")),
    ],
)
def test_describe(raw: object, words: str) -> None:
    assert describe(raw) == words
