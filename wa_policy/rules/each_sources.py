"""The source ARNs of a function's policy that name something of which all of the kind were listed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wa_policy.evaluator.truth import Truth
from wa_policy.iam.arn import Arn, is_account_id, parse_arn
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.policy import Effect, Statement
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import REST_API_ID_PROPERTY, Inventory, Resource
from wa_policy.rules.arguments import Values
from wa_policy.rules.documents import resource_documents
from wa_policy.rules.items import Field, Item, Items, first_of_each_key
from wa_policy.rules.shape_grants import is_firm
from wa_policy.rules.subjects import Scope, Subject


@dataclass(frozen=True, slots=True)
class _Listed:
    """What an ARN names: the types, and the calls that list all of them; `property` names what stands in the ARN."""

    types: tuple[str, ...]
    calls: tuple[str, ...]
    property: str = ""


_LISTED: Mapping[tuple[str, str], _Listed] = {
    ("s3", ""): _Listed(("AWS::S3::Bucket",), ("s3api.list-buckets",)),
    ("sns", ""): _Listed(("AWS::SNS::Topic",), ("sns.list-topics",)),
    ("sqs", ""): _Listed(("AWS::SQS::Queue",), ("sqs.list-queues",)),
    ("events", "rule"): _Listed(("AWS::Events::Rule",), ("events.list-rules",)),
    ("logs", "log-group"): _Listed(("AWS::Logs::LogGroup",), ("logs.describe-log-groups",)),
    ("cognito-idp", "userpool"): _Listed(("AWS::Cognito::UserPool",), ("cognito-idp.list-user-pools",)),
    ("states", "stateMachine"): _Listed(("AWS::StepFunctions::StateMachine",), ("stepfunctions.list-state-machines",)),
    ("execute-api", ""): _Listed(
        ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"), ("apigateway.get-rest-apis", "apigatewayv2.get-apis"), "id"
    ),
}  # fmt: skip
"""By the service of the ARN, and the type of resource where the service has several."""
_GLOBAL = frozenset(("s3",))


def listed_sources(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The source ARNs of Allow statements for whose account and Region all of the kind were listed, and how many there are."""
    documents = resource_documents(subject)
    items: list[Item] = []
    for _, statement in documents.statements(Effect.ALLOW):
        for condition in statement.conditions:
            if condition.folded_key != "aws:sourcearn" or not is_firm(condition):
                continue
            for value in condition.values:
                arn = parse_arn(value) if isinstance(value, str) else None
                if arn is None:
                    continue
                for account in _accounts(arn, statement):
                    found = _count(arn, account, scope.inventory)
                    if isinstance(found, Unknown):
                        items.append(Item(str(value), condition.source, unknown=found))
                    elif found is not None:
                        fields: dict[str, Field] = {
                            "source": str(value),
                            "account": account,
                            "found": str(found),
                        }
                        items.append(Item(str(value), condition.source, fields, statement, condition, value))
    return Items(first_of_each_key(items), documents.unknown)


def _accounts(arn: Arn, statement: Statement) -> Iterator[str]:
    """The account of an ARN; of the ARN of a bucket that which the grant asks for."""
    if is_account_id(arn.account):
        yield arn.account
    elif not arn.account:
        named = {
            str(value)
            for condition in statement.conditions
            if condition.folded_key == "aws:sourceaccount" and is_firm(condition)
            for value in condition.values
        }
        if len(named) == 1:
            yield named.pop()


def _count(arn: Arn, account: str, inventory: Inventory) -> int | Unknown | None:
    """How many resources the ARN names; None where nothing of the account was exported, or its list tells nothing."""
    kind = _LISTED.get((arn.service, arn.resource_type)) or _LISTED.get((arn.service, ""))
    region = None if arn.service in _GLOBAL else arn.region
    if kind is None or (region is not None and not re.fullmatch("[a-z0-9-]+", region)):
        return None
    if arn.service == "events" and arn.resource_name.count("/") > 0:
        return None  # `list-rules` answers for one bus: which other buses were asked about is not kept
    missing = [call for call in kind.calls if not _was_listed(inventory, call, account, region)]
    if missing:
        if not any(one.account == account for one in inventory.listed):
            return None
        wanted = f"{missing[0].replace('.', ' ')} in account `{account}`" + (
            f" in `{region}`" if region else ""
        )
        return Unknown(UnknownKind.NOT_EXPORTED, wanted)
    candidates = [
        one for type_ in kind.types for one in inventory.of_type(type_) if one.account in (account, None)
    ]
    return sum(1 for one in candidates if _is_named(arn, one, kind))


def _was_listed(inventory: Inventory, call: str, account: str, region: str | None) -> bool:
    """True iff all of a kind were listed; of a global service the Region that was asked does not matter."""
    if region is not None:
        return inventory.was_listed(call, account, region)
    return any(
        one.operation == call and one.account == account and one.resource is None for one in inventory.listed
    )


def _is_named(arn: Arn, one: Resource, kind: _Listed) -> bool:
    if kind.property:
        api = one.property(REST_API_ID_PROPERTY if one.type == "AWS::ApiGateway::RestApi" else "ApiId")
        return isinstance(api, str) and matches(glob(arn.resource.partition("/")[0]), api)
    written = str(arn).removesuffix(":*") if arn.service == "logs" else str(arn)
    return matches(glob(written), one.id)


def is_gone(item: Item, _subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff the source is none of what was listed."""
    return item.fields["found"] == "0"


def gone_in_words(item: Item) -> str:
    """What is missing."""
    return f"account {item.fields['account']} has no `{item.fields['source']}`"
