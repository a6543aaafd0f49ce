"""A rule file to a rule, with a problem for each thing that the rule language does not know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.errors import Problem, RuleError
from wa_policy.iam.source import Source, escape
from wa_policy.loaders.document import DocumentFormat
from wa_policy.loaders.lines import lines_of
from wa_policy.loaders.yaml_values import read_yaml
from wa_policy.rules import schema
from wa_policy.rules.build import build, parameter_type
from wa_policy.rules.check import check
from wa_policy.rules.extends import EXTENDS, Bases, problems_of_chain, whole_rule
from wa_policy.rules.model import Rule, ValueKind
from wa_policy.rules.notes import Notes

CHECKS = ("forbid", "permit", "shape", "require", "no_path", "manual")
RESERVED = ("validate",)
"""Kinds of check that the schema names and no version supports yet."""


def no_bases(_rule_id: str) -> None:
    """There is no other rule that one could extend."""


def read_rule(
    file: str, text: str, catalog: Catalog, bases: Bases = no_bases, known: Sequence[str] = ()
) -> Rule:
    """The rule in a file; RuleError with all problems, each with its line, iff it breaks the rule language.

    `bases` are the rules that it may extend, `known` their ids.
    """
    return read_source(file, text, catalog, bases, known)[0]


def read_source(
    file: str, text: str, catalog: Catalog, bases: Bases = no_bases, known: Sequence[str] = ()
) -> tuple[Rule, Mapping[str, Any]]:
    """The rule in a file with the content of the file, all that it inherits in it; RuleError as for `read_rule`."""
    raw = whole_raw(file, text, bases, known)
    _raise(file, text, schema.check(raw))
    _raise(file, text, _before_building(file, raw).found)
    rule = build(raw, Source(file))
    _raise(file, text, check(rule, raw, catalog).found)
    return rule, raw


def raw_rule(file: str, text: str) -> Any:
    """The content of the file; RuleError iff it is no YAML document that holds a mapping."""
    reading = read_yaml(file, text)
    problems = tuple(reading.problems)
    if not problems and len(reading.values) != 1:
        found = f"{len(reading.values)} documents" if reading.values else "nothing"
        problems = (Problem(file, "", "rule", f"found {found}, expected one rule", 1),)
    if problems:
        raise _error(file, problems)
    raw = reading.values[0][1]
    if not isinstance(raw, Mapping):
        message = f"found {schema.found(raw)}, expected a rule: a mapping with `id`, `title` …"
        raise _error(file, (Problem(file, "", "rule", message, 1),))
    return raw


def whole_raw(file: str, text: str, bases: Bases = no_bases, known: Sequence[str] = ()) -> Any:
    """The content of the file with all that it inherits; RuleError iff it does not follow the language so far."""
    raw = raw_rule(file, text)
    if EXTENDS not in raw:
        return raw
    _raise(file, text, problems_of_chain(raw, bases, known))
    whole, notes = whole_rule(raw, bases)
    _raise(file, text, notes.found)
    return whole


def _before_building(file: str, raw: Mapping[str, Any]) -> Notes:
    """What the schema cannot say and a rule cannot be built without."""
    notes = Notes()
    checks = [word for word in (*CHECKS, *RESERVED) if word in raw]
    for word in checks:
        if word in RESERVED:
            advice = "write the rule with `forbid`, `permit`, `shape`, `require`, `no_path` or `manual`"
            notes.add(f"/{word}", f"found `{word}`, which is not supported yet", advice)
    if len(checks) != 1:
        found = " and ".join(f"`{word}`" for word in checks) or "no check"
        words = ", ".join(f"`{word}`" for word in CHECKS)
        notes.add(f"/{checks[1]}" if checks else "", f"found {found}, expected one of {words}")
    for name, parameter in raw.get("parameters", {}).items():
        kind, _ = parameter_type(parameter["type"])
        if kind not in tuple(ValueKind):
            notes.unknown(f"/parameters/{escape(name)}/type", "type", kind, [one.value for one in ValueKind])
    stem = PurePath(file).stem
    if stem != raw["id"]:
        notes.add("/id", f"found the id `{raw['id']}`, expected `{stem}`, the name of the file")
    return notes


def _raise(file: str, text: str, found: Iterable[tuple[str, str, str]]) -> None:
    notes = list(found)
    if not notes:
        return
    lines = lines_of(
        text, DocumentFormat.YAML, (place for pointer, _, _ in notes for place in around(pointer))
    )
    problems = (
        Problem(file, pointer, "rule", message, _line(lines, pointer), advice)
        for pointer, message, advice in notes
    )
    raise _error(file, tuple(sorted(problems, key=lambda problem: (problem.line, problem))))


def around(pointer: str) -> Iterator[str]:
    """The place itself and those around it, the nearest first."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _line(lines: Mapping[str, int], pointer: str) -> int:
    """The line of the place; of a place that is inherited, and not in the file, that of the nearest around it."""
    return next((lines[place] for place in around(pointer) if lines.get(place)), 1)


def _error(file: str, problems: tuple[Problem, ...]) -> RuleError:
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return RuleError(f"{file}:{first.line}: {first.message}{more}", problems)
