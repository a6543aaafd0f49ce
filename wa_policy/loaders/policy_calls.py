"""The calls that answer with the policy of one resource."""

from __future__ import annotations

from dataclasses import dataclass

from wa_policy.iam.arn import parse_arn
from wa_policy.loaders.origin import Origin


@dataclass(frozen=True, slots=True)
class PolicyCall:
    """A call that answers with the policy of one resource.

    `arn` is the service and the resource part of its ARN. `absent` are the errors by which AWS says that the
    resource has no policy, `gone` those by which it says that there is no such resource.
    """

    call: str
    type: str
    arn: tuple[str, str]
    name_property: str
    noun: str
    absent: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    has_region: bool = True
    has_account: bool = True

    def name_of(self, id_: str) -> str:
        """The name in an ARN of the type."""
        arn = parse_arn(id_)
        return id_ if arn is None else arn.resource.removeprefix(self.arn[1].removesuffix("{name}"))

    def arn_of(self, origin: Origin, name: str) -> str:
        """The ARN of the resource of that name where the file stands."""
        service, part = self.arn
        resource = part.replace("{name}", name)
        return origin.arn_of(service, resource, global_=not self.has_region, account=self.has_account)

    def wanted(self, name: str) -> str:
        """The call that would tell the policy of a resource, in words."""
        return f"{self.call.replace('.', ' ')} for {self.noun} `{name}`"


FUNCTION = PolicyCall(
    "lambda.get-policy",
    "AWS::Lambda::Function",
    ("lambda", "function:{name}"),
    "FunctionName",
    "function",
    absent=frozenset(("ResourceNotFoundException",)),
)
BUCKET = PolicyCall(
    "s3api.get-bucket-policy",
    "AWS::S3::Bucket",
    ("s3", "{name}"),
    "BucketName",
    "bucket",
    absent=frozenset(("NoSuchBucketPolicy",)),
    gone=frozenset(("NoSuchBucket",)),
    has_region=False,
    has_account=False,
)
QUEUE = PolicyCall(
    "sqs.get-queue-attributes",
    "AWS::SQS::Queue",
    ("sqs", "{name}"),
    "QueueName",
    "queue",
    gone=frozenset(("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")),
)
TOPIC = PolicyCall(
    "sns.get-topic-attributes",
    "AWS::SNS::Topic",
    ("sns", "{name}"),
    "TopicName",
    "topic",
    gone=frozenset(("NotFound", "NotFoundException")),
)
KEY = PolicyCall(
    "kms.get-key-policy",
    "AWS::KMS::Key",
    ("kms", "key/{name}"),
    "KeyId",
    "key",
    gone=frozenset(("NotFoundException",)),
)
SECRET = PolicyCall(
    "secretsmanager.get-resource-policy",
    "AWS::SecretsManager::Secret",
    ("secretsmanager", "secret:{name}"),
    "Name",
    "secret",
    gone=frozenset(("ResourceNotFoundException",)),
)
POLICY_CALLS = (FUNCTION, BUCKET, QUEUE, TOPIC, KEY, SECRET)
_BY_CALL = {row.call: row for row in POLICY_CALLS}
_BY_SERVICE = {row.arn[0]: row for row in POLICY_CALLS}


def policy_call(call: str) -> PolicyCall | None:
    """The row of a call such as `lambda.get-policy`."""
    return _BY_CALL.get(call)


def policy_call_of(arn: str) -> PolicyCall | None:
    """The row of the service of an ARN."""
    parts = parse_arn(arn)
    return None if parts is None else _BY_SERVICE.get(parts.service)
