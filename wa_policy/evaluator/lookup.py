"""Callers and ARNs of requests, found in an inventory."""

from __future__ import annotations

from dataclasses import replace

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.principal import Caller, Role, RoleSession, User
from wa_policy.inventory.model import REST_API_ID_PROPERTY, Inventory, Principal, PrincipalKind, Resource

_RESOURCES_WITHOUT_POLICY = frozenset(
    (
        ("cloudformation", "stack"), ("cloudwatch", "alarm"), ("cognito-idp", "userpool"), ("ec2", "instance"),
        ("ec2", "network-interface"), ("ec2", "security-group"), ("ec2", "subnet"), ("ec2", "volume"), ("ec2", "vpc"),
        ("iam", "group"), ("iam", "instance-profile"), ("iam", "oidc-provider"), ("iam", "policy"),
        ("iam", "saml-provider"), ("iam", "user"), ("states", "execution"), ("states", "stateMachine"),
    )
)  # fmt: skip
"""Service and resource type, as they stand in ARNs, of resources to which no resource policy can be attached.

Only these close the question; for any other resource that was not read a policy may exist.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""


def principal_of(inventory: Inventory, caller: Caller) -> Principal | None:
    """The user or role whose policies a caller has; None if it is not in the inventory."""
    match caller:
        case User() | Role():
            return inventory.principal(caller.arn)
        case RoleSession(account, name):
            # The ARN of a session has the name of the role without its path; names are unique in an account.
            return next(
                (
                    principal
                    for principal in inventory.principals
                    if principal.kind is PrincipalKind.ROLE
                    and principal.account == account
                    and principal.name == name
                ),
                None,
            )
        case _:
            return None


def has_no_policy(arn: str) -> bool:
    """True iff no resource policy can stand at what the ARN names; `*` is an action without a resource."""
    parsed = parse_arn(arn)
    if parsed is None:
        return arn == "*"
    return (parsed.service, parsed.resource_type) in _RESOURCES_WITHOUT_POLICY


def resource_of(inventory: Inventory, arn: str) -> Resource | None:
    """The resource that an ARN names, or of which it names a part: an object, an alias of a function, a method."""
    found = inventory.resource(arn)
    if found is not None:
        return found
    parsed = parse_arn(arn)
    if parsed is None:
        return None
    match parsed.service:
        case "s3":
            return inventory.resource(str(replace(parsed, resource=parsed.resource.split("/", 1)[0])))
        case "lambda" if parsed.resource_type == "function":
            name = parsed.resource_name.split(":", 1)[0]
            return inventory.resource(str(replace(parsed, resource=f"function:{name}")))
        case "execute-api":
            return _api_of(inventory, parsed.resource.split("/", 1)[0], parsed.region)
        case _:
            return None


def _api_of(inventory: Inventory, api: str, region: str) -> Resource | None:
    return next(
        (
            resource
            for resource in inventory.of_type("AWS::ApiGateway::RestApi")
            if resource.property(REST_API_ID_PROPERTY) == api and resource.region in (None, region)
        ),
        None,
    )
