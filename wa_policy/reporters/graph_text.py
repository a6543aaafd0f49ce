"""Who can, what can, and paths: as text for people and as JSON for tools."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wa_policy.evaluator.truth import Truth
from wa_policy.findings.visible import visible
from wa_policy.graph.access import Access
from wa_policy.graph.build import limits_words, statement_words
from wa_policy.graph.paths import Hop, Path
from wa_policy.graph.query import What, Who
from wa_policy.graph.web import Edge, EdgeKind
from wa_policy.iam.unknown import Unknown

_MOST_NAMES = 12


def _word(truth: Truth) -> str:
    return "perhaps" if isinstance(truth, Unknown) else "yes" if truth else "no"


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{visible(line)}\n" for line in lines)


# --- who-can ------------------------------------------------------------------------------------------------------


def who_text(found: Sequence[Who], action: str, resource: str, *, explain: bool) -> str:
    """Those who may, each on a line; whoever may only perhaps, with the reason."""
    return _joined(_who(found, action, resource, explain=explain))


def _who(found: Sequence[Who], action: str, resource: str, *, explain: bool) -> Iterator[str]:
    names = sum(len(who.names) for who in found)
    sure = sum(len(who.names) for who in found if who.access.truth is True)
    yield f"{action} on {resource}: {sure} can, {names - sure} perhaps"
    for who in found:
        yield ""
        about = "can" if who.access.truth is True else "perhaps"
        for name in who.names:
            yield f"{about}: {name}" + ("" if who.kind.value == "principal" else f" ({who.kind.value})")
        yield from _reasons(who.access)
        if explain:
            yield from (f"  {statement_words(placed)}" for placed in who.access.statements)


def _reasons(access: Access) -> Iterator[str]:
    if isinstance(access.truth, Unknown):
        yield from (f"  {words}" for words in limits_words(access.conditions, access.statements))
        if not access.conditions:
            yield f"  {access.truth}"


def who_json(found: Sequence[Who], action: str, resource: str) -> str:
    """One JSON object."""
    rows = [{"kind": who.kind.value, "names": list(who.names), **_access_json(who.access)} for who in found]
    return json.dumps({"schema": 1, "action": action, "resource": resource, "who": rows}, indent=2) + "\n"


def _access_json(access: Access) -> dict[str, Any]:
    return {
        "can": _word(access.truth),
        "reason": str(access.truth) if isinstance(access.truth, Unknown) else "",
        "conditions": list(limits_words(access.conditions, access.statements)),
        "statements": list(map(statement_words, access.statements)),
    }


# --- what-can -----------------------------------------------------------------------------------------------------


def what_text(found: Sequence[What], principal: str, *, explain: bool = False) -> str:
    """The actions on each resource; of those that are only perhaps allowed, on what that depends."""
    return _joined(_what(found, principal, explain=explain))


def _what(found: Sequence[What], principal: str, *, explain: bool) -> Iterator[str]:
    yield f"{principal} reaches {sum(len(what.members) for what in found if what.resource != '*')} resources and parts"
    for what in found:
        yield ""
        more = f" and {len(what.members) - 1} more like it" if len(what.members) > 1 else ""
        yield (what.resource if what.resource != "*" else "without a resource") + more
        for about, names in (("can", what.sure), ("perhaps", what.maybe)):
            if names:
                left = len(names) - _MOST_NAMES
                yield f"  {about}: {', '.join(names[:_MOST_NAMES])}" + (
                    f" and {left} more" if left > 0 else ""
                )
        if what.maybe:
            yield from (f"    {words}" for words in limits_words(what.conditions, what.statements))
            if not what.conditions:
                yield from (f"    {doubt}" for doubt in what.doubts)
        if explain:
            yield from (f"    {statement_words(placed)}" for placed in what.statements)


def what_json(found: Sequence[What], principal: str) -> str:
    """One JSON object."""
    rows = [
        {
            "resource": what.resource,
            "members": list(what.members),
            "can": list(what.sure),
            "perhaps": list(what.maybe),
            "reasons": list(map(str, what.doubts)),
            "conditions": list(limits_words(what.conditions, what.statements)),
            "statements": list(map(statement_words, what.statements)),
        }
        for what in found
    ]
    return json.dumps({"schema": 1, "principal": principal, "what": rows}, indent=2) + "\n"


# --- paths --------------------------------------------------------------------------------------------------------

_VERBS = {
    EdgeKind.ACCESS: "can call",
    EdgeKind.ACT_AS: "can act as",
    EdgeKind.CHANGE: "can change",
    EdgeKind.TRIGGER: "sets off",
    EdgeKind.ESCALATE: "can become",
}


def paths_text(found: Sequence[Path], *, explain: bool, more: bool) -> str:
    """The paths, numbered, each step on a line."""
    lines: list[str] = []
    for number, path in enumerate(found, 1):
        lines += [*([""] if lines else []), *_path(number, path, explain=explain)]
    if not found:
        lines.append("no path was found")
    if more:
        lines += ["", "there are more: --limit shows them"]
    return _joined(lines)


def _path(number: int, path: Path, *, explain: bool) -> Iterator[str]:
    certain = "" if path.truth is True else ", perhaps"
    code = ", by what it makes run" if path.through_code else ""
    yield f"{number}. {len(path.hops)} step{'s' if len(path.hops) > 1 else ''}{certain}{code}: {path.hops[0].source.label}"
    for hop in path.hops:
        yield f"   {_hop(hop)}"
        edge = hop.edges[0]
        if isinstance(edge.truth, Unknown):
            yield from (f"     {words}" for words in limits_words(edge.conditions, edge.statements))
            if not edge.conditions:
                yield f"     {edge.truth}"
        if edge.missing:
            yield f"     {edge.missing}"
        if explain:
            yield from (f"     {statement_words(placed)}" for placed in edge.statements)
    if isinstance(path.goal, Unknown):
        yield f"   perhaps an administrator: {path.goal}"


def _hop(hop: Hop) -> str:
    how = ", ".join(dict.fromkeys(_how(edge) for edge in hop.edges))
    return f"{_VERBS[hop.edges[0].kind]} {hop.target.label} ({how})"


def _how(edge: Edge) -> str:
    return edge.how if edge.kind is not EdgeKind.CHANGE else f"its {edge.how}"


def paths_json(found: Sequence[Path], *, more: bool) -> str:
    """One JSON object."""
    rows = [
        {
            "certain": path.truth is True,
            "throughCode": path.through_code,
            "steps": [
                {
                    "from": hop.source.id,
                    "to": hop.target.id,
                    "edges": [
                        {
                            "kind": edge.kind.value,
                            "how": edge.how,
                            "certain": edge.truth is True,
                            "conditions": list(limits_words(edge.conditions, edge.statements)),
                            "doubts": list(map(str, edge.doubts)),
                            "missing": edge.missing,
                            "statements": list(map(statement_words, edge.statements)),
                        }
                        for edge in hop.edges
                    ],
                }
                for hop in path.hops
            ],
        }
        for path in found
    ]
    return json.dumps({"schema": 1, "paths": rows, "more": more}, indent=2) + "\n"
