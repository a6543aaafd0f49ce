"""AWS Config: items as it records them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory, Present, Resource

Read = Callable[..., Inventory]
ROLE = "arn:aws:iam::111122223333:role/r"


def item(type_: str, arn: str, configuration: dict[str, Any], **more: Any) -> dict[str, Any]:
    # https://docs.aws.amazon.com/config/latest/developerguide/config-item-table.html
    return {
        "configurationItemVersion": "1.3",
        "configurationItemStatus": "OK",
        "awsAccountId": "111122223333",
        "awsRegion": "eu-west-1",
        "ARN": arn,
        "resourceType": type_,
        "resourceId": arn.rsplit("/", 1)[-1],
        "tags": {},
        "relationships": [],
        "supplementaryConfiguration": {},
        "configuration": configuration,
    } | more


def snapshot(*items: dict[str, Any]) -> dict[str, Any]:
    return {"fileVersion": "1.0", "configSnapshotId": "1", "configurationItems": list(items)}


def read_one(read_exports: Read, value: dict[str, Any]) -> Resource:
    found = read_exports({"s.json": value})
    assert not found.problems
    (resource,) = found.resources
    return resource


FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:f"
RECORDED = {
    "functionName": "f",
    "functionArn": FUNCTION,
    "runtime": "python3.13",
    "role": ROLE,
    "timeout": 30,
    "kmskeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k",
    "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
    "tracingConfig": {"mode": "Active"},
    "layers": [{"arn": "arn:aws:lambda:eu-west-1:111122223333:layer:l:1", "codeSize": 7}],
}


def test_a_function_has_the_properties_that_an_answer_of_lambda_gives(read_exports: Read) -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    value = snapshot(
        item(
            "AWS::Lambda::Function",
            FUNCTION,
            RECORDED,
            tags={"team": "shop"},
            supplementaryConfiguration={
                "Policy": json.dumps(policy),
                "Concurrency": {"reservedConcurrentExecutions": 5},
            },
        )
    )
    function = read_one(read_exports, value)
    assert (function.id, function.account, function.region) == (FUNCTION, "111122223333", "eu-west-1")
    assert function.property("Runtime") == "python3.13"
    assert function.property("KmsKeyArn") == "arn:aws:kms:eu-west-1:111122223333:key/k"
    assert function.property("VpcConfig") == {"SubnetIds": ("subnet-1",), "SecurityGroupIds": ("sg-1",)}
    assert function.property("TracingConfig") == {"Mode": "Active"}
    assert function.property("Layers") == ("arn:aws:lambda:eu-west-1:111122223333:layer:l:1",)
    assert function.property("ReservedConcurrentExecutions") == 5
    assert function.property("Tags") == {"team": "shop"}
    assert isinstance(function.policy(), Present)
    assert function.place("Runtime").pointer == "/configurationItems/0/configuration/runtime"


def test_what_is_recorded_and_missing_is_not_set_and_what_is_not_recorded_is_unknown(
    read_exports: Read,
) -> None:
    function = read_one(read_exports, snapshot(item("AWS::Lambda::Function", FUNCTION, RECORDED)))
    assert function.property("DeadLetterConfig") is None
    assert isinstance(function.property("Environment"), Unknown)
    assert isinstance(function.property("ReservedConcurrentExecutions"), Unknown)


def test_a_query_tells_only_what_it_selects(read_exports: Read) -> None:
    # https://docs.aws.amazon.com/config/latest/developerguide/querying-AWS-resources.html
    result = {
        "resourceType": "AWS::Lambda::Function",
        "arn": FUNCTION,
        "accountId": "111122223333",
        "awsRegion": "eu-west-1",
        "configuration": {"runtime": "python3.13"},
    }
    value = {"Results": [json.dumps(result)], "QueryInfo": {"SelectFields": [{"Name": "resourceType"}]}}
    function = read_one(read_exports, value)
    assert function.id == FUNCTION
    assert function.property("Runtime") == "python3.13"
    assert isinstance(function.property("DeadLetterConfig"), Unknown)


def test_a_query_without_the_type_is_a_problem(read_exports: Read) -> None:
    value = {"Results": ['{"resourceId": "x"}'], "QueryInfo": {"SelectFields": []}}
    found = read_exports({"s.json": value})
    assert [problem.message for problem in found.problems] == ["found no `resourceType`, expected a string"]


def test_a_history_has_its_configuration_as_text(read_exports: Read) -> None:
    # https://docs.aws.amazon.com/cli/latest/reference/configservice/get-resource-config-history.html
    one = {
        "version": "1.3",
        "accountId": "111122223333",
        "arn": FUNCTION,
        "awsRegion": "eu-west-1",
        "resourceType": "AWS::Lambda::Function",
        "resourceId": "f",
        "configuration": json.dumps(RECORDED),
        "supplementaryConfiguration": {},
    }
    function = read_one(read_exports, {"configurationItems": [one]})
    assert function.property("Timeout") == 30
    assert function.property("DeadLetterConfig") is None


def test_a_role_is_a_principal(read_exports: Read) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }  # fmt: skip
    inline = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    configuration = {
        "path": "/",
        "roleName": "r",
        "roleId": "AROAEXAMPLE",
        "arn": ROLE,
        "assumeRolePolicyDocument": json.dumps(trust),
        "instanceProfileList": [],
        "rolePolicyList": [{"policyName": "p", "policyDocument": json.dumps(inline)}],
        "attachedManagedPolicies": [{"policyName": "m", "policyArn": "arn:aws:iam::111122223333:policy/m"}],
    }
    managed: dict[str, Any] = {
        "policyName": "m",
        "policyId": "ANPAEXAMPLE",
        "arn": "arn:aws:iam::111122223333:policy/m",
        "path": "/",
        "defaultVersionId": "v1",
        "policyVersionList": [{"document": json.dumps(inline), "versionId": "v1", "isDefaultVersion": True}],
    }
    found = read_exports(
        {
            "s.json": snapshot(
                item("AWS::IAM::Role", ROLE, configuration, awsRegion="global"),
                item("AWS::IAM::Policy", managed["arn"], managed, awsRegion="global"),
            )
        }
    )
    assert not found.problems
    (role,) = found.principals
    assert [policy.name for policy in role.identity_policies] == ["p", "m"]
    assert len(role.identity_policies[0].policy.statements) == 1
    assert isinstance(role.trust, Present)
    assert not role.missing


def test_a_role_of_which_a_query_selected_a_part_is_no_principal(read_exports: Read) -> None:
    result = {"resourceType": "AWS::IAM::Role", "arn": ROLE, "configuration": {"roleName": "r"}}
    found = read_exports({"s.json": {"Results": [json.dumps(result)], "QueryInfo": {}}})
    assert found.principals == ()
    assert isinstance(found.resources[0].property("Policies"), Unknown)


def test_a_bucket_has_most_in_the_supplementary_configuration(read_exports: Read) -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    value = snapshot(
        item(
            "AWS::S3::Bucket",
            "arn:aws:s3:::b",
            {"name": "b", "owner": {"id": "1"}},
            supplementaryConfiguration={
                "BucketPolicy": json.dumps({"policyText": json.dumps(policy)}),
                "PublicAccessBlockConfiguration": json.dumps({"blockPublicAcls": True, "restrictPublicBuckets": False}),
                "BucketVersioningConfiguration": json.dumps({"status": "Off", "isMfaDeleteEnabled": None}),
            },
        )
    )  # fmt: skip
    bucket = read_one(read_exports, value)
    assert isinstance(bucket.policy(), Present)
    assert bucket.property("BucketName") == "b"
    assert bucket.property("PublicAccessBlockConfiguration") == {
        "BlockPublicAcls": True,
        "RestrictPublicBuckets": False,
    }
    assert bucket.property("VersioningConfiguration") is None
    assert isinstance(bucket.property("LoggingConfiguration"), Unknown)


def test_a_bucket_without_a_policy_in_it_may_have_one(read_exports: Read) -> None:
    bucket = read_one(read_exports, snapshot(item("AWS::S3::Bucket", "arn:aws:s3:::b", {"name": "b"})))
    assert not isinstance(bucket.policy(), Present)
    assert isinstance(bucket.property("PublicAccessBlockConfiguration"), Unknown)


def test_a_security_group_has_its_ranges_twice(read_exports: Read) -> None:
    arn = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1"
    configuration = {
        "description": "x",
        "groupName": "g",
        "groupId": "sg-1",
        "vpcId": "vpc-1",
        "ipPermissions": [
            {
                "fromPort": 443,
                "toPort": 443,
                "ipProtocol": "tcp",
                "ipRanges": ["0.0.0.0/0"],
                "ipv4Ranges": [{"cidrIp": "0.0.0.0/0"}],
                "ipv6Ranges": [],
                "prefixListIds": [],
                "userIdGroupPairs": [],
            }
        ],
        "ipPermissionsEgress": [],
    }
    group = read_one(read_exports, snapshot(item("AWS::EC2::SecurityGroup", arn, configuration)))
    assert group.property("SecurityGroupIngress") == (
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"},
    )
    assert group.property("GroupDescription") == "x"
    assert group.property("SecurityGroupEgress") == ()


def test_a_route_table_has_routes(read_exports: Read) -> None:
    arn = "arn:aws:ec2:eu-west-1:111122223333:route-table/rtb-1"
    configuration = {
        "routeTableId": "rtb-1",
        "vpcId": "vpc-1",
        "routes": [{"destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1", "state": "active"}],
        "associations": [{"routeTableAssociationId": "rtbassoc-1", "subnetId": "subnet-1", "main": False}],
    }
    found = read_exports({"s.json": snapshot(item("AWS::EC2::RouteTable", arn, configuration))})
    assert not found.problems
    (route,) = found.of_type("AWS::EC2::Route")
    assert (route.property("RouteTableId"), route.property("GatewayId")) == ("rtb-1", "igw-1")
    (association,) = found.of_type("AWS::EC2::SubnetRouteTableAssociation")
    assert association.property("SubnetId") == "subnet-1"


def test_newer_types_are_recorded_as_cloudformation_has_them(read_exports: Read) -> None:
    arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:m"
    configuration = {"Arn": arn, "StateMachineName": "m", "LoggingConfiguration": {"Level": "ALL"}}
    machine = read_one(read_exports, snapshot(item("AWS::StepFunctions::StateMachine", arn, configuration)))
    assert machine.property("LoggingConfiguration") == {"Level": "ALL"}
    assert isinstance(machine.property("TracingConfiguration"), Unknown)


def test_what_was_deleted_is_not_there(read_exports: Read) -> None:
    one = item("AWS::Lambda::Function", FUNCTION, {}, configurationItemStatus="ResourceDeleted")
    found = read_exports({"s.json": snapshot(one)})
    assert (found.resources, found.problems) == ((), ())


def test_a_snapshot_lists_all_of_a_type_that_it_has(read_exports: Read) -> None:
    found = read_exports({"s.json": snapshot(item("AWS::Lambda::Function", FUNCTION, RECORDED))})
    assert found.was_exported("lambda.list-functions", "111122223333", "eu-west-1")
    assert not found.was_exported("sqs.list-queues", "111122223333", "eu-west-1")


def test_what_follows_from_the_whole_of_an_item_does_not_follow_from_a_part(read_exports: Read) -> None:
    arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/t"
    result = {"resourceType": "AWS::DynamoDB::Table", "arn": arn, "configuration": {"tableName": "t"}}
    table = read_one(read_exports, {"Results": [json.dumps(result)], "QueryInfo": {}})
    assert isinstance(table.property("BillingMode"), Unknown)


def test_a_whole_table_without_a_summary_is_provisioned(read_exports: Read) -> None:
    arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/t"
    table = read_one(read_exports, snapshot(item("AWS::DynamoDB::Table", arn, {"tableName": "t"})))
    assert table.property("BillingMode") == "PROVISIONED"
    assert table.property("SSESpecification") is None
    assert isinstance(table.property("PointInTimeRecoverySpecification"), Unknown)
