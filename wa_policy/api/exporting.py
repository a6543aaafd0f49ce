"""The live export; everything else in wa-policy works without a connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wa_policy.errors import UsageError

if TYPE_CHECKING:
    from wa_policy.export.run import Exported

EXTRA = "wa-policy[aws]"


def export_policy(*, role: str = "") -> dict[str, object]:
    """The least-privilege identity policy that the export needs; `role` is the role that it assumes elsewhere."""
    from wa_policy.export.calls import least_privilege

    return least_privilege(role=role)


def export(
    out: str,
    *,
    regions: Sequence[str] = (),
    every_region: bool = False,
    accounts: Sequence[str] = (),
    every_account: bool = False,
    role: str = "",
    organization: bool = True,
    resume: bool = False,
    endpoint: str | None = None,
    aws_profile: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Exported:
    """Read the policies of one or several accounts with boto3, and write the folder that `read` takes.

    `role` is assumed in the other `accounts`, or in all of the organization. Raises UsageError where boto3 is not
    installed, where there are no credentials, or where the folder is not empty and `resume` does not say to go on.
    """
    boto3, config = _boto3()
    from dataclasses import replace

    from wa_policy.export.folder import Folder
    from wa_policy.export.run import NotRead, all_regions, other_account, own_account
    from wa_policy.export.run import export as run

    if (accounts or every_account) and not role:
        raise UsageError("other accounts need a role", advice="name it with --role")
    session = _session(boto3, profile_name=aws_profile)
    folder = Folder(Path(out))
    own = own_account(session, endpoint=endpoint, config=config)
    folder.prepare(resume=resume)
    chosen = all_regions(own, endpoint=endpoint, config=config) if every_region else tuple(regions)
    if not chosen:
        if session.region_name is None:
            raise UsageError("no Region is named", advice="name it with --region, or all with --all-regions")
        chosen = (session.region_name,)
    wanted = list(accounts)
    if every_account:
        wanted += _members(own, endpoint, config)
    read: list[Any] = [own]
    refused: list[NotRead] = []
    for account in dict.fromkeys(wanted):
        if account == own.id:
            continue
        found = other_account(
            own, account, role, lambda **keys: _session(boto3, **keys), endpoint=endpoint, config=config
        )
        if isinstance(found, NotRead):
            refused.append(found)
        else:
            read.append(found)
    done = run(
        folder, read, chosen, organization=organization, endpoint=endpoint, progress=progress, config=config
    )
    return replace(done, not_read=(*refused, *done.not_read))


def _boto3() -> tuple[Any, Any]:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise UsageError(
            "the live export needs boto3, which is not installed", advice=f"pip install '{EXTRA}'"
        ) from error
    # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
    return boto3, Config(retries={"mode": "adaptive", "max_attempts": 10}, user_agent_appid="wa-policy")


def _session(boto3: Any, **options: Any) -> Any:
    from botocore.exceptions import BotoCoreError

    try:
        return boto3.session.Session(**options)
    except BotoCoreError as error:
        raise UsageError(f"boto3 cannot start: {' '.join(str(error).split())}") from error


def _members(own: Any, endpoint: str | None, config: Any) -> list[str]:
    from botocore.exceptions import BotoCoreError, ClientError

    options = {"config": config} if endpoint is None else {"config": config, "endpoint_url": endpoint}
    try:
        client = own.session.client("organizations", region_name="us-east-1", **options)
        answer = client.get_paginator("list_accounts").paginate().build_full_result()
    except (BotoCoreError, ClientError) as error:
        raise UsageError(
            f"AWS does not name the accounts of the organization: {' '.join(str(error).split())}",
            advice="name them with --account",
        ) from error
    return sorted(str(one["Id"]) for one in answer["Accounts"] if one.get("Status") == "ACTIVE")
