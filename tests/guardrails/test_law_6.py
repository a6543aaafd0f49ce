"""A guardrail denies the forbidden requests that its kind can bind, and a scan agrees with it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.guardrails.border import applied, is_denied, near_requests, written
from tests.guardrails.made import MADE, VALUES, Made
from tests.guardrails.scanning import queue_with, role_with, verdicts
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.findings import Verdict
from wa_policy.guardrails.membership import belongs
from wa_policy.iam.document import to_document
from wa_policy.iam.principal import AwsService, Role
from wa_policy.iam.request import Request
from wa_policy.rules.parameters import values_of

SCPS = [pytest.param(made, id=made.name) for made in MADE if made.guardrail == "scp"]
RCPS = [pytest.param(made, id=made.name) for made in MADE if made.guardrail == "rcp"]
LINKED = "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"


def forbidden_requests(made: Made, catalog: Catalog) -> list[Request]:
    values = values_of(made.rule(catalog), VALUES[0])
    found = near_requests(made.raw(), values, catalog, each=20, most=2_000)
    return [request for request, forbidden in found if forbidden]


@pytest.mark.parametrize("made", SCPS)
def test_a_service_control_policy_leaves_alone_whom_it_does_not_bind(made: Made, catalog: Catalog) -> None:
    guardrail = made.guardrail_with(VALUES[0], catalog)
    policies = applied([written(guardrail.statements)], "scp")
    requests = forbidden_requests(made, catalog)
    assert requests
    for request in requests:
        assert is_denied(request, policies, catalog)
        linked = replace(
            request,
            caller=Role("111122223333", "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"),
            context={**request.context, "aws:principalarn": LINKED},
        )
        service = replace(request, caller=AwsService("ecs.amazonaws.com"))
        management = replace(policies, service_control=None)
        for other, its in ((linked, policies), (service, policies), (request, management)):
            decision = evaluate(other, its, catalog)
            assert decision.outcome is not Outcome.EXPLICITLY_DENIED


@pytest.mark.parametrize("made", RCPS)
def test_a_resource_control_policy_leaves_alone_what_it_does_not_bind(made: Made, catalog: Catalog) -> None:
    guardrail = made.guardrail_with(VALUES[0], catalog)
    policies = applied([written(guardrail.statements)], "rcp")
    requests = forbidden_requests(made, catalog)
    assert requests
    for request in requests:
        assert is_denied(request, policies, catalog)
        assert not is_denied(request, replace(policies, resource_control=None), catalog)
        other = replace(request, action="sns:Publish", resource="arn:aws:sns:eu-west-1:111122223333:x")
        assert not is_denied(other, policies, catalog)
        trusted = {
            "aws:principalorgid": "o-a1b2c3d4e5",
            "aws:sourceorgid": "o-a1b2c3d4e5",
        }
        if made.name in ("outsiders", "trust", "services", "tls", "all-but"):
            ours = replace(request, caller=Role("111122223333", "x"), context={**request.context, **trusted})
            assert not any(belongs(ours, one, catalog) for one in guardrail.classes)
            assert not is_denied(ours, policies, catalog)


# Rules whose requests no user or role makes, or that a policy of the subject itself does not show.
UNSEEN = {"root-user"}


@pytest.mark.parametrize("made", SCPS)
def test_a_scan_finds_what_the_guardrail_stops(made: Made, catalog: Catalog, tmp_path: Path) -> None:
    guardrail = made.guardrail_with(VALUES[0], catalog)
    rule = made.rule(catalog)
    without = verdicts(rule, role_with([], tmp_path / "without"), VALUES[0], catalog)
    denies: list[dict[str, Any]] = to_document(written(guardrail.statements))["Statement"]
    within = verdicts(rule, role_with(denies, tmp_path / "within"), VALUES[0], catalog)
    assert without == {Verdict.PASS if made.name in UNSEEN else Verdict.FAIL}
    assert within == {Verdict.PASS}
    if len(denies) > 1:
        holed = verdicts(rule, role_with(denies[1:], tmp_path / "holed"), VALUES[0], catalog)
        assert holed == {Verdict.FAIL}


def test_a_scan_leaves_out_exempt_principals(catalog: Catalog, tmp_path: Path) -> None:
    made = next(one for one in MADE if one.name == "none-or-absent")
    inventory = role_with([], tmp_path, name="break-glass")
    assert verdicts(made.rule(catalog), inventory, VALUES[0], catalog) == {Verdict.PASS}
    assert verdicts(made.rule(catalog), inventory, VALUES[1], catalog) == {Verdict.FAIL}


QUEUES = [param for param in RCPS if "AWS::SQS::Queue" in json.dumps(param.values[0].select)]  # type: ignore[union-attr]


@pytest.mark.parametrize("made", QUEUES)
def test_a_scan_of_a_resource_finds_what_the_guardrail_stops(
    made: Made, catalog: Catalog, tmp_path: Path
) -> None:
    guardrail = made.guardrail_with(VALUES[0], catalog)
    rule = made.rule(catalog)
    without = verdicts(rule, queue_with([], tmp_path / "without"), VALUES[0], catalog)
    denies: list[dict[str, Any]] = to_document(written(guardrail.statements))["Statement"]
    within = verdicts(rule, queue_with(denies, tmp_path / "within"), VALUES[0], catalog)
    is_bound_in_full = guardrail.limits == ()
    assert is_bound_in_full is (made.name not in ("outsiders", "one-service"))
    # What the policy does not bind is still found, unless it is about another type of resource.
    is_stopped = is_bound_in_full or made.name == "outsiders"
    assert (without, within) == ({Verdict.FAIL}, {Verdict.PASS if is_stopped else Verdict.FAIL})
