"""policyuniverse's objects from ours and back, for tools that use them, and shorter lists of actions by its minimiser.

Never asked: its data, which are of 2023, and `is_internet_accessible`, which judges by the text of the conditions and
does not see a Deny. docs/policyuniverse.md has the cases. It is imported inside the functions, as that takes 70 ms.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.errors import Problem
from wa_policy.iam.arn import Arn, parse_arn
from wa_policy.iam.document import to_document
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, Statement, Version
from wa_policy.iam.source import NOWHERE, Source


@contextmanager
def _file_left_open() -> Iterator[None]:
    # Its import reads data.json and does not close it.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


# --- objects -------------------------------------------------------------------------------------------------


def to_policy(policy: Policy) -> Any:
    """The `policyuniverse.policy.Policy` of the same document; statements that could not be read are not in it."""
    with _file_left_open():
        from policyuniverse.policy import Policy as TheirPolicy
    return TheirPolicy(to_document(policy))


def from_policy(theirs: Any, source: Source = NOWHERE) -> tuple[Policy, tuple[Problem, ...]]:
    """The policy that a `policyuniverse.policy.Policy` holds, and what of it could not be read."""
    return parse_policy(theirs.policy, source)


def to_statement(statement: Statement) -> Any:
    """The `policyuniverse.statement.Statement` of the same statement."""
    with _file_left_open():
        from policyuniverse.statement import Statement as TheirStatement
    whole = Policy(None, (statement,), statement.source)
    return TheirStatement(to_document(whole)["Statement"][0])


def from_statement(
    theirs: Any, version: Version | None = Version.OF_2012, source: Source = NOWHERE
) -> tuple[Policy, tuple[Problem, ...]]:
    """A policy of the one statement; `version` says in which language it is written, which the object does not."""
    named = {} if version is None else {"Version": version.value}
    return parse_policy({**named, "Statement": [theirs.statement]}, source)


def to_arn(arn: Arn) -> Any:
    """The `policyuniverse.arn.ARN` of the same ARN. Its `error` is true where it does not know the form of the account."""
    with _file_left_open():
        from policyuniverse.arn import ARN
    return ARN(str(arn))


def from_arn(theirs: Any) -> Arn | None:
    """The ARN of a `policyuniverse.arn.ARN`; None where it stands for an account, a service, or nothing it could read."""
    return parse_arn(theirs.arn)


# --- actions -------------------------------------------------------------------------------------------------


def minimised(actions: ActionSet, catalog: Catalog) -> tuple[str, ...]:
    """A short list of patterns for the listed actions of the set: expanded again they are the same listed actions.

    Patterns are names and beginnings of names, so that actions which AWS adds later may match them too.
    """
    wanted = actions & catalog.listed
    if wanted == catalog.listed:
        return ("*",)
    found: set[str] = set()
    # Beginnings of names of one service say nothing about another, and the minimiser's cost grows with the square.
    for service in dict.fromkeys(name.partition(":")[0] for name in catalog.names(wanted)):
        of_service = catalog.actions_matching(f"{service}:*") & catalog.listed
        found.update(_minimised(wanted & of_service, of_service, catalog))
    return tuple(sorted(found, key=str.lower))


def _minimised(wanted: ActionSet, of_service: ActionSet, catalog: Catalog) -> set[str]:
    names = catalog.names(of_service)
    expander = expander_for([name.lower() for name in names])
    statement = {"Effect": "Allow", "Action": [name.lower() for name in catalog.names(wanted)]}
    found = {_as_listed(pattern, names) for pattern in expander.minimize_statement_actions(statement)}
    matched = 0
    for pattern in found:
        matched |= catalog.actions_matching(pattern)
    # It loses `s3:GetAll` where it keeps `s3:Get` as a name.
    return found | set(catalog.names(wanted & ~matched))


def _as_listed(pattern: str, names: tuple[str, ...]) -> str:
    """The pattern in the case of the first name that begins like it."""
    beginning = pattern.removesuffix("*")
    name = next(name for name in names if name.lower().startswith(beginning))
    return name[: len(beginning)] + pattern[len(beginning) :]


def expander_for(actions: Collection[str]) -> Any:
    """A copy of policyuniverse's expander and minimiser that knows just these actions, which are in lower case.

    The original, with its tables, stays as it is.
    """
    from importlib.util import find_spec, module_from_spec

    with _file_left_open():
        spec = find_spec("policyuniverse.expander_minimizer")
    if spec is None or spec.loader is None:
        raise ImportError("policyuniverse has no module `expander_minimizer`")
    copy = module_from_spec(spec)
    with _file_left_open():
        spec.loader.exec_module(copy)
    own: dict[str, Any] = {
        "all_permissions": frozenset(actions),
        "_invert_actions": frozenset(actions).difference,
        "print": _say_nothing,  # it tells of its choices on standard output
    }
    vars(copy).update(own)
    return copy


def _say_nothing(*_words: object, **_options: object) -> None:
    pass
