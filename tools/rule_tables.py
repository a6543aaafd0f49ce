"""Two tables about the pack: where its rules differ from the catalogue they were written from, and what they say on the corpora.

`python -m tools.rule_tables differences|verdicts`, with the variable WA_POLICY_CORPUS naming a folder that holds
facts/lens_rules.yaml and corpus/. Why a rule differs is written by hand in tools/catalogue_notes.yaml.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from wa_policy import api
from wa_policy.findings import Verdict
from wa_policy.iam.unknown import UnknownKind
from wa_policy.rules.model import Manual, Rule
from wa_policy.rules.pack import load_pack
from wa_policy.settings import Profile, Settings

ROOT = Path(__file__).resolve().parents[1]
DIFFERENCES = ROOT / "docs" / "rule-differences.md"
VERDICTS = ROOT / "docs" / "rule-verdicts.md"
NOTES = ROOT / "tools" / "catalogue_notes.yaml"
DAY = date(2026, 11, 26)


def _corpus() -> Path:
    folder = os.environ.get("WA_POLICY_CORPUS")
    if folder is None:
        sys.exit("set WA_POLICY_CORPUS to the folder that holds facts/ and corpus/")
    return Path(folder)


def _catalogue() -> Mapping[str, Mapping[str, Any]]:
    text = (_corpus() / "facts" / "lens_rules.yaml").read_text(encoding="utf-8")
    return {entry["id"]: entry for entry in yaml.load(text, yaml.CSafeLoader)["rules"]}


# --- differences -------------------------------------------------------------------------------------------------


def differences() -> str:
    """One row for each rule of the catalogue: what of the pack's rule is not as there, and why."""
    rules = {rule.id: rule for rule in load_pack()}
    notes: Mapping[str, str] = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    catalogue = _catalogue()
    lines = [
        "# Where the rules differ from the catalogue",
        "",
        (
            "The rules were written from a catalogue of candidates. Each was compared with its entry; this table, made by "
            "`python -m tools.rule_tables differences`, says what came out otherwise."
        ),
        "",
        "| rule | fields | logic |",
        "|---|---|---|",
    ]
    for id_, entry in sorted(catalogue.items()):
        rule = rules.get(id_)
        fields = "not written yet" if rule is None else "; ".join(_fields(rule, entry)) or "as there"
        lines.append(f"| `{id_}` | {fields} | {' '.join(notes.get(id_, 'as there').split())} |")
    extra = sorted(set(rules) - set(catalogue))
    lines += [
        "",
        f"Beyond the catalogue the pack has {len(extra)} rules: {', '.join(f'`{id_}`' for id_ in extra)}.",
    ]
    unknown = sorted(set(notes) - set(catalogue))
    if unknown:
        sys.exit(f"tools/catalogue_notes.yaml names what the catalogue has not: {', '.join(unknown)}")
    return "\n".join(lines) + "\n"


def _fields(rule: Rule, entry: Mapping[str, Any]) -> Iterator[str]:
    wanted = {"pillar": entry["pillar"], "severity": entry["severity"], "profile": entry["profile"]}
    found = {"pillar": rule.pillar, "severity": rule.severity.value, "profile": rule.profile.value}
    for name, value in wanted.items():
        if found[name] != value:
            yield f"{name} {found[name]}, there {value}"
    choices = {choice["wa_choice"] for choice in entry["lens_ref"]["choices"]}
    if missing := sorted(choices - set(rule.lens)):
        yield f"not for {', '.join(missing)}"
    if more := sorted(set(rule.lens) - choices):
        yield f"also for {', '.join(more)}"
    if isinstance(rule.check, Manual) is not entry["manual"]:
        yield "a question" if isinstance(rule.check, Manual) else "decided by a check"


# --- verdicts ----------------------------------------------------------------------------------------------------


_MISSING = (
    UnknownKind.NOT_EXPORTED,
    UnknownKind.UNRESOLVED,
    UnknownKind.KNOWN_AFTER_APPLY,
    UnknownKind.UNREADABLE,
)
UNTOLD = "untold"
"""An unknown verdict for which all reasons are that the input does not say it."""
PERHAPS = "perhaps"
"""An unknown verdict where it is not known either whether the rule applies."""

_COLUMNS = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, PERHAPS, Verdict.NOT_APPLICABLE)
Counts = dict[str, Counter[str]]


def counted(path: str) -> Counts:
    """How often each rule says what on one input."""
    settings = replace(Settings(), profile=Profile.ADVICE)
    report = api.scan(api.read([path], settings), settings, today=DAY)
    found: Counts = {}
    for result in report.results:
        of = found.setdefault(result.rule.id, Counter())
        of[result.verdict] += 1
        if result.may_not_apply:
            of[PERHAPS] += 1
        if result.verdict is Verdict.UNKNOWN and all(why.kind in _MISSING for why in result.reasons):
            of[UNTOLD] += 1
    return found


def together(all_counts: Sequence[Counts]) -> Counts:
    found: Counts = {}
    for counts in all_counts:
        for id_, verdicts in counts.items():
            found.setdefault(id_, Counter()).update(verdicts)
    return found


def verdicts() -> str:
    """One row for each rule: its verdicts on the templates and on the accounts, and the share that it decides."""
    corpus = _corpus() / "corpus"
    templates = sorted(str(path) for path in (corpus / "serverless_templates").iterdir())
    accounts = [str(ROOT / "fixtures" / "acme"), str(corpus / "account_authorization_details.json")]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        on_templates = together(list(pool.map(counted, templates, chunksize=8)))
        on_accounts = together(list(pool.map(counted, accounts)))
    lines = [
        "# What the rules say on the corpora",
        "",
        (
            f"The verdicts of all rules on {len(templates)} public serverless templates and on two exported accounts, one of them "
            "made up with planted faults; made by `python -m tools.rule_tables verdicts`. Of `unknown`, `perhaps` are those where it is "
            "not known either whether the rule applies, such as on a state machine whose definition is in a file that is not there. "
            "`decided` is the share of pass and fail among what applies; the last column leaves out what the input does not "
            "say: values that are chosen at deployment, files and answers that are not there. A rule that was never seen to pass "
            "or to fail shows here; its examples show both."
        ),
        "",
        "| rule | profile | templates: pass | fail | unknown | perhaps | n/a | accounts: pass | fail | unknown | perhaps | n/a | decided | of what is told |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for rule in sorted(load_pack(), key=lambda rule: rule.id):
        if isinstance(rule.check, Manual):
            continue
        counts = [found.get(rule.id, Counter()) for found in (on_templates, on_accounts)]
        cells = " | ".join(str(of[verdict]) for of in counts for verdict in _COLUMNS)
        lines.append(f"| `{rule.id}` | {rule.profile.value} | {cells} | {_decided(counts)} |")
    return "\n".join(lines) + "\n"


def _decided(counts: Sequence[Counter[str]]) -> str:
    known = sum(of[Verdict.PASS] + of[Verdict.FAIL] for of in counts)
    unknown = sum(of[Verdict.UNKNOWN] for of in counts)
    untold, perhaps = (sum(of[kind] for of in counts) for kind in (UNTOLD, PERHAPS))
    if not known + unknown:
        return "never applied | never applied"
    applies, told = known + unknown - perhaps, known + unknown - untold
    return " | ".join(
        f"{100 * known / of:.0f}%" if of else none
        for of, none in ((applies, "never known to apply"), (told, "nothing told"))
    )


def main() -> int:
    """Write the table that is named."""
    match sys.argv[1:]:
        case ["differences"]:
            DIFFERENCES.write_text(differences(), encoding="utf-8")
        case ["verdicts"]:
            VERDICTS.write_text(verdicts(), encoding="utf-8")
        case _:
            sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
