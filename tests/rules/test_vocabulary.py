"""The vocabulary of rules has exactly the types and properties that the loaders give."""

from collections.abc import Iterator

import pytest

from wa_policy.inventory.model import (
    EVENT_PATTERNS_PROPERTY,
    METHODS_PROPERTY,
    POLICY_PROPERTY,
    REST_API_ID_PROPERTY,
    STATE_MACHINE_PROPERTY,
    STATES_PROPERTY,
)
from wa_policy.loaders import apigateway, apigatewayv2, attributes, iam_details, lambda_, lists
from wa_policy.loaders.embedded.of_resources import STATE_MACHINE
from wa_policy.loaders.embedded.of_resources import TYPES as EMBEDDED_TYPES
from wa_policy.loaders.tables import Table
from wa_policy.rules.vocabulary import TYPES, PropertyKind, property_type, selected_types

MODULES = (apigateway, apigatewayv2, attributes, iam_details, lambda_, lists)
# What a loader adds to its table by hand.
BY_HAND = {
    "AWS::ApiGateway::RestApi": {METHODS_PROPERTY, REST_API_ID_PROPERTY},
    "AWS::ApiGateway::Stage": {"RestApiId"},
    "AWS::ApiGatewayV2::Integration": {"ApiId"},
    "AWS::ApiGatewayV2::Route": {"ApiId"},
    "AWS::IAM::Group": {"Policies", "ManagedPolicyArns"},
    "AWS::IAM::ManagedPolicy": {"PolicyDocument"},
    "AWS::IAM::Role": {
        "Policies", "ManagedPolicyArns", "Tags", "PermissionsBoundary", "AssumeRolePolicyDocument",
    },
    "AWS::IAM::User": {"Policies", "ManagedPolicyArns", "Tags", "PermissionsBoundary", "Groups"},
    "AWS::Lambda::Alias": {"FunctionName"},
    "AWS::Lambda::Url": {"TargetFunctionArn", "Qualifier"},
}  # fmt: skip


# What documents inside of properties say, of any form of a resource.
EMBEDDED = {
    type_: {STATES_PROPERTY, STATE_MACHINE_PROPERTY} if type_ == STATE_MACHINE else {EVENT_PATTERNS_PROPERTY}
    for type_ in EMBEDDED_TYPES
}


def tables() -> Iterator[Table]:
    for module in MODULES:
        yield from (value for value in vars(module).values() if isinstance(value, Table))


@pytest.mark.parametrize("table", tuple(tables()), ids=lambda table: table.type)
def test_the_properties_of_a_type_are_those_of_its_table(table: Table) -> None:
    known = set(table.calls) | BY_HAND.get(table.type, set())
    if table.policy_call is not None:
        known.add(POLICY_PROPERTY)
    assert set(TYPES[table.type]) == known | EMBEDDED.get(table.type, set())


def test_the_types_are_those_of_the_tables() -> None:
    own = {type_ for type_ in TYPES if type_.startswith("WaPolicy::")}
    assert set(TYPES) - own == {table.type for table in tables()} | set(EMBEDDED)


def test_the_documents_of_a_type_are_in_its_vocabulary() -> None:
    for type_, names in EMBEDDED.items():
        assert names <= set(TYPES[type_])


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Timeout", PropertyKind.NUMBER),
        ("VpcConfig.SubnetIds", PropertyKind.TEXT),
        ("Environment.Variables.STAGE", PropertyKind.TEXT),
        ("Code.ImageUri.anything", None),
        ("Tags.team", PropertyKind.TEXT),
        ("WaPolicy::Policy", PropertyKind.POLICY),
        ("VpcConfig.Subnets", None),
        ("Timeout.Seconds", None),
        ("Tags.team.more", None),
        ("timeout", None),
    ],
)
def test_paths_of_a_function(path: str, kind: PropertyKind | None) -> None:
    found = property_type("AWS::Lambda::Function", tuple(path.split(".")))
    assert (None if found is None else found.kind) == kind


def test_a_path_does_not_lead_into_a_list() -> None:
    assert property_type("AWS::ApiGateway::RestApi", (METHODS_PROPERTY, "HttpMethod")) is None


def test_principal_stands_for_users_and_roles() -> None:
    assert selected_types(("principal", "AWS::KMS::Key")) == (
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::KMS::Key",
    )
