"""The index of the rules as a Markdown page: by pillar, and by the choices of the Serverless Lens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from wa_policy.reporters.rule_page import MARK, cell, escaped
from wa_policy.rules.model import Rule
from wa_policy.rules.tables import table

_PILLARS = {
    "security": "Security",
    "network": "Network",
    "reliability": "Reliability",
    "operational-excellence": "Operational excellence",
    "performance": "Performance",
    "cost": "Cost",
    "sustainability": "Sustainability",
}
_LENS = "serverless_lens"


def render_index(rules: Sequence[Rule]) -> str:
    """All rules with links to their pages."""
    ordered = sorted(rules, key=lambda rule: rule.id)
    return MARK + "\n".join(_lines(ordered)).rstrip("\n") + "\n"


def _lines(rules: Sequence[Rule]) -> Iterator[str]:
    counts = Counter(rule.profile for rule in rules)
    words = ", ".join(f"{number} {profile}" for profile, number in counts.items())
    yield from ("# The rules", "", f"{len(rules)} rules: {words}.", "")
    for pillar, title in _PILLARS.items():
        of_pillar = [rule for rule in rules if rule.pillar == pillar]
        if of_pillar:
            yield from (f"## {title}", "", "| rule | severity | profile | |", "|---|---|---|---|")
            yield from (_row(rule) for rule in of_pillar)
            yield ""
    yield from _by_choice(rules)


def _row(rule: Rule) -> str:
    return f"| {_link(rule)} | {rule.severity} | {rule.profile} | {cell(escaped(rule.title))} |"


def _link(rule: Rule) -> str:
    return f"[`{rule.id}`]({rule.id}.md)"


def _by_choice(rules: Sequence[Rule]) -> Iterator[str]:
    lens = table(_LENS)
    yield from ("## By check-mark", "")
    yield f"The choices of the [Serverless Lens]({lens.source}), and the rules that speak about each."
    yield from ("", "| check-mark | question | choice | | rules |", "|---|---|---|---|---|")
    by_choice: Mapping[str, list[Rule]] = {choice: [] for choice in lens.rows}
    others: list[Rule] = []
    for rule in rules:
        named = [choice for choice in rule.lens if choice in by_choice]
        for choice in named:
            by_choice[choice].append(rule)
        if not named:
            others.append(rule)
    for choice, row in lens.rows.items():
        links = " ".join(_link(rule) for rule in by_choice[choice]) or "none"
        title = f"{row['priority']}: {cell(escaped(str(row['title'])))}"
        yield f"| {row['checkmark']} | {row['question']} | `{choice}` | {title} | {links} |"
    yield ""
    if others:
        yield f"Beside the lens: {' '.join(_link(rule) for rule in others)}"
