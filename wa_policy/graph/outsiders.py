"""Whom from outside a statement means by its conditions, where its Principal names everyone or an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.operators import Comparison, Quantifier, ValueType
from wa_policy.iam.policy import Condition, Effect, Statement
from wa_policy.iam.principal import Everyone

_DIGITS = 12


def accounts_meant(statement: Statement) -> Iterator[str]:
    """The accounts to which the conditions of an Allow statement hold everyone; of a pattern one that matches it."""
    element = statement.principal
    if statement.effect is not Effect.ALLOW or element is None:
        return
    if not element.negated and not any(isinstance(named, Everyone) for named in element.principals):
        return
    for condition in _positive(statement.conditions):
        for value in condition.values:
            if not isinstance(value, str):
                continue
            account = value
            if condition.folded_key == "aws:principalarn":
                arn = parse_arn(value)
                account = "" if arn is None else arn.account
            elif condition.folded_key != "aws:principalaccount":
                continue
            sample = _sample(account)
            if sample is not None:
                yield sample


_ORGANIZATION_KEYS = ("aws:principalorgid", "aws:principalorgpaths")


def holds_outside(condition: Condition, organization: str | None) -> bool | None:
    """Does a condition hold for callers that do not belong to the organization? None where it depends, or is of others."""
    qualified = condition.operator
    comparison = qualified.operator.comparison
    if (
        organization is None
        or condition.folded_key not in _ORGANIZATION_KEYS
        or qualified.quantifier is Quantifier.FOR_ALL_VALUES
        or qualified.operator.value_type is not ValueType.STRING
        or comparison not in (Comparison.EQUALS, Comparison.EQUALS_IGNORE_CASE, Comparison.LIKE)
        or any(
            not isinstance(value, str) or value.split("/", 1)[0] != organization for value in condition.values
        )
    ):
        return None
    if qualified.operator.negated:
        # Without a set operator a key that is missing meets it as well.
        return True if qualified.quantifier is None else None
    return None if qualified.if_exists else False


def _positive(conditions: Iterable[Condition]) -> Iterator[Condition]:
    return (condition for condition in conditions if not condition.operator.operator.negated)


def _sample(pattern: str) -> str | None:
    """An account id that the pattern matches, None where it matches any, or none."""
    if not pattern.strip("*?"):
        return None
    filled = pattern.replace("?", "0")
    head, star, tail = filled.partition("*")
    if star:
        tail = tail.replace("*", "")
        filled = head + "0" * (_DIGITS - len(head) - len(tail)) + tail
    return filled if is_account_id(filled) else None
