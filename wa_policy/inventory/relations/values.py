"""The values at a path of a resource, and the texts that they name resources by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue, Resource

_QUEUE_URL = re.compile(
    r"https?://(?:sqs\.(?P<new>[a-z0-9-]+)|(?P<old>[a-z0-9-]+)\.queue)\.[a-z.]+/(?P<account>\d{12})/(?P<name>[^/]+)"
)
_INVOKED = re.compile(r":lambda:path/[0-9-]+/functions/(?P<arn>.+?)(?:/invocations)?$")
"""https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html#apigw-Type-Integration-uri"""
_BUCKET_URL = re.compile(
    r"s3://(?P<url>[^/]+)(?:/.*)?"
    r"|(?P<host>.+?)\.s3(?:[.-](?:website[.-])?(?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?(?:/.*)?",
    re.IGNORECASE,
)
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html"""
_PART_OF_ARN = re.compile(r"\d{12}:(function:.+)")
_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc"), ("us-iso-", "aws-iso"))


def values_at(resource: Resource, path: str) -> Iterator[str | Unknown]:
    """The texts at a dotted path, and the unknown values on the way there."""
    first, _, rest = path.partition(".")
    yield from _below(resource.property(first), rest.split(".") if rest else [])


def parts_at(value: PropertyValue, path: str) -> Iterator[PropertyValue]:
    """The values at a dotted path of a value, whatever they are; lists are gone through."""
    yield from _parts(value, path.split(".") if path else [])


def _below(value: PropertyValue, path: list[str]) -> Iterator[str | Unknown]:
    for part in _parts(value, path):
        if isinstance(part, str | Unknown) and part != "":
            yield part


def _parts(value: PropertyValue, path: list[str]) -> Iterator[PropertyValue]:
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item, path)
    elif not path:
        yield value
    elif isinstance(value, str) and value[:1] == "{":
        yield from _parts(_parsed(value), path)
    elif isinstance(value, Mapping):
        if path[0] == "*":
            for key in value:
                yield from _parts(value[key], path[1:])
        else:
            yield from _parts(value.get(path[0]), path[1:])


def _parsed(text: str) -> PropertyValue:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return as_tuples(found) if isinstance(found, dict) else None


def as_tuples(value: object) -> PropertyValue:
    """A parsed JSON value with its lists as tuples."""
    match value:
        case list():
            return tuple(as_tuples(item) for item in value)
        case dict():
            return {str(key): as_tuples(item) for key, item in value.items()}
        case None | str() | int() | float() | bool():
            return value
        case _:
            return str(value)


def plain(value: str) -> str:
    """The value as an ARN, where it is a URL or URI that has all parts of one."""
    if value.startswith("arn:"):
        found = _INVOKED.search(value)
        return value if found is None else found["arn"]
    if (queue := _QUEUE_URL.fullmatch(value)) is not None:
        region = queue["new"] or queue["old"]
        return f"arn:{partition_of(region)}:sqs:{region}:{queue['account']}:{queue['name']}"
    if (bucket := _BUCKET_URL.fullmatch(value)) is not None:
        return f"arn:aws:s3:::{bucket['url'] or bucket['host']}"
    return value


def whole_arn(value: str, region: str | None) -> str:
    """A partial ARN of a function, `account:function:name`, as a whole one."""
    if region is not None and (found := _PART_OF_ARN.fullmatch(value)) is not None:
        return f"arn:{partition_of(region)}:lambda:{region}:{value[:12]}:{found[1]}"
    return value


def partition_of(region: str) -> str:
    """The partition of a region."""
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")


def is_open(value: str) -> Unknown | None:
    """Why a text names nothing that is known before a request comes: a stage variable stands in it."""
    if "${stageVariables." in value:
        return Unknown(UnknownKind.UNRESOLVED, f"`{value}`, which depends on a variable of the stage")
    return None


def is_arn(value: str) -> bool:
    """True iff the value has the form of an ARN."""
    return parse_arn(value) is not None
