"""Sets of actions as Python ints, and their algebra.

A set of actions is infinite in general: `s3:*` also holds the actions that S3 gets next year. An `ActionSet` says
exactly which *listed* actions a set has, and for each service within which bounds the *unlisted* ones lie. Listed
are the actions of the catalog and the names that `ActionSpace.extended` added.

INVARIANT: let the int `x` stand for the set `T`.
    1. The bit of a listed action is set iff the action is in T.
    2. If the *some* bit of a service is clear, T has no unlisted action of that service.
    3. If the *all* bit of a service is set, T has every unlisted action of that service.
    4. An *all* bit is set only together with its *some* bit.
One more pair of bits stands for the unlisted actions of all services that the catalog does not know.

`|` and `&` keep the invariant. So do `complement` and `difference`, which swap the bits of a pair: what `s3:Get*`
may have, its complement may lack. The bare `a ^ (a & b)` is right on listed actions, and on the rest only where
`b` has both bits of each pair or neither (nothing like `s3:Get*` in it): use `difference`, which is right
everywhere and costs half a microsecond more. Hence "`x` is 0" proves that T is empty, and a set that is not known to be empty
is never 0.

Two sets may be combined only when the same space made them. Bit numbers are private to a space: nothing that a user
sees or stores may contain one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from wa_policy.errors import UsageError
from wa_policy.iam.pattern import glob, matches

ActionSet: TypeAlias = int

MEMO_LIMIT = 65_536
_AFTER_EVERY_NAME = "\U0010ffff"
_RUN_OF_STARS = re.compile(r"\*{2,}")
_WILDCARD = re.compile(r"[*?]")


def folded(name: str) -> str:
    """The name in lower case; only A to Z have another case in IAM names."""
    if name.isascii():
        return name.lower()
    return "".join(character.lower() if character.isascii() else character for character in name)


def _test_of(pattern: str) -> Callable[[str], bool]:
    """A test for whole texts that match the pattern."""
    return partial(matches, glob(pattern))


def _holds_every_name(pattern: str) -> bool:
    """True only if every text of at least one character matches."""
    return "*" in pattern and not pattern.strip("*?") and pattern.count("?") <= 1


class ActionSpace:
    """The listed actions, numbered, and the sets made of them."""

    __slots__ = (
        "_added", "_flat", "_lower", "_memo", "_names", "_number", "_offset", "_some", "_width", "everything", "listed",
    )  # fmt: skip

    def __init__(self, names: Mapping[str, Sequence[str]], added: Sequence[str] = ()) -> None:
        """`names` has, for each service in order, its actions sorted by lower-cased name; `added` is sorted."""
        self._names = names
        self._added = {folded(action): action for action in added}
        self._number = {service: number for number, service in enumerate(names)}
        # From bit 0: *some* per service and for unknown services, *all* likewise, listed actions, added actions.
        pairs = len(names) + 1
        self._some = (1 << pairs) - 1
        self._offset: dict[str, int] = {}
        end = 2 * pairs
        for service, actions in names.items():
            self._offset[service] = end
            end += len(actions)
        self._width = end
        size = end + len(added)
        self.everything: ActionSet = (1 << size) - 1
        """Every action there is, listed or not."""
        self.listed: ActionSet = self.everything >> (2 * pairs) << (2 * pairs)
        """Every listed action; `bits & listed` drops what is said about unlisted ones."""
        self._lower: dict[str, list[str]] = {}
        self._flat: tuple[str, ...] = ()
        self._memo: dict[str, ActionSet] = {}

    def extended(self, actions: Iterable[str]) -> ActionSpace:
        """A space that also lists these actions, each with a bit of its own.

        For actions that policies name and the catalog does not know: then `s3:New` allowed and `s3:New` denied
        cancel out. Names that are listed already, and anything but `service:Name` without wildcards, are ignored.
        """
        new: dict[str, str] = {}
        for service, _, name in sorted(
            (folded(s), c, n) for s, c, n in (action.partition(":") for action in actions)
        ):
            if service and name and ":" not in name and not _WILDCARD.search(service + name):
                new.setdefault(folded(f"{service}:{name}"), f"{service}:{name}")
        fresh = {key: action for key, action in new.items() if not self.is_listed(action)}
        if not fresh:
            return self
        return ActionSpace(self._names, sorted([*self._added.values(), *fresh.values()], key=folded))

    # --- membership -------------------------------------------------------------------------------------------

    def is_known(self, action: str) -> bool:
        """True iff the catalog has the action; added ones do not count."""
        service, _, name = folded(action).partition(":")
        return self._index(service, name) is not None

    def is_listed(self, action: str) -> bool:
        return self.is_known(action) or folded(action) in self._added

    def position(self, action: str) -> tuple[str, int] | None:
        """The service and the place of a known action in its list."""
        service, _, name = folded(action).partition(":")
        index = self._index(service, name)
        return None if index is None else (service, index)

    def single(self, action: str) -> ActionSet:
        """The set of this one action: one bit if it is listed, else the *some* bit of its service."""
        if _WILDCARD.search(action):
            raise UsageError(f"`{action}` is a pattern, expected the name of one action")
        return self.actions_matching(action)

    def listed_bits(self, service: str, indexes: Iterable[int]) -> ActionSet:
        """The set of the known actions at these places of a service's list."""
        local = 0
        for index in indexes:
            local |= 1 << index
        return local << self._offset[service]

    # --- algebra ----------------------------------------------------------------------------------------------

    def complement(self, bits: ActionSet) -> ActionSet:
        """Every action that is not in the set."""
        return self.everything ^ self._swapped(bits)

    def difference(self, left: ActionSet, right: ActionSet) -> ActionSet:
        """What `left` has and `right` has not."""
        # `a ^ (a & b)` is four times as fast as `a & ~b` on ints of this size.
        return left ^ (left & self._swapped(right))

    def _swapped(self, bits: ActionSet) -> ActionSet:
        """`bits` with the *some* and the *all* bit of each pair exchanged."""
        pairs = self._some.bit_length()
        low = bits & ((1 << 2 * pairs) - 1)
        differing = (low ^ low >> pairs) & self._some
        return bits ^ (differing | differing << pairs) if differing else bits

    # --- patterns ---------------------------------------------------------------------------------------------

    def actions_matching(self, pattern: str) -> ActionSet:
        """The actions whose `service:Name` matches, whatever the case; `*` is any run, `?` any one character."""
        found = self._memo.get(pattern)
        if found is None:
            plain = _RUN_OF_STARS.sub("*", folded(pattern))
            found = self._memo.get(plain)
            if found is None:
                found = self._remember(plain, self._match(plain))
            if plain != pattern:
                self._remember(pattern, found)
        return found

    def _remember(self, pattern: str, bits: ActionSet) -> ActionSet:
        if len(self._memo) >= MEMO_LIMIT:
            self._memo.clear()
        self._memo[pattern] = bits
        return bits

    def _match(self, pattern: str) -> ActionSet:
        match pattern.split(":"):
            case ["*"] | ["*", "*"]:
                return self.everything
            case [service, name] if service and name:
                if _WILDCARD.search(pattern):
                    return self._match_parts(service, name)
                return self._literal(service, name)
            case [text] if _WILDCARD.search(text):
                return self._match_without_colon(text)
            case _:
                return 0

    def _match_without_colon(self, pattern: str) -> ActionSet:
        """AWS rejects such a pattern unless it is `*`; read as text, a wildcard of it can stand for the colon."""
        fits = _test_of(pattern)
        bits = self._some  # somewhere in any service, perhaps
        for service, offset in self._offset.items():
            local = 0
            for index, name in enumerate(self._lowered(service)):
                if fits(f"{service}:{name}"):
                    local |= 1 << index
            bits |= local << offset
        return bits | self._match_added(fits)

    def _literal(self, service: str, name: str) -> ActionSet:
        index = self._index(service, name)
        if index is not None:
            return 1 << self._offset[service] + index
        added = self._match_added(f"{service}:{name}".__eq__)
        return added or self._pair(self._number.get(service, len(self._names)), every=False)

    def _match_parts(self, service_pattern: str, name_pattern: str) -> ActionSet:
        if _WILDCARD.search(service_pattern):
            fits = _test_of(service_pattern)
            services = [service for service in self._names if fits(service)]
        else:
            services = [service_pattern] if service_pattern in self._names else []
        every_name = _holds_every_name(name_pattern)
        literal = not _WILDCARD.search(name_pattern)

        bits = self._match_added(_test_of(f"{service_pattern}:{name_pattern}"))
        for service in services:
            local = self._match_names(service, name_pattern)
            bits |= local << self._offset[service]
            if not (literal and (local or f"{service}:{name_pattern}" in self._added)):
                bits |= self._pair(self._number[service], every=every_name)
        if _WILDCARD.search(service_pattern) or not services:
            bits |= self._pair(len(self._names), every=every_name and _holds_every_name(service_pattern))
        return bits

    def _pair(self, number: int, *, every: bool) -> ActionSet:
        some = 1 << number
        return some | some << self._some.bit_length() if every else some

    def _match_added(self, fits: Callable[[str], bool]) -> ActionSet:
        bits = 0
        for number, action in enumerate(self._added):
            if fits(action):
                bits |= 1 << number
        return bits << self._width

    def _match_names(self, service: str, pattern: str) -> int:
        """The actions of a service whose name matches, from bit 0 on."""
        names = self._lowered(service)
        wildcard = _WILDCARD.search(pattern)
        if wildcard is None:
            index = self._index(service, pattern)
            return 0 if index is None else 1 << index
        prefix = pattern[: wildcard.start()]
        start = bisect_left(names, prefix)
        end = bisect_left(names, prefix + _AFTER_EVERY_NAME)
        if pattern == f"{prefix}*":
            return ((1 << (end - start)) - 1) << start
        fits = _test_of(pattern)
        bits = 0
        for index in range(start, end):
            if fits(names[index]):
                bits |= 1 << index
        return bits

    def _lowered(self, service: str) -> list[str]:
        names = self._lower.get(service)
        if names is None:
            names = self._lower[service] = [name.lower() for name in self._names[service]]
        return names

    def _index(self, service: str, name: str) -> int | None:
        if service not in self._names:
            return None
        names = self._lowered(service)
        index = bisect_left(names, name)
        return index if index < len(names) and names[index] == name else None

    # --- output -----------------------------------------------------------------------------------------------

    def names(self, bits: ActionSet) -> tuple[str, ...]:
        """The members, sorted; what is said about unlisted actions is put in words in parentheses."""
        pairs = self._some.bit_length()
        every, some = bits >> pairs & self._some, bits & self._some
        unlisted = [self._unlisted(number, every=bool(every >> number & 1)) for number in _ones(some)]
        flat = self._flat_names()
        return tuple(sorted([*(flat[number] for number in _ones(bits >> 2 * pairs)), *unlisted], key=folded))

    def full_name(self, number: int) -> str:
        """The name of the known action at this place in the list over all services."""
        return self._flat_names()[number]

    def _unlisted(self, number: int, *, every: bool) -> str:
        some = "all" if every else "some"
        if number == len(self._names):
            return f"({some} actions of unlisted services)"
        return f"{list(self._names)[number]}:({some} unlisted actions)"

    def _flat_names(self) -> tuple[str, ...]:
        if not self._flat:
            known = [f"{service}:{name}" for service, names in self._names.items() for name in names]
            self._flat = (*known, *self._added.values())
        return self._flat


def _ones(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    text = bin(bits)[:1:-1]  # the digits, lowest first
    index = text.find("1")
    while index >= 0:
        yield index
        index = text.find("1", index + 1)
