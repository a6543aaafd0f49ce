"""The shortest certain way from someone to something."""

import pytest

from tests.graph.webs import HOME, QUEUE_ARN, allow, resource, role, trust, web
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.routes import Routes, StepKind, step_truth, step_words
from wa_policy.graph.techniques import TECHNIQUES
from wa_policy.graph.web import Edge, EdgeKind, Web
from wa_policy.iam.unknown import Unknown

STEPS = (StepKind.ACT_AS, StepKind.CHANGE, StepKind.ESCALATION)
CATALOG = load_catalog()


def arn(name: str) -> str:
    return f"arn:aws:iam::{HOME}:role/{name}"


def named(name: str) -> dict[str, str]:
    return {"AWS": arn(name)}


def chain() -> Web:
    """A → b → c for certain, a → c if it has MFA; d may assume nobody and sends to the queue; c may act as d."""
    assume = allow("sts:AssumeRole")
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return web(
        role("a", assume),
        role("b", assume, trusts=[trust(named("a"))]),
        role("c", assume, trusts=[trust(named("b")), trust(named("a"), Condition=mfa)]),
        role("d", allow("sqs:SendMessage"), trusts=[trust(named("c"))]),
        resource(QUEUE_ARN),
    )


def routes(woven: Web, *kinds: StepKind) -> Routes:
    return Routes(woven.edges, kinds or STEPS, CATALOG)


def ends(edges: tuple[Edge, ...]) -> list[str]:
    return [edges[0].source.rsplit("/", 1)[-1], *(edge.target.rsplit("/", 1)[-1] for edge in edges)]


def test_a_certain_way_that_is_longer_is_found_beside_a_shorter_one_that_is_not() -> None:
    found = routes(chain())
    sure = found.route_from(arn("a"), found.towards([arn("c")], sure=True))
    short = found.route_from(arn("a"), found.towards([arn("c")], sure=False))
    assert sure is not None
    assert short is not None
    assert (ends(sure.edges), sure.truth) == (["a", "b", "c"], True)
    assert ends(short.edges) == ["a", "c"]
    assert isinstance(short.truth, Unknown)


def test_whoever_is_a_goal_has_no_way_to_it() -> None:
    found = routes(chain())
    assert found.route_from(arn("c"), found.towards([arn("c")], sure=True)) is None
    assert found.route_to(arn("c"), found.away([arn("c")], sure=False), sure=False) is None


def test_a_resource_is_reached_by_a_last_step_with_one_of_the_actions() -> None:
    found = routes(chain())
    away = found.away([arn("a")], sure=True)
    send, purge = CATALOG.single("sqs:SendMessage"), CATALOG.single("sqs:PurgeQueue")
    reached = found.route_to(QUEUE_ARN, away, sure=True, last=send)
    assert reached is not None
    assert ends(reached.edges)[:4] == ["a", "b", "c", "d"]
    assert found.route_to(QUEUE_ARN, away, sure=True, last=purge) is None
    assert found.route_to(QUEUE_ARN, away, sure=True) is None  # no step by which one acts as a queue
    from_goal = found.towards([QUEUE_ARN], sure=True, last=send)
    assert found.route_from(arn("c"), from_goal) is not None
    assert found.route_from(arn("c"), found.towards([QUEUE_ARN], sure=True, last=purge)) is None


def test_the_nearest_source_counts_and_not_the_goal_itself() -> None:
    found = routes(chain())
    near = found.nearest(arn("c"), {arn("a"), arn("b"), arn("c")}.__contains__, sure=True)
    assert near is not None
    assert ends(near.edges) == ["b", "c"]
    assert found.nearest(arn("a"), {arn("a")}.__contains__, sure=False) is None


def test_a_kind_that_is_not_named_does_not_lead_on() -> None:
    only_changes = routes(chain(), StepKind.CHANGE)
    assert only_changes.route_from(arn("a"), only_changes.towards([arn("c")], sure=False)) is None


def test_only_changes_that_take_over_lead_on() -> None:
    woven = web(
        role("policy", allow("iam:PutRolePolicy", arn("goal"))),
        role("trust", allow("iam:UpdateAssumeRolePolicy", arn("goal"))),
        role("goal"),
    )
    found = routes(woven)
    spread = found.towards([arn("goal")], sure=True)
    assert found.route_from(arn("policy"), spread) is None
    assert found.route_from(arn("trust"), spread) is not None


def test_code_leads_on_only_where_it_is_named() -> None:
    function = f"arn:aws:lambda:eu-west-1:{HOME}:function:f"
    woven = web(
        role("caller", allow("lambda:InvokeFunction")),
        role("runs", trusts=[trust({"Service": "lambda.amazonaws.com"})]),
        resource(function, Role=arn("runs")),
    )
    plain, code = routes(woven), routes(woven, *STEPS, StepKind.CODE)
    assert plain.route_from(arn("caller"), plain.towards([arn("runs")], sure=True)) is None
    reached = code.route_from(arn("caller"), code.towards([arn("runs")], sure=True))
    assert reached is not None
    assert [step_words(edge) for edge in reached.edges] == ["access", "execution role"]


@pytest.mark.parametrize("technique", [one for one in TECHNIQUES if one.assumes], ids=lambda one: one.id)
def test_what_a_technique_takes_for_granted_is_a_doubt(technique: object) -> None:
    id_ = getattr(technique, "id")  # noqa: B009  # an object to pytest
    edge = Edge("a", "b", EdgeKind.ESCALATE, id_)
    assert edge.truth is True
    assert isinstance(step_truth(edge), Unknown)


def test_a_technique_without_assumptions_is_certain() -> None:
    assert step_truth(Edge("a", "b", EdgeKind.ESCALATE, "iam-005")) is True
    assert step_words(Edge("a", "b", EdgeKind.ESCALATE, "iam-005")) == (
        "iam-005, write an inline policy into the own role"
    )
