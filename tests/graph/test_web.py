"""Nodes and edges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.graph.webs import (
    ABROAD,
    HOME,
    ORGANIZATION,
    OUTSIDE,
    UNREAD,
    actions,
    allow,
    deny,
    edges,
    inventory,
    organization,
    resource,
    role,
    trust,
    user,
    web,
)
from wa_policy import api
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.build import build_graph, expand, graph_of
from wa_policy.graph.ratings import ratings_of
from wa_policy.graph.reach import reach_of
from wa_policy.graph.spin import web_of
from wa_policy.graph.web import EdgeKind, NodeKind
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory

ACME = Path(__file__).parents[2] / "fixtures" / "acme"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:q"
BUCKET = "arn:aws:s3:::b"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:f"
SENDS = role("r", allow("sqs:SendMessage"))


def test_an_access_edge_has_its_actions_and_statements() -> None:
    (edge,) = edges(web(SENDS, resource(QUEUE)), "role/r", ":q")
    assert edge.kind is EdgeKind.ACCESS
    assert actions(edge) == {"sqs:SendMessage"}
    assert edge.truth is True
    assert [statement.source.file for _, statement in edge.statements] == ["r.json"]


@pytest.mark.parametrize(
    "within",
    [
        organization(service=[deny("sqs:*")]),
        organization(resource=[{**deny("sqs:*"), "Principal": "*"}]),
    ],
)
def test_a_control_policy_removes_the_edge(within: object) -> None:
    assert edges(web(SENDS, resource(QUEUE), within=organization()), "role/r", ":q")
    assert not edges(web(SENDS, resource(QUEUE), within=within), "role/r", ":q")  # type: ignore[arg-type]


def test_a_boundary_removes_the_edge_but_not_a_grant_to_the_role_itself_by_a_user() -> None:
    bounded = role("r", allow("sqs:*"), boundary=[allow("s3:*")])
    assert not edges(web(bounded, resource(QUEUE)), "role/r", ":q")
    alice = user("alice", boundary=[allow("s3:*")])
    named = resource(QUEUE, allow("sqs:SendMessage", Principal={"AWS": alice.arn}))
    assert edges(web(alice, named), "user/alice", ":q")


def test_a_condition_stays_on_the_edge() -> None:
    limited = role("r", allow("sqs:SendMessage", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    (edge,) = edges(web(limited, resource(QUEUE)), "role/r", ":q")
    assert isinstance(edge.truth, Unknown)
    assert not edge.sure
    assert [condition.key for condition in edge.conditions] == ["aws:MultiFactorAuthPresent"]


def test_an_unread_policy_makes_an_unknown_edge_from_whoever_it_names() -> None:
    woven = web(SENDS, role("s", allow("s3:*")), resource(QUEUE, document=UNREAD))
    (edge,) = edges(woven, "role/r", ":q")
    assert edge.truth == Unknown(UnknownKind.NOT_EXPORTED, "its policy")
    assert not edges(woven, "role/s", ":q")
    (edge,) = edges(woven, "unread", ":q")
    assert edge.doubts == (Unknown(UnknownKind.NOT_EXPORTED, "its policy"),)


def test_access_across_accounts_needs_both_sides() -> None:
    abroad = role("r", allow("sqs:SendMessage"), account=ABROAD)
    assert not edges(web(abroad, resource(QUEUE)), "role/r", ":q")
    named = resource(QUEUE, allow("sqs:*", Principal={"AWS": ABROAD}))
    assert edges(web(abroad, named), "role/r", ":q")
    assert not edges(web(replace(abroad, identity_policies=()), named), "role/r", ":q")


def test_an_object_that_only_a_pattern_names_counts_as_the_bucket() -> None:
    logs = role("r", allow("s3:GetObject", f"{BUCKET}/logs/*"))
    (edge,) = edges(web(logs, resource(BUCKET), resource("arn:aws:s3:::bb")), "role/r")
    assert edge.target == BUCKET
    assert actions(edge) == {"s3:GetObject"}


def test_a_pattern_of_buckets_or_functions_may_name_some_of_their_parts_only() -> None:
    logs = role("logs", allow("s3:GetObject", "arn:aws:s3:::b*/logs/*"))
    prod = role("prod", allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:f*:prod"))
    one = role("one", allow("lambda:InvokeFunction", f"{FUNCTION}:beta"))
    shut = role(
        "shut", allow("s3:GetObject", "arn:aws:s3:::b*/logs/*"), deny("s3:*", "arn:aws:s3:::*/logs/*")
    )
    far = resource(FUNCTION.replace("function:f", "function:g"))
    woven = web(
        logs, prod, one, shut, resource(BUCKET), resource("arn:aws:s3:::other"), resource(FUNCTION), far
    )
    found = {
        (edge.source.rpartition("/")[2], edge.target): actions(edge)
        for edge in woven.edges
        if edge.source.startswith("arn:aws:iam")
    }
    assert found == {
        ("logs", BUCKET): {"s3:GetObject"},
        ("prod", FUNCTION): {"lambda:InvokeFunction"},
        ("one", FUNCTION): {"lambda:InvokeFunction"},
    }


def test_assuming_a_role_is_acting_as_it_and_keys_and_trust_are_changes() -> None:
    one = role(
        "r", allow(["sts:AssumeRole", "iam:UpdateAssumeRolePolicy", "iam:GetRole", "iam:CreateAccessKey"])
    )
    woven = web(one, role("t", trusts=[trust({"AWS": HOME})]), user("u"))
    assert {(edge.kind, edge.how) for edge in edges(woven, "role/r", "role/t")} == {
        (EdgeKind.ACT_AS, "assume role"),
        (EdgeKind.CHANGE, "trust"),
        (EdgeKind.ACCESS, "access"),
    }
    assert [edge.how for edge in edges(woven, "role/r", "user/u")] == ["key"]


def test_a_function_acts_as_its_role_if_the_trust_lets_lambda_in() -> None:
    lambda_ = resource(FUNCTION, Role=f"arn:aws:iam::{HOME}:role/x")
    for service, number in (("lambda.amazonaws.com", 1), ("ec2.amazonaws.com", 0)):
        woven = web(lambda_, role("x", trusts=[trust({"Service": service})]))
        found = edges(woven, ":f", "role/x")
        assert [edge.how for edge in found] == ["execution role"] * number
        assert len(edges(woven, service, "role/x", EdgeKind.ACT_AS)) == 1


def test_a_source_that_was_not_read_is_a_node_that_says_so() -> None:
    source = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::elsewhere"}}
    grant = allow(
        "lambda:InvokeFunction", FUNCTION, Principal={"Service": "s3.amazonaws.com"}, Condition=source
    )
    woven = web(resource(FUNCTION, grant))
    (edge,) = edges(woven, "elsewhere", ":f", EdgeKind.TRIGGER)
    assert woven.nodes[edge.source].notes == ("`arn:aws:s3:::elsewhere` was not read",)
    (edge,) = edges(woven, "s3.amazonaws.com", ":f")
    assert [condition.key for condition in edge.conditions] == ["aws:SourceArn"]


def test_each_subject_pattern_of_a_provider_is_a_node() -> None:
    provider = f"arn:aws:iam::{HOME}:oidc-provider/token.actions.githubusercontent.com"
    key = "token.actions.githubusercontent.com:sub"

    def by(subject: str) -> dict[str, object]:
        condition = {"StringLike": {key: subject}}
        return trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", Condition=condition)

    woven = web(
        role("a", trusts=[by("repo:one/*"), by("repo:two/x")]),
        role("b", trusts=[trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity")]),
    )
    found = {
        (edge.source.partition("#")[2], edge.target[-1])
        for edge in woven.edges
        if edge.kind is EdgeKind.ACT_AS
    }
    assert {("repo:one/*", "a"), ("repo:two/x", "a"), ("", "b")} <= found
    assert all(edge.truth is True for edge in edges(woven, "", "role/a", EdgeKind.ACT_AS))


def test_what_is_open_has_edges_from_anyone_and_what_is_held_to_the_organization_a_condition() -> None:
    public = resource("arn:aws:s3:::public", allow("s3:GetObject", "arn:aws:s3:::public/*", Principal="*"))
    members = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}
    held = resource(
        "arn:aws:s3:::held", allow("s3:GetObject", "arn:aws:s3:::held/*", Principal="*", Condition=members)
    )
    woven = web(public, held, within=organization())
    assert {edge.target for edge in edges(woven, "anonymous")} == {"arn:aws:s3:::public"}
    assert {edge.target for edge in edges(woven, "any-account")} == {"arn:aws:s3:::public"}
    external = resource(QUEUE, allow("sqs:*", Principal={"AWS": OUTSIDE}))
    woven = web(external)
    assert woven.nodes[f"account:{OUTSIDE}"].kind is NodeKind.ACCOUNT
    assert edges(woven, f"account:{OUTSIDE}", ":q")


@pytest.mark.parametrize(
    ("condition", "source"),
    [
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy-*"}}, "any-account"),
        ({"StringEquals": {"aws:PrincipalType": "User"}}, "any-account"),
        ({"StringLike": {"aws:username": "ci-*"}}, "any-account"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-partner12345"}}, "any-account"),
        ({"StringEquals": {"aws:PrincipalAccount": OUTSIDE}}, f"account:{OUTSIDE}"),
        ({"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{OUTSIDE}:role/x"}}, f"account:{OUTSIDE}"),
        ({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}, ""),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/r-root/*"}}, ""),
        ({"StringEquals": {"aws:PrincipalAccount": HOME}}, ""),
    ],
)
def test_conditions_on_who_an_outsider_is_leave_an_edge_that_depends(
    condition: dict[str, object], source: str
) -> None:
    grant = allow("sqs:SendMessage", QUEUE, Principal="*", Condition=condition)
    woven = web(resource(QUEUE, grant), within=organization())
    found = [edge for edge in edges(woven, "", ":q") if edge.kind is EdgeKind.ACCESS]
    if source == "any-account":
        assert [edge.source for edge in found] == [source]
    else:
        assert {edge.source for edge in found} - {"any-account"} == {source} - {""}
    for edge in found:
        assert (edge.truth is True) == (
            "aws:PrincipalAccount" in str(condition)
        )  # nothing more is asked then
    denied = deny(
        "sqs:*", QUEUE, Principal="*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}
    )
    assert not edges(web(resource(QUEUE, grant, denied), within=organization()), "", ":q")


def test_things_that_nothing_tells_apart_are_one_node() -> None:
    queues = [resource(f"{QUEUE}{number}") for number in range(5)]
    woven = web(SENDS, role("s", allow("sqs:*", f"{QUEUE}3")), *queues)
    members = {node.members for node in woven.nodes.values() if node.type == "AWS::SQS::Queue"}
    assert members == {(f"{QUEUE}3",), tuple(f"{QUEUE}{number}" for number in (0, 1, 2, 4))}
    assert len(edges(woven, "role/r")) == 2


def test_what_anyone_sets_off_is_not_harmless() -> None:
    lambda_ = [trust({"Service": "lambda.amazonaws.com"})]
    rule = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}}
    found = web(
        resource(BUCKET, allow("s3:PutObject", f"{BUCKET}/*", Principal="*")),
        resource(
            FUNCTION,
            allow(
                "lambda:InvokeFunction", FUNCTION, Principal={"Service": "s3.amazonaws.com"}, Condition=rule
            ),
            Role=f"arn:aws:iam::{HOME}:role/admin",
        ),
        resource(
            f"{FUNCTION}1",
            allow("lambda:InvokeFunction", "*", Principal={"Service": "s3.amazonaws.com"}, Condition=rule),
        ),
        resource(f"{FUNCTION}2", Role=f"arn:aws:iam::{HOME}:role/other"),
        role("admin", allow("*"), trusts=lambda_),
        role("other", allow("*"), trusts=lambda_),
        role("far", allow("*"), account=ABROAD),
    )
    ratings = ratings_of(found, load_catalog())
    by_name = {id_.rpartition(":")[2]: rating for id_, rating in ratings.items()}
    assert by_name["b"] == "medium"  # anyone may write to it, unless public access is blocked for the account
    assert by_name["f1"] == "medium"  # that sets off the function
    assert by_name["f"] == "high"  # which can act as an administrator
    assert by_name["role/admin"] == "high"
    assert by_name["role/other"] == "high"  # the administrator can take its place
    assert by_name["role/far"] == "medium"  # nobody from outside sets off anything as this one


def test_the_networkx_graph_has_the_documented_attributes_and_expands() -> None:
    catalog = load_catalog()
    found = inventory(SENDS, resource(f"{QUEUE}1"), resource(f"{QUEUE}2"))
    graph = build_graph(found, catalog)
    assert graph.nodes[f"{QUEUE}1"]["members"] == (f"{QUEUE}1", f"{QUEUE}2")
    ((_, _, edge),) = graph.edges(data=True)
    assert (edge["kind"], edge["certain"], edge["actions"]) == ("access", True, ("sqs:SendMessage",))
    assert edge["statements"] == ("identity policies: Allow r.json#/Statement/0",)
    expanded = expand(graph, f"{QUEUE}1")
    assert {target for _, target in expanded.edges()} == {f"{QUEUE}1", f"{QUEUE}2"}


def test_the_order_of_the_input_does_not_matter() -> None:
    found = api.read([str(ACME)])
    catalog, random = load_catalog(), Random(3)
    principals, resources = list(found.principals), list(found.resources)
    random.shuffle(principals)
    random.shuffle(resources)
    shuffled = Inventory(
        tuple(sorted(principals, key=lambda one: one.arn)),
        tuple(sorted(resources, key=lambda one: (one.type, one.id))),
        found.organization,
        exported=found.exported,
    )
    one, other = (graph_of(web_of(reach_of(each, load_catalog())), catalog) for each in (found, shuffled))
    assert list(one.nodes(data=True)) == list(other.nodes(data=True))
    assert list(one.edges(data=True)) == list(other.edges(data=True))


def test_acme_has_each_kind_of_edge_and_node() -> None:
    woven = web_of(reach_of(api.read([str(ACME)]), load_catalog()))
    assert {edge.kind for edge in woven.edges} == set(EdgeKind) - {EdgeKind.ESCALATE}
    kinds = {node.kind for node in woven.nodes.values()}
    assert kinds == set(NodeKind) - {NodeKind.ADMINISTRATOR, NodeKind.EXTERNAL}
    assert all(edge.source in woven.nodes and edge.target in woven.nodes for edge in woven.edges)


def test_every_edge_of_acme_is_what_the_reach_says() -> None:
    found = api.read([str(ACME)])
    asked = reach_of(found, load_catalog())
    woven = web_of(asked)
    checked = 0
    for edge in woven.edges:
        principal = found.principal(edge.source)
        if principal is None or edge.kind is EdgeKind.TRIGGER or found.principal(edge.target) is None:
            continue
        for action in asked.catalog.names(edge.maybe):
            truth = asked.may(principal, action, edge.target).truth
            assert truth is not False, (edge, action)
            assert (truth is True) == bool(edge.sure & asked.catalog.single(action))
            checked += 1
    assert checked > 1_000
