"""What a template is evaluated in: the parameters given, the account and region, and the choice that is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.describe import describe
from wa_policy.iam.text import Template
from wa_policy.inventory import symbols
from wa_policy.loaders.cloudformation.kinds import KINDS
from wa_policy.loaders.cloudformation.template import Choice, Sections
from wa_policy.loaders.cloudformation.values import (
    NO_VALUE,
    ParameterHole,
    Symbol,
    Value,
    hole,
    unresolved,
)

_COMMAS = re.compile(r"\s*,\s*")
_REGION_PARAMETER, _ACCOUNT_PARAMETER, _STACK_PARAMETER = "AWS::Region", "AWS::AccountId", "AWS::StackName"
PSEUDO = (
    *(_ACCOUNT_PARAMETER, "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", _REGION_PARAMETER),
    *("AWS::StackId", _STACK_PARAMETER, "AWS::URLSuffix"),
)
_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-eusc": "amazonaws.eu",
}


def is_list_type(type_: str) -> bool:
    """True iff a parameter of this type is a list whose value is written with commas."""
    return type_ == "CommaDelimitedList" or type_.startswith("List<")


def list_items(written: str) -> list[str]:
    """The items of the value of a list, without the space around the commas."""
    return _COMMAS.split(written.strip()) if written.strip() else []


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template is deployed; None for what nobody said. `number` tells the templates of one run apart."""

    number: int
    account: str | None = None
    region: str | None = None
    partition: str = "aws"
    stack: str | None = None


@dataclass(slots=True, eq=False)
class Scope:
    """One evaluation of a template: its sections, where it is deployed, what is given, and one choice of the rest."""

    sections: Sections
    place: Place
    given: Mapping[str, Value]
    """Values of parameters by name, over the defaults."""
    choice: Choice = field(default_factory=Choice)
    notes: list[Problem] = field(default_factory=list)
    outputs_of: Callable[[str, str], Value] | None = None
    """The output of a nested stack by logical id and name."""
    _parameters: dict[str, Value] = field(default_factory=dict)
    _pseudo: dict[str, Value] = field(default_factory=dict)
    _naming: frozenset[str] | None = None
    _hidden: frozenset[str] | None = None
    _account: str | Symbol | None = None
    _region: str | Symbol | None = None
    _stack: str | Symbol | None = None

    def note(self, pointer: str, code: str, message: str, advice: str = "") -> None:
        problem = self.sections.place(pointer).problem(code, message, advice=advice)
        if problem not in self.notes:
            self.notes.append(problem)

    # --- pseudo parameters ------------------------------------------------------------------------------------

    def account(self) -> str | Symbol:
        if self._account is None:
            self._account = self._deployed_account()
        return self._account

    def _deployed_account(self) -> str | Symbol:
        chosen = self.choice.parameters.get(_ACCOUNT_PARAMETER) or self.place.account
        return chosen or _symbol(_ACCOUNT_PARAMETER, symbols.own_account(self.place.number), "0123456789")

    def region(self) -> str | Symbol:
        if self._region is None:
            self._region = self._deployed_region()
        return self._region

    def _deployed_region(self) -> str | Symbol:
        chosen = self.choice.parameters.get(_REGION_PARAMETER) or self.place.region
        return chosen or _symbol(_REGION_PARAMETER, symbols.REGION, "abcdefghijklmnopqrstuvwxyz0123456789-")

    def stack(self) -> str | Symbol:
        if self._stack is None:
            self._stack = self._deployed_stack()
        return self._stack

    def _deployed_stack(self) -> str | Symbol:
        chosen = self.choice.parameters.get(_STACK_PARAMETER) or self.place.stack
        return chosen or _symbol(_STACK_PARAMETER, symbols.own_stack(self.place.number), _NAME_CHARACTERS)

    @property
    def account_text(self) -> str:
        found = self.account()
        return found if isinstance(found, str) else found.text

    @property
    def region_text(self) -> str:
        found = self.region()
        return found if isinstance(found, str) else found.text

    @property
    def stack_text(self) -> str:
        found = self.stack()
        return found if isinstance(found, str) else found.text

    def pseudo(self, name: str) -> Value:
        """The value of a pseudo parameter."""
        if name not in self._pseudo:
            self._pseudo[name] = self._pseudo_value(name)
        return self._pseudo[name]

    def _pseudo_value(self, name: str) -> Value:
        match name:
            case "AWS::AccountId":
                return _as_value(self.account())
            case "AWS::Region":
                return _as_value(self.region())
            case "AWS::StackName":
                return _as_value(self.stack())
            case "AWS::Partition":
                return self.place.partition
            case "AWS::URLSuffix":
                return _SUFFIXES.get(self.place.partition, "amazonaws.com")
            case "AWS::NoValue":
                return NO_VALUE
            case "AWS::NotificationARNs":
                return unresolved("`AWS::NotificationARNs`, which is said when the stack is made")
            case _:
                return hole("`AWS::StackId`, which is made with the stack", "${AWS::StackId}")

    # --- parameters -------------------------------------------------------------------------------------------

    def parameter(self, name: str) -> Value:
        """The value of a parameter of the template: the one given, chosen or by default, or an unknown one."""
        if name not in self._parameters:
            self._parameters[name] = self._parameter(name)
        return self._parameters[name]

    def _parameter(self, name: str) -> Value:
        raw = self.sections.parameters[name]
        type_ = raw.get("Type", "String")
        pointer = f"{self.sections.source.pointer}/Parameters/{name}"
        if not isinstance(type_, str):
            self.note(f"{pointer}/Type", "parameter-type", f"found {describe(type_)}, expected a string")
            type_ = "String"
        is_list = is_list_type(type_)
        if type_.startswith("AWS::SSM::Parameter::Value<"):
            is_list = (
                "List<" in type_.removeprefix("AWS::SSM::Parameter::Value<") or "CommaDelimited" in type_
            )
            found = self.given.get(name, raw.get("Default"))
            told = f" (`{found}`)" if isinstance(found, str) else ""
            return self._open(
                name,
                f"the parameter `{name}`, whose value is in Parameter Store{told}",
                is_list=is_list,
                raw={},
            )
        if name in self.given:
            value = self.given[name]
        elif name in self.choice.parameters:
            value = self.choice.parameters[name]
        elif "Default" in raw:
            value = raw["Default"]
        else:
            allowed = raw.get("AllowedValues")
            if isinstance(allowed, list) and len(allowed) == 1 and not is_list:
                value = allowed[0]
            else:
                return self._open(
                    name, f"the parameter `{name}`, which has no default", is_list=is_list, raw=raw
                )
        if isinstance(value, dict | list) and not (is_list and isinstance(value, list)):
            self.note(f"{pointer}/Default", "parameter-type", f"found {describe(value)}, expected a text")
            return self._open(
                name, f"the parameter `{name}`, whose default is no text", is_list=is_list, raw={}
            )
        if is_list and isinstance(value, str):
            return list_items(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int | float) else value

    @property
    def hidden_parameters(self) -> frozenset[str]:
        """The parameters with `NoEcho`."""
        if self._hidden is None:
            self._hidden = frozenset(
                name
                for name, raw in self.sections.parameters.items()
                if str(raw.get("NoEcho", "false")).lower() == "true"
            )
        return self._hidden

    def _naming_parameters(self) -> frozenset[str]:
        """The parameters that the names of resources are made of."""
        if self._naming is None:
            found: set[str] = set()
            for resource in self.sections.resources.values():
                kind = KINDS.get(resource.type)
                if kind is not None and kind.name is not None and isinstance(resource.properties, Mapping):
                    found.update(_referred(resource.properties.get(kind.name)))
            self._naming = frozenset(found)
        return self._naming

    def _open(self, name: str, reason: str, *, is_list: bool, raw: Mapping[str, Any]) -> Value:
        if is_list:
            return unresolved(reason)
        allowed = raw.get("AllowedValues")
        excluded = self.choice.excluded.get(name, frozenset())
        choices: tuple[str, ...] = ()
        if isinstance(allowed, list):
            choices = tuple(text for item in allowed if (text := _plain(item)) not in excluded)
            if len(choices) == 1:
                return choices[0]
        if not choices and name in self._naming_parameters():
            # What names a resource is one text everywhere, and has no wildcard in it.
            text = symbols.own_parameter(self.place.number, name)
            return Template((Symbol(unresolved(reason), (), f"${{{name}}}", text, f"{_NAME_CHARACTERS}._/"),))
        return Template((ParameterHole(unresolved(reason), choices, f"${{{name}}}", name),))


_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"


_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)\}")


def _referred(raw: Any) -> Iterator[str]:
    """The names that `Ref` and `Fn::Sub` refer to in a value."""
    match raw:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), *_]}:
            yield from _IN_TEXT.findall(text)
        case {"Fn::Join": [_, list(items)]}:
            for item in items:
                yield from _referred(item)
        case _:
            pass


@lru_cache(maxsize=256)
def _symbol(name: str, text: str, characters: str) -> Symbol:
    return Symbol(unresolved(f"`{name}`"), (), f"${{{name}}}", text, characters)


def _as_value(found: str | Symbol) -> str | Template:
    return found if isinstance(found, str) else Template((found,))


def _plain(item: object) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item)


def made(text: str, written: str, reason: str) -> Template:
    """A name or id that is made when the resource is."""
    return Template((Symbol(unresolved(reason), (), f"${{{written}}}", text, _NAME_CHARACTERS),))
