"""How often the rules of a rotation rotate: intervals worked out by hand."""

from __future__ import annotations

import pytest

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.rules.rotation import interval_of

WHY = Unknown(UnknownKind.UNRESOLVED, "`Days`")

INTERVALS: list[tuple[PropertyValue, float]] = [
    ({"AutomaticallyAfterDays": 30}, 30),
    ({"AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(1 day)"}, 30),
    ({"ScheduleExpression": "rate(10 days)"}, 10),
    ({"ScheduleExpression": "rate(1 day)"}, 1),
    ({"ScheduleExpression": "rate(12 hours)"}, 0.5),
    # Every day, every Sunday, every second Monday of a month, on the 1st and the 15th.
    ({"ScheduleExpression": "cron(0 8 * * ? *)"}, 1),
    ({"ScheduleExpression": "cron(0 8 ? * SUN *)"}, 7),
    ({"ScheduleExpression": "cron(0 8 ? * 1 *)"}, 7),
    ({"ScheduleExpression": "cron(0 8 1,15 * ? *)"}, 17),
    ({"ScheduleExpression": "cron(0 8 1 * ? *)"}, 31),
    ({"ScheduleExpression": "cron(0 8 L * ? *)"}, 31),
    # Every third month: 1 July to 1 October are 92 days.
    ({"ScheduleExpression": "cron(0 8 1 1/3 ? *)"}, 92),
    ({"ScheduleExpression": "cron(0 8 1 JAN,JUL ? *)"}, 184),
    ({"ScheduleExpression": "cron(0 8 1 JAN ? *)"}, 366),
    # Monday to Friday: from Friday to Monday.
    ({"ScheduleExpression": "cron(0 8 ? * MON-FRI *)"}, 3),
]


@pytest.mark.parametrize(("rules", "days"), INTERVALS)
def test_the_longest_time_between_two_rotations(rules: PropertyValue, days: float) -> None:
    assert interval_of(rules) == days


@pytest.mark.parametrize(
    "rules",
    [
        None,
        {},
        WHY,
        {"AutomaticallyAfterDays": WHY},
        {"ScheduleExpression": WHY},
        {"ScheduleExpression": "every day"},
        {"ScheduleExpression": "cron(0 8 x * ? *)"},
        {"ScheduleExpression": "cron(0 8 1 FOO ? *)"},
    ],
)
def test_what_is_not_known_is_unknown(rules: PropertyValue) -> None:
    assert isinstance(interval_of(rules), Unknown)


def test_once_in_a_month_on_a_day_of_the_week() -> None:
    found = interval_of({"ScheduleExpression": "cron(0 8 ? * 2#1 *)"})
    assert isinstance(found, float)
    assert 28 <= found <= 35
