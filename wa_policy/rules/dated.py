"""Which dated tables a rule reads, and what is said where one of them is old."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import lru_cache

from wa_policy.errors import Problem
from wa_policy.findings import Result
from wa_policy.rules.model import Rule
from wa_policy.rules.tables import TABLES, table
from wa_policy.same import Same

CODE = "table-age"
"""The code of a problem that tells of an old table: nothing of the input was lost."""

_OF_ITERATORS: Mapping[str, tuple[str, ...]] = {
    "called_services": ("endpoint_policies",),
    "endpoint_policy": ("endpoint_policies",),
    "shared_issuers": ("shared_issuers",),
}
"""The tables that iterators read."""

_WORD = "table"
"""The word under which a test names a table."""


def tables_of(rule: Rule) -> tuple[str, ...]:
    """The names of the tables that a verdict of the rule rests on, sorted."""
    return _tables_of(Same(rule))


@lru_cache(maxsize=1024)
def _tables_of(same: Same[Rule]) -> tuple[str, ...]:
    rule = same.value
    found = set(_named(rule.when)) | set(_named(rule.check)) | set(_named(rule.each))
    if rule.each is not None:
        found |= set(_OF_ITERATORS.get(rule.each.iterator, ()))
    return tuple(sorted(found))


def _named(value: object) -> Iterator[str]:
    """The tables that tests and arguments name, wherever they stand."""
    match value:
        case Mapping():
            parts = list(value.items())
        case tuple():
            parts = [("", item) for item in value]
        case _ if is_dataclass(value):
            parts = [(one.name, getattr(value, one.name)) for one in fields(value)]
        case _:
            return
    for name, part in parts:
        if name == _WORD and part in TABLES:
            yield str(part)
        yield from _named(part)


def dates_of(rules: Iterable[Rule]) -> dict[str, str]:
    """The tables behind the verdicts of the rules, in words, with their dates."""
    names = sorted({name for rule in rules for name in tables_of(rule)})
    return {name.replace("_", " "): table(name).date.isoformat() for name in names}


def stale_tables(rules: Iterable[Rule], today: date | None, max_age: int) -> dict[str, tuple[str, ...]]:
    """The tables older than `max_age` days that rules read, with the ids of these rules; none without a day."""
    if today is None:
        return {}
    found: dict[str, list[str]] = {}
    for rule in rules:
        for name in tables_of(rule):
            if table(name).is_stale(today, max_age):
                found.setdefault(name, []).append(rule.id)
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def problems_of_stale(
    stale: Mapping[str, Sequence[str]], today: date | None, max_age: int
) -> tuple[Problem, ...]:
    """A note for each old table, with the rules that read it."""
    if today is None:
        return ()
    return tuple(
        Problem(
            f"tables/{name}.yaml",
            "",
            CODE,
            f"the table `{name}` of {table(name).date.isoformat()} is {table(name).age(today)} days old, expected at most "
            f"{max_age}; {_rules(ids)}",
            1,
            "use a newer wa-policy, or raise `max_table_age` in the settings",
        )
        for name, ids in stale.items()
    )


def _rules(ids: Sequence[str]) -> str:
    return f"it is read by {', '.join(f'`{one}`' for one in ids)}"


def told_of_stale(results: Iterable[Result], stale: Mapping[str, Sequence[str]]) -> Iterator[Result]:
    """The results; a finding that rests on an old table says so."""
    old: dict[str, list[str]] = {}
    for name, ids in stale.items():
        for one in ids:
            old.setdefault(one, []).append(name)
    for result in results:
        names = old.get(result.rule.id)
        if not names or not result.message:
            yield result
            continue
        words = " and ".join(f"`{name}` of {table(name).date.isoformat()}" for name in names)
        yield replace(result, message=f"{result.message} (by the old table {words})")
