"""The breadth of a principal or resource beside that of its peers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from wa_policy.evaluator.truth import Truth
from wa_policy.iam.policy import Effect
from wa_policy.iam.principal import FederatedPrincipal, ServicePrincipal
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Present, Principal, PrincipalKind, Resource
from wa_policy.rules.arguments import Values, number, texts
from wa_policy.rules.items import Field, Item, Items
from wa_policy.rules.subjects import Scope, Subject

if TYPE_CHECKING:
    from wa_policy.graph.breadth import Breadth, Part
    from wa_policy.rules.graphs import Graphs

COMPARED_TYPES = (
    "AWS::ApiGateway::RestApi",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
)
"""Resources whose breadth is compared; users and roles are compared as those who reach."""


@dataclass(frozen=True, slots=True)
class _Peers:
    """Whom a subject is compared with, in words and by ARN."""

    words: str
    arns: tuple[str, ...]


def breadth(subject: Subject, scope: Scope, arguments: Values) -> Items:
    """One item with the breadth of the subject, its rank, and the median of its peers; none where there are too few."""
    from wa_policy.rules.graphs import graphs_of

    graphs = graphs_of(scope)
    breadths = graphs.breadths
    known = breadths.resources if subject.principal is None else breadths.principals
    own = known.get(subject.id)
    if own is None:
        return Items(())
    tags, least = texts(arguments, "tags"), number(arguments, "at_least")
    groups = (
        _resource_peers(subject, graphs, tags)
        if subject.principal is None
        else _principal_peers(subject.principal, graphs, tags)
    )
    for group in groups:
        if isinstance(group, Unknown):
            return Items((), (group,))
        peers = tuple(arn for arn in group.arns if arn in known and arn != subject.id)
        if len(peers) >= least:
            values = {arn: known[arn] for arn in _ranked(subject, graphs) if arn in known}
            return Items((_item(subject, own, _Peers(group.words, peers), values),))
    return Items(())


def _item(subject: Subject, own: Breadth, peers: _Peers, values: dict[str, Breadth]) -> Item:
    from wa_policy.graph.breadth import median, rank

    lower = median(values[arn].lower for arn in peers.arns)
    upper = median(values[arn].upper for arn in peers.arns)
    fields: dict[str, Field] = {
        "breadth": _shown(own.lower),
        "parts": tuple(_part(part, of_principal=subject.principal is not None) for part in own.least),
        "rank": str(rank(own.lower, (value.lower for value in values.values()))),
        "of": str(len(values)),
        "peers": peers.words,
        "peer_count": str(len(peers.arns)),
        "median": _shown(lower),
        "last_used": "" if subject.principal is None else subject.principal.last_used or "",
        "lower": str(own.lower),
        "upper": _exact(own.upper),
        "median_upper": _exact(upper),
        "median_lower": _exact(lower),
    }
    return Item("", subject.source, fields, open=own.unread[0] if own.unread else None)


def _exact(value: Fraction | None) -> str:
    return "" if value is None else str(value)


def _shown(value: Fraction | None) -> str:
    """At most two digits after the point, rounded."""
    if value is None:
        return "an unknown number"
    return f"{float(round(value, 2)):.2f}".rstrip("0").rstrip(".")


def _part(part: Part, *, of_principal: bool) -> str:
    noun = "resource" if of_principal else "principal"
    among = f"{part.reached} of {part.among} {noun}{'' if part.among == 1 else 's'}"
    by = "on" if of_principal else "by"
    actions = f"{part.actions} sensitive action{'' if part.actions == 1 else 's'}"
    return f"{part.name}: {actions} {by} {among} = {_shown(part.breadth)}"


# --- peers ----------------------------------------------------------------------------------------------------------


def _ranked(subject: Subject, graphs: Graphs) -> Iterator[str]:
    """All of the account that the subject is ranked among: principals, or resources of its type."""
    if subject.principal is not None:
        return (one.arn for one in graphs.principals_of.get(subject.account, ()))
    return (one.id for one in graphs.resources_of.get((subject.type, subject.account), ()))


def _principal_peers(principal: Principal, graphs: Graphs, tags: tuple[str, ...]) -> Iterator[_Peers]:
    """From the nearest group to the widest: of the same purpose, path and tags; of the same purpose; all of the account."""
    purpose = _purpose(principal)
    ours = graphs.principals_of.get(principal.account, ())
    alike = [one for one in ours if _purpose(one) == purpose]
    values = tuple(principal.tags.get(tag) for tag in tags)
    near = [
        one
        for one in alike
        if one.path == principal.path and tuple(one.tags.get(tag) for tag in tags) == values
    ]
    where = "" if principal.path == "/" else f" in the path {principal.path}"
    told = [f"{tag}={value}" for tag, value in zip(tags, values, strict=True) if value is not None]
    tagged = f" with {', '.join(told)}" if told else ""
    yield _Peers(f"{purpose}{where}{tagged}", tuple(one.arn for one in near))
    yield _Peers(purpose, tuple(one.arn for one in alike))
    yield _Peers("users and roles of the account", tuple(one.arn for one in ours))


def _purpose(principal: Principal) -> str:
    """What a principal is there for, so far as its kind and its trust policy say it."""
    if principal.kind is PrincipalKind.USER:
        return "users"
    if not isinstance(principal.trust, Present):
        return "roles"
    named = [
        one
        for statement in principal.trust.policy.statements
        if statement.effect is Effect.ALLOW and statement.principal is not None
        for one in statement.principal.principals
    ]
    services = sorted({one.service for one in named if isinstance(one, ServicePrincipal)})
    if services:
        return f"roles for {', '.join(services)}"
    if any(isinstance(one, FederatedPrincipal) for one in named):
        return "roles for federated identities"
    return "roles for accounts"


def _resource_peers(subject: Subject, graphs: Graphs, tags: tuple[str, ...]) -> Iterator[_Peers | Unknown]:
    ours = graphs.resources_of.get((subject.type, subject.account), ())
    noun = subject.type.rsplit("::", 1)[-1].lower()
    if tags and subject.resource is not None:
        values = _tag_values(subject.resource, tags)
        if isinstance(values, Unknown):
            yield values
            return
        near = [one for one in ours if _tag_values(one, tags) == values]
        told = [f"{tag}={value}" for tag, value in zip(tags, values, strict=True) if value is not None]
        if told:
            yield _Peers(f"of type {noun} with {', '.join(told)}", tuple(one.id for one in near))
    yield _Peers(f"of type {noun} in the account", tuple(one.id for one in ours))


def _tag_values(resource: Resource, tags: tuple[str, ...]) -> tuple[str | None, ...] | Unknown:
    found = resource.property("Tags")
    if isinstance(found, Unknown):
        return found
    values = found if isinstance(found, Mapping) else {}
    return tuple(None if (value := values.get(tag)) is None else str(value) for tag in tags)


# --- comparison -----------------------------------------------------------------------------------------------------


def is_broader(item: Item, _subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the breadth is at least the least and more than `factor` times the median of the peers."""
    factor = Fraction(str(number(arguments, "factor")))
    least = Fraction(str(number(arguments, "at_least")))
    lower, upper = Fraction(str(item.fields["lower"])), _bound(item, "upper")
    median_lower, median_upper = _bound(item, "median_lower"), _bound(item, "median_upper")
    if lower >= least and median_upper is not None and lower > factor * median_upper:
        return True
    is_small = upper is not None and upper < least
    if is_small or (upper is not None and median_lower is not None and upper <= factor * median_lower):
        return False
    if item.open is not None:
        return item.open
    between = f"between {_shown(lower)} and {_shown(upper)}"
    of_peers = f"between {_shown(median_lower)} and {_shown(median_upper)}"
    return Unknown(
        UnknownKind.UNRESOLVED, f"by its conditions the breadth is {between}, that of its peers {of_peers}"
    )


def _bound(item: Item, name: str) -> Fraction | None:
    value = str(item.fields[name])
    return Fraction(value) if value else None


def breadth_in_words(item: Item) -> str:
    parts = item.fields["parts"]
    words = "; ".join((parts,) if isinstance(parts, str) else parts)
    used = f"; last used {item.fields['last_used']}" if item.fields["last_used"] else ""
    return words + used
