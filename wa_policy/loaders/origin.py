"""What a file's place says about its content: account, region, operation and resource, where the answer does not.

In this order: the nearest sidecar, the folders on the path, the file's name, what the user assumes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.inventory.model import Assumptions
from wa_policy.loaders.sidecar import NO_SIDECAR, Sidecar

_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d{1,2}")
_FILE_NAME = re.compile(
    r"(?P<service>[a-z0-9-]+)\.(?P<operation>[a-z0-9]+(?:-[a-z0-9]+)+)(?:\.(?P<name>.+?))??"
    r"(?:\.page-\d+)?\.(?:json|jsonl|yaml|yml)"
)
_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc"), ("us-iso-", "aws-iso"))


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known about a file before its content is looked at."""

    account: str | None = None
    region: str | None = None
    partition: str = "aws"
    call: str = ""
    """Such as `lambda.get-policy`; empty where the name follows no convention."""
    name: str = ""
    """The resource that the file name names."""
    arn: str | None = None
    """The resource that the sidecar names."""
    absent: frozenset[str] = frozenset()
    sidecar: Sidecar = field(default=NO_SIDECAR, compare=False)

    def arn_of(self, service: str, resource: str, *, global_: bool = False, account: bool = True) -> str:
        """The ARN of a resource that stands here, with the parts that are known."""
        region = "" if global_ else self.region or ""
        owner = (self.account or "") if account else ""
        return f"arn:{self.partition}:{service}:{region}:{owner}:{resource}"


def is_region(text: str) -> bool:
    """True iff `text` has the shape of a region's name."""
    return _REGION.fullmatch(text) is not None


def origin_of(path: str, sidecar: Sidecar, assume: Assumptions) -> Origin:
    """What the place of a file says."""
    *folders, file_name = [part for part in re.split(r"[/\\]", path) if part]
    account, region = sidecar.account, sidecar.region
    named = _of_folders(tuple(folders))
    if account is None:
        account = named[0] or assume.account
    if region is None:
        region = named[1] or assume.region
    if region == "global":
        region = None
    partition = sidecar.partition or partition_of(region) or assume.partition
    call, name = "", ""
    found = _FILE_NAME.fullmatch(file_name)
    if found:
        call = f"{found['service']}.{found['operation']}"
        name = unquote(found["name"] or "")
    arn = sidecar.resources.get(file_name)
    if arn is not None and (parts := parse_arn(arn)) is not None:
        account = parts.account if is_account_id(parts.account) else account
        region = parts.region or region
    return Origin(account, region, partition, call, name, arn, sidecar.absent | assume.absent, sidecar)


@lru_cache(maxsize=64)
def _of_folders(folders: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The account and the region, or `global`, that the innermost folders name."""
    account = next((part for part in reversed(folders) if is_account_id(part)), None)
    region = next((part for part in reversed(folders) if part == "global" or is_region(part)), None)
    return account, region


def partition_of(region: str | None) -> str | None:
    """The partition of a region, None where its name does not tell."""
    if region is None:
        return None
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), None)


def nearest_sidecar(path: str, root: str, sidecars: Mapping[str, Sidecar]) -> Sidecar:
    """The sidecar of the file's folder, or of the nearest folder above it up to `root`."""
    folder = posixpath.dirname(path)
    while True:
        if folder in sidecars:
            return sidecars[folder]
        above = posixpath.dirname(folder)
        if folder in (root, above) or len(above) < len(root):
            return NO_SIDECAR
        folder = above
