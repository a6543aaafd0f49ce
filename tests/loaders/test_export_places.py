"""Where an answer does not say whose it is: sidecars, folders, file names, assumptions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wa_policy.inventory.model import Absent, Assumptions, Inventory, NoOrganization, Resource
from wa_policy.loaders.load import load
from wa_policy.loaders.origin import Origin, origin_of
from wa_policy.loaders.sidecar import Sidecar

Read = Callable[..., Inventory]
APIS = {"items": [{"id": "a", "name": "n", "endpointConfiguration": {"types": ["REGIONAL"]}}]}
FUNCTIONS = {
    "Functions": [
        {
            "FunctionName": "f",
            "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f",
            "Role": "r",
        }
    ]
}


def the_api(found: Inventory) -> Resource:
    (resource,) = found.of_type("AWS::ApiGateway::RestApi")
    return resource


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x.json", Origin()),
        ("111122223333/eu-west-1/x.json", Origin("111122223333", "eu-west-1")),
        ("222233334444/111122223333/global/x.json", Origin("111122223333")),
        ("cn-north-1/x.json", Origin(None, "cn-north-1", "aws-cn")),
        ("us-gov-west-1/x.json", Origin(None, "us-gov-west-1", "aws-us-gov")),
        ("lambda.get-policy.f.json", Origin(call="lambda.get-policy", name="f")),
        ("lambda.list-functions.json", Origin(call="lambda.list-functions")),
        ("lambda.list-functions.page-2.json", Origin(call="lambda.list-functions")),
        ("s3api.get-bucket-policy.my.bucket.json", Origin(call="s3api.get-bucket-policy", name="my.bucket")),
        (
            "secretsmanager.get-resource-policy.prod%2Fdb.json",
            Origin(call="secretsmanager.get-resource-policy", name="prod/db"),
        ),
        ("package.json", Origin()),
    ],
)
def test_what_a_path_says(path: str, expected: Origin) -> None:
    assert origin_of(path, Sidecar(), Assumptions()) == expected


def test_a_sidecar_wins_over_folders(read_exports: Read) -> None:
    sidecar = {"account": "444455556666", "region": "us-east-1", "partition": "aws"}
    files = {"111122223333/eu-west-1/a/b/apis.json": APIS, "111122223333/wa-policy.export.json": sidecar}
    found = read_exports(files)
    assert not found.problems
    assert (the_api(found).account, the_api(found).region) == ("444455556666", "us-east-1")
    assert ("wa-policy.export",) in {file.kinds for file in found.files}


def test_the_nearest_sidecar_counts(read_exports: Read) -> None:
    files = {
        "wa-policy.export.json": {"account": "111122223333", "region": "eu-west-1"},
        "a/wa-policy.export.yaml": b"account: '444455556666'\nregion: us-east-1\n",
        "a/apis.json": APIS,
    }
    assert the_api(read_exports(files)).account == "444455556666"


def test_a_sidecar_names_the_resource(read_exports: Read) -> None:
    arn = "arn:aws:kms:eu-west-1:111122223333:key/k"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    found = read_exports({"wa-policy.export.json": {"resource": {"some.json": arn}}, "some.json": policy})
    assert not found.problems
    (resource,) = found.resources
    assert (resource.type, resource.id, resource.account) == ("AWS::KMS::Key", arn, "111122223333")


def test_a_sidecar_says_what_a_missing_answer_means(read_exports: Read) -> None:
    sidecar: dict[str, Any] = {"absent": ["lambda.get-policy"], "organization": "none"}
    found = read_exports({"f.json": FUNCTIONS, "wa-policy.export.json": sidecar})
    assert not found.problems
    document = found.resources[0].policy()
    assert isinstance(document, Absent)
    assert document.source.file == "x/wa-policy.export.json"
    assert found.organization == NoOrganization()


def test_a_sidecar_that_says_nothing_we_know(read_exports: Read) -> None:
    sidecar = {
        "account": 111122223333,
        "organisation": "none",
        "resource": {"a.json": "key"},
        "absent": "all",
    }
    found = read_exports({"f.json": FUNCTIONS, "wa-policy.export.json": sidecar})
    assert [problem.pointer for problem in found.problems] == [
        "/absent",
        "/account",
        "/organisation",
        "/resource/a.json",
    ]


def test_assumptions_come_last(read_exports: Read) -> None:
    assume = Assumptions(account="444455556666", region="us-east-1")
    assert the_api(read_exports({"apis.json": APIS}, assume=assume)).account == "444455556666"
    found = read_exports({"111122223333/apis.json": APIS, "apis.json": {}}, assume=assume)
    api = the_api(found) if len(found.of_type("AWS::ApiGateway::RestApi")) == 1 else found.resources[0]
    assert api.region == "us-east-1"


def test_a_single_file_has_the_sidecar_beside_it(tmp_path: Path) -> None:
    (tmp_path / "apis.json").write_text(json.dumps(APIS))
    (tmp_path / "wa-policy.export.json").write_text('{"account": "444455556666", "region": "eu-west-1"}')
    found = load([str(tmp_path / "apis.json")])
    assert not found.problems
    assert the_api(found).account == "444455556666"


def test_standard_input() -> None:
    found = load(["-"], stdin=json.dumps(FUNCTIONS).encode())
    assert [resource.name for resource in found.resources] == ["f"]


def test_what_is_not_recognised(read_exports: Read, tmp_path: Path) -> None:
    files = {
        "package.json": {"name": "x", "dependencies": {}},
        "other.json": {"Widgets": [{"Arn": "arn:aws:x:::y"}]},
        "iam.list-roles.json": {"Roles": []},
        "wa-policy.yaml": b"profile: core\n",
        "x.faults.yaml": b"a: 1\n",
    }
    found = read_exports(files)
    assert [(problem.file, problem.code) for problem in found.problems] == [
        ("x/iam.list-roles.json", "unrecognised"),
        ("x/other.json", "unrecognised"),
    ]
    assert "`Widgets`" in found.problems[1].message
    assert {file.file for file in found.files} == {"x/package.json", "x/other.json", "x/iam.list-roles.json"}
    assert all(file.kinds == () for file in found.files)
    named = load(["x/package.json"])
    assert [problem.code for problem in named.problems] == ["unrecognised"]


def test_problems_have_lines(read_exports: Read) -> None:
    found = read_exports({"f.json": b'{\n "Functions": [\n  7\n ]\n}'})
    assert [(problem.pointer, problem.line) for problem in found.problems] == [("/Functions/0", 3)]
