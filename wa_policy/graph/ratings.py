"""How much a node of the graph deserves a look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.graph.paths import OUTSIDE, RUNS, leads_on, reaching
from wa_policy.graph.web import Edge, EdgeKind, Node, Web

RATINGS = ("critical", "high", "medium", "low", "info")


def ratings_of(web: Web, catalog: Catalog) -> Mapping[str, str]:
    """The rating of each node by its id.

    critical: an administrator that anyone from outside can become. high: whoever can become an administrator without
    being one, what is open to anyone for certain, and an administrator as which code runs that anyone from outside
    sets off. medium: what may be open to anyone under a condition, what else they set off, and the administrators.
    low: what is not known in full. info: the rest.
    """
    runs = 0
    for action in RUNS:
        runs |= catalog.single(action)
    outside = {id_ for id_, node in web.nodes.items() if node.kind in OUTSIDE}
    entered, places = _entered(web, outside)
    found = _Found(
        reaching(web, lambda node: node.admin), entered, places, _set_off(web, {*outside, *places}, runs)
    )
    return {id_: _rating(node, id_, found) for id_, node in web.nodes.items()}


@dataclass(frozen=True, slots=True)
class _Found:
    """What the rating of a node rests on."""

    becoming: Mapping[str, int]
    """The nodes that lead to an administrator, with the least number of steps."""
    entered: Mapping[str, bool]
    """The nodes that anyone from outside reaches, True where it is for certain."""
    places: set[str]
    """Those in whose place they can act."""
    set_off: set[str]
    """Those that run because they make it."""


def _rating(node: Node, id_: str, found: _Found) -> str:
    is_admin = node.admin is not False
    if id_ in found.places and is_admin:
        return "critical"
    becomes = found.becoming.get(id_, 0) > 0 and not is_admin
    if becomes or found.entered.get(id_) or (id_ in found.set_off and is_admin):
        return "high"
    if id_ in found.entered or id_ in found.set_off or is_admin:
        return "medium"
    return "low" if node.notes else "info"


def _entered(web: Web, outside: set[str]) -> tuple[dict[str, bool], set[str]]:
    """The nodes that anyone from outside reaches, True where it is for certain, and those in whose place they can act."""
    found: dict[str, bool] = {}
    places: set[str] = set()
    front = [(id_, True) for id_ in sorted(outside)]
    while front:
        onward = []
        for id_, sure in front:
            for edge in web.outgoing.get(id_, ()):
                now = sure and edge.truth is True
                leads = leads_on(edge)
                is_new = edge.target not in found or (now and not found[edge.target])
                if edge.target in outside or not (is_new or (leads and edge.target not in places)):
                    continue
                found[edge.target] = found.get(edge.target, False) or now
                if leads:
                    places.add(edge.target)
                    onward.append((edge.target, now))
        front = onward
    return found, places


def _set_off(web: Web, starts: Iterable[str], runs: ActionSet) -> set[str]:
    """The nodes that run, or as which something runs, because someone at a start makes it."""

    def onward(edge: Edge) -> bool:
        return (
            edge.kind is EdgeKind.TRIGGER
            or bool(edge.kind is EdgeKind.ACCESS and edge.maybe & runs)
            or leads_on(edge)
        )

    found: set[str] = set()
    front = sorted(starts)
    while front:
        reached = [
            edge.target
            for id_ in front
            for edge in web.outgoing.get(id_, ())
            if onward(edge) and edge.target not in found
        ]
        front = sorted(set(reached))
        found.update(front)
    return found
