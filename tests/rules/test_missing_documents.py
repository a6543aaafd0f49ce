"""A document that was not exported leaves verdicts unknown, with what is missing, and never lets one pass.

One test for each kind of document: the export of acme without the files of that kind.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.rules.test_acme import ROOT, scan
from wa_policy.catalog.model import Catalog
from wa_policy.findings import Report, Result, Verdict

ACME = ROOT / "fixtures" / "acme"
Key = tuple[str, str, str]

MISSING = {
    "apigateway.get-resources": ("apigw-resource-policy-open", "apigateway get-resources"),
    "apigateway.get-stages": ("stage-isolation", "apigateway get-stages"),
    "apigateway.get-rest-apis": ("apigw-resource-policy-open", "apigateway get-rest-apis"),
    "iam.get-account-authorization-details": ("lambda-role-admin", "iam get-account-authorization-details"),
    "kms.get-key-policy": ("respol-public", "kms get-key-policy"),
    "lambda.get-function-recursion-config": ("trigger-recursion", "lambda get-function-recursion-config"),
    "lambda.get-policy": ("lambda-policy-public", "lambda get-policy"),
    "lambda.list-event-source-mappings": ("trigger-recursion", "lambda list-event-source-mappings"),
    "lambda.list-functions": ("lambda-role-not-shared", "lambda get-function"),
    "organizations.describe-organization": ("role-trust-public", "organizations describe-organization"),
    "organizations.describe-policy": ("lambda-vpc-deploy-guard", "organizations describe-policy"),
    "organizations.list-accounts-for-parent": ("respol-public", "organizations list-parents"),
    "organizations.list-organizational-units-for-parent": ("respol-public", "organizations list-parents"),
    "organizations.list-policies": ("lambda-vpc-deploy-guard", "organizations list-policies"),
    "organizations.list-targets-for-policy": ("lambda-vpc-deploy-guard", "list-targets-for-policy"),
    "organizations.*": ("lambda-vpc-deploy-guard", "organizations"),
    "s3api.get-bucket-notification-configuration": (
        "trigger-recursion",
        "s3api get-bucket-notification-configuration",
    ),
    "apigatewayv2.get-apis": ("lambda-permission-dangling-source", "apigatewayv2 get-apis"),
    "apigatewayv2.get-integrations": ("apigw-integration-tls", "apigatewayv2 get-integrations"),
    "apigatewayv2.get-routes": ("apigw-v2-route-authorization", "apigatewayv2 get-routes"),
    "lambda.list-function-url-configs": (
        "lambda-url-publicly-invocable",
        "lambda list-function-url-configs",
    ),
    "s3api.list-buckets": ("lambda-permission-dangling-source", "s3api list-buckets"),
    "secretsmanager.list-secrets": ("secret-cmk", "secretsmanager list-secrets"),
    "sns.list-topics": ("lambda-permission-dangling-source", "sns list-topics"),
    "s3api.get-bucket-policy": ("respol-public", "s3api get-bucket-policy"),
    "secretsmanager.get-resource-policy": ("respol-public", "secretsmanager get-resource-policy"),
    "sns.get-topic-attributes": ("respol-public", "sns get-topic-attributes"),
    "sqs.get-queue-attributes": ("respol-public", "sqs get-queue-attributes"),
}
"""For each kind of document a rule that needs it, and what the verdict says is missing."""
NOT_NEEDED = {
    "kms.list-keys", "organizations.list-accounts", "organizations.list-roots", "sqs.list-queues",
}  # fmt: skip
"""Kinds without all of which every verdict stays: what they say is not asked by a rule yet, or is said by another file."""

SUBJECTS = {"lambda.list-aliases"}
"""Kinds that only bring subjects or items: without them there is less to judge, and the verdicts on the rest stay."""


def results(report: Report) -> dict[Key, Result]:
    return {(result.rule.id, result.subject, result.key): result for result in report.results}


@pytest.fixture(scope="module")
def whole(catalog: Catalog) -> dict[Key, Result]:
    return results(scan(ACME, catalog))


def without(kinds: Iterable[str], folder: Path, catalog: Catalog) -> dict[Key, Result]:
    shutil.copytree(ACME, folder / "acme")
    for kind in kinds:
        files = {file for end in ("json", "*.json") for file in (folder / "acme").rglob(f"{kind}.{end}")}
        assert files, kind
        for file in files:
            file.unlink()
    return results(scan(folder / "acme", catalog))


def test_every_kind_of_document_is_tried() -> None:
    kinds = {".".join(file.name.split(".")[:2]) for file in ACME.rglob("*.json")}
    assert kinds == (MISSING.keys() | NOT_NEEDED | SUBJECTS) - {"organizations.*"}


@pytest.mark.parametrize("kind", MISSING)
def test_a_missing_document_is_unknown_and_never_a_pass(
    kind: str, whole: dict[Key, Result], tmp_path: Path, catalog: Catalog
) -> None:
    rule, words = MISSING[kind]
    left = without([kind], tmp_path, catalog)
    changed = [
        result for key, result in left.items() if key not in whole or whole[key].verdict is not result.verdict
    ]
    assert {result.verdict for result in changed} == {Verdict.UNKNOWN}
    assert all(result.reasons for result in changed)
    assert any(result.rule.id == rule and words in str(result.reasons[0]) for result in changed)


def test_documents_that_no_rule_needs_change_no_verdict(
    whole: dict[Key, Result], tmp_path: Path, catalog: Catalog
) -> None:
    verdicts = {key: result.verdict for key, result in without(NOT_NEEDED, tmp_path, catalog).items()}
    assert verdicts == {key: result.verdict for key, result in whole.items()}


@pytest.mark.parametrize("kind", SUBJECTS)
def test_without_its_subjects_a_rule_says_nothing(
    kind: str, whole: dict[Key, Result], tmp_path: Path, catalog: Catalog
) -> None:
    left = without([kind], tmp_path, catalog)
    assert left.keys() < whole.keys()
    assert all(result.verdict is whole[key].verdict for key, result in left.items())
