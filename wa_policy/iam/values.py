"""The typed values of conditions: numbers, dates, addresses, binary. Each reader gives None for what it cannot read."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)

# ISO 8601 as the W3C note profiles it: year, year-month, date, and date with time and zone.
# https://www.w3.org/TR/NOTE-datetime
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*"
    r"([Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?)?)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"-?\d{1,12}(?:\.\d+)?", re.ASCII)


@lru_cache(maxsize=4096)
def parse_number(text: str) -> Decimal | None:
    """The number, exactly, or None iff `text` is no integer or decimal."""
    stripped = text.strip()
    return Decimal(stripped) if _NUMBER.fullmatch(stripped) else None


@lru_cache(maxsize=4096)
def parse_date(text: str) -> Decimal | None:
    """Seconds since 1970-01-01T00:00:00Z, or None iff `text` is neither an ISO 8601 date nor epoch seconds.

    A date without a zone is taken as UTC. Four digits alone are a year.
    """
    stripped = text.strip()
    found = _DATE.fullmatch(stripped)
    if found is None:
        return Decimal(stripped) if _EPOCH.fullmatch(stripped) else None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    seconds = Decimal((moment - datetime(1970, 1, 1, tzinfo=UTC)) // _ONE_SECOND)
    if fraction:
        seconds += Decimal(f"0.{fraction}")
    if zone and zone not in "Zz":
        sign = 1 if zone[0] == "+" else -1
        seconds -= sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)
    return seconds


_ONE_SECOND = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class AddressRange:
    """The addresses from `first` to `last`, both included, as numbers, in IPv4 (4) or IPv6 (6)."""

    version: int
    first: int
    last: int

    def contains(self, other: AddressRange) -> bool:
        return self.version == other.version and self.first <= other.first and other.last <= self.last


@lru_cache(maxsize=4096)
def parse_address_range(text: str) -> AddressRange | None:
    """The range of a CIDR block or of one address, or None iff `text` is neither.

    Bits set beyond the prefix are ignored, as for any CIDR notation of a host; an address alone means /32 or /128.
    """
    address, slash, prefix = text.strip().partition("/")
    try:
        if ":" in address and "%" not in address:  # a zone (`fe80::1%eth0`) means something to one host only
            version, bits, number = 6, 128, int(IPv6Address(address))
        else:
            version, bits, number = 4, 32, int(IPv4Address(address))
    except AddressValueError:
        return None
    if not slash:
        length = bits
    elif prefix.isascii() and prefix.isdigit() and len(prefix) <= 3 and int(prefix) <= bits:
        length = int(prefix)
    else:
        return None
    size = 1 << (bits - length)
    first = number & ~(size - 1)
    return AddressRange(version, first, first + size - 1)


def parse_binary(text: str) -> bytes | None:
    """The bytes of base64 text, or None iff it is not valid base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def parse_bool(text: str) -> bool | None:
    """True or False for `true` and `false` in any case, else None."""
    folded = text.strip().lower()
    return folded == "true" if folded in ("true", "false") else None
