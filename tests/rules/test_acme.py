"""The made-up organization: every planted fault is found, no decoy fires, and nothing else does.

All switches are tried with `WA_POLICY_ALL_SWITCHES=1`; a sample of them otherwise.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures.make_acme import SETTINGS, build
from wa_policy.catalog.model import Catalog
from wa_policy.findings import Report, Verdict
from wa_policy.loaders.load import load
from wa_policy.rules.pack import load_pack
from wa_policy.rules.run import run
from wa_policy.settings import Profile, Settings

ROOT = Path(__file__).resolve().parents[2]
LEDGER: dict[str, Any] = yaml.safe_load((ROOT / "fixtures" / "acme.faults.yaml").read_text(encoding="utf-8"))
SWITCHES: list[str] = [fault["switch"] for fault in LEDGER["faults"]]
SAMPLE = SWITCHES if os.environ.get("WA_POLICY_ALL_SWITCHES") else SWITCHES[::8]
Found = set[tuple[str, str]]
# The rules that the ledger is about: for each it knows every fault and decoy.
COVERED = {decoy["rule"] for decoy in LEDGER["decoys"]} | {
    row["rule"] for fault in LEDGER["faults"] for row in fault["findings"]
}
# Rules whose findings no single request shows: a path, a setting, what a policy leaves to nobody.
SHOWN_BY_WORDS = {
    "apigw-policy-sourceip-sane",
    "lambda-role-not-shared",
    "lambda-role-privilege-escalation",
    "trigger-recursion",
}


def settings() -> Settings:
    parameters: dict[str, Any] = SETTINGS["parameters"]  # type: ignore[assignment]
    values = {name: tuple(value) for name, value in parameters.items()}
    return Settings(Profile(str(SETTINGS["profile"])), values)


def planted(faults: list[Any]) -> Found:
    return {(row["rule"], row["subject"]) for fault in faults for row in fault["findings"]}


def findings(report: Report) -> Found:
    return {(result.rule.id, result.subject) for result in report.findings if result.rule.id in COVERED}


def scan(folder: Path, catalog: Catalog) -> Report:
    return run(load_pack(), load([str(folder)]), settings(), catalog)


def scan_without(switches: frozenset[str], folder: Path, catalog: Catalog) -> Report:
    for name, body in build(switches).files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(body), encoding="utf-8")
    return scan(folder, catalog)


@pytest.fixture(scope="module")
def report(catalog: Catalog) -> Report:
    return scan(ROOT / "fixtures" / "acme", catalog)


def test_every_fault_is_found(report: Report) -> None:
    assert planted(LEDGER["faults"]) - findings(report) == set()


def test_nothing_else_is_found(report: Report) -> None:
    extra = findings(report) - planted(LEDGER["faults"])
    assert [
        (r.rule.id, r.subject, r.message) for r in report.findings if (r.rule.id, r.subject) in extra
    ] == []


def test_every_decoy_is_looked_at_and_silent(report: Report) -> None:
    verdicts: dict[tuple[str, str], set[Verdict]] = {}
    for result in report.results:
        verdicts.setdefault((result.rule.id, result.subject), set()).add(result.verdict)
    for decoy in LEDGER["decoys"]:
        found = verdicts[decoy["rule"], decoy["subject"]]
        assert found <= {Verdict.PASS, Verdict.NOT_APPLICABLE}, decoy["name"]


def test_nothing_is_unknown(report: Report) -> None:
    unknown = [result for result in report.unknown if result.rule.id in COVERED]
    assert [(result.rule.id, result.subject, result.reasons) for result in unknown] == []


def test_a_finding_is_shown_by_a_witness_or_by_words(report: Report) -> None:
    by_words = [r for r in report.findings if r.witness is None and r.rule.id in COVERED]
    assert {result.rule.id for result in by_words} == SHOWN_BY_WORDS
    assert all(result.evidence for result in by_words)
    assert [r.evidence for r in by_words if r.rule.id == "apigw-policy-sourceip-sane"] == [
        "`10.0.0.0/8` is not routed on the internet: no call from there has an address of it"
    ]
    assert not [result for result in report.findings if result.witness is not None and result.evidence]


def test_findings_have_a_place_and_whole_messages(report: Report) -> None:
    for result in report.findings:
        assert result.source.file
        assert "?" not in result.message, result.message


def test_keys_are_unique(report: Report) -> None:
    keys = [(result.rule.id, result.subject, result.key) for result in report.results]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("switch", SAMPLE)
def test_a_switch_removes_exactly_its_findings(switch: str, tmp_path: Path, catalog: Catalog) -> None:
    rest = planted([fault for fault in LEDGER["faults"] if fault["switch"] != switch])
    assert findings(scan_without(frozenset({switch}), tmp_path, catalog)) == rest


def test_without_faults_nothing_is_found(tmp_path: Path, catalog: Catalog) -> None:
    assert findings(scan_without(frozenset(SWITCHES), tmp_path, catalog)) == set()
