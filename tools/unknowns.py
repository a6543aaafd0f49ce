"""What is not known in templates and exports, by kind of reason: `python -m tools.unknowns PATH...`.

Each file is read as an input of its own. Two counts: values of properties that are unknown, and verdicts of the rules that
are unknown (with `--verdicts`, which takes longer). Names are left out of the reasons, so that equal causes are one row; each
row has the place of one example.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wa_policy.errors import LoadError, WaPolicyError
from wa_policy.iam.policy import Statement
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.iam.text import Template, Text
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory, NotExported, Present, PropertyValue
from wa_policy.inventory.symbols import shown

_NAME = re.compile(r"`[^`]*`")
_ARN = re.compile(r"arn:\S+")
_NUMBER = re.compile(r"\b\d+\b")


@dataclass(slots=True, eq=False)
class Row:
    """A kind of reason: how often, in how many files, and one example."""

    count: int = 0
    files: set[str] = field(default_factory=set)
    example: str = ""
    place: Source = NOWHERE


Rows = dict[str, Row]


def kind_of_reason(unknown: Unknown) -> str:
    """The reason without the names in it."""
    reason = _NAME.sub("`…`", unknown.reason)
    return f"{unknown.kind.value}: {_NUMBER.sub('N', _ARN.sub('arn:…', reason))}"


def unknown_values(inventory: Inventory) -> Iterator[tuple[Unknown, Source]]:
    """Each value of a property that is not known, with the place of the property."""
    for resource in inventory.resources:
        for name, value in sorted(resource.properties.items()):
            place = resource.place(name)
            for found in _within(value):
                yield found, place


def _within(value: PropertyValue) -> Iterator[Unknown]:
    match value:
        case Unknown():
            yield value
        case NotExported():
            yield value.unknown
        case Present(policy):
            yield from policy.unreadable
            for statement in policy.statements:
                yield from _in_statement(statement)
        case tuple():
            for item in value:
                yield from _within(item)
        case Mapping():
            for item in value.values():
                yield from _within(item)
        case _:
            return


def _in_statement(statement: Statement) -> Iterator[Unknown]:
    texts: list[Text] = [
        *statement.action.values,
        *(statement.resource.values if statement.resource is not None else ()),
        *(text for condition in statement.conditions for text in condition.values),
    ]
    for text in texts:
        if isinstance(text, Template):
            yield from (hole.reason for hole in text.holes)


def note(rows: Rows, unknown: Unknown, place: Source, file: str) -> None:
    row = rows.setdefault(kind_of_reason(unknown), Row())
    row.count += 1
    row.files.add(file)
    if not row.example:
        row.example, row.place = unknown.reason, place


def table(title: str, rows: Rows) -> Iterator[str]:
    """The rows as a table of Markdown, the most frequent first."""
    from wa_policy.loaders.located import locate_all

    lines = locate_all(row.place for row in rows.values())
    yield f"## {title}: {sum(row.count for row in rows.values())}"
    yield ""
    yield "| count | files | reason | example | place |"
    yield "|---:|---:|---|---|---|"
    for kind, row in sorted(rows.items(), key=lambda item: (-item[1].count, item[0])):
        line = lines.get(row.place)
        place = f"{row.place.file}:{line}" if line else f"{row.place.file} {row.place.pointer}".strip()
        yield f"| {row.count} | {len(row.files)} | {kind} | {row.example} | {place} |"
    yield ""


def files_of(paths: Sequence[str]) -> list[str]:
    """The files named, and those in the folders named."""
    found: list[str] = []
    for path in paths:
        at = Path(path)
        found += sorted(str(one) for one in at.rglob("*") if one.is_file()) if at.is_dir() else [path]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    from wa_policy import read, scan

    parser = argparse.ArgumentParser(description="Count what is not known, by kind of reason.")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--verdicts", action="store_true", help="count the unknown verdicts of the rules too")
    given = parser.parse_args(arguments)
    values: Rows = {}
    verdicts: Rows = {}
    count = 0
    for file in files_of(given.paths):
        try:
            inventory = read([file])
        except (LoadError, WaPolicyError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            continue
        if not any(one.kinds for one in inventory.files):
            print(f"{file}: nothing in it was recognised", file=sys.stderr)
            continue
        count += 1
        for unknown, place in unknown_values(inventory):
            note(values, unknown, place, file)
        for result in scan(inventory).unknown if given.verdicts else ():
            for reason in dict.fromkeys(result.reasons):
                note(verdicts, reason, result.source, file)
    text = [f"{count} files read", "", *table("Unknown values", values)]
    if given.verdicts:
        text += table("Reasons of unknown verdicts", verdicts)
    print(shown("\n".join(text)))  # without what stands for names that are made
    return 0


if __name__ == "__main__":
    sys.exit(main())
