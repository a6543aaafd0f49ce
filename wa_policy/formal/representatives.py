"""Values that stand for all others: one for each cell into which the bounds of conditions cut a key."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise

from wa_policy.iam.operators import ValueType
from wa_policy.iam.policy import Condition
from wa_policy.iam.values import AddressRange, parse_address_range, parse_binary, parse_date, parse_number

# Shown first where they serve: documentation addresses.
# https://www.rfc-editor.org/rfc/rfc5737 https://www.rfc-editor.org/rfc/rfc3849
_NICE_ADDRESSES = ("203.0.113.9", "198.51.100.9", "192.0.2.9", "2001:db8::9")


def representatives(
    conditions: Sequence[Condition],
    ranges: Sequence[AddressRange],
    numbers: Sequence[Decimal] = (),
    *,
    addresses: bool,
) -> list[str]:
    """Well-typed values, one at least for each cell; `ranges` cut addresses as well, and `numbers` numbers, `addresses` asks
    for some in any case.
    """
    texts = [str(value) for c in conditions for value in c.values]
    kinds = {c.operator.operator.value_type for c in conditions}
    values: list[str] = []
    if addresses or ranges or ValueType.IP in kinds:
        values += _addresses([*ranges, *(r for r in map(parse_address_range, texts) if r is not None)])
    if ValueType.NUMERIC in kinds or numbers:
        values += [_plain(number) for number in _between([*map(parse_number, texts), *numbers])]
    if ValueType.DATE in kinds:
        values += [_moment(seconds) for seconds in _between(map(parse_date, texts))]
    if ValueType.BOOL in kinds:
        values += ["true", "false"]
    if ValueType.BINARY in kinds:
        values += [text for text in texts if parse_binary(text) is not None]
        values.append(_other_binary(texts))
    return values


def named(conditions: Sequence[Condition]) -> list[str]:
    """A text for each value that the conditions name, with the wildcards filled."""
    return sorted({str(v).replace("*", "").replace("?", "x") for c in conditions for v in c.values} - {""})


def _addresses(ranges: Sequence[AddressRange]) -> list[str]:
    values = list(_NICE_ADDRESSES)
    for version, bits in ((4, 32), (6, 128)):
        cuts = {0}
        for found in ranges:
            if found.version == version:
                cuts |= {found.first, found.last + 1}
        inside = [cut for cut in sorted(cuts) if cut >> bits == 0]
        # The middle of a cell reads better than its bound, which may be no address of a host.
        middles = [low + (high - low) // 2 for low, high in pairwise([*inside, 1 << bits])]
        values += [str(IPv4Address(number) if version == 4 else IPv6Address(number)) for number in middles]
    return values


def _between(bounds: Iterable[Decimal | None]) -> Iterator[Decimal]:
    """The bounds, a value between each two neighbours, and one beyond either end."""
    cuts = sorted({bound for bound in bounds if bound is not None})
    if not cuts:
        yield Decimal(1)
        return
    yield cuts[0] - 1
    for low, high in pairwise(cuts):
        yield low
        yield (low + high) / 2
    yield cuts[-1]
    yield cuts[-1] + 1


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(seconds: Decimal) -> str:
    """The date as ISO 8601: four digits of epoch seconds would be read as a year."""
    whole = int(seconds // 1)
    try:
        text = (_EPOCH + timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    except OverflowError:
        return _plain(seconds)
    fraction = seconds - whole
    return f"{text}{_plain(fraction)[1:] if fraction else ''}Z"


def _other_binary(texts: Sequence[str]) -> str:
    """Base64 text of bytes that none of the texts stands for."""
    taken = {parse_binary(text) for text in texts}
    number = 0
    while number.to_bytes(3) in taken:
        number += 1
    return b64encode(number.to_bytes(3)).decode()
