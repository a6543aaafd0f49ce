"""Templates of the Serverless Application Model, through AWS's own transform, which is an extra of its own to install.

The transform refuses files beside the template, wants a region and the ARNs of managed policies, logs what it likes and
costs half a second of CPU to import: it sees a copy in which no file is named, and is imported for such a template alone.
"""

from __future__ import annotations

import copy
import json
import logging
import marshal
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.inventory import symbols
from wa_policy.loaders.cloudformation.beside import included
from wa_policy.loaders.cloudformation.sam_places import SamPlaces, is_serverless
from wa_policy.loaders.cloudformation.scope import is_list_type, list_items
from wa_policy.loaders.cloudformation.template import texts_with
from wa_policy.loaders.text import shown

_CODE_BUCKET = "s3://code-of-the-template"
_CODE = f"{_CODE_BUCKET}/code.zip"
_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]+")
_BUILT_APART = ("esbuild", "go1.x", "makefile", "rust-cargolambda")
"""Ways to build by which each function gets a bundle of its own, whatever folder it comes from."""
_DOCUMENT = "s3://document-beside-the-template/document"
_CODE_OF = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
_DOCUMENT_OF = {
    "AWS::Serverless::Api": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::HttpApi": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "Definition"),
}
_LOGGER = logging.getLogger("samtranslator")
_LOGGER.addHandler(logging.NullHandler())  # else what does not propagate is printed
_TRIES = 20
"""Resources that may be wrong before the transform is given up."""


@dataclass(frozen=True)
class Transformed:
    """The template after the transform, where its parts come from, and what could not be transformed."""

    value: Mapping[str, Any]
    locate: Callable[[str], str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Session:
    """What the transform wants to know of a session."""

    region_name: str


@dataclass(slots=True)
class _Notes:
    source: Source
    found: list[Problem] = field(default_factory=list)

    def add(self, keys: tuple[str, ...], code: str, message: str, advice: str = "") -> None:
        self.found.append(self.source.at(*keys).problem(code, message, advice=advice))


def transformed(
    value: Mapping[str, Any], source: Source, given: Mapping[str, Any], region: str | None, partition: str
) -> Transformed:
    """The template as CloudFormation gets it; without the transform, or where that fails, what of it is CloudFormation."""
    notes = _Notes(source)
    written = value.get("Resources")
    if not isinstance(written, Mapping) or not any(map(is_serverless, written.values())):
        return Transformed(value, str)  # nothing in it to transform
    parameters = _lists_apart(
        value.get("Parameters"),
        {name: item for name, item in given.items() if isinstance(item, str | int | float)},
    )
    result = run_transform(value, parameters, region or symbols.REGION, partition, notes)
    if result is None:
        kept = {name: item for name, item in written.items() if not is_serverless(item)}
        return Transformed({**value, "Resources": kept}, str, tuple(notes.found))
    if region is None and any(texts_with(result, symbols.REGION)):
        result = _with_region(result, inside_sub=False)
    for section in ("Parameters", "Mappings", "Conditions"):
        if section in value:
            # As written: the copy was changed, and conditions may be new.
            new = result.get(section)
            result[section] = (
                {**(new if isinstance(new, Mapping) else {}), **value[section]}
                if isinstance(value[section], Mapping)
                else value[section]
            )
    result.setdefault("Outputs", {})
    transform = value.get("Transform")
    if isinstance(transform, list):
        result["Transform"] = transform
    places = SamPlaces(value, result, source.pointer)
    return Transformed(result, places.locate, tuple(notes.found))


def _lists_apart(written: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of parameters, those of lists as the lists that they are."""
    types = written if isinstance(written, Mapping) else {}

    def is_list(name: str) -> bool:
        definition = types.get(name)
        return isinstance(definition, Mapping) and is_list_type(str(definition.get("Type")))

    return {
        name: list_items(item) if isinstance(item, str) and is_list(name) else item
        for name, item in given.items()
    }


def run_transform(
    value: Mapping[str, Any], parameters: Mapping[str, Any], region: str, partition: str, notes: _Notes
) -> dict[str, Any] | None:
    """What the transform makes of the template, None where it makes nothing; resources that are wrong are left out."""
    try:
        from samtranslator.model.exceptions import ExceptionWithMessage, InvalidDocumentException
    except ImportError:
        message = "found a template of the Serverless Application Model, expected the extra `sam` to be installed; its serverless resources are not read"
        notes.add(("Transform",), "sam-missing", message, "install it with `pip install 'wa-policy[sam]'`")
        return None
    policies = _managed_policies(partition)
    left_out: set[str] = set()
    for _ in range(_TRIES):
        template = _prepared(value, left_out, notes.source)  # which the transform changes
        try:
            with _quiet():
                return translate(template, dict(parameters), policies, region)
        except InvalidDocumentException as error:
            wrong = [str(getattr(cause, "_logical_id", "")) for cause in error.causes]
            known = [name for name in wrong if name in value["Resources"] and name not in left_out]
            for cause, name in zip(error.causes, wrong, strict=True):
                keys = ("Resources", name) if name in known else ("Resources",)
                notes.add(keys, "sam-invalid", _words(cause.message))
            left_out.update(known)
            if not known or len(left_out) == len(value["Resources"]):
                return None
        except ExceptionWithMessage as error:
            notes.add((), "sam-invalid", _words(error.message))
            return None
        except Exception as error:  # noqa: BLE001  # whatever the transform does with odd input, the rest is read
            message = f"the transform failed with `{shown(f'{type(error).__name__}: {error}', 200)}`, expected a template that it takes; its serverless resources are not read"
            notes.add((), "sam-invalid", message)
            return None
    return None


def translate(
    template: dict[str, Any], parameters: dict[str, Any], policies: dict[str, str], region: str
) -> dict[str, Any]:
    """What the library itself does, and nothing of ours."""
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    translator = Translator(policies, Parser(), boto_session=_Session(region))
    try:
        result: dict[str, Any] = translator.translate(template, parameters)
    finally:
        translator.metrics.publish()  # to nobody; else it complains when it is thrown away
    return result


def _words(message: str) -> str:
    text = shown(" ".join(message.split()), 300).rstrip(".")
    return f"the transform says: {text[:1].lower()}{text[1:]}"


@lru_cache(maxsize=8)
def _managed_policies(partition: str) -> dict[str, str]:
    from wa_policy.catalog.store import load_managed_policies

    return {
        path.rsplit("/", 1)[-1]: f"arn:{partition}:iam::aws:policy/{path}"
        for path in load_managed_policies().documents
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """No log of the transform, which tells of every template that it was given."""
    # `logging.disable` would empty the caches of all loggers that there are, twice for each template.
    before, _LOGGER.propagate = _LOGGER.propagate, False
    try:
        yield
    finally:
        _LOGGER.propagate = before


# --- before ----------------------------------------------------------------------------------------------------------


def _prepared(value: Mapping[str, Any], left_out: Collection[str], source: Source) -> dict[str, Any]:
    """A copy with something that the transform takes in place of files beside the template; documents are read."""
    kept = {name: item for name, item in value["Resources"].items() if name not in left_out}
    template: dict[str, Any] = _copied({**value, "Resources": kept})
    _prepare(template, source)
    return template


def _copied(value: Any) -> Any:
    """A deep copy of a JSON value, aliases in it still shared; ten times as fast as `copy.deepcopy`."""
    try:
        return marshal.loads(marshal.dumps(value))  # noqa: S302  # made on the spot
    except ValueError:  # a value of a type of its own
        return copy.deepcopy(value)


def _prepare(template: dict[str, Any], source: Source) -> None:
    global_ = template.get("Globals")
    of_all: dict[str, Any] = {}
    if isinstance(global_, dict):
        for kind, property_ in (("Function", "CodeUri"), ("LayerVersion", "ContentUri")):
            section = global_.get(kind)
            if isinstance(section, dict) and property_ in section:
                of_all[property_] = section[property_]
                section[property_] = _CODE
        _without_clock(global_.get("Api"))
    parameters = template.get("Parameters")
    if isinstance(parameters, dict):
        for definition in parameters.values():
            # The default of such a parameter is the name under which Parameter Store has the value.
            if not isinstance(definition, dict):
                continue
            type_, default = str(definition.get("Type")), definition.get("Default")
            if type_.startswith("AWS::SSM::Parameter"):
                definition.pop("Default", None)
            elif is_list_type(type_) and isinstance(default, str):
                definition["Default"] = list_items(default)  # as CloudFormation hands it to a transform
    resources = template.get("Resources")
    for name, resource in resources.items() if isinstance(resources, dict) else ():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if not isinstance(properties, dict):
            continue
        type_ = resource.get("Type")
        code = _CODE_OF.get(str(type_))
        is_image = properties.get("PackageType") == "Image" or "ImageUri" in properties
        if code is not None and "InlineCode" not in properties and not is_image:
            properties[code] = _code_at(properties.get(code, of_all.get(code)), str(name), resource)
        if type_ == "AWS::Serverless::Api":
            _without_clock(properties)
        if str(type_) in _DOCUMENT_OF:
            _inline(properties, *_DOCUMENT_OF[str(type_)], source=source)
        if type_ == "AWS::Serverless::GraphQLApi":
            _prepare_graphql(properties)


def _code_at(written: Any, name: str, resource: Mapping[str, Any]) -> str:
    """Where the code lies after a build: for two resources the same place if and only if they are built of the same."""
    metadata = resource.get("Metadata")
    if isinstance(metadata, Mapping) and metadata.get("BuildMethod") in _BUILT_APART:
        return f"{_CODE_BUCKET}/{_UNSAFE.sub('-', name)}.zip"
    if isinstance(written, str) and "://" not in written:
        place = posixpath.normpath(written)
    elif written is None:
        place = "."
    else:
        place = json.dumps(written, sort_keys=True, default=str)
    return f"{_CODE_BUCKET}/{_UNSAFE.sub('-', place)}.zip"


def _without_clock(properties: Any) -> None:
    """Without the property by which the transform names a deployment after the second in which it runs."""
    if isinstance(properties, dict):
        properties.pop("AlwaysDeploy", None)


def _inline(properties: dict[str, Any], uri: str, body: str, *, source: Source) -> None:
    """Put the document that a file beside the template holds in its place."""
    location = properties.get(uri)
    if not isinstance(location, str) or "://" in location:
        return
    document = included(source, location)
    if isinstance(document, dict):
        del properties[uri]
        properties[body] = _copied(document)
    else:
        properties[uri] = _DOCUMENT


def _prepare_graphql(properties: dict[str, Any]) -> None:
    if isinstance(properties.get("SchemaUri"), str):
        properties["SchemaUri"] = _DOCUMENT
    for name in ("Functions", "Resolvers"):
        _code_of_resolvers(properties.get(name))


def _code_of_resolvers(value: Any) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            if isinstance(item.get("CodeUri"), str):
                item["CodeUri"] = _DOCUMENT
            pending += item.values()
        elif isinstance(item, list):
            pending += item


# --- after -----------------------------------------------------------------------------------------------------------


def _with_region(value: Any, *, inside_sub: bool) -> Any:
    """The value with `AWS::Region` again where the transform wrote the region that it was given."""
    if isinstance(value, str):
        if symbols.REGION not in value:
            return value
        if inside_sub:
            return value.replace(symbols.REGION, "${AWS::Region}")
        if value == symbols.REGION:
            return {"Ref": "AWS::Region"}
        return {"Fn::Sub": value.replace("${", "${!").replace(symbols.REGION, "${AWS::Region}")}
    if isinstance(value, dict):
        return {key: _with_region(item, inside_sub=key == "Fn::Sub") for key, item in value.items()}
    if isinstance(value, list):
        return [_with_region(item, inside_sub=inside_sub and not index) for index, item in enumerate(value)]
    return value
