"""What the reader of policies says about what it cannot read, and what it reads all the same."""

from __future__ import annotations

import pytest

from tests.iam.parsing import GOOD, HERE, HOLE, problem_of, read, statement
from wa_policy.iam.describe import describe
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Effect, Selection, Version
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown, UnknownKind


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
