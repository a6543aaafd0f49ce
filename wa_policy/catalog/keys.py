"""Which condition keys there are, and what is known about each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wa_policy.catalog.records import ConditionKey
from wa_policy.iam.operators import ValueType

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_CALLER_CHOOSES = re.compile(r"^[^:]+:requesttag/|^[^:]+:tagkeys$", re.IGNORECASE)
# The issuer of an OpenID Connect provider is a host with an optional path; its claims are keys of their own.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_ISSUER_CLAIM = re.compile(rf"{_LABEL}(?:\.{_LABEL})+(?::[0-9]{{1,5}})?(?:/[^\s:]*)?:(?P<claim>[a-z]+)")


class ConditionKeys:
    """The condition keys of the catalog by name, whatever the case."""

    __slots__ = ("_claims", "_exact", "_globals", "_listed", "_templates", "_types")

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._globals: Mapping[str, Any] = data["globals"]
        self._claims: Mapping[str, str] = data["oidc"]
        self._listed: Sequence[str] = data["keys"]
        self._types: tuple[Sequence[str], Sequence[int]] = data["types"], data["kt"]
        self._exact: dict[str, ConditionKey] = {}
        self._templates: dict[str, list[tuple[re.Pattern[str], ConditionKey]]] = {}

    def find(self, name: str) -> ConditionKey | None:
        """The key of this name; a name such as `aws:PrincipalTag/team` finds the template that it follows."""
        if not self._exact:
            self._index()
        lower = name.lower()
        if exact := self._exact.get(lower):
            return exact
        for start in (lower.partition(":")[0], ""):
            for pattern, key in self._templates.get(start, ()):
                if pattern.fullmatch(lower):
                    return key
        return self._issuer_claim(name)

    def global_keys(self) -> tuple[ConditionKey, ...]:
        """The keys that every service may send, sorted."""
        return tuple(_global_key(name, self._globals[name]) for name in sorted(self._globals, key=str.lower))

    def _index(self) -> None:
        types, type_of = self._types
        kinds = [_kind(name) for name in types]
        exact: dict[str, ConditionKey] = {}
        for name, kind in zip(self._listed, type_of, strict=True):
            exact[name.lower()] = ConditionKey(
                name, (kinds[kind][0],), kinds[kind][1], caller_controlled=bool(_CALLER_CHOOSES.match(name))
            )
        exact.update({name.lower(): _global_key(name, entry) for name, entry in self._globals.items()})
        for lower, key in exact.items():
            if _PLACEHOLDER.search(lower):
                start = lower.partition(":")[0]
                pattern = ".+".join(re.escape(part) for part in _PLACEHOLDER.split(lower))
                group = "" if _PLACEHOLDER.search(start) else start
                self._templates.setdefault(group, []).append((re.compile(pattern, re.DOTALL), key))
        self._exact = exact

    def _issuer_claim(self, name: str) -> ConditionKey | None:
        found = _ISSUER_CLAIM.fullmatch(name.lower())
        if found is None or found["claim"] not in self._claims:
            return None
        kind, multivalued = _kind(self._claims[found["claim"]])
        return ConditionKey(name, (kind,), multivalued)


def with_type(key: ConditionKey, name: str) -> ConditionKey:
    """The key with a type as the data file writes it, such as "ArrayOfString"."""
    kind, multivalued = _kind(name)
    return replace(key, types=(kind,), multivalued=multivalued, is_global=False)


def _kind(name: str) -> tuple[ValueType, bool]:
    return ValueType(name.removeprefix("ArrayOf")), name.startswith("ArrayOf")


def _global_key(name: str, entry: Mapping[str, Any]) -> ConditionKey:
    return ConditionKey(
        name,
        tuple(ValueType(kind) for kind in entry["t"]),
        entry["m"],
        is_global=True,
        sensitive=entry["s"],
        caller_controlled=entry["c"],
        anonymous=entry["a"],
        present=entry["p"],
    )
