"""How often a secret rotates.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.rules.views import walk

_RATE = re.compile(r"rate\((\d+) (hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_MONTHS = dict(
    zip(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        range(1, 13),
        strict=True,
    )
)
_DAYS = dict(zip(["sun", "mon", "tue", "wed", "thu", "fri", "sat"], range(1, 8), strict=True))
_START, _LOOKED_AT = date(2027, 1, 1), 800
"""Two years and more, so that what comes once a year is seen twice."""


def interval_of(rules: PropertyValue) -> float | Unknown:
    """The longest time in days between two rotations that the rules ask for."""
    if isinstance(rules, Unknown):
        return rules
    days = walk(rules, ("AutomaticallyAfterDays",))
    if isinstance(days, Unknown):
        return days
    if isinstance(days, int | float):
        return float(days)
    expression = walk(rules, ("ScheduleExpression",))
    if isinstance(expression, Unknown):
        return expression
    found = _days_of(expression) if isinstance(expression, str) else None
    if found is None:
        return Unknown(UnknownKind.UNRESOLVED, f"how often `{expression or 'no schedule'}` rotates")
    return found


def _days_of(expression: str) -> float | None:
    rate = _RATE.fullmatch(expression.strip())
    if rate is not None:
        return int(rate[1]) / (24 if rate[2] == "hour" else 1)
    cron = _CRON.fullmatch(expression.strip())
    return None if cron is None else _longest_gap(cron[3], cron[4], cron[5])


def _longest_gap(days: str, months: str, weekdays: str) -> float | None:
    """The longest time in days between two days that fit the fields, None where one of them cannot be read."""
    of_month = None if days in ("*", "?") else _numbers(days.replace("L", "28"), 1, 31, {})
    of_year = _numbers(months, 1, 12, _MONTHS)
    # `2#1` and `6L` come once a month: the day of the week stands for any of them.
    of_week = None if weekdays in ("*", "?") else _numbers(re.sub(r"#\d|L", "", weekdays), 1, 7, _DAYS)
    if (
        of_year is None
        or (days not in ("*", "?") and of_month is None)
        or (weekdays not in ("*", "?") and of_week is None)
    ):
        return None
    is_monthly = "#" in weekdays or "L" in weekdays
    found: list[date] = []
    for number in range(_LOOKED_AT):
        day = _START + timedelta(number)
        if day.month not in of_year or (of_month is not None and day.day not in of_month):
            continue
        if of_week is not None and day.isoweekday() % 7 + 1 not in of_week:
            continue
        if is_monthly and found and (found[-1].year, found[-1].month) == (day.year, day.month):
            continue
        found.append(day)
    return max(_gaps(found), default=None)


def _gaps(found: list[date]) -> Iterator[float]:
    for index in range(1, len(found)):
        yield float((found[index] - found[index - 1]).days)


def _numbers(text: str, low: int, high: int, names: dict[str, int]) -> frozenset[int] | None:
    """The numbers of a field of a cron expression; None where it cannot be read."""
    found: set[int] = set()
    for part in text.lower().replace("w", "").split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        begin = low if first == "*" else names.get(first, int(first) if first.isdigit() else 0)
        end = (
            names.get(last, int(last) if last.isdigit() else 0)
            if dash
            else high
            if first == "*" or step
            else begin
        )
        if not begin or not end or (step and not step.isdigit()):
            return None
        found.update(range(begin, end + 1, int(step or 1)))
    return frozenset(found)
