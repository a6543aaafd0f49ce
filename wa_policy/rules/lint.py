"""Do the examples of a rule notice when the rule is wrong?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.errors import Problem, RuleError
from wa_policy.inventory.model import Inventory
from wa_policy.rules.build import build
from wa_policy.rules.check import check
from wa_policy.rules.examples import compare_example, inventory_of
from wa_policy.rules.model import Rule
from wa_policy.rules.mutate import mutants

Progress = Callable[[str, int, int], None]


def survivors(rule: Rule, raw: Mapping[str, Any], catalog: Catalog) -> tuple[Problem, ...]:
    """A problem for each change of the rule that no example notices; `raw` is the content of its file."""
    inventories = [inventory_of(example) for example in rule.examples]
    return tuple(_survivors(rule, raw, catalog, inventories))


def _survivors(
    rule: Rule, raw: Mapping[str, Any], catalog: Catalog, inventories: Sequence[Inventory]
) -> Iterator[Problem]:
    for mutant in mutants(raw):
        try:
            changed = build(mutant.raw, rule.source)
        except (RuleError, KeyError, TypeError, ValueError):
            continue  # the language itself notices
        if check(changed, mutant.raw, catalog).found:
            continue
        if not any(
            compare_example(changed, example, inventory, catalog)
            for example, inventory in zip(rule.examples, inventories, strict=True)
        ):
            message = f"no example notices `{mutant.pointer}` with {mutant.what}"
            yield Problem(
                rule.source.file,
                mutant.pointer,
                "examples",
                message,
                advice="add an example that only the rule as it is gets right, or leave the part out",
            )
