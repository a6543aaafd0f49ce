"""Which rules settings load, and how severe they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from wa_policy import api
from wa_policy.api.packs import known_ids, pack_of
from wa_policy.errors import RuleError, UsageError
from wa_policy.findings import Severity
from wa_policy.inventory.model import Inventory
from wa_policy.rules.pack import load_pack
from wa_policy.rules.plan import chosen
from wa_policy.settings import Profile, Settings

IDS = {rule.id for rule in load_pack()}


def ids(settings: Settings) -> set[str]:
    return {rule.id for rule in pack_of(settings)}


def test_without_settings_it_is_the_pack_that_ships() -> None:
    assert pack_of(Settings()) == load_pack()


def test_packs_are_parts_of_it() -> None:
    network = {rule.id for rule in load_pack() if rule.pillar == "network"}
    assert ids(Settings(packs=("wa-policy/network",))) == network
    assert ids(Settings(packs=("wa-policy", "wa-policy/network"))) == IDS
    assert ids(Settings(packs=())) == set()


def test_severities_and_disabled_rules() -> None:
    settings = Settings(severities={"region-guard": "critical"}, disabled=("respol-public",))
    found = {rule.id: rule for rule in pack_of(settings)}
    assert found["region-guard"].severity is Severity.CRITICAL
    assert found["region-guard"].facts.severity is Severity.CRITICAL
    assert set(found) == IDS - {"respol-public"}
    assert "respol-public" in known_ids(settings)


def test_an_enabled_rule_runs_whatever_the_profile() -> None:
    core = {rule.id for rule in chosen(load_pack(), Profile.CORE)}
    assert "region-guard" not in core
    assert {rule.id for rule in chosen(load_pack(), Profile.CORE, (), ("region-guard",))} == core | {
        "region-guard"
    }


@pytest.mark.parametrize(
    "settings",
    [
        Settings(severities={"respol-publik": "low"}),
        Settings(disabled=("respol-publik",)),
        Settings(enabled=("respol-publik",)),
    ],
)
def test_a_rule_that_there_is_not_is_told(settings: Settings) -> None:
    with pytest.raises(UsageError, match="found the rule `respol-publik` under") as raised:
        pack_of(settings)
    assert raised.value.advice == "did you mean `respol-public`?"


def test_rules_of_ones_own_run_with_the_others(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("id: mine\nextends: respol-public\nseverity: low\n", encoding="utf-8")
    settings = Settings(rule_folders=(str(tmp_path),))
    assert ids(settings) == IDS | {"mine"}
    assert api.rule("mine", settings).severity is Severity.LOW
    assert api.scan(Inventory(), settings, only=["mine"]).results == ()
    again = Settings(rule_folders=(str(tmp_path),), packs=())
    assert ids(again) == {"mine"}


def test_an_id_of_the_pack_cannot_be_taken(tmp_path: Path) -> None:
    (tmp_path / "respol-public.yaml").write_text(
        "id: respol-public\nextends: respol-public\n", encoding="utf-8"
    )
    with pytest.raises(RuleError):
        pack_of(Settings(rule_folders=(str(tmp_path),)))


def test_parameters_of_a_rule_have_the_values_of_the_settings() -> None:
    settings = Settings(parameters={"trusted_orgs": ("o-a1b2c3d4e5",)})
    found = {one.name: one for one in api.rule_parameters("lambda-permission-untrusted-account", settings)}
    assert found["trusted_orgs"].value == ("o-a1b2c3d4e5",)
    assert found["trusted_accounts"].value == ()
    assert found["trusted_accounts"].expected == "a list, each item an account id: twelve digits in quotes"
