"""`wa-policy.yaml`: found, read, and checked against its schema, with the line of each mistake."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from wa_policy.loaders.checked import read_checked
from wa_policy.settings import (
    MAX_TABLE_AGE,
    PACK,
    Deployed,
    Environment,
    ParameterValue,
    Profile,
    Settings,
)

NAME = "wa-policy.yaml"


def find_config(paths: Sequence[str]) -> str | None:
    """The settings file in the current folder, else the one in or beside the first path; None if there is none."""
    places = [NAME]
    if paths and paths[0] != "-":
        first = paths[0]
        folder = first.rstrip("/") if _is_folder(first) else os.path.dirname(first)  # noqa: PTH120  # as written
        places.append(os.path.join(folder, NAME))  # noqa: PTH118  # `Path` would rewrite `./a`
        if _is_folder(first):
            places.append(os.path.join(os.path.dirname(folder), NAME))  # noqa: PTH118, PTH120
    return next((place for place in places if _is_file(place)), None)


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def read_config(file: str) -> Settings:
    """The settings in a file. Raises LoadError with every mistake and its line."""
    schema = json.loads((files("wa_policy.api") / "settings.schema.json").read_text("utf-8"))
    return _settings(read_checked(file, schema, code="settings", what="the settings") or {}, file)


def _settings(value: Mapping[str, Any], file: str) -> Settings:
    folders = [path for one in value.get("rules") or () if (path := _beside(file, one)) is not None]
    return Settings(
        profile=Profile(value.get("profile", Profile.CORE)),
        parameters=_parameters(value.get("parameters")),
        no_organization=value.get("organization") == "none",
        waivers=_beside(file, value.get("waivers")),
        baseline=_beside(file, value.get("baseline")),
        deployed=_deployed(value.get("templates") or {}, file),
        environment_tag=value.get("environment_tag"),
        environments=tuple(
            _environment(name, one or {}) for name, one in (value.get("environments") or {}).items()
        ),
        severities=dict(value.get("severities") or {}),
        enabled=tuple(value.get("enable") or ()),
        disabled=tuple(value.get("disable") or ()),
        packs=tuple(value.get("packs", (PACK,))),
        rule_folders=tuple(folders),
        max_table_age=value.get("max_table_age", MAX_TABLE_AGE),
    )


def _parameters(value: Mapping[str, Any] | None) -> dict[str, ParameterValue]:
    return {name: tuple(item) if isinstance(item, list) else item for name, item in (value or {}).items()}


def _environment(name: str, value: Mapping[str, Any]) -> Environment:
    return Environment(
        name,
        tuple(value.get("tag_values", (name,))),
        tuple(value.get("accounts", ())),
        _parameters(value.get("parameters")),
    )


def _deployed(value: Mapping[str, Any], file: str) -> Deployed:
    """Where templates are deployed, and the values of their parameters: those of files, and over them those written here."""
    from wa_policy.api.template_parameters import read_parameters

    files_ = [path for one in value.get("parameter_files") or () if (path := _beside(file, one)) is not None]
    return Deployed(
        value.get("account"),
        value.get("region"),
        value.get("partition"),
        value.get("stack_name"),
        {**read_parameters(files_), **(value.get("parameters") or {})},
    )


def _beside(file: str, path: str | None) -> str | None:
    """The path as seen from here, where it is written as seen from the file."""
    if path is None:
        return None
    return os.path.join(os.path.dirname(file), path)  # noqa: PTH118, PTH120  # as written
