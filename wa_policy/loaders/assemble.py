"""The pieces of all files to an inventory."""

from __future__ import annotations

from collections.abc import Iterable

from wa_policy.errors import Problem
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.inventory.merge import complete, doubt_policy, merge
from wa_policy.inventory.model import (
    POLICY_PROPERTY,
    Absent,
    Answer,
    Assumptions,
    Inventory,
    NoOrganization,
    NotExported,
    Organization,
    ReadFile,
    Resource,
)
from wa_policy.loaders import apigateway, apigatewayv2, attributes, iam_details, lambda_, lists
from wa_policy.loaders.answers.all_rows import CALLS, POLICY_CALLS
from wa_policy.loaders.answers.parts import whole_lists
from wa_policy.loaders.answers.shapes import OWN_POLICY
from wa_policy.loaders.api_policies import with_whole_arns
from wa_policy.loaders.embedded.of_resources import with_documents
from wa_policy.loaders.iam_principals import principals
from wa_policy.loaders.organization_tree import organization
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Pieces
from wa_policy.loaders.policy_calls import policy_call
from wa_policy.loaders.tables import Table

TABLES: dict[str, Table] = {
    table.type: table
    for table in (
        lambda_.FUNCTION,
        lambda_.URL,
        lambda_.MAPPING,
        lists.ALIAS,
        lists.BUCKET,
        lists.KEY,
        lists.SECRET,
        attributes.QUEUE,
        attributes.TOPIC,
        apigateway.REST_API,
        apigateway.STAGE,
        apigatewayv2.API,
        apigatewayv2.ROUTE,
        apigatewayv2.INTEGRATION,
        iam_details.ROLE,
        iam_details.USER,
        iam_details.GROUP,
        iam_details.MANAGED_POLICY,
    )
}


def assemble(
    pieces: Pieces, files: Iterable[ReadFile], origins: dict[str, Origin], assume: Assumptions
) -> Inventory:
    """All that was read, put together and sorted."""
    problems = list(pieces.problems)
    made, of_principals = principals(pieces.principals, pieces.managed_policies)
    merged, of_resources = merge(pieces.resources)
    read, of_organization = organization(pieces.organization)
    exported, of_pages = _exported(pieces, origins)
    whole = {*exported, *whole_lists(exported, merged, made)}
    exported = tuple(sorted(whole, key=lambda answer: answer.sort_key))
    completed = _completed(pieces, merged, exported, origins)
    documented = [with_documents(resource) for resource in completed]
    resources = tuple(resource for resource, _ in documented)
    problems += [problem for _, of_documents in documented for problem in of_documents]
    problems += [*of_principals, *of_resources, *of_organization, *of_pages]
    decided, of_decision = _decide(pieces, read, origins, assume)
    problems += of_decision
    return Inventory(
        principals=made,
        resources=resources,
        organization=decided,
        problems=tuple(sorted(set(problems))),
        files=tuple(sorted(files, key=lambda file: file.file)),
        exported=exported,
        declared=frozenset(pieces.declared),
        by_templates=_by_templates(pieces, exported),
        planned=frozenset(pieces.planned),
        plan_types=pieces.plan_types,
    )


def _exported(pieces: Pieces, origins: dict[str, Origin]) -> tuple[tuple[Answer, ...], list[Problem]]:
    """The answers that were read to their end, and a problem for each whose last page is missing."""
    whole, problems = set(), []
    for answer, pages in pieces.pages.items():
        if any(not more for _, more in pages):
            whole.add(answer)
        else:
            source = max(source for source, _ in pages)
            operation = answer.operation.replace(".", " ")
            message = f"the answer of `{operation}` says that another page follows, expected all pages"
            advice = "export again without `--max-items` and `--no-paginate`"
            problems.append(source.problem("page-missing", message, advice=advice))
    for origin in origins.values():
        whole.update(Answer(operation, origin.account, origin.region) for operation in origin.absent)
    return tuple(sorted(whole, key=lambda answer: answer.sort_key)), problems


def _by_templates(pieces: Pieces, exported: tuple[Answer, ...]) -> frozenset[Answer]:
    """The answers that only templates and plans gave."""
    return frozenset(
        answer
        for answer in exported
        if (pages := pieces.pages.get(answer))
        and all(source.file in pieces.template_files for source, _ in pages)
    )


def _completed(
    pieces: Pieces, merged: tuple[Resource, ...], exported: tuple[Answer, ...], origins: dict[str, Origin]
) -> tuple[Resource, ...]:
    """The resources with an unknown for all that no answer told."""
    files: dict[tuple[str, str], list[str]] = {}
    for fragment in pieces.resources:
        files.setdefault((fragment.type, fragment.id), []).append(fragment.source.file)
    aliases: dict[str, list[str]] = {}
    for resource in merged:
        if resource.type == lists.ALIAS.type:
            aliases.setdefault(str(resource.properties.get("FunctionName")), []).append(resource.id)
    answered = {answer.resource for answer in exported if answer.operation == "lambda.get-policy"}
    found = []
    for resource in merged:
        table = TABLES.get(resource.type)
        if table is None:
            found.append(_completed_by_rows(resource))
            continue
        policy: Absent | NotExported | None = None
        is_read = resource.properties.get(POLICY_PROPERTY) is not None and table is not lambda_.FUNCTION
        if table.policy_call is not None and not is_read:
            places = sorted(set(files[resource.type, resource.id]))
            policy = _missing_policy(
                table.policy_call, resource, [origins[file] for file in places if file in origins]
            )
        whole = complete(resource, table.calls, policy)
        if table is lambda_.FUNCTION and not isinstance(policy, Absent):
            for alias in sorted(set(aliases.get(resource.id, ())) - answered):
                name = alias.rsplit(":", 1)[1]
                whole = doubt_policy(
                    whole, NotExported(f"lambda get-policy --qualifier {name} for function `{resource.name}`")
                )
        found.append(with_whole_arns(whole) if table is apigateway.REST_API else whole)
    return tuple(found)


def _completed_by_rows(resource: Resource) -> Resource:
    """A resource of a type that only the tables of answers have."""
    call = POLICY_CALLS.get(resource.type, "the policy" if resource.type in OWN_POLICY else None)
    name = resource.name or resource.id
    policy = None if call is None else NotExported(f"{call} for `{name}`")
    return complete(resource, CALLS.get(resource.type, {}), policy)


def _missing_policy(call: str, resource: Resource, origins: list[Origin]) -> Absent | NotExported:
    """What a policy that no answer told means here."""
    for origin in origins:
        if call in origin.absent:
            return Absent(origin.sidecar.source if call in origin.sidecar.absent else NOWHERE)
    name, row = resource.name or resource.id, policy_call(call)
    return NotExported(f"{call.replace('.', ' ')} for `{name}`" if row is None else row.wanted(name))


_NOT_READ = Inventory().organization


def _decide(
    pieces: Pieces, read: Organization | None, origins: dict[str, Origin], assume: Assumptions
) -> tuple[Organization | NoOrganization | NotExported, list[Problem]]:
    """The organization that was read, or what is said instead."""
    said: list[Source] = sorted(
        {origin.sidecar.source for origin in origins.values() if origin.sidecar.no_organization}
    )
    said += sorted(pieces.no_organization)
    if read is not None:
        problems = []
        if said or assume.no_organization:
            source = said[0] if said else read.source
            message = "there is said to be no organization, and the export has one, expected one of both; the export counts"
            problems.append(source.problem("contradiction", message))
        return read, problems
    if said or assume.no_organization:
        return NoOrganization(), []
    return _NOT_READ, []
