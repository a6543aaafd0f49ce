"""Which escalations raise the rights of a principal."""

from typing import Any

import pytest

from tests.graph.webs import HOME, allow, deny, inventory, organization, resource, role, trust
from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.escalation import escalations
from wa_policy.graph.raising import Raising
from wa_policy.graph.reach import reach_of
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Principal, Resource

CATALOG = load_catalog()
FUNCTION = f"arn:aws:lambda:eu-west-1:{HOME}:function:f"
LAMBDA = trust({"Service": "lambda.amazonaws.com"})
READ = allow("s3:GetObject", "arn:aws:s3:::reports/*")


def arn(name: str) -> str:
    return f"arn:aws:iam::{HOME}:role/{name}"


def raising(*found: Principal | Resource, of: str = "s") -> dict[str, Truth]:
    """By technique, whether the escalations of the principal raise its rights; None is not there."""
    stock: Inventory = inventory(*found)
    judge = Raising(stock, CATALOG)
    return {
        one.technique.id: judge.raises(one)
        for one in escalations(stock, reach_of(stock, CATALOG), CATALOG)
        if one.principal == arn(of)
    }


def function(name: str = "p", **more: Any) -> Resource:
    # An alias of the role's own account may invoke it: the techniques that need somebody to do so have somebody.
    statement = trust({"Service": "events.amazonaws.com"}, "lambda:InvokeFunction", Resource=FUNCTION)
    return resource(FUNCTION, statement, Role=arn(name), **more)


CODE = allow(["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], FUNCTION)


@pytest.mark.parametrize(
    ("own", "target", "expected"),
    [
        ([CODE], [READ], True),
        ([CODE, READ], [READ], False),
        ([CODE, allow("s3:*")], [READ], False),
        ([CODE, allow("s3:GetObject", "arn:aws:s3:::reports/a/*")], [READ], True),
        ([CODE, allow("s3:*"), deny("s3:GetObject", "arn:aws:s3:::reports/*")], [READ], True),
        ([CODE], [], False),
        ([CODE, READ], [READ, deny("s3:GetObject", "arn:aws:s3:::reports/secret/*")], False),
    ],
)
def test_acting_as_a_role_raises_what_its_policies_add(
    own: list[dict[str, Any]], target: list[dict[str, Any]], expected: bool
) -> None:
    found = raising(role("s", *own), role("p", *target, trusts=[LAMBDA]), function())
    assert found["lambda-003"] is expected


def test_a_target_within_a_boundary_that_leaves_nothing_more_is_not_known_to_raise() -> None:
    bounded = role("p", READ, trusts=[LAMBDA], boundary=[allow("sqs:*")])
    assert isinstance(raising(role("s", CODE), bounded, function())["lambda-003"], Unknown)
    open_ = role("p", READ, trusts=[LAMBDA], boundary=[allow("s3:*")])
    assert raising(role("s", CODE), open_, function())["lambda-003"] is True


def test_the_boundary_of_the_principal_counts_as_a_limit_that_the_target_does_not_have() -> None:
    own = role("s", CODE, READ, boundary=[allow("lambda:*")])
    assert raising(own, role("p", READ, trusts=[LAMBDA]), function())["lambda-003"] is True
    own = role("s", CODE, READ, boundary=[allow(["lambda:*", "s3:*"])])
    assert raising(own, role("p", READ, trusts=[LAMBDA]), function())["lambda-003"] is False


def test_a_target_that_a_resource_policy_names_may_do_more_than_its_policies_say() -> None:
    bucket = resource("arn:aws:s3:::b", trust({"AWS": arn("p")}, "s3:GetObject", Resource="arn:aws:s3:::b/*"))
    found = raising(role("s", CODE), role("p", trusts=[LAMBDA]), function(), bucket)
    assert isinstance(found["lambda-003"], Unknown)


def test_policies_that_were_not_read_leave_it_open() -> None:
    doubt = (Unknown(UnknownKind.NOT_EXPORTED, "a policy"),)
    target = role("p", trusts=[LAMBDA], missing=doubt)
    assert raising(role("s", CODE), target, function())["lambda-003"] == doubt[0]
    known = role("p", READ, trusts=[LAMBDA], missing=doubt)
    assert raising(role("s", CODE), known, function())["lambda-003"] is True


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("sts:AssumeRole", arn("p")), False),
        (allow("sts:AssumeRole", [arn("q"), arn("p")]), False),
        (allow("sts:AssumeRole", f"arn:aws:iam::{HOME}:role/*"), True),
        (allow("sts:*"), True),
        ({"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": arn("q")}, True),
    ],
)
def test_a_role_that_is_named_is_delegated(statement: dict[str, Any], expected: bool) -> None:
    root = trust({"AWS": f"arn:aws:iam::{HOME}:root"})
    assert raising(role("s", statement), role("p", READ, trusts=[root]))["sts-001"] is expected


def test_a_trust_policy_alone_delegates() -> None:
    target = role("p", READ, trusts=[trust({"AWS": arn("s")})])
    assert raising(role("s"), target)["sts-001"] is False
    # What the boundary cuts off allows nothing, so the trust policy is all there is.
    bounded = role("s", allow("sts:*"), boundary=[allow("s3:*")])
    assert raising(bounded, role("p", READ, trusts=[trust({"AWS": "*"})])).get("sts-001") in (False, None)


def test_writing_the_own_policy_raises_unless_the_boundary_leaves_nothing() -> None:
    write = allow("iam:PutRolePolicy", arn("s"))
    assert raising(role("s", write))["iam-005"] is True
    assert raising(role("s", write, boundary=[allow(["iam:*", "s3:*"])]))["iam-005"] is True
    assert raising(role("s", write, boundary=[write]))["iam-005"] is False


def test_a_boundary_holds_for_what_has_no_policy_of_its_own_whatever_a_control_policy_asks() -> None:
    """The open key of the control policy is no way around a boundary that does not name the action."""
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
    within = organization(service=[deny("*", Condition=elsewhere)])
    bounded = role("s", allow("*"), boundary=[allow("s3:*")], trusts=[trust({"AWS": "*"}, "*")])
    stock = inventory(bounded, within=within)
    found = escalations(stock, reach_of(stock, CATALOG), CATALOG)
    assert [one.technique.id for one in found if one.principal == bounded.arn] == []
