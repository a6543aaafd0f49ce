"""A rule that reads an old table says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from wa_policy import api
from wa_policy.findings import Report
from wa_policy.rules.dated import dates_of, stale_tables, tables_of
from wa_policy.rules.model import Each, PredicateTest
from wa_policy.rules.pack import load_pack
from wa_policy.settings import Settings

RULES = {rule.id: rule for rule in load_pack()}
OIDC = RULES["role-trust-oidc-subject"]


def test_the_tables_of_a_rule_are_those_it_names_and_those_of_its_iterator() -> None:
    assert tables_of(OIDC) == ("shared_issuers",)
    assert tables_of(RULES["lambda-policy-public"]) == ()
    made = replace(
        OIDC,
        when=PredicateTest("anything", {"table": "runtimes"}),
        each=Each("statements", {"table": "no table"}),
    )
    assert tables_of(made) == ("runtimes",)
    assert dates_of([OIDC]) == {"shared issuers": "2026-11-25"}


def test_a_table_is_old_after_so_many_days_and_without_a_day_never() -> None:
    table_day = date(2026, 11, 25)
    assert stale_tables([OIDC], date(2026, 12, 25), 30) == {}
    assert stale_tables([OIDC], date(2026, 12, 26), 30) == {"shared_issuers": ("role-trust-oidc-subject",)}
    assert stale_tables([OIDC], None, 0) == {}
    read = ("lambda-runtime-deprecating-soon", "lambda-runtime-supported")
    assert stale_tables(load_pack(), table_day, 0) == {"runtimes": read}


def scan(tmp_path: Path, settings: Settings, today: date | None) -> Report:
    (tmp_path / "iam.get-account-authorization-details.json").write_text(
        """{"RoleDetailList": [{"RoleName": "ci", "Arn": "arn:aws:iam::111122223333:role/ci", "AssumeRolePolicyDocument":
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal":
        {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}}]}}]}"""
    )
    return api.scan(api.read([str(tmp_path)], settings), settings, only=[OIDC.id], today=today)


def test_the_report_and_its_findings_tell_of_an_old_table(tmp_path: Path) -> None:
    settings = Settings(no_organization=True, max_table_age=10)
    report = scan(tmp_path, settings, date(2026, 12, 31))
    (problem,) = [one for one in report.problems if one.code == "table-age"]
    assert problem.message == (
        "the table `shared_issuers` of 2026-11-25 is 36 days old, expected at most 10; it is read by "
        "`role-trust-oidc-subject`"
    )
    assert not api.lost_input([problem])
    (finding,) = report.findings
    assert finding.message.endswith("(by the old table `shared_issuers` of 2026-11-25)")


def test_nothing_is_told_of_a_new_table_nor_without_a_day(tmp_path: Path) -> None:
    for settings, today in (
        (Settings(no_organization=True), date(2026, 12, 31)),
        (Settings(no_organization=True, max_table_age=0), None),
    ):
        report = scan(tmp_path, settings, today)
        assert [one for one in report.problems if one.code == "table-age"] == []
        assert "old table" not in report.findings[0].message
