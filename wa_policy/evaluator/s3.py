"""What Amazon S3 decides beside policies.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wa_policy.evaluator.truth import Truth, all_of, any_of, negate
from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.operators import Comparison, Quantifier, ValueType
from wa_policy.iam.policy import Condition, Effect, Policy, Statement
from wa_policy.iam.principal import Everyone, UnknownPrincipal
from wa_policy.iam.request import ContextValue
from wa_policy.iam.text import Text
from wa_policy.iam.values import parse_address_range

# Keys whose fixed values make an Allow not public, in the words of the page. Of `aws:userid` it says "outside the
# pattern `AROLEID:*`": a value of that pattern has a wildcard, as any other, and is not fixed.
_FIXING_STRINGS = frozenset(
    (
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourcearn",
        "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:sourceorgid", "aws:userid",
        "s3:dataaccesspointaccount",
    )
)  # fmt: skip
_MIN_PREFIX = {4: 8, 6: 32}  # ranges wider than /8 and /32 are public


def is_public(policy: Policy) -> Truth:
    """True iff S3 calls the bucket policy public: some Allow names everyone and is not held to fixed values."""
    return any_of(
        (
            *(
                all_of((_names_everyone(statement), negate(any_of(map(_is_fixed, statement.conditions)))))
                for statement in policy.statements
                if statement.effect is Effect.ALLOW
            ),
            *policy.unreadable,
        )
    )


def _names_everyone(statement: Statement) -> Truth:
    element = statement.principal
    if element is None:
        return False
    if element.negated or Everyone() in element.principals:
        return True
    return any_of(
        principal.template.holes[0].reason
        for principal in element.principals
        if isinstance(principal, UnknownPrincipal) and principal.kind == "AWS" and principal.template.holes
    )


def _is_fixed(condition: Condition) -> Truth:
    """True iff every value of the condition is fixed, so that the key admits no one unforeseen."""
    qualified = condition.operator
    if qualified.operator.negated or qualified.if_exists or qualified.quantifier is Quantifier.FOR_ALL_VALUES:
        return False
    is_ip = qualified.operator.value_type is ValueType.IP
    if not is_ip and qualified.operator.value_type not in (ValueType.STRING, ValueType.ARN):
        return False
    like = qualified.operator.comparison is Comparison.LIKE
    test: Callable[[str], bool]
    match condition.folded_key:
        case "aws:sourceip" if is_ip:
            test = _is_narrow
        case _ if is_ip:
            return False
        case "s3:dataaccesspointarn":
            test = _account_is_fixed
        case key if key in _FIXING_STRINGS:
            test = _is_fixed_pattern if like else _is_anything
        case _:
            return False
    return all_of(_passes(value, test) for value in condition.values)


def _passes(value: Text, test: Callable[[str], bool]) -> Truth:
    if isinstance(value, str):
        return test(value)
    return value.holes[0].reason if value.holes else False  # a policy variable is not fixed


def _is_anything(_: str) -> bool:
    return True


def _is_fixed_pattern(value: str) -> bool:
    return "*" not in value and "?" not in value


def _is_narrow(value: str) -> bool:
    found = parse_address_range(value)
    if found is None:
        return False
    bits = 32 if found.version == 4 else 128
    return found.last - found.first < 1 << (bits - _MIN_PREFIX[found.version])


def _account_is_fixed(value: str) -> bool:
    arn = parse_arn(value)
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
