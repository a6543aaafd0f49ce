"""Where the resources of an answer stand in it, and the ARNs that they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wa_policy.iam.arn import parse_arn
from wa_policy.loaders.answers.rows import About, Row
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin

_FIELD = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Item:
    """A resource in an answer, and the one around it."""

    node: Node
    around: Node | None = None


def items(node: Node, path: str) -> Iterator[Item]:
    """The items at a path; a problem for each part on the way that has another type."""
    found = [Item(node)]
    for step in path.split(".") if path else ():
        name, _, text = step.removesuffix("]").partition("[")
        inner: list[Item] = []
        for item in found:
            if step.endswith("]"):
                around = item.node if item.node is not node else None
                inner += [Item(one, around) for one in _listed(item.node, name, text)]
            else:
                member = item.node.get(name)
                if member is not None and not isinstance(member.value, Mapping):
                    member.wrong("an object")
                elif member is not None:
                    inner.append(Item(member, item.around))
        found = inner
    yield from found


def _listed(node: Node, name: str, text: str) -> Iterator[Node]:
    """The objects of a list; texts as objects with the member `text`."""
    if not text:
        yield from node.objects(name)
        return
    for item in node.items(name):
        if isinstance(item.value, str):
            yield Node({text: item.value}, item.source, item.notes)
        else:
            item.wrong("a string")


def text_at(node: Node, path: str) -> str | None:
    """The text at a dotted path; a number or flag as text."""
    found: Node | None = node
    for name in path.split("."):
        found = None if found is None else found.get(name)
    if found is None or not isinstance(found.value, str | int):
        return None
    return (str(found.value).lower() if isinstance(found.value, bool) else str(found.value)) or None


def filled(form: str, origin: Origin, item: Item | None, of: str | None) -> str | None:
    """A form with its fields; None iff the item lacks one of them. Account and Region may stay empty."""
    missing = False

    def field(found: re.Match[str]) -> str:
        nonlocal missing
        text = _field(found[1], origin, item, of)
        missing = missing or text is None
        return text or ""

    text = _FIELD.sub(field, form)
    return None if missing else text


def _field(name: str, origin: Origin, item: Item | None, of: str | None) -> str | None:
    known = {"partition": origin.partition, "account": origin.account or "", "region": origin.region or ""}
    if name in known:
        return known[name]
    if name == "of" or (item is None and name.endswith("|of")):
        return of
    if item is None:
        return None
    node = item.around if name.startswith("^") else item.node
    if node is None:
        return None
    names = name.removeprefix("^").split("|")
    found = (of if one == "of" else text_at(node, one) for one in names)
    return next((text for text in found if text is not None), None)


def named_by_file(origin: Origin, about: About) -> str | None:
    """What the sidecar or the name of the file says that an answer is about, in the place of `{of}`."""
    written = origin.arn or origin.name
    named = parse_arn(written)
    if named is None:
        return (written or None) if about.bare else None
    head, _, tail = about.arn.split(":", 5)[5].partition("{of}")
    resource = named.resource
    if not resource.startswith(head):
        return None
    resource = resource.removeprefix(head)
    return (resource.removesuffix(tail) if tail else resource) or None


def advice(row: Row) -> str:
    """How to name the file of an answer that does not say what it is about."""
    noun = "resource name" if row.about is None else row.about.noun
    return f"name the file `{row.call}.<{noun}>.json`"
