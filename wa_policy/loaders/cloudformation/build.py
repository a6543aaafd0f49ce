"""One evaluation of a template to the pieces of an inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from wa_policy.errors import Problem
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.policy import Policy, Statement
from wa_policy.iam.source import Source, escape
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    DELETION_POLICY_PROPERTY,
    DEPLOYMENT_PROPERTY,
    FIXED_NAME_PROPERTY,
    NO_ECHO_PROPERTY,
    POLICY_PROPERTY,
    REPLACE_POLICY_PROPERTY,
    WAIVERS_PROPERTY,
    Absent,
    Answer,
    NotExported,
    PolicyDocument,
    Present,
    PropertyValue,
    Resource,
)
from wa_policy.loaders.cloudformation.conditions import Conditions
from wa_policy.loaders.cloudformation.documents import Reading
from wa_policy.loaders.cloudformation.kinds import KINDS
from wa_policy.loaders.cloudformation.places import Places
from wa_policy.loaders.cloudformation.properties import converted, properties_of
from wa_policy.loaders.cloudformation.scope import Scope
from wa_policy.loaders.cloudformation.template import Resource as Written
from wa_policy.loaders.cloudformation.values import NO_VALUE, Value, as_text, doubt_of, settled
from wa_policy.loaders.pieces import Pieces
from wa_policy.loaders.tables import frozen


@dataclass(slots=True, eq=False)
class Made:
    """A resource as it comes out of the template: `properties` become those of the inventory."""

    written: Written
    values: Mapping[str, Value]
    id: str
    name: str
    properties: dict[str, PropertyValue]
    places: Places
    source: Source
    doubt: Unknown | None = None
    """Why it may not be there."""


@dataclass(slots=True, eq=False)
class Grants:
    """What is known of the resource policy of one resource."""

    policy: Policy | None = None
    statements: list[Statement] = field(default_factory=list)
    doubts: list[Unknown] = field(default_factory=list)
    place: Source | None = None


_NAMED_APART = frozenset(
    (
        *("AWS::DynamoDB::Table", "AWS::Events::EventBus", "AWS::IAM::Role", "AWS::Kinesis::Stream"),
        *("AWS::Lambda::Function", "AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue"),
        *("AWS::SecretsManager::Secret", "AWS::StepFunctions::StateMachine"),
    )
)
"""Types of which no two resources of an account and Region may have the same name."""
_POLICIES = {"DeletionPolicy": DELETION_POLICY_PROPERTY, "UpdateReplacePolicy": REPLACE_POLICY_PROPERTY}


class Build:
    """The resources of a template under one choice; what each type means in particular is in `HANDLERS`."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.conditions = Conditions(scope)
        self.resolver = self.conditions.resolver
        self.notes: list[Problem] = scope.notes
        self.reading = Reading(self.resolver, self.notes)
        self.pieces = Pieces()
        self.made: dict[str, Made] = {}
        self.by_id: dict[str, Made] = {}
        self.grants: dict[str, Grants] = {}
        self.externals: dict[str, str] = {}
        """Resources of other templates whose policies stand here, with their types."""
        self.topics_last: list[Made] = []

    # --- steps ------------------------------------------------------------------------------------------------

    def run(self, handlers: Mapping[str, Callable[[Build, Made], None]]) -> Pieces:
        """All pieces of the template."""
        for written in self.scope.sections.resources.values():
            made = self._make(written)
            if made is not None:
                self.made[written.logical_id] = made
                self.by_id.setdefault(made.id, made)
        for made in list(self.made.values()):
            handler = handlers.get(made.written.type)
            if handler is not None:
                handler(self, made)
        return self.pieces

    def finish(self) -> None:
        """Hand over the resources, with the policies that others brought them."""
        for made in self.made.values():
            self.pieces.resources.append(self._resource(made))
        self.pieces.problems.extend(self.notes)

    def _make(self, written: Written) -> Made | None:
        doubt: Unknown | None = None
        condition = written.raw.get("Condition")
        if condition is not None:
            truth = self.conditions.truth(condition, f"{written.pointer}/Condition")
            if truth is False:
                return None
            doubt = truth if isinstance(truth, Unknown) else None
        source = self.scope.sections.place(written.pointer)
        values = self.resolver.of_resource(written)
        if values is None or values is NO_VALUE:
            values = {}
        if not isinstance(values, dict):
            reason = doubt_of(values)
            if reason is None:
                self.scope.note(
                    f"{written.pointer}/Properties",
                    "template-section",
                    "found no object, expected properties",
                )
            values = {}
        id_, name = self.identity(written)
        properties = properties_of(written.type, values)
        waivers = _waivers(written.raw.get("Metadata"))
        if waivers is not None:
            properties[WAIVERS_PROPERTY] = waivers
        if written.type == "AWS::Lambda::Alias":
            properties[DEPLOYMENT_PROPERTY] = self._deployment(written)
        properties.update(self._written(written))
        pointer = f"{written.pointer}/Properties"
        hidden = self.resolver.no_echo.get(written.logical_id)
        if hidden:
            properties[NO_ECHO_PROPERTY] = {
                path: name for out, name in hidden.items() if (path := _path_below(out, pointer, values))
            }
        places = Places(values, lambda name: self.resolver.at(f"{pointer}/{escape(name)}"))
        return Made(written, values, id_, name, properties, places, source, doubt)

    def _written(self, written: Written) -> Iterator[tuple[str, PropertyValue]]:
        """What only the text of the template says: whether the name is written out, and what becomes of the resource."""
        kind = KINDS.get(written.type)
        raw = written.raw.get("Properties")
        name = raw.get(kind.name) if kind is not None and isinstance(raw, dict) else None
        if written.type in _NAMED_APART:
            yield FIXED_NAME_PROPERTY, True if isinstance(name, str) else None
        for name, property_ in _POLICIES.items():
            pointer = f"{written.pointer}/{name}"
            is_set = name in written.raw
            yield (
                property_,
                converted(self.resolver.resolve(written.raw[name], pointer, pointer)) if is_set else None,
            )

    def _deployment(self, written: Written) -> PropertyValue:
        """The deployment group that shifts an alias.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html#cfn-attributes-updatepolicy-codedeploylambdaaliasupdate
        """
        if "UpdatePolicy" not in written.raw:
            return None
        pointer = f"{written.pointer}/UpdatePolicy"
        found = converted(self.resolver.resolve(written.raw["UpdatePolicy"], pointer, pointer))
        if isinstance(found, Mapping):
            return found.get("CodeDeployLambdaAliasUpdate")
        return found if isinstance(found, Unknown) else None

    def identity(self, written: Written) -> tuple[str, str]:
        """The id and the name to show; the id is the ARN where its form is known."""
        naming = self.resolver.naming
        text = naming.settled_arn(written)
        id_ = (
            text if isinstance(text, str) else f"{written.type}/{self.scope.stack_text}/{written.logical_id}"
        )
        if id_ in self.by_id and self.by_id[id_].written.logical_id != written.logical_id:
            id_ = f"{id_}#{written.logical_id}"
        name = naming.name(written)
        shown = settled(name) if not isinstance(name, str) else name
        known = isinstance(name, str) or (
            isinstance(shown, str) and written.logical_id not in self._stand_ins(name)
        )
        return id_, (shown if known and isinstance(shown, str) and shown else written.logical_id)

    def _stand_ins(self, name: Template) -> Iterable[str]:
        return (getattr(part, "written", "")[2:-1] for part in name.parts if not isinstance(part, str))

    def _resource(self, made: Made) -> Resource:
        properties = made.properties
        grants = self.grants.get(made.id)
        properties[POLICY_PROPERTY] = _NO_POLICY if grants is None else document(grants)
        if grants is not None and grants.place is not None:
            made.places.setdefault(POLICY_PROPERTY, grants.place)
        region = (
            None
            if made.written.type.startswith(("AWS::IAM::", "AWS::CloudFront::"))
            else self.scope.region_text
        )
        return Resource(
            made.written.type,
            made.id,
            made.name,
            self.scope.account_text,
            region,
            properties,
            made.source,
            made.places,
        )

    # --- for handlers -----------------------------------------------------------------------------------------

    def text(self, made: Made, name: str) -> str | Unknown | None:
        """A property that is a text, settled; None where it is not set or no text."""
        value = made.values.get(name, NO_VALUE)
        if isinstance(value, Unknown):
            return value
        text = as_text(value)
        if text is None:
            return None
        text = settled(text)
        return text if isinstance(text, str) else doubt_of(text)

    def physical_name(self, made: Made) -> str:
        """The name, or what stands for one that is made."""
        name = settled(self.resolver.naming.name(made.written))
        return name if isinstance(name, str) else made.name

    def pointer(self, made: Made, *keys: str | int) -> str:
        return "".join((made.written.pointer, "/Properties", *(f"/{escape(key)}" for key in keys)))

    def granted(self, id_: str) -> Grants:
        found = self.grants.get(id_)
        if found is None:
            self.grants[id_] = found = Grants()
        return found

    def declare(self) -> None:
        """What there is now is made by the template."""
        made = ((made.written.type, made.id) for made in self.made.values())
        parts = ((resource.type, resource.id) for resource in self.pieces.resources)
        self.pieces.declared.update(made, parts)

    def answered(self, operation: str, resource: str | None = None) -> None:
        """The template tells all that this call would tell of what it makes."""
        answer = Answer(operation, self.scope.account_text, self.scope.region_text, resource)
        self.pieces.answered(answer, self.scope.sections.source)


_NO_POLICY = Absent()


def document(grants: Grants) -> PolicyDocument:
    """The resource policy that is put together of what was found."""
    if grants.policy is None and not grants.statements:
        return NotExported(grants.doubts[0].reason) if grants.doubts else _NO_POLICY
    first = grants.policy
    source = grants.place or Source("")
    if first is None:
        from wa_policy.iam.policy import Version

        first = Policy(Version.OF_2012, (), source)
    return Present(
        Policy(
            first.version,
            (*first.statements, *grants.statements),
            first.source,
            first.id,
            (*first.unreadable, *dict.fromkeys(grants.doubts)),
        )
    )


def is_arn(text: str) -> bool:
    return parse_arn(text) is not None


def _path_below(out: str, top: str, values: Value) -> str:
    """The path of a place in the properties, up to the function that makes the value there."""
    steps = out.removeprefix(f"{top}/").split("/") if out.startswith(f"{top}/") else []
    kept: list[str] = []
    for token in steps:
        step = token.replace("~1", "/").replace("~0", "~")
        if isinstance(values, Mapping) and step in values:
            values = values[step]
        elif isinstance(values, list) and step.isdigit() and int(step) < len(values):
            values = values[int(step)]
        else:
            break
        kept.append(step)
    return ".".join(kept)


def _waivers(metadata: object) -> PropertyValue:
    """What stands under `wa-policy` in the metadata of a resource, None where nothing does."""
    own = metadata.get("wa-policy") if isinstance(metadata, dict) else None
    return None if own is None else frozen(own)
