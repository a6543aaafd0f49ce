"""A template as it stands in its file: its sections, and one choice of all that the sections leave open."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.describe import describe
from wa_policy.iam.source import Source, escape
from wa_policy.loaders.text import shown

SAM = "AWS::Serverless-2016-10-31"
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
_HARMLESS = frozenset((LANGUAGE_EXTENSIONS, SAM, "AWS::CodeDeployBlueGreen", "AWS::CodeStar"))
"""Macros that are understood, or that leave the resources of the template as they are."""


_ATTRIBUTES = frozenset(
    (
        *("Type", "Properties", "Condition", "DependsOn", "Metadata", "CreationPolicy", "DeletionPolicy"),
        *("UpdatePolicy", "UpdateReplacePolicy", "Description", "Version", "Connectors", "IgnoreGlobals"),
    )
)
"""What may stand in a resource; the last two are of the Serverless Application Model.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html
"""


def texts_with(value: Any, part: str) -> Iterator[str]:
    """The texts of a JSON value in which a text stands, keys apart."""
    try:
        if part.encode() not in marshal.dumps(value):
            return  # as for nearly all, and far faster than to look at each text
    except ValueError:
        pass  # a value that the transform made may have types of its own
    pending: list[Any] = [value]
    while pending:
        item = pending.pop()
        for inner in item.values() if isinstance(item, dict) else item:
            if isinstance(inner, str):
                if part in inner:
                    yield inner
            elif isinstance(inner, dict) or isinstance(inner, list):  # noqa: SIM101  # twice as fast
                pending.append(inner)


def is_template(value: Any) -> bool:
    """True iff the value has resources with types, or says that it is a template."""
    if not isinstance(value, Mapping):
        return False
    resources = value.get("Resources")
    if not isinstance(resources, Mapping):
        # Nothing in it yet, or nothing that can be read, and said to be a template.
        return "Resources" in value and "AWSTemplateFormatVersion" in value
    if any(isinstance(item, dict) and isinstance(item.get("Type"), str) for item in resources.values()):
        return True
    return "AWSTemplateFormatVersion" in value or any(
        str(key).startswith("Fn::ForEach::") for key in resources
    )


def transforms(value: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the macros that the template as a whole goes through."""
    found = value.get("Transform")
    items = found if isinstance(found, list) else [found]
    names = (item.get("Name") if isinstance(item, Mapping) else item for item in items)
    return tuple(name for name in names if isinstance(name, str))


def is_sam(value: Any) -> bool:
    """True iff the template goes through the transform of the Serverless Application Model."""
    return is_template(value) and SAM in transforms(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of what the template leaves open.

    `parameters` have a value; those of `excluded` have none of the values listed. `atoms` are comparisons of which
    nothing else is known. `names` are those that resources have instead of the ones that stand for made names.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    excluded: Mapping[str, frozenset[str]] = field(default_factory=dict)
    atoms: Mapping[str, bool] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def with_value(self, name: str, value: str) -> Choice:
        return replace(self, parameters={**self.parameters, name: value})

    def without_value(self, name: str, value: str) -> Choice:
        return replace(self, excluded={**self.excluded, name: self.excluded.get(name, frozenset()) | {value}})

    def with_atom(self, atom: str, *, truth: bool) -> Choice:
        return replace(self, atoms={**self.atoms, atom: truth})


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as it is written; `pointer` leads to it in the file."""

    logical_id: str
    type: str
    raw: Mapping[str, Any]
    pointer: str

    @property
    def properties(self) -> Any:
        return self.raw.get("Properties", {})


def _same(pointer: str) -> str:
    return pointer


@dataclass(frozen=True)
class Sections:
    """The sections of a template, with a problem for each part that has not the form it must have."""

    source: Source
    parameters: Mapping[str, Mapping[str, Any]]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Any]
    problems: tuple[Problem, ...]
    macros: tuple[str, ...]
    locate: Callable[[str], str] = _same
    """The pointer into the file for one into the template, which may be made from what is written."""

    def place(self, pointer: str) -> Source:
        return Source(self.source.file, self.locate(pointer))


def sections(
    value: Mapping[str, Any], source: Source, loops: Any = None, locate: Callable[[str], str] = _same
) -> Sections:
    """The sections of a template; `loops` expands the `Fn::ForEach` of a section."""
    problems: list[Problem] = []

    def section(name: str) -> dict[str, Any]:
        found = value.get(name)
        if found is None:
            return {}
        if not isinstance(found, Mapping):
            problems.append(
                source.at(name).problem(
                    "template-section", f"found {describe(found)} as `{name}`, expected an object"
                )
            )
            return {}
        return {str(key): item for key, item in found.items()}

    def objects(name: str) -> dict[str, Mapping[str, Any]]:
        kept = {}
        for key, item in section(name).items():
            if isinstance(item, Mapping):
                kept[key] = item
            elif not key.startswith("Fn::"):
                problems.append(
                    source.at(name, key).problem(
                        "template-section", f"found {describe(item)}, expected an object"
                    )
                )
        return kept

    resources: dict[str, Resource] = {}
    written = section("Resources")
    entries = [(key, item, f"{source.pointer}/Resources/{escape(key)}") for key, item in written.items()]
    if loops is not None and any(key.startswith("Fn::ForEach::") for key in written):
        entries, found = loops(written, source.at("Resources"))
        problems += found
    for key, item, pointer in entries:
        if key.startswith("Fn::"):
            message = f"found `{key}` among the resources, which is not followed, expected resources"
            problems.append(Source(source.file, pointer).problem("function-unknown", message))
        elif not isinstance(item, Mapping):
            message = f"found {describe(item)}, expected a resource: an object"
            problems.append(Source(source.file, pointer).problem("template-section", message))
        elif not isinstance(item.get("Type"), str):
            message = "found a resource without a `Type`, expected one"
            problems.append(Source(source.file, pointer).problem("resource-type", message))
        else:
            resources[key] = Resource(key, item["Type"], item, pointer)
            if not item.keys() <= _ATTRIBUTES:
                problems += _misspelt(item, Source(source.file, pointer))
    macros = tuple(name for name in transforms(value) if name not in _HARMLESS)
    return Sections(
        source,
        objects("Parameters"),
        section("Mappings"),
        section("Conditions"),
        resources,
        section("Outputs"),
        tuple(problems),
        macros,
        locate,
    )


def _misspelt(resource: Mapping[str, Any], place: Source) -> list[Problem]:
    """Members that no resource has: what stands there would be passed over in silence."""
    wrong = [str(key) for key in resource if key not in _ATTRIBUTES and not str(key).startswith("Fn::")]
    return [
        place.at(name).problem(
            "template-section",
            f"found `{shown(name)}` in a resource, which is not read, expected `Properties` or another part of a resource",
        )
        for name in wrong
    ]
