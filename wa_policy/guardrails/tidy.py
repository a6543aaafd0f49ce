"""One statement in its shortest spelling, and what follows from what within it.

Nothing here rests on facts about actions and keys: two spellings are taken as equal only where the documented meaning
of the elements makes them so, for any action, resource and key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError
from wa_policy.iam.operators import OPERATOR_BY_NAME, Comparison, QualifiedOperator, Quantifier, ValueType
from wa_policy.iam.pattern import arn_glob, glob, includes, overlaps, resource_glob
from wa_policy.iam.policy import Condition, Selection, Statement
from wa_policy.iam.text import Text
from wa_policy.iam.values import parse_address_range

_NULL = OPERATOR_BY_NAME["null"]
# The pairs are one operator under two names; the shorter one is written.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
_SHORTER = {"ArnEquals": OPERATOR_BY_NAME["arnlike"], "ArnNotEquals": OPERATOR_BY_NAME["arnnotlike"]}


def tidied(statement: Statement, catalog: Catalog) -> Statement | None:
    """The same set of requests, each part sorted and without what another part says; None iff it is empty."""
    conditions = _tidied_conditions(statement.conditions, catalog)
    if conditions is None:
        return None
    return replace(
        statement,
        action=_tidied_selection(statement.action, _action_pattern),
        resource=None if statement.resource is None else _tidied_selection(statement.resource, resource_glob),
        conditions=conditions,
        sid=None,
    )


def _action_pattern(text: str) -> str:
    return glob(text.lower())


def _tidied_selection(selection: Selection, pattern: Callable[[str], str]) -> Selection:
    return replace(selection, values=largest(selection.values, _includes_by(pattern)))


def _includes_by(pattern: Callable[[str], str]) -> Callable[[Text, Text], bool]:
    def covers(outer: Text, inner: Text) -> bool:
        if isinstance(outer, str) and isinstance(inner, str):
            return includes(pattern(outer), pattern(inner))
        return outer == inner

    return covers


def largest(values: Iterable[Text], covers: Callable[[Text, Text], bool]) -> tuple[Text, ...]:
    """The values that no other covers, sorted; of equal ones the first in order."""
    ordered = sorted(set(values), key=lambda value: (len(str(value)), str(value)))
    kept: list[Text] = []
    for value in ordered:
        if any(covers(other, value) for other in kept):
            continue
        kept = [other for other in kept if not covers(value, other)]
        kept.append(value)
    return tuple(sorted(kept, key=str))


# --- selections ----------------------------------------------------------------------------------------------------


def actions_within(inner: Selection, outer: Selection) -> bool:
    """True only if every action of `inner` is one of `outer`."""
    return _within(inner, outer, _action_pattern)


def resources_within(inner: Selection | None, outer: Selection | None) -> bool:
    """True only if every resource of `inner` is one of `outer`."""
    if inner is None or outer is None:
        return inner == outer
    return _within(inner, outer, resource_glob)


def _within(inner: Selection, outer: Selection, pattern: Callable[[str], str]) -> bool:
    if inner == outer:
        return True
    covers = _includes_by(pattern)
    match inner.negated, outer.negated:
        case False, False:
            return all(any(covers(wide, value) for wide in outer.values) for value in inner.values)
        case True, True:
            # Whoever excepts more has less.
            return all(any(covers(wide, value) for wide in inner.values) for value in outer.values)
        case False, True:
            return all(
                isinstance(value, str)
                and isinstance(excepted, str)
                and not overlaps(pattern(value), pattern(excepted))
                for value in inner.values
                for excepted in outer.values
            )
        case _:
            return any(isinstance(value, str) and value == "*" for value in outer.values)


# --- conditions ----------------------------------------------------------------------------------------------------


def is_true_when_absent(condition: Condition) -> bool:
    """True only if the condition holds for a request without the key, whatever its values are."""
    operator = condition.operator
    if operator.operator.comparison is Comparison.IS_NULL:
        return operator.quantifier is None and condition.values == ("true",)
    match operator.quantifier:
        case Quantifier.FOR_ALL_VALUES:
            return True
        case Quantifier.FOR_ANY_VALUE:
            return False  # what IfExists does under ForAnyValue is not documented
        case None:
            return operator.operator.negated or operator.if_exists


def null(condition: Condition) -> bool | None:
    """What a `Null` condition asks for: True, the key is absent; None where it is no such condition."""
    if condition.operator != QualifiedOperator(_NULL):
        return None
    written = [str(value).lower() for value in condition.values]
    return {"true": True, "false": False}.get(written[0]) if len(written) == 1 else None


def value_covers(operator: QualifiedOperator) -> Callable[[Text, Text], bool]:
    """Whether what equals or fits the second value also does so with the first, under the operator."""
    kind, comparison = operator.operator.value_type, operator.operator.comparison

    def covers(outer: Text, inner: Text) -> bool:
        if outer == inner or not (isinstance(outer, str) and isinstance(inner, str)):
            return outer == inner
        match kind, comparison:
            case ValueType.STRING, Comparison.LIKE:
                return includes(glob(outer), glob(inner))
            case ValueType.STRING, Comparison.EQUALS_IGNORE_CASE:
                return outer.lower() == inner.lower()
            case ValueType.ARN, _:
                return _is_arn(outer) and _is_arn(inner) and includes(arn_glob(outer), arn_glob(inner))
            case ValueType.IP, _:
                wide, narrow = parse_address_range(outer), parse_address_range(inner)
                return wide is not None and narrow is not None and wide.contains(narrow)
            case ((ValueType.BOOL | ValueType.PRESENCE), _):
                return outer.lower() == inner.lower()
            case _:
                return False

    return covers


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= 5


def implies(one: Condition, other: Condition) -> bool:
    """True only if the second condition holds wherever the first does."""
    if one.folded_key != other.folded_key:
        return False
    if one.operator == other.operator:
        if null(one) is not None or null(other) is not None:
            return one.values == other.values
        covers = value_covers(one.operator)
        inner, outer = one.values, other.values
        if one.operator.operator.negated:
            inner, outer = outer, inner
        return all(any(covers(wide, value) for wide in outer) for value in inner)
    if _is_opposite(one.operator, other.operator):
        # What fits one of these values fits none of those, if they have nothing in common.
        return not any(_may_meet(one.operator, value, kept) for value in one.values for kept in other.values)
    # `Null` counts an empty text as absent, and IfExists does not: so not for a positive operator with IfExists.
    negated = other.operator.operator.negated or other.operator.quantifier is Quantifier.FOR_ALL_VALUES
    return null(one) is True and negated and is_true_when_absent(other)


def _is_opposite(one: QualifiedOperator, other: QualifiedOperator) -> bool:
    """True iff the second is a negated operator of the same sort, and the first asks for a value to be there."""
    if one.operator.negated or not other.operator.negated or one.if_exists:
        return False
    sort = (one.operator.value_type, one.operator.comparison)
    return (
        one.quantifier is other.quantifier
        and one.quantifier is not Quantifier.FOR_ALL_VALUES
        and one.operator.value_type in (ValueType.STRING, ValueType.ARN)
        and sort == (other.operator.value_type, other.operator.comparison)
    )


def _may_meet(operator: QualifiedOperator, one: Text, other: Text) -> bool:
    """False only if no value of the key fits both."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return True
    match operator.operator.value_type, operator.operator.comparison:
        case ValueType.ARN, _:
            return not (_is_arn(one) and _is_arn(other)) or overlaps(arn_glob(one), arn_glob(other))
        case _, Comparison.LIKE:
            return overlaps(glob(one), glob(other))
        case _, Comparison.EQUALS:
            return one == other
        case _:
            return one.lower() == other.lower()


def all_imply(given: Sequence[Condition], wanted: Sequence[Condition]) -> bool:
    """True only if the wanted conditions all hold wherever the given ones do."""
    return all(any(implies(one, other) for one in given) for other in wanted)


def _tidied_conditions(conditions: Sequence[Condition], catalog: Catalog) -> tuple[Condition, ...] | None:
    """None iff they can never hold together."""
    kept: list[Condition] = []
    for condition in conditions:
        tidy = _tidied_condition(condition, catalog)
        if tidy is not None:
            kept.append(tidy)
    for index, condition in enumerate(list(kept)):
        if any(implies(other, condition) for other in kept if other is not condition) and not any(
            implies(condition, other) and implies(other, condition) for other in kept[:index]
        ):
            kept = [other for other in kept if other is not condition]
    together: dict[tuple[QualifiedOperator, str], Condition] = {}
    for condition in kept:
        place = (condition.operator, condition.folded_key)
        known = together.get(place)
        if known is not None:
            both = _both(known, condition)
            if both is None:
                return None
            condition = both  # noqa: PLW2901
        together[place] = condition
    return tuple(sorted(together.values(), key=lambda one: (str(one.operator), one.folded_key)))


def _tidied_condition(condition: Condition, catalog: Catalog) -> Condition | None:
    """None iff it always holds."""
    known = catalog.condition_key(condition.key)
    # A key with a variable part is written as it was: the catalog has the template of it.
    key = condition.key if known is None or known.name.lower() != condition.folded_key else known.name
    operator = condition.operator
    plain = _SHORTER.get(operator.operator.name, operator.operator)
    if operator.quantifier is None and plain.negated:
        operator = replace(operator, if_exists=False)  # a negated operator is true on a missing key anyway
    operator = replace(operator, operator=plain)
    values = largest(condition.values, value_covers(operator))
    if operator == QualifiedOperator(_NULL) and len(values) == 2:
        return None
    return replace(condition, operator=operator, key=key, values=values)


def _both(one: Condition, other: Condition) -> Condition | None:
    """The condition that holds where both do, of one operator and key; None iff there is no such request."""
    covers = value_covers(one.operator)
    quantifier = one.operator.quantifier
    if one.operator.operator.negated and quantifier is not Quantifier.FOR_ANY_VALUE:
        return replace(one, values=largest((*one.values, *other.values), covers))
    if implies(one, other):
        return one
    if implies(other, one):
        return other
    if null(one) is not None:
        return None
    if quantifier is not Quantifier.FOR_ANY_VALUE and is_exact_list(one) and is_exact_list(other):
        common = tuple(value for value in one.values if value in other.values)
        if common:
            return replace(one, values=common)
        if quantifier is None and not one.operator.if_exists:
            return None
    raise InternalError(f"two conditions `{one.operator}` on `{one.key}` cannot stand in one statement")


def is_exact_list(condition: Condition) -> bool:
    """True only if each value stands for one value of the key and no two stand for the same."""
    operator = condition.operator.operator
    if operator.value_type is not ValueType.STRING or operator.comparison is Comparison.EQUALS_IGNORE_CASE:
        return False
    if operator.comparison is Comparison.LIKE:
        return all(
            isinstance(value, str) and "*" not in value and "?" not in value for value in condition.values
        )
    return all(isinstance(value, str) for value in condition.values)


def with_fewer_blocks(statement: Statement) -> Statement:
    """The same statement with the values of StringEquals under StringLike, where there are both.

    A text without a wildcard means the same under both, and one block is shorter than two.
    """
    operators = {str(condition.operator) for condition in statement.conditions}
    taken = {(str(c.operator), c.folded_key) for c in statement.conditions}

    def alike(condition: Condition) -> Condition:
        name = condition.operator.operator.name
        like = OPERATOR_BY_NAME.get(name.replace("Equals", "Like").lower())
        if name not in ("StringEquals", "StringNotEquals") or like is None:
            return condition
        wider = replace(condition.operator, operator=like)
        is_plain = is_exact_list(replace(condition, operator=wider))
        free = (str(wider), condition.folded_key) not in taken
        return (
            replace(condition, operator=wider) if str(wider) in operators and is_plain and free else condition
        )

    conditions = sorted(map(alike, statement.conditions), key=lambda one: (str(one.operator), one.folded_key))
    return replace(statement, conditions=tuple(conditions))
