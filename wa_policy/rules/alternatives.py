"""Verdicts that hold whatever is chosen of what a template leaves open.

A rule is judged under each choice. The verdict is the one that all of them give; where they differ it is unknown, with a
reason that names the choice and what each side of it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wa_policy.findings import Result, Verdict
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Variation

Judge = Callable[[Inventory], Sequence[Result]]
"""The results of all rules on an inventory."""
Key = tuple[str, str, str, str, str]
"""Rule, type, file and place of the subject (or its name, where it is no resource), and item."""

_ADVICE = {
    "the account": "say which with `--account`",
    "the region": "say which with `--region`",
    "the name of the stack": "say it with `--stack-name`",
}
_MOST_SHOWN = 3


@dataclass(frozen=True)
class _World:
    """The results under one choice, on the subjects of the files that it is about."""

    says: Mapping[str, str]
    results: Mapping[Key, Result]
    subjects: frozenset[Key]
    """The keys of all subjects that there are, each with the rule and no item."""


def in_all_choices(results: Sequence[Result], inventory: Inventory, judge: Judge) -> tuple[Result, ...]:
    """The results with those of the subjects that depend on a choice as they are under all choices."""
    for variation in inventory.variations:
        results = _varied(results, inventory, variation, judge)
    return tuple(results)


def _varied(
    results: Sequence[Result], inventory: Inventory, variation: Variation, judge: Judge
) -> Sequence[Result]:
    kept: list[Result] = []
    own: list[Result] = []
    for result in results:
        (own if _file(result, inventory) in variation.files else kept).append(result)
    worlds = [_world(own, inventory, variation.says, {})]
    for alternative in variation.others:
        made = alternative.make()
        found = [result for result in judge(made) if _file(result, made) in variation.files]
        known = worlds[0].results
        worlds.append(_world(found, made, alternative.says, alternative.symbols, known))
    return [*kept, *_merged(worlds)]


def _file(result: Result, inventory: Inventory) -> str:
    """The file in which the subject of a result stands."""
    resource = inventory.resource(result.subject)
    return result.source.file if resource is None else resource.source.file


def _world(
    results: Iterable[Result],
    inventory: Inventory,
    says: Mapping[str, str],
    symbols: Mapping[str, str],
    known: Mapping[Key, Result] | None = None,
) -> _World:
    by_key: dict[Key, Result] = {}
    subjects = set()
    for result in results:
        key = _key(result, inventory, symbols)
        as_written = (*key[:4], result.key)
        if known is not None and key not in known and as_written in known:
            key = as_written  # what the template writes out, though under this choice it is the own account, or name
        by_key.setdefault(key, result)
        subjects.add((*key[:4], ""))
    return _World(says, by_key, frozenset(subjects))


def _key(result: Result, inventory: Inventory, symbols: Mapping[str, str]) -> Key:
    resource = inventory.resource(result.subject)
    item = _translated(result.key, symbols)
    if resource is None:
        return result.rule.id, result.subject_type, "", _translated(result.subject, symbols), item
    return result.rule.id, result.subject_type, resource.source.file, resource.source.pointer, item


def _translated(text: str, symbols: Mapping[str, str]) -> str:
    for here, there in symbols.items():
        text = text.replace(here, there)
    return text


def _merged(worlds: Sequence[_World]) -> Iterable[Result]:
    """One result for each key that some world has."""
    keys: dict[Key, None] = {}
    for world in worlds:
        keys |= dict.fromkeys(world.results)
    several = {(*key[:4], "") for key in keys if key[4]}
    for key in keys:
        of = (*key[:4], "")
        # Where the subject is not there, nothing is said of it.
        asked = [world for world in worlds if of in world.subjects]
        found = [(world, world.results[key]) for world in asked if key in world.results]
        silent = [world for world in asked if key not in world.results]
        if not key[4] and of in several and silent and not _is_bad(found):
            continue  # the subject has items in other worlds, which have results of their own
        yield _one(found, silent)


def _is_bad(found: Sequence[tuple[_World, Result]]) -> bool:
    return any(result.verdict in (Verdict.FAIL, Verdict.UNKNOWN) for _, result in found)


def _one(found: Sequence[tuple[_World, Result]], silent: Sequence[_World]) -> Result:
    """The result of one key: `found` under some choices, nothing under the `silent` ones."""
    first = found[0][1]
    verdicts = dict.fromkeys(result.verdict for _, result in found)
    if len(verdicts) == 1 and (not silent or first.verdict is not Verdict.FAIL):
        return first
    if verdicts.keys() <= {Verdict.PASS, Verdict.NOT_APPLICABLE}:
        return next(result for _, result in found if result.verdict is Verdict.PASS)
    told = [(result.verdict.value, world.says) for world, result in found]
    told += [("nothing to find", world.says) for world in silent]
    reasons = [reason for _, result in found for reason in result.reasons]
    reasons.insert(0, Unknown(UnknownKind.UNRESOLVED, _difference(told)))
    worst = next((result for _, result in found if result.verdict is Verdict.FAIL), first)
    return replace(
        worst,
        subject=first.subject,
        verdict=Verdict.UNKNOWN,
        message="",
        witness=None,
        evidence="",
        reasons=tuple(dict.fromkeys(reasons)),
        account=first.account,
    )


def _difference(told: Sequence[tuple[str, Mapping[str, str]]]) -> str:
    """What the verdict depends on, and what it is on each side."""
    names = dict.fromkeys(name for _, says in told for name in says)
    deciding = [
        name for name in names if len({says.get(name) for _, says in told}) > 1 and _decides(name, told)
    ] or [name for name in names if len({says.get(name) for _, says in told}) > 1]
    sides: dict[tuple[str, ...], dict[str, None]] = {}
    for verdict, says in told:
        side = tuple(f"{name} is {says.get(name, 'open')}" for name in deciding[:_MOST_SHOWN])
        sides.setdefault(side, {})[verdict] = None
    words = "; ".join(
        f"{' or '.join(verdicts)} if {' and '.join(side)}" for side, verdicts in list(sides.items())[:6]
    )
    advice = "".join(f"; {_ADVICE[name]}" for name in deciding if name in _ADVICE)
    more = f"; and {len(sides) - 6} more cases" if len(sides) > 6 else ""
    return f"it depends on {' and '.join(deciding[:_MOST_SHOWN])}: {words}{more}{advice}"


def _decides(name: str, told: Sequence[tuple[str, Mapping[str, str]]]) -> bool:
    """True iff two cases that differ in this alone have different verdicts."""
    for one_verdict, one in told:
        for other_verdict, other in told:
            rest = (one.keys() | other.keys()) - {name}
            differs = one_verdict != other_verdict and one.get(name) != other.get(name)
            if differs and all(one.get(key) == other.get(key) for key in rest):
                return True
    return False
