import json
from pathlib import Path
from typing import Any

import pytest

from wa_policy.inventory.model import Inventory, Principal, Resource
from wa_policy.inventory.relations import RELATIONS, Related, related
from wa_policy.loaders.load import load

HERE = "111122223333/eu-west-1"
F = "arn:aws:lambda:eu-west-1:111122223333:function:f"
ROLE = "arn:aws:iam::111122223333:role/r"


def export(source: str = "arn:aws:execute-api:eu-west-1:111122223333:abc123/*/GET/x") -> dict[str, Any]:
    grant = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": F,
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
    }
    role = {"Path": "/", "RoleName": "r", "Arn": ROLE, "AssumeRolePolicyDocument": {"Statement": []}}
    return {
        "111122223333/global/iam.json": {"RoleDetailList": [role]},
        f"{HERE}/lambda.list-functions.json": {
            "Functions": [{"FunctionName": "f", "FunctionArn": F, "Role": ROLE}]
        },
        f"{HERE}/lambda.get-policy.f.json": {
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [grant]}),
            "RevisionId": "1",
        },
        f"{HERE}/lambda.list-function-url-configs.f.json": {"FunctionUrlConfigs": []},
        f"{HERE}/lambda.list-event-source-mappings.json": {
            "EventSourceMappings": [{"UUID": "u", "FunctionArn": f"{F}:live", "State": "Enabled"}]
        },
        f"{HERE}/apigateway.get-rest-apis.json": {
            "items": [{"id": "abc123", "name": "n", "endpointConfiguration": {"types": ["REGIONAL"]}}]
        },
        f"{HERE}/apigateway.get-stages.abc123.json": {"item": [{"stageName": "prod"}]},
    }


def read(folder: Path, files: dict[str, Any]) -> Inventory:
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
    return load([str(folder)])


def ask(found: Inventory, type_: str, name: str) -> Related:
    (resource,) = found.of_type(type_)
    return related(found, resource, name)


def names(answer: Related) -> list[str]:
    assert answer.unknown is None
    return [other.name for other in answer.found]


def test_relations(tmp_path: Path) -> None:
    found = read(tmp_path, export())
    assert not found.problems
    function = "AWS::Lambda::Function"
    assert names(ask(found, function, "role")) == ["r"]
    (role,) = ask(found, function, "role").found
    assert isinstance(role, Principal)
    assert names(related(found, role, "functions")) == ["f"]
    assert names(ask(found, "AWS::IAM::Role", "functions")) == ["f"]
    assert names(ask(found, function, "urls")) == []
    assert names(ask(found, function, "event_source_mappings")) == ["u"]
    assert names(ask(found, function, "rest_apis")) == ["n"]
    assert names(ask(found, "AWS::ApiGateway::RestApi", "stages")) == ["prod"]


@pytest.mark.parametrize(
    ("without", "type_", "name"),
    [
        ("111122223333/global/iam.json", "AWS::Lambda::Function", "role"),
        (f"{HERE}/lambda.list-functions.json", "AWS::IAM::Role", "functions"),
        (f"{HERE}/lambda.list-function-url-configs.f.json", "AWS::Lambda::Function", "urls"),
        (f"{HERE}/lambda.list-event-source-mappings.json", "AWS::Lambda::Function", "event_source_mappings"),
        (f"{HERE}/apigateway.get-stages.abc123.json", "AWS::ApiGateway::RestApi", "stages"),
        (f"{HERE}/lambda.get-policy.f.json", "AWS::Lambda::Function", "rest_apis"),
    ],
)
def test_what_was_not_exported_is_unknown(tmp_path: Path, without: str, type_: str, name: str) -> None:
    files = export()
    del files[without]
    assert ask(read(tmp_path, files), type_, name).unknown is not None


def test_an_api_that_was_not_exported(tmp_path: Path) -> None:
    files = export()
    del files[f"{HERE}/apigateway.get-rest-apis.json"]
    del files[f"{HERE}/apigateway.get-stages.abc123.json"]
    answer = ask(read(tmp_path, files), "AWS::Lambda::Function", "rest_apis")
    assert answer.unknown is not None
    assert answer.unknown.reason == "apigateway get-rest-apis for account `111122223333` in `eu-west-1`"


def test_an_api_that_is_gone(tmp_path: Path) -> None:
    found = read(tmp_path, export("arn:aws:execute-api:eu-west-1:111122223333:gone/*/GET/x"))
    assert ask(found, "AWS::Lambda::Function", "rest_apis") == Related()


def test_a_source_that_is_any_api(tmp_path: Path) -> None:
    found = read(tmp_path, export("arn:aws:execute-api:eu-west-1:111122223333:*"))
    assert names(ask(found, "AWS::Lambda::Function", "rest_apis")) == ["n"]


def test_a_region_whose_functions_were_not_exported(tmp_path: Path) -> None:
    files = export() | {"111122223333/us-east-1/apigateway.get-rest-apis.json": {"items": []}}
    answer = ask(read(tmp_path, files), "AWS::IAM::Role", "functions")
    assert answer.unknown is not None
    assert "us-east-1" in answer.unknown.reason


def test_each_relation_has_one_name_per_type() -> None:
    assert len({(relation.from_type, relation.name) for relation in RELATIONS}) == len(RELATIONS)


def test_a_relation_that_a_type_does_not_have() -> None:
    from wa_policy.iam.source import NOWHERE

    resource = Resource("AWS::X::Y", "id", "n", None, None, {}, NOWHERE)
    with pytest.raises(KeyError):
        related(Inventory(), resource, "role")
