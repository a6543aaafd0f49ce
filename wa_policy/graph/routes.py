"""The shortest way from someone to something, one that is certain before one that is not.

`paths` lists every path; a verdict needs one: a certain one where there is any, else one with the reason why it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.graph.paths import RUNS, TAKES_OVER
from wa_policy.graph.techniques import TECHNIQUES
from wa_policy.graph.web import Edge, EdgeKind
from wa_policy.iam.unknown import Unknown, UnknownKind

_BY_ID = {technique.id: technique for technique in TECHNIQUES}


class StepKind(StrEnum):
    """What may lead on: after a step one acts in the place of its target, but for `code`."""

    ACT_AS = "act_as"
    """Assume a role; run as a role."""
    CHANGE = "change"
    """Change the trust, key, password or code of what is then acted as."""
    ESCALATION = "escalation"
    """A technique of escalation."""
    CODE = "code"
    """Make something else run, which then does what follows."""


@dataclass(frozen=True, slots=True)
class Route:
    """The steps from a source to a goal, at least one."""

    edges: tuple[Edge, ...]

    @property
    def truth(self) -> Truth:
        """True iff every step can be taken for certain."""
        return all_of(map(step_truth, self.edges))


def step_truth(edge: Edge) -> Truth:
    """The truth of a step, with what its technique takes for granted as a doubt."""
    technique = _BY_ID.get(edge.how) if edge.kind is EdgeKind.ESCALATE else None
    if edge.truth is True and technique is not None and technique.assumes:
        return Unknown(UnknownKind.NOT_MODELLED, f"whether {technique.assumes}")
    return edge.truth


def step_words(edge: Edge) -> str:
    """How a step is taken, in a few words."""
    match edge.kind:
        case EdgeKind.ESCALATE:
            technique = _BY_ID.get(edge.how)
            return edge.how if technique is None else f"{technique.id}, {_lower(technique.title)}"
        case EdgeKind.CHANGE:
            return f"change of {edge.how}"
        case EdgeKind.ACCESS | EdgeKind.ACT_AS | EdgeKind.TRIGGER:
            return edge.how


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


Spread = Mapping[str, Edge | None]
"""The nodes that were reached, each with the step next to it; None where the search began."""


class Routes:
    """Ways over the steps of some kinds."""

    def __init__(self, edges: Iterable[Edge], kinds: Collection[StepKind], catalog: Catalog) -> None:
        self._kinds = frozenset(kinds)
        self._runs: ActionSet = 0
        if StepKind.CODE in self._kinds:
            for action in RUNS:
                self._runs |= catalog.single(action)
        self._from: dict[str, list[Edge]] = {}
        self._to: dict[str, list[Edge]] = {}
        self._into: dict[str, list[Edge]] = {}
        for edge in edges:
            self._into.setdefault(edge.target, []).append(edge)
            if self.leads_on(edge):
                self._from.setdefault(edge.source, []).append(edge)
                self._to.setdefault(edge.target, []).append(edge)

    def leads_on(self, edge: Edge) -> bool:
        """True iff whoever took the step goes on from its target."""
        match edge.kind:
            case EdgeKind.ACT_AS:
                return StepKind.ACT_AS in self._kinds
            case EdgeKind.ESCALATE:
                return StepKind.ESCALATION in self._kinds
            case EdgeKind.CHANGE:
                return StepKind.CHANGE in self._kinds and edge.how in TAKES_OVER
            case EdgeKind.TRIGGER:
                return StepKind.CODE in self._kinds
            case EdgeKind.ACCESS:
                return bool(edge.maybe & self._runs)

    def reached(self, source: str) -> Spread:
        """Everything that is reached from a node, whether for certain or not."""
        return self._spread((source,), self._from, forward=True, sure=False)

    def towards(self, goals: Iterable[str], *, sure: bool, last: ActionSet | None = None) -> Spread:
        """The nodes from which a goal is reached, each with its next step. `last`: see `route_to`."""
        return self._spread(tuple(goals), self._to, forward=False, sure=sure, last=last)

    def away(self, sources: Iterable[str], *, sure: bool) -> Spread:
        """The nodes that are reached from a source, each with the step that leads there."""
        return self._spread(tuple(sources), self._from, forward=True, sure=sure)

    def _spread(
        self,
        starts: tuple[str, ...],
        steps: Mapping[str, list[Edge]],
        *,
        forward: bool,
        sure: bool,
        last: ActionSet | None = None,
    ) -> Spread:
        found: dict[str, Edge | None] = dict.fromkeys(sorted(starts))
        front = list(found)
        is_first = True
        while front:
            onward: list[str] = []
            for node in front:
                edges = self._last(node, last) if is_first and last is not None else steps.get(node, ())
                for edge in edges:
                    other = edge.target if forward else edge.source
                    if other not in found and (not sure or step_truth(edge) is True):
                        found[other] = edge
                        onward.append(other)
            front, is_first = onward, False
        return found

    def _last(self, goal: str, actions: ActionSet) -> list[Edge]:
        """The steps that may end at a resource: any with one of the actions."""
        return [edge for edge in self._into.get(goal, ()) if self.leads_on(edge) or edge.maybe & actions]

    def route_from(self, source: str, towards: Spread) -> Route | None:
        """The shortest route from a source; None where no goal is reached, or where it is one itself."""
        edges: list[Edge] = []
        edge = towards.get(source)
        while edge is not None:
            edges.append(edge)
            edge = towards[edge.target]
        return Route(tuple(edges)) if edges else None

    def route_to(self, goal: str, away: Spread, *, sure: bool, last: ActionSet | None = None) -> Route | None:
        """The shortest route to a goal; None where it is not reached, or where a search began at it.

        `last` has the actions with which a last step counts whatever its kind; without it the last step has to lead on
        as any other.
        """
        best: Route | None = None
        ends = self._to.get(goal, []) if last is None else self._last(goal, last)
        for end in ends:
            if end.source not in away or end.source == goal or (sure and step_truth(end) is not True):
                continue
            edges = [end]
            edge = away[end.source]
            while edge is not None:
                edges.append(edge)
                edge = away[edge.source]
            if best is None or len(edges) < len(best.edges):
                best = Route(tuple(reversed(edges)))
        return best

    def nearest(
        self, goal: str, is_source: Callable[[str], bool], *, sure: bool, last: ActionSet | None = None
    ) -> Route | None:
        """The shortest route to a goal from any node that is a source and not the goal."""
        found = self.towards((goal,), sure=sure, last=last)
        for node in found:  # in the order of their distance
            if node != goal and is_source(node):
                return self.route_from(node, found)
        return None
