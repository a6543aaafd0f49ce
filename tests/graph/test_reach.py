"""Access in three values: for certain, under conditions, not at all; and classes."""

from __future__ import annotations

from dataclasses import replace

from tests.graph.webs import (
    ABROAD,
    HOME,
    OUTSIDE,
    UNREAD,
    allow,
    deny,
    organization,
    policy,
    reach,
    resource,
    role,
    trust,
)
from wa_policy.graph.parties import outsider_of
from wa_policy.graph.query import who_can
from wa_policy.iam.principal import FederatedUser, Role
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import AttachedPolicy

QUEUE = "arn:aws:sqs:eu-west-1:111122223333:q"
SEND = "sqs:SendMessage"


def test_an_open_condition_stays_on_the_access_and_a_value_decides_it() -> None:
    one = role("r", allow(SEND, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    found = reach(one, resource(QUEUE))
    access = found.may(one, SEND, QUEUE)
    assert isinstance(access.truth, Unknown)
    assert "aws:multifactorauthpresent" in access.truth.reason
    assert [condition.key for condition in access.conditions] == ["aws:MultiFactorAuthPresent"]
    assert access.plain is False  # as `can`: nothing is said, so the key is absent
    assert [statement.source.file for _, statement in access.statements] == ["r.json"]
    assert found.may(one, SEND, QUEUE, {"aws:MultiFactorAuthPresent": "true"}).truth is True
    assert found.may(one, SEND, QUEUE, {"aws:MultiFactorAuthPresent": "false"}).truth is False


def test_a_condition_on_a_known_key_leaves_nothing_open() -> None:
    one = role("r", allow(SEND, Condition={"StringEquals": {"aws:PrincipalAccount": HOME}}))
    other = role("s", allow(SEND, Condition={"StringEquals": {"aws:PrincipalAccount": ABROAD}}))
    found = reach(one, other, resource(QUEUE))
    assert found.may(one, SEND, QUEUE).truth is True
    assert found.may(other, SEND, QUEUE).truth is False


def test_a_deny_under_a_condition_makes_it_unknown_and_one_without_makes_it_false() -> None:
    perhaps = role(
        "p", allow("sqs:*"), deny(SEND, Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    )
    never = role("n", allow("sqs:*"), deny(SEND))
    found = reach(perhaps, never, resource(QUEUE))
    access = found.may(perhaps, SEND, QUEUE)
    assert isinstance(access.truth, Unknown)
    assert [condition.key for condition in access.conditions] == ["aws:SourceIp"]
    assert found.may(never, SEND, QUEUE).truth is False
    assert found.may(perhaps, "sqs:ReceiveMessage", QUEUE).truth is True


def test_an_unread_policy_is_unknown_for_its_action_only() -> None:
    one, other = role("r", allow("sqs:*")), role("s", allow("s3:*"))
    found = reach(one, other, resource(QUEUE, document=UNREAD))
    for principal in (one, other):
        access = found.may(principal, SEND, QUEUE)
        assert access.truth == Unknown(UnknownKind.NOT_EXPORTED, "its policy")
    assert found.bits(other) & found.catalog.single(SEND)
    assert not found.bits(other) & found.catalog.single("iam:CreateRole")


def test_a_resource_that_does_not_exist_yet_has_no_policy() -> None:
    one = role("r", allow("iam:CreateRole"))
    found = reach(one)
    new = f"arn:aws:iam::{HOME}:role/new"
    assert isinstance(found.may(one, "iam:CreateRole", new).truth, Unknown)
    assert found.may(one, "iam:CreateRole", new, fresh=True).truth is True


def test_a_trust_policy_has_to_name_the_caller_or_its_account() -> None:
    one, other = role("r", allow("sts:AssumeRole")), role("s")
    target = role("t", trusts=[trust({"AWS": f"arn:aws:iam::{HOME}:role/s"})])
    closed = role("u", trusts=[trust({"Service": "lambda.amazonaws.com"})])
    found = reach(one, other, target, closed)
    assert found.may(one, "sts:AssumeRole", target.arn).truth is False
    assert found.may(other, "sts:AssumeRole", target.arn).truth is True
    assert found.may(one, "sts:AssumeRole", closed.arn).truth is False


def test_principals_that_may_do_the_same_are_one_class_and_keep_their_own_statements() -> None:
    twins = [role(name, allow("sqs:*"), tags={"n": name}) for name in "ab"]
    found = reach(
        *twins,
        role("c", allow("sqs:*"), boundary=[allow("sqs:*")]),
        role("d", allow("sqs:*"), account=ABROAD),
    )
    assert [[member.name for member in class_.members] for class_ in found.classes] == [
        ["a", "b"],
        ["c"],
        ["d"],
    ]
    assert found.may(twins[1], SEND, QUEUE).statements[0][1].source.file == "b.json"


def test_what_tells_principals_apart_makes_them_classes() -> None:
    named = resource(QUEUE, allow("sqs:*", Principal={"AWS": f"arn:aws:iam::{HOME}:role/a"}))
    found = reach(role("a", allow("s3:*")), role("b", allow("s3:*")), named)
    assert len(found.classes) == 2
    by_arn = organization(
        service=[deny("s3:*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a*"}})]
    )
    found = reach(*(role(name, allow("s3:*")) for name in ("a", "ab", "b", "c")), within=by_arn)
    assert [[member.name for member in class_.members] for class_ in found.classes] == [
        ["a", "ab"],
        ["b", "c"],
    ]
    by_variable = allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team}")
    found = reach(*(role(name, by_variable, tags={"team": name[0]}) for name in ("xa", "xb", "ya")))
    assert [[member.name for member in class_.members] for class_ in found.classes] == [["xa", "xb"], ["ya"]]


def test_an_action_that_the_catalog_does_not_list_is_asked_of_the_evaluator() -> None:
    one = role("r", allow("new:Thing"))
    found = reach(one)
    assert found.may(one, "new:Thing", "*").truth is True
    assert found.may(one, "new:Other", "*").truth is False


def test_conditions_that_exclude_each_other_leave_nobody() -> None:
    tag = {"StringEquals": {"aws:RequestTag/team": "a"}}
    never = role("never", allow("sqs:CreateQueue", Condition=tag), deny("sqs:CreateQueue", Condition=tag))
    other = {"StringEquals": {"aws:RequestTag/team": "b"}}
    room = role("room", allow("sqs:CreateQueue", Condition=tag), deny("sqs:CreateQueue", Condition=other))
    found = reach(never, room, resource(QUEUE))
    assert isinstance(found.may(never, "sqs:CreateQueue", QUEUE).truth, Unknown)  # each condition may hold
    assert [who.names for who in who_can(found, "sqs:CreateQueue", QUEUE)] == [(room.arn,)]


def test_who_shares_a_policy_with_others_keeps_what_else_decides() -> None:
    shared = (AttachedPolicy("p", policy(allow("sqs:*", "arn:aws:sqs:*:*:${aws:PrincipalTag/team}"))),)
    tag = {"team": "q"}
    roles = [
        role("plain", tags=tag),
        role("other", tags={"team": "z"}),
        role("gap", tags={"team": "z"}, missing=(Unknown(UnknownKind.NOT_EXPORTED, "a policy"),)),
        role("fenced", tags=tag, boundary=[allow("sqs:Receive*")]),
        role("abroad", tags=tag, account=ABROAD),
    ]
    named = replace(role("named", tags={"team": "z"}), identity_policies=shared)
    roles = [replace(one, identity_policies=shared) for one in roles]
    grant = allow(SEND, QUEUE, Principal={"AWS": named.arn})
    found = reach(*roles, named, resource(QUEUE, grant))
    truths = {one.name: found.may(one, SEND, QUEUE).truth for one in (*roles, named)}
    assert truths == {
        "plain": True,
        "other": False,
        "gap": Unknown(UnknownKind.NOT_EXPORTED, "a policy"),
        "fenced": False,
        "abroad": False,
        "named": True,
    }


def test_a_resource_policy_may_look_at_the_caller() -> None:
    tag = {"StringEquals": {"aws:PrincipalTag/team": "q"}}
    roles = [role(name, tags={"team": name}) for name in ("q", "z")]
    found = reach(*roles, resource(QUEUE, allow(SEND, QUEUE, Principal="*", Condition=tag)))
    assert [found.may(one, SEND, QUEUE).truth for one in roles] == [True, False]


def test_a_session_of_get_federation_token_has_no_permissions_of_its_own() -> None:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getfederationtoken.html
    queue = resource(QUEUE, allow(SEND, QUEUE, Principal="*"))
    found = reach(queue)
    callers = (FederatedUser(OUTSIDE, "x"), Role(OUTSIDE, "x"))
    actors = [outsider_of(found.inventory, caller) for caller in callers]
    assert [found.access(actor, SEND, QUEUE).truth for actor in actors] == [False, True]
