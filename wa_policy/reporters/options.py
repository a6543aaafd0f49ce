"""What a report may be told beside its results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Options:
    """How a report looks: for whom, of which day, by which version.

    `today` dates the formats that need a time; `graph` is the HTML page of the graph, for the report that can hold it.
    """

    today: date = date(1970, 1, 1)
    version: str = ""
    show_unknown: bool = False
    color: bool = False
    width: int = 100
    graph: str = ""
