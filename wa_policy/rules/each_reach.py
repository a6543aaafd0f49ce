"""Which resources the policies of a user or role name for some actions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.policy import Effect, Selection, Statement
from wa_policy.iam.text import Text
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.rules.actions import actions_of, matching
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.documents import hole_of, identity_documents
from wa_policy.rules.items import Field, Item, Items
from wa_policy.rules.subjects import NamedQueues, Scope, Subject, subject_of

_TAG_KEY = re.compile(r"(?:aws|secretsmanager|ssm):resourcetag/.+")
NO_TAG = "aws:ResourceTag/any"
"""The key of a tag that no policy asks for."""


def granted_on(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """One item if an Allow statement names one of the actions: the ARNs with the beginning of a name, and the tag asked for."""
    documents = identity_documents(subject)
    wanted = matching(texts(arguments, "actions"), scope.catalog)
    unknown = list(documents.unknown)
    first: Statement | None = None
    named: list[str] = []
    tags: list[str] = []
    for _, statement in documents.statements(Effect.ALLOW):
        bits, hole = actions_of(statement.action, scope.catalog)
        if not bits & wanted:
            unknown += [hole] if hole is not None else []
            continue
        first = first or statement
        tags += [
            condition.key for condition in statement.conditions if _TAG_KEY.fullmatch(condition.folded_key)
        ]
        if statement.resource is not None and not statement.resource.negated:
            named += [str(value) for value in statement.resource.values if names_one(value)]
    if first is None:
        return Items((), tuple(unknown))
    fields: dict[str, Field] = {
        "resources": tuple(dict.fromkeys(named)),
        "tag_key": tags[0] if tags else NO_TAG,
    }
    return Items((Item("", first.source, fields, first),), tuple(unknown))


def names_one(value: Text) -> bool:
    """True iff the ARN has at least the beginning of a name behind the type of the resource."""
    arn = parse_arn(value) if isinstance(value, str) else None
    if arn is None:
        return False
    _, *names = re.split(r"[:/]", arn.resource, maxsplit=1)
    return bool(names) and names[0].lstrip("/")[:1] not in ("", "*", "?")


def queues_read_by_name(scope: Scope) -> Mapping[str | None, tuple[NamedQueues, ...]]:
    """By account the queues from which Allow statements of users and roles let them receive, but for whole accounts."""
    if scope.shared.read_queues is None:
        wanted = matching(("sqs:ReceiveMessage",), scope.catalog)
        found: dict[str | None, dict[NamedQueues, None]] = {}
        for principal in scope.inventory.principals:
            documents = identity_documents(subject_of(principal, scope.inventory))
            named = found.setdefault(principal.account, {})
            named.update(dict.fromkeys(("*", unknown) for unknown in documents.unknown))
            for _, statement in documents.statements(Effect.ALLOW):
                bits, hole = actions_of(statement.action, scope.catalog)
                resource = statement.resource
                if resource is None or resource.negated or not (bits & wanted or hole is not None):
                    continue
                doubt = None if bits & wanted and not statement.action.negated else hole
                named.update(dict.fromkeys(_named_queues(resource, doubt)))
        scope.shared.read_queues = {account: tuple(named) for account, named in found.items()}
    return scope.shared.read_queues


def _named_queues(resource: Selection, doubt: Unknown | None) -> Iterator[NamedQueues]:
    for value in resource.values:
        if isinstance(value, str):
            arn = parse_arn(value)
            if arn is not None and arn.resource[:1] not in ("", "*", "?"):
                yield value, doubt
            continue
        pattern = "".join(part if isinstance(part, str) else "*" for part in value.parts)
        open_ = hole_of(value) or Unknown(UnknownKind.UNRESOLVED, f"which queues `{value}` names")
        yield pattern, doubt or open_
