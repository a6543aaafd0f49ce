"""Plans and states as Terraform prints them: `fixtures/terraform/modules`, whose configuration stands beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, Assumptions, Inventory, Present, Principal, Resource
from wa_policy.inventory.relations import related
from wa_policy.loaders.load import load
from wa_policy.loaders.located import locate_all

MODULES = Path(__file__).parents[3] / "fixtures" / "terraform" / "modules"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:"


def read(name: str) -> Inventory:
    inventory = load([str(MODULES / name)])
    assert inventory.problems == ()
    return inventory


@pytest.fixture(scope="module")
def plan() -> Inventory:
    return read("plan.json")


@pytest.fixture(scope="module")
def state() -> Inventory:
    return read("state.json")


def one(inventory: Inventory, type_: str, name: str) -> Resource:
    (found,) = (resource for resource in inventory.of_type(type_) if resource.name == name)
    return found


def sources_of(function: Resource) -> dict[str, list[str]]:
    """The source ARNs of each grant of a function's policy, by its statement id."""
    document = function.policy()
    assert isinstance(document, Present)
    return {
        str(statement.sid): [str(value) for condition in statement.conditions for value in condition.values]
        for statement in document.policy.statements
    }


# --- where things are -------------------------------------------------------------------------------------------------


def test_a_plan_is_recognised_and_names_what_it_makes_by_address(plan: Inventory) -> None:
    assert [file.kinds for file in plan.files] == [("Terraform plan or state",)]
    assert [function.name for function in plan.of_type("AWS::Lambda::Function")] == [
        'module.functions["orders"].aws_lambda_function.this',
        'module.functions["refunds"].aws_lambda_function.this',
    ]


def test_the_account_is_that_of_the_caller_and_the_region_that_of_the_provider(plan: Inventory) -> None:
    assert plan.resource(f"{FUNCTION}orders") is not None
    assert plan.resource("arn:aws:dynamodb:eu-west-1:111122223333:table/orders") is not None


def test_a_provider_that_assumes_a_role_is_in_the_account_of_that_role(plan: Inventory) -> None:
    audit = one(plan, "AWS::SQS::Queue", "aws_sqs_queue.audit")
    assert (audit.account, audit.region) == ("444455556666", "eu-central-1")
    assert audit.id == "arn:aws:sqs:eu-central-1:444455556666:audit"


def test_an_account_that_nothing_says_is_one_of_its_own(tmp_path: Path) -> None:
    raw = json.loads((MODULES / "plan.json").read_text())
    del raw["prior_state"]
    for expression in raw["configuration"]["provider_config"].values():
        expression["expressions"].pop("assume_role", None)
    (tmp_path / "plan.json").write_text(json.dumps(raw))
    inventory = load([str(tmp_path / "plan.json")])
    owners = {resource.account for resource in inventory}
    assert len(owners) == 1
    assert owners.isdisjoint({"111122223333", "444455556666", None})
    told = load([str(tmp_path / "plan.json")], assume=Assumptions(account="111122223333"))
    assert {resource.account for resource in told} == {"111122223333"}


# --- references -------------------------------------------------------------------------------------------------------


def test_a_role_that_is_known_after_apply_is_found_by_the_reference(plan: Inventory) -> None:
    for name in ("orders", "refunds"):
        function = plan.resource(f"{FUNCTION}{name}")
        assert function is not None
        roles = related(plan, function, "role")
        assert roles.unknown is None
        (role,) = roles.found
        assert isinstance(role, Principal)
        assert role.arn == f"arn:aws:iam::111122223333:role/functions/{name}"


def test_grants_reach_their_function_through_module_outputs_and_for_each(plan: Inventory) -> None:
    orders, refunds = (plan.resource(f"{FUNCTION}{name}") for name in ("orders", "refunds"))
    assert orders is not None
    assert refunds is not None
    assert set(sources_of(orders)) == {"rule", "topic", "api"}
    assert set(sources_of(refunds)) == {"rule"}
    assert sources_of(refunds)["rule"] == ["arn:aws:events:eu-west-1:111122223333:rule/hourly"]


def test_what_stands_behind_the_arn_of_an_api_is_not_known(plan: Inventory, state: Inventory) -> None:
    for inventory, is_known in ((plan, False), (state, True)):
        function = inventory.resource(f"{FUNCTION}orders")
        assert function is not None
        document = function.policy()
        assert isinstance(document, Present)
        (statement,) = (found for found in document.policy.statements if found.sid == "api")
        (value,) = statement.conditions[0].values
        if is_known:
            (api,) = inventory.of_type("AWS::ApiGateway::RestApi")
            id_ = api.property("WaPolicy::RestApiId")
            assert value == f"arn:aws:execute-api:eu-west-1:111122223333:{id_}/*/GET/orders"
        else:
            assert isinstance(value, Template)
            assert str(value.parts[0]).startswith("arn:aws:execute-api:eu-west-1:111122223333:")
            assert [hole.reason.kind for hole in value.holes] == [UnknownKind.KNOWN_AFTER_APPLY]


def test_a_local_value_leads_nowhere(plan: Inventory) -> None:
    """A plan does not show what a local value is: no text is made up for it."""
    function = plan.resource(f"{FUNCTION}orders")
    assert function is not None
    document = function.policy()
    assert isinstance(document, Present)
    (statement,) = (found for found in document.policy.statements if found.sid == "topic")
    (value,) = statement.conditions[0].values
    assert isinstance(value, Template)
    assert [part for part in value.parts if isinstance(part, str)] == []


def test_each_instance_refers_to_the_one_of_its_own_key(plan: Inventory) -> None:
    restricted = {
        bucket.name: bucket.properties["PublicAccessBlockConfiguration"]
        for bucket in plan.of_type("AWS::S3::Bucket")
    }
    first, second = (restricted[f"aws_s3_bucket.uploads[{number}]"] for number in (0, 1))
    assert isinstance(first, Mapping)
    assert isinstance(second, Mapping)
    assert (first["RestrictPublicBuckets"], second["RestrictPublicBuckets"]) == (True, False)


def test_a_name_that_is_made_begins_as_it_is_said_to(plan: Inventory) -> None:
    names = {str(bucket.property("BucketName")) for bucket in plan.of_type("AWS::S3::Bucket")}
    assert len(names) == 2
    assert all(name.startswith("acme-uploads-") for name in names)


def test_methods_have_the_paths_of_the_resources_above_them(plan: Inventory, state: Inventory) -> None:
    for inventory in (plan, state):
        (api,) = inventory.of_type("AWS::ApiGateway::RestApi")
        methods = api.property("WaPolicy::Methods")
        assert isinstance(methods, tuple)
        (method,) = methods
        assert isinstance(method, Mapping)
        assert (method["ResourcePath"], method["HttpMethod"]) == ("/orders/{id}", "GET")
        assert method["AuthorizationType"] == "AWS_IAM"
        uri = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}orders/invocations"
        assert method["IntegrationUri"] == uri


# --- policies ---------------------------------------------------------------------------------------------------------


def test_statements_of_a_document_that_is_not_known_yet_come_from_its_blocks(plan: Inventory) -> None:
    role = plan.principal("arn:aws:iam::111122223333:role/functions/orders")
    assert role is not None
    (own,) = role.identity_policies
    assert [statement.sid for statement in own.policy.statements] == ["Publish", "Replaced"]
    publish, replaced = own.policy.statements
    assert publish.resource is not None
    assert publish.resource.values == ("arn:aws:sns:eu-west-1:111122223333:alerts",)
    # The statement of the source document that has the same sid is gone.
    assert replaced.action.values == ("dynamodb:PutItem",)
    assert replaced.resource is not None
    (value,) = replaced.resource.values
    assert isinstance(value, Template)
    assert value.parts[0] == "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"


def test_the_blocks_of_a_plan_say_what_the_state_says(plan: Inventory, state: Inventory) -> None:
    for name in ("orders", "refunds"):
        first, second = (
            inventory.principal(f"arn:aws:iam::111122223333:role/functions/{name}")
            for inventory in (plan, state)
        )
        assert first is not None
        assert second is not None
        (before,), (after,) = first.identity_policies, second.identity_policies
        assert [(one.sid, one.effect, one.action) for one in before.policy.statements] == [
            (one.sid, one.effect, one.action) for one in after.policy.statements
        ]


def test_a_policy_made_by_a_function_is_unknown_with_its_reason(plan: Inventory, state: Inventory) -> None:
    document = one(plan, "AWS::SQS::Queue", "aws_sqs_queue.audit").policy()
    assert isinstance(document, Present)
    assert document.policy.statements == ()
    assert document.policy.unreadable == (
        Unknown(
            UnknownKind.KNOWN_AFTER_APPLY,
            "`policy` of `aws_sqs_queue_policy.audit`, which is made of `aws_sqs_queue.audit.arn`",
        ),
    )
    document = one(state, "AWS::SQS::Queue", "aws_sqs_queue.audit").policy()
    assert isinstance(document, Present)
    assert [statement.action.values for statement in document.policy.statements] == [("sqs:SendMessage",)]


def test_what_the_provider_fills_in_is_not_set(plan: Inventory) -> None:
    """`policy` of a bucket is known after apply, and the configuration does not set it."""
    bucket = one(plan, "AWS::S3::Bucket", "aws_s3_bucket.uploads[0]")
    assert isinstance(bucket.policy(), Absent)
    function = plan.resource(f"{FUNCTION}orders")
    assert function is not None
    assert function.property("Architectures") is None
    assert function.property("ReservedConcurrentExecutions") is None


# --- what is there ----------------------------------------------------------------------------------------------------


def test_what_is_deleted_is_gone() -> None:
    second = read("second-plan.json")
    assert [function.id for function in second.of_type("AWS::Lambda::Function")] == [f"{FUNCTION}orders"]
    assert [principal.name for principal in second.principals] == ["orders"]
    raw = json.loads((MODULES / "second-plan.json").read_text())
    deleted = [one["address"] for one in raw["resource_changes"] if one["change"]["actions"] == ["delete"]]
    assert 'module.functions["refunds"].aws_lambda_function.this' in deleted


def test_a_state_has_the_same_resources_as_the_plan_that_made_it(plan: Inventory, state: Inventory) -> None:
    def names(inventory: Inventory) -> set[tuple[str, str]]:
        # A state has no variables.
        return {
            (resource.type, resource.name)
            for resource in inventory
            if resource.type != "WaPolicy::TemplateParameter"
        }

    assert names(plan) == names(state)
    assert [principal.arn for principal in plan.principals] == [
        principal.arn for principal in state.principals
    ]


def test_a_type_without_a_table_is_there_under_its_own_name(plan: Inventory) -> None:
    assert {resource.type for resource in plan if resource.type.startswith("Terraform::")} == {
        "Terraform::aws_cloudwatch_dashboard"
    }


def test_a_sensitive_value_is_in_no_text_of_the_inventory(plan: Inventory, state: Inventory) -> None:
    for inventory in (plan, state):
        assert "not-to-be-shown" not in repr(inventory)


# --- places -----------------------------------------------------------------------------------------------------------


def test_the_line_of_a_property_is_the_one_that_has_it(state: Inventory) -> None:
    function = state.resource(f"{FUNCTION}orders")
    assert function is not None
    places = [function.place(name) for name in ("Runtime", "Role", "Handler")]
    text = (MODULES / "state.json").read_text().splitlines()
    found = [text[line - 1].strip() for line in locate_all(places).values()]
    assert sorted(line.split(":")[0] for line in found) == ['"handler"', '"role"', '"runtime"']


def test_a_statement_stands_in_the_block_that_it_comes_from(plan: Inventory) -> None:
    role = plan.principal("arn:aws:iam::111122223333:role/functions/orders")
    assert role is not None
    raw: Any = json.loads((MODULES / "plan.json").read_text())
    for statement in role.identity_policies[0].policy.statements:
        value = raw
        for token in statement.source.pointer.split("/")[1:]:
            value = value[int(token)] if isinstance(value, list) else value[token]
        assert value["sid"] == statement.sid
