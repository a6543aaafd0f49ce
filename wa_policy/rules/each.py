"""The named iterators of `each`, all in one table."""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.evaluator.applying import TYPES_WITH_POLICY
from wa_policy.findings import Verdict
from wa_policy.rules.arguments import Argument, ArgumentKind
from wa_policy.rules.each_account import detective_services, function_scanning
from wa_policy.rules.each_api_policy import address_guards, bound_networks
from wa_policy.rules.each_breadth import COMPARED_TYPES, breadth
from wa_policy.rules.each_callers import invokers, log_writer
from wa_policy.rules.each_code import code_sharers, functions_of_role, layers
from wa_policy.rules.each_failures import dead_letter_senders, failure_destinations
from wa_policy.rules.each_function import execution_role, role_sharers, write_span
from wa_policy.rules.each_grants import (
    calling_services,
    key_holders,
    outsiders,
    policy_conditions,
    policy_statements,
)
from wa_policy.rules.each_identity import data_source_role, guest_role, identity_pools, signed_in_users
from wa_policy.rules.each_integration_roles import integration_roles
from wa_policy.rules.each_machine import machine_grants
from wa_policy.rules.each_network import called_services, endpoint_policy, vpc_guards
from wa_policy.rules.each_operations import (
    HTTP_API,
    INTEGRATION,
    METHOD,
    REST_API,
    ROUTE,
    integrations,
    operations,
)
from wa_policy.rules.each_parts import parts, related
from wa_policy.rules.each_principal import (
    pass_role_grants,
    resource_grants,
    shared_issuers,
    statements,
    whole_services,
)
from wa_policy.rules.each_reach import granted_on
from wa_policy.rules.each_resource import (
    condition_values,
    granted_accounts,
    granted_services,
    methods,
)
from wa_policy.rules.each_secrets import TYPES as TYPES_WITH_SECRETS
from wa_policy.rules.each_secrets import secrets
from wa_policy.rules.each_sources import listed_sources
from wa_policy.rules.each_trigger import triggers
from wa_policy.rules.each_trust import foreign_accounts, identity_providers, owner, trustees
from wa_policy.rules.items import ItemIterator
from wa_policy.rules.subjects import ACCOUNT, PRINCIPAL_TYPES

_ROLE = ("AWS::IAM::Role",)
_FUNCTION = ("AWS::Lambda::Function",)
_WITH_POLICY = (*sorted(TYPES_WITH_POLICY), *_ROLE)

ITERATORS: Mapping[str, ItemIterator] = {
    "address_guards": ItemIterator(
        address_guards,
        "one item if a Deny spares a list of addresses by `NotIpAddress`: for `aws:SourceIp` and `aws:VpcSourceIp` the ranges that "
        "are spared, without those that hold every address, and the pattern of all calls, nothing where there is no such Deny",
        ("source_ip_ranges", "source_ip_calls", "vpc_source_ip_ranges", "vpc_source_ip_calls"),
        (REST_API,),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "bound_networks": ItemIterator(
        bound_networks,
        "one item with the VPC `endpoints` and `vpcs` from which calls may come; where none are given those that the resource "
        "policy names literally",
        ("endpoints", "vpcs"),
        _WITH_POLICY,
        (
            Argument("endpoints", ArgumentKind.TEXTS, required=False),
            Argument("vpcs", ArgumentKind.TEXTS, required=False),
        ),
    ),
    "breadth": ItemIterator(
        breadth,
        "one item with how broad the access of the user or role, or to the resource, is, its rank in the account, and the "
        "median of at least `at_least` peers; the peers of a principal are those of the same purpose, path and values of "
        "the `tags`, else those of the same purpose, else all of the account; those of a resource have its type, and the "
        "same values of the `tags` where there are enough",
        ("breadth", "parts", "rank", "of", "peers", "peer_count", "median"),
        (*PRINCIPAL_TYPES, *COMPARED_TYPES),
        (
            Argument("at_least", ArgumentKind.NUMBER),
            Argument("tags", ArgumentKind.TEXTS, required=False),
        ),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "called_services": ItemIterator(
        called_services,
        "the services of which the policies of the function's role grant an action and that have endpoints, only those of "
        "`only` where it is given, and but those of `except` and those that Lambda calls past the VPC; `endpoints` are patterns of the names of their endpoint services",
        ("service", "endpoints"),
        _FUNCTION,
        (
            Argument("except", ArgumentKind.TEXTS, required=False),
            Argument("only", ArgumentKind.TEXTS, required=False),
        ),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "calling_services": ItemIterator(
        calling_services,
        "one item with the services that Allow statements name, each once whatever its Region",
        ("services", "count"),
        _WITH_POLICY,
        empty=Verdict.NOT_APPLICABLE,
    ),
    "code_sharers": ItemIterator(
        code_sharers,
        "the bundle of the function (its hash, or where it lies), with the other functions of the account that have it and "
        "another handler; none for code that stands in the template",
        ("functions",),
        _FUNCTION,
        empty=Verdict.NOT_APPLICABLE,
    ),
    "condition_values": ItemIterator(
        condition_values,
        "each value that the resource policy (of a role: the trust policy) compares with one of the keys by one of the "
        "operators, whatever their IfExists, ForAllValues or ForAnyValue",
        ("value", "key", "operator", "effect"),
        _WITH_POLICY,
        (Argument("keys", ArgumentKind.KEYS), Argument("operators", ArgumentKind.OPERATORS)),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "data_source_role": ItemIterator(
        data_source_role,
        "the role of the data source, with the patterns of the ARNs of the table or function that it is for; a `forbid` for "
        "`self` asks about the policies of the role",
        ("role", "own"),
        ("AWS::AppSync::DataSource",),
        empty=Verdict.NOT_APPLICABLE,
        brings_caller=True,
    ),
    "dead_letter_senders": ItemIterator(
        dead_letter_senders,
        "the rules of EventBridge and the topics that send to the queue what they could not deliver, each with the principal of "
        "its service and its ARN",
        ("sender", "service", "sources"),
        ("AWS::SQS::Queue",),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "detective_services": ItemIterator(
        detective_services,
        "for each Region of the account in which functions were read each of the `services` (`guardduty-lambda`, "
        "`access-analyzer`, `lambda-data-events`), on or off",
        ("says", "region", "state"),
        (ACCOUNT,),
        (Argument("services", ArgumentKind.TEXTS),),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "endpoint_policy": ItemIterator(
        endpoint_policy,
        "the service of a VPC endpoint, where its endpoints take a policy: its actions, and the resources that Allow "
        "statements of the policy name by an account or a whole name",
        ("service", "actions", "named"),
        ("AWS::EC2::VPCEndpoint",),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "execution_role": ItemIterator(
        execution_role,
        "the role as which the function runs, with the ARNs of the function and its versions and those of its layers that "
        "belong to the account; a `forbid` for `self` asks about the policies of the role",
        ("role", "functions", "layers"),
        _FUNCTION,
        empty=Verdict.NOT_APPLICABLE,
        brings_caller=True,
    ),
    "failure_destinations": ItemIterator(
        failure_destinations,
        "where Lambda sends what the function fails on, by its configurations for asynchronous invocation, its dead-letter queue or "
        "its event source mappings, with the action by which the role of the function writes there: none where a FIFO queue or topic "
        "is to take asynchronous events; `forbid` and `permit` for `self` ask about the policies of the role",
        ("destination", "actions", "resources", "role"),
        ("AWS::Lambda::Function",),
        empty=Verdict.NOT_APPLICABLE,
        brings_caller=True,
    ),
    "foreign_accounts": ItemIterator(
        foreign_accounts,
        "those of `granted_accounts` that do not belong to the organization that was exported",
        ("account",),
        _WITH_POLICY,
        (Argument("except", ArgumentKind.TEXTS, required=False),),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "function_scanning": ItemIterator(
        function_scanning,
        "for each Region of the account in which functions were read whether Amazon Inspector scans them, and each function "
        "that a tag excludes",
        ("says", "region", "state"),
        (ACCOUNT,),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "functions_of_role": ItemIterator(
        functions_of_role,
        "each function that runs as the role, with its ARN",
        ("name", "functions"),
        _ROLE,
        empty=Verdict.NOT_APPLICABLE,
    ),
    "granted_accounts": ItemIterator(
        granted_accounts,
        "the accounts that Allow statements name, by a principal or, in a grant to everyone, by `aws:PrincipalAccount` or "
        "`aws:PrincipalArn`; not the owner, those of `except`, nor those of an organization that was read and is one of "
        "`trusted_orgs`",
        ("account",),
        _WITH_POLICY,
        (Argument("except", ArgumentKind.TEXTS, required=False),),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "granted_on": ItemIterator(
        granted_on,
        "one item if an Allow statement names one of the actions: the ARNs that name a resource or the beginning of its name, "
        "and the key of the tag of resources that a condition asks for",
        ("resources", "tag_key"),
        PRINCIPAL_TYPES,
        (Argument("actions", ArgumentKind.ACTIONS),),
    ),
    "granted_services": ItemIterator(
        granted_services,
        "the service principals that Allow statements name, and the services whose ARNs a grant to everyone has in "
        "`aws:SourceArn`; not those of `except`",
        ("service",),
        _WITH_POLICY,
        (Argument("except", ArgumentKind.TEXTS, required=False),),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "guest_role": ItemIterator(
        guest_role,
        "the role that the identity pool gives to guests; a `forbid` for `self` asks about the policies of the role",
        ("role",),
        ("AWS::Cognito::IdentityPool",),
        brings_caller=True,
    ),
    "identity_pools": ItemIterator(
        identity_pools,
        "for a role that identity pools assume one item `pool` with the pools that the trust policy names, and one `guests`, "
        "unless a pool gives the role to guests, in which case there is none",
        ("pools", "signed_in", "guests", "what"),
        _ROLE,
        empty=Verdict.NOT_APPLICABLE,
    ),
    "identity_providers": ItemIterator(
        identity_providers,
        "the identity providers that the trust policy names, with the key of the audience, the audiences that are written out "
        "there, and the action by which a role is assumed through the provider",
        ("provider", "issuer", "action", "audience_key", "audiences"),
        _ROLE,
        empty=Verdict.NOT_APPLICABLE,
    ),
    "integration_roles": ItemIterator(
        integration_roles,
        "those of the `integrations` that have credentials, with the role and the patterns of the actions that the integrations of "
        "the API with this role are for",
        ("key", "role", "actions"),
        (REST_API, HTTP_API),
        empty=Verdict.NOT_APPLICABLE,
        item_types={REST_API: METHOD, HTTP_API: INTEGRATION},
    ),
    "integrations": ItemIterator(
        integrations,
        "what the `operations` of the API call, each by the key of the operation; `item: TEST` and `$item.Property` look at them "
        "as at an `AWS::ApiGateway::Method` or `AWS::ApiGatewayV2::Integration`",
        ("key",),
        (REST_API, HTTP_API),
        empty=Verdict.NOT_APPLICABLE,
        item_types={REST_API: METHOD, HTTP_API: INTEGRATION},
    ),
    "invokers": ItemIterator(
        invokers,
        "each event source mapping, method, integration, permission, event rule, schedule, state machine, subscription and URL "
        "that names the function, with the version or alias that it names",
        ("invoker", "type", "qualifier"),
        _FUNCTION,
        empty=Verdict.PASS,
    ),
    "key_holders": ItemIterator(
        key_holders,
        "`everyone`, each other account, and each user and role of the own account that the policy of the key names; outsiders, "
        "but for the `trusted` ones, must have none of `kms:Decrypt`, `kms:CreateGrant` and `kms:PutKeyPolicy`",
        ("holder", "account", "actions"),
        ("AWS::KMS::Key",),
        (Argument("trusted", ArgumentKind.TEXTS),),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "layers": ItemIterator(
        layers,
        "the layers of the function, with the accounts that publish them",
        ("layer", "account", "name"),
        _FUNCTION,
        empty=Verdict.NOT_APPLICABLE,
    ),
    "listed_sources": ItemIterator(
        listed_sources,
        "each `aws:SourceArn` of Allow statements that names a resource of an account and Region where all of its kind were "
        "listed, and how many of them it names",
        ("source", "account", "found"),
        _WITH_POLICY,
        empty=Verdict.NOT_APPLICABLE,
    ),
    "log_writer": ItemIterator(
        log_writer,
        "the role as which the function runs, with its log group and the patterns of the ARNs of its log streams; a `permit` "
        "for `self` asks about the policies of the role",
        ("role", "log_group", "log_streams"),
        _FUNCTION,
        empty=Verdict.NOT_APPLICABLE,
        brings_caller=True,
    ),
    "machine_grants": ItemIterator(
        machine_grants,
        "the services of which the role of the state machine is allowed something, with the actions",
        ("role", "service", "actions", "resources"),
        ("AWS::StepFunctions::StateMachine",),
        brings_caller=True,
    ),
    "methods": ItemIterator(
        methods,
        "the methods of a REST API with one of the kinds of `authorization`, but those named by `except`; `arn` is the "
        "pattern of the ARNs by which the method is called",
        ("method", "path", "arn"),
        ("AWS::ApiGateway::RestApi",),
        (
            Argument("authorization", ArgumentKind.TEXTS),
            Argument("except", ArgumentKind.TEXTS, required=False),
        ),
    ),
    "operations": ItemIterator(
        operations,
        "the methods of a REST API, the routes of an HTTP or WebSocket API, each by its key such as `GET /orders`; `item: TEST` "
        "and `$item.Property` look at them as at an `AWS::ApiGateway::Method` or `AWS::ApiGatewayV2::Route`",
        ("key",),
        (REST_API, HTTP_API),
        empty=Verdict.NOT_APPLICABLE,
        item_types={REST_API: METHOD, HTTP_API: ROUTE},
    ),
    "outsiders": ItemIterator(
        outsiders,
        "`everyone`, with an account that nobody named, and each other account that Allow statements name but those of "
        "`except`; `item.actions` are `of_trusted` for the accounts of `trusted` or `trusted_orgs`, else `actions`, and "
        "`item.service_actions` are `of_services` for `everyone`, else none",
        ("holder", "account", "actions", "service_actions"),
        _WITH_POLICY,
        (
            Argument("actions", ArgumentKind.ACTIONS),
            Argument("trusted", ArgumentKind.TEXTS),
            Argument("of_trusted", ArgumentKind.ACTIONS, required=False),
            Argument("of_services", ArgumentKind.ACTIONS, required=False),
            Argument("except", ArgumentKind.TEXTS, required=False),
        ),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "owner": ItemIterator(owner, "one item: the account that owns the subject", ("account",), _WITH_POLICY),
    "parts": ItemIterator(
        parts,
        "the items of the list, or the named values of the map, at the path `of`, which goes through lists as if they were "
        "not there; they are named by their own property `key`, else by the text or number that they are; `item: TEST` and "
        "`$item.Property` look at them",
        ("key", "value"),
        None,
        (Argument("of", ArgumentKind.TEXT), Argument("key", ArgumentKind.TEXT, required=False)),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "pass_role_grants": ItemIterator(
        pass_role_grants,
        "one item if an Allow statement names `iam:PassRole`: the ARNs that name a role or the beginning of its name, and "
        "the services that conditions on `iam:PassedToService` name",
        ("roles", "services"),
        PRINCIPAL_TYPES,
    ),
    "policy_conditions": ItemIterator(
        policy_conditions,
        "each condition of the resource or trust policy and of the identity policies that AWS does not manage",
        ("key", "operator", "values", "effect"),
        (*_WITH_POLICY, "AWS::IAM::User"),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "policy_statements": ItemIterator(
        policy_statements,
        "each statement of the resource or trust policy and of the identity policies that AWS does not manage",
        ("statement", "effect", "actions"),
        (*_WITH_POLICY, "AWS::IAM::User"),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "related": ItemIterator(
        related,
        "the other sides of the relation `by`; `item: TEST` and `$item.Property` look at them, and `forbid` and `permit` ask "
        "about their policies",
        ("id", "name"),
        None,
        (Argument("by", ArgumentKind.TEXT),),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "resource_grants": ItemIterator(
        resource_grants,
        "each resource of each Allow statement of the identity policies",
        ("resource", "actions", "policy"),
        PRINCIPAL_TYPES,
    ),
    "role_sharers": ItemIterator(
        role_sharers,
        "the role of the function, with the other functions of the account that run as it and are no copies: with the same "
        "code, handler and image settings",
        ("role", "functions", "count"),
        _FUNCTION,
        empty=Verdict.NOT_APPLICABLE,
    ),
    "secrets": ItemIterator(
        secrets,
        "the texts that look like a secret, by their form (`aws_key`, `vendor_token`, `jwt`, `private_key`, `in_url`, `in_header`, "
        "`random`) or by their name (`named`), the references that are replaced by one (`resolved`), a secret that stands in a "
        "template (`written_out`), and its parameters for secrets that are `not_hidden` or come `with_default`; a text that is "
        "not known counts where its name is that of a secret",
        ("name", "path", "kind", "says", "shown"),
        TYPES_WITH_SECRETS,
    ),
    "shared_issuers": ItemIterator(
        shared_issuers,
        "the providers of the trust policy that are in the table of shared issuers; `subjects` are those of `allowed`, or "
        "else of the owners whom the trust policy names literally",
        ("issuer", "name", "provider", "subject_key", "subjects"),
        _ROLE,
        (Argument("allowed", ArgumentKind.TEXTS, required=False),),
        empty=Verdict.NOT_APPLICABLE,
    ),
    "signed_in_users": ItemIterator(
        signed_in_users,
        "for a role that users of identity pools assume one item, with a name that stands for another user",
        ("other",),
        _ROLE,
        empty=Verdict.NOT_APPLICABLE,
    ),
    "statements": ItemIterator(
        statements,
        "each statement of the `resource` policy, of the `trust` policy, or of the `identity` policies",
        ("sid", "effect", "actions"),
        (*_WITH_POLICY, "AWS::IAM::User"),
        (Argument("policies", ArgumentKind.TEXT),),
    ),
    "triggers": ItemIterator(
        triggers,
        "what sets off the function and is written by IAM actions: the queues, tables and streams of its event source "
        "mappings, the buckets and topics that notify it; and its setting against loops where Lambda detects any",
        ("source", "actions", "resources", "says"),
        _FUNCTION,
        empty=Verdict.NOT_APPLICABLE,
        brings_caller=True,
    ),
    "trustees": ItemIterator(
        trustees,
        "each principal that an Allow statement of the trust policy names, whatever its conditions",
        ("name", "kind"),
        _ROLE,
    ),
    "vpc_guards": ItemIterator(
        vpc_guards,
        "each policy (of an account: each service control policy) with a Deny that asks for `lambda:VpcIds`, "
        "`lambda:SubnetIds` or `lambda:SecurityGroupIds`; a `forbid` for `self` asks about somebody who may do all but what "
        "the policy denies",
        ("policy",),
        (*PRINCIPAL_TYPES, ACCOUNT),
        empty=Verdict.NOT_APPLICABLE,
        brings_caller=True,
    ),
    "whole_services": ItemIterator(
        whole_services,
        "the services of which an Allow statement names every action by wildcards; `actions` are patterns, one item `*` "
        "stands for every service",
        ("service", "actions", "policy"),
        PRINCIPAL_TYPES,
    ),
    "write_span": ItemIterator(
        write_span,
        "the role of the function, with the services and the actions of the levels Write and Permissions management that "
        "its Allow statements name, whatever their resources and conditions, and neither a Deny nor the boundary takes away "
        "outright; not those of `except`",
        ("role", "services", "actions", "service_count", "action_count"),
        _FUNCTION,
        (Argument("except", ArgumentKind.ACTIONS, required=False),),
        empty=Verdict.NOT_APPLICABLE,
        brings_caller=True,
    ),
}
"""All iterators by name."""
