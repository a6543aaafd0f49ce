"""What a review finds otherwise than the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from wa_policy.errors import LoadError, Problem
from wa_policy.review.model import Change, ChangeKind, Review, Risk, Standing
from wa_policy.review.render_json import FORMAT, members_of, results_in, risks_in, standings_in

_ORDER = (
    Standing.MET,
    Standing.NOT_APPLICABLE,
    Standing.ACCEPTED,
    Standing.UNANSWERED,
    Standing.UNKNOWN,
    Standing.NOT_MET,
)
"""From the best to the worst."""
_KINDS = (ChangeKind.WORSE, ChangeKind.FOUND, ChangeKind.OTHER, ChangeKind.BETTER, ChangeKind.GONE)


def read_review(file: str) -> dict[str, Any]:
    """A review that was written as JSON. Raises LoadError where it is none."""
    try:
        members = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(file, f"the file cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise _wrong(file, f"found {error.msg.lower()} in line {error.lineno}, expected JSON") from None
    found = members.get("format") if isinstance(members, dict) else None
    if found != FORMAT:
        shown = "no format" if found is None else f"the format `{found}`"
        raise _wrong(file, f"found {shown}, expected `{FORMAT}`: a review written with `--format json`")
    return members  # type: ignore[no-any-return]


def _wrong(file: str, message: str) -> LoadError:
    return LoadError(f"{file}: {message}", (Problem(file, "", "review", message),))


def compared(review: Review, before: dict[str, Any]) -> Review:
    """The review with what is another than in the one before."""
    now = members_of(review)
    changes = [*_profile(before, now), *_risks(before, now), *_standings(before, now), *_results(before, now)]
    changes.sort(key=lambda change: (_KINDS.index(change.kind), change.about, change.what))
    return replace(review, since=date.fromisoformat(before["day"]), changes=tuple(changes))


def _profile(before: dict[str, Any], now: dict[str, Any]) -> Iterator[Change]:
    if before["profile"] != now["profile"]:
        what = f"rules of profile {before['profile']} before, of profile {now['profile']} now"
        yield Change(ChangeKind.OTHER, "profile", what)


def _risks(before: dict[str, Any], now: dict[str, Any]) -> Iterator[Change]:
    old = {id_: Risk(risk) for id_, _, risk in risks_in(before)}
    for id_, title, risk in risks_in(now):
        was, is_ = old.get(id_), Risk(risk)
        if was is not None and was is not is_:
            kind = ChangeKind.WORSE if is_.rank < was.rank else ChangeKind.BETTER
            yield Change(kind, id_, f"{title} Risk {was.value} before, {is_.value} now")


def _standings(before: dict[str, Any], now: dict[str, Any]) -> Iterator[Change]:
    old = {id_: Standing(standing) for id_, _, standing in standings_in(before)}
    for id_, title, standing in standings_in(now):
        was, is_ = old.get(id_), Standing(standing)
        if was is None or was is is_:
            continue
        worse = _ORDER.index(is_) > _ORDER.index(was)
        # What does not apply is neither better nor worse than what is met.
        even = {was, is_} == {Standing.MET, Standing.NOT_APPLICABLE}
        kind = ChangeKind.OTHER if even else ChangeKind.WORSE if worse else ChangeKind.BETTER
        yield Change(kind, id_, f"{title}: {was.value} before, {is_.value} now")


_NOW = {"accepted": "found before, accepted now", "unknown": "found before, not known now"}


def _results(before: dict[str, Any], now: dict[str, Any]) -> Iterator[Change]:
    """Findings that are new or gone. One that was accepted, or is not known any more, is not gone."""
    old, new = results_in(before), results_in(now)
    for (rule, subject), kind in sorted(new.items()):
        was = old.get((rule, subject))
        if kind == "findings" and was != "findings":
            yield Change(
                ChangeKind.FOUND, rule, f"{subject} (accepted before)" if was == "accepted" else subject
            )
    for (rule, subject), kind in sorted(old.items()):
        if kind == "findings" and (is_ := new.get((rule, subject))) != "findings":
            if is_ is None:
                yield Change(ChangeKind.GONE, rule, subject)
            else:
                yield Change(ChangeKind.OTHER, rule, f"{subject}: {_NOW[is_]}")
