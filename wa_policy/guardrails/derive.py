"""From a rule and parameter values to Deny statements that denote exactly the forbidden requests that the kind can bind.

What an operator does on a missing key decides its form: a negated one is true, so it serves where a missing key is
forbidden too, and needs `Null` beside it where it is not; any other is false, and takes `IfExists` where a missing key is
forbidden. A ForAnyValue operator is false on a missing key whatever it negates, so there the missing key is a statement of
its own.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError, UsageError
from wa_policy.guardrails.bind import Bound, bind
from wa_policy.guardrails.model import Calling, CannotBind, ForbiddenClass, Guardrail, NeedsParameters
from wa_policy.iam.operators import OPERATOR_BY_NAME, QualifiedOperator, Quantifier, ValueType
from wa_policy.iam.policy import Condition, Effect, PrincipalElement, Selection, Statement
from wa_policy.iam.principal import Everyone
from wa_policy.iam.source import NOWHERE
from wa_policy.rules.key_domains import value_type
from wa_policy.rules.model import GuardrailKind, Rule
from wa_policy.rules.request_class import KeySpec
from wa_policy.settings import ParameterValue

Conditions = tuple[Condition, ...]


def guardrail_of(
    rule: Rule, values: Mapping[str, ParameterValue], catalog: Catalog
) -> Guardrail | CannotBind | NeedsParameters:
    """The guardrail of a rule: its `statements` deny all requests of its `classes` and no others.

    `values` has a value for each parameter of the rule (`rules.parameters.values_of`), of the right type
    (`rules.parameters.check_settings`). Raises UsageError iff a value cannot stand in a policy.
    """
    bound = bind(rule, values, catalog)
    if not isinstance(bound, Bound):
        return bound
    try:
        statements = [found for one in bound.classes for found in statements_of(one, bound.kind, catalog)]
    except _NoForm as no_form:
        return CannotBind(rule.id, no_form.reason, rule.prevented_by)
    return Guardrail(
        rule.id,
        rule.title,
        bound.kind,
        tuple(dict.fromkeys(statements)),
        bound.classes,
        dict(values),
        bound.limits,
    )


class _NoForm(Exception):  # noqa: N818  # caught above, never seen outside
    """The policy language has no statement for the class."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def statements_of(one: ForbiddenClass, kind: GuardrailKind, catalog: Catalog) -> Iterator[Statement]:
    """Deny statements whose union is the class."""
    principal = PrincipalElement((Everyone(),)) if kind is GuardrailKind.RCP else None
    actions, resources = _actions(one, kind, catalog), _resources(one)
    ways = [_caller_ways(one, kind), *(_ways(key, spec, catalog) for key, spec in one.context)]
    for chosen in product(*ways):
        conditions = _merged(condition for part in chosen for condition in part)
        if conditions is not None:
            yield Statement(Effect.DENY, principal, actions, resources, conditions, None, NOWHERE)


# --- action and resource -----------------------------------------------------------------------------------------------


def _actions(one: ForbiddenClass, kind: GuardrailKind, catalog: Catalog) -> Selection:
    if not one.not_actions:
        return Selection(one.actions)
    if "*" in one.actions and kind is GuardrailKind.SCP:
        return Selection(one.not_actions, negated=True)
    # A resource control policy has no NotAction, and no statement has both: the actions are named one by one.
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    wanted = _matching(one.actions, catalog) & catalog.listed
    return Selection(catalog.names(catalog.difference(wanted, _matching(one.not_actions, catalog))))


def _matching(patterns: tuple[str, ...], catalog: Catalog) -> int:
    bits = 0
    for pattern in patterns:
        bits |= catalog.actions_matching(pattern)
    return bits


def _resources(one: ForbiddenClass) -> Selection:
    for pattern in (*one.resources, *one.not_resources):
        _check("Resource", pattern)
    if not one.not_resources:
        return Selection(one.resources)
    if "*" in one.resources:
        return Selection(one.not_resources, negated=True)
    raise _NoForm("a statement has either Resource or NotResource, and its requests ask for both")


# --- conditions ----------------------------------------------------------------------------------------------------------

_PRESENT, _MISSING = ("false",), ("true",)


def _condition(
    name: str, key: str, values: tuple[str, ...], *, any_value: bool = False, if_exists: bool = False
) -> Condition:
    quantifier = Quantifier.FOR_ANY_VALUE if any_value else None
    operator = QualifiedOperator(OPERATOR_BY_NAME[name.lower()], quantifier, if_exists)
    return Condition(operator, key, values, NOWHERE)


def _caller_ways(one: ForbiddenClass, kind: GuardrailKind) -> list[Conditions]:
    """The conditions that leave only these callers, beside what the context says."""
    if kind is GuardrailKind.SCP:
        return [()]  # it binds principals of accounts and nobody else
    is_service = "aws:PrincipalIsAWSService"  # on every signed request, and on no other
    match frozenset(one.callers):
        case who if who == {Calling.PRINCIPAL, Calling.ANONYMOUS}:
            return [(_condition("Bool", is_service, ("false",), if_exists=True),)]
        case who if who == {Calling.PRINCIPAL}:
            return [(_condition("Bool", is_service, ("false",)),)]
        case who if who == {Calling.SERVICE}:
            return [(_condition("Bool", is_service, ("true",)),)]
        case who if who == {Calling.ANONYMOUS}:
            return [(_condition("StringEquals", "aws:PrincipalAccount", ("anonymous",)),)]
        case who if who == {Calling.FEDERATED}:
            return [(_condition("Null", is_service, _MISSING),)]
        case who:
            raise InternalError(f"no conditions tell {sorted(who)} from other callers")


def _ways(key: str, spec: KeySpec, catalog: Catalog) -> list[Conditions]:
    """Alternatives of conditions on one key: together they hold for exactly what the class says of it."""
    if spec.absent is True:
        return [(_condition("Null", key, _MISSING),)]
    known = catalog.condition_key(key)
    if spec.some_of or spec.some_other_than or (known is not None and known.multivalued):
        return _ways_of_many(key, spec, catalog)
    return [tuple(_of_one(key, spec, catalog))]


def _ways_of_many(key: str, spec: KeySpec, catalog: Catalog) -> list[Conditions]:
    asked: list[Condition] = []
    if spec.some_of:
        asked.append(_text(key, spec.some_of, spec, catalog, negated=False, any_value=True))
    if spec.some_other_than:
        asked.append(_text(key, spec.some_other_than, spec, catalog, negated=True, any_value=True))
    if not asked:
        return [() if spec.absent is None else (_condition("Null", key, _PRESENT),)]
    missing = (_condition("Null", key, _MISSING),)
    return [tuple(asked)] if spec.absent is False else [missing, tuple(asked)]


def _of_one(key: str, spec: KeySpec, catalog: Catalog) -> Iterator[Condition]:
    may_miss = spec.absent is None
    positive = False
    if spec.one_of:
        positive = True
        yield _text(key, spec.one_of, spec, catalog, negated=False, if_exists=may_miss)
    if spec.none_of:
        found = _text(key, spec.none_of, spec, catalog, negated=True, if_exists=may_miss)
        positive = positive or not found.operator.operator.negated
        yield found
    if spec.inside:
        positive = True
        yield _condition("IpAddress", key, spec.inside, if_exists=may_miss)
    if spec.outside:
        yield _condition("NotIpAddress", key, spec.outside)
    for name, number in (("NumericLessThan", spec.less_than), ("NumericGreaterThan", spec.greater_than)):
        if number is not None:
            positive = True
            yield _condition(name, key, (_number(number),), if_exists=may_miss)
    if spec.absent is False and not positive:
        yield _condition("Null", key, _PRESENT)


def _number(number: str | float) -> str:
    return str(int(number)) if isinstance(number, float) and number.is_integer() else str(number)


def _text(
    key: str,
    patterns: tuple[str, ...],
    spec: KeySpec,
    catalog: Catalog,
    *,
    negated: bool,
    any_value: bool = False,
    if_exists: bool = False,
) -> Condition:
    """The condition that a value fits one of the patterns, or none of them."""
    known = catalog.condition_key(key)
    for pattern in patterns:
        _check(key, pattern, sensitive=known is not None and known.sensitive)
    kind = value_type(key, catalog)
    if kind is ValueType.BOOL:
        return _flag(key, patterns, negated=negated, any_value=any_value, if_exists=if_exists)
    if kind is ValueType.ARN:
        for pattern in patterns:
            if not pattern.startswith("arn:") or pattern.count(":") < 5:
                raise UsageError(
                    f"found `{pattern}` for `{key}`, expected an ARN, in which `*` stands for any text"
                )
        family, comparison = "Arn", "Like"
    else:
        family, comparison = "String", _comparison(patterns, spec)
    name = f"{family}{'Not' if negated else ''}{comparison}"
    # A negated operator is true on a missing key as it is.
    return _condition(name, key, patterns, any_value=any_value, if_exists=if_exists and not negated)


def _comparison(patterns: tuple[str, ...], spec: KeySpec) -> str:
    if spec.ignore_case:
        return "EqualsIgnoreCase"
    return "Like" if any("*" in pattern or "?" in pattern for pattern in patterns) else "Equals"


def _flag(
    key: str, patterns: tuple[str, ...], *, negated: bool, any_value: bool, if_exists: bool
) -> Condition:
    wanted = {pattern.lower() for pattern in patterns}
    values = tuple(value for value in ("false", "true") if (value in wanted) is not negated)
    if not values:
        raise UsageError(f"found no value that `{key}` may have, expected `true` or `false` to be left")
    return _condition("Bool", key, values, any_value=any_value, if_exists=if_exists)


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
_ADMITTED = re.compile("[\\t\\n\\r\\x20-\\xff]+")


def _check(place: str, pattern: str, *, sensitive: bool = False) -> None:
    if "${" in pattern:
        raise UsageError(f"found `{pattern}` for `{place}`, expected a value without a policy variable")
    if _ADMITTED.fullmatch(pattern) is None:
        raise UsageError(
            f"found `{pattern}` for `{place}`, expected characters up to U+00FF, as in any policy"
        )
    if sensitive and ("*" in pattern or "?" in pattern):
        raise UsageError(f"found `{pattern}` for `{place}`, expected no wildcard, as AWS takes none there")


def _merged(conditions: Iterator[Condition]) -> Conditions | None:
    """The conditions with one per operator and key, or None iff they cannot all hold."""
    found: dict[tuple[str, str], Condition] = {}
    for condition in conditions:
        place = (str(condition.operator), condition.folded_key)
        other = found.get(place)
        if other is None:
            found[place] = condition
        elif condition.operator.operator.negated and condition.operator.quantifier is None:
            values = dict.fromkeys((*other.values, *condition.values))
            found[place] = _with_values(other, tuple(str(value) for value in values))
        else:
            common = tuple(str(value) for value in other.values if value in condition.values)
            if condition.operator.operator.value_type in (ValueType.BOOL, ValueType.PRESENCE):
                if not common:
                    return None
            elif set(other.values) != set(condition.values):
                raise _NoForm(
                    f"one statement cannot say two things of `{condition.key}` by `{condition.operator}`"
                )
            found[place] = _with_values(other, common)
    return tuple(sorted(found.values(), key=lambda one: (str(one.operator), one.folded_key)))


def _with_values(condition: Condition, values: tuple[str, ...]) -> Condition:
    return Condition(condition.operator, condition.key, values, condition.source)
