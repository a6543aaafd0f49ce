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
    "lambda.list-aliases": ("triggers-use-alias", "lambda list-aliases"),
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
    "sqs.list-queues": ("dlq-retention-longer", "sqs list-queues"),
    "sqs.get-queue-attributes": ("respol-public", "sqs get-queue-attributes"),
}
"""For each kind of document a rule that needs it, and what the verdict says is missing."""
NOT_NEEDED = {
    "kms.list-keys", "organizations.list-accounts", "organizations.list-roots"
}  # fmt: skip
"""Kinds without all of which every verdict stays: what they say is not asked by a rule yet, or is said by another file."""

AROUND = (
    "apigateway.get-api-keys",
    "apigateway.get-authorizers",
    "apigateway.get-base-path-mappings",
    "apigateway.get-domain-names",
    "apigateway.get-usage-plan-keys",
    "apigateway.get-usage-plans",
    "apigatewayv2.get-authorizers",
    "apigatewayv2.get-domain-names",
    "backup.list-backup-plans",
    "cloudfront.list-distributions",
    "cloudfront.list-origin-access-controls",
    "cloudwatch.describe-alarms",
    "dax.describe-clusters",
    "deploy.list-applications",
    "ec2.describe-flow-logs",
    "ec2.describe-internet-gateways",
    "ec2.describe-nat-gateways",
    "ec2.describe-route-tables",
    "ec2.describe-security-groups",
    "ec2.describe-subnets",
    "ec2.describe-vpc-endpoints",
    "ec2.describe-vpcs",
    "elasticache.describe-cache-clusters",
    "elasticache.describe-replication-groups",
    "elasticache.describe-serverless-caches",
    "events.list-event-buses",
    "events.list-rules",
    "events.list-targets-by-rule",
    "kms.describe-key",
    "kms.get-key-rotation-status",
    "lambda.get-function-concurrency",
    "lambda.get-runtime-management-config",
    "lambda.list-function-event-invoke-configs",
    "lambda.list-tags",
    "pipes.list-pipes",
    "rds.describe-db-clusters",
    "rds.describe-db-instances",
    "rds.describe-db-proxies",
    "s3api.get-bucket-tagging",
    "s3api.get-bucket-versioning",
    "s3api.get-public-access-block",
    "s3control.get-public-access-block",
    "scheduler.get-schedule",
    "scheduler.list-schedules",
    "sns.get-subscription-attributes",
    "sns.list-subscriptions",
    "sns.list-subscriptions-by-topic",
    "sns.list-tags-for-resource",
    "sqs.list-queue-tags",
    "stepfunctions.list-state-machines",
)
"""Kinds that tell of what lies around functions, and lists of nothing: without one some verdicts are unknown, or nothing changes."""


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
    assert kinds == (MISSING.keys() | NOT_NEEDED | {*AROUND}) - {"organizations.*"}


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


@pytest.mark.parametrize("service", sorted({kind.partition(".")[0] for kind in AROUND}))
def test_what_is_not_told_is_unknown_or_stays(
    service: str, whole: dict[Key, Result], tmp_path: Path, catalog: Catalog
) -> None:
    kinds = [kind for kind in AROUND if kind.startswith(f"{service}.")]
    left = without(kinds, tmp_path, catalog)
    changed = [
        result for key, result in left.items() if key not in whole or whole[key].verdict is not result.verdict
    ]
    assert all(result.verdict is Verdict.UNKNOWN and result.reasons for result in changed)
