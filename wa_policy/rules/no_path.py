"""Is there a path that a rule forbids? The graph is asked, and answers with the shortest certain path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wa_policy.catalog.model import ActionSet
from wa_policy.evaluator.truth import Truth
from wa_policy.findings import Verdict
from wa_policy.graph.administrators import has_nothing_to_gain
from wa_policy.graph.routes import Route, Routes, Spread, StepKind
from wa_policy.iam.pattern import matches, resource_glob
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Principal
from wa_policy.rules.actions import matching
from wa_policy.rules.graphs import ADMINISTRATOR, ONLY_ESCALATIONS, Graphs
from wa_policy.rules.path_class import GoalWord, NoPath, SourceWord
from wa_policy.rules.path_words import Way, way_of_escalation, way_of_route
from wa_policy.rules.subjects import PRINCIPAL_TYPES, Judgement, Subject

_MOST_REASONS = 5
"""One document that is missing for each of a thousand functions need not be named a thousand times for each role."""


def judge(no_path: NoPath, subject: Subject, graphs: Graphs) -> Judgement:
    """Fail with the path iff there is one for certain, unknown if there may be one, pass iff there is none."""
    unknown: list[Unknown] = []
    for way in _Search(no_path, subject, graphs).ways():
        if way.truth is True:
            return Judgement(Verdict.FAIL, source=way.source, evidence=way.evidence, path=way.path)
        if isinstance(way.truth, Unknown):
            unknown.append(way.truth)
    reasons = tuple(dict.fromkeys(unknown))[:_MOST_REASONS]
    return Judgement(Verdict.UNKNOWN, reasons=reasons) if reasons else Judgement(Verdict.PASS)


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
            yield from self.towards("patterns", self.nodes_like(self.no_path.goals), self.last)

    # --- from the subject -----------------------------------------------------------------------------------------

    def to_more(self) -> Iterator[Way]:
        """One escalation further, to what the subject may not do by itself."""
        raising = self.graphs.raising
        found = [
            (one, truth)
            for one in self.graphs.escalations.get(self.subject.id, ())
            if not self.is_left_out((one.target,)) and (truth := raising.raises(one)) is not False
        ]
        sure = [one for one, truth in found if truth is True]
        if sure:
            first = min(sure, key=lambda one: (one.gives_admin is not True, len(one.steps), one.sort_key))
            others = dict.fromkeys(one.technique.id for one in sure)
            others.pop(first.technique.id)
            yield way_of_escalation(first, others)
        yield from (Way(truth) for _, truth in found if truth is not True)

    def to_admin(self) -> Iterator[Way]:
        principal = self.subject.principal
        is_admin = False if principal is None else self.graphs.administrators.get(principal.arn, False)
        if principal is not None and is_admin is not False:
            yield self.as_admin(principal, is_admin)
        if is_admin is not True:
            yield from self.towards("admin", self.graphs.admins(self.kinds, perhaps=False), None)

    def as_admin(self, principal: Principal, is_admin: Truth) -> Way:
        """The subject is an administrator itself: no step is needed."""
        if not has_nothing_to_gain(principal):
            for one in self.graphs.escalations.get(principal.arn, ()):
                if one.truth is True and one.gives_admin is True:
                    return way_of_escalation(one)
        place = principal.identity_policies[0].policy.source if principal.identity_policies else None
        words = "its own policies allow it to give itself, or a role of its making, every permission"
        return Way(is_admin, "it is an administrator already", words, place)

    def towards(self, name: str, goals: frozenset[str], last: ActionSet | None) -> Iterator[Way]:
        """The shortest way to one of the goals, a certain one first."""
        start = self.graphs.node_of(self.subject.id, self.kinds)
        if start is None:
            yield self.no_part_of_it()
            return
        routes = self.graphs.routes(self.kinds)
        for sure in (True, False):
            if name == "admin" and not sure:
                goals = self.graphs.admins(self.kinds, perhaps=True)
            kept = frozenset(
                goal for goal in goals if not self.is_left_out(self.graphs.members(goal, self.kinds))
            )
            spread = self.spread("towards", routes, kept, last, sure=sure)
            route = routes.route_from(start, spread)
            if route is not None:
                way = self.way(route)
                if name == "admin" and ADMINISTRATOR not in self.graphs.label(
                    route.edges[-1].target, self.kinds
                ):
                    way = replace(way, path=f"{way.path}, an {ADMINISTRATOR}")
                yield way
                if sure:
                    return
        yield from self.unread(routes.reached(start))

    # --- to the subject -------------------------------------------------------------------------------------------

    def to_subject(self) -> Iterator[Way]:
        goal = self.graphs.node_of(self.subject.id, self.kinds)
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
        graphs, found = self.graphs, set[str]()
        if SourceWord.PUBLIC in self.no_path.sources:
            found |= graphs.outside(self.kinds)
        if SourceWord.PRINCIPALS in self.no_path.sources:
            found |= graphs.principals(self.kinds)
        found |= self.nodes_like(self.no_path.sources)
        return frozenset(
            node for node in found if not self.is_left_out(graphs.members(node, self.kinds))
        ) | graphs.unread(self.kinds)

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
            for node, members in self.graphs.nodes(self.kinds).items()
            if any(matches(pattern, member) for pattern in patterns for member in members)
        )

    def is_left_out(self, members: tuple[str, ...]) -> bool:
        """True iff `except` means all of them: they are alike, so one that is not meant stands for the rest."""
        patterns = [resource_glob(pattern) for pattern in self.no_path.left_out]
        return bool(patterns) and all(
            any(matches(pattern, member) for pattern in patterns) for member in members
        )

    def unread(self, nodes: Iterable[str]) -> Iterator[Way]:
        """Whoever is on the way and has policies that were not read may go on from there."""
        if self.kinds == ONLY_ESCALATIONS:
            return  # such policies count as granting everything there
        for node in nodes:
            for arn in self.graphs.members(node, self.kinds):
                principal = self.graphs.inventory.principal(arn)
                if principal is not None:
                    yield from (Way(reason) for reason in principal.missing)
                    for attached in principal.identity_policies:
                        yield from (Way(reason) for reason in attached.policy.unreadable)

    def no_part_of_it(self) -> Way:
        return Way(Unknown(UnknownKind.NOT_MODELLED, f"`{self.subject.id}` as a part of the graph"))

    def way(self, route: Route) -> Way:
        return way_of_route(route, lambda node: self.graphs.label(node, self.kinds))
