"""What a value names, who names what, and how each kind of relation is followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, assert_never

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Principal, PropertyValue, Resource
from wa_policy.inventory.relations.inverse import Inverse, union
from wa_policy.inventory.relations.listing import Listing, not_exported
from wa_policy.inventory.relations.made import OPENAPI_PARTS, unread_parts
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
from wa_policy.inventory.relations.types import KNOWN, KnownType, id_of, region_of, type_of
from wa_policy.inventory.relations.values import is_arn, is_open, plain, values_at, whole_arn

Made = TypeVar("Made")
_APIS = frozenset(("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"))


class Index(Listing):
    """What relations need to know of an inventory; `rows` are the relations by type and name."""

    def __init__(self, inventory: Inventory, rows: Mapping[tuple[str, str], Relation]) -> None:
        super().__init__(inventory)
        self._rows = rows
        self._inverses: dict[tuple[str, str, How], Inverse] = {}
        self._made: dict[Callable[[Index], Any], Any] = {}

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
            if has_form or not self.is_another(known, text):
                may_be.append(known)
            for side in self._find(known, text, name, account, region):
                found[type_, id_of(side)] = side
        if found:
            return Outcome(tuple(found.values()))
        for known in may_be:
            missing = self.not_listed(known, text, account, region)
            if missing is not None:
                return Outcome(missing=missing)
        return Outcome()

    def all_named(self, side: Side, value: PropertyValue, types: Iterable[str]) -> Outcome:
        """What a value of the side names, if it is a text."""
        if isinstance(value, Unknown):
            return Outcome(open=value)
        if not isinstance(value, str) or not value:
            return Outcome()
        return self.named(value, types, side.account, region_of(side))

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
