"""The rules, and what they say about an inventory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from wa_policy.api.inputs import Progress, catalog
from wa_policy.errors import Problem, UsageError
from wa_policy.findings import Report, Result, RuleFacts
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Inventory
from wa_policy.settings import DEFAULTS, ParameterValue, Settings

if TYPE_CHECKING:
    from wa_policy.findings.difference import Difference


@dataclass(frozen=True, slots=True)
class RuleParameter:
    """A parameter of a rule for a reader: what a value is in words, and the value in force."""

    name: str
    type: str
    expected: str
    doc: str
    value: ParameterValue


def rules(settings: Settings = DEFAULTS) -> tuple[RuleFacts, ...]:
    """What is to be known about each rule that the settings load, sorted by id."""
    from wa_policy.api.packs import pack_of

    return tuple(sorted((rule.facts for rule in pack_of(settings)), key=lambda facts: facts.id))


def rule(rule_id: str, settings: Settings = DEFAULTS) -> RuleFacts:
    """One rule. Raises UsageError where there is none of this id."""
    known = {facts.id: facts for facts in rules(settings)}
    if rule_id not in known:
        from difflib import get_close_matches

        close = get_close_matches(rule_id, known, 3)
        advice = f"close to it: {', '.join(close)}" if close else "`wa-policy rules list` names them all"
        raise UsageError(
            f"there is no rule `{rule_id}`, expected the id of a rule of the pack", advice=advice
        )
    return known[rule_id]


def rule_parameters(
    rule_id: str,
    settings: Settings = DEFAULTS,
) -> tuple[RuleParameter, ...]:
    """The parameters of a rule, each with the value that the settings give it. Raises UsageError where there is no such rule."""
    from wa_policy.api.packs import pack_of
    from wa_policy.rules.parameters import expected

    rule(rule_id, settings)
    found = next(one for one in pack_of(settings) if one.id == rule_id)
    return tuple(
        RuleParameter(
            one.name, one.type, expected(one), one.doc, settings.parameters.get(one.name, one.default)
        )
        for one in found.parameters
    )


def typed_parameters(
    written: Mapping[str, Sequence[str]],
    settings: Settings = DEFAULTS,
) -> dict[str, ParameterValue]:
    """The values of rule parameters that are written as text, one or several each, in the types the rules declare.

    What does not fit its type stays text: `scan` refuses it, and knows the words.
    """
    from wa_policy.api.packs import pack_of
    from wa_policy.rules.model import ValueKind
    from wa_policy.rules.parameters import declared

    known = declared(pack_of(settings))
    typed: dict[str, ParameterValue] = {}
    for name, values in written.items():
        parameter = known.get(name)
        if len(values) != 1 or (parameter is not None and parameter.many):
            typed[name] = tuple(values)
        elif parameter is not None and parameter.kind is ValueKind.FLAG:
            typed[name] = {"true": True, "false": False}.get(values[0].lower(), values[0])
        elif parameter is not None and parameter.kind is ValueKind.NUMBER:
            typed[name] = _number(values[0])
        else:
            typed[name] = values[0]
    return typed


def _number(text: str) -> ParameterValue:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def scan(
    inventory: Inventory,
    settings: Settings = DEFAULTS,
    *,
    only: Collection[str] = (),
    progress: Progress | None = None,
    today: date | None = None,
) -> Report:
    """The verdict of each rule of the pack, or of those in `only`, on each subject of the inventory.

    `progress` is called with a rule, the subjects done and the subjects in all. Without `today` what depends on the day is
    unknown.
    """
    from wa_policy.api.packs import pack_of
    from wa_policy.findings.words import in_words
    from wa_policy.rules.run import run

    report = run(
        pack_of(settings), inventory, settings, catalog(), only=tuple(only), progress=progress, today=today
    )
    report = replace(report, principals=len(inventory.principals), resources=len(inventory.resources))
    return in_words(report)


def diff(
    old: Inventory,
    new: Inventory,
    settings: Settings = DEFAULTS,
) -> Difference:
    """The findings and the access that appear or go from one inventory to another."""
    from wa_policy.findings.difference import difference

    return difference(scan(old, settings), scan(new, settings), old, new, catalog())


def check_forbidden(
    inventory: Inventory,
    rule_id: str,
    settings: Settings = DEFAULTS,
) -> Report:
    """The verdicts of one rule that forbids requests. Raises UsageError where it is a rule of another kind."""
    from wa_policy.api.packs import pack_of
    from wa_policy.rules.request_class import Forbid

    report = scan(inventory, settings, only=(rule_id,))
    found = next(rule for rule in pack_of(settings) if rule.id == rule_id)
    if not isinstance(found.check, Forbid):
        raise UsageError(
            f"rule `{rule_id}` forbids no requests, expected a rule with `forbid`",
            advice="`wa-policy scan --rule` judges any rule",
        )
    return report


def locate(report: Report, *, stdin: bytes | None = None) -> Mapping[Source, int]:
    """The lines of all places that a report of the findings names; each file is read once more."""
    return locate_results((*report.findings, *report.unknown, *report.accepted), report.problems, stdin=stdin)


def locate_results(
    results: Iterable[Result], problems: Iterable[Problem] = (), *, stdin: bytes | None = None
) -> Mapping[Source, int]:
    """The lines of all places that results and problems name; each file is read once more."""
    wanted: dict[Source, None] = {}
    for result in results:
        wanted[result.source] = None
        if result.witness is not None:
            wanted.update(dict.fromkeys(result.witness.statements))
    wanted.update((Source(problem.file, problem.pointer), None) for problem in problems if not problem.line)
    from wa_policy.loaders.located import locate_all

    return locate_all(wanted, stdin=stdin)
