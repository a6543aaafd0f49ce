"""`rule-lint.yaml`: what the lint finds in the rules of a folder, and is accepted, each with a reason."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from wa_policy.errors import Problem
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.source import Source
from wa_policy.loaders.checked import read_checked

UNUSED = "rule-lint-unused"
"""The code of a problem: an accepted finding that there is not."""


@dataclass(frozen=True, slots=True)
class AcceptedLint:
    """An accepted finding: patterns for the rule, the place in it, and what was changed there."""

    rule: str
    at: str
    change: str
    reason: str
    source: Source = field(compare=False)

    def accepts(self, rule_id: str, problem: Problem) -> bool:
        """True iff the problem of the rule is one of those that are accepted."""
        return (
            matches(glob(self.rule), rule_id)
            and matches(glob(self.at), problem.pointer)
            and matches(glob(f"*{self.change}"), problem.message)
        )


Registry = Mapping[Path, tuple[AcceptedLint, ...]]
"""By rule file."""


def accepted_near(paths: Iterable[Path]) -> Registry:
    """What is accepted in each rule file: by the registry in its folder, or in the nearest folder above it that has one."""
    found: dict[Path, tuple[AcceptedLint, ...]] = {}
    read: dict[Path, tuple[AcceptedLint, ...]] = {}
    for path in paths:
        file = _registry_of(path.resolve().parent)
        if file is None:
            continue
        if file not in read:
            read[file] = _read(file)
        found[path] = read[file]
    return found


def _registry_of(folder: Path) -> Path | None:
    from wa_policy.rules.pack import ACCEPTED

    return next((file for one in (folder, *folder.parents) if (file := one / ACCEPTED).is_file()), None)


def _read(file: Path) -> tuple[AcceptedLint, ...]:
    schema = json.loads((files("wa_policy.api") / "accepted_lint.schema.json").read_text("utf-8"))
    shown = from_here(file)
    value = read_checked(shown, schema, code="rule-lint", what="the accepted findings") or {}
    return tuple(
        AcceptedLint(
            one["rule"], one["at"], one.get("change", "*"), one["reason"], Source(shown).at("accepted", index)
        )
        for index, one in enumerate(value.get("accepted") or ())
    )


def from_here(file: Path) -> str:
    """The path as seen from the current folder, where it lies below it."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def unused(registry: Registry, used: Collection[AcceptedLint]) -> tuple[Problem, ...]:
    """A problem for each accepted finding that was not found, where all rules of its folder were looked at."""
    from wa_policy.rules.pack import rule_files

    by_file: dict[str, dict[AcceptedLint, None]] = {}
    for entries in registry.values():
        for entry in entries:
            by_file.setdefault(entry.source.file, {})[entry] = None
    seen = {path.resolve() for path in registry}
    problems: list[Problem] = []
    for file, entries_of_file in by_file.items():
        if not seen.issuperset(path.resolve() for path in rule_files(Path(file).parent)):
            continue
        for entry in entries_of_file:
            if entry not in used:
                message = (
                    f"found nothing at `{entry.at}` of rule `{entry.rule}`, expected a finding to accept"
                )
                problems.append(entry.source.problem(UNUSED, message, advice="leave it out"))
    return tuple(problems)
