"""The ends and steps of `no_path` against the selected types and the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.rules.bindings import is_name
from wa_policy.rules.notes import Notes
from wa_policy.rules.path_class import SUBJECT, GoalWord, NoPath, SourceWord
from wa_policy.rules.subjects import PRINCIPAL_TYPES
from wa_policy.rules.vocabulary import is_type

Raw = Mapping[str, Any]


def problems_of_no_path(
    no_path: NoPath, raw: Raw, types: tuple[str, ...], catalog: Catalog, notes: Notes
) -> None:
    """Words that are none, ends of which not just one is the subject, and actions that there are not."""
    for place, word in (*_places(raw, "from"), *_places(raw, "to")):
        words = SourceWord if place.startswith("/no_path/from") else GoalWord
        if not is_name(word) and word not in tuple(words) and not word.startswith(("arn:", "*")):
            known = [*(one.value for one in words), "arn:…"]
            notes.unknown(place, "end of a path", word, known)
    from_subject, to_subject = SUBJECT in no_path.sources, SUBJECT in no_path.goals
    if from_subject is to_subject:
        found = "both ends" if from_subject else "neither end"
        notes.add("/no_path", f"found the subject at {found} of the path, expected it at one")
    for place, ends in (("from", no_path.sources), ("to", no_path.goals)):
        if SUBJECT in ends and len(ends) > 1:
            notes.add(f"/no_path/{place}", "found `subject` beside other words, expected it alone")
    about_rights = [goal for goal in (GoalWord.ADMIN, GoalWord.MORE) if goal in no_path.goals]
    for type_ in types if about_rights else ():
        if is_type(type_) and type_ not in PRINCIPAL_TYPES:
            notes.add("/no_path/to", f"found `{about_rights[0]}` for `{type_}`, expected users or roles")
    for place, pattern in _places(raw, "actions"):
        if not is_name(pattern) and not catalog.actions_matching(pattern) & catalog.listed:
            notes.add(place, f"found the action `{pattern}`, expected one that the catalog knows")


def _places(raw: Raw, word: str) -> Iterator[tuple[str, str]]:
    value = raw.get(word, ())
    if isinstance(value, str):
        yield f"/no_path/{word}", value
        return
    for index, item in enumerate(value):
        yield f"/no_path/{word}/{index}", item
