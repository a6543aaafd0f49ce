"""The action dimension: classes of the actions that the catalog lists, as sets of bits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.catalog.records import AccessLevel
from wa_policy.formal.minimal import minimal
from wa_policy.formal.strings import Group
from wa_policy.iam.pattern import CHAR, MANY, ONE, RUN, display

# What a person understands at once; the first that is allowed becomes the witness.
_TELLING = (
    "iam:PassRole", "sts:AssumeRole", "lambda:InvokeFunction", "s3:GetObject", "sqs:SendMessage", "sns:Publish", "kms:Decrypt",
    "secretsmanager:GetSecretValue", "dynamodb:GetItem", "execute-api:Invoke", "lambda:UpdateFunctionCode", "s3:PutObject",
    "s3:ListBucket", "s3:DeleteObject", "sqs:ReceiveMessage", "sns:Subscribe", "dynamodb:PutItem", "kms:GenerateDataKey",
)  # fmt: skip
_LEVELS = (
    AccessLevel.PERMISSIONS_MANAGEMENT,
    AccessLevel.WRITE,
    AccessLevel.READ,
    AccessLevel.LIST,
    AccessLevel.TAGGING,
)


@lru_cache(maxsize=8192)
def action_set(group: Group, catalog: Catalog) -> int:
    """The listed actions for which the group holds."""
    bits = 0
    for pattern in group.patterns:
        bits |= catalog.actions_matching(display(pattern))
    bits &= catalog.listed
    return catalog.listed ^ bits if group.negated else bits


def action_classes(
    required: Sequence[Group], marks: Sequence[Group], catalog: Catalog, within: int | None = None
) -> list[tuple[int, str]]:
    """Minimal classes of listed actions (of those in `within`), in lower case, for which all of `required` hold."""
    bits = catalog.listed if within is None else within
    for group in required:
        bits &= action_set(group, catalog)
        if not bits:
            return []
    blocks = {0: bits}
    for index, group in enumerate(marks):
        marked = action_set(group, catalog)
        split: dict[int, int] = {}
        for mask, block in blocks.items():
            inside = block & marked
            if inside:
                split[mask | 1 << index] = split.get(mask | 1 << index, 0) | inside
            if inside != block:
                split[mask] = split.get(mask, 0) | (block ^ inside)
        blocks = split
    return [(mask, telling(block, catalog)) for mask, block in minimal(blocks.items())]


def telling(bits: int, catalog: Catalog) -> str:
    """The action of a non-empty set that says most, in lower case."""
    for name in _TELLING:
        if catalog.single(name) & bits:
            return name.lower()
    for level in _LEVELS:
        found = bits & catalog.actions_at(level)
        if found:
            return catalog.names(found & -found)[0].lower()
    return catalog.names(bits & -bits)[0].lower()


_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


@lru_cache(maxsize=65_536)
def resource_patterns(action: str, catalog: Catalog) -> tuple[str, ...]:
    """The ARN formats of the resource types of a listed action, with placeholders; `*` alone where it has none."""
    known = catalog.action(action)
    if known is None:
        return (MANY,)
    if not known.resource_types:
        return ("arn:aws:s3:::*" if known.full_name.lower() == "s3:listallmybuckets" else "*",)
    types = [catalog.resource_type(known.service, used.name) for used in known.resource_types]
    formats = dict.fromkeys(arn for type_ in types if type_ is not None for arn in type_.arns)
    return tuple(arn.replace("*", MANY) for arn in formats) or (MANY,)


def resource_group(formats: Sequence[str], account: str | None, region: str | None) -> Group:
    """The resources that fit some ARN formats. Without a region every region is meant."""
    if len(formats) == 1 and "$" not in formats[0]:
        return Group(tuple(formats))
    return Group(tuple(dict.fromkeys(_filled(arn, account, region) for arn in formats)))


def impossible_resources(formats: Sequence[str]) -> tuple[Group, ...]:
    """What a resource of these formats is not, where the patterns of `resource_group` admit too much."""
    functions = [arn for arn in formats if ":function:${FunctionName}" in arn]
    found = (_SLASH_IN_FUNCTION,) if functions and not any("/" in arn for arn in functions) else ()
    buckets = [arn for arn in formats if ":s3:::${BucketName}" in arn]
    return (*found, _SLASH_IN_BUCKET) if buckets and not any("/" in arn for arn in buckets) else found


# Neither the name of a function nor that of a version or alias has a slash; a durable execution has some after them.
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
_SLASH_IN_FUNCTION = Group((f"{MANY}:function:{MANY}/{MANY}",), negated=True)

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_SLASH_IN_BUCKET = Group((f"{MANY}:s3:::{MANY}/{MANY}",), negated=True)

# Services in whose ARNs no name and no id has a colon, so that `role/a` is not also `role/a::x:role/b`. (A path of IAM may
# have one; nobody's does.) A function has one before its alias, and keys of S3 and aliases of KMS may have any number.
_NO_COLON = frozenset(
    ("apigateway", "ec2", "elasticloadbalancing", "events", "iam", "secretsmanager", "sns", "sqs")
)
_FREE_NAMES = frozenset(("KeyPairName", "PlacementGroupName"))
"""Placeholders in the ARNs of those services that any text can fill."""


def _filled(arn: str, account: str | None, region: str | None) -> str:
    values = {"Partition": "aws", "Region": region or CHAR + RUN, "Account": account or CHAR * 12}
    values |= dict.fromkeys(_FREE_NAMES, ONE + MANY)
    other = CHAR + RUN if arn.split(":")[2] in _NO_COLON else ONE + MANY

    def fill(found: re.Match[str]) -> str:
        return values.get(found[1], other)

    return _PLACEHOLDER.sub(fill, arn)
