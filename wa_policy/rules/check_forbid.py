"""The classes of requests of `forbid` against the catalog and the selected types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applying import TYPES_WITH_POLICY
from wa_policy.iam.source import escape
from wa_policy.iam.values import parse_address_range
from wa_policy.rules.bindings import is_name
from wa_policy.rules.check_keys import problems_of_carried, problems_of_key
from wa_policy.rules.model import Check, Parameter, ValueKind
from wa_policy.rules.notes import Notes, known_key
from wa_policy.rules.parameters import admits, expected_of
from wa_policy.rules.request_class import (
    OWN_ACCOUNT,
    CallerSpec,
    CallerWord,
    FederatedCaller,
    Forbid,
    Policies,
    ServiceCaller,
)
from wa_policy.rules.subjects import PRINCIPAL_TYPES
from wa_policy.rules.vocabulary import is_type

Raw = Mapping[str, Any]

TRUST_PARAMETERS = ("trusted_accounts", "trusted_orgs")
"""What tells who is from outside: a rule about callers from outside declares them, so that its page names them."""

_SUITABLE: Mapping[str, tuple[str, ...]] = {
    Policies.RESOURCE: tuple(sorted(TYPES_WITH_POLICY)),
    Policies.TRUST: ("AWS::IAM::Role",),
    Policies.IDENTITY: PRINCIPAL_TYPES,
    Policies.EFFECTIVE: PRINCIPAL_TYPES,
    Policies.ENDPOINT: ("AWS::EC2::VPCEndpoint",),
}


def needs_trust(check: Check) -> bool:
    """True iff a class of the check is about callers who are not trusted."""
    if not isinstance(check, Forbid):
        return False
    return any(_is_untrusted(one.caller) for one in check.classes)


def _is_untrusted(caller: CallerSpec) -> bool:
    match caller:
        case CallerWord.SELF | CallerWord.ANONYMOUS | FederatedCaller():
            return False
        case ServiceCaller(_, account):
            return account != OWN_ACCOUNT
        case _:
            return True


def problems_of_forbid(
    raw: Raw,
    types: tuple[str, ...],
    parameters: Mapping[str, Parameter],
    catalog: Catalog,
    notes: Notes,
    *,
    is_guardrail: bool = False,
    at: str = "/forbid",
) -> None:
    """Unknown actions and condition keys, wrong ranges, and policies that the selected types do not have."""
    classes = raw.get("any_of", [raw])
    _exempt(raw, parameters, notes, at)
    for index, one in enumerate(classes):
        pointer = f"{at}/any_of/{index}" if "any_of" in raw else at
        if (
            is_guardrail
            and isinstance(one["caller"], Mapping)
            and one["caller"].get("acting_for") == OWN_ACCOUNT
        ):
            notes.add(f"{pointer}/caller", f"found `{OWN_ACCOUNT}` in a guardrail, expected `other_account`")
        _policies(one, pointer, types, notes)
        for word in ("action", "not_action"):
            for place, pattern in _places(one.get(word, ()), f"{pointer}/{word}"):
                if not is_name(pattern) and not catalog.actions_matching(pattern) & catalog.listed:
                    notes.add(place, f"found the action `{pattern}`, expected one that the catalog knows")
        for key, spec in one.get("context", {}).items():
            place = f"{pointer}/context/{escape(key)}"
            if not is_name(key) and not known_key(key, catalog):
                notes.add(place, f"found the condition key `{key}`, expected one that the catalog knows")
            for word in ("inside", "outside"):
                _ranges(_places(spec.get(word, ()), f"{place}/{word}"), parameters, notes)
            problems_of_key(key, spec, place, parameters, catalog=catalog, notes=notes)
            actions, but = (_listed(one.get(word, ())) for word in ("action", "not_action"))
            problems_of_carried(
                key, actions, but, place, catalog=catalog, notes=notes, is_guardrail=is_guardrail
            )


def _listed(raw: Any) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)


def _exempt(raw: Raw, parameters: Mapping[str, Parameter], notes: Notes, at: str) -> None:
    for place, pattern in _places(raw.get("exempt", ()), f"{at}/exempt"):
        if not is_name(pattern):
            if not admits(ValueKind.PRINCIPAL, pattern, many=False):
                notes.add(place, f"found `{pattern}`, expected {expected_of(ValueKind.PRINCIPAL)}")
            continue
        parameter = parameters.get(pattern[1:])
        if parameter is not None and parameter.kind is not ValueKind.PRINCIPAL:
            notes.add(place, f"found `{pattern}` of type `{parameter.type}`, expected `[principal]`")


def _policies(one: Raw, pointer: str, types: tuple[str, ...], notes: Notes) -> None:
    policies, caller = one["policies"], one["caller"]
    for type_ in types:
        if is_type(type_) and type_ not in _SUITABLE[policies]:
            words = ", ".join(f"`{name}`" for name in _SUITABLE[policies])
            notes.add(
                f"{pointer}/policies", f"found `{policies}` policies of `{type_}`, expected one of {words}"
            )
    is_own = policies in (Policies.IDENTITY, Policies.EFFECTIVE)
    if is_own is not (caller == CallerWord.SELF):
        wanted = "`self`" if is_own else "another caller than `self`"
        notes.add(f"{pointer}/caller", f"found another caller for `{policies}` policies, expected {wanted}")


def _places(raw: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(raw, str):
        yield pointer, raw
        return
    for index, value in enumerate(raw):
        yield f"{pointer}/{index}", value


def _ranges(values: Iterable[tuple[str, str]], parameters: Mapping[str, Parameter], notes: Notes) -> None:
    for place, value in values:
        if is_name(value):
            parameter = parameters.get(value[1:])
            if parameter is not None and parameter.kind is not ValueKind.CIDR:
                notes.add(place, f"found `{value}` of type `{parameter.type}`, expected `[cidr]`")
        elif parse_address_range(value) is None:
            notes.add(place, f"found `{value}`, expected an address or a CIDR range")
