"""Relations of functions, state machines and what scales that no single property says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wa_policy.iam.pattern import matches, resource_glob
from wa_policy.iam.principal import FederatedPrincipal
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    DEPLOYMENT_PROPERTY,
    NotExported,
    Present,
    Principal,
    PropertyValue,
    Resource,
)
from wa_policy.inventory.relations.index import Index
from wa_policy.inventory.relations.inverse import union
from wa_policy.inventory.relations.listing import not_exported
from wa_policy.inventory.relations.made import ROTATION, ROTATION_PROPERTY
from wa_policy.inventory.relations.model import Back, NamedBy, Names, Outcome, Relation, Side
from wa_policy.inventory.relations.types import KNOWN, id_of, region_of, type_of
from wa_policy.inventory.relations.values import parts_at, values_at

FUNCTION, LOG_GROUP, REPOSITORY = "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::ECR::Repository"
ALIAS, TABLE, QUEUE = "AWS::Lambda::Alias", "AWS::DynamoDB::Table", "AWS::SQS::Queue"
STATE_MACHINE, TOPIC = "AWS::StepFunctions::StateMachine", "AWS::SNS::Topic"
SUBSCRIPTION, PROVIDER = "AWS::SNS::Subscription", "AWS::IAM::OIDCProvider"
DEPLOYMENT_GROUP = "AWS::CodeDeploy::DeploymentGroup"


# --- functions -------------------------------------------------------------------------------------------------------


def log_group(index: Index, side: Side) -> Outcome:
    """`LoggingConfig.LogGroup`, else `/aws/lambda/NAME`.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    """
    if not isinstance(side, Resource):
        return Outcome()
    for value in values_at(side, "LoggingConfig.LogGroup"):
        return index.all_named(side, value, (LOG_GROUP,))
    name = KNOWN[FUNCTION].name_in(side.id)
    if name is None:
        return Outcome()
    found = index.named(f"/aws/lambda/{name}", (LOG_GROUP,), side.account, side.region)
    # Lambda makes the group itself, if the template does not.
    return Outcome(found.found) if index.is_declared(side) else found


_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<name>[^:@]+)(?:[:@].*)?"
)


def image_repository(index: Index, side: Side) -> Outcome:
    """The repository of the image that a function runs."""
    if not isinstance(side, Resource):
        return Outcome()
    kind = side.property("PackageType")
    if kind == "Zip" or (
        kind is None and index.is_declared(side) and not list(values_at(side, "Code.ImageUri"))
    ):
        return Outcome()
    for value in values_at(side, "Code.ImageUri"):
        if isinstance(value, Unknown):
            return Outcome(open=value)
        image = _IMAGE.fullmatch(value)
        if image is None:
            return Outcome()
        return index.named(image["name"], (REPOSITORY,), image["account"], image["region"])
    if kind == "Image":
        return Outcome(missing=not_exported("lambda.get-function", f"`{side.id}`"))
    return Outcome(open=kind) if isinstance(kind, Unknown) else Outcome()


def deployment_groups(index: Index, side: Side) -> Outcome:
    """The deployment group that shifts the traffic of an alias, which only `UpdatePolicy` of a template says."""
    if not isinstance(side, Resource):
        return Outcome()
    told = side.properties.get(DEPLOYMENT_PROPERTY)
    if isinstance(told, Unknown):
        return Outcome(open=told)
    if isinstance(told, Mapping):
        application, group = told.get("ApplicationName"), told.get("DeploymentGroupName")
        for value in (application, group):
            if isinstance(value, Unknown):
                return Outcome(open=value)
        return index.named(f"{application}/{group}", (DEPLOYMENT_GROUP,), side.account, side.region)
    if side.told is not None and DEPLOYMENT_PROPERTY in side.told:
        return Outcome()
    # Elsewhere an AppSpec names the alias.
    for other in index.of_type(DEPLOYMENT_GROUP):
        if (other.account, region_of(other)) == (side.account, side.region):
            return Outcome(
                open=Unknown(UnknownKind.NOT_MODELLED, f"whether a deployment group shifts `{side.name}`")
            )
    return Outcome((), None, index.unlisted(DEPLOYMENT_GROUP, side))


def scaled(index: Index, side: Side) -> Outcome:
    """What `ResourceId` names: an alias of a function, a table.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
    """
    if not isinstance(side, Resource):
        return Outcome()
    value = side.property("ResourceId")
    if isinstance(value, Unknown):
        return Outcome(open=value)
    kind, _, name = str(value).partition("/")
    if kind == "table":
        return index.named(
            name.partition("/")[0], (TABLE, "AWS::DynamoDB::GlobalTable"), side.account, side.region
        )
    if str(value).startswith("function:"):
        named = str(value).removeprefix("function:")
        return union(
            (
                index.named(named, (ALIAS,), side.account, side.region),
                index.named(named, (FUNCTION,), side.account, side.region),
            )
        )
    return Outcome()


# --- subscriptions ---------------------------------------------------------------------------------------------------

_OF_TOPIC = NamedBy(("TopicArn",))
_PROTOCOLS = {"lambda": FUNCTION, "sqs": QUEUE}
_LIST, _DESCRIBE = "sns.list-subscriptions", "secretsmanager.describe-secret"


def queue_of_subscription(index: Index, side: Side) -> Outcome:
    """The queue that a subscription delivers to."""
    return _endpoint(index, side, QUEUE)


def function_of_subscription(index: Index, side: Side) -> Outcome:
    """The function that a subscription delivers to."""
    return _endpoint(index, side, FUNCTION)


def _endpoint(index: Index, side: Side, type_: str) -> Outcome:
    """What `Endpoint` names, if the protocol may be one that delivers to resources of the type."""
    if not isinstance(side, Resource):
        return Outcome()
    protocol = side.property("Protocol")
    if isinstance(protocol, str) and _PROTOCOLS.get(protocol.lower()) != type_:
        return Outcome()
    return union(
        Outcome(open=value)
        if isinstance(value, Unknown)
        else index.named(value, (type_,), side.account, side.region, only_arns=True)
        for value in values_at(side, "Endpoint")
    )


def subscriptions_of_topic(index: Index, side: Side) -> Outcome:
    """The subscriptions of a topic, as resources of their own or in its list."""
    found = index.inverse(SUBSCRIPTION, _OF_TOPIC, side)
    if not isinstance(side, Resource) or index.inventory.was_listed(_LIST, side.account, side.region):
        return found
    listed = side.property("Subscription")
    doubts = [part for part in parts_at(listed, "") if isinstance(part, Unknown)]
    return Outcome(found.found, found.open or (doubts[0] if doubts else None))


def subscriptions_of_endpoint(index: Index, side: Side) -> Outcome:
    """The subscriptions that deliver to a queue or function."""
    found = index.inverse(SUBSCRIPTION, Back("queue" if type_of(side) == QUEUE else "function"), side)
    if index.inventory.was_listed(_LIST, side.account, region_of(side)):
        return found
    missing = index.unlisted(TOPIC, side)
    unread = index.once(_unread_topics).get((side.account, region_of(side)))
    if index.is_declared(side):
        unread = None
    return Outcome(found.found, found.open or unread, missing)


def _unread_topics(index: Index) -> dict[tuple[str | None, str | None], Unknown]:
    found: dict[tuple[str | None, str | None], Unknown] = {}
    for topic in index.inventory.of_type(TOPIC):
        for part in parts_at(topic.property("Subscription"), ""):
            if isinstance(part, Unknown):
                found.setdefault((topic.account, topic.region), part)
    return found


# --- secrets ---------------------------------------------------------------------------------------------------------

_OF_SECRET, _BY_FUNCTION = NamedBy(("SecretId",)), NamedBy(("RotationLambdaARN",), only_arns=True)


def rotations_of_secret(index: Index, side: Side) -> Outcome:
    """The rotation of a secret, which is a resource of a template, and a part of an answer."""
    found = index.inverse(ROTATION, _OF_SECRET, side)
    if not isinstance(side, Resource) or index.is_declared(side):
        return found
    told = side.property(ROTATION_PROPERTY)
    if told is None and not index.inventory.was_listed(_DESCRIBE, side.account, side.region, side.id):
        told = not_exported(_DESCRIBE, f"`{side.id}`")
    return Outcome(found.found, found.open, told if isinstance(told, Unknown) else None)


def rotations_by_function(index: Index, side: Side) -> Outcome:
    """The rotations that a function carries out."""
    found = index.inverse(ROTATION, _BY_FUNCTION, side)
    return Outcome(found.found, found.open, index.unlisted(ROTATION, side))


# --- keys ------------------------------------------------------------------------------------------------------------

_KEY, _KEY_ALIAS = "AWS::KMS::Key", "AWS::KMS::Alias"
_KEY_OF_ALIAS = Relation("", _KEY_ALIAS, (_KEY,), Names(("TargetKeyId",)))


class KeyAt:
    """The key that the value at a path names: by ARN, id or alias. Keys of AWS services are none of the account."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __call__(self, index: Index, side: Side) -> Outcome:
        if not isinstance(side, Resource):
            return Outcome()
        return union(self._named(index, side, value) for value in values_at(side, self._path))

    @staticmethod
    def _named(index: Index, side: Resource, value: str | Unknown) -> Outcome:
        if isinstance(value, Unknown):
            return Outcome(open=value)
        if "alias/" not in value:
            return index.named(value, (_KEY,), side.account, side.region)
        if "alias/aws/" in value:
            return Outcome()
        aliases = index.named(value, (_KEY_ALIAS,), side.account, side.region)
        keys = union(index.follow(alias, _KEY_OF_ALIAS) for alias in aliases.found)
        return Outcome(keys.found, aliases.open or keys.open, aliases.missing or keys.missing)


# --- identity providers ----------------------------------------------------------------------------------------------


def providers_of_role(index: Index, side: Side) -> Outcome:
    """The providers that the trust policy of a role names as `Federated`."""
    if not isinstance(side, Principal):
        return Outcome()
    match side.trust:
        case Present(policy):
            if policy.unreadable:
                return Outcome(open=policy.unreadable[0])
            named = [
                principal.provider
                for statement in policy.statements
                if statement.principal is not None
                for principal in statement.principal.principals
                if isinstance(principal, FederatedPrincipal)
            ]
            return union(index.named(one, (PROVIDER,), side.account, None, only_arns=True) for one in named)
        case NotExported():
            return Outcome(open=side.trust.unknown)
        case _:
            return Outcome()


# --- backups ---------------------------------------------------------------------------------------------------------

_SELECTION = "AWS::Backup::BackupSelection"


def backup_selections(index: Index, side: Side) -> Outcome:
    """The selections of backup plans that take in a resource, by ARN or by tag."""
    if not isinstance(side, Resource):
        return Outcome()
    found: list[Side] = []
    open_: Unknown | None = None
    for selection in index.of_type(_SELECTION):
        if (selection.account, region_of(selection)) != (side.account, side.region):
            continue
        truth = _selects(selection, side)
        if truth is True:
            found.append(selection)
        elif isinstance(truth, Unknown):
            open_ = open_ or truth
    return Outcome(tuple(found), open_, index.unlisted(_SELECTION, side))


def _selects(selection: Side, side: Resource) -> bool | Unknown:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html"""
    if not isinstance(selection, Resource):
        return False
    said = selection.property("BackupSelection")
    if isinstance(said, Unknown):
        return said
    if not isinstance(said, Mapping):
        return False
    doubt: Unknown | None = None
    taken: dict[str, bool] = {}
    for name in ("Resources", "NotResources"):
        taken[name] = False
        for item in parts_at(said.get(name), ""):
            if isinstance(item, Unknown):
                doubt = item
            elif isinstance(item, str) and matches(resource_glob(item), id_of(side)):
                taken[name] = True
    if taken["NotResources"]:
        return False
    by_tag = _has_a_tag(said.get("ListOfTags"), side)
    if isinstance(by_tag, Unknown):
        doubt = doubt or by_tag
    if not (taken["Resources"] or by_tag is True):
        return doubt or False
    if said.get("Conditions"):
        return Unknown(UnknownKind.NOT_MODELLED, f"`Conditions` of the selection `{selection.name}`")
    return doubt or True


def _has_a_tag(wanted: PropertyValue, side: Resource) -> bool | Unknown:
    doubt: Unknown | None = None
    tags = side.property("Tags")
    for item in parts_at(wanted, ""):
        if isinstance(item, Unknown):
            doubt = item
        elif isinstance(item, Mapping):
            if isinstance(tags, Unknown):
                return tags
            own = tags.get(str(item.get("ConditionKey"))) if isinstance(tags, Mapping) else None
            if isinstance(own, Unknown):
                doubt = own
            elif own is not None and own == item.get("ConditionValue"):
                return True
    return doubt or False
