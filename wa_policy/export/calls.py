"""Which calls the export makes: all of them only read. docs/exports.md lists the same answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Where(StrEnum):
    """Where a call is made."""

    ACCOUNT = "account"
    """Once in each account, in the home Region of its partition."""
    REGION = "region"
    """In each Region of each account."""
    ORGANIZATION = "organization"
    """Once, in the management account or a delegated administrator."""


@dataclass(frozen=True, slots=True)
class Each:
    """The call is made for each item of the answer of another one.

    `items` is the path to the list, `name` the member (empty: the item itself) that names the item in the file name, after
    the last of `cut`; `arguments` are arguments of the call with the member that each takes.
    """

    parent: str
    items: str
    name: str
    arguments: Mapping[str, str]
    cut: str = ""
    qualifier: str = ""
    """The member of the parent's own argument that goes first in the file name, with `@` between."""


@dataclass(frozen=True, slots=True)
class Call:
    """One read-only call: the client of boto3, its operation, the operation of the AWS CLI that names the file.

    `actions` are the IAM actions that it takes; `absent` the error codes that say that there is none, which is an answer
    like any other.
    """

    client: str
    operation: str
    file: str
    where: Where
    actions: tuple[str, ...]
    arguments: Mapping[str, object] = field(default_factory=dict)
    suffix: str = ""
    each: Each | None = None
    absent: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """The service as file names have it."""
        return self.file.partition(".")[0]


_A, _R, _O = Where.ACCOUNT, Where.REGION, Where.ORGANIZATION
_MISSING = ("ResourceNotFoundException",)


def _function(name: str, **arguments: str) -> Each:
    return Each("lambda.list-functions", "Functions", "FunctionName", {name: "FunctionName", **arguments})


def _parents(of: str, list_: str) -> Each:
    return Each(of, list_, "Id", {"ParentId": "Id"})


CALLS: tuple[Call, ...] = (
    Call(
        "iam", "get_account_authorization_details", "iam.get-account-authorization-details", _A,
        ("iam:GetAccountAuthorizationDetails",),
    ),
    Call("s3", "list_buckets", "s3api.list-buckets", _A, ("s3:ListAllMyBuckets",)),
    Call(
        "s3", "get_bucket_policy", "s3api.get-bucket-policy", _A, ("s3:GetBucketPolicy",),
        each=Each("s3api.list-buckets", "Buckets", "Name", {"Bucket": "Name"}), absent=("NoSuchBucketPolicy",),
    ),
    Call(
        "s3", "get_bucket_notification_configuration", "s3api.get-bucket-notification-configuration", _A,
        ("s3:GetBucketNotification",), each=Each("s3api.list-buckets", "Buckets", "Name", {"Bucket": "Name"}),
    ),
    Call("lambda", "list_functions", "lambda.list-functions", _R, ("lambda:ListFunctions",)),
    Call(
        "lambda", "get_policy", "lambda.get-policy", _R, ("lambda:GetPolicy",),
        each=_function("FunctionName"), absent=_MISSING,
    ),
    Call(
        "lambda", "list_aliases", "lambda.list-aliases", _R, ("lambda:ListAliases",), each=_function("FunctionName"),
    ),
    Call(
        "lambda", "get_policy", "lambda.get-policy", _R, ("lambda:GetPolicy",), absent=_MISSING,
        each=Each(
            "lambda.list-aliases", "Aliases", "Name", {"Qualifier": "Name"}, qualifier="FunctionName",
        ),
    ),
    Call(
        "lambda", "list_function_url_configs", "lambda.list-function-url-configs", _R,
        ("lambda:ListFunctionUrlConfigs",), each=_function("FunctionName"), absent=_MISSING,
    ),
    Call(
        "lambda", "get_function_recursion_config", "lambda.get-function-recursion-config", _R,
        ("lambda:GetFunctionRecursionConfig",), each=_function("FunctionName"),
    ),
    Call(
        "lambda", "list_event_source_mappings", "lambda.list-event-source-mappings", _R,
        ("lambda:ListEventSourceMappings",),
    ),
    Call("apigateway", "get_rest_apis", "apigateway.get-rest-apis", _R, ("apigateway:GET",)),
    Call(
        "apigateway", "get_resources", "apigateway.get-resources", _R, ("apigateway:GET",),
        arguments={"embed": ("methods",)}, each=Each("apigateway.get-rest-apis", "items", "id", {"restApiId": "id"}),
    ),
    Call(
        "apigateway", "get_stages", "apigateway.get-stages", _R, ("apigateway:GET",),
        each=Each("apigateway.get-rest-apis", "items", "id", {"restApiId": "id"}),
    ),
    Call("apigatewayv2", "get_apis", "apigatewayv2.get-apis", _R, ("apigateway:GET",)),
    Call(
        "apigatewayv2", "get_routes", "apigatewayv2.get-routes", _R, ("apigateway:GET",),
        each=Each("apigatewayv2.get-apis", "Items", "ApiId", {"ApiId": "ApiId"}),
    ),
    Call(
        "apigatewayv2", "get_integrations", "apigatewayv2.get-integrations", _R, ("apigateway:GET",),
        each=Each("apigatewayv2.get-apis", "Items", "ApiId", {"ApiId": "ApiId"}),
    ),
    Call("sqs", "list_queues", "sqs.list-queues", _R, ("sqs:ListQueues",)),
    Call(
        "sqs", "get_queue_attributes", "sqs.get-queue-attributes", _R, ("sqs:GetQueueAttributes",),
        arguments={"AttributeNames": ("All",)},
        each=Each("sqs.list-queues", "QueueUrls", "", {"QueueUrl": ""}, cut="/"),
    ),
    Call("sns", "list_topics", "sns.list-topics", _R, ("sns:ListTopics",)),
    Call(
        "sns", "get_topic_attributes", "sns.get-topic-attributes", _R, ("sns:GetTopicAttributes",),
        each=Each("sns.list-topics", "Topics", "TopicArn", {"TopicArn": "TopicArn"}, cut=":"),
    ),
    Call(
        "sns", "list_subscriptions_by_topic", "sns.list-subscriptions-by-topic", _R, ("sns:ListSubscriptionsByTopic",),
        each=Each("sns.list-topics", "Topics", "TopicArn", {"TopicArn": "TopicArn"}, cut=":"),
    ),
    Call("kms", "list_keys", "kms.list-keys", _R, ("kms:ListKeys",)),
    Call(
        "kms", "get_key_policy", "kms.get-key-policy", _R, ("kms:GetKeyPolicy",),
        arguments={"PolicyName": "default"}, each=Each("kms.list-keys", "Keys", "KeyId", {"KeyId": "KeyId"}),
    ),
    Call("secretsmanager", "list_secrets", "secretsmanager.list-secrets", _R, ("secretsmanager:ListSecrets",)),
    Call(
        "secretsmanager", "get_resource_policy", "secretsmanager.get-resource-policy", _R,
        ("secretsmanager:GetResourcePolicy",),
        each=Each("secretsmanager.list-secrets", "SecretList", "Name", {"SecretId": "ARN"}),
    ),
    Call(
        "organizations", "describe_organization", "organizations.describe-organization", _O,
        ("organizations:DescribeOrganization",), absent=("AWSOrganizationsNotInUseException",),
    ),
    Call("organizations", "list_roots", "organizations.list-roots", _O, ("organizations:ListRoots",)),
    Call("organizations", "list_accounts", "organizations.list-accounts", _O, ("organizations:ListAccounts",)),
    Call(
        "organizations", "list_organizational_units_for_parent", "organizations.list-organizational-units-for-parent",
        _O, ("organizations:ListOrganizationalUnitsForParent",), each=_parents("organizations.list-roots", "Roots"),
    ),
    Call(
        "organizations", "list_organizational_units_for_parent", "organizations.list-organizational-units-for-parent",
        _O, ("organizations:ListOrganizationalUnitsForParent",),
        each=_parents("organizations.list-organizational-units-for-parent", "OrganizationalUnits"),
    ),
    Call(
        "organizations", "list_accounts_for_parent", "organizations.list-accounts-for-parent", _O,
        ("organizations:ListAccountsForParent",), each=_parents("organizations.list-roots", "Roots"),
    ),
    Call(
        "organizations", "list_accounts_for_parent", "organizations.list-accounts-for-parent", _O,
        ("organizations:ListAccountsForParent",),
        each=_parents("organizations.list-organizational-units-for-parent", "OrganizationalUnits"),
    ),
    *(
        Call(
            "organizations", "list_policies", "organizations.list-policies", _O, ("organizations:ListPolicies",),
            arguments={"Filter": kind}, suffix=kind,
        )
        for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
    ),
    Call(
        "organizations", "describe_policy", "organizations.describe-policy", _O, ("organizations:DescribePolicy",),
        each=Each("organizations.list-policies", "Policies", "Id", {"PolicyId": "Id"}),
    ),
    Call(
        "organizations", "list_targets_for_policy", "organizations.list-targets-for-policy", _O,
        ("organizations:ListTargetsForPolicy",),
        each=Each("organizations.list-policies", "Policies", "Id", {"PolicyId": "Id"}),
    ),
)  # fmt: skip


FOR_ALL_REGIONS = ("ec2:DescribeRegions",)
"""What `--all-regions` takes beside the calls."""


def least_privilege(*, role: str = "", partition: str = "aws") -> dict[str, object]:
    """The identity policy that the export needs, as a JSON document.

    `role` is the name of the role that it assumes in other accounts, empty where it assumes none.
    """
    actions = {action for call in CALLS for action in call.actions}
    # API Gateway has one action for all that reads, and it is bound by the path of what is read.
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html
    paths = ["/restapis", "/restapis/*", "/apis", "/apis/*"]
    statements: list[dict[str, object]] = [
        {
            "Sid": "ReadPolicies",
            "Effect": "Allow",
            "Action": sorted(actions - {"apigateway:GET"} | set(FOR_ALL_REGIONS)),
            "Resource": "*",
        },
        {
            "Sid": "ReadApis",
            "Effect": "Allow",
            "Action": "apigateway:GET",
            "Resource": [f"arn:{partition}:apigateway:*::{path}" for path in paths],
        },
    ]
    if role:
        statements.append(
            {
                "Sid": "ReadOtherAccounts",
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Resource": f"arn:{partition}:iam::*:role/{role}",
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}
