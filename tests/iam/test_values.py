"""The typed values of conditions, against the standard library and slower readings."""

from __future__ import annotations

import base64
import ipaddress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wa_policy.iam.values import (
    AddressRange,
    parse_address_range,
    parse_binary,
    parse_bool,
    parse_date,
    parse_number,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# --- numbers ----------------------------------------------------------------------------------------------------


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=6))
def test_a_decimal_is_read_exactly(number: Decimal) -> None:
    assert parse_number(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_read_as_it_is_written(number: float) -> None:
    assert parse_number(repr(number)) == Decimal(repr(number))


@given(st.text("0123456789+-.eE x", max_size=8))
def test_whatever_is_read_as_a_number_is_one(text: str) -> None:
    number = parse_number(text)
    if number is not None:
        assert Fraction(text.strip().replace(" ", "x")) == Fraction(number)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e3", "1000"),
        ("-1.5E-2", "-0.015"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+7", "7"),
        (" 8 ", "8"),
        ("007", "7"),
    ],
)
def test_numbers(text: str, expected: str) -> None:
    assert parse_number(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    ["", "10abc", "abc", "1 2", "--1", "1e", "e5", ".", "0x10", "1,000", "NaN", "Infinity", "1e9999", "٣"],
)
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None


# --- dates ------------------------------------------------------------------------------------------------------

zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def seconds_since_epoch(moment: datetime) -> Decimal:
    whole, rest = divmod(moment - EPOCH, timedelta(seconds=1))
    return whole + Decimal(rest.microseconds) / 1_000_000


@given(st.datetimes(timezones=zones))
def test_a_date_with_time_and_zone_is_read_as_by_datetime(moment: datetime) -> None:
    assert parse_date(moment.isoformat()) == seconds_since_epoch(moment)
    assert parse_date(moment.isoformat(" ").replace(".", ",")) == seconds_since_epoch(moment)


@given(st.datetimes())
def test_a_date_without_a_zone_is_utc(moment: datetime) -> None:
    utc = seconds_since_epoch(moment.replace(tzinfo=UTC))
    assert parse_date(moment.isoformat()) == utc
    assert parse_date(f"{moment.isoformat()}Z") == utc
    assert parse_date(f"{moment.isoformat()}+0000") == utc


@given(st.dates())
def test_a_date_alone_is_its_first_second(day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert parse_date(day.isoformat()) == seconds_since_epoch(midnight)
    assert parse_date(day.isoformat()[:7]) == seconds_since_epoch(midnight.replace(day=1))
    assert parse_date(day.isoformat()[:4]) == seconds_since_epoch(midnight.replace(day=1, month=1))


@given(st.integers(10_000, 10**12 - 1))
def test_epoch_seconds(seconds: int) -> None:
    assert parse_date(str(seconds)) == seconds
    assert parse_date(f"-{seconds}.25") == -seconds - Decimal("0.25")


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("2026-11-01T10:30Z", "2026-11-01T10:30:00Z"),
        ("2026-11-01t10:30:00z", "2026-11-01T10:30:00Z"),
        ("2026-11-01T12:30:00+02:00", "2026-11-01T10:30:00Z"),
        ("2026-11-01T05:00:00-0530", "2026-11-01T10:30:00Z"),
        ("2026-11-01T10:30:00.000 Z", "2026-11-01T10:30:00Z"),
        ("1793529000", "2026-11-01T10:30:00Z"),
        ("1793529000.0", "2026-11-01T10:30:00Z"),
    ],
)
def test_the_forms_of_one_moment(text: str, same_as: str) -> None:
    assert parse_date(text) == parse_date(same_as) is not None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "tomorrow",
            "2026-13-01",
            "2026-02-30",
            "0000-01-01",
            "2026-1-1",
            "2026-11-01T10",
            "2026-11-01T25:00Z",
        ),
        *("2026-11-01T10:60:00Z", "2026-11-01T10:30:61Z", "2026-11-01Z", "2026-11-01T10:30:00+24:00"),
        *("2026-11-01T10:30:00+10:60", "2026-11-01T10:30:00+1", "2026-11-01T10:30:00.Z", "1793529000000"),
        *("20x6-11-01", "٢٠٢٦-11-01"),
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


# --- addresses --------------------------------------------------------------------------------------------------


def reference_range(text: str) -> AddressRange:
    network = ipaddress.ip_network(text, strict=False)
    return AddressRange(network.version, int(network.network_address), int(network.broadcast_address))


addresses = st.ip_addresses()


@given(addresses, st.data())
def test_a_range_is_that_of_the_standard_library(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, data: st.DataObject
) -> None:
    length = data.draw(st.integers(0, address.max_prefixlen))
    text = f"{address}/{length}"
    assert parse_address_range(text) == reference_range(text)
    assert parse_address_range(str(address)) == reference_range(str(address))
    assert parse_address_range(address.exploded.upper()) == reference_range(str(address))


@given(st.ip_addresses(), st.ip_addresses(), st.data())
def test_contains_is_that_of_the_standard_library(
    outer: ipaddress.IPv4Address | ipaddress.IPv6Address,
    inner: ipaddress.IPv4Address | ipaddress.IPv6Address,
    data: st.DataObject,
) -> None:
    length = data.draw(st.integers(0, outer.max_prefixlen))
    network = ipaddress.ip_network(f"{outer}/{length}", strict=False)
    container, one = parse_address_range(f"{outer}/{length}"), parse_address_range(str(inner))
    own = parse_address_range(str(outer))
    assert container is not None
    assert one is not None
    assert own is not None
    assert container.contains(one) == (inner in network)
    assert container.contains(own)


def test_the_range_of_everything_contains_all_of_its_version_and_nothing_of_the_other() -> None:
    all_of_4, all_of_6 = parse_address_range("0.0.0.0/0"), parse_address_range("::/0")
    last_of_4, mapped = parse_address_range("255.255.255.255"), parse_address_range("::ffff:10.0.0.1")
    assert all_of_4 is not None
    assert all_of_6 is not None
    assert last_of_4 is not None
    assert mapped is not None
    assert all_of_4.contains(last_of_4)
    assert not all_of_6.contains(last_of_4)
    assert all_of_6.contains(mapped)
    assert not all_of_4.contains(mapped)  # an IPv4-mapped address is written as IPv6 and is one


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "*",
            "10.0.0",
            "10.0.0.256",
            "010.0.0.1",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/",
            "10.0.0.0/8/8",
        ),
        *(
            "10.0.0.0/255.0.0.0",
            "10.0.0.0/٨",
            "::/129",
            "2001:db8:::1",
            "fe80::1%eth0",
            "host",
            "10.0.0.1:80",
        ),
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert parse_address_range(text) is None


# --- binary and booleans ----------------------------------------------------------------------------------------


@given(st.binary(max_size=20))
def test_binary_is_base64(content: bytes) -> None:
    assert parse_binary(base64.b64encode(content).decode()) == content


@pytest.mark.parametrize("text", ["Q", "QUI", "Q-==", "QUI= ", "ü", "QU\nI="])
def test_what_is_no_base64(text: str) -> None:
    assert parse_binary(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("TRUE", True),
        ("False", False),
        (" false ", False),
        ("", None),
        ("1", None),
        ("yes", None),
    ],
)
def test_booleans(text: str, *, expected: bool | None) -> None:
    assert parse_bool(text) is expected


@given(st.text(max_size=12))
def test_no_text_makes_a_reader_raise(text: str) -> None:
    for reader in (parse_number, parse_date, parse_address_range, parse_binary, parse_bool):
        reader(text)
