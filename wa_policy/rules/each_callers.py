"""Iterators over what a function works with: the log to which it writes, and all that invokes it by a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wa_policy.evaluator.truth import Truth
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import STATES_PROPERTY, Resource
from wa_policy.inventory.relations import related
from wa_policy.inventory.relations.values import parts_at
from wa_policy.rules.arguments import Values
from wa_policy.rules.each_function import role_of
from wa_policy.rules.items import Field, Item, Items, numbered
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import walk

# --- logs --------------------------------------------------------------------------------------------------------------


def log_writer(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """The role as which the function runs, with the patterns of the ARNs of its log streams.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    """
    role, function = role_of(subject, scope), subject.resource
    if isinstance(role, Unknown):
        return Items((), (role,))
    if role is None or function is None:
        return Items(())
    group = walk(function.property("LoggingConfig"), ("LogGroup",))
    if isinstance(group, Unknown):
        return Items((), (group,))
    start, _, name = subject.id.partition(":function:")
    if not isinstance(group, str):
        group = f"/aws/lambda/{name}"
    if group.startswith("arn:"):
        group = group.partition(":log-group:")[2].removesuffix(":*")
    streams = f"{start.replace(':lambda:', ':logs:', 1)}:log-group:{group}:*"
    fields: dict[str, Field] = {"role": role.name, "log_group": group, "log_streams": (streams,)}
    return Items((Item(role.name, function.place("Role"), fields, principal=role),))


# --- invocations -------------------------------------------------------------------------------------------------------

_TASKS = (
    f"{STATES_PROPERTY}.Resource",
    f"{STATES_PROPERTY}.Parameters.FunctionName",
    f"{STATES_PROPERTY}.Arguments.FunctionName",
)
_BY: Mapping[str, tuple[str, ...]] = {
    "event_source_mappings": ("FunctionName",),
    "integrations": ("IntegrationUri",),
    "methods": ("Integration.Uri",),
    "permissions": ("FunctionName",),
    "rules": ("Targets.Arn",),
    "schedules": ("Target.Arn",),
    "state_machines": _TASKS,
    "subscriptions": ("Endpoint",),
    "urls": ("TargetFunctionArn",),
}
"""Relations of a function to what invokes it, or lets it be invoked, and where it is named there."""


def invokers(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """Each place where something that invokes the function names it, with the version or alias that stands there."""
    function = subject.resource
    if function is None:
        return Items(())
    name = subject.id.rpartition(":function:")[2]
    items: list[Item] = []
    unknown: list[Unknown] = []
    for relation, paths in _BY.items():
        answer = related(scope.inventory, function, relation)
        unknown += [] if answer.unknown is None else [answer.unknown]
        for other in answer.found:
            if not isinstance(other, Resource):
                continue
            beside = other.property("Qualifier") if relation == "urls" else None
            unknown += [beside] if isinstance(beside, Unknown) else []
            for written in () if isinstance(beside, Unknown) else _texts(other, paths):
                qualifier = _qualifier(written, name)
                if qualifier == "" and isinstance(beside, str):
                    qualifier = beside
                if qualifier is not None:
                    place = other.place(paths[0].partition(".")[0])
                    fields: dict[str, Field] = {
                        "invoker": "its URL" if relation == "urls" else other.name,
                        "type": other.type,
                        "qualifier": qualifier,
                    }
                    of = (qualifier or name) if relation == "urls" else other.name
                    items.append(Item(f"{_kind(other)} {of}", place, fields))
    return Items(numbered(items), tuple(unknown))


def _texts(other: Resource, paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        first, _, rest = path.partition(".")
        for value in parts_at(other.property(first), rest):
            if isinstance(value, str):
                yield value


def _kind(other: Resource) -> str:
    """The last part of the type in small letters: `permission`, `event source mapping`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", other.type.rpartition(":")[2]).lower()


def _qualifier(written: str, name: str) -> str | None:
    """What stands behind the name of the function, empty where nothing does; None where the text names another one."""
    found = re.search(
        rf"(?:^|:function:|^\d{{12}}:function:){re.escape(name)}(?::(?P<qualifier>[^/]+))?(?:/|$)", written
    )
    if found is None:
        return None
    qualifier = found["qualifier"] or ""
    return "" if qualifier == "$LATEST" else qualifier


def is_unqualified(item: Item, _subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff no version or alias is named."""
    return item.fields["qualifier"] == ""


def unqualified_in_words(item: Item) -> str:
    """Who names no version or alias."""
    return f"{item.key} names the function without an alias"
