"""What a type checker says about the public names; mypy reads this file, and pytest runs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

import wa_policy
from wa_policy import (
    Decision,
    Explanation,
    Inventory,
    Outcome,
    Policy,
    Problem,
    Proved,
    Refuted,
    Report,
    Result,
    Settings,
    Severity,
    Undecided,
    Unknown,
    Verdict,
    Witness,
)

if TYPE_CHECKING:
    import networkx as nx

    from wa_policy.graph.escalation import Escalation
    from wa_policy.graph.paths import Path as GraphPath
    from wa_policy.graph.query import What, Who

EXPORTS = str(Path(__file__).resolve().parents[1] / "fixtures" / "quickstart" / "exports")
ROLE = "arn:aws:iam::111122223333:role/orders-role"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"


def test_public_names_have_the_types_that_the_pages_say() -> None:
    settings = Settings(no_organization=True)
    inventory = wa_policy.read([EXPORTS], settings)
    assert_type(inventory, Inventory)
    report = wa_policy.scan(inventory, settings)
    assert_type(report, Report)
    assert_type(report.findings, tuple[Result, ...])
    assert_type(report.problems, tuple[Problem, ...])
    for result in report.findings:
        assert_type(result.verdict, Verdict)
        assert_type(result.rule.severity, Severity)
        assert_type(result.witness, Witness | None)
        assert_type(result.reasons, tuple[Unknown, ...])
    decision = wa_policy.can(inventory, ROLE, "sqs:SendMessage", QUEUE)
    assert_type(decision, Decision)
    assert_type(decision.outcome, Outcome)
    assert_type(wa_policy.explain(inventory, ROLE, "sqs:SendMessage", QUEUE), Explanation)
    policy, problems = wa_policy.parse_policy({"Version": "2012-10-17", "Statement": []})
    assert_type(policy, Policy)
    assert_type(problems, tuple[Problem, ...])
    assert_type(wa_policy.check_no_new_access(policy, policy), Proved | Refuted | Undecided)
    assert decision.outcome is Outcome.ALLOWED


def test_the_graph_has_its_types() -> None:
    inventory = wa_policy.read([EXPORTS], Settings(no_organization=True))
    who: tuple[Who, ...] = wa_policy.who_can(inventory, "sqs:SendMessage", QUEUE)
    what: tuple[What, ...] = wa_policy.what_can(inventory, ROLE)
    paths: Iterator[GraphPath] = wa_policy.find_paths(inventory, "any", "admin")
    found: tuple[Escalation, ...] = wa_policy.escalations(inventory)
    graph: nx.MultiDiGraph[Any] = wa_policy.build_graph(inventory)
    assert who
    assert what
    assert list(paths) == []
    assert list(found) == []
    assert graph.number_of_nodes() > 0


def test_every_public_name_is_there() -> None:
    assert [name for name in wa_policy.__all__ if not hasattr(wa_policy, name)] == []
    assert len(wa_policy.__all__) < 55
