"""A plan or state as it is put together: its instances, and the resources that they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.policy import Policy, Statement, Version
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import POLICY_PROPERTY, Absent, Answer, Present, PropertyValue, Resource
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Pieces
from wa_policy.loaders.terraform.configuration import Configuration
from wa_policy.loaders.terraform.instances import Instance, instances_of
from wa_policy.loaders.terraform.naming import Naming
from wa_policy.loaders.terraform.places import Place, Places
from wa_policy.loaders.terraform.policies import Documents
from wa_policy.loaders.terraform.properties import Reader

ENDPOINT = "AWS::EC2::VPCEndpoint"


@dataclass(slots=True, eq=False)
class Draft:
    """A resource in the making; `instance` is None for one that the plan does not make and tells something of."""

    type: str
    id: str
    name: str
    place: Place
    source: Source
    instance: Instance | None = None
    properties: dict[str, PropertyValue] = field(default_factory=dict)
    places: dict[str, Source] = field(default_factory=dict)
    policy: Policy | None = None
    statements: list[Statement] = field(default_factory=list)
    doubts: list[Unknown] = field(default_factory=list)
    has_region: bool = True
    is_external: bool = False
    """True iff the plan does not make it and tells nothing else of it."""

    def put(self, name: str, value: PropertyValue, source: Source) -> None:
        """Set a property that another resource of the plan brings."""
        self.properties[name] = value
        self.places[name] = source

    def grant(self, document: Any, source: Source) -> None:
        """Take a document as the resource policy."""
        if isinstance(document, Present):
            self.policy = document.policy
            self.places[POLICY_PROPERTY] = source

    def resource(self) -> Resource:
        properties = dict(self.properties)
        if self.policy is not None or self.statements or self.doubts:
            first = self.policy or Policy(Version.OF_2012, (), self.source)
            statements = (*first.statements, *self.statements)
            doubts = (*first.unreadable, *dict.fromkeys(self.doubts))
            properties[POLICY_PROPERTY] = Present(
                Policy(first.version, statements, first.source, first.id, doubts)
            )
        elif self.instance is not None:
            properties.setdefault(POLICY_PROPERTY, Absent(self.source))
        if self.type == ENDPOINT and POLICY_PROPERTY in properties:
            # It bounds what passes through the endpoint, and gives nobody access to it.
            document = properties.pop(POLICY_PROPERTY)
            properties["PolicyDocument"] = None if isinstance(document, Absent) else document
            if POLICY_PROPERTY in self.places:
                self.places["PolicyDocument"] = self.places.pop(POLICY_PROPERTY)
        region = self.place.region if self.has_region else None
        return Resource(
            self.type,
            self.id,
            self.name,
            self.place.account,
            region,
            properties,
            self.source,
            self.places,
        )


class Plan:
    """The instances of one document, with all that is needed to read them."""

    def __init__(self, node: Node, origin: Origin, number: int) -> None:
        self.source = node.source
        self.notes: list[Problem] = []
        root = node.noting(self.notes)
        self.instances = tuple(instances_of(root))
        variables = root.value.get("variables")
        self.configuration = Configuration(root.value.get("configuration"), self.instances)
        self.places = Places(
            number,
            origin,
            self.configuration,
            self.instances,
            variables if isinstance(variables, Mapping) else {},
        )
        self.naming = Naming(number, self.configuration, self.places)
        self.naming.index(self.instances)
        self.reader = Reader(self.configuration, self.naming)
        self.documents = Documents(self.reader, self.notes)
        self.pieces = Pieces()
        self.drafts: dict[str, Draft] = {}
        self._by_address: dict[str, Draft] = {}
        self._by_type: dict[str, list[Instance]] = {}
        for instance in self.instances:
            if not instance.is_data:
                self._by_type.setdefault(instance.type, []).append(instance)

    def of_type(self, *types: str) -> Iterator[Instance]:
        """The instances of the types, in the order of the document."""
        for type_ in types:
            yield from self._by_type.get(type_, ())

    @property
    def types(self) -> Mapping[str, int]:
        """The types of what the plan manages, with the number of instances of each."""
        return {type_: len(found) for type_, found in sorted(self._by_type.items())}

    def add(self, draft: Draft) -> None:
        if draft.id in self.drafts:
            draft.id = f"{draft.id}#{draft.name}"
        self.drafts[draft.id] = draft
        if draft.instance is not None:
            self._by_address[draft.instance.address] = draft

    def draft(self, instance: Instance | None) -> Draft | None:
        return None if instance is None else self._by_address.get(instance.address)

    def target(self, instance: Instance, argument: str, type_: str) -> Draft | None:
        """The draft of what an argument names, None where the plan does not make it."""
        return self.draft(self.reader.target(instance, argument, type_))

    def external(self, type_: str, id_: str, instance: Instance, name: str) -> Draft:
        """The draft of something that the plan does not make and names by its ARN."""
        found = self.drafts.get(id_)
        if found is None:
            found = Draft(type_, id_, name, self.places.of(instance), instance.source, is_external=True)
            self.add(found)
        return found

    def drafts_of(self, type_: str) -> Iterator[Draft]:
        return (draft for draft in list(self.drafts.values()) if draft.type == type_)

    def doubt_all(self, type_: str, doubt: Unknown) -> None:
        """Carry a doubt to all resources of a type: any of them may be meant."""
        for draft in self.drafts_of(type_):
            draft.doubts.append(doubt)

    def answered(self, operation: str, place: Place, resource: str | None = None) -> None:
        """The plan tells all that this call would tell of what it makes."""
        self.pieces.answered(Answer(operation, place.account, place.region, resource), self.source)
