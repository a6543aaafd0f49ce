"""The dated tables: typed, keyed, and right about what AWS's pages say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError
from wa_policy.rules.tables import TABLES, shared_issuers, table
from wa_policy.rules.tables.model import build_table


def raw(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "date": "2026-01-02",
        "source": "https://example.com",
        "doc": "things",
        "columns": {"name": "text", "day": "date?", "size": "number", "many": "texts", "flag": "flag"},
        "rows": [{"name": "a", "size": 1, "many": ["x"], "flag": True}],
    }
    return {**whole, **changes}


def test_cells_have_the_types_of_their_columns() -> None:
    found = build_table("t", raw())
    assert found.date == date(2026, 1, 2)
    assert found.key == "name"
    assert found.rows == {"a": {"name": "a", "day": None, "size": 1, "many": ("x",), "flag": True}}
    assert found.cell("a", "size") == 1
    assert found.cell("b", "size") is None


ROW = {"name": "a", "size": 1, "many": ["x"], "flag": True}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ROW, ROW], "found the key `a`"),
        ([{**ROW, "size": True}], "found `True`, expected a number"),
        ([{**ROW, "size": "1"}], "found `1`, expected a number"),
        ([{**ROW, "many": "x"}], "found `x`, expected a texts"),
        ([{**ROW, "flag": 1}], "found `1`, expected a flag"),
        ([{**ROW, "day": "2026-02-30"}], "expected a date such as"),
        ([{**ROW, "other": 1}], "the column `other`"),
        ([{"name": "a", "size": 1, "many": []}], "`flag`: found nothing"),
    ],
)
def test_a_row_that_does_not_follow_the_columns_is_an_error(rows: list[Any], message: str) -> None:
    with pytest.raises(InternalError, match=message):
        build_table("t", raw(rows=rows))


def test_a_column_of_no_kind_and_a_table_of_no_name_are_errors() -> None:
    with pytest.raises(InternalError, match="expected one of `text`"):
        build_table("t", raw(columns={"name": "word"}))
    with pytest.raises(InternalError, match="there is no table `nothing`"):
        table("nothing")


def test_age_counts_days() -> None:
    found = build_table("t", raw())
    assert found.age(date(2026, 1, 2)) == 0
    assert found.age(date(2026, 2, 1)) == 30
    assert found.age(date(2025, 1, 1)) == 0
    assert not found.is_stale(date(2026, 2, 1), 30)
    assert found.is_stale(date(2026, 2, 1), 29)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_rows_a_source_and_a_day(name: str) -> None:
    found = table(name)
    assert found.name == name
    assert found.rows
    assert found.source.startswith("https://")
    assert found.doc
    assert found.date >= date(2026, 1, 1)


@pytest.mark.parametrize(
    ("runtime", "day"),
    [
        # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
        ("python3.8", date(2024, 10, 14)),
        ("python3.9", date(2025, 12, 15)),
        ("nodejs18.x", date(2025, 9, 1)),
        ("nodejs20.x", date(2026, 4, 30)),
        ("go1.x", date(2024, 1, 8)),
        ("python3.13", date(2029, 6, 30)),
    ],
)
def test_runtimes_have_the_days_of_their_deprecation(runtime: str, day: date) -> None:
    assert table("runtimes").cell(runtime, "deprecated") == day


def test_runtimes_are_updated_longer_than_created_and_succeeded_by_supported_ones() -> None:
    runtimes = table("runtimes")
    for name, row in runtimes.rows.items():
        create, update = row["create_block"], row["update_block"]
        assert (create is None) is (update is None), name
        if isinstance(create, date) and isinstance(update, date):
            assert create <= update, name
        successor = row["successor"]
        if successor is not None:
            assert runtimes.cell(str(successor), "successor") is None, name
    assert "provided.al2023023" not in runtimes.rows  # a slip that templates have


def test_the_lens_has_its_choices() -> None:
    lens = table("serverless_lens")
    assert sorted(str(row["checkmark"]) for row in lens.rows.values()) == [f"CM{n:02}" for n in range(1, 39)]
    assert {str(row["priority"]) for row in lens.rows.values()} == {"Required", "Good", "Best"}
    assert lens.cell("ops_ops_q2_a4", "question") == "OPS 2"
    assert len({row["question"] for row in lens.rows.values()}) == 9


def test_sensitive_actions_are_in_the_catalog(catalog: Catalog) -> None:
    assert [name for name in table("sensitive_actions").rows if catalog.action(name) is None] == []
    gives = {row["gives"] for row in table("sensitive_actions").rows.values()}
    assert gives == {"credentials", "data", "code", "permissions", "trail"}


BESIDE_THE_CATALOG = {
    "alexa-appkit.amazonaws.com",
    "lambda.alarms.cloudwatch.amazonaws.com",
    "logging.s3.amazonaws.com",
}
"""Service principals that AWS's pages name and its lists do not."""


def test_services_of_source_keys_are_service_principals(catalog: Catalog) -> None:
    services = set(table("source_keys").rows)
    assert services - catalog.service_principals == BESIDE_THE_CATALOG
    for row in table("source_keys").rows.values():
        calls = row["calls"]
        assert isinstance(calls, tuple)
        assert calls
        assert set(calls) <= {"resource", "trust"}


@pytest.mark.parametrize(
    ("policy", "oldest"),
    [
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
        ("ELBSecurityPolicy-2016-08", 1.0),
        ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", 1.2),
        ("ELBSecurityPolicy-FS-1-1-2019-08", 1.1),
        ("ELBSecurityPolicy-TLS13-1-3-2021-06", 1.3),
        ("TLS_1_0", 1.0),
        ("SecurityPolicy_TLS13_1_3_2025_09", 1.3),
        ("TLSv1.2_2021", 1.2),
        ("TLSv1", 1.0),
    ],
)
def test_tls_policies_have_the_oldest_version_they_take(policy: str, oldest: float) -> None:
    assert table("tls_policies").cell(policy, "minimum") == oldest


def test_publishers_of_layers_are_accounts() -> None:
    publishers = table("layer_publishers")
    assert all(len(account) == 12 and account.isdigit() for account in publishers.rows)
    assert publishers.cell("017000801446", "aws") is True


def test_shared_issuers_are_the_rows_of_their_table() -> None:
    found = shared_issuers()
    assert found.date == table("shared_issuers").date.isoformat()
    assert found.issuers["gitlab.com"].owners == ("project_path:{owner}/*",)
