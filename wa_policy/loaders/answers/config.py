"""AWS Config: snapshots, histories and the results of advanced queries.

A configuration item has the members of the API of its service (in a case of its own) or, for newer types, the properties of
CloudFormation. What it records of a type is listed at https://github.com/awslabs/aws-config-resource-schema: only of that
it says that it is not set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wa_policy.inventory.model import POLICY_PROPERTY, Answer, PropertyValue, Resource
from wa_policy.loaders import attributes
from wa_policy.loaders.answers.all_rows import ROWS
from wa_policy.loaders.answers.convert import properties_of, raw_json, tags_of
from wa_policy.loaders.answers.loader import made
from wa_policy.loaders.answers.places import Item, filled, items
from wa_policy.loaders.answers.principals import hand_over_recorded
from wa_policy.loaders.answers.recorded import BESIDE, LISTS, RECORDED
from wa_policy.loaders.answers.rows import Row
from wa_policy.loaders.answers.shapes import identity, policy_at, set_policy
from wa_policy.loaders.assemble import TABLES
from wa_policy.loaders.members import Node, any_case
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.resource_ids import check_place, owner

_LISTS = ("configurationItems", "baseConfigurationItems")
_BY_ATTRIBUTES = (attributes.QUEUE.type, attributes.TOPIC.type)
"""Types whose attributes the API has as texts, and AWS Config as what they are."""


def is_config(value: Any, origin: Origin) -> bool:
    if not isinstance(value, Mapping):
        return False
    for name in _LISTS:
        listed = value.get(name)
        if isinstance(listed, list) and all(isinstance(one, Mapping) and "resourceType" in one for one in listed):  # fmt: skip
            return bool(listed) or "configSnapshotId" in value or origin.call.startswith("configservice.")
    results = value.get("Results")
    asked = "QueryInfo" in value or origin.call.startswith("configservice.select-")
    return isinstance(results, list) and asked and all(isinstance(one, str) for one in results)


def title(value: Any, _origin: Origin) -> str:
    if "Results" in value:
        return "AWS Config query"
    return "AWS Config snapshot" if "configSnapshotId" in value else "AWS Config items"


def load_config(export: Export) -> None:
    """All items; a snapshot lists all resources of each type in it."""
    value, node = export.value, export.node
    seen: set[tuple[str, str | None, str | None]] = set()
    for name in _LISTS:
        for item in node.objects(name):
            seen |= _item(export, item, whole=True)
    for index, item in enumerate(value.get("Results") or ()):
        source = node.source.at("Results", index)
        found = raw_json(item)
        result = Node(found, source, node.notes)
        if isinstance(found, Mapping):
            _item(export, result, whole=False)
        else:
            result.wrong("the JSON text of an object")
    if "configSnapshotId" in value:
        for type_, account, region in seen:
            if type_ in LISTS:
                export.pieces.answered(Answer(LISTS[type_], account, region), export.source)


def _item(export: Export, node: Node, *, whole: bool) -> set[tuple[str, str | None, str | None]]:
    """One configuration item; its type and place."""
    node = Node(any_case(node.value), node.source, node.notes)
    type_ = node.required_text("resourceType")
    if type_ is None or "Deleted" in (node.text("configurationItemStatus") or ""):
        return set()
    region = node.text("awsRegion") or export.origin.region
    region = None if region == "global" else region
    account = node.text("awsAccountId") or node.text("accountId") or export.origin.account
    here = Export(node, replace(export.origin, account=account, region=region), export.pieces, export.kind)
    configuration = _object(node, "configuration")
    if configuration is None:
        configuration = Node(any_case({}), node.source, node.notes)
        whole = False
    if hand_over_recorded(here, configuration, type_):
        return {(type_, account, None)}
    resource = _resource(here, node, configuration, type_, whole=whole)
    export.pieces.resources.append(resource)
    for row in _within(type_):
        for inner in items(Node({"_": configuration.value}, node.source, node.notes), row.items):
            id_ = filled(row.id, here.origin, inner, None)
            if id_ is not None and (not row.only or inner.node.get(row.only) is not None):
                properties, places = properties_of(row, inner.node)
                export.pieces.resources.append(
                    made(
                        here, row, id_, inner.node, properties=properties, places=places, around=configuration
                    )
                )
    return {(type_, resource.account, resource.region)}


def _resource(here: Export, node: Node, configuration: Node, type_: str, *, whole: bool) -> Resource:
    origin = here.origin
    row = _row_of(type_)
    table = TABLES.get(type_)
    properties: dict[str, PropertyValue] = dict.fromkeys(RECORDED.get(type_, ())) if whole else {}
    told, places = properties_of(row, configuration, present_only=True, of_item=whole)
    properties |= told
    if table is not None and type_ not in _BY_ATTRIBUTES:
        for member in table.members:
            found = configuration.get(member.name)
            if found is not None:
                properties[member.property] = member.read(found)
                places[member.property] = found.source
    set_policy(type_, configuration, properties, present_only=True)
    if "Policy" in configuration.value and type_ in TABLES:
        properties.pop("Policy", None)
        properties[POLICY_PROPERTY] = policy_at(configuration, ("Policy",))
    _beside(node, type_, properties)
    tags = node.get("tags")
    read = None if tags is None else tags_of(tags)
    if read is not None and (whole or read):
        properties["Tags"] = read or None
    arn = node.text("arn")
    identifier = arn or node.text("resourceName") or node.text("resourceId") or ""
    known = filled(row.id, origin, Item(configuration), None) if not arn and row.id else None
    id_, name = identity(type_, properties, known or identifier, origin)
    name = node.text("resourceName") or name
    account, region = owner(id_)
    if (account or origin.account) is None:
        check_place(here, what=f"`{name}`", region=False)
    _from_arn(type_, id_, properties)
    is_global = id_.startswith("arn:") and region is None
    return Resource(
        type_,
        id_,
        name,
        account or origin.account,
        None if is_global else region or origin.region,
        properties,
        node.source,
        places,
    )


def _object(node: Node, name: str) -> Node | None:
    """A member that is an object, or the JSON text of one."""
    member = node.get(name)
    if member is None:
        return None
    value = raw_json(member.value) if isinstance(member.value, str) else member.value
    if not isinstance(value, Mapping):
        member.wrong("an object")
        return None
    return Node(any_case(value), member.source, node.notes)


def _beside(node: Node, type_: str, properties: dict[str, PropertyValue]) -> None:
    """What stands in the supplementary configuration."""
    beside = _object(node, "supplementaryConfiguration")
    for name, property_, read in BESIDE.get(type_, ()) if beside is not None else ():
        found = None if beside is None else beside.get(name)
        if found is None:
            continue
        if isinstance(found.value, str) and found.value[:1] in ("{", "["):
            found = Node(any_case(raw_json(found.value)), found.source, found.notes)
        properties[property_] = read(found)


def _from_arn(type_: str, id_: str, properties: dict[str, PropertyValue]) -> None:
    """What only the ARN says."""
    parts = id_.split("/")
    if type_ == "AWS::ApiGateway::Stage" and len(parts) == 5:
        properties["RestApiId"] = parts[2]
    elif type_ == "AWS::ApiGateway::RestApi":
        properties["WaPolicy::RestApiId"] = parts[-1]
    elif type_ == "AWS::S3::Bucket":
        properties["BucketName"] = id_.rsplit(":", 1)[-1]


def _row_of(type_: str) -> Row:
    """The row that tells most of a type by itself."""
    rows = [row for row in ROWS if row.type == type_ and row.about is None and row.items.count("[]") < 2]
    return max(rows, key=lambda row: len(row.told), default=Row("", type_, "", ""))


def _within(type_: str) -> Iterator[Row]:
    """The rows of what stands within a resource of the type, with the path from there."""
    main = _row_of(type_)
    if not main.items:
        return
    for row in ROWS:
        if row.call == main.call and row.items.startswith(f"{main.items}."):
            yield replace(row, items=f"_.{row.items.removeprefix(main.items + '.')}")
