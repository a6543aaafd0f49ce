"""A template and the choices that it leaves open, as a unit of what was read."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.inventory import symbols
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.assemble import TABLES
from wa_policy.loaders.cloudformation import apis, attached, links
from wa_policy.loaders.cloudformation.build import Build
from wa_policy.loaders.cloudformation.conditions import Conditions, choices_of
from wa_policy.loaders.cloudformation.cycles import circle
from wa_policy.loaders.cloudformation.documents_within import read_documents
from wa_policy.loaders.cloudformation.loops import section
from wa_policy.loaders.cloudformation.managed import attach_managed
from wa_policy.loaders.cloudformation.parameters import parameters
from wa_policy.loaders.cloudformation.principals import principals
from wa_policy.loaders.cloudformation.properties import settable
from wa_policy.loaders.cloudformation.scope import Place, Scope
from wa_policy.loaders.cloudformation.template import Choice, Sections, sections
from wa_policy.loaders.cloudformation.values import Value, settle, unresolved
from wa_policy.loaders.pieces import Pieces

HANDLERS = {**links.HANDLERS, **attached.HANDLERS, **apis.HANDLERS}
_ASSIGNED = frozenset(
    (
        *("RoleId", "PolicyId", "KeyId", "FunctionUrl", "ApiEndpoint", "DefaultVersionId", "AttachmentCount"),
        *("PermissionsBoundaryUsageCount", "IsAttachable", "RootResourceId"),
    )
)
"""Properties that AWS sets: a template does not say them, which does not mean that there are none."""
MAX_NESTED = 20
"""Levels of stacks within stacks."""

ReadTemplate = Callable[[str], "TemplateText | None"]
"""The template at a path, None where there is none."""


@dataclass(frozen=True)
class TemplateText:
    """A template, where it stands, where its parts stand in the file, and what was found wrong on the way."""

    value: Mapping[str, Any]
    source: Source
    locate: Callable[[str], str] = str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Stack:
    """A template with what is given for it."""

    text: TemplateText
    place: Place
    given: Mapping[str, Value] = field(default_factory=dict)
    read: ReadTemplate | None = None
    level: int = 0

    @property
    def value(self) -> Mapping[str, Any]:
        return self.text.value

    @property
    def source(self) -> Source:
        return self.text.source

    def scope(self, choice: Choice) -> Scope:
        return Scope(self.sections, self.place, self.given, choice)

    @cached_property
    def sections(self) -> Sections:
        """The sections, with the loops among the resources carried out."""

        def loops(
            written: Mapping[str, Any], source: Source
        ) -> tuple[list[tuple[str, Any, str]], list[Problem]]:
            plain = sections({**self.value, "Resources": {}}, self.source)
            resolver = Conditions(Scope(plain, self.place, self.given)).resolver
            entries, problems = section(written, source, resolver)
            return entries, [*problems, *resolver.scope.notes]

        return sections(self.value, self.source, loops, self.text.locate)

    def choices(self) -> tuple[tuple[Choice, Mapping[str, bool]], ...] | None:
        """The choices that its conditions leave open, None where there are too many."""
        if not self.sections.conditions:
            return ((Choice(), {}),)
        return choices_of(self.sections, self.scope)

    def build(self, choice: Choice) -> Evaluation:
        """The pieces under one choice."""
        scope = self.scope(choice)
        scope.notes.extend((*self.text.problems, *self.sections.problems))
        build = Build(scope)
        nested = _Nested(self, build)
        scope.outputs_of = nested.output
        build.run(HANDLERS)
        principals(build)
        attached.default_topics(build)
        read_documents(build)
        attach_managed(build.pieces)
        for made in build.made.values():
            made.properties = _whole(made.written.type, made.properties)
        build.pieces.resources = [
            replace(resource, properties=_whole(resource.type, resource.properties))
            for resource in build.pieces.resources
        ]
        build.answered("lambda.list-functions")
        build.pieces.template_files.add(scope.sections.source.file)
        build.declare()
        build.pieces.resources.extend(attached.external_resources(build))
        build.pieces.resources.extend(parameters(scope))
        _check(build)
        build.finish()
        for evaluation in nested.done.values():
            build.pieces.extend(evaluation.pieces)
        return Evaluation(build, build.pieces, nested)


@dataclass(frozen=True)
class Evaluation:
    """What a template comes to under one choice."""

    build: Build
    pieces: Pieces
    nested: _Nested

    def output(self, name: str) -> Value:
        """The value of an output."""
        build = self.build
        raw = build.scope.sections.outputs.get(name)
        if not isinstance(raw, Mapping) or "Value" not in raw:
            return unresolved(f"the output `{name}` of a nested stack, which it does not have")
        pointer = f"{build.scope.sections.source.pointer}/Outputs/{name}/Value"
        return settle(build.resolver.resolve(raw["Value"], pointer, pointer))

    @property
    def files(self) -> frozenset[str]:
        own = frozenset((self.build.scope.sections.source.file,))
        return own.union(*(inner.files for inner in self.nested.done.values()))


class _Nested:
    """The stacks within a stack whose templates are files."""

    def __init__(self, stack: Stack, build: Build) -> None:
        self._stack = stack
        self._build = build
        self.done: dict[str, Evaluation] = {}
        self._pending: set[str] = set()

    def output(self, logical_id: str, name: str) -> Value:
        """The output of a stack by the logical id it has here."""
        evaluation = self.evaluation(logical_id)
        if evaluation is None:
            return unresolved(
                f"the output `{name}` of the nested stack `{logical_id}`, whose template was not read"
            )
        return evaluation.output(name)

    def evaluation(self, logical_id: str) -> Evaluation | None:
        if logical_id in self.done:
            return self.done[logical_id]
        stack, build = self._stack, self._build
        written = build.scope.sections.resources[logical_id]
        properties = written.properties
        location = properties.get("TemplateURL") if isinstance(properties, Mapping) else None
        metadata = written.raw.get("Metadata")
        if not isinstance(location, str) and isinstance(metadata, Mapping):
            location = metadata.get("aws:asset:path")  # as the CDK says it
        if logical_id in self._pending:
            build.scope.note(
                written.pointer,
                "circular-reference",
                f"found the stack `{logical_id}` in need of itself, expected no circle",
            )
            return None
        if not isinstance(location, str) or "://" in location or stack.read is None:
            return None
        if stack.level >= MAX_NESTED:
            build.scope.note(
                written.pointer,
                "too-deep",
                f"found more than {MAX_NESTED} stacks in one another, expected fewer",
            )
            return None
        found = stack.read(posixpath.join(posixpath.dirname(stack.source.file), location))
        if found is None:
            message = f"found no template `{location}`, expected the file of a nested stack"
            build.scope.note(f"{written.pointer}/Properties/TemplateURL", "missing-path", message)
            return None
        self._pending.add(logical_id)
        try:
            pointer = f"{written.pointer}/Properties/Parameters"
            raw = properties.get("Parameters", {})
            given = settle(build.resolver.resolve(raw, pointer, pointer))
            name = symbols.made_name(build.scope.stack_text, logical_id)
            place = replace(stack.place, stack=name)
            inner = Stack(found, place, given if isinstance(given, dict) else {}, stack.read, stack.level + 1)
            self.done[logical_id] = evaluation = inner.build(_for_nested(build.scope.choice))
        finally:
            self._pending.discard(logical_id)
        return evaluation


def _whole(type_: str, properties: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
    """The properties, and None for those that a template could set and this one does not."""
    return {**_not_set(type_), **properties}


@cache
def _not_set(type_: str) -> Mapping[str, None]:
    table = TABLES.get(type_)
    others = () if table is None else (name for name in table.calls if name not in _ASSIGNED)
    return dict.fromkeys((*settable(type_), *others))


def _for_nested(choice: Choice) -> Choice:
    """Where it is deployed holds for a nested stack too; its parameters are its own."""
    own = {
        name: value for name, value in choice.parameters.items() if name in ("AWS::AccountId", "AWS::Region")
    }
    return Choice(parameters=own)


def _check(build: Build) -> None:
    """Look at what only the whole template shows."""
    scope = build.scope
    for logical, written in scope.sections.resources.items():
        if (
            written.type == "AWS::CloudFormation::Stack"
            and scope.outputs_of is not None
            and logical in build.made
        ):
            scope.outputs_of(logical, "")
        depends = written.raw.get("DependsOn")
        for index, name in enumerate(depends if isinstance(depends, list) else [depends]):
            if isinstance(name, str):
                if name in scope.sections.resources:
                    build.resolver.uses.setdefault(logical, set()).add(name)
                else:
                    pointer = f"{written.pointer}/DependsOn" + (
                        f"/{index}" if isinstance(depends, list) else ""
                    )
                    build.resolver.missing(name, pointer)
    found = circle(build.resolver.uses)
    if found:
        way = " → ".join(f"`{name}`" for name in (*found, found[0]))
        message = f"found resources that depend on one another in a circle, {way}, expected an order to make them in"
        scope.note(scope.sections.resources[found[0]].pointer, "circular-reference", message)
    for macro in scope.sections.macros:
        message = f"found the macro `{macro}`, which is not run: what it would change is not known"
        place = scope.sections.source.at("Transform")
        scope.note(place.pointer, "macro", message)
