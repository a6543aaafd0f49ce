"""What Amazon S3 decides beside policies.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.operators import Comparison, Quantifier, ValueType
from wa_policy.iam.policy import Condition, Effect, Policy, Statement
from wa_policy.iam.principal import Everyone
from wa_policy.iam.request import ContextValue
from wa_policy.iam.text import Text
from wa_policy.iam.values import parse_address_range

# Keys whose fixed values make an Allow not public, in the words of the page.
_FIXING_STRINGS = frozenset(
    (
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourcearn",
        "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:sourceorgid", "aws:userid",
        "s3:dataaccesspointaccount",
    )
)  # fmt: skip
_ACCESS_POINT_ARN = "s3:dataaccesspointarn"
_MIN_PREFIX = {4: 8, 6: 32}  # ranges wider than /8 and /32 are public


def is_public(policy: Policy) -> bool:
    """True iff S3 calls the bucket policy public: some Allow names everyone and is not held to fixed values."""
    return any(
        statement.effect is Effect.ALLOW
        and _names_everyone(statement)
        and not any(map(_is_fixed, statement.conditions))
        for statement in policy.statements
    )


def _names_everyone(statement: Statement) -> bool:
    element = statement.principal
    return element is not None and (element.negated or Everyone() in element.principals)


def _is_fixed(condition: Condition) -> bool:
    """True iff every value of the condition is fixed, so that the key admits no one unforeseen."""
    qualified = condition.operator
    if qualified.operator.negated or qualified.if_exists or qualified.quantifier is Quantifier.FOR_ALL_VALUES:
        return False
    key = condition.folded_key
    if key == "aws:sourceip" and qualified.operator.value_type is ValueType.IP:
        return all(_is_narrow(value) for value in condition.values)
    if qualified.operator.value_type not in (ValueType.STRING, ValueType.ARN):
        return False
    like = qualified.operator.comparison is Comparison.LIKE
    if key == _ACCESS_POINT_ARN:
        return all(_account_is_fixed(value) for value in condition.values)
    if key == "aws:userid":
        return all(
            isinstance(value, str) and "*" not in value.removesuffix(":*" if like else "")
            for value in condition.values
        )
    return key in _FIXING_STRINGS and all(
        isinstance(value, str) and not (like and ("*" in value or "?" in value)) for value in condition.values
    )


def _is_narrow(value: Text) -> bool:
    found = parse_address_range(value) if isinstance(value, str) else None
    if found is None:
        return False
    bits = 32 if found.version == 4 else 128
    return found.last - found.first < 1 << (bits - _MIN_PREFIX[found.version])


def _account_is_fixed(value: Text) -> bool:
    arn = parse_arn(value) if isinstance(value, str) else None
    return arn is not None and is_account_id(arn.account)


def without_bucket_tags(context: Mapping[str, ContextValue], resource: str) -> dict[str, ContextValue]:
    """The context as S3 gives it while attribute-based access control is off for the bucket.

    The setting is one of general purpose buckets: access points, jobs and the like have their tags in any case.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging.html
    """
    hidden = ("s3:buckettag/", "aws:resourcetag/") if _is_bucket_or_object(resource) else ("s3:buckettag/",)
    return {key: value for key, value in context.items() if not key.startswith(hidden)}


def _is_bucket_or_object(resource: str) -> bool:
    arn = parse_arn(resource)
    return arn is None or not arn.account  # the ARN of a general purpose bucket names no account
