"""The examples of rules, run: each is written to a folder as an export would be, and read by the real loaders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from wa_policy.catalog.model import Catalog
from wa_policy.findings import Result, Verdict
from wa_policy.inventory.model import Assumptions, Inventory
from wa_policy.inventory.symbols import shown
from wa_policy.loaders.load import load
from wa_policy.rules.alternatives import in_all_choices
from wa_policy.rules.model import Example, Rule
from wa_policy.rules.parameters import values_of
from wa_policy.rules.run import run_rule
from wa_policy.rules.subjects import Scope, Shared


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A verdict that an example did not expect; `subject` and `key` say where, `reasons` why it is unknown."""

    rule: str
    example: str
    subject: str
    key: str
    expected: str
    found: str
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"`{self.subject}`" + (f" `{self.key}`" if self.key else "")
        why = f" ({'; '.join(self.reasons)})" if self.reasons else ""
        return f"rule `{self.rule}`, example `{self.example}`, {where}: found {self.found}{why}, expected {self.expected}"


def run_example(rule: Rule, example: Example, catalog: Catalog) -> tuple[Mismatch, ...]:
    """What the rule does not say about its example as it should; empty iff all is as expected."""
    return compare_example(rule, example, inventory_of(example), catalog)


def compare_example(
    rule: Rule, example: Example, inventory: Inventory, catalog: Catalog, shared: Shared | None = None
) -> tuple[Mismatch, ...]:
    """The same, where the files of the example were read before; `shared` is what was worked out about them."""
    scope = Scope(inventory, values_of(rule, example.parameters), catalog, shared or Shared(), example.today)
    return tuple(_compare(rule, example, run_rule(rule, scope)))


def results_of(rule: Rule, example: Example, catalog: Catalog) -> tuple[Result, ...]:
    """The results of the rule on the example."""
    inventory = inventory_of(example)
    scope = Scope(inventory, values_of(rule, example.parameters), catalog, today=example.today)
    found = tuple(run_rule(rule, scope))
    return in_all_choices(
        found,
        inventory,
        lambda made: tuple(run_rule(rule, Scope(made, scope.parameters, catalog, today=example.today))),
    )


def inventory_of(example: Example) -> Inventory:
    """The files of an example as the loaders read them."""
    with TemporaryDirectory(prefix="wa-policy-example-") as folder:
        place = Path(folder) / example.account / example.region
        place.mkdir(parents=True)
        for name, content in example.files.items():
            (place / name).write_text(json.dumps(content), encoding="utf-8")
        return load([folder], assume=Assumptions(no_organization=example.no_organization))


def _compare(rule: Rule, example: Example, results: Iterable[Result]) -> Iterator[Mismatch]:
    found: dict[str, dict[str, Result]] = {}
    names = {subject: subject for subject in example.expect}
    for result in results:
        name = _name_of(result, names)
        found.setdefault(name, {})[shown(result.key)] = result
    for subject, verdicts in example.expect.items():
        of_subject = found.get(subject, {})
        if not of_subject:
            yield Mismatch(rule.id, example.name, subject, "", "a result", "none")
        wanted = dict.fromkeys(of_subject, verdicts) if isinstance(verdicts, Verdict) else verdicts
        yield from _differences(rule, example, subject, of_subject, wanted)
    for subject in sorted(found.keys() - example.expect.keys()):
        silent = dict.fromkeys(found[subject], Verdict.NOT_APPLICABLE)
        yield from _differences(rule, example, subject, found[subject], silent)


def _differences(
    rule: Rule,
    example: Example,
    subject: str,
    found: Mapping[str, Result],
    wanted: Mapping[str, Verdict],
) -> Iterator[Mismatch]:
    for key in sorted(found.keys() | wanted.keys()):
        result, verdict = found.get(key), wanted.get(key)
        if result is None or result.verdict is not verdict:
            reasons = () if result is None else tuple(str(reason) for reason in result.reasons)
            got = "none" if result is None else result.verdict.value
            expected = "none" if verdict is None else verdict.value
            yield Mismatch(rule.id, example.name, subject, key, expected, got, reasons)


def _name_of(result: Result, names: Mapping[str, str]) -> str:
    """The name under which an example expects the subject: its id, or the end of its id after `:` or `/`."""
    for id_ in (result.subject, shown(result.subject)):
        if id_ in names:
            return id_
        for name in names:
            if id_.endswith((f":{name}", f"/{name}")):
                return name
    return result.subject
