"""The names, ids and ARNs of the resources of a template, by which they refer to one another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from wa_policy.iam.text import Template
from wa_policy.inventory import symbols
from wa_policy.loaders.cloudformation.kinds import KINDS, Kind
from wa_policy.loaders.cloudformation.scope import Scope, made
from wa_policy.loaders.cloudformation.template import Resource
from wa_policy.loaders.cloudformation.values import (
    NO_VALUE,
    Symbol,
    Value,
    as_text,
    doubt_of,
    hole,
    joined,
    settled,
)

Text = Value
_FIELD = re.compile(r"\{([A-Za-z]+)\}")


@cache
def _parts(form: str) -> tuple[str, ...]:
    """Texts and names of fields by turns."""
    return tuple(_FIELD.split(form))


@dataclass(slots=True, eq=False)
class Naming:
    """Names the resources; `read` gives the value of a property of one."""

    scope: Scope
    read: Callable[[Resource, str], Value]
    _names: dict[str, Text] = field(default_factory=dict)
    _filled: dict[tuple[str, str], Text] = field(default_factory=dict)
    open: dict[str, Text] = field(default_factory=dict)
    """Resources whose name stands for one that is not known, with what is known of it."""

    def name(self, resource: Resource) -> Text:
        """The physical name: the one given, or what stands for one that is made or not known."""
        known = self._names.get(resource.logical_id)
        if known is None:
            self._names[resource.logical_id] = known = self._name(resource)
        return known

    def _name(self, resource: Resource) -> Text:
        logical, kind = resource.logical_id, KINDS.get(resource.type)
        chosen = self.scope.choice.names.get(logical)
        if chosen is not None:
            return chosen
        if kind is None or kind.name is None:
            text = symbols.made_id(self.scope.place.number, self._path(logical))
            return made(text, logical, f"the id of `{logical}`, which is made with it")
        given = self.read(resource, kind.name)
        known = None if given is NO_VALUE else as_text(given)
        if known is not None and known != "" and doubt_of(known) is None:
            return known
        name = symbols.made_name(self.scope.stack_text, logical)
        name = name.lower() if kind.lower else name
        self.open[logical] = known or None
        return made(name, logical, f"the name of `{logical}`, which is made with it")

    def _path(self, logical: str) -> str:
        # Ids of nested stacks differ from those of the stack around.
        stack = self.scope.place.stack
        return logical if stack is None else re.sub(r"[^A-Za-z0-9]", "", stack) + logical

    def settled_arn(self, resource: Resource) -> str | Template | None:
        """The ARN with what stands for its symbols: as `settled`, without the text in between, which few refer to."""
        kind = KINDS.get(resource.type)
        if kind is None or not kind.arn:
            return None
        parts = [settled(part) for part in self._values(kind.arn, resource, kind)]
        texts = [part for part in parts if isinstance(part, str)]
        return "".join(texts) if len(texts) == len(parts) else joined(parts)

    def ref(self, resource: Resource) -> Text:
        """What `Ref` gives."""
        kind = KINDS.get(resource.type)
        if kind is None:
            return hole(f"`{resource.logical_id}`, whose name is made with it", f"${{{resource.logical_id}}}")
        return self.fill(kind.ref, resource, kind)

    def attribute(self, resource: Resource, name: str) -> Text:
        """What `Fn::GetAtt` gives."""
        kind = KINDS.get(resource.type)
        form = None if kind is None else kind.form(name)
        if kind is None or form is None:
            written = f"{resource.logical_id}.{name}"
            return hole(f"`{written}`, which AWS gives once the resource is there", f"${{{written}}}")
        return self.fill(form, resource, kind)

    def fill(self, form: str, resource: Resource, kind: Kind) -> Text:
        """A form with the values of its fields."""
        key = (resource.logical_id, form)
        known = self._filled.get(key)
        if known is None:
            self._filled[key] = known = self._fill(form, resource, kind)
        return known

    def _fill(self, form: str, resource: Resource, kind: Kind) -> Text:
        return joined(self._values(form, resource, kind))

    def _values(self, form: str, resource: Resource, kind: Kind) -> list[Text]:
        return [
            self._field(part, resource, kind) if index % 2 else part
            for index, part in enumerate(_parts(form))
        ]

    def _field(self, field_: str, resource: Resource, kind: Kind) -> Text:
        match field_:
            case "name":
                return self.name(resource)
            case "arn":
                return self.fill(kind.arn, resource, kind)
            case "partition":
                return self.scope.place.partition
            case "region":
                return self.scope.pseudo("AWS::Region")
            case "account":
                return self.scope.pseudo("AWS::AccountId")
            case "id":
                text = symbols.made_id(self.scope.place.number, self._path(resource.logical_id))
                return made(
                    text, resource.logical_id, f"an id of `{resource.logical_id}`, which is made with it"
                )
            case "suffix":
                return symbols.secret_suffix()
            case "Path":
                return self._text(resource, "Path") or "/"
            case "Slash":
                name = self.name(resource)
                return "" if isinstance(name, str) and name.startswith("/") else "/"
            case "Host":
                url = self._text(resource, "Url")
                if isinstance(url, str):
                    return url.removeprefix("https://")
                return hole(f"the `Url` of `{resource.logical_id}`", "${Url}")
            case "Group":
                return self._text(resource, "GroupName") or "default"
            case "Bus" | "RuleName":
                bus = self._text(resource, "EventBusName") or "default"
                if isinstance(bus, str):
                    bus = bus.rsplit("/", 1)[-1]
                if field_ == "Bus":
                    return "" if bus == "default" else joined((bus, "/"))
                return self.name(resource) if bus == "default" else joined((bus, "|", self.name(resource)))
            case "FunctionArn":
                property_ = "TargetFunctionArn" if resource.type == "AWS::Lambda::Url" else "FunctionName"
                return self.function(self._text(resource, property_) or "")
            case _:
                found = self._text(resource, field_)
                return (
                    found
                    if found is not None
                    else hole(f"`{field_}` of `{resource.logical_id}`", f"${{{field_}}}")
                )

    def _text(self, resource: Resource, property_: str) -> Text | None:
        value = self.read(resource, property_)
        return None if value is NO_VALUE else as_text(value)

    def function(self, named: Text) -> Text:
        """The ARN of a function that is named by its name, ARN or partial ARN; a version or alias stays behind it.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
        """
        first = named if isinstance(named, str) else named.parts[0]
        if isinstance(first, str) and first.startswith("arn:"):
            return named
        if not isinstance(first, str | Symbol):
            return named  # whatever it is, it may be an ARN
        start = (
            "arn:",
            self.scope.pseudo("AWS::Partition"),
            ":lambda:",
            self.scope.pseudo("AWS::Region"),
            ":",
        )
        if isinstance(named, str) and re.match(r"\d{12}:function:", named):
            return joined((*start, named))
        return joined((*start, self.scope.pseudo("AWS::AccountId"), ":function:", named))
