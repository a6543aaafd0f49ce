"""ARNs of resources from what an answer and its file say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wa_policy.iam.arn import Arn, parse_arn
from wa_policy.iam.policy import Policy
from wa_policy.loaders.pieces import Export


def function_arn(text: str) -> str | None:
    """The ARN of the function itself, of its own ARN or that of a version or alias; None if it is none of them."""
    arn = parse_arn(text)
    if arn is None or arn.service != "lambda" or arn.resource_type != "function":
        return None
    name = arn.resource_name.split(":", 1)[0]
    return str(Arn(arn.partition, arn.service, arn.region, arn.account, f"function:{name}")) if name else None


def qualifier(text: str) -> str:
    """The version or alias in the ARN of a function, empty if there is none or it is the unpublished version."""
    found = text.split(":", 7)[7:]
    return "" if not found or found[0] == "$LATEST" else found[0]


def function_of_file(export: Export) -> str | None:
    """The function that the sidecar or the file name names."""
    origin = export.origin
    if origin.arn is not None:
        return function_arn(origin.arn)
    if not origin.name:
        return None
    # `orders`, `orders:live`, `orders@live` (a colon does not suit all file systems), or the ARN.
    name = origin.name
    return function_arn(name) or origin.arn_of("lambda", f"function:{re.split('[:@]', name, maxsplit=1)[0]}")


def rest_api_of_file(export: Export) -> str | None:
    """The id of the REST API that the sidecar or the file name names."""
    origin = export.origin
    arn = parse_arn(origin.arn or origin.name)
    if arn is not None:
        parts = arn.resource.strip("/").split("/")
        return parts[1] if len(parts) > 1 and parts[0] in ("restapis", "apis") else None
    return origin.name or None


def named_resources(policy: Policy) -> tuple[str, ...]:
    """The ARNs that stand in the Resource elements of a policy without anything unknown in them."""
    return tuple(
        value
        for statement in policy.statements
        if statement.resource is not None and not statement.resource.negated
        for value in statement.resource.values
        if isinstance(value, str)
    )


def the_only(values: Iterable[str | None]) -> str | None:
    """The value if all are the same, else None."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def owner(arn: str) -> tuple[str | None, str | None]:
    """Account and region of an ARN, None for a part that it leaves empty."""
    parts = parse_arn(arn)
    return (None, None) if parts is None else (parts.account or None, parts.region or None)


ACCOUNT_ADVICE = (
    "put the file into a folder named by its account and region, such as `111122223333/eu-west-1`, "
    "or write `account` and `region` into a `wa-policy.export.json` beside it"
)


def check_place(export: Export, *, what: str, region: bool) -> None:
    """Note that nothing says to which account or region the content of a file belongs."""
    origin = export.origin
    missing = []
    if origin.account is None:
        missing.append("account")
    if region and origin.region is None:
        missing.append("region")
    if missing:
        words = " and ".join(missing)
        message = (
            f"nothing says to which {words} {what} belongs, expected a folder, a sidecar or an ARN that does"
        )
        export.note("account-unknown", message, ACCOUNT_ADVICE)
