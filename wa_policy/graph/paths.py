"""Paths from someone to something, the shortest first, each worked out when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.graph.web import Edge, EdgeKind, Node, NodeKind, Web

TAKES_OVER = frozenset(("code", "key", "password", "trust"))
"""What has to be changed of a principal or function to act in its place."""

RUNS = (
    "events:PutEvents", "execute-api:Invoke", "lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "s3:PutObject",
    "sns:Publish", "sqs:SendMessage", "states:StartExecution",
)  # fmt: skip
"""Actions that make something else run: whoever may take them reaches what that does, but is not in its place."""

OUTSIDE = frozenset((NodeKind.ANONYMOUS, NodeKind.ANY_ACCOUNT))


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path: all the edges that make it, those that are sure first."""

    source: Node
    target: Node
    edges: tuple[Edge, ...]

    @property
    def truth(self) -> Truth:
        return self.edges[0].truth


@dataclass(frozen=True, slots=True)
class Path:
    """A way from the source of the first hop to the target of the last."""

    hops: tuple[Hop, ...]
    goal: Truth = True
    """True iff the last node is what was asked for."""

    @property
    def truth(self) -> Truth:
        """True iff every step can be taken whatever the open keys are."""
        return all_of((*(hop.truth for hop in self.hops), self.goal))

    @property
    def through_code(self) -> bool:
        """True iff a step only makes something run: what follows is done by that, not by whoever started it."""
        return any(hop.edges[0].kind in (EdgeKind.TRIGGER, EdgeKind.ACCESS) for hop in self.hops[:-1])


def find_paths(
    web: Web,
    catalog: Catalog,
    sources: Iterable[str],
    is_goal: Callable[[Node], Truth],
    *,
    through_code: bool = False,
    to_resource: bool = False,
) -> Iterator[Path]:
    """Every path without a loop, the shortest first, then in the order of the nodes.

    `through_code` also follows what makes something else run. `to_resource`: the last step may be any access.
    """
    runs = 0
    for action in RUNS:
        runs |= catalog.single(action)
    goals = {id_: truth for id_, node in web.nodes.items() if (truth := is_goal(node)) is not False}
    steps = _Steps(web, runs if through_code else 0, set(goals) if to_resource else set())
    distance = _distances(steps, set(goals))
    heap: list[tuple[int, tuple[str, ...]]] = []
    for source in dict.fromkeys(sources):
        if source in distance and source not in goals:
            heappush(heap, (distance[source], (source,)))
    while heap:
        _, walked = heappop(heap)
        if walked[-1] in goals:
            yield _path(web, steps, walked, goals[walked[-1]])
            continue
        for target in steps.onward(walked[-1]):
            if target in distance and target not in walked:
                heappush(heap, (len(walked) + distance[target], (*walked, target)))


def reaching(web: Web, is_goal: Callable[[Node], Truth]) -> Mapping[str, int]:
    """The nodes from which a goal is reached without making anything else run, with the least number of steps."""
    goals = {id_ for id_, node in web.nodes.items() if is_goal(node) is not False}
    return _distances(_Steps(web, 0, set()), goals)


class _Steps:
    """The steps that a path may take."""

    def __init__(self, web: Web, runs: ActionSet, goals: set[str]) -> None:
        self._web = web
        self._runs = runs
        self._goals = goals
        self._known: dict[str, tuple[str, ...]] = {}

    def onward(self, source: str) -> tuple[str, ...]:
        """The nodes one step further."""
        found = self._known.get(source)
        if found is None:
            edges = self._web.outgoing.get(source, ())
            found = tuple(dict.fromkeys(edge.target for edge in edges if self._leads_on(edge)))
            self._known[source] = found
        return found

    def between(self, source: str, target: str) -> tuple[Edge, ...]:
        """The edges that lead from one node to another, those that are sure first."""
        edges = self._web.outgoing.get(source, ())
        found = [edge for edge in edges if edge.target == target and self._leads_on(edge)]
        return tuple(sorted(found, key=lambda edge: (edge.truth is not True, edge.kind, edge.how)))

    def _leads_on(self, edge: Edge) -> bool:
        return (
            edge.target in self._goals
            or leads_on(edge)
            or (bool(self._runs) and edge.kind is EdgeKind.TRIGGER)
            or bool(edge.maybe & self._runs and edge.kind is EdgeKind.ACCESS)
        )


def leads_on(edge: Edge) -> bool:
    """True iff whoever is at the source can act in the place of the target by the step."""
    match edge.kind:
        case EdgeKind.ACT_AS | EdgeKind.ESCALATE:
            return True
        case EdgeKind.CHANGE:
            return edge.how in TAKES_OVER
        case EdgeKind.TRIGGER | EdgeKind.ACCESS:
            return False


def _distances(steps: _Steps, goals: set[str]) -> dict[str, int]:
    """For each node from which a goal can be reached the least number of steps."""
    backward: dict[str, list[str]] = {}
    for source in steps._web.nodes:  # noqa: SLF001  # one module
        for target in steps.onward(source):
            backward.setdefault(target, []).append(source)
    distance = dict.fromkeys(goals, 0)
    front = sorted(goals)
    while front:
        reached = []
        for node in front:
            for source in backward.get(node, ()):
                if source not in distance:
                    distance[source] = distance[node] + 1
                    reached.append(source)
        front = reached
    return distance


def _path(web: Web, steps: _Steps, walked: tuple[str, ...], goal: Truth) -> Path:
    hops = []
    for source, target in pairwise(walked):
        hops.append(Hop(web.nodes[source], web.nodes[target], steps.between(source, target)))
    return Path(tuple(hops), goal)
