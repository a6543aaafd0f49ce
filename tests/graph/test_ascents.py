"""Ways to an administrator over escalations alone, against the paths of the whole graph."""

from dataclasses import replace

import pytest

from tests.graph.webs import HOME, allow, inventory, role, trust
from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.administrators import Administrators
from wa_policy.graph.ascents import Ascents
from wa_policy.graph.escalation import escalation_classes
from wa_policy.graph.reach import reach_of
from wa_policy.graph.routes import Routes, StepKind
from wa_policy.graph.spin import web_of
from wa_policy.inventory.model import Inventory, Principal

CATALOG = load_catalog()
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def arn(name: str) -> str:
    return f"arn:aws:iam::{HOME}:role/{name}"


def named(*names: str) -> dict[str, list[str]]:
    return {"AWS": [arn(name) for name in names]}


def ascents(stock: Inventory) -> Ascents:
    reach = reach_of(stock, CATALOG)
    judge = Administrators(reach)
    admins: dict[str, Truth] = {one.arn: judge.is_admin(one) for one in stock.principals}
    return Ascents(escalation_classes(reach), admins)


def way(found: Ascents, name: str, *, sure: bool = True) -> list[tuple[str, str]] | None:
    steps = found.way(arn(name), sure=sure)
    if steps is None:
        return None
    return [(one.technique.id, one.target.rsplit("/", 1)[-1]) for one in steps]


ASSUME = allow("sts:AssumeRole")
CHAIN = (
    role("a", ASSUME),
    role("b", ASSUME, trusts=[trust(named("a"))]),
    role("boss", allow("*"), trusts=[trust(named("b")), trust(named("a", "maybe"), Condition=MFA)]),
    role("maybe", ASSUME),
    role("nobody", ASSUME),
)
# Each may write the policy of the other and assume it, so that either makes the other an administrator.
PAIR = tuple(
    role(one, allow(["iam:PutRolePolicy", "sts:AssumeRole"], arn(other)), trusts=[trust(named(other))])
    for one, other in (("left", "right"), ("right", "left"))
)


def test_the_shortest_certain_way_comes_step_by_step() -> None:
    found = ascents(inventory(*CHAIN))
    assert way(found, "a") == [("sts-001", "b"), ("sts-001", "boss")]
    assert way(found, "b") == [("sts-001", "boss")]
    assert way(found, "boss") == []
    assert way(found, "nobody") is None
    assert way(found, "maybe") is None


def test_a_way_that_is_not_certain_is_found_beside() -> None:
    found = ascents(inventory(*CHAIN))
    assert way(found, "maybe", sure=False) == [("sts-001", "boss")]
    assert way(found, "a", sure=False) == [("sts-001", "boss")]
    assert way(found, "nobody", sure=False) is None


def test_two_that_raise_each_other_are_one_step_away() -> None:
    found = ascents(inventory(*PAIR))
    assert way(found, "left") == [("iam-017", "right")]
    assert way(found, "right") == [("iam-017", "left")]


def test_what_a_technique_takes_for_granted_is_not_certain() -> None:
    passing = role("s", allow("iam:PassRole", arn("machine")), allow("ec2:RequestSpotInstances"))
    machine = role("machine", allow("*"), trusts=[trust({"Service": "ec2.amazonaws.com"})])
    profile = f"arn:aws:iam::{HOME}:instance-profile/machine"
    found = ascents(inventory(passing, replace(machine, instance_profiles=(profile,))))
    # Whether the account has the service-linked role for spot instances no export shows.
    assert way(found, "s") is None
    assert way(found, "s", sure=False) == [("ec2-003", "machine")]


@pytest.mark.parametrize("stock", [CHAIN, PAIR, (*CHAIN, *PAIR)], ids=["chain", "pair", "both"])
def test_it_finds_what_the_whole_graph_finds(stock: tuple[Principal, ...]) -> None:
    whole = inventory(*stock)
    reach = reach_of(whole, CATALOG)
    web = web_of(reach, escalation_classes(reach))
    routes = Routes(web.edges, (StepKind.ESCALATION,), CATALOG)
    goals = [id_ for id_, node in web.nodes.items() if node.admin is True]
    found = ascents(whole)
    for sure in (True, False):
        spread = routes.towards(goals, sure=sure)
        for principal in whole.principals:
            steps = found.way(principal.arn, sure=sure)
            route = routes.route_from(web.home[principal.arn], spread)
            assert (steps is not None) is (web.home[principal.arn] in spread)
            assert len(steps or ()) == (0 if route is None else len(route.edges))
