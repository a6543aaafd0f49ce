"""Named predicates on any subject: where it comes from, and which environment it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import TEMPLATE_PARAMETER_TYPE, PropertyValue
from wa_policy.inventory.symbols import has_made_name, shown
from wa_policy.rules.arguments import Values, text, texts
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import parts_of, walk

_TEMPLATES = ("CloudFormation template", "SAM template")
"""Plans are not among them: Terraform fills in the defaults of the provider."""
_STAGE_NAMES = ("StageName", "EnvironmentName", "Stage")
_WORDS = re.compile(r"[A-Za-z0-9]+")


def is_declared(subject: Subject, scope: Scope, _arguments: Values) -> bool:
    """True iff a template declares the subject: only there can "not set" be told from "set to the default"."""
    shared = scope.shared
    if shared.declaring is None:
        shared.declaring = frozenset(
            read.file for read in scope.inventory.files if any(kind in _TEMPLATES for kind in read.kinds)
        )
    return subject.source.file in shared.declaring


def is_made_by_code(subject: Subject, scope: Scope, _arguments: Values) -> bool:
    """True iff the subject stands in a template or plan: what was exported does not tell how it was made."""
    return subject.type == TEMPLATE_PARAMETER_TYPE or (subject.type, subject.id) in scope.inventory.declared


def is_production(subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the tag, or else the name of the stage or of the stack, says so."""
    wanted = {value.lower() for value in texts(arguments, "values")}
    resource = subject.resource
    if resource is None:
        return False
    tag = tag_of(resource.property("Tags"), text(arguments, "tag"))
    if isinstance(tag, str):
        return tag.lower() in wanted
    stages = [resource.property(name) for name in _STAGE_NAMES if name in resource.properties]
    found: list[Truth] = [tag] if isinstance(tag, Unknown) else []
    for stage in stages:
        if isinstance(stage, Unknown):
            found.append(stage)
        elif isinstance(stage, str) and has_made_name(stage):
            found.append(Unknown(UnknownKind.UNRESOLVED, f"`{shown(stage)}`, which names the stage"))
        elif isinstance(stage, str):
            found.append(stage.lower() in wanted)
    if stages:
        return any_of(found)
    named = any(word.lower() in wanted for word in _stack_words(subject))
    return any_of([*found, named])


def _stack_words(subject: Subject) -> Iterator[str]:
    """The words of the name of the stack, where the resource has a tag that names it."""
    if subject.resource is not None:
        stack = tag_of(subject.resource.property("Tags"), "aws:cloudformation:stack-name")
        if isinstance(stack, str):
            yield from _WORDS.findall(stack)


def is_named(subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the id of the subject, or its name, fits one of the patterns."""
    given = {} if subject.resource is None else subject.resource.properties
    told = given.get("Name", given.get(f"{subject.type.rpartition(':')[2]}Name"))
    names = {
        told if isinstance(told, str) else "",
        subject.id,
        subject.name,
        shown(subject.id),
        subject.id.rpartition(":")[2],
        subject.id.rpartition("/")[2],
        shown(subject.name),
    }
    if any(matches(glob(pattern), name) for pattern in texts(arguments, "patterns") for name in names):
        return True
    return told if isinstance(told, Unknown) else False


def is_type(subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the subject is of the type."""
    return subject.type == text(arguments, "type")


def has_tag(subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the subject has the tag, with one of the values where they are given."""
    resource = subject.resource
    if resource is None:
        return False
    found = tag_of(resource.property("Tags"), text(arguments, "tag"))
    if isinstance(found, Unknown):
        return found
    wanted = texts(arguments, "values")
    return isinstance(found, str) and (not wanted or found in wanted)


def has_tags(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff the subject has each of the tags, written as `Key` or `Key=value`; entries of one key are alternatives."""
    resource = subject.resource
    if resource is None:
        return False
    wanted: dict[str, set[str]] = {}
    for entry in texts(arguments, "tags"):
        key, _, value = entry.partition("=")
        wanted.setdefault(key, set()).update({value} if value else ())
    unknown: Unknown | None = None
    for key, values in sorted(wanted.items()):
        found = tag_of(resource.property("Tags"), key)
        if found is None and is_declared(subject, scope, arguments):
            # A stack gives its own tags to its resources:
            # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
            found = Unknown(UnknownKind.NOT_EXPORTED, f"a tag `{key}` of the stack")
        if isinstance(found, Unknown):
            unknown = unknown or found
        elif not isinstance(found, str) or (values and found not in values):
            return False
    return True if unknown is None else unknown


def tag_of(tags: PropertyValue, name: str) -> PropertyValue:
    """The value of a tag, written as a map or as a list of keys and values; None where there is none."""
    if isinstance(tags, Unknown):
        return tags
    unknown: Unknown | None = None
    for part in parts_of(tags):
        if isinstance(part.value, Unknown) and part.key != name:
            unknown = unknown or (part.value if isinstance(tags, tuple) else None)
            continue
        key = walk(part.value, ("Key",)) if isinstance(tags, tuple) else part.key
        if isinstance(key, Unknown):
            unknown = unknown or key
        elif key == name:
            return walk(part.value, ("Value",)) if isinstance(tags, tuple) else part.value
    return unknown
