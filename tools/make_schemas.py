"""Generate the table of CloudFormation resource types and their properties; see docs/catalog.md.

    python tools/make_schemas.py

Reads the resource schemas that the pinned cfn-lint wheel bundles (as a zip file; nothing in it is run) and writes names,
nesting and value types of the properties, no more. The same wheel gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "wa_policy" / "catalog" / "data" / "schemas.v1.json.gz"
REGION = "us-east-1"
"""No Region has more types."""
MOST_LOST = 0.01
SCHEMAS_DATE = "2026-11-20"
"""The day of the release of the wheel."""

_SCALARS = {"string": "t", "integer": "n", "number": "n", "boolean": "f"}
FREE, NAMES = "x", "m"


def build(cache: Path) -> dict[str, Any]:
    """The content of the data file."""
    from tools.catalog.wheels import SCHEMAS, open_wheel

    wheel = open_wheel(SCHEMAS, cache)
    folder = "cfnlint/data/schemas"
    files: Mapping[str, str] = wheel.json(f"{folder}/providers/{REGION}.json")
    schemas = {
        type_: wheel.json(f"{folder}/resources/{file}.json")
        for type_, file in sorted(files.items())
        if type_.startswith("AWS::")
    }
    types = {type_: compact(schema) for type_, schema in schemas.items()}
    source = {
        "package": SCHEMAS.package,
        "version": SCHEMAS.version,
        "licence": SCHEMAS.licence,
        "sha256": wheel.sha256,
    }
    return {
        "v": 1,
        "meta": {"date": SCHEMAS_DATE, "sources": [source]},
        "types": types,
        "read_only": _of_all(schemas, "readOnlyProperties"),
        "write_only": _of_all(schemas, "writeOnlyProperties"),
    }


def _of_all(schemas: Mapping[str, Any], word: str) -> dict[str, list[str]]:
    found = {type_: marked(schema, word) for type_, schema in schemas.items()}
    return {type_: paths for type_, paths in found.items() if paths}


def marked(schema: Mapping[str, Any], word: str) -> list[str]:
    """The paths of the properties that the schema lists under a word, without those below a listed one, sorted."""
    paths = {
        ".".join(part for part in path.split("/")[2:] if part != "*")
        for path in schema.get(word, ())
        if path.startswith("/properties/")
    }
    return sorted(
        path for path in paths if not any(path.startswith(f"{other}.") for other in paths if other != path)
    )


def compact(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a type, under the empty name, and the structures that they refer to, by their names."""
    definitions = schema.get("definitions", {})
    found: dict[str, Any] = {"": _members(schema, definitions)}
    pending = [found[""]]
    while pending:
        for name in sorted(_references(pending.pop())):
            if name not in found:
                found[name] = _members(definitions[name], definitions)
                pending.append(found[name])
    return found


def _references(spec: Any) -> set[str]:
    match spec:
        case str():
            return {spec[1:]} if spec.startswith("#") else set()
        case list():
            return _references(spec[0])
        case dict():
            return set().union(*map(_references, spec.values())) if spec else set()
    return set()


def _members(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an object, those of its alternatives included."""
    members: dict[str, Any] = {}
    for part in (*_alternatives(schema, definitions), schema):
        for name, inner in part.get("properties", {}).items():
            spec = _spec(inner, definitions)
            if name not in members or spec != FREE:
                members[name] = spec
    return dict(sorted(members.items()))


def _alternatives(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = []
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, ()):
            if isinstance(part, dict):
                name = _definition(part)
                found.append(definitions.get(name or "", part))
    return found


def _definition(schema: Mapping[str, Any]) -> str | None:
    reference = schema.get("$ref", "")
    return reference.rpartition("/")[2] if reference.startswith("#/definitions/") else None


def _spec(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    """What a value is: a letter, `[spec]` for a list, `#name` for a structure that has one, or its members."""
    name = _definition(schema)
    if name is not None and name in definitions:
        target = definitions[name]
        return f"#{name}" if _is_structure(target, definitions) else _spec(target, definitions)
    types = schema.get("type", ())
    types = [types] if isinstance(types, str) else list(types)
    if "array" in types or "items" in schema:
        items = schema.get("items", {})
        return [_spec(items, definitions) if isinstance(items, dict) else FREE]
    if _is_structure(schema, definitions):
        return _members(schema, definitions)
    if "object" in types and len(types) == 1:
        return _names(schema)
    scalars = sorted({_SCALARS[type_] for type_ in types if type_ in _SCALARS})
    if len(scalars) == 1 and "object" not in types:
        return scalars[0]
    if not types:
        of_parts = {
            json.dumps(_spec(part, definitions), sort_keys=True)
            for part in _alternatives(schema, definitions)
            if part.keys() & {"type", "$ref", "items", "properties"}
        }
        if len(of_parts) == 1:
            return json.loads(of_parts.pop())
    return FREE


def _is_structure(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> bool:
    if "items" in schema or schema.get("type") == "array":
        return False
    if "properties" in schema:
        return True
    parts = _alternatives(schema, definitions)
    return any("properties" in part for part in parts) and not any("items" in part for part in parts)


def _names(schema: Mapping[str, Any]) -> str:
    """Names that the user chooses, with texts: tags, variables; else nothing is known of it."""
    inner = list(schema.get("patternProperties", {}).values())
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        inner.append(extra)
    return NAMES if inner and all(part.get("type") == "string" for part in inner) else FREE


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Generate the table of CloudFormation properties.")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--cache", type=Path, default=ROOT / ".catalog-wheels")
    options = parser.parse_args(arguments)
    output: Path = options.output
    content = build(options.cache)
    if output.exists():
        old = json.loads(gzip.decompress(output.read_bytes()))["types"]
        lost = sorted(set(old) - set(content["types"]))
        print(*[f"- {name}" for name in lost], *[f"+ {name}" for name in sorted(set(content["types"]) - set(old))], sep="\n")  # fmt: skip
        if len(lost) > MOST_LOST * len(old):
            print(f"error: {len(lost)} types are gone; nothing was written", file=sys.stderr)
            return 1
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    blob = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    output.write_bytes(blob)
    print(f"{len(content['types']):>8,} types")
    print(f"{len(blob):>8,} bytes, sha256 {hashlib.sha256(blob).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # so that `tools` is found however the script is started
    sys.exit(main(sys.argv[1:]))
