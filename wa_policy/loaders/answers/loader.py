"""Answers that the tables describe: which one a value is, and the resources in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.source import Source
from wa_policy.inventory.model import POLICY_PROPERTY, Absent, Answer, PropertyValue, Resource
from wa_policy.loaders.answers.all_rows import BY_CALL, ROWS
from wa_policy.loaders.answers.convert import properties_of
from wa_policy.loaders.answers.places import Item, advice, filled, items, named_by_file, text_at
from wa_policy.loaders.answers.rows import Row
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.resource_ids import check_place, function_arn, owner, the_only

_META = "ResponseMetadata"
_OTHER_NAMES = {
    "codedeploy": "deploy",
    "s3": "s3api",
    "states": "stepfunctions",
    "aoss": "opensearchserverless",
}
"""Services that are known by another name than that of the AWS CLI."""
_SERVICES = frozenset(row.service for row in ROWS)
_OPERATION = re.compile(r"[a-z0-9-]+\.(?:get|list|describe|batch-get)-")

# --- recognising -----------------------------------------------------------------------------------------------------


def is_answer(value: Any, origin: Origin) -> bool:
    return call_of(value, origin) is not None


def title(value: Any, origin: Origin) -> str:
    """The operation as the user types it."""
    return (call_of(value, origin) or "").replace(".", " ", 1)


def call_of(value: Any, origin: Origin) -> str | None:
    """The operation that a value is the answer of, None iff it is none of the tables.

    The name of the file decides between operations that answer alike, and on empty answers.
    """
    if not isinstance(value, Mapping):
        return None
    service, _, operation = origin.call.partition(".")
    service = _OTHER_NAMES.get(service, service)
    asked = f"{service}.{operation}"
    if any(_could_be(value, row) for row in BY_CALL.get(asked, ())):
        return asked
    found = sorted({row.call for row in ROWS if _is(value, row)})
    # A file that is named after another operation of a service that we know holds something else, or a part.
    if service in _SERVICES and _OPERATION.match(origin.call):
        found = [call for call in found if not call.startswith(f"{service}.")]
    return found[0] if len(found) == 1 else None


def _could_be(value: Mapping[str, Any], row: Row) -> bool:
    """True iff nothing speaks against it that the value is the answer that its file is named after."""
    if not row.list:
        return not row.marked or not (value.keys() - {_META}) or any(name in value for name in row.marked)
    listed = value.get(row.list)
    if listed is None:
        return not (value.keys() - {_META})
    return isinstance(listed, list if row.items.split(".", 1)[0].endswith("]") else Mapping)


def _is(value: Mapping[str, Any], row: Row) -> bool:
    """True iff the members alone tell the answer."""
    if not row.marked or (row.about is not None and not row.is_list and not row.list and len(row.marked) < 2):
        return False
    if not row.list:
        return row.fits(value)
    found: list[Any] = [value]
    for step in row.items.split("."):
        name, _, text = step.removesuffix("]").partition("[")
        inner: list[Any] = []
        for one in found:
            member = one.get(name) if isinstance(one, Mapping) else None
            if step.endswith("]"):
                listed = member if isinstance(member, list) else []
                inner += [{text: item} if text and isinstance(item, str) else item for item in listed]
            elif member is not None:
                inner.append(member)
        found = inner
    # One item may be malformed: most decide.
    return 2 * sum(row.fits(one) for one in found) > len(found) > 0


# --- loading ---------------------------------------------------------------------------------------------------------


def load_answer(export: Export) -> None:
    """All resources of an answer, and the note that it was read."""
    rows = BY_CALL.get(call_of(export.value, export.origin) or "", ())
    unnamed = [row for row in rows if not _load(export, row)]
    if rows and len(unnamed) == len(rows):
        row = rows[0]
        noun = "resource" if row.about is None else row.about.noun
        message = f"nothing says of which {noun.rstrip(',')} this answer is, expected a file name or a sidecar that does"
        export.note("resource-unknown", message, advice(row))


def _load(export: Export, row: Row) -> bool:
    """Hand over the resources of one row; False iff it is not known what the answer is about."""
    origin = export.origin
    of = None if row.about is None else named_by_file(origin, row.about)
    if of is None and row.needs_name:
        return False
    owners: set[tuple[str | None, str | None]] = set()
    ids: list[str] = []
    parts: set[str] = set()
    found = items(export.node, row.items)
    for number, item in enumerate(item for item in found if not row.only or item.node.get(row.only)):
        if number == 0:
            _check_origin(export, row)
        resource = _resource(export, row, item, of)
        if resource is not None:
            export.pieces.resources.append(resource)
            owners.add((resource.account, resource.region))
            ids.append(resource.id)
            parts.add(text_at(item.node, row.part) or "" if row.part else "")
    if row.part:
        region = origin.region if "{region}" in row.id or row.id.startswith("{") else None
        for part in sorted(parts - {""}) or [origin.name or row.whole_part]:
            if part:
                export.answered(row.call, origin.account, region, part)
    else:
        _answered(export, row, of, owners, ids)
    return True


def _check_origin(export: Export, row: Row) -> None:
    """Note that nothing says whose the resources are, where their ARNs do not say it either."""
    if row.id.startswith("{"):
        return
    needs_account = "{account}" in row.id or "::" in row.id
    needs_region = "{region}" in row.id
    if (needs_account and export.origin.account is None) or (needs_region and export.origin.region is None):
        check_place(export, what="what this file holds", region=needs_region)


def _resource(export: Export, row: Row, item: Item, of: str | None) -> Resource | None:
    origin, node = export.origin, item.node
    id_ = filled(row.id, origin, item, of)
    if id_ is None:
        wanted = [name for name in row.fields if name not in ("account", "region", "partition", "of")]
        missing = next((name for name in wanted if filled(f"{{{name}}}", origin, item, of) is None), "")
        names = missing.removeprefix("^").split("|")
        message = f"found no {' or '.join(f'`{name}`' for name in names)}, expected a string"
        node.notes.append(node.source.problem("member-missing", message))
        return None
    if row.id.startswith("{") and parse_arn(id_) is None:
        Node(id_, node.source, node.notes).wrong("an ARN")
        return None
    if row.type == "AWS::Lambda::Function":
        id_ = function_arn(id_) or id_  # some answers name the unpublished version
    properties, places = properties_of(row, node)
    return made(export, row, id_, node, properties=properties, places=places, of=of, around=item.around)


def made(
    export: Export,
    row: Row,
    id_: str,
    node: Node,
    *,
    properties: dict[str, PropertyValue],
    places: Mapping[str, Source],
    of: str | None = None,
    around: Node | None = None,
) -> Resource:
    """A fragment of a resource."""
    origin = export.origin
    if row.about is not None and row.about.property is not None:
        properties[row.about.property] = of
    for member in row.inherited:
        properties[member] = None if around is None else text_at(around, member)
    if POLICY_PROPERTY in row.told and properties.get(POLICY_PROPERTY) is None:
        properties[POLICY_PROPERTY] = Absent(node.source)
    account, region = owner(id_)
    region = region or (origin.region if "{region}" in row.id else None)
    name = text_at(node, row.name) if row.name else None
    if name is None and row.about is not None and row.about.arn == row.id:
        name = of
    arn = parse_arn(id_)
    if name is None:
        name = id_ if arn is None else arn.resource.replace(":", "/").rsplit("/", 1)[-1]
    return Resource(
        row.type, id_, name, account or origin.account, region, properties, node.source, dict(places)
    )


def _answered(
    export: Export,
    row: Row,
    of: str | None,
    owners: Iterable[tuple[str | None, str | None]],
    ids: Iterable[str],
) -> None:
    origin = export.origin
    region = origin.region if "{region}" in row.id or row.id.startswith("{") else None
    if row.about is not None:
        # Which function it is about, the ARNs of its versions and aliases say as well.
        parent = filled(row.about.arn, origin, None, of) or the_only(function_arn(id_) for id_ in ids)
        if parent is None:
            return
        account, region_ = owner(parent)
        export.answered(row.call, account or origin.account, region_ or region, parent)
    elif row.is_list and not row.batch:
        places = {(origin.account, region), *owners}
        for account, region_ in sorted(places, key=lambda place: (place[0] or "", place[1] or "")):
            if account is not None or len(places) == 1:
                export.answered(row.call, account, region_)
    else:
        for id_ in ids:
            account, region_ = owner(id_)
            export.answered(row.call, account or origin.account, region_ or region, id_)


# --- errors ----------------------------------------------------------------------------------------------------------


def load_absent(export: Export, code: str) -> bool:
    """An error by which AWS says that there is nothing of the kind; True iff it is one."""
    origin = export.origin
    known = False
    for row in BY_CALL.get(origin.call, ()):
        if code not in row.absent:
            continue
        known = True
        of = None if row.about is None else named_by_file(origin, row.about)
        id_ = None if row.about is None or of is None else filled(row.about.arn, origin, None, of)
        if row.about is None:
            region = origin.region if "{region}" in row.id else None
            export.pieces.answered(Answer(row.call, origin.account, region), export.source)
            id_ = None if row.is_list else filled(row.id, origin, Item(export.node), None)
        elif id_ is None:
            export.note(
                "resource-unknown", "nothing says what this error is about, expected a file name", advice(row)
            )
            continue
        else:
            _answered(export, row, of, (), ())
        is_it = row.about is None or row.id == row.about.arn or row.id.endswith("|of}")
        if id_ is not None and not row.is_list and is_it:
            properties: dict[str, PropertyValue] = dict.fromkeys(row.told)
            export.pieces.resources.append(
                made(export, row, id_, export.node, properties=properties, places={}, of=of)
            )
    return known
