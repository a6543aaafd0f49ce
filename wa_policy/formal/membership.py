"""In which organization an account of one's own is, as far as an inventory tells and policies ask for it.

Where that is open, a question is asked for each organization that the policies can tell apart, and has an answer only if
all of them give the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wa_policy.formal.boxes import variables_of
from wa_policy.formal.verdicts import Answer, Undecided
from wa_policy.iam.policy import Statement
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, NoOrganization, NotExported, Organization

_PLACE = "r-zzzz/ou-zzzz-99999999/"
_IDS = frozenset(("aws:principalorgid", "aws:sourceorgid", "aws:vpceorgid"))
_PATHS = frozenset(("aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"))
_ID = UnknownKind.NOT_EXPORTED, "organizations describe-organization"


@dataclass(frozen=True, slots=True)
class Membership:
    """An organization and the path of the account in it, as the keys that end with OrgPaths have it; None: in none."""

    organization: str | None = None
    path: str | None = None
    is_open: bool = False
    """True: in any, or in none."""


ANYWHERE = Membership(is_open=True)
NO_MEMBER = Membership()


def member_of(organization: str) -> Membership:
    """A member of the organization, somewhere in it that no policy names."""
    return Membership(organization, f"{organization}/{_PLACE}")


OUTSIDE = member_of("o-outsider0000")
"""A member of an organization that is nobody's in particular."""


@dataclass(frozen=True, slots=True)
class Memberships:
    """All that policies can tell apart; `doubt` says why there is more than one.

    `ANYWHERE` is then among them: what is impossible there is impossible wherever the account is.
    """

    found: tuple[Membership, ...]
    doubt: Unknown | None = None


def memberships(
    inventory: Inventory, statements: Iterable[Statement], stated: Iterable[str] = ()
) -> Memberships:
    """Where the accounts of an inventory may be in an organization, as far as statements and `stated` keys ask for it."""
    read = tuple(statements)
    asked = _asked(read, stated)
    match inventory.organization:
        case NoOrganization():
            return Memberships((NO_MEMBER,))
        case Organization(id=str() as own):
            if not asked & _PATHS:
                return Memberships((member_of(own),))
            # The export tells the levels above an account, not the path that AWS makes of them.
            doubt = Unknown(UnknownKind.NOT_MODELLED, "the path of the account in its organization")
            named = tuple(
                one for one in named_memberships(read) if one.organization == own and one.path is not None
            )
            return Memberships((ANYWHERE, member_of(own), *named), doubt)
        case Organization() | NotExported() as missing:
            if not asked & (_IDS | _PATHS):
                return Memberships((NO_MEMBER,))
            doubt = missing.unknown if isinstance(missing, NotExported) else Unknown(*_ID)
            return Memberships((ANYWHERE, NO_MEMBER, OUTSIDE, *named_memberships(read)), doubt)


def memberships_of_others(
    statements: Iterable[Statement], stated: Iterable[str] = ()
) -> tuple[Membership, ...]:
    """Where the account of a stranger may be: one place where neither the statements nor the `stated` keys ask for it."""
    return (NO_MEMBER, OUTSIDE) if _asked(tuple(statements), stated) & (_IDS | _PATHS) else (NO_MEMBER,)


def _asked(statements: Sequence[Statement], stated: Iterable[str]) -> set[str]:
    """The keys that conditions and variables name, and those that a class of requests states."""
    conditions = {condition.folded_key for one in statements for condition in one.conditions}
    return conditions | variables_of(statements) | {key.lower() for key in stated}


def named_memberships(statements: Iterable[Statement]) -> tuple[Membership, ...]:
    """A membership for each organization and path that conditions name; one that fits where they have wildcards."""
    told = {
        value.replace("*", "z").replace("?", "0")
        for statement in statements
        for condition in statement.conditions
        if condition.folded_key in _IDS | _PATHS
        for value in condition.values
        if isinstance(value, str)
    }
    places = ((value.partition("/")[0], value) for value in sorted(told))
    return tuple(Membership(own, value) if own != value else member_of(own) for own, value in places)


def agreed(answers: Iterable[Answer], doubt: Unknown | None) -> Answer:
    """The answer that all of them are, of which there is at least one; Undecided by the doubt where they differ."""
    given = tuple(answers)
    reasons = tuple(reason for answer in given if isinstance(answer, Undecided) for reason in answer.reasons)
    if not reasons and len({type(answer) for answer in given}) > 1 and doubt is not None:
        reasons = (doubt,)
    return Undecided(tuple(dict.fromkeys(reasons))) if reasons else given[-1]
