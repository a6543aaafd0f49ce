"""Look-ups that are made once for an inventory: what a value names, who names what, and what was listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar, assert_never

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Principal, PrincipalKind, PropertyValue, Resource
from wa_policy.inventory.relations.made import (
    AUTHORIZER,
    METHOD,
    MODEL,
    OPENAPI_PARTS,
    RESPONSE,
    ROTATION,
    SUBSCRIPTION,
    V2_AUTHORIZER,
    V2_MODEL,
    VALIDATOR,
    authorizers,
    gateway_responses,
    methods,
    models,
    rotations,
    subscriptions,
    unread_parts,
    validators,
    whole_of,
)
from wa_policy.inventory.relations.model import (
    Back,
    How,
    NamedBy,
    Names,
    Outcome,
    Relation,
    Side,
    Special,
    Via,
)
from wa_policy.inventory.relations.types import (
    KNOWN,
    PRINCIPAL_TYPES,
    KnownType,
    id_of,
    region_of,
    type_of,
)
from wa_policy.inventory.relations.values import is_arn, is_open, plain, values_at, whole_arn
from wa_policy.inventory.symbols import has_made_name

Made = TypeVar("Made")
Place = tuple[str | None, str | None]
"""Account and region."""
_ROLE, _BUCKET = PRINCIPAL_TYPES[PrincipalKind.ROLE], "AWS::S3::Bucket"
_APIS = frozenset(("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"))


def not_exported(call: str, what: str) -> Unknown:
    """What is not known as long as nobody exported the answer of the call."""
    return Unknown(UnknownKind.NOT_EXPORTED, f"{call.replace('.', ' ')} for {what}")


def place_in_words(account: str | None, region: str | None) -> str:
    owner = f"account `{account}`" if account else "an account that is not known"
    return f"{owner} in `{region}`" if region else owner


class Inverse:
    """A relation turned round: who has each resource on the other side, and where it is not known who."""

    def __init__(self) -> None:
        self._by_side: dict[tuple[str, str], dict[tuple[str, str], Side]] = {}
        self._open: dict[str | None, dict[str | None, Unknown]] = {}

    def add(self, side: Side, outcome: Outcome) -> None:
        own = (type_of(side), id_of(side))
        for other in outcome.found:
            self._by_side.setdefault((type_of(other), id_of(other)), {})[own] = side
        if outcome.open is not None:
            self._open.setdefault(side.account, {}).setdefault(region_of(side), outcome.open)

    def of(self, side: Side) -> Outcome:
        found = self._by_side.get((type_of(side), id_of(side)), {})
        return Outcome(tuple(found.values()), self._doubt(side.account, region_of(side)))

    def _doubt(self, account: str | None, region: str | None) -> Unknown | None:
        """An unknown value in the account and region: it may name whatever is there."""
        accounts = self._open if account is None else (account, None)
        for owner in accounts:
            regions = self._open.get(owner)
            if not regions:
                continue
            if region is None:
                return next(iter(regions.values()))
            doubt = regions.get(region) or regions.get(None)
            if doubt is not None:
                return doubt
        return None


class Index:
    """What relations need to know of an inventory; `rows` are the relations by type and name."""

    def __init__(self, inventory: Inventory, rows: Mapping[tuple[str, str], Relation]) -> None:
        self.inventory = inventory
        self._rows = rows
        self._sides: dict[str, tuple[Side, ...]] = {}
        self._names: dict[str, dict[tuple[str | None, str | None, str], dict[str, Side]]] = {}
        self._ids: dict[str, dict[str, Side]] = {}
        self._inverses: dict[tuple[str, str, How], Inverse] = {}
        self._made: dict[Callable[[Index], Any], Any] = {}
        self._wholes: dict[tuple[str, str | None, str | None], tuple[str, str] | None] = {}
        self._regions: dict[str | None, tuple[str, ...]] | None = None
        self._listed_anywhere: frozenset[tuple[str, str | None, str | None]] | None = None
        self._unlisted: dict[tuple[str, str | None, str | None], Unknown | None] = {}
        self._role_accounts: frozenset[str] | None = None

    # --- what there is ----------------------------------------------------------------------------------------

    def of_type(self, type_: str) -> tuple[Side, ...]:
        """All of a type, with those that stand inside of others."""
        if type_ not in self._sides:
            self._sides[type_] = self._of_type(type_)
        return self._sides[type_]

    def _of_type(self, type_: str) -> tuple[Side, ...]:
        found = self.inventory.of_type(type_)
        if type_ == METHOD:
            return (*found, *methods(self.inventory, found))
        if type_ == SUBSCRIPTION:
            return (*found, *subscriptions(self.inventory, found))
        if type_ == ROTATION:
            return (*found, *rotations(self.inventory))
        if type_ in (AUTHORIZER, V2_AUTHORIZER):
            return (*found, *authorizers(self.inventory, type_))
        if type_ in (MODEL, V2_MODEL):
            return (*found, *models(self.inventory, type_))
        if type_ == VALIDATOR:
            return (*found, *validators(self.inventory))
        if type_ == RESPONSE:
            return (*found, *gateway_responses(self.inventory))
        for kind, name in PRINCIPAL_TYPES.items():
            if name == type_:
                made = tuple(one for one in self.inventory.principals if one.kind is kind)
                arns = {one.arn for one in made}
                return (*made, *(one for one in found if one.id not in arns))
        return found

    def is_declared(self, side: Side) -> bool:
        """True iff a template or plan makes it: what refers to it stands there too."""
        own = (type_of(side), id_of(side))
        return own in self.inventory.declared or (
            isinstance(side, Resource) and whole_of(side) in self.inventory.declared
        )

    # --- what a value names -----------------------------------------------------------------------------------

    def named(
        self,
        value: str,
        types: Iterable[str],
        account: str | None,
        region: str | None,
        *,
        only_arns: bool = False,
    ) -> Outcome:
        """What a value names that stands with something of the account and region."""
        doubt = is_open(value)
        if doubt is not None:
            return Outcome(open=doubt)
        text = whole_arn(plain(value), region)
        has_form = is_arn(text)
        if only_arns and not has_form:
            return Outcome()
        found: dict[tuple[str, str], Side] = {}
        may_be: list[KnownType] = []
        for type_ in types:
            known = KNOWN[type_]
            name = known.name_in(text) if has_form else known.cut(text, known.plain_ends)
            if name is None:
                continue
            if has_form or not self._is_another(known, text):
                may_be.append(known)
            for side in self._find(known, text, name, account, region):
                found[type_, id_of(side)] = side
        if found:
            return Outcome(tuple(found.values()))
        for known in may_be:
            missing = self._not_listed(known, text, account, region)
            if missing is not None:
                return Outcome(missing=missing)
        return Outcome()

    def _find(
        self, known: KnownType, text: str, name: str, account: str | None, region: str | None
    ) -> Iterator[Side]:
        parts = parse_arn(text)
        if parts is None:
            names = self._names_of(known)
            for one in (text, name):
                found = names.get(known.key(account, region, one))
                if found:
                    yield from found.values()
                    return
            return
        ids = self._ids_of(known.type)
        service, _, prefix = known.form.partition(":")
        cut = text
        if parts.service == service:
            cut = f"arn:{parts.partition}:{service}:{parts.region}:{parts.account}:{prefix}{name}"
        for one in (text, cut):
            if one in ids:
                yield ids[one]
                return
        if known.loose or parts.service != service:
            key = known.key(parts.account or account, parts.region or region, name)
            yield from self._names_of(known).get(key, {}).values()

    def _is_another(self, known: KnownType, text: str) -> bool:
        """True iff an id is that of another type of EC2."""
        if not known.id_start or text.startswith(known.id_start):
            return False
        return not has_made_name(text) or text in self._made_ids

    @cached_property
    def _made_ids(self) -> frozenset[str]:
        """The ids that stand for those which EC2 makes."""
        return frozenset(
            name
            for known in KNOWN.values()
            if known.form.startswith("ec2:")
            for side in self.of_type(known.type)
            for name in known.names_of(side)
        )

    def _ids_of(self, type_: str) -> dict[str, Side]:
        if type_ not in self._ids:
            self._ids[type_] = {id_of(side): side for side in self.of_type(type_)}
        return self._ids[type_]

    def _names_of(self, known: KnownType) -> dict[tuple[str | None, str | None, str], dict[str, Side]]:
        if known.type not in self._names:
            names: dict[tuple[str | None, str | None, str], dict[str, Side]] = {}
            for side in self.of_type(known.type):
                for name in known.names_of(side):
                    key = known.key(side.account, region_of(side), name)
                    names.setdefault(key, {})[id_of(side)] = side
            self._names[known.type] = names
        return self._names[known.type]

    def all_named(self, side: Side, value: PropertyValue, types: Iterable[str]) -> Outcome:
        """What a value of the side names, if it is a text."""
        if isinstance(value, Unknown):
            return Outcome(open=value)
        if not isinstance(value, str) or not value:
            return Outcome()
        return self.named(value, types, side.account, region_of(side))

    # --- what was listed --------------------------------------------------------------------------------------

    def _not_listed(
        self, known: KnownType, text: str, account: str | None, region: str | None
    ) -> Unknown | None:
        """Why it is not known whether there is what a value names, None iff it is gone."""
        parts = parse_arn(text)
        if parts is not None:
            account, region = parts.account or account, parts.region or region
        if known.call is None:
            return Unknown(UnknownKind.NOT_MODELLED, f"`{text}`, which no call lists")
        if known.type == _BUCKET:
            # The name does not say whose it is: what is not here may be somebody else's.
            return not_exported(known.call, f"the account that owns `{known.name_in(text) or text}`")
        if self._was_listed(known, account, region, _parent(text, known)):
            return None
        return not_exported(known.call, f"`{text}`")

    def _was_listed(
        self, known: KnownType, account: str | None, region: str | None, about: str | None
    ) -> bool:
        """True iff an answer of AWS, and no template, has all resources of the type."""
        if known.call is None or (known.type == _ROLE and not self._has_roles(account)):
            return False
        if not known.is_global:
            return self.inventory.was_listed(known.call, account, region, about)
        if self._listed_anywhere is None:
            self._listed_anywhere = frozenset(
                (answer.operation, answer.account, answer.resource) for answer in self.inventory.listed
            )
        return any((known.call, account, one) in self._listed_anywhere for one in (None, about))

    def _has_roles(self, account: str | None) -> bool:
        # An answer to `--filter User` has no roles: it says nothing about them.
        if self._role_accounts is None:
            self._role_accounts = frozenset(
                one.account for one in self.inventory.principals if one.kind is PrincipalKind.ROLE
            )
        return account in self._role_accounts

    def unlisted(self, type_: str, side: Side) -> Unknown | None:
        """Why there may be more of a type that has to do with the side; None iff all were listed."""
        if self.is_declared(side):
            return None
        known = KNOWN[type_]
        if known.call is None:
            return Unknown(UnknownKind.NOT_MODELLED, f"`{known.type}`, which no call lists")
        account, region, id_ = side.account, region_of(side), id_of(side)
        if known.is_global:
            region = None
        elif region is None:
            return self._unlisted_in_regions(known, account, id_)
        if self._was_listed(known, account, region, id_):
            return None
        parent = _parent(id_, None)
        if (
            known.parent is not None
            and parent is not None
            and self._was_listed(known, account, region, parent)
        ):
            return None
        doubt = self._whole(known, account, region)
        if doubt is None:
            return None
        call, what = doubt
        return not_exported(call, f"`{id_}`" if call == known.call else what)

    def _whole(self, known: KnownType, account: str | None, region: str | None) -> tuple[str, str] | None:
        """The call that is missing to know all resources of a type in a place, and for what; None iff none is."""
        key = (known.type, account, region)
        if key not in self._wholes:
            self._wholes[key] = self._missing_to(known, account, region)
        return self._wholes[key]

    def _missing_to(
        self, known: KnownType, account: str | None, region: str | None
    ) -> tuple[str, str] | None:
        call = known.call or ""
        if self._was_listed(known, account, region, None):
            return None
        if known.parent is None:
            return call, place_in_words(account, region)
        parent = KNOWN[known.parent]
        above = self._whole(parent, account, region)
        if above is not None:
            return above
        for side in self.of_type(parent.type):
            if (side.account, region_of(side)) != (account, region) or self.is_declared(side):
                continue
            if not self._was_listed(known, account, region, id_of(side)):
                return call, f"`{id_of(side)}`"
        return None

    def _unlisted_in_regions(self, known: KnownType, account: str | None, id_: str) -> Unknown | None:
        """Something global: in each region of which anything was read."""
        if self._regions is None:
            regions: dict[str | None, set[str]] = {}
            for answer in self.inventory.listed:
                if answer.region is not None:
                    regions.setdefault(answer.account, set()).add(answer.region)
            self._regions = {owner: tuple(sorted(names)) for owner, names in regions.items()}
        names = self._regions.get(account, ())
        key = (known.type, account, None)
        if key not in self._unlisted:
            self._unlisted[key] = self._first_unlisted(known, account, names)
        doubt = self._unlisted[key]
        if not names and self._was_listed(known, account, None, id_):
            return None
        return doubt

    def _first_unlisted(
        self, known: KnownType, account: str | None, regions: tuple[str, ...]
    ) -> Unknown | None:
        for region in regions or (None,):
            doubt = self._whole(known, account, region)
            if doubt is not None:
                return not_exported(*doubt)
        return None

    # --- relations --------------------------------------------------------------------------------------------

    def related(self, side: Side, name: str) -> Outcome:
        """The other sides of a relation of the side; nothing where its type has none of that name."""
        row = self._rows.get((type_of(side), name))
        return Outcome() if row is None else self.follow(side, row)

    def follow(self, side: Side, row: Relation) -> Outcome:
        match row.how:
            case Names(paths, only_arns):
                return self._names_at(side, paths, row.to_types, only_arns=only_arns)
            case Via(steps):
                return self._via(side, steps)
            case Special(find):
                return find(self, side)
            case NamedBy() | Back() as how:
                return self._back(side, row, how)
            case _:
                assert_never(row.how)

    def _names_at(
        self, side: Side, paths: tuple[str, ...], types: tuple[str, ...], *, only_arns: bool
    ) -> Outcome:
        if isinstance(side, Principal):
            return Outcome()
        place = (side.account, side.region)
        return union(
            Outcome(open=value)
            if isinstance(value, Unknown)
            else _of_one_api(side, self.named(value, types, *place, only_arns=only_arns))
            for path in paths
            for value in values_at(side, path)
        )

    def _via(self, side: Side, steps: tuple[str, ...]) -> Outcome:
        sides: tuple[Side, ...] = (side,)
        doubts = Outcome()
        for step in steps:
            outcome = union(self.related(one, step) for one in sides)
            sides = outcome.found
            doubts = Outcome((), doubts.open or outcome.open, doubts.missing or outcome.missing)
        return Outcome(sides, doubts.open, doubts.missing)

    def _back(self, side: Side, row: Relation, how: NamedBy | Back) -> Outcome:
        outcomes = [self.inverse(type_, how, side) for type_ in row.to_types]
        missing = self._brought(side, row)
        for type_ in row.to_types:
            missing = missing or self.unlisted(type_, side)
        whole = union(outcomes)
        return Outcome(whole.found, whole.open, missing)

    def _brought(self, side: Side, row: Relation) -> Unknown | None:
        """Why a declared side may have more than the template has resources for."""
        if isinstance(side, Principal) or not self.is_declared(side):
            return None
        if row.to_types[0] in OPENAPI_PARTS and (doubt := unread_parts(side)) is not None:
            return doubt
        for name in row.unless:
            value = side.properties.get(name)
            if value is not None and value is not False:
                if isinstance(value, Unknown):
                    return value
                what = f"the {row.name.replace('_', ' ')} of `{side.name or side.id}` in its OpenAPI document"
                return Unknown(UnknownKind.NOT_MODELLED, what)
        if row.answered:
            call = KNOWN[row.to_types[0]].call or ""
            if not self.inventory.was_exported(call, side.account, side.region, side.id):
                return not_exported(call, f"`{side.id}`")
        return None

    def inverse(self, type_: str, how: NamedBy | Back, side: Side) -> Outcome:
        """Which of a type have the side on the other end; nothing is said of what was not exported."""
        from_type = type_of(side) if isinstance(how, NamedBy) else ""
        key = (type_, from_type, how)
        if key not in self._inverses:
            inverse = Inverse()
            row = (
                Relation("", type_, (from_type,), Names(how.paths, how.only_arns))
                if isinstance(how, NamedBy)
                else None
            )
            for other in self.of_type(type_):
                if isinstance(how, Back):
                    inverse.add(other, self.related(other, how.relation))
                elif row is not None:
                    inverse.add(other, self.follow(other, row))
            self._inverses[key] = inverse
        return self._inverses[key].of(side)

    def once(self, make: Callable[[Index], Made]) -> Made:
        """What is made of the index, made once."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]  # type: ignore[no-any-return]


def _of_one_api(side: Resource, outcome: Outcome) -> Outcome:
    """What is a part of the same API: names in OpenAPI documents are those of one API."""
    found = tuple(
        other
        for other in outcome.found
        if not isinstance(other, Resource)
        or all(
            side.properties.get(key, value) == value
            for key in ("RestApiId", "ApiId")
            if (value := other.properties.get(key)) is not None and _is_part(side, other)
        )
    )
    if outcome.found and not found:
        call = KNOWN[type_of(outcome.found[0])].call or ""
        return Outcome((), outcome.open, not_exported(call, f"`{side.id}`"))
    return Outcome(found, outcome.open, outcome.missing)


def _is_part(side: Resource, other: Resource) -> bool:
    """True iff both are parts of an API."""
    parents = {known.parent for one in (side, other) if (known := KNOWN.get(one.type)) is not None}
    return len(parents) == 1 and parents <= _APIS


def union(outcomes: Iterable[Outcome]) -> Outcome:
    """All that was found, and the first of what is not known."""
    found: dict[tuple[str, str], Side] = {}
    open_: Unknown | None = None
    missing: Unknown | None = None
    for outcome in outcomes:
        for side in outcome.found:
            found[type_of(side), id_of(side)] = side
        open_ = open_ or outcome.open
        missing = missing or outcome.missing
    return Outcome(tuple(found.values()), open_, missing)


def _parent(id_: str, known: KnownType | None) -> str | None:
    """The ARN of what a resource is a part of: the API of a route, the function of an alias."""
    if known is not None and known.parent is None:
        return None
    parts = parse_arn(id_)
    if parts is None:
        return None
    if parts.service == "lambda":
        return id_.rsplit(":", 1)[0].partition("#")[0] if parts.resource.count(":") > 1 else None
    pieces = id_.split("/")
    return "/".join(pieces[:-2]) if len(pieces) > 2 else None
