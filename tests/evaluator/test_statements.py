"""The parts of a statement: operators and patterns, variables and holes, and which element does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evaluator.making import (
    ACCOUNT,
    HOLE,
    OBJECT,
    REASON,
    ROLE,
    SESSION,
    USER,
    holed,
    policy,
    request,
    statement,
)
from wa_policy.evaluator.principals import Grantee
from wa_policy.evaluator.resolve import Resolved, for_each_filling, resolve
from wa_policy.evaluator.statements import (
    Asked,
    CompiledPolicies,
    CompiledStatement,
    Element,
    first_mismatch,
    texts,
)
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.operators import OPERATORS, Comparison, ValueType
from wa_policy.iam.pattern import (
    ANYTHING,
    CHAR,
    MANY,
    ONE,
    OTHER,
    RUN,
    arn_glob,
    difference_witness,
    glob,
    is_only_stars,
    matches,
    resource_glob,
)
from wa_policy.iam.request import make_context
from wa_policy.iam.text import Hole, Template, Text, with_variables
from wa_policy.iam.unknown import Unknown, UnknownKind

# --- operators and patterns ---------------------------------------------------------------------------------


def test_the_comparison_of_an_ordered_operator_is_in_its_name() -> None:
    expected = {
        "Equals": Comparison.EQUALS,
        "NotEquals": Comparison.EQUALS,
        "LessThan": Comparison.LESS_THAN,
        "LessThanEquals": Comparison.LESS_THAN_EQUALS,
        "GreaterThan": Comparison.GREATER_THAN,
        "GreaterThanEquals": Comparison.GREATER_THAN_EQUALS,
    }
    for kind in (ValueType.NUMERIC, ValueType.DATE):
        found = {o.name.removeprefix(kind): o.comparison for o in OPERATORS if o.value_type is kind}
        assert found == expected


def test_other_operators_compare_for_equality() -> None:
    found = {o.comparison for o in OPERATORS if o.value_type in (ValueType.BOOL, ValueType.BINARY)}
    assert found == {Comparison.EQUALS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arn:a*b:s?:r:1:x*?", f"arn:a{RUN}b:s{CHAR}:r:1:x{MANY}{ONE}"),
        ("arn:a:b:c:d:e:f*:?", f"arn:a:b:c:d:e:f{MANY}:{ONE}"),
        ("a*:b?", f"a{RUN}:b{CHAR}"),
        ("*", f"{RUN}:{RUN}:{RUN}:{RUN}:{RUN}:{MANY}"),
        ("***", f"{RUN}:{RUN}:{RUN}:{RUN}:{RUN}:{MANY}"),
        ("*~", f"{RUN}~"),
        ("", ""),
    ],
)
def test_patterns_of_arn_operands(text: str, expected: str) -> None:
    assert arn_glob(text) == expected
    assert is_only_stars(text) is (text in ("*", "***"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", MANY),
        ("a?*:*", f"a{ONE}{MANY}:{MANY}"),
        ("arn:a*b:s?:re*:1?:x*:?", f"arn:a{RUN}b:s{CHAR}:re{MANY}:1{CHAR}:x{MANY}:{ONE}"),
        ("arn:a*?b*:s*:r:1:x", f"arn:a{RUN}{CHAR}b{MANY}:s{MANY}:r:1:x"),
        ("arn:aws:s3", f"arn:aws:s3:{MANY}:{MANY}:{MANY}"),
        ("arn:aws:s3:::b", "arn:aws:s3:::b"),
        ("arn:a:b:c:d:e:f*", f"arn:a:b:c:d:e:f{MANY}"),
    ],
)
def test_patterns_of_resources(text: str, expected: str) -> None:
    assert resource_glob(text) == expected


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("*a*a*", "a", False),
        ("*a*a*", "aa", True),
        ("*ab*b*", "ab", False),
        ("*a?*b", "ab", False),
        ("*a?*b", "xab", False),
        ("*a?*b", "acb", True),
        ("*a?*?b*", "acdb", True),
        ("*a?*?b*", "acb", False),
        ("*a?*", "xab", True),
        ("*a?*", "xa", False),
        ("a*b", "ab", True),
        ("ab*b", "ab", False),
        ("?*?", "a", False),
    ],
)
def test_pieces_of_a_pattern_do_not_overlap(text: str, value: str, expected: bool) -> None:
    assert matches(glob(text), value) is expected


def test_a_witness_may_be_a_colon() -> None:
    assert difference_witness((CHAR + ONE,), (CHAR + CHAR,)) == f"{OTHER}:"
    assert difference_witness((RUN + ONE,), (RUN + CHAR,)) == ":"
    assert difference_witness((CHAR + MANY,), (CHAR + RUN,)) == f"{OTHER}:"


def test_a_character_that_leads_nowhere_leaves_the_next_ones() -> None:
    assert difference_witness((ONE,), (f":{MANY}",)) == OTHER  # no text that starts with `:` will do
    assert difference_witness(("b",), (f"a{MANY}",)) == "b"


# --- variables and holes ------------------------------------------------------------------------------------


def resolved(value: Text, context: dict[str, Any] | None = None) -> Resolved:
    template = with_variables(value)
    assert isinstance(template, Template)
    return resolve(template, make_context(context or {}), [], glob)


def test_values_of_variables() -> None:
    context = {"aws:username": "bob", "aws:star": "*", "aws:empty": "", "aws:list": ["a"]}
    assert resolved("a${aws:username}*", context).pattern == f"abob{MANY}"
    assert resolved("${AWS:UserName}${aws:star}", context).pattern == "bob*"
    assert resolved("${aws:username, 'x'}", context).pattern == "bob"
    assert resolved("${aws:none}", context).pattern is None
    assert resolved("${aws:none, 'x'}y", context).pattern == "xy"
    assert resolved("${aws:empty, 'x'}", context).pattern == "x"
    assert resolved("${aws:empty}", context).pattern == ""
    assert resolved("${aws:list}", context).pattern is None
    assert resolved("${aws:list, 'x'}", context).pattern == "x"
    assert resolved("${*}${?}${$}", context).pattern == "*?$"
    assert resolved("${aws:odd}", {"aws:odd": f"a{MANY}"}).pattern is None
    assert resolved("${aws:odd}", {"aws:odd": "ü"}).pattern == "ü"
    assert resolved("${aws:username}" * 27, context).pattern == "bob" * 27
    many = resolved("${aws:username}" * 28, context)
    assert many.pattern == ANYTHING
    assert many.hole is not None


def test_a_hole_stands_for_anything() -> None:
    other = Hole(Unknown(UnknownKind.BUDGET, "another"), (), "${Q}")
    assert resolve(holed("a", "b*"), {}, [], glob) == Resolved(f"a{MANY}b{MANY}", REASON)
    two = resolve(Template((HOLE, "x", other)), {}, [], glob)
    assert two == Resolved(f"{MANY}x{MANY}", REASON)
    # Behind a hole a wildcard may stand in any segment, before it only in its own.
    found = resolve(Template(("arn:a*x?y:", HOLE, ":a*b:c?d:e?")), {}, [], resource_glob).pattern
    assert found == f"arn:a{RUN}x{CHAR}y:{MANY}:a{MANY}b:c{ONE}d:e{ONE}"


@pytest.mark.parametrize(
    ("choices", "answers", "expected"),
    [
        (("a", "b"), {"xay": True, "xby": True}, True),
        (("a", "b"), {"xay": False, "xby": False}, False),
        (("a", "b"), {"xay": True, "xby": False}, REASON),
        (("a", "b"), {"xay": True, "xby": Unknown(UnknownKind.BUDGET, "other")}, REASON),
        (("a",), {"xay": Unknown(UnknownKind.BUDGET, "other")}, REASON),
    ],
)
def test_choices_of_a_hole(choices: tuple[str, ...], answers: dict[str, Truth], expected: Truth) -> None:
    template = Template(("x", Hole(REASON, choices, "${P}"), "y"))
    assert for_each_filling(template, lambda filling: answers[str(filling)]) == expected


def test_at_most_64_fillings_are_tried() -> None:
    def tried(*counts: int) -> list[Text]:
        seen: list[Text] = []
        holes = [Hole(REASON, tuple(map(str, range(count))), "${P}") for count in counts]

        def answer(filling: Text) -> bool:
            seen.append(filling)
            return True

        for_each_filling(Template(tuple(holes)), answer)
        return seen

    assert len(tried(8, 8)) == 64
    assert len(set(tried(8, 8))) == 64
    assert [type(text) for text in tried(5, 13)] == [Template]
    assert for_each_filling("plain", lambda text: text == "plain") is True
    assert for_each_filling(holed("a"), lambda text: isinstance(text, Template)) is True
    mixed = Template((Hole(REASON, ("a",), "${P}"), HOLE))
    assert for_each_filling(mixed, lambda text: text == Template(("a", HOLE))) is True


# --- statements ---------------------------------------------------------------------------------------------


def mismatch(raw: dict[str, Any], by: str = USER, *, by_principal: bool = False, **more: Any) -> Any:
    parsed = policy(raw)
    asked = request(by, **more)
    return first_mismatch(
        CompiledStatement(parsed.statements[0], parsed),
        Asked(asked, asked.action.lower(), asked.resource, has_boundary=False, doubts=[]),
        by_principal=by_principal,
    )


def test_the_element_that_does_not_fit() -> None:
    condition = {"StringEquals": {"aws:username": "eve"}}
    assert mismatch(statement()) == (None, Grantee.SELF)
    for nothing in (statement(action="ec2:*"), statement(resource="x"), statement(Condition=condition)):
        assert mismatch(nothing)[1] is Grantee.NOBODY
    assert mismatch(statement(Principal={"AWS": ROLE}), by_principal=True)[1] is Grantee.NOBODY
    assert mismatch(statement(action="ec2:*"))[0].element is Element.ACTION
    assert mismatch(statement(action="ec2:*", resource="x"))[0].element is Element.ACTION
    assert mismatch(statement(resource="x"))[0].element is Element.RESOURCE
    named = statement(Principal={"AWS": ROLE})
    assert mismatch(named, by_principal=True)[0].element is Element.PRINCIPAL
    assert mismatch(named, SESSION, by_principal=True) == (None, Grantee.ROLE)
    assert mismatch(statement(), by_principal=True)[0].element is Element.PRINCIPAL
    found = mismatch(statement(Condition=condition))[0]
    assert found.element is Element.CONDITION
    assert found.condition.key == "aws:username"
    assert found.unknown is None
    assert mismatch(statement(Condition=condition), context={"aws:username": "eve"})[0] is None


def test_a_plain_no_wins_over_what_is_not_known() -> None:
    condition = {"StringEquals": {"aws:username": holed()}}
    context = {"aws:username": "bob"}
    unknown_action = statement(action=holed("s3:"))
    assert mismatch(unknown_action)[0].unknown == REASON
    assert mismatch(unknown_action)[0].element is Element.ACTION
    assert mismatch(statement(action=holed("s3:"), resource="x"))[0].unknown is None
    assert mismatch(statement(resource=holed("arn:aws:s3:::")))[0].element is Element.RESOURCE
    both = statement(action=holed("s3:"), resource=holed("arn:aws:s3:::"))
    assert mismatch(both)[0].element is Element.ACTION
    for more in ({"Principal": {"AWS": holed()}}, {"Principal": "*", "Condition": condition}):
        found, _ = mismatch(statement(action=holed("s3:"), **more), by_principal=True, context=context)
        assert (found.element, found.unknown) == (Element.ACTION, REASON)
    principal = statement(Principal={"AWS": holed()})
    found, grantee = mismatch(principal, by_principal=True)
    assert (found.element, found.unknown, grantee) == (Element.PRINCIPAL, REASON, Grantee.SELF)
    found, grantee = mismatch(
        statement(Condition=condition, Principal={"AWS": ROLE}), SESSION, by_principal=True, context=context
    )
    assert (found.element, found.unknown, grantee) == (Element.CONDITION, REASON, Grantee.ROLE)
    assert found.condition.key == "aws:username"
    denied = statement("Deny", Principal={"AWS": [ACCOUNT, holed()]})
    assert mismatch(denied, by_principal=True) == (None, Grantee.ACCOUNT)
    except_someone = {**statement("Deny"), "NotPrincipal": {"AWS": holed()}}
    found, _ = mismatch(except_someone, by_principal=True)
    assert found.unknown == REASON
    except_them = {**statement("Deny"), "NotPrincipal": {"AWS": [ACCOUNT, USER]}}
    assert mismatch(except_them, by_principal=True)[0].element is Element.PRINCIPAL


@pytest.mark.parametrize(
    ("actions", "action", "expected"),
    [
        (["s3:GetObject"], "s3:getobject", True),
        (["S3:GETOBJECT"], "s3:getobject", True),
        (["S3:GET*"], "s3:getobject", True),
        (["s3:getobjec?"], "s3:getobject", True),
        (["s3:getobject?"], "s3:getobject", False),
        (["ec2:*", "s3:*"], "s3:getobject", True),
        ([holed("S3:Get")], "s3:getobject", REASON),
        ([holed("S3:Put")], "s3:getobject", False),
        ([holed("S3:Put"), "s3:Get*"], "s3:getobject", True),
        ([Template(("S3:", Hole(REASON, ("GetObject", "GETOBJEC?"), "${P}")))], "s3:getobject", True),
        ([Template(("S3:", Hole(REASON, ("GetObject", "Put"), "${P}")))], "s3:getobject", REASON),
    ],
)
def test_actions(actions: list[Any], action: str, expected: Truth) -> None:
    for name, turned in (("Action", False), ("NotAction", True)):
        parsed = policy({"Effect": "Allow", name: actions, "Resource": "*"})
        compiled = CompiledStatement(parsed.statements[0], parsed)
        found = compiled.action.selects(action, request(), [])
        assert found == (expected if isinstance(expected, Unknown) else expected is not turned)


@pytest.mark.parametrize(
    ("resources", "resource", "expected"),
    [
        ([OBJECT], OBJECT, True),
        (["arn:aws:s3:::bucket/*"], OBJECT, True),
        (["*"], "*", True),
        (["arn:aws:s3:::${aws:username}/key"], "arn:aws:s3:::bob/key", True),
        (["arn:aws:s3:::${aws:username}/key", OBJECT], OBJECT, True),
        (["arn:aws:s3:::${aws:none}/key"], "arn:aws:s3:::/key", False),
        ([holed("arn:aws:s3:::")], OBJECT, REASON),
        ([Template(("arn:aws:s3:::", Hole(REASON, ("bucket/key", "bucket/*"), "${P}")))], OBJECT, True),
        ([Template(("arn:aws:s3:::", Hole(REASON, ("bucket/key", "other"), "${P}")))], OBJECT, REASON),
        (["arn:aws:s3"], OBJECT, True),
        (["arn:aws:sqs"], OBJECT, False),
    ],
)
def test_resources(resources: list[Any], resource: str, expected: Truth) -> None:
    for name, turned in (("Resource", False), ("NotResource", True)):
        parsed = policy({"Effect": "Allow", "Action": "*", name: resources})
        compiled = CompiledStatement(parsed.statements[0], parsed)
        found = compiled.resource.selects(resource, request(context={"aws:username": "bob"}), [])
        assert found == (expected if isinstance(expected, Unknown) else expected is not turned)


def test_the_index_of_a_layer() -> None:
    actions: list[Any] = [
        "s3:*",
        "ec2:*",
        "*",
        "s?:Get*",
        "s3x:*",
        "SQS:SendMessage",
        holed("ec2:"),
        "s3-outposts:*",
    ]
    some = policy(
        *(statement(action=action) for action in actions),
        {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"},
    )
    compiled = CompiledPolicies((some,))

    def found(action: str) -> list[int]:
        return [compiled.statements.index(candidate) for candidate in compiled.candidates(action)]

    assert found("s3:getobject") == [0, 2, 3, 6]
    assert found("s3:getobject") == [0, 2, 3, 6]
    assert found("s3:putobject") == [0, 2, 6]
    assert found("sqs:sendmessage") == [2, 5, 6, 8]
    assert found("ec2:runinstances") == [1, 2, 6, 8]
    assert CompiledPolicies((some, policy({}))).unreadable


def test_values_as_one_reads_them() -> None:
    assert texts(("a", holed("b"))) == "`a`, `b${P}`"
