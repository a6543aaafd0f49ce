"""What IAM's own condition keys say about the principal that a request would change."""

from __future__ import annotations

from wa_policy.inventory.model import Absent, Inventory, Principal


def boundary_keys(inventory: Inventory, changed: Principal) -> dict[str, str]:
    """iam:PermissionsBoundary in requests that change the principal: the ARN of its boundary, "" where it has none.

    Left out where the boundary is not known.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    if isinstance(changed.boundary, Absent):
        return {"iam:permissionsboundary": ""}
    resource = inventory.resource(changed.arn)
    arn = None if resource is None else resource.property("PermissionsBoundary")
    return {"iam:permissionsboundary": arn} if isinstance(arn, str) else {}


def tag_keys(changed: Principal) -> dict[str, str]:
    """The tags of the principal as keys of a request that changes it."""
    keys = {}
    for name, value in changed.tags.items():
        keys[f"aws:resourcetag/{name.lower()}"] = value
        keys[f"iam:resourcetag/{name.lower()}"] = value
    return keys


def is_tag_key(key: str) -> bool:
    """True iff the key tells a tag of the principal that is changed: those that it does not have are absent."""
    return key.startswith(("aws:resourcetag/", "iam:resourcetag/"))
