"""Conditions that bind `Principal: "*"` to somebody, and those that only look so: a caller from outside chooses much."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wa_policy import api
from wa_policy.findings import Verdict
from wa_policy.settings import Profile, Settings

BUCKET = "acme-data"
RESOURCES = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]


def allow(condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": RESOURCES, **more}
    return statement if condition is None else {**statement, "Condition": condition}


def deny(condition: dict[str, Any], action: str = "s3:*") -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": RESOURCES,
        "Condition": condition,
    }


ELSEWHERE = {"StringNotEquals": {"aws:PrincipalOrgID": "o-acme"}}

PUBLIC = {
    "nothing": [allow()],
    "a role name that anyone can choose": [
        allow({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}})
    ],
    "a forgeable header": [allow({"StringEquals": {"aws:Referer": "https://example.com"}})],
    "a session name that anyone can choose": [allow({"StringLike": {"aws:userid": "*:alice@example.com"}})],
    "a user name that anyone can choose": [allow({"StringEquals": {"aws:username": "alice"}})],
    "the type of principal": [allow({"StringEquals": {"aws:PrincipalType": "User"}})],
    "a tag that anyone can set": [allow({"StringEquals": {"aws:PrincipalTag/team": "data"}})],
    "two tags that anyone can make equal": [
        allow({"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/owner}"}})
    ],
    "any endpoint": [allow({"StringLike": {"aws:SourceVpce": "vpce-*"}})],
    "an endpoint if there is one": [allow({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-0a1b"}})],
    "all of no organizations": [allow({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-acme"}})],
    "any organization": [allow({"StringLike": {"aws:PrincipalOrgID": "*"}})],
    "half of the internet": [allow({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}})],
    "all accounts that start with a 9": [allow({"StringLike": {"aws:PrincipalAccount": "9*"}})],
    "multi-factor authentication": [allow({"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
    "a call through a service": [allow({"Bool": {"aws:ViaAWSService": "true"}})],
    "everyone but one": [
        {
            "Effect": "Allow",
            "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "s3:GetObject",
            "Resource": RESOURCES,
        }
    ],
    "a Deny for other actions": [allow(Action="s3:*"), deny(ELSEWHERE, "s3:Get*")],
}
BOUND = {
    "an organization": [allow({"StringEquals": {"aws:PrincipalOrgID": "o-acme"}})],
    "an account": [allow({"StringEquals": {"aws:PrincipalAccount": "444455556666"}})],
    "the account of the bucket": [
        allow({"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}})
    ],
    "the organization of the bucket": [
        allow({"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})
    ],
    "an endpoint": [allow({"StringEquals": {"aws:SourceVpce": "vpce-0a1b"}})],
    "a role by its unique id": [allow({"StringLike": {"aws:userid": "AROAACMEACMEACMEACMEA:*"}})],
    "a source that only services send": [allow({"StringEquals": {"aws:SourceAccount": "111122223333"}})],
    "a Deny for everyone else": [allow(Action="s3:*"), deny(ELSEWHERE)],
    "a Deny for everyone else, if exists": [
        allow(Action="s3:*"),
        deny({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-acme"}}),
    ],
}


def verdicts(folder: Path, statements: list[dict[str, Any]]) -> list[Verdict]:
    place = folder / "111122223333" / "global"
    place.mkdir(parents=True)
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    (place / f"s3api.get-bucket-policy.{BUCKET}.json").write_text(json.dumps({"Policy": policy}))
    settings = Settings(profile=Profile.CORE, no_organization=True)
    report = api.scan(api.read([str(folder)], settings), settings)
    return [result.verdict for result in report.results if result.rule.id == "respol-public"]


@pytest.mark.parametrize("shape", PUBLIC)
def test_public(tmp_path: Path, shape: str) -> None:
    assert verdicts(tmp_path, PUBLIC[shape]) == [Verdict.FAIL]


@pytest.mark.parametrize("shape", BOUND)
def test_bound(tmp_path: Path, shape: str) -> None:
    assert verdicts(tmp_path, BOUND[shape]) == [Verdict.PASS]
