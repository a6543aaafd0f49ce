"""Iterators over what the resource policy of a REST API binds its callers to: VPC endpoints, VPCs, lists of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wa_policy.iam.operators import Comparison
from wa_policy.iam.policy import Condition, Effect
from wa_policy.iam.text import Text
from wa_policy.iam.unknown import Unknown
from wa_policy.iam.values import parse_address_range
from wa_policy.inventory.model import POLICY_PROPERTY, Present
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.documents import Documents, hole_of, resource_documents
from wa_policy.rules.each_resource import method_arn
from wa_policy.rules.items import Field, Item, Items
from wa_policy.rules.subjects import Scope, Subject


def bound_networks(subject: Subject, _scope: Scope, arguments: Values) -> Items:
    """One item: the VPC endpoints and VPCs that callers may come from; those that the policy names where none are given."""
    documents = resource_documents(subject)
    given = {name: texts(arguments, name) for name in ("endpoints", "vpcs")}
    if any(given.values()):
        fields: dict[str, Field] = dict(given)
        return Items((Item("networks", subject.source, fields),), documents.unknown)
    policy_subject = _with_literals(subject)
    read = resource_documents(policy_subject)
    unknown = list(documents.unknown)
    named: dict[str, list[str]] = {}
    for name, key in (("endpoints", _ENDPOINT), ("vpcs", _VPC)):
        named[name] = []
        for value in _values(read, key):
            hole = hole_of(value)
            if hole is not None:
                unknown.append(hole)
            elif "*" not in str(value) and "?" not in str(value):
                named[name].append(str(value))
    fields = {name: tuple(dict.fromkeys(values)) for name, values in named.items()}
    return Items((Item("networks", subject.source, fields, subject=policy_subject),), tuple(unknown))


def _values(documents: Documents, key: str) -> Iterator[Text]:
    for _, statement in documents.statements():
        for condition in statement.conditions:
            if condition.folded_key == key:
                yield from condition.values


_ENDPOINT, _VPC = "aws:sourcevpce", "aws:sourcevpc"


def _with_literals(subject: Subject) -> Subject:
    """The subject, in whose policy an endpoint or VPC that is not known has a name that no other has.

    Compared by StringEquals or StringNotEquals it is one network or a list of them, whichever: never all.
    """
    resource = subject.resource
    document = None if resource is None else resource.properties.get(POLICY_PROPERTY)
    if resource is None or not isinstance(document, Present):
        return subject
    policy = document.policy
    statements = tuple(
        replace(one, conditions=tuple(map(_literal, one.conditions))) for one in policy.statements
    )
    if statements == policy.statements:
        return subject
    properties = {**resource.properties, POLICY_PROPERTY: Present(replace(policy, statements=statements))}
    return replace(subject, resource=replace(resource, properties=properties))


def _literal(condition: Condition) -> Condition:
    if (
        condition.folded_key not in (_ENDPOINT, _VPC)
        or condition.operator.operator.comparison is Comparison.LIKE
    ):
        return condition
    start = "vpce" if condition.folded_key == _ENDPOINT else "vpc"
    values = tuple(f"{start}-{value}" if hole_of(value) is not None else value for value in condition.values)
    return condition if values == condition.values else replace(condition, values=values)


_ADDRESS_KEYS = {"source_ip": "aws:sourceip", "vpc_source_ip": "aws:vpcsourceip"}
_WHOLE = (1 << 32, 1 << 128)


def address_guards(subject: Subject, _scope: Scope, _arguments: Values) -> Items:
    """One item if a Deny spares a list of addresses: the lists, without ranges that hold all addresses."""
    documents = resource_documents(subject)
    unknown: list[Unknown] = list(documents.unknown)
    fields: dict[str, Field] = {}
    source = subject.source
    for name, key in _ADDRESS_KEYS.items():
        guards = [
            condition
            for _, statement in documents.statements(Effect.DENY)
            for condition in statement.conditions
            if condition.folded_key == key and condition.operator.operator.name == "NotIpAddress"
        ]
        ranges: list[str] = []
        for guard in guards:
            source = guard.source
            for value in guard.values:
                hole = hole_of(value)
                if hole is not None:
                    unknown.append(hole)
                elif not _holds_all(str(value)):
                    ranges.append(str(value))
        fields[f"{name}_ranges"] = tuple(dict.fromkeys(ranges))
        fields[f"{name}_calls"] = (method_arn(subject, "ANY", "{all}"),) if guards else ()
    if not any(fields.values()):
        return Items((), documents.unknown)
    return Items((Item("addresses", source, fields),), tuple(unknown))


def _holds_all(value: str) -> bool:
    found = parse_address_range(value)
    return found is not None and found.last - found.first + 1 in _WHOLE
