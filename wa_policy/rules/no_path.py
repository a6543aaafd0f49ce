"""Is there a path that a rule forbids? The graph is asked, and answers with the shortest certain path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.truth import Truth
from wa_policy.findings import Verdict
from wa_policy.graph.administrators import has_nothing_to_gain
from wa_policy.graph.escalation import Escalation
from wa_policy.graph.routes import Route, Routes, Spread, StepKind
from wa_policy.iam.pattern import matches, resource_glob
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Principal
from wa_policy.rules.actions import matching
from wa_policy.rules.graphs import Graphs
from wa_policy.rules.path_class import GoalWord, NoPath, SourceWord
from wa_policy.rules.path_words import Way, way_of_escalation, way_of_escalations, way_of_route
from wa_policy.rules.subjects import PRINCIPAL_TYPES, Judgement, Subject

_ONLY_ESCALATIONS = frozenset((StepKind.ESCALATION,))
_MOST_REASONS = 5
"""One document that is missing for each of a thousand functions need not be named a thousand times for each role."""


def judge(no_path: NoPath, subject: Subject, graphs: Graphs) -> Judgement:
    """Fail with the path iff there is one for certain, unknown if there may be one, pass iff there is none."""
    unknown: dict[Unknown, None] = {}
    for way in _Search(no_path, subject, graphs).ways():
        if way.truth is True:
            return Judgement(Verdict.FAIL, source=way.source, evidence=way.evidence, path=way.path)
        if isinstance(way.truth, Unknown) and len(unknown) < _MOST_REASONS:
            unknown[way.truth] = None
    return Judgement(Verdict.UNKNOWN, reasons=tuple(unknown)) if unknown else Judgement(Verdict.PASS)


class _Search:
    def __init__(self, no_path: NoPath, subject: Subject, graphs: Graphs) -> None:
        self.no_path = no_path
        self.subject = subject
        self.graphs = graphs
        self.kinds = frozenset(StepKind(word) for word in no_path.through)
        self.last: ActionSet = graphs.catalog.everything
        if no_path.actions:
            self.last = matching(no_path.actions, graphs.catalog)

    def ways(self) -> Iterator[Way]:
        """The paths that were found, and why there may be more."""
        if not self.no_path.is_from_subject:
            yield from self.to_subject()
            return
        if GoalWord.ADMIN in self.no_path.goals:
            yield from self.to_admin()
        if GoalWord.MORE in self.no_path.goals:
            yield from self.to_more()
        if any(not isinstance(goal, GoalWord) for goal in self.no_path.goals):
            goals = self.nodes_like(self.no_path.goals)
            yield from self.towards((goals, goals), self.last)

    # --- from the subject: more, and an administrator -------------------------------------------------------------

    def to_more(self) -> Iterator[Way]:
        """One escalation further, to what the subject may not do by itself."""
        sure: list[Escalation] = []
        for _, escalations in self.graphs.ascents.of(self.subject.id):
            for one in escalations:
                if self.is_left_out((one.target,)):
                    continue
                truth = self.graphs.raising.raises(one)
                if truth is True:
                    sure.append(one)
                    break  # one of those that are alike says it
                if truth is not False:
                    yield Way(truth)
        if sure:
            first = min(sure, key=lambda one: (one.gives_admin is not True, len(one.steps), one.sort_key))
            others = dict.fromkeys(sorted(one.technique.id for one in sure))
            others.pop(first.technique.id)
            yield replace(way_of_escalation(first, others), truth=True)

    def to_admin(self) -> Iterator[Way]:
        principal = self.subject.principal
        is_admin = False if principal is None else self.graphs.administrators.get(principal.arn, False)
        if principal is not None and is_admin is not False:
            yield self.as_admin(principal, is_admin)
        if is_admin is True:
            return
        if self.kinds == _ONLY_ESCALATIONS and not self.no_path.left_out:
            yield from self.by_escalations()
            return
        admins = self.graphs.sure_administrators, self.graphs.possible_administrators
        for way in self.towards(admins, None):
            named = "administrator of " in way.path
            yield way if named else replace(way, path=f"{way.path}, an administrator")

    def by_escalations(self) -> Iterator[Way]:
        for sure in (True, False):
            steps = self.graphs.ascents.way(self.subject.id, sure=sure)
            if steps:
                yield way_of_escalations(steps)
                if sure:
                    return

    def as_admin(self, principal: Principal, is_admin: Truth) -> Way:
        """The subject is an administrator itself: no step is needed."""
        if not has_nothing_to_gain(principal):
            for class_, escalations in self.graphs.ascents.of(principal.arn):
                if class_.first.truth is True and class_.first.gives_admin is True:
                    return way_of_escalation(next(escalations))
        place = principal.identity_policies[0].policy.source if principal.identity_policies else None
        words = "its own policies allow it to give itself, or a role of its making, every permission"
        return Way(is_admin, "it is an administrator already", words, place)

    # --- from the subject: other goals ----------------------------------------------------------------------------

    def towards(self, goals: tuple[frozenset[str], frozenset[str]], last: ActionSet | None) -> Iterator[Way]:
        """The shortest certain way to one of the goals, or to one of those that may be goals."""
        start = self.graphs.node_of(self.subject.id)
        if start is None:
            yield self.no_part_of_it()
            return
        routes = self.graphs.routes(self.kinds)
        for sure, nodes in zip((True, False), goals, strict=True):
            spread = self.spread("towards", routes, self.kept(nodes), last, sure=sure)
            route = routes.route_from(start, spread)
            if route is not None:
                yield self.way(route)
                if sure:
                    return
        yield from self.unread(routes.reached(start))

    # --- to the subject -------------------------------------------------------------------------------------------

    def to_subject(self) -> Iterator[Way]:
        goal = self.graphs.node_of(self.subject.id)
        if goal is None:
            yield self.no_part_of_it()
            return
        routes = self.graphs.routes(self.kinds)
        last = None if self.subject.type in PRINCIPAL_TYPES else self.last
        sources = self.sources()
        for sure in (True, False):
            route = self.route_to(routes, goal, sources, last, sure=sure)
            if route is not None:
                yield self.way(route)
                if sure:
                    return
        yield from self.unread(self.spread("away", routes, sources, None, sure=False))

    def route_to(
        self, routes: Routes, goal: str, sources: frozenset[str], last: ActionSet | None, *, sure: bool
    ) -> Route | None:
        if goal in sources:  # whoever is at the goal already needs no path
            return routes.nearest(goal, sources.__contains__, sure=sure, last=last)
        spread = self.spread("away", routes, sources, None, sure=sure)
        return routes.route_to(goal, spread, sure=sure, last=last)

    def sources(self) -> frozenset[str]:
        """The nodes from which no path may lead here."""
        found = self.nodes_like(self.no_path.sources)
        if SourceWord.PUBLIC in self.no_path.sources:
            found |= self.graphs.outside
        if SourceWord.PRINCIPALS in self.no_path.sources:
            found |= self.graphs.principals
        return self.kept(found) | self.graphs.unread

    # --- nodes ----------------------------------------------------------------------------------------------------

    def spread(
        self, name: str, routes: Routes, starts: frozenset[str], last: ActionSet | None, *, sure: bool
    ) -> Spread:
        """What a search finds; subjects that ask the same share it."""

        def search() -> Spread:
            if name == "away":
                return routes.away(starts, sure=sure)
            return routes.towards(starts, sure=sure, last=last)

        return self.graphs.spread((name, self.kinds, starts, last, sure), search)

    def nodes_like(self, words: Iterable[str]) -> frozenset[str]:
        """The nodes with a member that one of the patterns means."""
        patterns = [resource_glob(word) for word in words if not isinstance(word, GoalWord | SourceWord)]
        if not patterns:
            return frozenset()
        return frozenset(
            node
            for node, members in self.graphs.nodes.items()
            if any(matches(pattern, member) for pattern in patterns for member in members)
        )

    def kept(self, nodes: frozenset[str]) -> frozenset[str]:
        """The nodes without those that `except` takes away."""
        if not self.no_path.left_out:
            return nodes
        return frozenset(node for node in nodes if not self.is_left_out(self.graphs.nodes[node]))

    def is_left_out(self, members: tuple[str, ...]) -> bool:
        """True iff `except` means all of them: they are alike, so one that is not meant stands for the rest."""
        patterns = [resource_glob(pattern) for pattern in self.no_path.left_out]
        return bool(patterns) and all(
            any(matches(pattern, member) for pattern in patterns) for member in members
        )

    def unread(self, nodes: Iterable[str]) -> Iterator[Way]:
        """Whoever is on the way and has policies that were not read may go on from there."""
        for node in nodes:
            for arn in self.graphs.nodes[node]:
                principal = self.graphs.inventory.principal(arn)
                if principal is not None:
                    yield from (Way(reason) for reason in principal.missing)
                    for attached in principal.identity_policies:
                        yield from (Way(reason) for reason in attached.policy.unreadable)

    def no_part_of_it(self) -> Way:
        return Way(Unknown(UnknownKind.NOT_MODELLED, f"`{self.subject.id}` as a part of the graph"))

    def way(self, route: Route) -> Way:
        return way_of_route(route, self.graphs.label)
