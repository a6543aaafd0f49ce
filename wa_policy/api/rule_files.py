"""Rule files for those who write them: their examples run, their weak places found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wa_policy.api.accepted_lint import AcceptedLint, accepted_near, from_here, unused
from wa_policy.api.inputs import Progress, catalog
from wa_policy.errors import Problem, UsageError, did_you_mean
from wa_policy.settings import DEFAULTS, Settings

if TYPE_CHECKING:
    from wa_policy.rules.model import Rule
    from wa_policy.rules.pack import RuleSource

EXAMPLE, INPUT = "rule-example", "rule-example-input"
"""Codes of problems: a verdict that an example does not expect, and a file of an example that cannot be read."""
_FEW = 4
"""So many rules are done sooner than another process has started."""


@dataclass(frozen=True, slots=True)
class RuleTests:
    """What became of the examples of rules: how many there are, and what is not as they expect."""

    rules: int
    examples: int
    failures: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class RuleLint:
    """What the lint found; `accepted` counts what a registry accepts."""

    rules: int
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    accepted: int


def rule_sources(targets: Sequence[str], settings: Settings) -> tuple[RuleSource, ...]:
    """The rules in the files and folders, and those with the ids, that are named; without any, all that the settings load.

    Raises UsageError for what is neither, RuleError for a rule that breaks the language.
    """
    from wa_policy.rules.pack import load_sources, together

    paths = [target for target in targets if Path(target).exists()]
    ids = [target for target in targets if target not in paths]
    found = list(load_sources(paths, catalog())) if paths else []
    if ids or not targets:
        loaded = _loaded(settings)
        found += loaded if not targets else _picked(ids, loaded)
    sources = {source.path: source for source in found}
    together(source.rule for source in sources.values())
    return tuple(sorted(sources.values(), key=lambda source: source.rule.id))


def _loaded(settings: Settings) -> tuple[RuleSource, ...]:
    from wa_policy.api.packs import is_chosen
    from wa_policy.rules.pack import load_sources, policies_folder

    shipped = load_sources([from_here(policies_folder())], catalog()) if settings.packs else ()
    return (
        *(source for source in shipped if is_chosen(source.rule, settings.packs)),
        *load_sources(settings.rule_folders, catalog()),
    )


def _picked(ids: Iterable[str], loaded: Sequence[RuleSource]) -> Iterator[RuleSource]:
    known = {source.rule.id: source for source in loaded}
    for one in ids:
        if one not in known:
            raise UsageError(
                f"found `{one}`, expected a file or folder of rules, or the id of a rule",
                advice=did_you_mean(one, known),
            )
        yield known[one]


# --- test --------------------------------------------------------------------------------------------------------


def run_examples(
    targets: Sequence[str] = (),
    settings: Settings = DEFAULTS,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> RuleTests:
    """Run the examples of rules, several rules at a time."""
    sources = rule_sources(targets, settings)
    found = _each_rule(_failures_of, sources, jobs, progress)
    examples = sum(len(source.rule.examples) for source in sources)
    return RuleTests(len(sources), examples, _with_lines(problem for one in found for problem in one))


def _failures_of(work: tuple[Rule, Mapping[str, Any]]) -> tuple[Problem, ...]:
    from wa_policy.rules.examples import compare_example, inventory_of

    rule, _ = work
    found: list[Problem] = []
    for example in rule.examples:
        inventory = inventory_of(example)
        for problem in inventory.problems:
            message = f"example `{example.name}`, file `{Path(problem.file).name}`: {problem.message}"
            found.append(example.source.at("files").problem(INPUT, message))
        for mismatch in compare_example(rule, example, inventory, catalog()):
            key = (mismatch.key,) if mismatch.key else ()
            place = example.source.at("expect", mismatch.subject, *key)
            what = " ".join(f"`{part}`" for part in (mismatch.subject, *key))
            why = f" ({'; '.join(mismatch.reasons)})" if mismatch.reasons else ""
            message = (
                f"example `{example.name}`, {what}: found {mismatch.found}{why}, expected {mismatch.expected}"
            )
            found.append(place.problem(EXAMPLE, message))
    return tuple(found)


# --- lint --------------------------------------------------------------------------------------------------------


def lint_rules(
    targets: Sequence[str] = (),
    settings: Settings = DEFAULTS,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> RuleLint:
    """Look for tests that cannot hold, changes that no example notices, and rules without an unknown verdict."""
    from wa_policy.rules.lint import WARNINGS

    sources = rule_sources(targets, settings)
    registry = accepted_near([source.path for source in sources])
    used: set[AcceptedLint] = set()
    kept: list[Problem] = []
    accepted = 0
    for source, found in zip(sources, _each_rule(_lint_of, sources, jobs, progress), strict=True):
        for problem in found:
            reason = next(
                (one for one in registry.get(source.path, ()) if one.accepts(source.rule.id, problem)), None
            )
            if reason is None:
                kept.append(problem)
            else:
                used.add(reason)
                accepted += 1
    problems = _with_lines((*kept, *unused(registry, used)))
    return RuleLint(
        len(sources),
        tuple(problem for problem in problems if problem.code not in WARNINGS),
        tuple(problem for problem in problems if problem.code in WARNINGS),
        accepted,
    )


def _lint_of(work: tuple[Rule, Mapping[str, Any]]) -> tuple[Problem, ...]:
    from wa_policy.rules.lint import lint

    rule, raw = work
    return lint(rule, raw, catalog())


# --- both --------------------------------------------------------------------------------------------------------


def _each_rule(
    task: Callable[[tuple[Rule, Mapping[str, Any]]], tuple[Problem, ...]],
    sources: Sequence[RuleSource],
    jobs: int,
    progress: Progress | None,
) -> list[tuple[Problem, ...]]:
    """The problems of each rule, in the order of the rules."""
    work = [(source.rule, source.raw) for source in sources]
    if jobs <= 1 or len(work) <= _FEW:
        return list(_told(map(task, work), sources, progress))
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # A fresh interpreter for each process: a fork would copy locks of threads that do not exist in it.
    with ProcessPoolExecutor(min(jobs, len(work)), mp_context=get_context("spawn")) as pool:
        return list(_told(pool.map(task, work), sources, progress))


def _told(
    results: Iterable[tuple[Problem, ...]], sources: Sequence[RuleSource], progress: Progress | None
) -> Iterator[tuple[Problem, ...]]:
    for number, result in enumerate(results):
        if progress is not None:
            progress(sources[number].rule.id, number + 1, len(sources))
        yield result


def _with_lines(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems with the lines of their places; of a place that there is not, of the nearest around it."""
    from wa_policy.loaders.document import DocumentFormat
    from wa_policy.loaders.lines import lines_of
    from wa_policy.rules.read import around

    listed = list(problems)
    wanted: dict[str, set[str]] = {}
    for problem in listed:
        wanted.setdefault(problem.file, set()).update(around(problem.pointer))
    lines = {
        file: lines_of(Path(file).read_text(encoding="utf-8"), DocumentFormat.YAML, sorted(pointers))
        for file, pointers in wanted.items()
    }

    def line(problem: Problem) -> int:
        of_file = lines[problem.file]
        return next((of_file[place] for place in around(problem.pointer) if of_file.get(place)), 1)

    return tuple(replace(problem, line=line(problem)) for problem in listed)
