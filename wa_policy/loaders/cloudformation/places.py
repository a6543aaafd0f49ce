"""The places of the properties of a resource, worked out when one is asked for: few ever are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping

from wa_policy.iam.source import Source


class Places(MutableMapping[str, Source]):
    """Where each property stands; `make` gives the place of one by its name."""

    __slots__ = ("_known", "_make", "_names")

    def __init__(self, names: Iterable[str], make: Callable[[str], Source]) -> None:
        self._names = dict.fromkeys(names)
        self._make = make
        self._known: dict[str, Source] = {}

    def __getitem__(self, name: str) -> Source:
        found = self._known.get(name)
        if found is None:
            if name not in self._names:
                raise KeyError(name)
            self._known[name] = found = self._make(name)
        return found

    def __setitem__(self, name: str, place: Source) -> None:
        self._names[name] = None
        self._known[name] = place

    def __delitem__(self, name: str) -> None:
        del self._names[name]
        self._known.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names
