"""A seeded sample of verdicts to judge by hand: `python -m tools.sample_findings PATH... [--pillar security,network]`.

Each file is read as an input of its own, with the rules of `policies/` as they are on disk, the profile `advice` and a fixed
day. The draw goes round the rules that have such a verdict in seeded order, so that each is drawn about equally often whatever
the number of its results. The same files, rules and seed give the same sample.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from wa_policy.api.inputs import catalog, read
from wa_policy.errors import LoadError, RuleError, WaPolicyError
from wa_policy.findings import Result, Verdict
from wa_policy.findings.words import in_words
from wa_policy.iam.source import Source
from wa_policy.loaders.located import locate_all
from wa_policy.rules.model import Rule
from wa_policy.rules.pack import load_sources, policies_folder, rule_files, together
from wa_policy.rules.run import run
from wa_policy.settings import Profile, Settings

TODAY = date(2026, 11, 26)
SEED = 7
NUMBER = 60
_BEFORE, _AFTER = 3, 25


def rules_of(pillars: Sequence[str], profile: Profile) -> tuple[Rule, ...]:
    """The rules on disk of the pillars (all where there are none) up to the profile; a file that is wrong is told and left out."""
    found: list[Rule] = []
    limit = tuple(Profile).index(profile)
    for path in rule_files(policies_folder()):
        try:
            found += (source.rule for source in load_sources([path], catalog()))
        except RuleError as error:
            print(f"{path}: left out: {error}", file=sys.stderr)
    return together(
        rule
        for rule in found
        if (not pillars or rule.pillar in pillars) and tuple(Profile).index(rule.profile) <= limit
    )


def results_of(paths: Iterable[str], rules: Sequence[Rule]) -> Iterator[Result]:
    """All results of the rules on each file by itself."""
    settings = Settings(profile=Profile.ADVICE)
    for path in paths:
        try:
            inventory = read([path], settings)
        except (LoadError, WaPolicyError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            continue
        yield from in_words(run(rules, inventory, settings, catalog(), today=TODAY)).results


def draw(results: Iterable[Result], verdict: Verdict, seed: int, number: int) -> list[Result]:
    """So many results with the verdict: one of each rule in seeded order, then a second one of each, and so on."""
    by_rule: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if result.verdict is verdict:
            by_rule[result.rule.id].append(result)
    chance = random.Random(seed)  # a sample that can be drawn again, no secret
    ids = sorted(by_rule)
    chance.shuffle(ids)
    for rule_id in ids:
        by_rule[rule_id].sort(key=lambda one: (one.source.file, one.subject, one.key, one.source.pointer))
        chance.shuffle(by_rule[rule_id])
    drawn: list[Result] = []
    turn = 0
    while len(drawn) < number and any(len(found) > turn for found in by_rule.values()):
        drawn += (by_rule[rule_id][turn] for rule_id in ids if len(by_rule[rule_id]) > turn)
        turn += 1
    return drawn[:number]


def shown(number: int, result: Result, lines: Mapping[Source, int]) -> Iterator[str]:
    """One result as text, with the lines of the file around its place."""
    line = lines.get(result.source)
    rule = result.rule
    yield f"=== {number}. {rule.id} ({rule.pillar}, {rule.profile.value}, {rule.severity.value}): {result.verdict.value}"
    yield f"at       {result.source.file}:{line or '?'} {result.source.pointer}"
    yield f"subject  {result.subject} ({result.subject_type})"
    for name, text in (
        ("key", result.key),
        ("message", result.message),
        ("evidence", result.evidence),
        ("witness", result.witness.attack if result.witness else ""),
    ):
        if text:
            yield f"{name:8} {text}"
    for reason in result.reasons:
        yield f"reason   {reason.kind.value}: {reason.reason}"
    if result.witness is not None:
        for source in result.witness.statements:
            yield f"allowed  by {source.file}:{lines.get(source, '?')} {source.pointer}"
    if line:
        written = Path(result.source.file).read_text(encoding="utf-8").splitlines()
        first = max(line - _BEFORE, 1)
        for at, words in enumerate(written[first - 1 : line + _AFTER], first):
            yield f"{at:6}{'>' if at == line else ' '} {words}"
    yield ""


def files_of(paths: Sequence[str]) -> list[str]:
    """The files named, and those below the folders named."""
    found: list[str] = []
    for path in paths:
        at = Path(path)
        found += sorted(str(one) for one in at.rglob("*") if one.is_file()) if at.is_dir() else [path]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw verdicts to judge by hand.")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--pillar", default="", help="pillars, joined by commas; all without it")
    parser.add_argument("--profile", default="advice", choices=[one.value for one in Profile])
    parser.add_argument("--verdict", default="fail", choices=[one.value for one in Verdict])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--number", type=int, default=NUMBER)
    given = parser.parse_args(arguments)
    rules = rules_of([one for one in given.pillar.split(",") if one], Profile(given.profile))
    results = list(results_of(files_of(given.paths), rules))
    drawn = draw(results, Verdict(given.verdict), given.seed, given.number)
    wanted = [result.source for result in drawn]
    wanted += [source for result in drawn if result.witness for source in result.witness.statements]
    lines = locate_all(dict.fromkeys(wanted))
    for number, result in enumerate(drawn, 1):
        print("\n".join(shown(number, result, lines)))
    met = [result for result in results if result.verdict.value == given.verdict]
    print(
        f"{len(drawn)} of {len(met)} results `{given.verdict}`, of {len({one.rule.id for one in drawn})} of the"
        f" {len({one.rule.id for one in met})} rules that have one; {len(rules)} rules ran"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
