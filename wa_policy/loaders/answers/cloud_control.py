"""`aws cloudcontrol get-resource` and `list-resources`: resources in the shape of CloudFormation.

https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-operations-read.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.inventory.model import POLICY_PROPERTY, Answer, PropertyValue, Resource
from wa_policy.loaders.answers.convert import properties_of, raw_json
from wa_policy.loaders.answers.principals import hand_over_principal
from wa_policy.loaders.answers.rows import Row
from wa_policy.loaders.answers.shapes import ATTACHED, attached_to, identity, policy_at, set_policy
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.resource_ids import check_place, owner

_ONE, _MANY = "ResourceDescription", "ResourceDescriptions"


def is_cloud_control(value: Any, origin: Origin) -> bool:
    if not isinstance(value, Mapping):
        return False
    if isinstance(value.get("TypeName"), str) and (_ONE in value or _MANY in value):
        return True
    return origin.call.startswith("cloudcontrol.") and (_ONE in value or _MANY in value)


def title(value: Any, _origin: Origin) -> str:
    return "cloudcontrol get-resource" if _ONE in value else "cloudcontrol list-resources"


def load_cloud_control(export: Export) -> None:
    """One resource, which is whole; or a list of resources, of which it tells what it tells."""
    type_ = export.node.required_text("TypeName")
    if type_ is None:
        return
    whole = _ONE in export.value
    one = export.node.get(_ONE)
    found = [] if whole and one is None else [one] if one is not None else list(export.node.objects(_MANY))
    for item in found:
        if item is not None:
            _description(export, item, type_, whole=whole)
    if not whole:
        answer = Answer(f"cloudcontrol.list-resources {type_}", export.origin.account, export.origin.region)
        export.pieces.answered(answer, export.source, more=export.has_more)


def _description(export: Export, item: Node, type_: str, *, whole: bool) -> None:
    identifier, written = item.required_text("Identifier"), item.get("Properties")
    if identifier is None or written is None:
        return
    value = raw_json(written.value) if isinstance(written.value, str) else written.value
    if not isinstance(value, Mapping):
        written.wrong("the JSON text of an object")
        return
    resource(export, Node(value, written.source, item.notes), type_, identifier, whole=whole)


def resource(export: Export, node: Node, type_: str, identifier: str, *, whole: bool) -> None:
    """Hand over a resource in the shape of CloudFormation; `whole` if all is told that an answer can tell."""
    origin = export.origin
    if type_ in ATTACHED:
        row = ATTACHED[type_]
        for id_ in attached_to(type_, node, origin):
            document = policy_at(node, (row.document,))
            name = id_.replace(":", "/").rsplit("/", 1)[-1]
            _append(export, node, row.of, (id_, name), properties={POLICY_PROPERTY: document})
        return
    if whole and hand_over_principal(export, node, type_):
        return
    properties, places = properties_of(Row("", type_, "", ""), node, present_only=True)
    if whole:
        properties = {**dict.fromkeys(_readable(type_)), **properties}
    set_policy(type_, node, properties, present_only=not whole)
    id_, name = identity(type_, properties, identifier, origin)
    own = _OWN_NAMES.get(type_)
    if own is not None:
        properties[own] = identifier
    account, region = owner(id_)
    if (account or origin.account) is None:
        check_place(export, what=f"`{name}`", region=region is None)
    _append(export, node, type_, (id_, name), properties=properties, places=places)


_OWN_NAMES = {"AWS::ApiGateway::RestApi": "WaPolicy::RestApiId"}


def _append(
    export: Export,
    node: Node,
    type_: str,
    identity_: tuple[str, str],
    *,
    properties: dict[str, PropertyValue],
    places: Mapping[str, Any] | None = None,
) -> None:
    id_, name = identity_
    account, region = owner(id_)
    is_global = id_.startswith("arn:") and region is None
    export.pieces.resources.append(
        Resource(
            type_,
            id_,
            name,
            account or export.origin.account,
            None if is_global else region or export.origin.region,
            properties,
            node.source,
            dict(places or {}),
        )
    )


def _readable(type_: str) -> tuple[str, ...]:
    """The properties that an answer tells: all but those that AWS only takes."""
    from wa_policy.catalog.store import load_schemas

    schemas = load_schemas()
    hidden = set(schemas.write_only.get(type_, ()))
    # Where a part is only taken, nothing says that the whole is not set.
    hidden |= {path.partition(".")[0] for path in hidden}
    return tuple(name for name in schemas.names(type_) if name not in hidden)
