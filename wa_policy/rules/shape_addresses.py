"""Is a range of addresses one that makes sense where callers come from the internet?"""

from __future__ import annotations

from wa_policy.evaluator.truth import Truth
from wa_policy.iam.policy import Effect
from wa_policy.iam.values import AddressRange, parse_address_range
from wa_policy.rules.arguments import Values, number
from wa_policy.rules.items import Item
from wa_policy.rules.request_class import CallerWord, KeySpec, Policies, RequestClass
from wa_policy.rules.subjects import Scope, Subject

_BITS = {4: 32, 6: 128}


def _ranges(*blocks: str) -> tuple[AddressRange, ...]:
    return tuple(found for block in blocks if (found := parse_address_range(block)) is not None)


NOT_ROUTED = _ranges(
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip
"""Private, shared, loopback and link-local addresses: no call from the internet comes from there.
https://www.iana.org/assignments/iana-ipv4-special-registry https://www.iana.org/assignments/iana-ipv6-special-registry"""


def prefix_length(found: AddressRange) -> int:
    """The length of the prefix of a range that is a CIDR block."""
    return _BITS[found.version] - (found.last - found.first).bit_length()


def is_unsound_range(item: Item, _subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the range lets through and is too wide, or is not routed on the internet."""
    if item.condition is None or item.statement is None:
        return False
    lets_through = (item.statement.effect is Effect.ALLOW) is not item.condition.operator.operator.negated
    found = parse_address_range(str(item.value))
    if not lets_through or found is None:
        return False
    shortest = number(arguments, f"min_prefix_v{found.version}")
    return prefix_length(found) < shortest or _is_not_routed(found)


def _is_not_routed(found: AddressRange) -> bool:
    return any(block.contains(found) for block in NOT_ROUTED)


def calls_from_range(item: Item, _subject: Subject, _scope: Scope) -> RequestClass | None:
    """Calls of anyone on the internet from an address of the range; None where nobody there has one."""
    found = parse_address_range(str(item.value))
    if found is None or _is_not_routed(found):
        return None
    context = (("aws:SourceIp", KeySpec(absent=False, inside=(str(item.value),))),)
    return RequestClass(Policies.RESOURCE, CallerWord.ANONYMOUS, ("execute-api:Invoke",), context=context)


def range_in_words(item: Item) -> str:
    """What is wrong with the range."""
    found = parse_address_range(str(item.value))
    if found is None:
        return ""
    if _is_not_routed(found):
        return f"`{item.value}` is not routed on the internet: no call from there has an address of it"
    return f"`{item.value}` holds {found.last - found.first + 1:,} addresses"
