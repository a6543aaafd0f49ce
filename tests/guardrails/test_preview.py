"""A preview on the made-up organization: the planted conflicts are found, what is in force is seen, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures.make_acme import build
from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applying import caller_side
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.guardrails.generate import generate, guardrails_of, read_back
from wa_policy.guardrails.limits import Quotas
from wa_policy.guardrails.membership import belongs
from wa_policy.guardrails.places import count_attached, places
from wa_policy.guardrails.preview import Preview, preview
from wa_policy.guardrails.prove import as_level
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory
from wa_policy.loaders.load import load
from wa_policy.rules.model import GuardrailKind
from wa_policy.rules.pack import load_pack
from wa_policy.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
LEDGER: dict[str, Any] = yaml.safe_load((ROOT / "fixtures" / "acme.faults.yaml").read_text(encoding="utf-8"))
PLANTED: dict[str, Any] = LEDGER["preview"]
RULES: list[str] = PLANTED["rules"]
SETTINGS = Settings(parameters={name: tuple(value) for name, value in PLANTED["parameters"].items()})


def look(inventory: Inventory, catalog: Catalog) -> Preview:
    chosen, _ = guardrails_of(load_pack(), SETTINGS, catalog, RULES)
    return preview(chosen, load_pack(), inventory, catalog)


@pytest.fixture(scope="module")
def acme() -> Inventory:
    return load([str(ROOT / "fixtures" / "acme")])


@pytest.fixture(scope="module")
def found(acme: Inventory, catalog: Catalog) -> Preview:
    return look(acme, catalog)


def test_the_three_planted_conflicts_are_found_and_nothing_else(found: Preview) -> None:
    planted = {(row["rule"], row["principal"], row["action"]) for row in PLANTED["conflicts"]}
    assert len(planted) == 3
    assert {
        (one.rule_id, one.who, one.request.action) for one in found.conflicts if one.request is not None
    } == planted
    assert len(found.conflicts) == 3
    assert found.possible == ()
    assert found.defects == ()
    assert found.unknown == ()


def test_what_is_in_force_is_seen_with_its_level_and_policy(found: Preview) -> None:
    assert {(one.rule_id, one.target, one.policies) for one in found.in_force} == {
        (row["rule"], row["target"], (row["policy"],)) for row in PLANTED["in_force"]
    }


def test_it_says_when_a_role_was_last_used(found: Preview, acme: Inventory) -> None:
    for one in found.conflicts:
        principal = acme.principal(one.who)
        assert principal is not None
        assert one.last_used == principal.last_used
    assert any(one.last_used for one in found.conflicts)


def test_a_conflict_is_allowed_today_and_denied_by_the_documents(
    found: Preview, acme: Inventory, catalog: Catalog
) -> None:
    chosen, left_out = guardrails_of(load_pack(), SETTINGS, catalog, RULES)
    made = generate(chosen, left_out, Quotas(), catalog)
    written = [read_back(document) for document in made.documents]
    for one in found.conflicts:
        principal = acme.principal(one.who)
        assert principal is not None
        assert one.request is not None
        assert any(belongs(one.request, of, catalog) for guard in chosen for of in guard.classes)
        today = caller_side(acme, principal)
        assert evaluate(one.request, today, catalog).outcome is Outcome.ALLOWED
        assert today.service_control is not None
        levels = (as_level(written), *today.service_control)
        tomorrow = type(today)(
            identity=today.identity,
            permissions_boundary=today.permissions_boundary,
            service_control=levels,
            unknown=today.unknown,
        )
        assert evaluate(one.request, tomorrow, catalog).outcome is Outcome.EXPLICITLY_DENIED


@pytest.mark.parametrize("row", PLANTED["conflicts"], ids=lambda row: row["switch"])
def test_a_fault_that_is_mended_is_no_conflict(row: dict[str, Any], tmp_path: Path, catalog: Catalog) -> None:
    for name, body in build(frozenset({row["switch"]})).files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(body), encoding="utf-8")
    left = {one.who for one in look(load([str(tmp_path)]), catalog).conflicts}
    assert left == {other["principal"] for other in PLANTED["conflicts"]} - {row["principal"]}


def test_nobody_is_said_to_be_hit_in_the_management_account(acme: Inventory, catalog: Catalog) -> None:
    settings = Settings(parameters={"trusted_orgs": ("o-acme123456",)})
    chosen, _ = guardrails_of(load_pack(), settings, catalog, ["lambda-url-auth-guard", "role-trust-public"])
    found = preview(chosen, load_pack(), acme, catalog)
    assert found.conflicts
    assert {one.account for one in found.conflicts} == {"444455556666", "777788889999"}


def test_a_resource_control_policy_shows_who_is_let_in_today(acme: Inventory, catalog: Catalog) -> None:
    settings = Settings(parameters={"trusted_orgs": ("o-acme123456",)})
    chosen, _ = guardrails_of(load_pack(), settings, catalog, ["role-trust-public"])
    found = preview(chosen, load_pack(), acme, catalog)
    planted = {
        row["subject"]
        for fault in LEDGER["faults"]
        for row in fault["findings"]
        if row["rule"] == "role-trust-public" and ":111122223333:" not in row["subject"]
    }
    assert {one.resource for one in found.conflicts} == planted


def test_what_was_not_exported_makes_it_unknown(tmp_path: Path, catalog: Catalog) -> None:
    """Without the organization nobody knows which control policies stop the principals already."""
    for name, body in build(frozenset()).files.items():
        if "organizations." not in name:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(body), encoding="utf-8")
    found = look(load([str(tmp_path)]), catalog)
    assert found.conflicts == ()
    assert {one.who for one in found.possible} >= {row["principal"] for row in PLANTED["conflicts"]}
    assert all(one.reasons for one in found.possible)


# --- places ------------------------------------------------------------------------------------------------------------


def test_accounts_with_the_same_policies_are_one_place(acme: Inventory) -> None:
    found = places(acme, GuardrailKind.SCP)
    assert [place.accounts for place in found] == [("444455556666",), ("777788889999",)]
    levels = found[0].levels
    assert not isinstance(levels, Unknown)
    assert [level.name for level in levels] == ["r-ac3e", "ou-ac3e-prod1234", ""]


@pytest.mark.parametrize(
    ("target", "kind", "count"),
    [
        ("r-ac3e", GuardrailKind.SCP, 3),
        ("ou-ac3e-prod1234", GuardrailKind.SCP, 2),
        ("444455556666", GuardrailKind.SCP, 1),
        ("ou-ac3e-prod1234", GuardrailKind.RCP, 2),
        ("ou-nowhere", GuardrailKind.SCP, None),
    ],
)
def test_what_is_attached_is_counted(
    acme: Inventory, target: str, kind: GuardrailKind, count: int | None
) -> None:
    assert count_attached(acme, target, kind) == count


def test_documents_that_stand_alone_are_a_place(tmp_path: Path) -> None:
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    for name, parts in (("scp.json", {}), ("rcp.json", {"Principal": "*"})):
        document = {"Version": "2012-10-17", "Statement": [{**statement, **parts}]}
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
    inventory = load([str(tmp_path)])
    for kind, name in ((GuardrailKind.SCP, "scp.json"), (GuardrailKind.RCP, "rcp.json")):
        (place,) = places(inventory, kind)
        assert place.accounts == ()
        assert [Path(one.name).name for one in place.attached] == [name]
