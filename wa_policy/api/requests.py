"""Single requests: is it allowed, and why?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from wa_policy.api.inputs import catalog
from wa_policy.errors import UsageError
from wa_policy.evaluator.evaluate import Decision
from wa_policy.evaluator.explain import Explanation
from wa_policy.iam.principal import Caller, Role, RoleSession, User, parse_caller
from wa_policy.iam.request import Request, make_context
from wa_policy.inventory.model import Inventory
from wa_policy.loaders.simulation import BadLine, Simulated

if TYPE_CHECKING:
    from wa_policy.evaluator.applied import AppliedPolicies
    from wa_policy.evaluator.situations import ResourceFacts

Context = Mapping[str, str | bool | float | list[str] | tuple[str, ...]]
"""Condition keys, in any case, with their values: a list or tuple for a multivalued key."""


def evaluate(request: Request, policies: AppliedPolicies, facts: ResourceFacts | None = None) -> Decision:
    """AWS's decision on one request under the policies that apply to it, by the catalog that ships.

    `facts` are settings of the resource that decide beside policies. For many requests on the same policies compile
    them once: `wa_policy.evaluator.evaluate.CompiledApplied`.
    """
    from wa_policy.evaluator.evaluate import evaluate as decide
    from wa_policy.evaluator.situations import ResourceFacts as Facts

    return decide(request, policies, catalog(), facts or Facts())


def can(
    inventory: Inventory, principal: str, action: str, resource: str, context: Context | None = None
) -> Decision:
    """May the principal do it, by what the inventory holds?

    The context of the request is derived from the inventory; what `context` says wins. Nothing is said about times
    and addresses unless `context` does.
    """
    return explain(inventory, principal, action, resource, context).decision


def explain(
    inventory: Inventory, principal: str, action: str, resource: str, context: Context | None = None
) -> Explanation:
    """The same decision as `can`, with its reasons."""
    from wa_policy.evaluator.asking import ask, explained

    caller = parse_caller(principal)
    if caller is None:
        expected = "expected the ARN of a user, role, session or root user, an AWS service, or `*` for anyone"
        raise UsageError(f"`{principal}` is no caller, {expected}")
    _check_exists(inventory, caller)
    check_action_and_resource(action, resource)
    question = ask(inventory, caller, action, resource, make_context(context or {}))
    return explained(question, catalog())


def _check_exists(inventory: Inventory, caller: Caller) -> None:
    """Raise UsageError for a user or role that is not there in an account whose principals were all read."""
    from wa_policy.evaluator.lookup import principal_of

    match caller:
        case User(account) | Role(account) | RoleSession(account):
            complete = inventory.was_exported("iam.get-account-authorization-details", account)
            if complete and principal_of(inventory, caller) is None:
                raise UsageError(
                    f"there is no `{caller.arn}` in account `{account}`, all of whose principals were read"
                )
        case _:
            pass


def explain_case(raw: Any, file: str) -> Explanation:
    """The explanation of a case in the neutral form. Raises LoadError with the place where it is unusable."""
    from wa_policy.loaders.simulation import explain_case as explain_one

    return explain_one(raw, file, catalog())


def simulate(lines: Iterable[bytes]) -> Iterator[Simulated | BadLine]:
    """The verdict on each case, one a line in the neutral form (docs/simulate.md), in the order of the lines."""
    from wa_policy.loaders.simulation import simulate as simulate_lines

    return simulate_lines(lines, catalog())


def check_action_and_resource(action: str, resource: str) -> None:
    """Raise UsageError where the one is no action or the other no resource."""
    if ":" not in action or "*" in action or "?" in action:
        raise UsageError(f"`{action}` is no action, expected one like `s3:GetObject`")
    if resource != "*" and not resource.startswith("arn:"):
        raise UsageError(f"`{resource}` is no resource, expected an ARN, or `*` for an action without one")
