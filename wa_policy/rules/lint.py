"""Do the examples of a rule notice when the rule is wrong?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.errors import Problem, RuleError, WaPolicyError
from wa_policy.findings import Verdict
from wa_policy.inventory.model import Inventory
from wa_policy.rules.build import build
from wa_policy.rules.check import check
from wa_policy.rules.contradictions import contradictions
from wa_policy.rules.examples import compare_example, inventory_of
from wa_policy.rules.model import Manual, Rule
from wa_policy.rules.mutate import RuleMutant, mutants
from wa_policy.rules.subjects import Shared

SURVIVOR, CONTRADICTION, NO_UNKNOWN = "rule-survivor", "rule-contradiction", "rule-no-unknown"
WRONG = "rule-example"
"""Codes of problems."""
WARNINGS = frozenset((NO_UNKNOWN,))


def lint(rule: Rule, raw: Mapping[str, Any], catalog: Catalog) -> tuple[Problem, ...]:
    """What is wrong with a rule that loads; `raw` is the content of its file, with what it inherits."""
    return (*_contradictory(rule, raw), *_without_unknown(rule), *survivors(rule, raw, catalog))


def _contradictory(rule: Rule, raw: Mapping[str, Any]) -> Iterator[Problem]:
    for pointer, message, advice in contradictions(raw):
        yield Problem(rule.source.file, pointer, CONTRADICTION, message, advice=advice)


def _without_unknown(rule: Rule) -> Iterator[Problem]:
    if isinstance(rule.check, Manual) or Verdict.UNKNOWN in _verdicts(rule):
        return
    yield Problem(
        rule.source.file,
        "/examples",
        NO_UNKNOWN,
        "found no example with the verdict `unknown`, expected one in which a value that the rule reads is not known",
        advice="leave the file out that would tell, or use a parameter of a template that has no value",
    )


def _verdicts(rule: Rule) -> Iterator[Verdict]:
    for example in rule.examples:
        for verdicts in example.expect.values():
            yield from (verdicts,) if isinstance(verdicts, Verdict) else verdicts.values()


def survivors(rule: Rule, raw: Mapping[str, Any], catalog: Catalog) -> tuple[Problem, ...]:
    """A problem for each change of the rule that no example notices; one alone where the examples do not hold as it is."""
    inputs = [_Input(index, inventory_of(example), Shared()) for index, example in enumerate(rule.examples)]
    for one in inputs:
        example = rule.examples[one.index]
        if compare_example(rule, example, one.inventory, catalog, one.shared):
            message = f"example `{example.name}` does not hold, so that it notices nothing"
            place = example.source.pointer
            return (
                Problem(rule.source.file, place, WRONG, message, advice="`wa-policy rules test` says why"),
            )
    return tuple(
        Problem(
            rule.source.file,
            mutant.pointer,
            SURVIVOR,
            f"no example notices `{mutant.pointer}` with {mutant.what}",
            advice="add an example that only the rule as it is gets right, or leave the part out",
        )
        for mutant in mutants(raw)
        if _survives(rule, mutant, catalog, inputs)
    )


@dataclass(frozen=True, slots=True)
class _Input:
    """An example as it was read, and what is worked out about it once for all mutants."""

    index: int
    inventory: Inventory
    shared: Shared


def _survives(rule: Rule, mutant: RuleMutant, catalog: Catalog, inputs: list[_Input]) -> bool:
    try:
        changed = build(mutant.raw, rule.source)
    except (RuleError, KeyError, TypeError, ValueError):
        return False  # the language itself notices
    for position, one in enumerate(inputs):
        try:
            noticed = bool(
                compare_example(changed, changed.examples[one.index], one.inventory, catalog, one.shared)
            )
        except WaPolicyError:
            return False  # a name without a value, or the like: `check` finds it
        if noticed:
            # The example that noticed one change is likely to notice the next.
            inputs.insert(0, inputs.pop(position))
            return False
    # Last, as it costs more than most examples: what does not follow the language is no rule.
    return not check(changed, mutant.raw, catalog).found
