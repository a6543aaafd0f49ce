"""Is there, for each action of a class, a request that the policies allow?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.decisions import CallerKind
from wa_policy.evaluator.situations import ALWAYS_ALLOWED
from wa_policy.formal.actions import action_set, telling
from wa_policy.formal.cells import cells
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.shapes import grouped
from wa_policy.formal.strings import Group
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.iam.pattern import MANY, glob
from wa_policy.iam.policy import Statement
from wa_policy.iam.text import Template

_ALWAYS = Group(tuple(map(glob, sorted(ALWAYS_ALLOWED))))


def find_for_each(question: Question, catalog: Catalog) -> Answer:
    """Refuted, with the request that says most, iff for each listed action of the class some request is allowed.

    Proved iff for one of them none is, or the class has no listed action.
    """
    best: Refuted | None = None
    undecided: Undecided | None = None
    # Small sets first: it is there that a Deny or a missing Allow shows.
    for actions in sorted(alike(question, catalog), key=lambda bits: (bits.bit_count(), bits)):
        one = replace(question, actions=(telling(actions, catalog),), not_actions=())
        match find_request(one, catalog):
            case Proved() as proved:
                return proved
            case Refuted() as refuted:
                best = refuted
            case Undecided() as answer:
                undecided = answer
    return undecided or best or Proved()


def listed_actions(question: Question, catalog: Catalog) -> ActionSet:
    """The listed actions of the class."""
    found = catalog.listed
    for group in question.asked.actions:
        found &= action_set(group, catalog)
    return found


def alike(question: Question, catalog: Catalog) -> Iterator[ActionSet]:
    """The listed actions of the class in sets: the policies, and AWS itself, treat all actions of a set alike."""
    statements = question.applied.statements
    of_statements = [action_set(action_group(statement), catalog) for statement in statements]
    of_aws = (action_set(group, catalog) for group in _told_apart_by_aws(question, catalog))
    asked = listed_actions(question, catalog)
    # What is always allowed decides nothing, unless nothing else is asked for.
    rest = asked & ~action_set(_ALWAYS, catalog) or asked
    for block in _parted(rest, (*of_statements, *of_aws)):
        touching = [one for one, bits in zip(statements, of_statements, strict=True) if bits & block]
        yield from _by_shape(block, touching, question, catalog)


def _parted(whole: ActionSet, by: Iterable[ActionSet]) -> set[ActionSet]:
    parts = {whole} if whole else set()
    for inside in by:
        parts = {one for part in parts for one in (part & inside, part ^ (part & inside)) if one}
    return parts


def _by_shape(
    block: ActionSet, touching: Iterable[Statement], question: Question, catalog: Catalog
) -> Iterator[ActionSet]:
    """The block by the keys that its actions carry and, where something asks for resources, by the resources they have."""
    keys = {condition.folded_key for one in touching for condition in one.conditions} | set(question.stated)
    asks_for_resources = (
        question.resources != ("*",)
        or bool(question.not_resources or question.within.resources)
        or any(
            one.resource is not None and (one.resource.negated or "*" not in one.resource.values)
            for one in touching
        )
    )
    merged: dict[object, ActionSet] = {}
    for shape in grouped(block, tuple(sorted(keys)), catalog):
        key = (shape.missing, shape.arns if asks_for_resources else ())
        merged[key] = merged.get(key, 0) | shape.actions
    yield from merged.values()


def _told_apart_by_aws(question: Question, catalog: Catalog) -> Iterator[Group]:
    """The groups of actions that AWS decides by rules of their own, for any kind of caller."""
    for cell in cells(
        CallerKind.ROOT,
        question.facts,
        catalog,
        same_account=True,
        has_resource_policy=question.applied.resource is not None,
        controlled=True,
    ):
        for box in (cell.inside, *cell.outside):
            yield from box.actions


def action_group(statement: Statement) -> Group:
    """The Action element; what of it is not known may be anything."""
    patterns = (
        "".join(glob(part.lower()) if isinstance(part, str) else MANY for part in value.parts)
        if isinstance(value, Template)
        else glob(value.lower())
        for value in statement.action.values
    )
    return Group(tuple(patterns), statement.action.negated)
