"""What was listed by answers of AWS, and what templates and plans tell all of."""

from __future__ import annotations

from functools import cached_property

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, Inventory, PrincipalKind, Resource
from wa_policy.inventory.relations.model import Side
from wa_policy.inventory.relations.sides import Sides
from wa_policy.inventory.relations.types import KNOWN, PRINCIPAL_TYPES, KnownType, id_of, region_of

_ROLE, _BUCKET = PRINCIPAL_TYPES[PrincipalKind.ROLE], "AWS::S3::Bucket"
_VERSION = "AWS::Lambda::Version"
_POLICIES = frozenset(
    (
        *("AWS::Lambda::Permission", "AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"),
        *("AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy", "AWS::S3::BucketPolicy"),
        "AWS::Events::EventBusPolicy",
    )
)
"""Types that make up the policies of others, and are seen there only but for templates."""


def not_exported(call: str, what: str) -> Unknown:
    """What is not known as long as nobody exported the answer of the call."""
    return Unknown(UnknownKind.NOT_EXPORTED, f"{call.replace('.', ' ')} for {what}")


def place_in_words(account: str | None, region: str | None) -> str:
    owner = f"account `{account}`" if account else "an account that is not known"
    return f"{owner} in `{region}`" if region else owner


class Listing(Sides):
    """The sides, and why there may be more."""

    def __init__(self, inventory: Inventory) -> None:
        super().__init__(inventory)
        self._wholes: dict[tuple[str, str | None, str | None], tuple[str, str] | None] = {}
        self._regions: dict[str | None, tuple[str, ...]] | None = None
        self._listed_anywhere: frozenset[tuple[str, str | None, str | None]] | None = None
        self._unlisted: dict[tuple[str, str | None, str | None], Unknown | None] = {}
        self._role_accounts: frozenset[str] | None = None

    def not_listed(
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
        known = KNOWN[type_]
        if self.is_declared(side):
            return self._unmapped(known, side) if side.source.file in self.inventory.planned else None
        if known.call is None:
            return _in_policy(known, side)
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

    def _unmapped(self, known: KnownType, side: Side) -> Unknown | None:
        """Why a plan may have resources of a type that are not seen as such."""
        if known.type in self.inventory.plan_types:
            return None
        if known.type in _POLICIES:
            return _in_policy(known, side)
        if known.type == _VERSION:
            return Unknown(UnknownKind.NOT_MODELLED, "versions that `publish` makes")
        return self.unmapped_beside(side)

    def unmapped_beside(self, side: Side) -> Unknown | None:
        """A resource of the plan of the side that may be of any type, as why more is not known."""
        return self._unmapped_in.get(side.source.file)

    @cached_property
    def _unmapped_in(self) -> dict[str, Unknown]:
        """Of each plan a resource whose type is not known here."""
        return {
            resource.source.file: Unknown(
                UnknownKind.NOT_MODELLED, f"the type `{resource.type.partition('::')[2]}`"
            )
            for resource in reversed(self.inventory.resources)
            if resource.type.startswith(("Terraform::aws_", "Terraform::awscc_"))
        }

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


def _in_policy(known: KnownType, side: Side) -> Unknown | None:
    """Why a resource of a type that no call lists may be there; None iff it would show in a policy that there is not."""
    if known.type in _POLICIES and isinstance(side, Resource) and isinstance(side.policy(), Absent):
        return None
    return Unknown(UnknownKind.NOT_MODELLED, f"`{known.type}`, which no call lists")


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
