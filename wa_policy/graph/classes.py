"""Principals in classes: those of a class may do the same on every resource.

They have equal policies and boundaries and one account, they are named alike by the policies of resources, and their
own keys (ARN, name, tags) make no difference to any condition that is read of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from wa_policy.evaluator.conditions import holds
from wa_policy.graph.parties import Actor, actor_of
from wa_policy.graph.sheets import keys_of, named, variables_of
from wa_policy.iam.operators import Comparison, ValueType
from wa_policy.iam.pattern import is_only_stars
from wa_policy.iam.policy import Condition, Policy, Statement
from wa_policy.iam.principal import ArnPrincipal, UnknownPrincipal, parse_caller
from wa_policy.iam.request import ContextValue
from wa_policy.inventory.model import (
    Inventory,
    Organization,
    PolicyDocument,
    Present,
    Principal,
    PrincipalKind,
)

_CALLER_KEYS = ("aws:principalarn", "aws:principaltag/", "aws:userid", "aws:username")

Context = Mapping[str, ContextValue]


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalClass:
    """Principals that may do the same; the actor is the first of them."""

    number: int
    members: tuple[Principal, ...]
    actor: Actor

    @property
    def account(self) -> str:
        return self.members[0].account


def principal_classes(inventory: Inventory) -> tuple[PrincipalClass, ...]:
    """The users and roles of an inventory in classes, in the order of their first members."""
    shared = _Shared(inventory)
    policies = Canonical()
    groups: dict[Hashable, list[Principal]] = {}
    for principal in inventory.principals:
        if principal.kind is PrincipalKind.GROUP:
            continue
        groups.setdefault(_documents(principal, policies), []).append(principal)
    classes: dict[Hashable, list[Principal]] = {}
    for key, members in groups.items():
        own = _Keys(_own_statements(members[0]))
        alone = len(members) == 1
        for principal in members:
            told = None if alone else (own.of(_context(principal)), shared.of(principal))
            classes.setdefault((key, told), []).append(principal)
    found = sorted(classes.values(), key=lambda members: members[0].arn)
    return tuple(
        PrincipalClass(number, tuple(members), _actor(inventory, members[0]))
        for number, members in enumerate(found)
    )


def _actor(inventory: Inventory, principal: Principal) -> Actor:
    caller = parse_caller(principal.arn)
    if caller is None:
        raise ValueError(f"`{principal.arn}` is no caller")
    return actor_of(inventory, caller)


class Canonical:
    """A number for each policy that says something else than those before."""

    def __init__(self) -> None:
        self._numbers: dict[Policy, int] = {}
        self._by_id: dict[int, int] = {}
        self._kept: list[Policy] = []

    def number(self, policy: Policy) -> int:
        found = self._by_id.get(id(policy))
        if found is None:
            found = self._numbers.setdefault(policy, len(self._numbers))
            self._by_id[id(policy)] = found
            self._kept.append(policy)
        return found

    def document(self, document: PolicyDocument) -> Hashable:
        return self.number(document.policy) if isinstance(document, Present) else document


def _documents(principal: Principal, policies: Canonical) -> Hashable:
    return (
        principal.account,
        principal.arn.split(":", 2)[1],
        principal.kind,
        principal.is_service_linked,
        frozenset(policies.number(attached.policy) for attached in principal.identity_policies),
        principal.missing,
        policies.document(principal.boundary),
    )


def _own_statements(principal: Principal) -> Iterator[Statement]:
    for attached in principal.identity_policies:
        yield from attached.policy.statements
    if isinstance(principal.boundary, Present):
        yield from principal.boundary.policy.statements


def _context(principal: Principal) -> Context:
    context: dict[str, ContextValue] = {"aws:principalarn": principal.arn}
    if principal.kind is PrincipalKind.USER:
        context["aws:username"] = principal.name
        context["aws:userid"] = principal.unique_id
    context.update({f"aws:principaltag/{key.lower()}": value for key, value in principal.tags.items()})
    return context


class _Keys:
    """What the conditions and variables of some statements make of a principal's own keys."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._raw: set[str] = set()
        self._literal: dict[str, dict[str, set[int]]] = {}
        """By key and by value the conditions that name it."""
        hard: dict[Condition, None] = {}
        literal: dict[Condition, None] = {}
        for statement in statements:
            if statement.resource is not None:
                for value in statement.resource.values:
                    self._raw.update(filter(_is_callers, variables_of(value)))
            for condition in statement.conditions:
                keys = [key for key in keys_of(condition) if _is_callers(key)]
                if any(True for value in condition.values for _ in variables_of(value)):
                    self._raw.update(keys)
                elif keys:
                    (literal if _is_literal(condition) else hard)[condition] = None
        self._hard = tuple(hard)
        for number, condition in enumerate(literal):
            values = self._literal.setdefault(condition.folded_key, {})
            for value in condition.values:
                values.setdefault(str(value), set()).add(number)
        self._literal_keys = tuple(sorted(self._literal))
        self._raw_keys = tuple(sorted(self._raw))

    def of(self, context: Context) -> Hashable:
        named = []
        for key in self._literal_keys:
            value = context.get(key)
            found = self._literal[key].get(value, ()) if isinstance(value, str) else None
            named.append(None if found is None else frozenset(found))
        hard = tuple(
            holds(condition, context, []) if condition.folded_key in context else None
            for condition in self._hard
        )
        return (tuple(named), hard, tuple(context.get(key) for key in self._raw_keys))


def _is_callers(key: str) -> bool:
    return key.startswith(_CALLER_KEYS)


def _is_literal(condition: Condition) -> bool:
    """True only if the condition compares with each value by plain equality."""
    operator = condition.operator.operator
    plain = operator.comparison is Comparison.EQUALS or not any(
        set("*?") & set(str(value)) for value in condition.values
    )
    return (
        plain
        and condition.operator.quantifier is None
        and operator.comparison in (Comparison.EQUALS, Comparison.LIKE)
        and operator.value_type in (ValueType.STRING, ValueType.ARN)
        and all(isinstance(value, str) and not is_only_stars(value) for value in condition.values)
        and (operator.value_type is ValueType.STRING or _are_arns(condition))
    )


def _are_arns(condition: Condition) -> bool:
    values = [str(value) for value in condition.values]
    return all(value.startswith("arn:") and not set("*?") & set(value) for value in values)


class _Shared:
    """What the policies of resources and of the organization make of a principal."""

    def __init__(self, inventory: Inventory) -> None:
        statements = tuple(shared_statements(inventory))
        self._keys = _Keys(statements)
        self._naming: dict[str, list[int]] = {}
        self._unknown: list[Statement] = []
        for number, statement in enumerate(statements):
            for principal in () if statement.principal is None else statement.principal.principals:
                if isinstance(principal, ArnPrincipal):
                    self._naming.setdefault(str(principal), []).append(number)
                elif isinstance(principal, UnknownPrincipal):
                    self._unknown.append(statement)

    def of(self, principal: Principal) -> Hashable:
        caller = parse_caller(principal.arn)
        unknown = (
            tuple(named(statement, caller, False) for statement in self._unknown)
            if caller is not None
            else ()
        )
        return (self._keys.of(_context(principal)), tuple(self._naming.get(principal.arn, ())), unknown)


def shared_statements(inventory: Inventory) -> Iterator[Statement]:
    """The statements of the policies of resources, of roles' trust, and of the organization."""
    for principal in inventory.principals:
        if isinstance(principal.trust, Present):
            yield from principal.trust.policy.statements
    for resource in inventory.resources:
        for value in resource.properties.values():
            if isinstance(value, Present):
                yield from value.policy.statements
    match inventory.organization:
        case Organization(places=places):
            seen: set[int] = set()
            for place in places.values():
                for levels in (place.service_control, place.resource_control):
                    for level in levels if isinstance(levels, tuple) else ():
                        for attached in level.policies:
                            if id(attached.policy) not in seen:
                                seen.add(id(attached.policy))
                                yield from attached.policy.statements
        case _:
            pass
