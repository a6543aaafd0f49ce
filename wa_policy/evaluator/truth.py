"""Three-valued logic (strong Kleene): True, False, or an `Unknown` with its reason."""

from __future__ import annotations

from collections.abc import Iterable

from wa_policy.iam.unknown import Unknown

Truth = bool | Unknown


def all_of(truths: Iterable[Truth]) -> Truth:
    """False if any is False, else the first Unknown, else True."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is not True and result is True:
            result = truth
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """True if any is True, else the first Unknown, else False."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is not False and result is False:
            result = truth
    return result


def negate(truth: Truth) -> Truth:
    """True for False and the reverse; an Unknown stays what it is."""
    return truth if isinstance(truth, Unknown) else not truth
