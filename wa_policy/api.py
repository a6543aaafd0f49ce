"""The verbs of wa-policy: the command line, the pytest plugin and the library use these and nothing else below."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wa_policy.catalog.model import Catalog
from wa_policy.errors import LoadError, Problem, UsageError
from wa_policy.evaluator.evaluate import Decision
from wa_policy.evaluator.explain import Explanation
from wa_policy.findings import Report, RuleFacts
from wa_policy.formal.verdicts import Answer
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.principal import Caller, Role, RoleSession, User, parse_caller
from wa_policy.iam.request import Request, make_context
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Assumptions, Inventory
from wa_policy.loaders.simulation import BadLine, Simulated
from wa_policy.settings import ParameterValue, Settings

if TYPE_CHECKING:
    from wa_policy.evaluator.applied import AppliedPolicies
    from wa_policy.evaluator.situations import ResourceFacts
    from wa_policy.formal.question import Question
    from wa_policy.graph.build import Graph
    from wa_policy.graph.escalation import Escalation
    from wa_policy.graph.paths import Path
    from wa_policy.graph.query import What, Who
    from wa_policy.graph.web import Web

Progress = Callable[[str, int, int], None]
"""Called with the name of what is worked on, how much of it is done, and how much there is in all."""
Context = Mapping[str, str | bool | float | list[str] | tuple[str, ...]]
"""Condition keys, in any case, with their values: a list or tuple for a multivalued key."""

_NOTES = frozenset(
    ("contradiction", "duplicate-key", "element-case", "id-type", "sid-type", "version-unknown")
)
"""Codes of problems that tell of something odd in what was read all the same."""


def catalog() -> Catalog:
    """The catalog of actions, resource types and condition keys that ships with wa-policy."""
    from wa_policy.catalog.store import load_catalog

    return load_catalog()


def read(
    paths: Sequence[str],
    settings: Settings = Settings(),  # noqa: B008  # frozen, so sharing it is safe
    *,
    kind: PolicyKind | None = None,
    stdin: bytes | None = None,
    progress: Progress | None = None,
) -> Inventory:
    """Everything that can be read at the paths (`-` is standard input).

    `kind` is that of policy documents which stand alone.
    """
    from wa_policy.loaders.load import load

    assume = Assumptions(no_organization=settings.no_organization)
    return load(paths, kind=kind, stdin=stdin, progress=progress, assume=assume)


def lost_input(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that mean that a part of the input was not read."""
    return tuple(problem for problem in problems if problem.code not in _NOTES)


# --- rules ---------------------------------------------------------------------------------------------------


def rules() -> tuple[RuleFacts, ...]:
    """What is to be known about each rule of the pack, sorted by id."""
    from wa_policy.rules.pack import load_pack

    return tuple(sorted((rule.facts for rule in load_pack()), key=lambda facts: facts.id))


def rule(rule_id: str) -> RuleFacts:
    """One rule of the pack. Raises UsageError where there is none of this id."""
    known = {facts.id: facts for facts in rules()}
    if rule_id not in known:
        from difflib import get_close_matches

        close = get_close_matches(rule_id, known, 3)
        advice = f"close to it: {', '.join(close)}" if close else "`wa-policy rules list` names them all"
        raise UsageError(
            f"there is no rule `{rule_id}`, expected the id of a rule of the pack", advice=advice
        )
    return known[rule_id]


def typed_parameters(written: Mapping[str, Sequence[str]]) -> dict[str, ParameterValue]:
    """The values of rule parameters that are written as text, one or several each, in the types the rules declare.

    What does not fit its type stays text: `scan` refuses it, and knows the words.
    """
    from wa_policy.rules.model import ValueKind
    from wa_policy.rules.pack import load_pack
    from wa_policy.rules.parameters import declared

    known = declared(load_pack())
    typed: dict[str, ParameterValue] = {}
    for name, values in written.items():
        parameter = known.get(name)
        if len(values) != 1 or (parameter is not None and parameter.many):
            typed[name] = tuple(values)
        elif parameter is not None and parameter.kind is ValueKind.FLAG:
            typed[name] = {"true": True, "false": False}.get(values[0].lower(), values[0])
        elif parameter is not None and parameter.kind is ValueKind.NUMBER:
            typed[name] = _number(values[0])
        else:
            typed[name] = values[0]
    return typed


def _number(text: str) -> ParameterValue:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def scan(
    inventory: Inventory,
    settings: Settings = Settings(),  # noqa: B008  # frozen, so sharing it is safe
    *,
    only: Collection[str] = (),
    progress: Progress | None = None,
) -> Report:
    """The verdict of each rule of the pack, or of those in `only`, on each subject of the inventory.

    `progress` is called with a rule, the subjects done and the subjects in all.
    """
    from wa_policy.rules.pack import load_pack
    from wa_policy.rules.run import run

    report = run(load_pack(), inventory, settings, catalog(), only=tuple(only), progress=progress)
    return replace(report, principals=len(inventory.principals), resources=len(inventory.resources))


def locate(report: Report, *, stdin: bytes | None = None) -> Mapping[Source, int]:
    """The lines of all places that a report of the findings names; each file is read once more."""
    wanted: dict[Source, None] = {}
    for result in (*report.findings, *report.unknown):
        wanted[result.source] = None
        if result.witness is not None:
            wanted.update(dict.fromkeys(result.witness.statements))
    wanted.update(
        (Source(problem.file, problem.pointer), None) for problem in report.problems if not problem.line
    )
    from wa_policy.loaders.located import locate_all

    return locate_all(wanted, stdin=stdin)


# --- escalations -------------------------------------------------------------------------------------------------


def escalations(
    inventory: Inventory, *, to: str | None = None, from_: str | None = None, techniques: Collection[str] = ()
) -> tuple[Escalation, ...]:
    """The ways in which principals can get the permissions of others, sorted.

    `to` leaves those to one target, or with `admin` those that make an administrator, or may do so; `from_` those of
    one principal, `techniques` those of the ids named. Raises UsageError for a technique that there is not.
    """
    from wa_policy.graph.escalation import escalations as find
    from wa_policy.graph.reach import reach_of
    from wa_policy.graph.techniques import TECHNIQUES

    known = {technique.id: technique for technique in TECHNIQUES}
    for id_ in techniques:
        if id_ not in known:
            raise UsageError(f"there is no technique `{id_}`, expected an id such as `iam-001`")
    chosen = [known[id_] for id_ in dict.fromkeys(techniques)] or TECHNIQUES
    found = find(inventory, reach_of(inventory, catalog()), catalog(), chosen)
    return tuple(
        one
        for one in found
        if (from_ is None or one.principal == from_)
        and (to is None or (one.gives_admin is not False if to == "admin" else one.target == to))
    )


def locate_escalations(found: Iterable[Escalation], *, stdin: bytes | None = None) -> Mapping[Source, int]:
    """The lines of the statements that the escalations rest on."""
    from wa_policy.loaders.located import locate_all

    places = {s.source: None for one in found for step in one.steps for _, s in step.statements}
    return locate_all(places, stdin=stdin)


# --- requests ------------------------------------------------------------------------------------------------


def evaluate(request: Request, policies: AppliedPolicies, facts: ResourceFacts | None = None) -> Decision:
    """AWS's decision on one request under the policies that apply to it, by the catalog that ships.

    `facts` are settings of the resource that decide beside policies. For many requests on the same policies compile
    them once: `wa_policy.evaluator.evaluate.CompiledApplied`.
    """
    from wa_policy.evaluator.evaluate import evaluate as decide
    from wa_policy.evaluator.situations import ResourceFacts as Facts

    return decide(request, policies, catalog(), facts or Facts())


def can(
    inventory: Inventory, principal: str, action: str, resource: str, context: Context | None = None
) -> Decision:
    """May the principal do it, by what the inventory holds?

    The context of the request is derived from the inventory; what `context` says wins. Nothing is said about times
    and addresses unless `context` does.
    """
    return explain(inventory, principal, action, resource, context).decision


def explain(
    inventory: Inventory, principal: str, action: str, resource: str, context: Context | None = None
) -> Explanation:
    """The same decision as `can`, with its reasons."""
    from wa_policy.evaluator.asking import ask, explained

    caller = parse_caller(principal)
    if caller is None:
        expected = "expected the ARN of a user, role, session or root user, an AWS service, or `*` for anyone"
        raise UsageError(f"`{principal}` is no caller, {expected}")
    _check_exists(inventory, caller)
    _check_action_and_resource(action, resource)
    question = ask(inventory, caller, action, resource, make_context(context or {}))
    return explained(question, catalog())


def _check_exists(inventory: Inventory, caller: Caller) -> None:
    """Raise UsageError for a user or role that is not there in an account whose principals were all read."""
    from wa_policy.evaluator.lookup import principal_of

    match caller:
        case User(account) | Role(account) | RoleSession(account):
            complete = inventory.was_exported("iam.get-account-authorization-details", account)
            if complete and principal_of(inventory, caller) is None:
                raise UsageError(
                    f"there is no `{caller.arn}` in account `{account}`, all of whose principals were read"
                )
        case _:
            pass


def explain_case(raw: Any, file: str) -> Explanation:
    """The explanation of a case in the neutral form. Raises LoadError with the place where it is unusable."""
    from wa_policy.loaders.simulation import explain_case as explain_one

    return explain_one(raw, file, catalog())


def read_case_file(path: str, *, stdin: bytes | None = None) -> Any:
    """The one JSON value in a file. Raises LoadError."""
    from wa_policy.loaders.document import parse_document
    from wa_policy.loaders.located import read_bytes

    data = read_bytes(path, stdin=stdin)
    if isinstance(data, Problem):
        raise LoadError(data.message, (data,))
    documents, problems = parse_document(path, data)
    if len(documents) != 1:
        found = problems or (Problem(path, "", "case-type", "found several documents, expected one case"),)
        raise LoadError(found[0].message, found)
    return documents[0].value


def simulate(lines: Iterable[bytes]) -> Iterator[Simulated | BadLine]:
    """The verdict on each case, one a line in the neutral form (docs/simulate.md), in the order of the lines."""
    from wa_policy.loaders.simulation import simulate as simulate_lines

    return simulate_lines(lines, catalog())


# --- policy documents ----------------------------------------------------------------------------------------


def find_request(question: Question) -> Answer:
    """Refuted with a request of the class that the policies allow, Proved iff there is none, else Undecided."""
    from wa_policy.formal.question import find_request as find

    return find(question, catalog())


def read_policy(path: str, *, stdin: bytes | None = None) -> Policy:
    """The policy document in a file, bare or as the `Policy`, `PolicyDocument` or `Document` of an AWS answer.

    Raises LoadError where it holds none; statements that cannot be read are listed in `Policy.unreadable`.
    """
    from wa_policy.iam.parse import parse_policy

    raw = read_case_file(path, stdin=stdin)
    pointer = ""
    while isinstance(raw, Mapping) and "Statement" not in raw:
        inner = next((name for name in _HOLDS_POLICY if name in raw), None)
        if inner is None:
            break
        raw, pointer = raw[inner], f"{pointer}/{inner}"
    policy, problems = parse_policy(raw, Source(path, pointer))
    lost = lost_input(problems)
    if lost and not policy.statements:
        raise LoadError(lost[0].message, lost)
    return policy


_HOLDS_POLICY = ("Policy", "PolicyDocument", "AssumeRolePolicyDocument", "PolicyVersion", "Role", "Document")


def _kind_of(*policies: Policy) -> PolicyKind:
    named = any(s.principal is not None for policy in policies for s in policy.statements)
    return PolicyKind.RESOURCE if named else PolicyKind.IDENTITY


def check_no_new_access(
    existing: Policy, new: Policy, *, kind: PolicyKind | None = None, facts: str = "aws"
) -> Answer:
    """Proved iff `new` allows nothing that `existing` does not; without `kind` a Principal makes a resource policy."""
    from wa_policy.formal.checks import check_no_new_access as check

    return check(existing, new, kind or _kind_of(existing, new), catalog(), facts)


def check_access_not_granted(
    policy: Policy,
    *,
    actions: Sequence[str] = (),
    resources: Sequence[str] = (),
    kind: PolicyKind | None = None,
    facts: str = "aws",
) -> Answer:
    """Proved iff the policy allows none of the actions on any of the resources; none means any."""
    from wa_policy.formal.checks import check_access_not_granted as check

    return check(
        policy, kind or _kind_of(policy), catalog(), actions=actions, resources=resources, facts=facts
    )


def check_no_public_access(policy: Policy, resource_type: str) -> Answer:
    """Proved iff the resource policy lets nobody in whom it does not name."""
    from wa_policy.formal.public_access import check_no_public_access as check

    return check(policy, resource_type, catalog())


def check_equivalent(
    first: Policy, second: Policy, *, kind: PolicyKind | None = None, facts: str = "aws"
) -> Answer:
    """Proved iff both policies allow the same."""
    from wa_policy.formal.checks import check_equivalent as check

    return check(first, second, kind or _kind_of(first, second), catalog(), facts)


def check_forbidden(
    inventory: Inventory,
    rule_id: str,
    settings: Settings = Settings(),  # noqa: B008  # frozen, so sharing it is safe
) -> Report:
    """The verdicts of one rule that forbids requests. Raises UsageError where it is a rule of another kind."""
    from wa_policy.rules.pack import load_pack
    from wa_policy.rules.request_class import Forbid

    report = scan(inventory, settings, only=(rule_id,))
    found = next(rule for rule in load_pack() if rule.id == rule_id)
    if not isinstance(found.check, Forbid):
        raise UsageError(
            f"rule `{rule_id}` forbids no requests, expected a rule with `forbid`",
            advice="`wa-policy scan --rule` judges any rule",
        )
    return report


# --- the graph -----------------------------------------------------------------------------------------------


def who_can(
    inventory: Inventory, action: str, resource: str, context: Context | None = None
) -> tuple[Who, ...]:
    """Everyone who may take the action on the resource; whoever surely may not is left out."""
    from wa_policy.graph.query import who_can as ask_who
    from wa_policy.graph.reach import reach_of

    _check_action_and_resource(action, resource)
    return ask_who(reach_of(inventory, catalog()), action, resource, make_context(context or {}))


def what_can(inventory: Inventory, principal: str) -> tuple[What, ...]:
    """What a user or role may do, on the resources of the inventory and without a resource."""
    from wa_policy.graph.query import what_can as ask_what
    from wa_policy.graph.reach import reach_of

    found = inventory.principal(principal)
    if found is None:
        raise UsageError(f"`{principal}` was not read, expected the ARN of a user or role of the input")
    return ask_what(reach_of(inventory, catalog()), found)


def web(inventory: Inventory) -> Web:
    """The nodes and edges of the graph, escalations included."""
    from wa_policy.graph.build import whole_web

    return whole_web(inventory, catalog())


def build_graph(inventory: Inventory) -> Graph:
    """Who reaches what, and through whom, as a networkx `MultiDiGraph` (docs/graph.md has its attributes)."""
    from wa_policy.graph.build import graph_of

    return graph_of(web(inventory), catalog())


def find_paths(inventory: Inventory, source: str, goal: str, *, through_code: bool = False) -> Iterator[Path]:
    """The paths from someone to something, the shortest first.

    `source` is an ARN, an account, a service, `public`, or `any` for every principal; `goal` an ARN, an account, or
    `admin`. `through_code` also follows what makes something else run.
    """
    from wa_policy.graph.ends import between

    return between(web(inventory), catalog(), source, goal, through_code=through_code)


def _check_action_and_resource(action: str, resource: str) -> None:
    if ":" not in action or "*" in action or "?" in action:
        raise UsageError(f"`{action}` is no action, expected one like `s3:GetObject`")
    if resource != "*" and not resource.startswith("arn:"):
        raise UsageError(f"`{resource}` is no resource, expected an ARN, or `*` for an action without one")
