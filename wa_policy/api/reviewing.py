"""The review of the Serverless Lens: rules and people together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from wa_policy.api.inputs import Progress
from wa_policy.errors import UsageError
from wa_policy.inventory.model import Inventory
from wa_policy.settings import DEFAULTS, Profile, Settings

if TYPE_CHECKING:
    from wa_policy.review.model import Review

SERVERLESS_LENS = "serverless"
"""The alias of AWS's own lens."""
NO_WORKLOAD = "WORKLOAD_ID"
"""Stands for the id of a workload that is not known yet."""


def make_review(
    inventory: Inventory,
    settings: Settings = DEFAULTS,
    *,
    today: date,
    waivers: str | None = None,
    answers: str | None = None,
    since: str | None = None,
    progress: Progress | None = None,
) -> Review:
    """The review of what was read: rules up to the profile of the settings decide, those beyond are hints.

    `waivers` and `answers` are files; `since` is an earlier review in JSON to compare with. Raises LoadError with every
    mistake in them.
    """
    from wa_policy.api.accepting import read_waivers, waive, waivers_in
    from wa_policy.api.packs import pack_of
    from wa_policy.api.scanning import scan
    from wa_policy.review.answers import read_answers
    from wa_policy.review.assess import assess
    from wa_policy.review.changes import compared, read_review

    rules = pack_of(settings)
    said = () if answers is None else read_answers(answers, rules)
    before = None if since is None else read_review(since)
    file = waivers or settings.waivers
    accepted = (*(read_waivers(file) if file is not None else ()), *waivers_in(inventory))
    whole = replace(settings, profile=Profile.MANUAL)
    report = scan(inventory, whole, progress=progress, today=today)
    if accepted:
        report = waive(report, accepted, today, settings=whole)
    found = assess(report, rules, said, today, settings.profile)
    return found if before is None else compared(found, before)


def render_review(found: Review, format_: str) -> str:
    """The review in one of the formats `markdown`, `html`, `json`, `questions`."""
    match format_:
        case "markdown":
            from wa_policy.review.render_markdown import render
        case "html":
            from wa_policy.review.render_html import render
        case "json":
            from wa_policy.review.render_json import render
        case "questions":
            from wa_policy.review.answers import questionnaire as render
        case _:
            raise ValueError(f"`{format_}` is no format of a review")
    return render(found)


def custom_lens(settings: Settings = DEFAULTS) -> str:
    """The lens with the rules of the settings, as a file for `aws wellarchitected import-lens`."""
    from wa_policy.api.packs import pack_of
    from wa_policy.review.tool import custom_lens as lens

    return lens(pack_of(settings))


def lens_answers(found: Review, *, lens_alias: str = SERVERLESS_LENS, workload_id: str = NO_WORKLOAD) -> str:
    """The answers of the review as requests of `aws wellarchitected update-answer`, for a reviewer to send.

    Raises UsageError where the alias or the id can be none of the tool.
    """
    import re

    from wa_policy.review.tool import MOST_LENS_ALIAS, WORKLOAD_ID, answers

    if workload_id != NO_WORKLOAD and not re.fullmatch(WORKLOAD_ID, workload_id):
        raise UsageError(f"found the workload `{workload_id}`, expected 32 digits and letters from a to f")
    if not 1 <= len(lens_alias) <= MOST_LENS_ALIAS:
        raise UsageError(
            f"found a lens alias of {len(lens_alias)} characters, expected 1 to {MOST_LENS_ALIAS}"
        )
    return answers(found, lens_alias=lens_alias, workload_id=workload_id)
