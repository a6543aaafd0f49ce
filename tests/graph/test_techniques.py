"""Each technique works in one account and not in another that differs in a single fact; no requirement is idle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.graph.escalation_cases import Account, Case, cases, inventory, principal_of, target_of
from tests.reference.reach import ReferenceReach
from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.asking import Asked
from wa_policy.graph.escalation import Escalation, escalations
from wa_policy.graph.reach import reach_of
from wa_policy.graph.technique import Carrier, On, Status, Technique
from wa_policy.graph.techniques import TECHNIQUES
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory

CATALOG = load_catalog()
CASES = {case.technique: case for case in cases()}
TABLE = {technique.id: technique for technique in TECHNIQUES}
Reaching = Callable[[Inventory, Catalog], Asked]


def found(account: Account, technique: Technique, reaching: Reaching) -> Escalation | None:
    """The escalation of the account's principal to its target by the technique, the most certain one."""
    read = inventory(account)
    ways = [
        way
        for way in escalations(read, reaching(read, CATALOG), CATALOG, (technique,))
        if way.principal == principal_of(account) and way.target == target_of(account)
    ]
    return min(ways, key=lambda way: way.truth is not True, default=None)


REACHES = [pytest.param(reach_of, id="reach"), pytest.param(ReferenceReach, id="reference")]


def test_the_table_is_all_of_the_catalogue() -> None:
    assert Counter(technique.status for technique in TECHNIQUES) == {
        Status.CATALOGUE: 65,
        Status.LATER: 27,
        Status.PROPOSED: 10,
        Status.OURS: 10,
    }
    assert len(TABLE) == len(TECHNIQUES)


def test_each_technique_has_its_pair() -> None:
    assert set(CASES) == set(TABLE)


def test_each_technique_is_told() -> None:
    for technique in TECHNIQUES:
        assert technique.title, technique.id
        assert technique.how.endswith("."), technique.id
        assert technique.source.startswith("https://"), technique.id
        assert not technique.variant_of or technique.variant_of in TABLE
        for step in technique.steps:
            service = step.action.partition(":")[0]
            assert CATALOG.is_known(step.action) or technique.id == "x-codestar"
            assert all(CATALOG.resource_type(service, type_) for type_ in step.types), (technique.id, step)


@pytest.mark.parametrize("reaching", REACHES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_works(case: Case, reaching: Reaching) -> None:
    way = found(case.works, TABLE[case.technique], reaching)
    assert way is not None
    assert way.truth is True
    assert {step.action for step in way.steps} == set(TABLE[case.technique].actions)


@pytest.mark.parametrize("reaching", REACHES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_blocked(case: Case, reaching: Reaching) -> None:
    for differs, account in case.blocked:
        assert found(account, TABLE[case.technique], reaching) is None, differs


@pytest.mark.parametrize("reaching", REACHES)
@pytest.mark.parametrize(
    "case", [case for case in CASES.values() if case.unknown], ids=lambda case: case.technique
)
def test_it_is_not_known(case: Case, reaching: Reaching) -> None:
    for differs, account in case.unknown:
        way = found(account, TABLE[case.technique], reaching)
        assert way is not None, differs
        assert isinstance(way.truth, Unknown), differs


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_thing_is_needed(case: Case) -> None:
    for what, account in case.variants():
        assert found(account, TABLE[case.technique], reach_of) is None, what


# --- no requirement of the table is idle ---------------------------------------------------------------------------


def weakened(technique: Technique) -> Iterator[tuple[str, Technique]]:
    """The technique without one of its requirements, for each of them."""
    for number, step in enumerate(technique.steps):
        others = (*technique.steps[:number], *technique.steps[number + 1 :])
        if others:
            yield f"without {step.action} on {step.on}", replace(technique, steps=others)
        if step.passed_to:
            loose = replace(step, passed_to=())
            changed = (*technique.steps[:number], loose, *technique.steps[number + 1 :])
            yield f"{step.action} to any service", replace(technique, steps=changed)
        for key, _ in step.context:
            left = tuple((other, values) for other, values in step.context if other != key)
            changed = (*technique.steps[:number], replace(step, context=left), *technique.steps[number + 1 :])
            yield f"{step.action} whatever {key} is", replace(technique, steps=changed)
    if technique.trust:
        yield "without the trust", replace(technique, trust="")
    if technique.federated_trust:
        yield "without the federated trust", replace(technique, federated_trust="")
    if technique.helper_trust:
        yield "without the trust of the second role", replace(technique, helper_trust="")
    for number, carrier in enumerate(technique.carriers):
        unread = replace(carrier, operation="(nothing that is ever read)")
        yield "with a carrier that need not exist", _with(technique, number, unread)
        if carrier.role:
            yield "with a carrier of any role", _with(technique, number, replace(carrier, role=""))
        if carrier.states:
            yield "with a carrier in any state", _with(technique, number, replace(carrier, states=()))
    on = {step.on for step in technique.steps}
    if len(technique.carriers) == 1 and On.CARRIER not in on:
        yield "without a carrier", replace(technique, carriers=())
    for number, need in enumerate(technique.needs):
        if len(technique.needs) > 1 or technique.principals:
            needs = (*technique.needs[:number], *technique.needs[number + 1 :])
            yield f"without the need: {need}", replace(technique, needs=needs)


def _with(technique: Technique, number: int, carrier: Carrier) -> Technique:
    changed = (*technique.carriers[:number], carrier, *technique.carriers[number + 1 :])
    return replace(technique, carriers=changed)


def is_red(case: Case, technique: Technique) -> bool:
    """True iff an account of the case comes out wrong."""
    works = found(case.works, technique, reach_of)
    if works is None or works.truth is not True:
        return True
    for _, account in case.unknown:
        way = found(account, technique, reach_of)
        if way is None or way.truth is True:
            return True
    return any(
        found(account, technique, reach_of) is not None for _, account in (*case.blocked, *case.variants())
    )


@pytest.mark.parametrize("technique", TECHNIQUES, ids=TABLE)
def test_no_requirement_is_idle(technique: Technique) -> None:
    case = CASES[technique.id]
    idle = [what for what, loose in weakened(technique) if not is_red(case, loose)]
    assert idle == []
