"""The items that `each` goes through, and the type of the iterators that give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from wa_policy.findings import Verdict
from wa_policy.iam.policy import Condition, Statement
from wa_policy.iam.source import Source
from wa_policy.iam.text import Text
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Principal, PropertyValue
from wa_policy.rules.arguments import Argument, Values
from wa_policy.rules.subjects import Scope, Subject

Field = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a subject. `key` names it over scans; `unknown` says why nothing can be said about it.

    `statement`, `condition` and `value` are what a shape looks at, where the iterator gives them. `principal` is who
    calls in the requests of a `forbid` where the subject is no caller itself; `open` says why more may hold of the item
    than its fields say. `structure` or `subject` is what a test on the item looks at: a value or a resource.
    `perhaps` says why it may be none of those that the rule is about.
    """

    key: str
    source: Source
    fields: Mapping[str, Field] = field(default_factory=dict)
    statement: Statement | None = None
    condition: Condition | None = None
    value: Text | None = None
    unknown: Unknown | None = None
    principal: Principal | None = None
    structure: PropertyValue = None
    subject: Subject | None = None
    open: Unknown | None = None
    perhaps: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """The items found; `unknown` says why there may be more."""

    items: tuple[Item, ...]
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemIterator:
    """A named iterator: what it gives, for which types, and the verdict on a subject that has no item.

    `types` is None for one that suits any. `brings_caller`: its items have a principal, so that `forbid` can ask about the policies of that one.
    `item_types` are the types of the resources that its items are, by the type of the subject.
    """

    give: Callable[[Subject, Scope, Values], Items]
    doc: str
    fields: tuple[str, ...]
    types: tuple[str, ...] | None
    arguments: tuple[Argument, ...] = ()
    empty: Verdict = Verdict.PASS
    brings_caller: bool = False
    item_types: Mapping[str, str] = field(default_factory=dict)


def first_of_each_key(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items with no key twice: of equal keys the first counts."""
    found: dict[str, Item] = {}
    for item in items:
        found.setdefault(item.key, item)
    return tuple(found.values())


def numbered(items: Iterable[Item]) -> tuple[Item, ...]:
    """All items, those whose key was there before with a number behind it."""
    seen: dict[str, int] = {}
    result = []
    for item in items:
        seen[item.key] = seen.get(item.key, 0) + 1
        count = seen[item.key]
        result.append(item if count == 1 else replace(item, key=f"{item.key} ({count})"))
    return tuple(result)
