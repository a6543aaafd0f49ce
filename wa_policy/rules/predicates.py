"""Named predicates for `when` and `require`: what a property test cannot say. Each is three-valued."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wa_policy.evaluator.applying import TYPES_WITH_POLICY
from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.iam.policy import Effect
from wa_policy.iam.principal import ServicePrincipal, UnknownPrincipal
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.rules import predicates_network as network
from wa_policy.rules import predicates_operations as operations
from wa_policy.rules.actions import actions_of, matching
from wa_policy.rules.arguments import Argument, ArgumentKind, Values, text, texts
from wa_policy.rules.documents import identity_documents, resource_documents
from wa_policy.rules.json_schemas import is_request_model, is_strict_model
from wa_policy.rules.predicates_account import (
    admits_every_event,
    has_account_policy,
    is_scanned_by_registry,
    keeps_events,
    never,
)
from wa_policy.rules.predicates_capacity import (
    MAPPING,
    TABLE,
    WEB_ACL,
    exceeds_reservation,
    limits_each_client,
    scales_each_index,
)
from wa_policy.rules.predicates_doors import has_identity_source, may_come_from_elsewhere
from wa_policy.rules.predicates_general import (
    has_tag,
    has_tags,
    is_declared,
    is_made_by_code,
    is_named,
    is_production,
    is_type,
)
from wa_policy.rules.predicates_perimeter import (
    blocks_public_access,
    delivers_safely,
    denies_outsiders,
    denies_plaintext,
    opens_data,
    opens_network,
)
from wa_policy.rules.predicates_secrets import is_of_stack, is_rotated, names_other_accounts
from wa_policy.rules.subjects import ACCOUNT, PRINCIPAL_TYPES, Scope, Subject


@dataclass(frozen=True, slots=True)
class Predicate:
    """A test on a subject of one of the types; None for any. `judge_value` judges a plain value instead."""

    judge: Callable[[Subject, Scope, Values], Truth]
    doc: str
    types: tuple[str, ...] | None = None
    arguments: tuple[Argument, ...] = ()
    judge_value: Callable[[PropertyValue, Scope, Values], Truth] | None = None


def _is_service_linked(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    return subject.principal is not None and subject.principal.is_service_linked


def _trusts_service(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    documents = resource_documents(subject)
    assume = scope.catalog.actions_matching("sts:AssumeRole")
    found: list[Truth] = list(documents.unknown)
    for _, statement in documents.statements(Effect.ALLOW):
        element = statement.principal
        if element is None or element.negated:
            continue
        bits, hole = actions_of(statement.action, scope.catalog)
        grants: Truth = True if bits & assume else hole or False
        for principal in element.principals:
            match principal:
                case ServicePrincipal(service):
                    found.append(service == text(arguments, "service") and grants)
                case UnknownPrincipal("Service", template) if template.holes:
                    found.append(grants and template.holes[0].reason)
                case _:
                    pass
    return any_of(found)


def _is_administrator(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    from wa_policy.rules.graphs import graphs_of

    principal = subject.principal
    if principal is None:
        return Unknown(UnknownKind.NOT_EXPORTED, f"the identity policies of `{subject.id}`")
    return graphs_of(scope).administrators.get(principal.arn, False)


def _is_granted_any(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    documents = identity_documents(subject)
    wanted = matching(texts(arguments, "actions"), scope.catalog) & scope.catalog.listed
    found: list[Truth] = list(documents.unknown)
    for _, statement in documents.statements(Effect.ALLOW):
        bits, hole = actions_of(statement.action, scope.catalog)
        is_certain = hole is None or not statement.action.negated
        found.append(True if bits & wanted and is_certain else hole or False)
    return any_of(found)


_GROUP = ("AWS::EC2::SecurityGroup",)
_NETWORK: Mapping[str, Predicate] = {
    "has_gateway_for": Predicate(
        network.has_gateway_for,
        "what the function sends to the service goes through an endpoint: a gateway that is in the route tables of all its "
        "subnets, or an interface",
        ("AWS::Lambda::Function",),
        (Argument("service", ArgumentKind.TEXT),),
    ),
    "lets_in_https": Predicate(
        network.lets_in_https, "the security group lets something in on port 443", _GROUP
    ),
    "lets_in_wide_range": Predicate(
        network.lets_in_wide_range,
        "the security group lets in from a range of IPv4 addresses that is wider than the `prefix`, or of IPv6 wider than /64",
        _GROUP,
        (Argument("prefix", ArgumentKind.NUMBER),),
    ),
    "leads_to_internet": Predicate(
        network.leads_to_internet,
        "the route sends all other traffic to the internet; unknown where a transit gateway or a peer decides",
        ("AWS::EC2::Route",),
    ),
    "is_default_group_of_template": Predicate(
        lambda _subject, _scope, _arguments: False,
        "the value is the default security group of a VPC that the template makes",
        judge_value=network.default_group_of_template,
    ),
    "lets_in_only_itself": Predicate(
        network.lets_in_only_itself,
        "every rule by which the security group lets in names the group itself",
        _GROUP,
    ),
    "guards_others": Predicate(
        network.guards_others,
        "something that was read has the security group and is neither a function nor a rule of a group",
        _GROUP,
    ),
    "lets_in_from_internet": Predicate(
        network.lets_in_from_internet, "the security group lets in from every address", _GROUP
    ),
    "lets_out_everywhere": Predicate(
        network.lets_out_everywhere, "the security group lets out to public addresses on every port", _GROUP
    ),
    "lets_out_to_internet": Predicate(
        network.lets_out_to_internet, "the security group lets out to public addresses on some port", _GROUP
    ),
    "spans_zones": Predicate(
        network.spans_zones,
        "the subnets of the function lie in at least so many availability zones",
        ("AWS::Lambda::Function",),
        (Argument("at_least", ArgumentKind.NUMBER),),
    ),
}

_TABLE = Argument("table", ArgumentKind.TEXT)
_TAG = (Argument("tag", ArgumentKind.TEXT), Argument("values", ArgumentKind.TEXTS))
_OPERATIONS: Mapping[str, Predicate] = {
    "failures_set_off_rule": Predicate(
        operations.failures_set_off_rule,
        "an enabled event rule with a target gets the failures and timeouts of the state machine; those of an Express one "
        "are no events",
        ("AWS::StepFunctions::StateMachine",),
    ),
    "guards_configuration": Predicate(
        operations.guards_configuration,
        "an environment of AppConfig that was read has the alarm as its monitor",
        operations.ALARMS,
    ),
    "has_json_format": Predicate(
        operations.has_json_format,
        "the format of the access log of the stage is a JSON object with each of the `variables`, written without `$context.`",
        operations.STAGES,
        (Argument("variables", ArgumentKind.TEXTS),),
    ),
    "has_known_runtime": Predicate(
        operations.has_known_runtime,
        "the runtime of the function is one of the `table`",
        (operations.FUNCTION,),
        (_TABLE,),
    ),
    "has_retired_runtime": Predicate(
        operations.has_retired_runtime,
        "by the `table`, AWS deprecates the runtime of the function at most `days` days after the day of the scan",
        (operations.FUNCTION,),
        (_TABLE, Argument("days", ArgumentKind.NUMBER)),
    ),
    "holds_environment": Predicate(
        operations.holds_environment,
        "a resource of the account has the tag with one of the values",
        (ACCOUNT, "AWS::ApiGateway::RestApi"),
        _TAG,
    ),
    "is_watched": Predicate(
        operations.is_watched,
        "an alarm looks at one of the `metrics` of the subject, or of all of its kind, by one of the `statistics` where they "
        "are given; of a stage at those of its API, of an event source mapping at those of its function. In both lists `*` "
        "stands for any text",
        arguments=(
            Argument("metrics", ArgumentKind.TEXTS),
            Argument("statistics", ArgumentKind.TEXTS, required=False),
        ),
    ),
    "logs_executions": Predicate(
        operations.logs_executions,
        "a stage of a REST or WebSocket API in the account and Region logs its executions",
        ("AWS::ApiGateway::Account",),
    ),
    "polls": Predicate(
        operations.polls,
        "a Wait, a task that asks a service for a state, and a Choice that leads back to the Wait form a loop, and Step Functions "
        "could wait for that service itself (`.sync`)",
    ),
    "runs_image_older_than": Predicate(
        operations.runs_image_older_than,
        "the image that the function runs was pushed more than so many `days` before the day of the scan",
        (operations.FUNCTION,),
        (Argument("days", ArgumentKind.NUMBER),),
    ),
    "shares_logs": Predicate(
        operations.shares_logs,
        "a link to a monitoring account shares the log groups of the account and Region",
        ("AWS::Logs::LogGroup",),
    ),
    "state_sets_off_rule": Predicate(
        operations.state_sets_off_rule,
        "an enabled event rule with a target gets it when the alarm goes off",
        operations.ALARMS,
    ),
}

PREDICATES: Mapping[str, Predicate] = {
    **_OPERATIONS,
    **_NETWORK,
    "blocks_public_access": Predicate(
        blocks_public_access,
        "each of the four settings of the public access block is on, for the bucket or for its account; S3 turns all on for a "
        "bucket that a template makes and does not set them for",
        ("AWS::S3::Bucket",),
    ),
    "exceeds_reservation": Predicate(
        exceeds_reservation,
        "the maxima of the event source mappings of its function that are not turned off add up to more than the function reserves",
        (MAPPING,),
    ),
    "limits_each_client": Predicate(
        limits_each_client,
        "a rule of the web ACL, or of a rule group of one's own that it refers to, is a rate-based one",
        (WEB_ACL,),
    ),
    "scales_each_index": Predicate(
        scales_each_index,
        "each global secondary index of the table has a scalable target of the `dimension`",
        (TABLE,),
        (Argument("dimension", ArgumentKind.TEXT),),
    ),
    "delivers_safely": Predicate(
        delivers_safely,
        "no subscription is by `http`, each by `https` or mail is to one of the `trusted` endpoints where there are any, and "
        "the policy of the topic lets no stranger subscribe an endpoint of its choice",
        ("AWS::SNS::Subscription", "AWS::SNS::Topic"),
        (Argument("trusted", ArgumentKind.TEXTS),),
    ),
    "denies_outsiders": Predicate(
        denies_outsiders,
        "the resource policy and the resource control policies deny every one of the `actions` of the service to whoever is "
        "in none of the organizations that they name, whatever else allows it",
        tuple(sorted(TYPES_WITH_POLICY)),
        (Argument("actions", ArgumentKind.ACTIONS),),
    ),
    "denies_plaintext": Predicate(
        denies_plaintext,
        "the resource policy and the resource control policies deny every one of the `actions` of the service without TLS, "
        "to whomever, whatever else allows it",
        tuple(sorted(TYPES_WITH_POLICY)),
        (Argument("actions", ArgumentKind.ACTIONS),),
    ),
    "opens_data": Predicate(
        opens_data,
        "the data access policy has a principal with a wildcard, all permissions for the role of a function, or every index "
        "for more than `max_admins` principals",
        ("AWS::OpenSearchServerless::AccessPolicy",),
        (Argument("max_admins", ArgumentKind.NUMBER),),
    ),
    "opens_network": Predicate(
        opens_network,
        "a rule of the network policy lets in the internet",
        ("AWS::OpenSearchServerless::SecurityPolicy",),
    ),
    "admits_every_event": Predicate(
        never,
        "the event pattern lets through every event; of a rule also one that asks for nothing but the account and the Region, "
        "or excludes one value",
        judge_value=admits_every_event,
    ),
    "has_account_policy": Predicate(
        has_account_policy,
        "the account has a policy of that `kind` for all its log groups",
        ("AWS::Logs::LogGroup",),
        (Argument("kind", ArgumentKind.TEXT),),
    ),
    "is_scanned_by_registry": Predicate(
        is_scanned_by_registry,
        "a rule of the scanning of the registry fits the name of the repository",
        ("AWS::ECR::Repository",),
    ),
    "keeps_events": Predicate(
        keeps_events,
        "all targets of the rule only keep its events: log groups and delivery streams",
    ),
    "has_identity_source": Predicate(
        has_identity_source,
        "an identity source of the authorizer, written as `request.header.Authorization` or `context.routeKey`, fits one of the "
        "`patterns`, in which case does not matter",
        ("AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"),
        (Argument("patterns", ArgumentKind.TEXTS),),
    ),
    "may_come_from_elsewhere": Predicate(
        may_come_from_elsewhere,
        "unknown for what a template or plan makes, since another one may bring `what`; does not hold for what was exported",
        arguments=(Argument("what", ArgumentKind.TEXT),),
    ),
    "has_readers": Predicate(
        operations.has_readers,
        "a policy of a user or role of the account lets it receive messages from the queue, by its name",
    ),
    "has_tag": Predicate(
        has_tag,
        "the subject has the tag, with one of the `values` where they are given",
        arguments=(
            Argument("tag", ArgumentKind.TEXT),
            Argument("values", ArgumentKind.TEXTS, required=False),
        ),
    ),
    "has_tags": Predicate(
        has_tags,
        "the subject has each of the `tags`, written as `Key` or `Key=value`; several values of one key are alternatives; unknown "
        "where a template leaves out a tag that its stack may have",
        arguments=(Argument("tags", ArgumentKind.TEXTS),),
    ),
    "is_declared": Predicate(
        is_declared,
        "a template declares the subject: only there can what is not set be told from what is set to the default",
    ),
    "is_made_by_code": Predicate(
        is_made_by_code,
        "the subject stands in a template or plan: what was exported does not tell how it was made",
    ),
    "is_named": Predicate(
        is_named,
        "the id of the subject, or its name, fits one of the `patterns`, in which `*` stands for any text",
        arguments=(Argument("patterns", ArgumentKind.TEXTS),),
    ),
    "is_of_stack": Predicate(
        is_of_stack,
        "a template or plan makes the subject, or it has the tag of a stack; of an access key, its user has",
    ),
    "is_production": Predicate(
        is_production,
        "the tag has one of the `values`, or, without that tag, the name of the stage or a word of the name of the stack is "
        "one of them",
        arguments=(Argument("tag", ArgumentKind.TEXT), Argument("values", ArgumentKind.TEXTS)),
    ),
    "names_other_accounts": Predicate(
        names_other_accounts,
        "an Allow statement of the resource policy names everyone or another account, whatever its conditions",
        (*sorted(TYPES_WITH_POLICY), "AWS::IAM::Role"),
    ),
    "is_request_model": Predicate(
        is_request_model, "a method of the API names the model for what comes in", ("AWS::ApiGateway::Model",)
    ),
    "is_strict_model": Predicate(
        is_strict_model,
        "each object of the schema has `required` and `additionalProperties: false`, each text one of `maxLength`, `pattern`, "
        "`enum` and `format`, and each keyword is one of JSON Schema draft 4",
        ("AWS::ApiGateway::Model",),
    ),
    "is_rotated": Predicate(
        is_rotated,
        "the secret rotates within so many days, and was rotated in time",
        ("AWS::SecretsManager::Secret",),
        (Argument("days", ArgumentKind.NUMBER),),
    ),
    "is_administrator": Predicate(
        _is_administrator,
        "the user or role can give itself, or a role of its making, every permission of its account",
        PRINCIPAL_TYPES,
    ),
    "is_type": Predicate(
        is_type,
        "the subject, or the other side of the relation, is of the resource type",
        arguments=(Argument("type", ArgumentKind.TEXT),),
    ),
    "is_service_linked": Predicate(
        _is_service_linked,
        "the role belongs to an AWS service: control policies do not bind it, and its account cannot change it",
        PRINCIPAL_TYPES,
    ),
    "trusts_service": Predicate(
        _trusts_service,
        "an Allow statement of the trust policy names the service, whatever its conditions",
        ("AWS::IAM::Role",),
        (Argument("service", ArgumentKind.TEXT),),
    ),
    "is_granted_any": Predicate(
        _is_granted_any,
        "an Allow statement of the identity policies names one of the actions, whatever its resources and conditions",
        PRINCIPAL_TYPES,
        (Argument("actions", ArgumentKind.ACTIONS),),
    ),
}
"""All predicates by name."""
