"""How much a node of the graph deserves a look."""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.graph.paths import OUTSIDE, reaching
from wa_policy.graph.web import EdgeKind, Node, Web

RATINGS = ("critical", "high", "medium", "low", "info")


def ratings_of(web: Web) -> Mapping[str, str]:
    """The rating of each node by its id.

    critical: an administrator that anyone from outside can become. high: whoever can become an administrator without
    being one, and what is open to anyone for certain. medium: what may be open to anyone under a condition, and the
    administrators. low: what is not known in full. info: the rest.
    """
    becoming = reaching(web, lambda node: node.admin)
    outside = {id_ for id_, node in web.nodes.items() if node.kind in OUTSIDE}
    entered = _entered(web, outside)
    return {id_: _rating(node, id_, becoming, entered) for id_, node in web.nodes.items()}


def _rating(node: Node, id_: str, becoming: Mapping[str, int], entered: Mapping[str, bool]) -> str:
    is_admin = node.admin is not False
    if id_ in entered and is_admin:
        return "critical"
    if (becoming.get(id_, 0) > 0 and not is_admin) or entered.get(id_):
        return "high"
    if id_ in entered or is_admin:
        return "medium"
    return "low" if node.notes else "info"


def _entered(web: Web, outside: set[str]) -> dict[str, bool]:
    """The nodes that anyone from outside reaches, True where it is for certain: in one step, or by acting as others."""
    found: dict[str, bool] = {}
    front = [(id_, True) for id_ in sorted(outside)]
    while front:
        onward = []
        for id_, sure in front:
            for edge in web.outgoing.get(id_, ()):
                now = sure and edge.truth is True
                if edge.target in outside or (found.get(edge.target, False) >= now and edge.target in found):
                    continue
                found[edge.target] = now
                if edge.kind in (EdgeKind.ACT_AS, EdgeKind.ESCALATE):
                    onward.append((edge.target, now))
        front = onward
    return found
