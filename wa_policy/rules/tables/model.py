"""A dated table: facts with the day on which somebody compared them with their source, in columns with types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wa_policy.errors import InternalError

Cell = str | dt.date | int | float | bool | tuple[str, ...] | None
"""None where an optional column is left empty."""
Row = Mapping[str, Cell]


class ColumnKind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    TEXTS = "texts"
    DATE = "date"
    NUMBER = "number"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; one that is `optional` may have empty cells."""

    name: str
    kind: ColumnKind
    optional: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by the text in their first column. `date` is the day on which the rows were compared with `source`."""

    name: str
    date: dt.date
    source: str
    doc: str
    columns: Mapping[str, Column]
    rows: Mapping[str, Row]

    @property
    def key(self) -> str:
        """The name of the first column."""
        return next(iter(self.columns))

    def cell(self, key: str, column: str) -> Cell:
        """The cell; None where there is no such row, or it is empty."""
        row = self.rows.get(key)
        return None if row is None else row[column]

    def age(self, today: dt.date) -> int:
        """How many days ago the table was compared with its source; 0 for a day to come."""
        return max((today - self.date).days, 0)

    def is_stale(self, today: dt.date, max_age: int) -> bool:
        """True iff the table is more than `max_age` days old."""
        return self.age(today) > max_age


def build_table(name: str, raw: Mapping[str, Any]) -> Table:
    """The table in a file of the package. InternalError iff it does not follow its own columns."""
    columns = {column: _column(name, column, word) for column, word in raw["columns"].items()}
    rows: dict[str, Row] = {}
    key = next(iter(columns))
    for index, one in enumerate(raw["rows"]):
        row = _row(f"{name}, row {index + 1}", columns, one)
        value = row[key]
        if not isinstance(value, str) or value in rows:
            raise InternalError(
                f"table `{name}`, row {index + 1}: found the key `{value}`, expected a text of its own"
            )
        rows[value] = row
    return Table(name, _day(name, raw["date"]), raw["source"], " ".join(raw["doc"].split()), columns, rows)


def _column(table: str, name: str, word: str) -> Column:
    try:
        return Column(name, ColumnKind(word.removesuffix("?")), word.endswith("?"))
    except ValueError:
        kinds = ", ".join(f"`{kind}`" for kind in ColumnKind)
        raise InternalError(
            f"table `{table}`: column `{name}` is of `{word}`, expected one of {kinds}"
        ) from None


def _row(place: str, columns: Mapping[str, Column], raw: Mapping[str, Any]) -> Row:
    for name in raw:
        if name not in columns:
            raise InternalError(f"table {place}: found the column `{name}`, which the table does not declare")
    return {name: _cell(f"{place}, `{name}`", column, raw.get(name)) for name, column in columns.items()}


def _cell(place: str, column: Column, raw: object) -> Cell:
    if raw is None:
        if column.optional:
            return None
        raise InternalError(f"table {place}: found nothing, expected a {column.kind}")
    match column.kind:
        case ColumnKind.TEXT if isinstance(raw, str):
            return raw
        case ColumnKind.TEXTS if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
            return tuple(raw)
        case ColumnKind.DATE:
            return _day(place, raw)
        case ColumnKind.NUMBER if isinstance(raw, int | float) and not isinstance(raw, bool):
            return raw
        case ColumnKind.FLAG if isinstance(raw, bool):
            return raw
        case _:
            raise InternalError(f"table {place}: found `{raw}`, expected a {column.kind}")


def _day(place: str, raw: object) -> dt.date:
    try:
        return dt.date.fromisoformat(str(raw))
    except ValueError:
        raise InternalError(f"table {place}: found `{raw}`, expected a date such as 2027-01-31") from None
