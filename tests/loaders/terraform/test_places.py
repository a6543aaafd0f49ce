"""A plan that does not say of which account it is: what it does in every account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wa_policy.catalog.store import load_catalog
from wa_policy.findings import Result
from wa_policy.inventory.model import Assumptions
from wa_policy.loaders.load import load
from wa_policy.rules.pack import load_pack
from wa_policy.rules.run import run
from wa_policy.settings import Settings

TWINS = Path(__file__).parents[3] / "fixtures" / "twins"
RULE = "lambda-permission-untrusted-account"


def verdict(folder: Path, plan: dict[str, Any], account: str | None = None) -> Result:
    path = folder / "plan.json"
    path.write_text(json.dumps(plan))
    inventory = load([str(path)], assume=Assumptions(account=account, no_organization=True))
    results = run(load_pack(), inventory, Settings(), load_catalog(), only=[RULE]).results
    (found,) = (result for result in results if result.rule.id == RULE)
    return found


@pytest.fixture
def unnamed() -> dict[str, Any]:
    """A grant to the account 444455556666, in a plan that does not say which its own account is."""
    plan: dict[str, Any] = json.loads((TWINS / "grant-account-principal" / "plan.json").read_text())
    del plan["prior_state"]
    return plan


def test_what_depends_on_the_account_is_unknown_until_it_is_said(
    tmp_path: Path, unnamed: dict[str, Any]
) -> None:
    found = verdict(tmp_path, unnamed)
    assert found.verdict.value == "unknown"
    assert "the account" in str(found.reasons[0])
    assert verdict(tmp_path, unnamed, "111122223333").verdict.value == "fail"
    assert verdict(tmp_path, unnamed, "444455556666").verdict.value == "not applicable"


def test_what_holds_in_every_account_is_decided(tmp_path: Path) -> None:
    plan = json.loads((TWINS / "grant-none" / "plan.json").read_text())
    del plan["prior_state"]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan))
    inventory = load([str(path)], assume=Assumptions(no_organization=True))
    only = "lambda-permission-service-source"
    (found,) = run(load_pack(), inventory, Settings(), load_catalog(), only=[only]).results
    assert found.verdict.value == "fail"
