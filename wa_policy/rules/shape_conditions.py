"""Is a condition one that can work: a key that there is, an operator that suits it, values that it can have?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.catalog.records import ConditionKey
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.operators import Comparison, Quantifier, ValueType
from wa_policy.iam.policy import Condition, Effect, Statement
from wa_policy.iam.text import Text
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.iam.values import parse_address_range
from wa_policy.inventory.symbols import has_made_name
from wa_policy.rules.actions import actions_of, matching
from wa_policy.rules.arguments import Values
from wa_policy.rules.documents import hole_of
from wa_policy.rules.each_grants import service_label, services_of
from wa_policy.rules.items import Item
from wa_policy.rules.shape_grants import is_always_there, names_everyone
from wa_policy.rules.subjects import Scope, Subject

# --- set operators ---------------------------------------------------------------------------------------------------


def is_loose_set_operator(item: Item, _subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff an Allow asks by ForAllValues for a key that may be missing, and nothing asks that it be there."""
    statement, condition = item.statement, item.condition
    if statement is None or condition is None or statement.effect is not Effect.ALLOW:
        return False
    if condition.operator.quantifier is not Quantifier.FOR_ALL_VALUES:
        return False
    if is_always_there(condition.key, scope.catalog) and not names_everyone(statement):
        return False
    if condition.folded_key in _OF_ITEMS and _names_items(statement, scope.catalog):
        return False
    return not any(
        other.folded_key == condition.folded_key and _needs_key(other) for other in statement.conditions
    )


_OF_ITEMS = ("dynamodb:leadingkeys", "dynamodb:attributes")
_ON_ITEMS = (
    "BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PartiQLDelete", "PartiQLInsert",
    "PartiQLUpdate", "PutItem", "Query", "UpdateItem",
)  # fmt: skip
"""Actions of DynamoDB that say for which items they are, so that their requests always have the keys of these items.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""


def _names_items(statement: Statement, catalog: Catalog) -> bool:
    """True iff every action of DynamoDB in the statement names its items."""
    bits, hole = actions_of(statement.action, catalog)
    of_items = matching((f"dynamodb:{name}" for name in _ON_ITEMS), catalog)
    return hole is None and not catalog.difference(bits & catalog.actions_matching("dynamodb:*"), of_items)


def _needs_key(condition: Condition) -> bool:
    """True iff the condition is false where the key is missing."""
    qualified = condition.operator
    if qualified.operator.comparison is Comparison.IS_NULL:
        return bool(condition.values) and all(str(value).lower() == "false" for value in condition.values)
    if qualified.if_exists or qualified.quantifier is Quantifier.FOR_ALL_VALUES:
        return False
    return qualified.quantifier is Quantifier.FOR_ANY_VALUE or not qualified.operator.negated


def set_operator_in_words(item: Item) -> str:
    """Why the operator lets through."""
    return f"`{item.fields['operator']}` on `{item.fields['key']}` is true for a request without the key"


# --- keys, operators, values -----------------------------------------------------------------------------------------

_OUTDATED = frozenset(("aws:sourceowner", "aws:principalorgmasteraccountid"))
"""Keys that services still write and no page lists."""
_VARIABLES = ("iot:connection.", "iot:certificate.", "iot:clientid", "iot:domainname")
"""How the policy variables of AWS IoT begin, which stand for keys too.

https://docs.aws.amazon.com/iot/latest/developerguide/iot-policy-variables.html
"""
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_VPC, _ENDPOINT = re.compile(r"vpc-[0-9a-f]{8,17}"), re.compile(r"vpce-[0-9a-f]{8,17}")


def _fits(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


_VALUES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    **dict.fromkeys(
        (
            "aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "aws:resourceaccount", "kms:calleraccount",
            "s3:dataaccesspointaccount", "s3:resourceaccount", "aws:vpceaccount",
        ),
        (is_account_id, "an account of twelve digits"),
    ),
    **dict.fromkeys(
        ("aws:principalorgid", "aws:sourceorgid", "aws:resourceorgid", "aws:vpceorgid"),
        (_fits(_ORGANIZATION), "an organization such as `o-a1b2c3d4e5`"),
    ),
    "aws:sourcevpc": (_fits(_VPC), "a VPC such as `vpc-0a1b2c3d`"),
    "aws:sourcevpce": (_fits(_ENDPOINT), "a VPC endpoint such as `vpce-0a1b2c3d`"),
}  # fmt: skip
"""Keys whose values have one form, with what it is."""


def is_invalid_condition(item: Item, _subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff there is no such key for any action of the statement, the operator does not suit it, or no value can match."""
    if item.statement is None or item.condition is None:
        return False
    found = fault_of(item.statement, item.condition, scope.catalog)
    return found if isinstance(found, Unknown) else bool(found)


def fault_in_words(item: Item) -> str:
    """What is wrong with the condition."""
    if item.statement is None or item.condition is None:
        return ""
    from wa_policy.catalog.store import load_catalog

    return str(fault_of(item.statement, item.condition, load_catalog()))


def fault_of(statement: Statement, condition: Condition, catalog: Catalog) -> str | Unknown:
    """What is wrong with a condition in words, nothing where it can work."""
    name = condition.key
    if "${" in name:
        return Unknown(UnknownKind.UNRESOLVED, f"the condition key `{name}`")
    if condition.folded_key in _OUTDATED:
        return _fault_of_values(condition)
    key = catalog.condition_key(name)
    if key is None and condition.folded_key.startswith(_VARIABLES):
        return ""
    if key is None:
        return f"there is no condition key `{name}`"
    if not key.is_global:
        bits, hole = actions_of(statement.action, catalog)
        if not bits & _carrying(name, catalog):
            return hole or f"no request for the actions of the statement has `{name}`"
    return _fault_of_operator(condition, key) or _fault_of_values(condition)


def _carrying(name: str, catalog: Catalog) -> ActionSet:
    """The actions whose requests may have the key; some pages write `tag-key` where others have a variable."""
    start, slash, _ = name.partition("/")
    spelt = catalog.actions_carrying(f"{start}/tag-key") if slash else 0
    return catalog.actions_carrying(name) | spelt


def _fault_of_operator(condition: Condition, key: ConditionKey) -> str:
    operator = condition.operator.operator
    wanted = operator.value_type
    if wanted is ValueType.PRESENCE or wanted in key.types:
        return ""
    texts = [str(value) for value in condition.values]
    if wanted is ValueType.STRING and ValueType.ARN in key.types:
        return ""
    if wanted is ValueType.ARN and ValueType.STRING in key.types and all(_is_arn(text) for text in texts):
        return ""  # some keys of type String hold ARNs, such as those of an encryption context
    kinds = " or ".join(kind.value for kind in key.types)
    return f"`{operator.name}` does not suit `{condition.key}`, which is of the type {kinds}"


def _is_arn(text: str) -> bool:
    return text.startswith(("arn:", "${", "*"))


def _fault_of_values(condition: Condition) -> str | Unknown:
    """The first value that no request can have, in words; nothing where there is none or values are not known."""
    operator = condition.operator.operator
    if operator.comparison is Comparison.IS_NULL:
        return ""
    values = [value for value in condition.values if isinstance(value, str)]
    form = _VALUES.get(condition.folded_key)
    if operator.value_type is ValueType.IP:
        expected, wrong = "an address or a range", [v for v in values if parse_address_range(v) is None]
    elif operator.value_type is ValueType.BOOL:
        expected, wrong = "`true` or `false`", [v for v in values if v.lower() not in ("true", "false")]
    elif form is not None:
        fits, expected = form
        wrong = [value for value in values if not _may_fit(value, fits, operator.comparison)]
    else:
        return ""
    wrong = [value for value in wrong if not has_made_name(value)]
    if wrong:
        return f"`{condition.key}` is never `{wrong[0]}`, expected {expected}"
    return next((_open(value) for value in condition.values if _is_open(value)), "")


def _is_open(value: Text) -> bool:
    """True iff it is not known what the value will be; a policy variable is whatever the caller has."""
    return hole_of(value) is not None or (isinstance(value, str) and has_made_name(value))


def _open(value: Text) -> Unknown:
    return hole_of(value) or Unknown(UnknownKind.UNRESOLVED, f"what `{value}` will be")


def _may_fit(value: str, fits: Callable[[str], bool], comparison: Comparison) -> bool:
    if comparison is Comparison.LIKE and ("*" in value or "?" in value):
        return True
    return fits(value)


# --- source ARNs -----------------------------------------------------------------------------------------------------

_SENDS: Mapping[str, tuple[str, ...]] = {
    "apigateway": ("execute-api", "apigateway"),
    "batchoperations.s3": ("s3",),
    "cognito-sync": ("cognito-sync", "cognito-identity"),
    "delivery.logs": ("logs",),
    "lambda.alarms.cloudwatch": ("cloudwatch",),
    "lexv2": ("lex",),
    "voiceconnector.chime": ("chime",),
    "workmail": ("ses", "workmail"),
}
"""Services whose resources have another name in ARNs than the service principal has, by the name of the principal.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html and the pages of the services it names.
"""


def names_other_service(item: Item, _subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the source ARN is one of a service that is none of the service principals of the grant."""
    statement = item.statement
    if statement is None or statement.effect is not Effect.ALLOW:
        return False
    arn = parse_arn(str(item.value))
    if arn is None or not re.fullmatch("[a-z0-9-]+", arn.service):
        return False
    labels = [service_label(service) for service in services_of(statement)]
    known = {label: senders_of(label, scope.catalog) for label in labels}
    if not labels or any(arn.service in sent for sent in known.values()):
        return False
    unlisted = [label for label, sent in known.items() if not sent]
    if unlisted:
        return Unknown(UnknownKind.UNRESOLVED, f"whose ARNs `{unlisted[0]}` sends")
    return True


def senders_of(label: str, catalog: Catalog) -> tuple[str, ...]:
    """The services, by their names in ARNs, for whose resources a service principal calls; nothing where that is not known."""
    return _SENDS.get(label) or ((label,) if catalog.service_title(label) is not None else ())


def other_service_in_words(item: Item) -> str:
    """The two services."""
    services = () if item.statement is None else tuple(services_of(item.statement))
    return f"{', '.join(f'`{one}`' for one in services)} never calls for `{item.value}`"
