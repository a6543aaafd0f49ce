"""Statements of existing control policies that do not do what they say, each shown by a request.

A control policy that never applies looks like one that does. What is looked for: a resource that no action of the statement
has, a set operator that is silent where it was meant to speak, a key that the requests never carry, and an exception that
takes nothing away. A defect is reported only with the request that slips through all policies of the place, or that is
denied whatever the key would say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import Level
from wa_policy.formal.verdicts import Refuted
from wa_policy.guardrails.missing_keys import MissingKeys
from wa_policy.guardrails.places import Attached, Place
from wa_policy.guardrails.slips import find_request_of, relocated
from wa_policy.guardrails.suspects import DefectKind, suspects
from wa_policy.iam.policy import Statement
from wa_policy.iam.request import Request
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.model import GuardrailKind


@dataclass(frozen=True, slots=True)
class Defect:
    """A statement of a policy at a place, what is wrong with it, and the request that shows it."""

    kind: DefectKind
    attached: Attached
    index: int
    sid: str | None
    words: str
    request: Request
    about: tuple[str, ...] = ()
    """The keys of the statement."""

    @property
    def order(self) -> tuple[str, str, int, str, str]:
        return (self.attached.target, self.attached.name, self.index, self.kind.value, self.words)


def all_defects(
    places: Mapping[GuardrailKind, Sequence[Place]], keys: MissingKeys, catalog: Catalog
) -> tuple[Defect, ...]:
    """The defects at all places, each once, although a policy of the root stands above every account; sorted."""
    found: dict[tuple[str, str, int, str, str], Defect] = {}
    for kind, of in places.items():
        for place in of:
            for defect in defects(place, kind, keys, catalog):
                found.setdefault(defect.order, defect)
    return tuple(found[order] for order in sorted(found))


def defects(place: Place, kind: GuardrailKind, keys: MissingKeys, catalog: Catalog) -> tuple[Defect, ...]:
    """The defects of all policies at a place, sorted; `keys` says of which keys it matters that they are missing."""
    if isinstance(place.levels, Unknown):
        return ()
    asking = _Asking(kind, place.levels, keys, catalog, next(iter(place.accounts), None))
    found = [
        defect
        for attached in place.attached
        for index, statement in enumerate(attached.policy.statements)
        for defect in _of_statement(asking, attached, index, statement)
    ]
    unique = {one.order: one for one in reversed(found)}
    return tuple(unique[order] for order in sorted(unique))


@dataclass(frozen=True)
class _Asking:
    kind: GuardrailKind
    levels: tuple[Level, ...]
    keys: MissingKeys
    catalog: Catalog
    account: str | None
    """One that the policies bind, for witnesses."""


def _of_statement(asking: _Asking, attached: Attached, index: int, statement: Statement) -> Iterator[Defect]:
    keys = tuple(dict.fromkeys(condition.key for condition in statement.conditions))
    for suspect in suspects(statement, asking.keys, asking.catalog):
        # A statement that denies always shows itself; any other by what all policies of the place let through.
        levels = () if suspect.kind is DefectKind.ALWAYS else asking.levels
        answer = find_request_of(suspect.meant, asking.kind, levels, asking.catalog)
        words = suspect.words
        if suspect.kind in _NEVER_APPLIES and not isinstance(answer, Refuted):
            answer = find_request_of(suspect.meant, asking.kind, (), asking.catalog)
            words = f"{words}; another statement denies such requests"
        if isinstance(answer, Refuted):
            request = answer.witness
            if asking.account is not None:
                request = relocated(request, asking.account, asking.kind, asking.levels, asking.catalog)
            yield Defect(suspect.kind, attached, index, statement.sid, words, request, keys)


_NEVER_APPLIES = (DefectKind.RESOURCE, DefectKind.KEY)
"""Certain whatever other statements deny: the statement is of no use."""
