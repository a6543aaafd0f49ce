"""Where a subject comes from, whether a secret rotates in time, whom its policy names; and that no secret is printed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from wa_policy.api import read
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.read import read_rule
from wa_policy.rules.run import run_rule
from wa_policy.rules.subjects import Scope, subject_of_resource

POLICIES = Path(__file__).resolve().parents[2] / "policies" / "security"
ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1b2c3"
TODAY = date(2026, 11, 26)


def inventory(folder: Path, **files: Any) -> Inventory:
    place = folder / "111122223333" / "eu-west-1"
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / f"{name.replace('__', '.').replace('_', '-')}.json").write_text(
            json.dumps(content), encoding="utf-8"
        )
    return read([str(folder)])


def ask(name: str, id_: str, found: Inventory, catalog: Catalog, **arguments: Any) -> Truth:
    resource = next(one for one in found if one.id.endswith(id_))
    scope = Scope(found, {}, catalog, today=TODAY)
    return PREDICATES[name].judge(subject_of_resource(resource, found), scope, arguments)


def secret(**members: Any) -> dict[str, Any]:
    return {"ARN": ARN, "Name": "db", "Tags": [], "VersionIdsToStages": {}, **members}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, False),
        ({"RotationEnabled": False, "RotationRules": {"AutomaticallyAfterDays": 30}}, False),
        ({"RotationEnabled": True, "RotationRules": {"AutomaticallyAfterDays": 90}}, True),
        ({"RotationEnabled": True, "RotationRules": {"AutomaticallyAfterDays": 91}}, False),
        # 26 November is 30 days after 27 October; a rotation may take a day.
        (
            {
                "RotationEnabled": True,
                "RotationRules": {"AutomaticallyAfterDays": 30},
                "LastRotatedDate": "2026-10-26T10:00:00+00:00",
            },
            True,
        ),
        (
            {
                "RotationEnabled": True,
                "RotationRules": {"AutomaticallyAfterDays": 30},
                "LastRotatedDate": "2026-10-25T10:00:00+00:00",
            },
            False,
        ),
    ],
)
def test_rotation_of_an_account(
    members: dict[str, Any], expected: bool, tmp_path: Path, catalog: Catalog
) -> None:
    found = inventory(tmp_path, secretsmanager__describe_secret__db=secret(**members))
    assert ask("is_rotated", ARN, found, catalog, days=90) is expected


def test_rotation_without_a_rule_is_unknown(tmp_path: Path, catalog: Catalog) -> None:
    found = inventory(tmp_path, secretsmanager__describe_secret__db=secret(RotationEnabled=True))
    assert isinstance(ask("is_rotated", ARN, found, catalog, days=90), Unknown)


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", True),
        ({"AWS": "444455556666"}, True),
        ({"AWS": "arn:aws:iam::111122223333:role/own"}, False),
        ({"Service": "lambda.amazonaws.com"}, False),
    ],
)
def test_other_accounts(principal: object, expected: bool, tmp_path: Path, catalog: Catalog) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        },
    }
    answer = {"ARN": ARN, "Name": "db", "ResourcePolicy": json.dumps(policy)}
    found = inventory(tmp_path, secretsmanager__get_resource_policy__db=answer)
    assert ask("names_other_accounts", ARN, found, catalog) is expected


def test_the_key_of_a_user_that_was_not_read(tmp_path: Path, catalog: Catalog) -> None:
    key = {
        "UserName": "eve",
        "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "Status": "Active",
        "CreateDate": "2025-01-01T00:00:00+00:00",
    }
    found = inventory(tmp_path, iam__list_access_keys={"AccessKeyMetadata": [key]})
    assert isinstance(ask("is_of_stack", "AKIAIOSFODNN7EXAMPLE", found, catalog), Unknown)


def test_what_stands_in_a_template_is_made_by_code(tmp_path: Path, catalog: Catalog) -> None:
    template = {
        "Parameters": {"Password": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}},
    }
    found = inventory(
        tmp_path,
        template=template,
        sns__list_topics={"Topics": [{"TopicArn": "arn:aws:sns:eu-west-1:111122223333:other"}]},
    )
    assert ask("is_made_by_code", ":t", found, catalog) is True
    assert ask("is_made_by_code", "/Password", found, catalog) is True
    assert ask("is_made_by_code", ":other", found, catalog) is False


VALUES = {
    "STRIPE": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "DB_PASSWORD": "hunter2hunter2hunter2!",
    "URL": "postgres://app:s3cr3ts3cr3t@db.example.org/orders",
    "WHO": "AKIAIOSFODNN7EXAMPLE",
    "NESTED": '{"password": "Tr0ub4dor&3Tr0ub4dor&3"}',
}


@pytest.mark.parametrize("rule", ["lambda-env-secret-literal", "no-static-credentials-env"])
def test_no_secret_is_printed(rule: str, tmp_path: Path, catalog: Catalog) -> None:
    function = {
        "FunctionName": "f",
        "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f",
        "Role": "arn:aws:iam::111122223333:role/r",
        "Environment": {"Variables": VALUES},
    }
    found = inventory(tmp_path, lambda__list_functions={"Functions": [function]})
    path = POLICIES / f"{rule}.yaml"
    read_one = read_rule(str(path), path.read_text(encoding="utf-8"), catalog)
    results = list(run_rule(read_one, Scope(found, {}, catalog)))
    said = repr(results)
    assert any(result.verdict.value == "fail" for result in results)
    for value in (*VALUES.values(), "s3cr3ts3cr3t", "Tr0ub4dor"):
        assert value not in said
        assert len(value) < 10 or value[:8] not in said
