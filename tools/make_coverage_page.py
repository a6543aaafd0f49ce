"""Write docs/coverage.md: each choice of the Serverless Lens with the rules that decide it and what reviewers are asked.

python -m tools.make_coverage_page
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from wa_policy.review.lens import Choice, lens
from wa_policy.rules.model import Rule
from wa_policy.rules.pack import load_pack
from wa_policy.settings import Profile

PAGE = Path(__file__).resolve().parent.parent / "docs" / "coverage.md"
INTRODUCTION = """\
# What the rules cover

Each choice of the Serverless Applications Lens, by the number of its check-mark and the id that the Well-Architected Tool knows
it by, with its rules by profile. Rules of `core` decide; a profile adds those of its own
([settings](settings.md)); to questions of `manual` a reviewer answers ([the review](review.md)).
"""


def rows(rules: Sequence[Rule]) -> tuple[tuple[str, str, Choice, tuple[Rule, ...]], ...]:
    """Pillar, number of the question, choice and the rules of it, in the order of the lens."""
    return tuple(
        (pillar.name, question.number, choice, tuple(rule for rule in rules if choice.id in rule.lens))
        for pillar in lens()
        for question in pillar.questions
        for choice in question.choices
    )


def page(rules: Sequence[Rule]) -> str:
    """The page for these rules."""
    ordered = sorted(rules, key=lambda rule: rule.id)
    lines = [INTRODUCTION.rstrip()]
    for pillar, found in groupby(rows(ordered), key=lambda row: row[0]):
        lines += ["", f"## {pillar}", "", HEAD, f"|{'---|' * HEAD.count(' | ')}---|"]
        lines += [_row(number, choice, of_choice) for _, number, choice, of_choice in found]
    without = [rule.id for rule in ordered if not rule.lens]
    if without:
        named = ", ".join(_link(id_) for id_ in without)
        lines += ["", f"Of the {len(ordered)} rules, {len(without)} are for no choice of the lens: {named}."]
    return "\n".join(lines) + "\n"


HEAD = "| check-mark | question | choice | priority | core | strict | advice | manual |"


def _row(number: str, choice: Choice, rules: Sequence[Rule]) -> str:
    by_profile = (
        ", ".join(_link(rule.id) for rule in rules if rule.profile is profile) for profile in Profile
    )
    return (
        f"| {choice.checkmark} | {number} | {choice.title} (`{choice.id}`) | {choice.priority.value} "
        f"| {' | '.join(by_profile)} |"
    )


def _link(id_: str) -> str:
    return f"[`{id_}`](rules/{id_}.md)"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(load_pack()), encoding="utf-8")


if __name__ == "__main__":
    main()
