"""What is read: the catalog, exports and templates, single documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.errors import LoadError, Problem
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Assumptions, Inventory
from wa_policy.settings import DEFAULTS, Settings

Progress = Callable[[str, int, int], None]
"""Called with the name of what is worked on, how much of it is done, and how much there is in all."""

_NOTES = frozenset(
    ("contradiction", "duplicate-key", "element-case", "id-type", "sid-type", "table-age", "version-unknown")
)
"""Codes of problems that tell of something odd in what was read all the same."""

_HOLDS_POLICY = ("Policy", "PolicyDocument", "AssumeRolePolicyDocument", "PolicyVersion", "Role", "Document")


def catalog() -> Catalog:
    """The catalog of actions, resource types and condition keys that ships with wa-policy."""
    from wa_policy.catalog.store import load_catalog

    return load_catalog()


def read(
    paths: Sequence[str],
    settings: Settings = DEFAULTS,
    *,
    kind: PolicyKind | None = None,
    stdin: bytes | None = None,
    progress: Progress | None = None,
) -> Inventory:
    """Everything that can be read at the paths (`-` is standard input).

    `kind` is that of policy documents which stand alone.
    """
    from wa_policy.loaders.load import load

    deployed = settings.deployed
    assume = Assumptions(
        account=deployed.account,
        region=deployed.region,
        partition=deployed.partition or "aws",
        no_organization=settings.no_organization,
        parameters=deployed.parameters,
        stack_name=deployed.stack_name,
    )
    return load(paths, kind=kind, stdin=stdin, progress=progress, assume=assume)


def lost_input(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that mean that a part of the input was not read."""
    return tuple(problem for problem in problems if problem.code not in _NOTES)


def read_case_file(path: str, *, stdin: bytes | None = None) -> Any:
    """The one JSON value in a file. Raises LoadError."""
    from wa_policy.loaders.document import parse_document
    from wa_policy.loaders.located import read_bytes

    data = read_bytes(path, stdin=stdin)
    if isinstance(data, Problem):
        raise LoadError(data.message, (data,))
    documents, problems = parse_document(path, data)
    if len(documents) != 1:
        found = problems or (Problem(path, "", "case-type", "found several documents, expected one case"),)
        raise LoadError(found[0].message, found)
    return documents[0].value


def read_policy(path: str, *, stdin: bytes | None = None) -> Policy:
    """The policy document in a file, bare or as the `Policy`, `PolicyDocument` or `Document` of an AWS answer.

    Raises LoadError where it holds none; statements that cannot be read are listed in `Policy.unreadable`.
    """
    from wa_policy.iam.parse import parse_policy

    raw = read_case_file(path, stdin=stdin)
    pointer = ""
    while isinstance(raw, Mapping) and "Statement" not in raw:
        inner = next((name for name in _HOLDS_POLICY if name in raw), None)
        if inner is None:
            break
        raw, pointer = raw[inner], f"{pointer}/{inner}"
    policy, problems = parse_policy(raw, Source(path, pointer))
    lost = lost_input(problems)
    if lost and not policy.statements:
        raise LoadError(lost[0].message, lost)
    return policy
