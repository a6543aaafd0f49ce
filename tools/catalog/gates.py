"""What a catalog must have before it may replace the one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MINIMUM = {
    "services": 450,
    "actions": 22_000,
    "actions with dependents": 1_700,
    "condition keys": 1_550,
    "service principals": 400,
}
MUST_HAVE = (
    "bedrock-agentcore:InvokeAgentRuntime",
    "dsql:DbConnectAdmin",
    "iam:PassRole",
    "lambda:InvokeFunction",
    "lambda:InvokeFunctionUrl",
    "s3:GetObject",
    "s3tables:GetTableData",
    "signin:CreateOAuth2Token",
    "sts:AssumeRole",
    "sts:AssumeRoot",
)
MAY_VANISH = 0.01
"""The part of the actions that a refresh may lose without a person looking at it."""


def action_names(catalog: Mapping[str, Any]) -> list[str]:
    return [f"{prefix}:{name}" for prefix, entry in catalog["svc"].items() for name in entry["a"]]


def counts(catalog: Mapping[str, Any]) -> dict[str, int]:
    entries = catalog["svc"].values()
    return {
        "services": len(entries),
        "actions": len(action_names(catalog)),
        "actions with dependents": sum(len(entry.get("d", {})) for entry in entries),
        "resource types": sum(len(entry["r"]) for entry in entries),
        "condition keys": len(catalog["keys"]),
        "global condition keys": len(catalog["globals"]),
        "service principals": len(catalog["principals"]),
        "retired actions": sum(len(names) for names in catalog["retired"].values()),
    }


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The actions that came and those that vanished, sorted."""
    before, after = set(action_names(old)), set(action_names(new))
    return sorted(after - before), sorted(before - after)


def failures(new: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[str]:
    """Why `new` must not be written; empty when it may be."""
    found = counts(new)
    problems = [
        f"{found[what]} {what} found, at least {least} expected"
        for what, least in MINIMUM.items()
        if found[what] < least
    ]
    names = {name.lower() for name in action_names(new)}
    problems += [f"action `{name}` is missing" for name in MUST_HAVE if name.lower() not in names]
    if old is not None:
        vanished = difference(old, new)[1]
        if len(vanished) > MAY_VANISH * len(action_names(old)):
            problems.append(f"{len(vanished)} of {len(action_names(old))} actions vanished, at most 1% may")
    return problems
