"""Callers that are not principals of the inventory: services, other accounts, federated identities, anyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wa_policy.formal.callers import OUTSIDER
from wa_policy.graph.outsiders import accounts_meant
from wa_policy.graph.parties import Actor, actor_of, outsider_of
from wa_policy.graph.reach import Reach
from wa_policy.graph.things import Thing
from wa_policy.graph.web import Node, NodeKind
from wa_policy.iam.policy import Effect, Statement
from wa_policy.iam.principal import (
    AccountPrincipal,
    Anonymous,
    ArnPrincipal,
    AwsService,
    Everyone,
    FederatedIdentity,
    FederatedPrincipal,
    NamedPrincipal,
    Role,
    ServicePrincipal,
    parse_caller,
)
from wa_policy.iam.request import ContextValue
from wa_policy.iam.text import Text
from wa_policy.inventory.model import Inventory

ANONYMOUS = Node("anonymous", NodeKind.ANONYMOUS, "anyone on the internet")
ANY_ACCOUNT = Node("any-account", NodeKind.ANY_ACCOUNT, "any AWS account")

# Services that serve requests without credentials.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
_SERVES_ANONYMOUS = frozenset(
    (
        "AWS::ApiGateway::RestApi", "AWS::Lambda::Function", "AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Stranger:
    """A caller from outside with its node, and the things whose policies name it."""

    node: Node
    actor: Actor
    things: tuple[Thing, ...]


def strangers_of(reach: Reach, things: Iterable[Thing]) -> tuple[Stranger, ...]:
    """Every caller from outside that a policy of a thing names, sorted by the id of its node."""
    inventory = reach.inventory
    nodes: dict[str, tuple[Node, Actor]] = {}
    named: dict[str, dict[Thing, None]] = {}
    for thing in things:
        policy = reach.target(thing.arn).side[0]
        statements = () if policy is None else policy.statements
        for statement in statements:
            if statement.effect is Effect.ALLOW and statement.principal is not None:
                everyone = (Everyone(),) if statement.principal.negated else statement.principal.principals
                for principal in everyone:
                    for node, actor in _named(inventory, principal, statement, thing, nodes):
                        nodes.setdefault(node.id, (node, actor))
                        named.setdefault(node.id, {})[thing] = None
        if thing.type == "AWS::ApiGateway::RestApi":
            # Without authorization an API is open whether it has a policy or not.
            nodes.setdefault(ANONYMOUS.id, (ANONYMOUS, _anonymous(inventory)))
            named.setdefault(ANONYMOUS.id, {})[thing] = None
    return tuple(Stranger(*nodes[id_], tuple(named[id_])) for id_ in sorted(nodes))


def _named(
    inventory: Inventory,
    principal: NamedPrincipal,
    statement: Statement,
    thing: Thing,
    known: Mapping[str, tuple[Node, Actor]],
) -> Iterator[tuple[Node, Actor]]:
    match principal:
        case Everyone():
            if thing.type in _SERVES_ANONYMOUS:
                yield known.get(ANONYMOUS.id) or (ANONYMOUS, _anonymous(inventory))
            yield known.get(ANY_ACCOUNT.id) or (ANY_ACCOUNT, _anyone(inventory, OUTSIDER))
            for account in accounts_meant(statement):
                if account not in inventory.accounts:
                    yield _account(inventory, account, known)
        case ServicePrincipal(service):
            node = Node(service, NodeKind.SERVICE, service, service=service.split(".", 1)[0])
            yield known.get(node.id) or (node, actor_of(inventory, AwsService(service)))
        case AccountPrincipal(account) if account not in inventory.accounts:
            yield _account(inventory, account, known)
        case ArnPrincipal(arn) if inventory.principal(str(arn)) is None:
            caller = parse_caller(str(arn))
            outside = arn.account not in inventory.accounts
            # A user or role of an account that was read and that is not there was deleted: its name means nobody.
            if caller is not None and (outside or arn.service == "sts"):
                node = Node(str(arn), NodeKind.EXTERNAL, arn.resource, arn.account)
                actor = outsider_of(inventory, caller) if outside else actor_of(inventory, caller)
                yield known.get(node.id) or (node, actor)
        case FederatedPrincipal(provider):
            yield from _federated(inventory, provider, statement)
        case _:
            pass


def _account(
    inventory: Inventory, account: str, known: Mapping[str, tuple[Node, Actor]]
) -> tuple[Node, Actor]:
    node = Node(f"account:{account}", NodeKind.ACCOUNT, f"account {account}", account)
    return known.get(node.id) or (node, _anyone(inventory, account))


def _anyone(inventory: Inventory, account: str) -> Actor:
    return outsider_of(inventory, Role(account, "anyone"), is_anyone=True)


def _anonymous(inventory: Inventory) -> Actor:
    return actor_of(inventory, Anonymous())


def _federated(inventory: Inventory, provider: str, statement: Statement) -> Iterator[tuple[Node, Actor]]:
    """The identities of a provider: one node for each pattern of subjects that the statement names."""
    issuer = provider.partition("oidc-provider/")[2] or provider
    caller = FederatedIdentity(provider)
    subjects: dict[str, list[Text]] = {}
    for condition in statement.conditions:
        if condition.folded_key.endswith(":sub") and not condition.operator.operator.negated:
            subjects.setdefault(condition.folded_key, []).extend(condition.values)
    if not subjects:
        node = Node(provider, NodeKind.FEDERATED, f"any identity of {issuer}")
        yield node, actor_of(inventory, caller)
    for key, values in subjects.items():
        for value in values:
            subject = str(value)
            node = Node(f"{provider}#{subject}", NodeKind.FEDERATED, f"{issuer}: {subject}")
            keys: dict[str, ContextValue] = {key: subject.replace("*", "x").replace("?", "x")}
            yield node, actor_of(inventory, caller, keys=keys, name=subject)
