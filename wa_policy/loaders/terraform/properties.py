"""The values of an instance as properties of the inventory, references resolved; what is known after apply is `Unknown`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.tables import frozen
from wa_policy.loaders.terraform.configuration import Configuration, Expression, Target
from wa_policy.loaders.terraform.expressions import Block, Step
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.naming import Naming
from wa_policy.loaders.terraform.rows import Form, Row

_MADE_BY_AWS = frozenset(
    (
        *(
            "cors_rule",
            "endpoint_configuration",
            "grant",
            "inline_policy",
            "ingress",
            "egress",
            "lifecycle_rule",
            "logging",
        ),
        *("object_lock_configuration", "point_in_time_recovery", "replica", "replication_configuration"),
        *("server_side_encryption", "server_side_encryption_configuration", "ttl", "versioning", "website"),
        *(
            "tracing_config",
            "ephemeral_storage",
            "logging_config",
            "policies",
            "retry_policy",
            "stream_mode_details",
        ),
        *("tracing_configuration", "encryption_configuration", "password_policy", "admin_create_user_config"),
        *(
            "amazon_managed_kafka_event_source_config",
            "self_managed_kafka_event_source_config",
            "deployment_style",
        ),
        *(
            "default_route_settings",
            "vpc_options",
            "encrypt_at_rest",
            "node_to_node_encryption",
            "domain_endpoint_options",
        ),
    )
)
"""Blocks that the provider fills in where the configuration has none: unknown, they were not set."""
_REFERENCES = re.compile(
    r"(?:.*_)?(?:arns?|ids?|names?|urls?|identifiers?)|role|bucket|rule|target|endpoint|function|parent|user|group|users|groups|roles"
    r"|layers|resource|permissions_boundary|log_group|replication_source|destination|subnets|security_groups|queues?|topics?|key|source|integration_uri|authorizer_credentials|credentials"
)
"""Arguments that name a resource and nothing else: a reference is all that stands there."""
_INVOKE = ("invoke_arn", "qualified_invoke_arn")
_FLAGS = {
    "enabled": True,
    "disabled": False,
    "ENABLED": True,
    "DISABLED": False,
    "Enabled": True,
    "Disabled": False,
}


@dataclass(frozen=True, slots=True)
class Given:
    """What stands at a path of an instance."""

    instance: Instance
    path: tuple[Step, ...]
    value: Any
    mark: Any


class Reader:
    """Reads instances of one plan or state."""

    def __init__(self, configuration: Configuration, naming: Naming) -> None:
        self.configuration = configuration
        self.naming = naming

    # --- by tables --------------------------------------------------------------------------------------------

    def properties(self, instance: Instance, rows: Sequence[Row]) -> dict[str, PropertyValue]:
        """The properties of the rows, None for those that are not set."""
        return self._members(instance, rows, instance.values, instance.unknown, ())

    def places(self, instance: Instance, rows: Sequence[Row]) -> dict[str, Source]:
        """Where the properties stand."""
        places: dict[str, Source] = {}
        for row in rows:
            if instance.values.get(row.argument) not in (None, "", []):
                at = instance.at(row.argument)
                for name in _names(row):
                    places.setdefault(name, at)
        return places

    def _members(
        self,
        instance: Instance,
        rows: Sequence[Row],
        values: Mapping[str, Any],
        unknown: Mapping[str, Any],
        path: tuple[Step, ...],
    ) -> dict[str, PropertyValue]:
        found: dict[str, PropertyValue] = {}
        for row in rows:
            value, mark = values.get(row.argument), unknown.get(row.argument)
            here = (*path, row.argument)
            if row.form is Form.VALUE:
                read = self.value(instance, here, value, mark)
                _put(found, row.property, _as(row.read, read))
            elif mark is True:
                _put(found, row.property, self._unknown_block(instance, here))
            else:
                self._block(row, Given(instance, here, value, mark), found)
        return found

    def _block(self, row: Row, given: Given, found: dict[str, PropertyValue]) -> None:
        items = self.blocks(given.value, given.mark)
        read = [
            self._members(
                given.instance,
                row.inside,
                item,
                marks,
                (*given.path, Block(index, len(items), item, ordered=False)),
            )
            for index, (item, marks) in enumerate(items)
        ]
        clean = [{name: one for name, one in item.items() if one is not None} for item in read]
        if row.form is Form.AROUND:
            for name in (name for inner in row.inside for name in _names(inner)):
                _put(found, name, clean[0].get(name) if clean else None)
        elif row.form is Form.ONE:
            _put(found, row.property, clean[0] if clean else None)
        else:
            _put(found, row.property, tuple(clean) or None)

    def blocks(self, value: Any, mark: Any) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """The blocks of one kind with their marks."""
        items = value if isinstance(value, list) else [value]
        marks = mark if isinstance(mark, list) else [mark]
        found: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
        for index, item in enumerate(items):
            of_item = marks[index] if index < len(marks) else None
            if isinstance(item, Mapping):
                found.append((item, of_item if isinstance(of_item, Mapping) else {}))
        return found

    def _unknown_block(self, instance: Instance, path: tuple[Step, ...]) -> PropertyValue:
        name = str(path[-1])
        if name in _MADE_BY_AWS and len(path) == 1 and not self.configuration.of(instance, path).references:
            return (
                None if name not in self.configuration.expressions(instance) else self.unknown(instance, path)
            )
        return self.unknown(instance, path)

    # --- single values ----------------------------------------------------------------------------------------

    def value(self, instance: Instance, path: tuple[Step, ...], value: Any, mark: Any) -> PropertyValue:
        """The value at a path, with what references stand for; None where it is not set."""
        if mark is True:
            return self._after_apply(instance, path)
        if isinstance(value, list):
            return self._list(instance, path, value, mark) or None
        if isinstance(value, Mapping) or isinstance(mark, Mapping):
            return self._map(instance, path, value if isinstance(value, Mapping) else {}, mark)
        return None if value == "" else frozen(value)

    def named(self, instance: Instance, name: str) -> str | Unknown | None:
        """The text of an argument that names something; None where it is not set."""
        found = self.value(instance, (name,), instance.values.get(name), instance.unknown.get(name))
        return found if found is None or isinstance(found, str | Unknown) else None

    def target(self, instance: Instance, name: str, *types: str) -> Instance | None:
        """The instance of one of the types that an argument refers to or names."""
        if instance.is_unknown(name):
            only = self.configuration.of(instance, (name,)).only
            if only is not None and only.instance.type in types:
                return only.instance
        text = self.named(instance, name)
        if not isinstance(text, str):
            return None
        return next((found for type_ in types if (found := self.naming.find(type_, text)) is not None), None)

    def _after_apply(self, instance: Instance, path: tuple[Step, ...]) -> PropertyValue:
        expression = self.configuration.of(instance, path)
        if not expression.references:
            if len(path) == 1 and not self.configuration.is_set(instance, str(path[0])):
                return None  # the provider fills in what the configuration leaves out
            return self.unknown(instance, path)
        text = self._exact(path, expression)
        if text is not None:
            return text
        items = self._all(path, expression)
        return items if items is not None else self.unknown(instance, path)

    def _exact(self, path: tuple[Step, ...], expression: Expression) -> str | None:
        """The text that a reference stands for, where it is all that can stand there."""
        only, argument = expression.only, _argument(path)
        if only is None or expression.mixed:
            return None
        if argument.endswith("uri") and only.attribute in _INVOKE:
            return self.text(only)
        return self.text(only) if _REFERENCES.fullmatch(argument) else None

    def _all(self, path: tuple[Step, ...], expression: Expression) -> PropertyValue:
        """The texts of `aws_subnet.a[*].id` and the like."""
        if expression.lost or expression.mixed or not expression.targets or not _argument(path).endswith("s"):
            return None
        texts = [self.text(target) for target in expression.targets]
        return None if None in texts else tuple(text for text in texts if text is not None)

    def text(self, target: Target) -> str | None:
        """The text of what is referred to; an instance as a whole stands for its id."""
        if target.path:
            return None
        return self.naming.text(target.instance, target.attribute or "id")

    def _list(
        self, instance: Instance, path: tuple[Step, ...], value: Sequence[Any], mark: Any
    ) -> tuple[PropertyValue, ...]:
        marks = mark if isinstance(mark, list) else []
        stand_ins = list(self._items(instance, path, sum(one is True for one in marks)))
        found: list[PropertyValue] = []
        for index, item in enumerate(value):
            of_item = marks[index] if index < len(marks) else None
            if of_item is True and item is None:
                found.append(stand_ins.pop(0))
            elif isinstance(item, list | Mapping):
                found.append(self.value(instance, path, item, of_item))
            else:
                found.append(frozen(item))
        # Older versions leave out of a set what is not known.
        return (*found, *stand_ins)

    def _items(self, instance: Instance, path: tuple[Step, ...], count: int) -> Iterable[PropertyValue]:
        """What stands for the items of a list that are known after apply."""
        if not count:
            return ()
        expression = self.configuration.of(instance, path)
        texts = [self.text(target) for target in expression.targets]
        exact = _REFERENCES.fullmatch(_argument(path)) and not expression.lost and not expression.mixed
        if exact and len(texts) == count and None not in texts:
            return texts
        return [self.unknown(instance, path)] * count

    def _map(
        self, instance: Instance, path: tuple[Step, ...], value: Mapping[str, Any], mark: Any
    ) -> PropertyValue:
        marks: Mapping[str, Any] = mark if isinstance(mark, Mapping) else {}
        found: dict[str, PropertyValue] = {}
        for name in (*value, *(name for name in marks if name not in value)):
            if marks.get(name) is True:
                found[str(name)] = self.unknown(instance, path, str(name))
            else:
                found[str(name)] = frozen(value.get(name))
        return found or None

    def unknown(self, instance: Instance, path: Sequence[Step], *more: str) -> Unknown:
        """That a value is known after apply, with its address and what it is made of."""
        words = ".".join((*(step for step in path if isinstance(step, str)), *more))
        only = self.configuration.of(instance, path).only
        made_of = "" if only is None else f", which is made of `{_address(only)}`"
        return Unknown(UnknownKind.KNOWN_AFTER_APPLY, f"`{words}` of `{instance.address}`{made_of}")


def _address(target: Target) -> str:
    return f"{target.instance.address}.{target.attribute}" if target.attribute else target.instance.address


def json_value(text: str) -> PropertyValue:
    """A JSON value inside a text; the text itself where it holds none."""
    try:
        return frozen(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _as(read: str, value: PropertyValue) -> PropertyValue:
    match read:
        case "json" if isinstance(value, str):
            return json_value(value)
        case "flag" if isinstance(value, str):
            return _FLAGS.get(value, value)
        case "name" if isinstance(value, str):
            return re.split("[:/]", value)[-1]
        case "number" if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
            return int(value)
        case _:
            return value


def _put(found: dict[str, PropertyValue], name: str, value: PropertyValue) -> None:
    """Several arguments may be one property: the one that is set counts."""
    if found.get(name) is None:
        found[name] = value


def _argument(path: Sequence[Step]) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _names(row: Row) -> tuple[str, ...]:
    return (
        tuple(name for inner in row.inside for name in _names(inner))
        if row.form is Form.AROUND
        else (row.property,)
    )
