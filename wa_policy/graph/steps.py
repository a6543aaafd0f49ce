"""The steps of a technique on one way: each asked on the resource that it means there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from wa_policy.evaluator.applying import TYPES_WITH_POLICY
from wa_policy.evaluator.derived_context import derived_context
from wa_policy.graph.asking import Asking, Taken, choices, nothing_more
from wa_policy.graph.boundaries import boundary_keys, is_tag_key, tag_keys
from wa_policy.graph.carriers import Carried
from wa_policy.graph.places import places
from wa_policy.graph.technique import On, Step, Technique
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.principal import parse_caller
from wa_policy.inventory.model import Principal, Resource


@dataclass(frozen=True, slots=True)
class Way:
    """Who takes a technique against whom, by which existing resources and which second role."""

    principal: Principal
    target: Principal
    helper: Principal | None = None
    carrier: Carried | None = None
    second: Carried | None = None

    @property
    def own_policies(self) -> tuple[str, ...]:
        """The customer managed policies of the principal."""
        return customer_managed(self.principal)


def customer_managed(principal: Principal) -> tuple[str, ...]:
    """The ARNs of the customer managed policies that are attached to a principal, or to its groups."""
    arns = (attached.arn for attached in principal.identity_policies)
    return tuple(dict.fromkeys(arn for arn in arns if arn is not None and f"::{principal.account}:" in arn))


Key = int | tuple[str, str]
"""What is asked at once: a step by its number, or all steps on one resource of a type."""
Fixed = Mapping[Key, tuple[Taken, ...]]
"""The steps of a technique that are the same for each of its targets."""


def fixed_steps(technique: Technique, principal: Principal, asking: Asking) -> Fixed | None:
    """The steps that do not depend on the target, None iff one of them is not allowed."""
    taking = _Taking(technique, Way(principal, principal), asking)
    found: dict[Key, tuple[Taken, ...]] = {}
    for key in keys_of(technique):
        if all(_is_fixed(step) for step in _steps(technique, key)):
            taken = taking.of_key(key)
            if taken is None:
                return None
            found[key] = taken
    return found


def steps_of(technique: Technique, way: Way, asking: Asking, fixed: Fixed) -> tuple[Taken, ...] | None:
    """Each step with what may be done, None iff one of them is not allowed."""
    taking = _Taking(technique, way, asking)
    taken: list[Taken] = []
    for key in keys_of(technique):
        found = fixed.get(key)
        if found is None:
            found = taking.of_key(key)
        if found is None:
            return None
        taken += found
    order = {action: number for number, action in enumerate(technique.actions)}
    return tuple(sorted(dict.fromkeys(taken), key=lambda one: order[one.action]))


@lru_cache(maxsize=1024)
def keys_of(technique: Technique) -> tuple[Key, ...]:
    """What is asked for a technique, in order."""
    keys: list[Key] = []
    for number, step in enumerate(technique.steps):
        if step.on is not On.SOME or not step.types:
            keys.append(number)
            continue
        service = step.action.partition(":")[0]
        keys += [(service, type_) for type_ in step.types if (service, type_) not in keys]
    return tuple(keys)


def _steps(technique: Technique, key: Key) -> tuple[Step, ...]:
    if isinstance(key, int):
        return (technique.steps[key],)
    service, type_ = key
    return tuple(
        step
        for step in technique.steps
        if step.on is On.SOME and type_ in step.types and step.action.startswith(f"{service}:")
    )


def may_be_granted_there(technique: Technique, step: Step) -> bool:
    """True iff a resource policy could grant the step: the trust policy of a role, or the policy of a resource."""
    if step.action == "sts:AssumeRole":
        return True
    place = {On.CARRIER: 0, On.SECOND: 1}.get(step.on)
    return place is not None and technique.carriers[place].type in TYPES_WITH_POLICY


_OF_PRINCIPAL = frozenset((On.SELF, On.OWN_POLICY, On.OWN_GROUP, On.SOME))


def _is_fixed(step: Step) -> bool:
    return step.on in _OF_PRINCIPAL and not _names_another(step)


def _names_another(step: Step) -> bool:
    """True iff a key of the step holds the ARN of the target, its instance profile or the existing resource."""
    return any("{" in value for _, values in step.context for value in values)


class _Taking:
    def __init__(self, technique: Technique, way: Way, asking: Asking) -> None:
        self._technique = technique
        self._way = way
        self._asking = asking

    def of_key(self, key: Key) -> tuple[Taken, ...] | None:
        """The steps that the key stands for, None iff one of them is not allowed."""
        if not isinstance(key, int):
            return self.of_type(*key)
        step = self._technique.steps[key]
        piece = {On.CARRIER: self._way.carrier, On.SECOND: self._way.second}.get(step.on)
        if piece is not None and piece.resource is None:
            # Where the resource was not read, the step is the same for all that it may be.
            target = self._way.target.arn if _names_another(step) else None
            known = self._way.principal.arn, step, self._technique.carriers, target
            if known not in self._asking.somewhere:
                self._asking.somewhere[known] = self.best(self.of_step(step))
            one = self._asking.somewhere[known]
        else:
            one = self.best(self.of_step(step))
        return None if one is None else (one,)

    # --- the steps on what is given --------------------------------------------------------------------------

    def of_step(self, step: Step) -> Iterator[Taken]:
        """The ways to take a step on the resources that it means."""
        for resource, about in self._resources(step):
            yield from self._on(step, resource, about)

    def _resources(self, step: Step) -> Iterator[tuple[str, Principal | Resource | None]]:
        way, inventory = self._way, self._asking.inventory
        match step.on:
            case On.SELF:
                yield way.principal.arn, way.principal
            case On.TARGET:
                yield way.target.arn, way.target
            case On.HELPER:
                if way.helper is not None:
                    yield way.helper.arn, way.helper
            case On.OWN_POLICY:
                yield from ((arn, inventory.resource(arn)) for arn in way.own_policies)
            case On.TARGET_POLICY:
                yield from ((arn, inventory.resource(arn)) for arn in customer_managed(way.target))
            case On.OWN_GROUP:
                own = (self._asking.groups.get((way.principal.account, g)) for g in way.principal.groups)
                groups = [group for group in own if group is not None]
                yield from ((group.arn, group) for group in sorted(groups, key=lambda group: group.arn))
            case On.CARRIER | On.SECOND:
                number = 0 if step.on is On.CARRIER else 1
                piece = way.carrier if step.on is On.CARRIER else way.second
                if piece is not None and piece.resource is not None:
                    yield piece.resource.id, piece.resource
                elif piece is not None:
                    type_ = self._technique.carriers[number].resource_type
                    yield from ((arn, None) for arn in self._places(type_, (step.action,)))
            case On.SOME:
                yield "*", None

    def _on(self, step: Step, resource: str, about: Principal | Resource | None) -> Iterator[Taken]:
        known: dict[str, str] = {}
        if isinstance(about, Principal):
            known = tag_keys(about)
            if self._asking.knows_boundary(step.action):
                known |= boundary_keys(self._asking.inventory, about)
        context = step.context
        if step.passed_to:
            context = (*context, ("iam:passedtoservice", step.passed_to))
        for chosen in choices(context):
            filled = {key: self._filled(value) for key, value in chosen.items()}
            yield self._asking.take(
                self._way.principal,
                step.action,
                resource,
                keys=known | {key: value for key, value in filled.items() if value is not None},
                absent=is_tag_key if isinstance(about, Principal) else nothing_more,
            )

    def _filled(self, value: str) -> str | None:
        way = self._way
        match value:
            case "{target}":
                return way.target.arn
            case "{profile}":
                return next(iter(way.target.instance_profiles), None)
            case "{carrier}":
                return (
                    None if way.carrier is None or way.carrier.resource is None else way.carrier.resource.id
                )
            case _:
                return value

    @staticmethod
    def best(found: Iterator[Taken]) -> Taken | None:
        """The first that is allowed for certain, else the first that may be."""
        best: Taken | None = None
        for one in found:
            if one.truth is True:
                return one
            if one.truth is not False and best is None:
                best = one
        return best

    # --- the steps on what the caller chooses --------------------------------------------------------------

    def of_type(self, service: str, type_: str) -> tuple[Taken, ...] | None:
        """All steps on one resource of the type, the first for which all of them are allowed."""
        steps = _steps(self._technique, (service, type_))
        best: tuple[Taken, ...] | None = None
        for resource in self._places(type_, tuple(step.action for step in steps), steps[0].also):
            taken: list[Taken] = []
            for step in steps:
                one = self.best(self._on(step, resource, None))
                if one is None:
                    break
                taken.append(one)
            else:
                if all(one.truth is True for one in taken):
                    return tuple(taken)
                best = best or tuple(taken)
        return best

    def _places(self, type_: str, actions: tuple[str, ...], also: tuple[str, ...] = ()) -> Iterator[str]:
        asking, principal = self._asking, self._way.principal
        caller = parse_caller(principal.arn)
        context = {} if caller is None else derived_context(asking.inventory, caller, principal, "*", None)
        regions = asking.regions_of(principal)
        service = actions[0].partition(":")[0]
        arn = parse_arn(principal.arn)
        partition = "aws" if arn is None else arn.partition
        for format_ in also:
            yield from (format_.format(partition=partition, region=region) for region in regions)
        yield from places(
            principal, (service, type_), actions, context=context, regions=regions, catalog=asking.catalog
        )
