"""The rules that ship with wa-policy, and those of a user's folders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError, Problem, RuleError, UsageError
from wa_policy.iam.source import Source
from wa_policy.rules.build import build
from wa_policy.rules.extends import EXTENDS
from wa_policy.rules.model import Parameter, Rule
from wa_policy.rules.read import raw_rule, read_source, whole_raw

COMPILED = "pack.json"
ACCEPTED = "rule-lint.yaml"
"""The file of a folder of rules that says which findings of the lint are accepted."""
FORMAT = 1
_SUFFIXES = (".yaml", ".yml")


@cache
def load_pack() -> tuple[Rule, ...]:
    """The rules that ship, sorted by id; read from the compiled pack, whose freshness a test checks."""
    return tuple(build(raw, Source(file)) for file, raw in _compiled_rules())


def _compiled_rules() -> list[tuple[str, Any]]:
    data = json.loads((files("wa_policy.rules") / COMPILED).read_text(encoding="utf-8"))
    if data.get("format") != FORMAT:
        raise InternalError(f"the compiled pack has format {data.get('format')}, expected {FORMAT}")
    return [(file, raw) for file, raw in data["rules"]]


@cache
def _shipped() -> Mapping[str, Any]:
    """The rules that ship as YAML has them, by id."""
    return {raw["id"]: raw for _, raw in _compiled_rules()}


def policies_folder() -> Path:
    """The folder of the rule files: inside the package as installed, beside it in a checkout."""
    package = Path(str(files("wa_policy")))
    for folder in (package / "policies", package.parent / "policies"):
        if folder.is_dir():
            return folder
    raise InternalError("the rule files are not there, expected `policies` in the package or beside it")


def rule_files(folder: Path) -> tuple[Path, ...]:
    """The rule files below a folder, sorted by name."""
    return tuple(
        sorted(
            path
            for path in folder.rglob("*")
            if path.suffix in _SUFFIXES and path.name != ACCEPTED and path.is_file()
        )
    )


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A rule with the file that it stands in, and its content with all that it inherits."""

    rule: Rule
    raw: Mapping[str, Any]
    path: Path


def load_folders(folders: Sequence[str | Path], catalog: Catalog) -> tuple[Rule, ...]:
    """The rules in the folders, sorted by id; RuleError with the problems of all files iff one breaks the language."""
    return together(source.rule for source in load_sources(folders, catalog))


def load_sources(places: Sequence[str | Path], catalog: Catalog) -> tuple[RuleSource, ...]:
    """The rules in the folders and files, in the order of the files; RuleError iff one breaks the language.

    A rule may extend one beside it, or below its folder, and one that ships.
    """
    wanted: list[Path] = []
    near: list[Path] = []
    for place in map(Path, places):
        if place.is_dir():
            wanted += rule_files(place)
        elif place.is_file():
            wanted.append(place)
            near += rule_files(place.parent)
        else:
            raise UsageError(f"there is no folder `{place}`, expected a folder of rule files")
    found: list[RuleSource] = []
    problems: list[Problem] = []
    texts: dict[Path, str] = {}
    for path in dict.fromkeys((*wanted, *near)):
        try:
            texts[path] = _text(path)
        except RuleError as error:
            problems += error.problems if path in wanted else ()
    bases = _bases(texts)
    for path in dict.fromkeys(wanted):
        if path not in texts:
            continue
        try:
            rule, raw = read_source(str(path), texts[path], catalog, bases.get, tuple(bases))
            found.append(RuleSource(rule, raw, path))
        except RuleError as error:
            problems += error.problems
    if problems:
        raise RuleError(_summary(problems), tuple(problems))
    return tuple(found)


def _bases(texts: Mapping[Path, str]) -> Mapping[str, Any]:
    """The rules that those of the files may extend, by id: those of the files, and those that ship."""
    found: dict[str, Any] = {}
    if any(EXTENDS in text for text in texts.values()):
        found |= _shipped()
        for path, text in texts.items():
            try:
                raw = raw_rule(str(path), text)
            except RuleError:
                continue  # told when the rule itself is read
            if isinstance(raw.get("id"), str):
                found[raw["id"]] = raw
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(str(path), "", "rule", f"the file cannot be read: {error}, expected UTF-8 text", 1)
        raise RuleError(problem.message, (problem,)) from error


def together(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules sorted by id; RuleError iff an id occurs twice or a parameter has two types."""
    by_id: dict[str, Rule] = {}
    parameters: dict[str, tuple[Parameter, Rule]] = {}
    problems = []
    for rule in sorted(rules, key=lambda rule: (rule.id, rule.source)):
        if rule.id in by_id:
            message = f"found the id `{rule.id}` of `{by_id[rule.id].source.file}`, expected one of its own"
            problems.append(rule.source.at("id").problem("rule", message))
            continue
        by_id[rule.id] = rule
        for parameter in rule.parameters:
            first, owner = parameters.setdefault(parameter.name, (parameter, rule))
            if first.type != parameter.type:
                message = (
                    f"found the type `{parameter.type}`, expected `{first.type}` as in rule `{owner.id}`"
                )
                place = rule.source.at("parameters", parameter.name, "type")
                problems.append(place.problem("rule", message))
    if problems:
        raise RuleError(_summary(problems), tuple(problems))
    return tuple(by_id.values())


def compiled(folder: Path) -> dict[str, Any]:
    """The content of the compiled pack for a folder of rule files."""
    found = []
    texts = {path: _text(path) for path in rule_files(folder)}
    bases = _bases(texts)
    for path, text in texts.items():
        name = f"policies/{path.relative_to(folder).as_posix()}"
        found.append([name, whole_raw(name, text, bases.get, tuple(bases))])
    return {"format": FORMAT, "rules": sorted(found, key=lambda entry: entry[1]["id"])}


def _summary(problems: Sequence[Problem]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0].file}:{problems[0].line}: {problems[0].message}{more}"
