"""The types of the fixtures."""

from collections.abc import Mapping
from typing import Protocol

from wa_policy.inventory.model import Assumptions, Inventory, PropertyValue
from wa_policy.settings import Profile

Verdicts = dict[tuple[str, str, str], str]
"""By rule, name of the subject (the end of its id) and key."""


class ReadTemplate(Protocol):
    def __call__(
        self, text: str | Mapping[str, str], *, assume: Assumptions | None = None, paths: tuple[str, ...] = ()
    ) -> Inventory: ...


class ValueOf(Protocol):
    def __call__(
        self, expression: str, *, around: str = "", assume: Assumptions | None = None
    ) -> PropertyValue: ...


class Judge(Protocol):
    def __call__(self, inventory: Inventory, *rules: str, profile: Profile = Profile.CORE) -> Verdicts: ...
