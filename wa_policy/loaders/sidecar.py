"""`wa-policy.export.json`: what a user says about the files of a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wa_policy.errors import Problem
from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.describe import describe
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.loaders.members import Node

SIDECAR_NAMES = ("wa-policy.export.json", "wa-policy.export.yaml", "wa-policy.export.yml")
_MEMBERS = ("account", "region", "partition", "organization", "resource", "absent")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The content of a sidecar; `region` is `global` where it says that there is none."""

    account: str | None = None
    region: str | None = None
    partition: str | None = None
    no_organization: bool = False
    resources: Mapping[str, str] = field(default_factory=dict)
    """ARNs by file name."""
    absent: frozenset[str] = frozenset()
    source: Source = NOWHERE


NO_SIDECAR = Sidecar()


def read_sidecar(value: object, source: Source, notes: list[Problem]) -> Sidecar:
    """What a sidecar says; a problem for each member that says nothing we know."""
    node = Node(value, source, notes)
    if not isinstance(value, Mapping):
        node.wrong(f"an object with some of {', '.join(f'`{name}`' for name in _MEMBERS)}")
        return Sidecar(source=source)
    for name in sorted(str(key) for key in value if key not in _MEMBERS):
        expected = ", ".join(f"`{known}`" for known in _MEMBERS)
        message = f"found the member `{name}`, expected one of {expected}"
        notes.append(source.at(name).problem("sidecar-member", message))
    account = _checked(node, "account", "twelve digits in quotes", is_account_id)
    organization = _checked(node, "organization", "`none`", lambda text: text == "none")
    resources = {}
    for name, arn in node.entries("resource"):
        if isinstance(arn.value, str) and parse_arn(arn.value) is not None:
            resources[name] = arn.value
        else:
            arn.wrong("an ARN")
    return Sidecar(
        account,
        node.text("region"),
        node.text("partition"),
        organization == "none",
        resources,
        frozenset(node.texts("absent")),
        source,
    )


def _checked(node: Node, name: str, expected: str, is_right: object) -> str | None:
    member = node.get(name)
    if member is None:
        return None
    if isinstance(member.value, str) and callable(is_right) and is_right(member.value):
        return str(member.value)
    message = f"found {describe(member.value)}, expected {expected}"
    node.notes.append(member.source.problem("sidecar-member", message))
    return None
