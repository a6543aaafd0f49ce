"""The truth tables of `when` and `require`."""

from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.policy import Policy
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, Inventory, NotExported, Present, Resource
from wa_policy.rules.compare import compare
from wa_policy.rules.matcher import holds
from wa_policy.rules.model import AllOf, AnyOf, NoneOf, ParameterTest, PropertyTest, Test, TestOperator
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import value_at

WHY = Unknown(UnknownKind.NOT_EXPORTED, "lambda get-function")
Op = TestOperator


def subject(**properties: Any) -> Subject:
    resource = Resource("AWS::Lambda::Function", "arn", "f", "111122223333", None, properties, NOWHERE)
    return Subject("arn", resource.type, resource.account, "f", None, resource, None, NOWHERE)


def ask(test: Test, asked: Subject, catalog: Catalog, **bindings: Any) -> Truth:
    return holds(test, asked, Scope(Inventory(), bindings, catalog), bindings)


TABLE = [
    (Op.EXISTS, "a", True, True),
    (Op.EXISTS, None, True, False),
    (Op.EXISTS, None, False, True),
    (Op.EXISTS, (), True, True),
    (Op.EXISTS, False, True, True),
    (Op.EXISTS, Absent(), True, False),
    (Op.EXISTS, Present(Policy(None, (), NOWHERE)), True, True),
    (Op.EQUALS, "a", "a", True),
    (Op.EQUALS, "a", "b", False),
    (Op.EQUALS, None, "a", False),
    (Op.EQUALS, 1, True, False),
    (Op.EQUALS, True, True, True),
    (Op.EQUALS, 3, 3.0, True),
    (Op.IN, "a", ("a", "b"), True),
    (Op.IN, "c", ("a", "b"), False),
    (Op.IN, None, ("a",), False),
    (Op.IN, "a", (), False),
    (Op.NOT_IN, "a", ("a",), False),
    (Op.NOT_IN, "c", ("a",), True),
    (Op.NOT_IN, None, ("a",), True),
    (Op.CONTAINS, ("a", "b"), "a", True),
    (Op.CONTAINS, ("a",), "b", False),
    (Op.CONTAINS, None, "b", False),
    (Op.CONTAINS, (WHY, "a"), "a", True),
    (Op.CONTAINS, (WHY, "a"), "b", WHY),
    (Op.CONTAINS_ANY, ("a", "b"), ("b", "c"), True),
    (Op.CONTAINS_ANY, ("a",), ("b", "c"), False),
    (Op.CONTAINS_ANY, (WHY,), ("b",), WHY),
    (Op.CONTAINS_ANY, None, ("b",), False),
    (Op.MATCHES, "nodejs22.x", "nodejs*", True),
    (Op.MATCHES, "python3.13", "nodejs*", False),
    (Op.MATCHES, None, "*", False),
    (Op.AT_LEAST, 3, 3, True),
    (Op.AT_LEAST, 2, 3, False),
    (Op.AT_LEAST, None, 3, False),
    (Op.AT_LEAST, True, 0, False),
    (Op.AT_MOST, 3, 3, True),
    (Op.AT_MOST, 4, 3, False),
]


@pytest.mark.parametrize(("operator", "value", "operand", "expected"), TABLE)
def test_comparisons(operator: TestOperator, value: Any, operand: Any, expected: Truth) -> None:
    assert compare(operator, value, operand) == expected


@pytest.mark.parametrize(
    ("value", "operator", "operand", "expected"),
    [
        (("a", "b"), Op.AT_LEAST, 2, True),
        (("a", "b"), Op.AT_MOST, 1, False),
        (("a", WHY), Op.EQUALS, 2, True),
        ({"a": "b"}, Op.EQUALS, 1, True),
        (None, Op.EQUALS, 0, True),
    ],
)
def test_counts(value: Any, operator: TestOperator, operand: int, expected: Truth) -> None:
    assert compare(Op.COUNT, value, operand, operator) is expected


def test_paths(catalog: Catalog) -> None:
    asked = subject(VpcConfig={"SubnetIds": ("a",)}, Code=WHY, Runtime="x")
    assert value_at(asked, ("VpcConfig", "SubnetIds")) == ("a",)
    assert value_at(asked, ("VpcConfig", "Other")) is None
    assert value_at(asked, ("Timeout",)) is None
    assert value_at(asked, ("Code", "ImageUri")) == WHY
    assert value_at(asked, ("Runtime", "more")) is None
    for operator in (Op.EXISTS, Op.EQUALS, Op.NOT_IN, Op.COUNT):
        assert ask(PropertyTest(("Code",), operator, "a"), asked, catalog) == WHY


def test_a_document_that_was_not_exported_is_unknown(catalog: Catalog) -> None:
    asked = subject(**{"WaPolicy::Policy": NotExported("lambda get-policy")})
    found = ask(PropertyTest(("WaPolicy::Policy",), Op.EXISTS, True), asked, catalog)
    assert found == Unknown(UnknownKind.NOT_EXPORTED, "lambda get-policy")


TRUE = PropertyTest(("Runtime",), Op.EXISTS, True)
FALSE = PropertyTest(("Timeout",), Op.EXISTS, True)
OPEN = PropertyTest(("Code",), Op.EXISTS, True)


@pytest.mark.parametrize(
    ("tests", "all_of", "any_of"),
    [
        ((TRUE, TRUE), True, True),
        ((TRUE, FALSE), False, True),
        ((FALSE, FALSE), False, False),
        ((TRUE, OPEN), WHY, True),
        ((OPEN, TRUE), WHY, True),
        ((FALSE, OPEN), False, WHY),
        ((OPEN, FALSE), False, WHY),
        ((OPEN, OPEN), WHY, WHY),
    ],
)
def test_groups_are_strong_kleene(
    tests: tuple[Test, ...], all_of: Truth, any_of: Truth, catalog: Catalog
) -> None:
    asked = subject(Runtime="x", Code=WHY)
    assert ask(AllOf(tests), asked, catalog) == all_of
    assert ask(AnyOf(tests), asked, catalog) == any_of
    none_of = any_of if isinstance(any_of, Unknown) else not any_of
    assert ask(NoneOf(tests), asked, catalog) == none_of


def test_parameters(catalog: Catalog) -> None:
    assert ask(ParameterTest("ids", empty=True), subject(), catalog, ids=()) is True
    assert ask(ParameterTest("ids", empty=False), subject(), catalog, ids=("a",)) is True
    assert ask(ParameterTest("ids", empty=True), subject(), catalog, ids=("a",)) is False


def test_names_stand_for_their_values(catalog: Catalog) -> None:
    asked = subject(Runtime="x")
    assert ask(PropertyTest(("Runtime",), Op.IN, "$known"), asked, catalog, known=("x", "y")) is True
    assert ask(PropertyTest(("Runtime",), Op.IN, ("z", "$known")), asked, catalog, known=("x",)) is True
    assert ask(PropertyTest(("Runtime",), Op.EQUALS, "$one"), asked, catalog, one="y") is False
