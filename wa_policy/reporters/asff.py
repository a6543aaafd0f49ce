"""Findings in the AWS Security Finding Format, for `aws securityhub batch-import-findings`.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from wa_policy.errors import UsageError
from wa_policy.findings import Report, Result, Severity, Verdict, Waiver
from wa_policy.findings.acceptance import acceptance
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.findings.waivers import WAIVER_TYPE
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.source import Source
from wa_policy.reporters.options import Options
from wa_policy.reporters.wording import evidence, headline, rule_help, shown_subject

_LABELS = {
    Severity.CRITICAL: "CRITICAL",
    Severity.HIGH: "HIGH",
    Severity.MEDIUM: "MEDIUM",
    Severity.LOW: "LOW",
    Severity.INFO: "INFORMATIONAL",
}
_STATUSES = {Verdict.FAIL: "FAILED", Verdict.UNKNOWN: "NOT_AVAILABLE"}
# The types of resources that Security Hub has words for; everything else is `Other`.
# https://docs.aws.amazon.com/securityhub/latest/userguide/asff-resources.html
_TYPES = {
    "AWS::ApiGateway::RestApi": "AwsApiGatewayRestApi",
    "AWS::ApiGateway::Stage": "AwsApiGatewayStage",
    "AWS::ApiGatewayV2::Api": "AwsApiGatewayV2Api",
    "AWS::ApiGatewayV2::Stage": "AwsApiGatewayV2Stage",
    "AWS::AppSync::GraphQLApi": "AwsAppSyncGraphQlApi",
    "AWS::CloudFront::Distribution": "AwsCloudFrontDistribution",
    "AWS::DynamoDB::Table": "AwsDynamoDbTable",
    "AWS::ECR::Repository": "AwsEcrRepository",
    "AWS::EFS::AccessPoint": "AwsEfsAccessPoint",
    "AWS::Events::EventBus": "AwsEventsEventbus",
    "AWS::IAM::Group": "AwsIamGroup",
    "AWS::IAM::Role": "AwsIamRole",
    "AWS::IAM::User": "AwsIamUser",
    "AWS::KMS::Key": "AwsKmsKey",
    "AWS::Kinesis::Stream": "AwsKinesisStream",
    "AWS::Lambda::Function": "AwsLambdaFunction",
    "AWS::Lambda::LayerVersion": "AwsLambdaLayerVersion",
    "AWS::S3::Bucket": "AwsS3Bucket",
    "AWS::SNS::Topic": "AwsSnsTopic",
    "AWS::SQS::Queue": "AwsSqsQueue",
    "AWS::SecretsManager::Secret": "AwsSecretsManagerSecret",
    "AWS::StepFunctions::StateMachine": "AwsStepFunctionStateMachine",
    "AWS::WAFv2::WebACL": "AwsWafv2WebAcl",
}
_HOME_REGION = "us-east-1"
"""Where the finding of a global resource is filed."""


def render(report: Report, lines: Mapping[Source, int], options: Options) -> str:
    """One JSON list of findings and accepted findings, with `show_unknown` the unknown verdicts too.

    What is wrong with a waiver is no finding about AWS and is left out. Raises UsageError where the account of a
    finding is not known.
    """
    del lines
    seen: Counter[str] = Counter()
    shown = [
        result
        for result in report.results
        if result.subject_type != WAIVER_TYPE
        and (result.verdict is Verdict.FAIL or (options.show_unknown and result.verdict is Verdict.UNKNOWN))
    ]
    return json.dumps([_finding(result, options.today, seen) for result in shown], indent=2) + "\n"


def _finding(result: Result, today: date, seen: Counter[str]) -> dict[str, Any]:
    account = result.account
    if account is None or not (account.isascii() and account.isdigit() and len(account) == 12):
        raise UsageError(
            f"the account of `{result.subject}` is not known, expected it for the AWS Security Finding Format",
            advice="name it with --account, or scan an export that does",
        )
    arn = parse_arn(result.subject)
    region = (arn.region if arn is not None else "") or _HOME_REGION
    partition = arn.partition if arn is not None else "aws"
    print_ = fingerprint(result)
    number, seen[print_] = seen[print_], seen[print_] + 1
    time = f"{today.isoformat()}T00:00:00.000Z"
    finding: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": f"wa-policy/{account}/{region}/{print_}{f'-{number}' if number else ''}",
        "ProductArn": f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        "GeneratorId": f"wa-policy/{result.rule.id}",
        "AwsAccountId": account,
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": time,
        "UpdatedAt": time,
        "Severity": {"Label": _LABELS[result.rule.severity]},
        "Title": _cut(result.rule.title, 256),
        "Description": _cut("\n".join((headline(result), *evidence(result))), 1024),
        "Remediation": {"Recommendation": _recommendation(result)},
        "ProductFields": {"Subject": _cut(shown_subject(result), 2048), "Pillar": result.rule.pillar},
        "Resources": [
            {
                "Type": _TYPES.get(result.subject_type, "Other"),
                "Id": _cut(result.subject, 512),
                "Partition": partition if partition in ("aws", "aws-cn", "aws-us-gov") else "aws",
                "Region": region,
            }
        ],
        "Compliance": {"Status": _STATUSES[result.verdict]},
        "Workflow": {"Status": "NEW" if result.accepted is None else "SUPPRESSED"},
        "RecordState": "ACTIVE",
    }
    if result.accepted is not None:
        by = result.accepted.owner if isinstance(result.accepted, Waiver) else "baseline"
        finding["Note"] = {
            "Text": _cut(acceptance(result), 512),
            "UpdatedBy": _cut(by, 512),
            "UpdatedAt": time,
        }
    return finding


def _recommendation(result: Result) -> dict[str, str]:
    text = result.rule.fix.get("text") or rule_help(result.rule) or result.rule.title
    link = next((link for link in result.rule.references if link.startswith("https://")), "")
    return {"Text": _cut(text, 512)} | ({"Url": link} if link else {})


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
