"""`when`, `where` and `require`: a test on a subject, in three-valued logic.

A property that is known not to be set exists not, equals nothing, is in no list, contains nothing and has the count 0.
One that is not known makes the test unknown, unless the rest decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from wa_policy.evaluator.truth import Truth, all_of, any_of, negate
from wa_policy.findings import Verdict
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Principal, PropertyValue, Resource
from wa_policy.inventory.relations import Related, related, relation_names
from wa_policy.rules.arguments import Value, Values
from wa_policy.rules.bindings import substitute
from wa_policy.rules.compare import compare
from wa_policy.rules.items import Item
from wa_policy.rules.model import (
    AllOf,
    AllowedTest,
    AnyOf,
    NoneOf,
    ParameterTest,
    PartsTest,
    PredicateTest,
    PropertyTest,
    Quantifier,
    RelatedCount,
    RelatedTest,
    Test,
    TestOperator,
    TurnedTest,
)
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.subjects import Scope, Subject, subject_of, subject_of_resource
from wa_policy.rules.views import Element, Sight, View, operand_of, parts_of, value_at


def holds(test: Test, subject: Subject, scope: Scope, bindings: Values, item: Item | None = None) -> Truth:
    """True iff the test holds for the subject."""
    return _holds(test, subject, Sight(subject, scope, bindings, item))


def _holds(test: Test, view: View, sight: Sight) -> Truth:
    match test:
        case AllOf(tests):
            return all_of(_holds(inner, view, sight) for inner in tests)
        case AnyOf(tests):
            return any_of(_holds(inner, view, sight) for inner in tests)
        case NoneOf(tests):
            return negate(any_of(_holds(inner, view, sight) for inner in tests))
        case ParameterTest(name, empty):
            return _is_empty(sight.bindings[name]) is empty
        case PredicateTest(name, arguments):
            return _predicate(
                name, {key: operand_of(one, sight) for key, one in arguments.items()}, view, sight
            )
        case PropertyTest():
            return _property(test, view, sight)
        case PartsTest(path, quantifier, inner):
            value = value_at(view, path)
            if isinstance(value, Unknown):
                return value
            return _quantified(quantifier, (_holds(inner, part, sight) for part in parts_of(value)))
        case RelatedTest(name, quantifier, inner):
            found = _related(name, view, sight)
            truths = [_holds(inner, _as_subject(other, sight), sight) for other in found.found]
            return _quantified(quantifier, truths, found.unknown)
        case RelatedCount(name, operator, operand):
            return _counted(_related(name, view, sight), operator, operand_of(operand, sight))
        case TurnedTest(at, inner):
            return _holds(inner, sight.turned(at), sight)
        case AllowedTest():
            return _allowed(test, view, sight)
        case _:
            assert_never(test)


def _is_empty(value: Value) -> bool:
    return value is False or value in ((), "")


def place_of(test: Test, subject: Subject) -> Source | None:
    """Where the first property stands that the test is about and that is set; None where there is none."""
    match test:
        case AllOf(tests) | AnyOf(tests) | NoneOf(tests):
            return next((place for inner in tests if (place := place_of(inner, subject)) is not None), None)
        case PropertyTest(path=path) | PartsTest(path=path) if subject.resource is not None and path:
            return subject.resource.places.get(path[0])
        case _:
            return None


# --- properties ------------------------------------------------------------------------------------------------------


def _property(test: PropertyTest, view: View, sight: Sight) -> Truth:
    value: PropertyValue
    if test.of_key:
        value = view.key if isinstance(view, Element) else view.name
    else:
        value = value_at(view, test.path)
    if isinstance(value, Unknown):
        return value
    if value is None and test.default is not None:
        default = operand_of(test.default, sight)
        if isinstance(default, Unknown):
            return default
        value = default
    operand = operand_of(test.operand, sight)
    if isinstance(operand, Unknown):
        return operand
    if operand is None:
        return False
    return compare(test.operator, value, operand, test.count, today=sight.scope.today)


def _quantified(quantifier: Quantifier, truths: Iterable[Truth], more: Unknown | None = None) -> Truth:
    """`more` says why there may be others that are not known."""
    found = list(truths)
    if more is not None:
        found.append(more)
    match quantifier:
        case Quantifier.ANY:
            return any_of(found)
        case Quantifier.ALL:
            return all_of(found)
        case Quantifier.NONE:
            return negate(any_of(found))
        case _:
            assert_never(quantifier)


# --- subjects --------------------------------------------------------------------------------------------------------


def _predicate(name: str, arguments: dict[str, Value | Unknown | None], view: View, sight: Sight) -> Truth:
    given: dict[str, Value] = {}
    for key, value in arguments.items():
        if isinstance(value, Unknown):
            return value
        if value is not None:
            given[key] = value
    predicate = PREDICATES[name]
    if isinstance(view, Element):
        return (
            False if predicate.judge_value is None else predicate.judge_value(view.value, sight.scope, given)
        )
    return predicate.judge(view, sight.scope, given)


def _related(name: str, view: View, sight: Sight) -> Related:
    if isinstance(view, Element):
        return Related(())
    one = view.principal if view.resource is None else view.resource
    if one is None:
        return Related((), Unknown(UnknownKind.NOT_EXPORTED, f"`{name}` of `{view.id}`"))
    # Where a rule is about several types, a relation may belong to one of them.
    return related(sight.scope.inventory, one, name) if name in relation_names(view.type) else Related()


def _as_subject(other: Resource | Principal, sight: Sight) -> Subject:
    inventory = sight.scope.inventory
    if isinstance(other, Principal):
        return subject_of(other, inventory)
    return subject_of_resource(other, inventory)


def _counted(found: Related, operator: TestOperator, operand: Value | Unknown | None) -> Truth:
    if isinstance(operand, Unknown):
        return operand
    if not isinstance(operand, int | float):
        return False
    known = len(found.found)
    if found.unknown is None:
        return compare(operator, known, operand)
    # There may be more, never less.
    if operator is TestOperator.AT_LEAST and known >= operand:
        return True
    if operator in (TestOperator.AT_MOST, TestOperator.EQUALS) and known > operand:
        return False
    return found.unknown


def _allowed(test: AllowedTest, view: View, sight: Sight) -> Truth:
    from wa_policy.rules.forbid import judge

    asked = substitute(test.forbid, sight.bindings)
    if asked is None or isinstance(view, Element):
        return False
    judgement = judge(asked, view, sight.bindings, sight.scope)
    if judgement.verdict is Verdict.UNKNOWN:
        return judgement.reasons[0]
    return judgement.verdict is Verdict.FAIL
