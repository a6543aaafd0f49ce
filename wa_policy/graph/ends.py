"""Where a path begins and ends, by the words that people use."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wa_policy.catalog.model import Catalog
from wa_policy.errors import UsageError
from wa_policy.evaluator.truth import Truth
from wa_policy.graph.paths import OUTSIDE, Path, find_paths
from wa_policy.graph.web import Node, NodeKind, Web
from wa_policy.iam.arn import is_account_id


def between(web: Web, catalog: Catalog, source: str, goal: str, *, through_code: bool) -> Iterator[Path]:
    """The paths from someone to something, the shortest first.

    `source` is an ARN, an account, a service, `public`, or `any` for every principal; `goal` an ARN, an account, or
    `admin`.
    """
    to_resource = False
    is_goal: Callable[[Node], Truth]
    if goal == "admin":
        is_goal = _is_admin
    elif is_account_id(goal):
        is_goal = _of_account(goal)
    else:
        wanted = _node(web, goal)
        to_resource = wanted.kind is NodeKind.RESOURCE
        is_goal = _is_this(wanted)
    return find_paths(
        web, catalog, _sources(web, source), is_goal, through_code=through_code, to_resource=to_resource
    )


def _is_this(wanted: Node) -> Callable[[Node], Truth]:
    return lambda node: node is wanted


def _is_admin(node: Node) -> Truth:
    return node.admin


def _of_account(account: str) -> Callable[[Node], Truth]:
    return lambda node: node.account == account and node.kind is NodeKind.PRINCIPAL


def _node(web: Web, name: str) -> Node:
    found = web.nodes.get(web.home.get(name, name))
    if found is None:
        raise UsageError(
            f"`{name}` was not read and nothing that was read names it, expected an ARN of the input",
            advice="`wa-policy graph` lists all there are",
        )
    return found


def _sources(web: Web, source: str) -> list[str]:
    if source == "any":
        return [id_ for id_, node in web.nodes.items() if node.kind is NodeKind.PRINCIPAL]
    if source == "public":
        return [id_ for id_, node in web.nodes.items() if node.kind in OUTSIDE]
    if is_account_id(source):
        return [
            id_
            for id_, node in web.nodes.items()
            if node.account == source and node.kind is not NodeKind.RESOURCE
        ]
    return [_node(web, source).id]
