"""Lists that AWS gives part by part: whole once all parts were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wa_policy.inventory.model import Answer, Principal, PrincipalKind, Resource

_RULES, _BUSES = "events.list-rules", "events.list-event-buses"
_KEYS, _USERS = "iam.list-access-keys", "iam.get-account-authorization-details"
_SCALING = ("application-autoscaling.describe-scalable-targets", "application-autoscaling.describe-scaling-policies")  # fmt: skip
NAMESPACES = ("dynamodb", "lambda")
"""The services whose scaling rules ask for."""


def whole_lists(
    exported: Iterable[Answer], resources: Iterable[Resource], principals: Iterable[Principal]
) -> Iterator[Answer]:
    """The answers that the parts come to: rules of all event buses, keys of all users, scaling of all services."""
    answers = frozenset(exported)
    buses = [resource for resource in resources if resource.type == "AWS::Events::EventBus"]
    users = [one for one in principals if one.kind is PrincipalKind.USER]
    for answer in sorted(answers, key=lambda one: one.sort_key):
        account, region = answer.account, answer.region
        if answer.operation == _BUSES and answer.resource is None:
            names = [bus.name for bus in buses if (bus.account, bus.region) == (account, region)]
            yield from _whole(answers, _RULES, account, region, names)
        elif answer.operation == _USERS:
            names = [user.name for user in users if user.account == account]
            yield from _whole(answers, _KEYS, account, None, names)
        elif answer.operation in _SCALING and answer.resource == NAMESPACES[0]:
            yield from _whole(answers, answer.operation, account, region, NAMESPACES)


def _whole(
    answers: frozenset[Answer], operation: str, account: str | None, region: str | None, parts: Sequence[str]
) -> Iterator[Answer]:
    if operation == _RULES and not parts:
        return  # each Region has a default bus
    if all(Answer(operation, account, region, part) in answers for part in parts):
        yield Answer(operation, account, region)
