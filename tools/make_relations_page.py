"""Write docs/relations.md, the page of all relations, and their names in docs/rules.md.

python -m tools.make_relations_page
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from wa_policy.inventory.relations import RELATIONS, Relation
from wa_policy.inventory.relations.model import Back, NamedBy, Names, Special, Via

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, RULES = DOCS / "relations.md", DOCS / "rules.md"
START, END = "<!-- relations: python -m tools.make_relations_page -->", "<!-- end of relations -->"
INTRODUCTION = """\
# Relations

What `related` of a rule can ask for, by the type that it starts from ([how relations work](rules.md#relations)). The types
of the other side are without `AWS::`. "Names" are ARNs, physical names, ids and URLs.
"""


def page() -> str:
    """The page of all relations."""
    parts = [INTRODUCTION]
    for service, rows in groupby(_sorted(), key=lambda row: row.from_type.split("::")[1]):
        parts.append(f"\n## {service}\n\n| type | relation | other side | found by |\n|---|---|---|---|\n")
        parts += [f"| `{row.from_type}` | `{row.name}` | {_types(row)} | {_how(row)} |\n" for row in rows]
    return "".join(parts)


def table() -> str:
    """The names of the relations of each type."""
    lines = ["| type | relations |", "|---|---|"]
    for type_, rows in groupby(_sorted(), key=lambda row: row.from_type):
        lines.append(f"| `{type_}` | {', '.join(f'`{row.name}`' for row in rows)} |")
    return "\n".join(lines) + "\n"


def rules_with_table(text: str) -> str:
    """The page of the rule language with the table put in."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table()}{END}{after}"


def _sorted() -> list[Relation]:
    return sorted(RELATIONS, key=lambda row: (row.from_type, row.name))


def _types(row: Relation) -> str:
    return ", ".join(f"`{type_.removeprefix('AWS::')}`" for type_ in row.to_types)


def _how(row: Relation) -> str:
    match row.how:
        case Names(paths):
            return f"{_paths(paths)} names it"
        case NamedBy(paths):
            return f"its {_paths(paths)} names this one"
        case Back(relation):
            return f"its `{relation}` leads here"
        case Via(steps):
            return "by way of " + ", then ".join(f"`{step}`" for step in steps)
        case Special(says=says):
            return says


def _paths(paths: tuple[str, ...]) -> str:
    return " or ".join(f"`{path}`" for path in paths)


def main() -> int:
    """Write both."""
    PAGE.write_text(page(), encoding="utf-8")
    RULES.write_text(rules_with_table(RULES.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
