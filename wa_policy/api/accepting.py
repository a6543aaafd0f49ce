"""Living with findings: waivers, and baselines of what was there before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from wa_policy.errors import LoadError, did_you_mean
from wa_policy.findings import Report, Waiver
from wa_policy.inventory.model import Inventory
from wa_policy.settings import DEFAULTS, Settings


def waive(
    report: Report,
    waivers: Sequence[Waiver],
    today: date,
    *,
    only: Collection[str] = (),
    settings: Settings = DEFAULTS,
) -> Report:
    """The report with what the waivers accept, and with a finding for each waiver that is wrong.

    `only` are the rules that ran, where they were named. Raises LoadError for a waiver of a rule that there is not.
    """
    from wa_policy.api.packs import known_ids, pack_of
    from wa_policy.findings.waivers import waive as accept
    from wa_policy.rules.plan import chosen

    _check_rules(waivers, known_ids(settings))
    judged = {rule.id for rule in chosen(pack_of(settings), report.profile, tuple(only), settings.enabled)}
    return accept(report, waivers, today, judged)


def _check_rules(waivers: Sequence[Waiver], known: Collection[str]) -> None:
    problems = []
    for waiver in waivers:
        if waiver.rule not in known:
            message = f"found the rule `{waiver.rule}`, expected the id of a rule of the pack"
            advice = did_you_mean(waiver.rule, known)
            problems.append(waiver.source.at("rule").problem("waivers", message, advice=advice))
    if problems:
        raise LoadError("the waivers are wrong", tuple(problems))


def waivers_in(inventory: Inventory) -> tuple[Waiver, ...]:
    """The waivers in the metadata of resources in templates. Raises LoadError with every mistake."""
    from wa_policy.findings.waivers import waivers_in as find

    return find(inventory)


def read_waivers(file: str) -> tuple[Waiver, ...]:
    """The waivers in a file such as `waivers.yaml`. Raises LoadError with every mistake and its line."""
    from wa_policy.findings.waivers import read_waivers as read

    return read(file)


def without_baseline(report: Report, file: str) -> Report:
    """The report with what the baseline in the file holds accepted. Raises LoadError."""
    from wa_policy.findings.baseline import compare, read_baseline

    return compare(report, read_baseline(file), file)


def baseline_text(report: Report) -> str:
    """The content of a baseline that silences exactly this report."""
    from wa_policy.findings.baseline import baseline_of
    from wa_policy.findings.baseline import baseline_text as text

    return text(baseline_of(report))


def reduced_baseline_text(report: Report, file: str) -> str:
    """The content of the baseline in the file without what the report no longer has. Raises LoadError."""
    from wa_policy.findings.baseline import baseline_text as text
    from wa_policy.findings.baseline import read_baseline, remaining

    return text(remaining(read_baseline(file), report))


def only_changed(report: Report, changed: Collection[str], base: str) -> Report:
    """The report with what rests on no changed file accepted; `base` names the revision they are compared with."""
    from wa_policy.findings.changed import only_changed as keep

    return keep(report, changed, base)
