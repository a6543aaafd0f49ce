"""What looks like a secret where it does not belong: in variables, definitions, and the parameters of templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    DOCUMENT_PROPERTY,
    NO_ECHO_PROPERTY,
    TEMPLATE_PARAMETER_TYPE,
    WRITTEN_OUT_PROPERTY,
    PropertyValue,
    Resource,
)
from wa_policy.inventory.relations import related
from wa_policy.rules.arguments import Values
from wa_policy.rules.items import Item, Items, numbered
from wa_policy.rules.secret_names import NameStrength, strength_of
from wa_policy.rules.secret_texts import (
    MAX_TEXT,
    WORDS,
    SecretKind,
    is_nothing,
    is_reference,
    kind_of,
    masked,
)
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import walk

_PLACES: Mapping[str, tuple[str, ...]] = {
    "AWS::ApiGateway::Method": ("Integration",),
    "AWS::ApiGateway::RestApi": (DOCUMENT_PROPERTY,),
    "AWS::ApiGateway::Stage": ("Variables", "CanarySetting.StageVariableOverrides"),
    "AWS::ApiGatewayV2::Api": (DOCUMENT_PROPERTY,),
    "AWS::ApiGatewayV2::Integration": ("RequestParameters", "RequestTemplates"),
    "AWS::ApiGatewayV2::Stage": ("StageVariables",),
    "AWS::CodeBuild::Project": ("Environment.EnvironmentVariables",),
    "AWS::Events::Connection": ("AuthParameters",),
    "AWS::Lambda::Function": ("Environment.Variables",),
    "AWS::SSM::Parameter": ("Value",),
    "AWS::SecretsManager::Secret": ("SecretString",),
    "AWS::StepFunctions::StateMachine": ("DefinitionString", "Definition", "DefinitionSubstitutions"),
}
TYPES = (*sorted(_PLACES), TEMPLATE_PARAMETER_TYPE)
"""The types in which secrets are looked for."""
_PARTS_OF_API = {"AWS::ApiGateway::RestApi": "methods", "AWS::ApiGatewayV2::Api": "integrations"}
_KEEPS_SECRETS = frozenset(("AWS::Events::Connection", "AWS::SSM::Parameter", "AWS::SecretsManager::Secret"))
"""What keeps a secret by itself: a reference that is replaced by the secret is how to give it one."""
_VAULT = "AWS::SecretsManager::Secret"
_BY_NAME_ONLY = ("PARAMETER_STORE", "SECRETS_MANAGER")
_MAX_DEPTH = 40
NOT_HIDDEN, WITH_DEFAULT, WRITTEN = "not_hidden", "with_default", "written_out"
"""Kinds of what is wrong with a parameter of a template and with the text of a secret."""
KINDS = (*SecretKind, NOT_HIDDEN, WITH_DEFAULT, WRITTEN)
_WORDS: dict[str, str] = {
    **{str(kind): words for kind, words in WORDS.items()},
    NOT_HIDDEN: "a parameter without `NoEcho`, which everyone sees who may describe the stack",
    WITH_DEFAULT: "a parameter for a secret that has a default in the template",
    WRITTEN: "a secret that stands in the template",
}


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A text at a place, with the name that stands nearest to it."""

    path: str
    name: str
    value: str | Unknown


def secrets(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The texts of the subject that look like secrets."""
    resource = subject.resource
    if resource is None:
        return Items(())
    if resource.type == TEMPLATE_PARAMETER_TYPE:
        return _of_parameter(resource)
    leaves, unknown = _leaves_of(resource, scope)
    if resource.properties.get(WRITTEN_OUT_PROPERTY) is True:
        leaf = _Leaf("SecretString", "SecretString", "")
        return Items((_made(resource, leaf, WRITTEN, ""),), unknown)
    hidden = resource.properties.get(NO_ECHO_PROPERTY)
    places = hidden if isinstance(hidden, Mapping) else {}
    items = [
        item for leaf in leaves if (item := _item(resource, leaf, places)) is not None
    ]  # what stands for a parameter with NoEcho is no text of the template
    return Items(numbered(items), unknown)


def _leaves_of(resource: Resource, scope: Scope) -> tuple[list[_Leaf], tuple[Unknown, ...]]:
    leaves: list[_Leaf] = []
    unread: list[Unknown] = []
    was_read = False
    if resource.type in _PARTS_OF_API and DOCUMENT_PROPERTY not in resource.properties:
        # Of an API without a document here, the parts are judged: what is not known is whether all of them were read.
        more = related(scope.inventory, resource, _PARTS_OF_API[resource.type]).unknown
        return [], () if more is None else (more,)
    for place in _PLACES[resource.type]:
        top, *rest = place.split(".")
        value = walk(resource.property(top), tuple(rest))
        if isinstance(value, Unknown):
            unread.append(value)
            continue
        was_read = was_read or value is not None
        leaves += _leaves(value, place, "", 0)
    if was_read:  # of two ways to say the same, an answer has one
        unread = [one for one in unread if one.kind is not UnknownKind.NOT_EXPORTED]
    hidden = resource.properties.get(NO_ECHO_PROPERTY)
    # A plan tells of the text of a secret where it is written out, and nothing where it is not.
    is_vault = resource.type == _VAULT and all(one.kind is UnknownKind.NOT_EXPORTED for one in unread)
    if is_vault or (resource.type in _KEEPS_SECRETS and isinstance(hidden, Mapping)):
        unread = []
    return leaves, tuple(unread)


def _leaves(value: PropertyValue, path: str, name: str, depth: int) -> Iterator[_Leaf]:
    if depth > _MAX_DEPTH:
        return
    match value:
        case str() if (
            value.lstrip()[:1] in ("{", "[") and len(value) <= MAX_TEXT and (made := _json(value)) is not None
        ):
            yield from _leaves(made, path, name, depth + 1)
        case str() | Unknown():
            yield _Leaf(path, name, value)
        case Mapping():
            named = value.get("Name", value.get("Key"))
            if isinstance(named, str) and "Value" in value:
                if value.get("Type") not in _BY_NAME_ONLY:
                    yield from _leaves(value["Value"], f"{path}.{named}", named, depth + 1)
                return
            for key, part in value.items():
                yield from _leaves(part, f"{path}.{key}", key, depth + 1)
        case tuple() | list():
            for number, part in enumerate(value):
                yield from _leaves(part, f"{path}.{number}", name, depth + 1)
        case _:
            return


def _json(text: str) -> PropertyValue:
    try:
        return json.loads(text)  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return None


def _item(resource: Resource, leaf: _Leaf, hidden: Mapping[str, PropertyValue]) -> Item | None:
    parameter = hidden.get(leaf.path)
    if parameter is not None:
        if resource.type in _KEEPS_SECRETS:
            return None
        return _made(resource, leaf, SecretKind.RESOLVED, f"parameter {parameter}")
    if isinstance(leaf.value, Unknown):
        if strength_of(leaf.name) is NameStrength.NONE:
            return None
        return _made(resource, leaf, SecretKind.MASKED, "", leaf.value)
    kind = kind_of(leaf.name, leaf.value)
    if kind is SecretKind.RESOLVED and resource.type in _KEEPS_SECRETS:
        return None
    if kind is None and resource.type == _VAULT and _is_written(leaf.value):
        return _made(resource, leaf, WRITTEN, masked(leaf.value))
    if kind is None:
        return None
    reason = None
    if kind is SecretKind.MASKED:
        reason = Unknown(UnknownKind.NOT_EXPORTED, f"`{leaf.name}`, whose value is covered")
    return _made(resource, leaf, kind, masked(leaf.value), reason)


def _is_written(text: str) -> bool:
    """True iff a text that is no JSON stands there as the secret: the parts of JSON are judged by their names."""
    return kind_of("password", text) is SecretKind.NAMED


def _made(resource: Resource, leaf: _Leaf, kind: str, shown: str, unknown: Unknown | None = None) -> Item:
    top = leaf.path.partition(".")[0]
    name = leaf.name or leaf.path.rsplit(".", 1)[-1]
    fields = {"name": name, "kind": kind, "says": _WORDS[kind], "shown": shown, "path": leaf.path}
    key = name if resource.type != "AWS::StepFunctions::StateMachine" else leaf.path
    return Item(key, resource.place(top), fields, unknown=unknown)


# --- parameters of templates -----------------------------------------------------------------------------------------


def _of_parameter(resource: Resource) -> Items:
    name = resource.name
    type_, default = resource.property("Type"), resource.property("Default")
    is_reference_type = isinstance(type_, str) and type_.startswith(
        "AWS::"
    )  # a name of Parameter Store, an id of EC2
    text = default if isinstance(default, str) and not is_reference_type else ""
    is_given = not is_nothing(text) and not is_reference(text)
    allowed = resource.property("AllowedValues")
    # One of a list, which everyone can read, is no secret; nor is a number.
    sounds = (
        strength_of(name) is not NameStrength.NONE
        and not is_reference_type
        and type_ != "Number"
        and not (isinstance(allowed, tuple) and allowed)
    )
    is_hidden = resource.property("NoEcho") is True
    found: list[str] = []
    if sounds and not is_hidden and not (text and is_reference(text)):
        found.append(NOT_HIDDEN)
    has_form = is_given and kind_of(name, text) is not None
    if has_form or (is_given and (sounds or is_hidden)):
        found.append(WITH_DEFAULT)
    fields = {"name": "it", "path": name, "shown": masked(text) if text else ""}
    return Items(
        tuple(Item(kind, resource.source, {**fields, "kind": kind, "says": _WORDS[kind]}) for kind in found)
    )
