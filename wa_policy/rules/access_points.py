"""Requests on a bucket that come through access points of its own account, whose policies are not read."""

from __future__ import annotations

from dataclasses import replace

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Present
from wa_policy.rules.request_class import CallerWord, KeySpec, Policies, RequestClass
from wa_policy.rules.subjects import Subject

_KEYS = ("s3:dataaccesspointaccount", "s3:dataaccesspointarn")


def not_through_own(request_class: RequestClass, subject: Subject) -> RequestClass | None:
    """The class without the requests through access points of the bucket's account, None where its policy names none.

    A bucket may leave the decision to its access points by asking for their account; each has a policy of its own.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html#access-points-delegating-control
    """
    if subject.type != "AWS::S3::Bucket" or subject.resource is None or subject.account is None:
        return None
    if request_class.policies is not Policies.RESOURCE or request_class.caller is CallerWord.SELF:
        return None
    document = subject.resource.policy()
    if not isinstance(document, Present) or not any(
        condition.folded_key in _KEYS
        for statement in document.policy.statements
        for condition in statement.conditions
    ):
        return None
    others = (
        ("s3:DataAccessPointAccount", KeySpec(none_of=(subject.account,))),
        ("s3:DataAccessPointArn", KeySpec(none_of=(f"arn:*:s3:*:{subject.account}:accesspoint/*",))),
    )
    return replace(request_class, context=(*request_class.context, *others))


def points_unread(subject: Subject) -> Unknown:
    """Why it is not known what comes through access points."""
    return Unknown(
        UnknownKind.NOT_EXPORTED,
        f"s3control get-access-point-policy of the access points of `{subject.name}`",
    )
