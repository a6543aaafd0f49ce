"""Inventories with one subject that may do everything, but for some statements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.findings import Verdict
from wa_policy.inventory.model import Assumptions, Inventory
from wa_policy.loaders.load import load
from wa_policy.rules.model import Rule
from wa_policy.rules.parameters import values_of
from wa_policy.rules.run import run_rule
from wa_policy.rules.subjects import Scope
from wa_policy.settings import ParameterValue

ALLOW: Mapping[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"


def role_with(denies: Sequence[Mapping[str, Any]], folder: Path, *, name: str = "deployer") -> Inventory:
    """A role that may do everything but what is denied."""
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        },
    }
    role = {
        "RoleName": name,
        "Arn": f"arn:aws:iam::111122223333:role/{name}",
        "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [
            {
                "PolicyName": "all-but",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [ALLOW, *denies]},
            }
        ],
    }
    details = {"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [role]}
    return _read({"iam.get-account-authorization-details.json": details}, folder)


def queue_with(denies: Sequence[Mapping[str, Any]], folder: Path) -> Inventory:
    """A queue that is open to everyone, but for what is denied."""
    statements = [{**ALLOW, "Principal": "*", "Action": "sqs:*", "Resource": QUEUE}, *denies]
    policy = {"Version": "2012-10-17", "Statement": statements}
    attributes = {"QueueArn": QUEUE, "VisibilityTimeout": "30", "Policy": json.dumps(policy)}
    return _read({"sqs.get-queue-attributes.orders.json": {"Attributes": attributes}}, folder)


def verdicts(
    rule: Rule, inventory: Inventory, given: Mapping[str, ParameterValue], catalog: Catalog
) -> set[Verdict]:
    """All verdicts of a rule on the subjects that were exported."""
    scope = Scope(inventory, values_of(rule, given), catalog)
    return {result.verdict for result in run_rule(rule, scope)}


def _read(files: Mapping[str, Any], folder: Path) -> Inventory:
    place = folder / "111122223333" / "eu-west-1"
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / name).write_text(json.dumps(content), encoding="utf-8")
    inventory = load([str(folder)], assume=Assumptions(no_organization=True))
    assert inventory.problems == ()
    return inventory
