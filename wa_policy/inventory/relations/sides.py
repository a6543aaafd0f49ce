"""What there is in an inventory, by type and by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from wa_policy.iam.arn import parse_arn
from wa_policy.inventory.model import Inventory, Resource
from wa_policy.inventory.relations.made import (
    AUTHORIZER,
    METHOD,
    MODEL,
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
    validators,
    whole_of,
)
from wa_policy.inventory.relations.model import Side
from wa_policy.inventory.relations.types import KNOWN, PRINCIPAL_TYPES, KnownType, id_of, region_of, type_of
from wa_policy.inventory.symbols import has_made_name

_EC2_IDS = (
    *(known.id_start for known in KNOWN.values() if known.id_start),
    *("cagw-", "eigw-", "eni-", "eipalloc-", "i-", "lgw-", "pcx-", "pl-", "tgw-", "vgw-", "local"),
)
"""How ids of EC2 begin, and the word for the VPC itself as the target of a route."""


class Sides:
    """What stands at the ends of relations, with look-ups that are made once."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._sides: dict[str, tuple[Side, ...]] = {}
        self._names: dict[str, dict[tuple[str | None, str | None, str], dict[str, Side]]] = {}
        self._ids: dict[str, dict[str, Side]] = {}

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

    # --- by name ------------------------------------------------------------------------------------------------

    def found(self, type_: str, arn: str) -> tuple[Side, ...]:
        """What an ARN names of a type, without a word on what was listed."""
        known = KNOWN[type_]
        name = known.name_in(arn)
        return () if name is None else tuple(self._find(known, arn, name, None, None))

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

    def is_another(self, known: KnownType, text: str) -> bool:
        """True iff an id is that of another type of EC2; a text that is no id of EC2, such as a placeholder, may be any."""
        if not known.id_start or text.startswith(known.id_start):
            return False
        return text in self._made_ids if has_made_name(text) else text.startswith(_EC2_IDS)

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
