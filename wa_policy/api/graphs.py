"""The graph: who reaches what, and through whom."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wa_policy.api.inputs import catalog
from wa_policy.api.requests import Context, check_action_and_resource
from wa_policy.errors import UsageError
from wa_policy.iam.request import make_context
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Inventory

if TYPE_CHECKING:
    from wa_policy.graph.build import Graph
    from wa_policy.graph.escalation import Escalation, Escalations
    from wa_policy.graph.paths import Path
    from wa_policy.graph.query import What, Who
    from wa_policy.graph.web import Web


@contextmanager
def without_collector() -> Iterator[None]:
    """Let the collector of cycles rest: a graph has millions of objects and no cycles, which it would look at over again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def escalations(
    inventory: Inventory, *, to: str | None = None, from_: str | None = None, techniques: Collection[str] = ()
) -> tuple[Escalation, ...]:
    """The ways in which principals can get the permissions of others, sorted.

    `to` leaves those to one target, or with `admin` those that make an administrator, or may do so; `from_` those of
    one principal, `techniques` those of the ids named. Raises UsageError for a technique that there is not.
    """
    return escalation_classes(inventory, to=to, from_=from_, techniques=techniques).every()


def escalation_classes(
    inventory: Inventory,
    *,
    to: str | None = None,
    from_: str | None = None,
    techniques: Collection[str] = (),
    certain: bool = False,
) -> Escalations:
    """`escalations` in classes of those that are alike; `certain` leaves those that hold for certain."""
    from wa_policy.graph.escalation import escalation_classes as find
    from wa_policy.graph.reach import reach_of
    from wa_policy.graph.techniques import TECHNIQUES

    known = {technique.id: technique for technique in TECHNIQUES}
    for id_ in techniques:
        if id_ not in known:
            raise UsageError(f"there is no technique `{id_}`, expected an id such as `iam-001`")
    chosen = [known[id_] for id_ in dict.fromkeys(techniques)] or TECHNIQUES
    with without_collector():
        found = find(reach_of(inventory, catalog()), chosen)
        return found.narrowed(
            principal=from_,
            target=None if to == "admin" else to,
            to_admin=to == "admin",
            certain=certain,
        )


def locate_escalations(found: Iterable[Escalation], *, stdin: bytes | None = None) -> Mapping[Source, int]:
    """The lines of the statements that the escalations rest on."""
    from wa_policy.loaders.located import locate_all

    places = {s.source: None for one in found for step in one.steps for _, s in step.statements}
    return locate_all(places, stdin=stdin)


def who_can(
    inventory: Inventory, action: str, resource: str, context: Context | None = None
) -> tuple[Who, ...]:
    """Everyone who may take the action on the resource; whoever surely may not is left out."""
    from wa_policy.graph.query import who_can as ask_who
    from wa_policy.graph.reach import reach_of

    check_action_and_resource(action, resource)
    return ask_who(reach_of(inventory, catalog()), action, resource, make_context(context or {}))


def what_can(inventory: Inventory, principal: str, context: Context | None = None) -> tuple[What, ...]:
    """What a user or role may do, on the resources of the inventory and without a resource."""
    from wa_policy.graph.query import what_can as ask_what
    from wa_policy.graph.reach import reach_of

    found = inventory.principal(principal)
    if found is None:
        raise UsageError(f"`{principal}` was not read, expected the ARN of a user or role of the input")
    return ask_what(reach_of(inventory, catalog()), found, make_context(context or {}))


def web(inventory: Inventory) -> Web:
    """The nodes and edges of the graph, escalations included."""
    from wa_policy.graph.build import whole_web

    with without_collector():
        return whole_web(inventory, catalog())


def build_graph(inventory: Inventory) -> Graph:
    """Who reaches what, and through whom, as a networkx `MultiDiGraph` (docs/graph.md has its attributes)."""
    from wa_policy.graph.build import graph_of

    with without_collector():
        return graph_of(web(inventory), catalog())


def graph_page(inventory: Inventory) -> str:
    """The graph as one HTML page that works offline."""
    from wa_policy.reporters.graph_html import render

    with without_collector():
        return render(web(inventory), catalog())


def find_paths(inventory: Inventory, source: str, goal: str, *, through_code: bool = False) -> Iterator[Path]:
    """The paths from someone to something, the shortest first.

    `source` is an ARN, an account, a service, `public`, or `any` for every principal; `goal` an ARN, an account, or
    `admin`. `through_code` also follows what makes something else run.
    """
    from wa_policy.graph.ends import between

    return _resting(between(web(inventory), catalog(), source, goal, through_code=through_code))


def _resting(paths: Iterator[Path]) -> Iterator[Path]:
    """The same paths, each found while the collector rests."""
    while True:
        with without_collector():
            path = next(paths, None)
        if path is None:
            return
        yield path
