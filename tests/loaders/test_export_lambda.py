import json
from collections.abc import Callable
from typing import Any

import pytest

from wa_policy.iam.policy import Policy
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, Inventory, NotExported, Present, Resource

Read = Callable[..., Inventory]
F = "arn:aws:lambda:eu-west-1:111122223333:function"


def function(name: str = "f", **members: Any) -> dict[str, Any]:
    return {
        "FunctionName": name,
        "FunctionArn": f"{F}:{name}",
        "Runtime": "python3.13",
        "Role": "arn:aws:iam::111122223333:role/r",
        "Handler": "app.handler",
        "Timeout": 30,
        "MemorySize": 512,
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "VpcId": "vpc-1"},
        "Layers": [{"Arn": "arn:aws:lambda:eu-west-1:111122223333:layer:l:1", "CodeSize": 7}],
        "KMSKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k",
        "CodeSha256": "x",
    } | members


def answer(*resources: str, action: str = "lambda:InvokeFunction") -> dict[str, Any]:
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": action,
            "Resource": resource,
        }
        for resource in resources
    ]
    return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements}), "RevisionId": "1"}


def the_function(found: Inventory) -> Resource:
    (resource,) = found.of_type("AWS::Lambda::Function")
    return resource


def policy_of(found: Inventory) -> Policy:
    document = the_function(found).policy()
    assert isinstance(document, Present)
    return document.policy


def test_list_functions(read_exports: Read) -> None:
    found = read_exports({"l.json": {"Functions": [function()]}})
    assert not found.problems
    resource = the_function(found)
    assert (resource.id, resource.account, resource.region) == (f"{F}:f", "111122223333", "eu-west-1")
    assert resource.property("VpcConfig") == {"SubnetIds": ("subnet-1",), "SecurityGroupIds": ("sg-1",)}
    assert resource.property("WaPolicy::VpcId") == "vpc-1"
    assert resource.property("Layers") == ("arn:aws:lambda:eu-west-1:111122223333:layer:l:1",)
    assert resource.property("KmsKeyArn") == "arn:aws:kms:eu-west-1:111122223333:key/k"
    assert resource.place("KmsKeyArn").pointer == "/Functions/0/KMSKeyArn"
    assert resource.property("DeadLetterConfig") is None
    assert "DeadLetterConfig" not in resource.properties
    assert resource.policy() == NotExported("lambda get-policy for function `f`")
    concurrency = resource.property("ReservedConcurrentExecutions")
    assert isinstance(concurrency, Unknown)
    assert concurrency.kind is UnknownKind.NOT_EXPORTED
    assert found.was_exported("lambda.list-functions", "111122223333", "eu-west-1")
    assert found.files[0].kinds == ("lambda list-functions",)


def test_get_function_tells_more_than_the_list(read_exports: Read) -> None:
    found = read_exports(
        {
            "l.json": {"Functions": [function()]},
            "g.json": {
                "Configuration": function(),
                "Code": {"RepositoryType": "S3", "Location": "https://secret"},
                "Tags": {"team": "shop"},
                "Concurrency": {"ReservedConcurrentExecutions": 5},
            },
        }
    )
    assert not found.problems
    resource = the_function(found)
    assert resource.property("ReservedConcurrentExecutions") == 5
    assert resource.property("Tags") == {"team": "shop"}
    assert resource.property("Code") == {}


def test_a_function_that_left_its_vpc(read_exports: Read) -> None:
    empty = {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""}
    assert (
        the_function(read_exports({"l.json": {"Functions": [function(VpcConfig=empty)]}})).property(
            "VpcConfig"
        )
        is None
    )


def test_variables_that_were_not_shown(read_exports: Read) -> None:
    environment = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "no"}}
    found = read_exports({"l.json": {"Functions": [function(Environment=environment)]}})
    value = the_function(found).property("Environment")
    assert isinstance(value, dict)
    assert isinstance(value["Variables"], Unknown)


def test_policy_by_the_function_that_its_statements_name(read_exports: Read) -> None:
    found = read_exports({"l.json": {"Functions": [function()]}, "p.json": answer(f"{F}:f")})
    assert not found.problems
    assert policy_of(found).statements[0].source.pointer == "/Policy/Statement/0"
    assert the_function(found).place("WaPolicy::Policy").file == "x/p.json"


def test_policies_of_qualifiers_are_one_policy(read_exports: Read) -> None:
    found = read_exports(
        {
            "a.json": answer(f"{F}:f"),
            "b.json": answer(f"{F}:f:live", f"{F}:f:live"),
            "c.json": answer(f"{F}:f"),
        }
    )
    assert not found.problems
    assert [s.resource.values[0] for s in policy_of(found).statements if s.resource] == [
        f"{F}:f",
        f"{F}:f:live",
        f"{F}:f:live",
    ]


def test_policy_by_file_name_where_the_statements_do_not_agree(read_exports: Read) -> None:
    found = read_exports({"111122223333/eu-west-1/lambda.get-policy.f@live.json": answer(f"{F}:f", f"{F}:g")})
    assert not found.problems
    assert the_function(found).id == f"{F}:f"


def test_policy_of_no_known_function(read_exports: Read) -> None:
    found = read_exports({"p.json": answer(f"{F}:f", f"{F}:g")})
    (problem,) = found.problems
    assert problem.code == "resource-unknown"
    assert "lambda.get-policy.<resource name>.json" in problem.advice
    (resource,) = found.of_type("WaPolicy::PolicyDocument")
    assert resource.account is None


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("ResourceNotFoundException", "The resource you requested does not exist.", Absent()),
        (
            "ResourceNotFoundException",
            f"Function not found: {F}:f",
            NotExported("lambda get-policy for function `f`"),
        ),
        ("AccessDeniedException", "no", NotExported("lambda get-policy for function `f`")),
        ("TooManyRequestsException", "slow", NotExported("lambda get-policy for function `f`")),
    ],
)
def test_error_answers(read_exports: Read, code: str, message: str, expected: object) -> None:
    found = read_exports(
        {
            "111122223333/eu-west-1/lambda.list-functions.json": {"Functions": [function()]},
            "111122223333/eu-west-1/lambda.get-policy.f.json": {"Error": {"Code": code, "Message": message}},
        }
    )
    assert the_function(found).policy() == expected
    assert len(found.problems) == (code != "ResourceNotFoundException")


def test_an_alias_whose_policy_was_not_exported_is_a_doubt(read_exports: Read) -> None:
    alias = {"AliasArn": f"{F}:f:live", "Name": "live", "FunctionVersion": "1", "Description": ""}
    files = {
        "111122223333/eu-west-1/lambda.list-aliases.f.json": {"Aliases": [alias]},
        "111122223333/eu-west-1/lambda.get-policy.f.json": answer(f"{F}:f"),
    }
    found = read_exports(files)
    (doubt,) = policy_of(found).unreadable
    assert "--qualifier live" in doubt.reason
    none = {"Error": {"Code": "ResourceNotFoundException", "Message": "The resource"}}
    found = read_exports(files | {"111122223333/eu-west-1/lambda.get-policy.f@live.json": none})
    assert not policy_of(found).unreadable


def test_urls_and_event_source_mappings(read_exports: Read) -> None:
    url = {
        "FunctionUrl": "https://x",
        "FunctionArn": f"{F}:f:live",
        "AuthType": "NONE",
        "InvokeMode": "BUFFERED",
    }
    mapping = {
        "UUID": "u",
        "BatchSize": 10,
        "EventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:q",
        "FunctionArn": f"{F}:f",
        "State": "Enabled",
        "FilterCriteria": {"Filters": [{"Pattern": "{}"}]},
    }
    found = read_exports(
        {"u.json": {"FunctionUrlConfigs": [url]}, "m.json": {"EventSourceMappings": [mapping]}}
    )
    assert not found.problems
    (resource,) = found.of_type("AWS::Lambda::Url")
    assert resource.property("TargetFunctionArn") == f"{F}:f"
    assert resource.property("Qualifier") == "live"
    assert resource.id == "https://x"
    assert resource.property("AuthType") == "NONE"
    (source,) = found.of_type("AWS::Lambda::EventSourceMapping")
    assert source.id == "arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:u"
    assert source.property("Enabled") is True
    assert source.property("FunctionName") == f"{F}:f"


def test_published_versions_are_resources_of_their_own(read_exports: Read) -> None:
    listed = [
        function(FunctionArn=f"{F}:f:$LATEST", Version="$LATEST"),
        function(FunctionArn=f"{F}:f:1", Role="arn:aws:iam::111122223333:role/old"),
    ]
    found = read_exports({"l.json": {"Functions": listed}})
    assert not found.problems
    assert the_function(found).property("Role") == "arn:aws:iam::111122223333:role/r"
    assert found.of_type("AWS::Lambda::Version")[0].property("Role") == "arn:aws:iam::111122223333:role/old"


def test_malformed_members(read_exports: Read) -> None:
    found = read_exports({"l.json": {"Functions": [function(Timeout="30", Layers="l"), 7, function("g")]}})
    assert [(problem.pointer, problem.code) for problem in found.problems] == [
        ("/Functions/0/Layers", "member-type"),
        ("/Functions/0/Timeout", "member-type"),
        ("/Functions/1", "member-type"),
    ]
    assert found.problems[1].message == "found `30`, expected a number"
    first, second = found.of_type("AWS::Lambda::Function")
    assert isinstance(first.property("Timeout"), Unknown)
    assert second.property("Timeout") == 30


def test_contradicting_answers(read_exports: Read) -> None:
    found = read_exports(
        {"a.json": {"Functions": [function()]}, "b.json": {"Functions": [function(Timeout=60)]}}
    )
    (problem,) = found.problems
    assert (problem.file, problem.pointer, problem.code) == (
        "x/b.json",
        "/Functions/0/Timeout",
        "contradiction",
    )
    assert the_function(found).property("Timeout") == 30


def test_when_it_was_changed_and_the_image_by_its_digest(read_exports: Read) -> None:
    digest = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/r@sha256:aa"
    changed = function(LastModified="2026-08-27T10:00:00.000+0000")
    listed = the_function(read_exports({"lambda.list-functions.json": {"Functions": [changed]}}))
    assert listed.property("WaPolicy::LastModified") == "2026-08-27T10:00:00.000+0000"
    assert isinstance(listed.property("WaPolicy::ResolvedImageUri"), Unknown)
    whole = {"Configuration": changed, "Code": {"ImageUri": "r:1", "ResolvedImageUri": digest}}
    assert (
        the_function(read_exports({"lambda.get-function.f.json": whole})).property(
            "WaPolicy::ResolvedImageUri"
        )
        == digest
    )
