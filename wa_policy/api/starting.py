"""`wa-policy init`: the settings to start from, with what an inventory shows in them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wa_policy.errors import Problem, UsageError
from wa_policy.findings.visible import visible
from wa_policy.inventory.model import VPC_ID_PROPERTY, Inventory, Organization, Present, PropertyValue
from wa_policy.inventory.symbols import has_symbols

if TYPE_CHECKING:
    from wa_policy.iam.policy import Policy
    from wa_policy.rules.model import Parameter

_ENVIRONMENT_TAGS = ("environment", "env", "stage", "deployment-environment")
"""Names of tags that say to which environment a resource belongs, without case; the best known first."""
_MOST = 12
_KEYS = {"aws:sourceip": "cidr", "aws:sourcevpc": "vpc", "aws:sourcevpce": "vpc_endpoint", "aws:principalorgid": "organization", "aws:sourceorgid": "organization", "aws:resourceorgid": "organization"}  # fmt: skip
"""Condition keys whose values are values of parameters."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read that settings may name, each sorted. `by_kind` are values by the type of the parameters that take them."""

    paths: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    organization: str | None = None
    is_organization_read: bool = False
    tag: str | None = None
    tag_values: tuple[str, ...] = ()
    by_kind: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    template_parameters: tuple[str, ...] = ()


def seen_in(inventory: Inventory, paths: Sequence[str]) -> Seen:
    """What of the inventory settings may name; the templates are read once more for their parameters."""
    accounts = tuple(account for account in inventory.accounts if not has_symbols(account))
    organization = inventory.organization
    tag, tag_values = _environment_tag(inventory)
    values: dict[str, set[str]] = {"account": set(accounts)}
    for kind, value in _values(inventory):
        if not has_symbols(value) and _is_worth_naming(kind, value):
            values.setdefault(kind, set()).add(value)
    return Seen(
        paths=tuple(paths),
        accounts=accounts,
        organization=organization.id if isinstance(organization, Organization) else None,
        is_organization_read=isinstance(organization, Organization),
        tag=tag,
        tag_values=tag_values,
        by_kind={kind: tuple(sorted(found)) for kind, found in sorted(values.items()) if found},
        template_parameters=_open_parameters(inventory),
    )


_OF_FUNCTIONS = {"SubnetIds": "subnet", "SecurityGroupIds": "security_group"}
_OF_TYPES = {
    "AWS::EC2::VPC": "vpc",
    "AWS::EC2::VPCEndpoint": "vpc_endpoint",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::SecurityGroup": "security_group",
}


def _values(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Values by the type of the parameters that take them."""
    for resource in inventory.resources:
        if resource.region is not None:
            yield "region", resource.region
        if resource.type in _OF_TYPES:
            yield _OF_TYPES[resource.type], resource.id.rpartition("/")[2]
        network = resource.property("VpcConfig")
        for name, kind in _OF_FUNCTIONS.items():
            listed = network.get(name) if isinstance(network, Mapping) else None
            yield from (
                (kind, one) for one in (listed if isinstance(listed, tuple) else ()) if isinstance(one, str)
            )
        network_id = resource.property(VPC_ID_PROPERTY)
        if isinstance(network_id, str):
            yield "vpc", network_id
    for policy in _policies(inventory):
        for statement in policy.statements:
            for condition in statement.conditions:
                kind_of_key = _KEYS.get(condition.folded_key)
                if kind_of_key is not None:
                    yield from ((kind_of_key, value) for value in condition.values if isinstance(value, str))


_OWN_RANGES = tuple(
    ip_network(range_)
    for range_ in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""Addresses that no caller from the internet has."""
_WIDEST = {4: 16, 6: 32}
"""A wider range is nobody's own."""


def _is_worth_naming(kind: str, value: str) -> bool:
    """True iff a parameter of the type may have the value, and a user may want it to."""
    from wa_policy.rules.model import ValueKind
    from wa_policy.rules.parameters import admits

    if not admits(ValueKind(kind), value, many=False):
        return False
    if kind != "cidr":
        return True
    found = ip_network(value, strict=False)
    return found.prefixlen >= _WIDEST[found.version] and not any(
        found.version == own.version and found.subnet_of(own)  # type: ignore[arg-type]
        for own in _OWN_RANGES
    )


def _policies(inventory: Inventory) -> Iterator[Policy]:
    for resource in inventory.resources:
        for value in resource.properties.values():
            if isinstance(value, Present):
                yield value.policy
    for principal in inventory.principals:
        yield from (attached.policy for attached in principal.identity_policies)
        if isinstance(principal.trust, Present):
            yield principal.trust.policy


def _environment_tag(inventory: Inventory) -> tuple[str | None, tuple[str, ...]]:
    """The tag that names environments, and its values, the most frequent first."""
    counts: dict[str, Counter[str]] = {}
    for resource in inventory.resources:
        for name, value in _tags(resource.property("Tags")):
            if name.lower() in _ENVIRONMENT_TAGS:
                counts.setdefault(name, Counter())[value] += 1
    if not counts:
        return None, ()
    best = min(counts, key=lambda name: (_ENVIRONMENT_TAGS.index(name.lower()), -counts[name].total(), name))
    values = sorted(filter(None, counts[best]), key=lambda value: (-counts[best][value], value))
    return best, tuple(values[:_MOST])


def _tags(tags: PropertyValue) -> Iterator[tuple[str, str]]:
    pairs: Iterable[tuple[PropertyValue, PropertyValue]] = ()
    if isinstance(tags, Mapping):
        pairs = tags.items()
    elif isinstance(tags, tuple):
        pairs = [(item.get("Key"), item.get("Value")) for item in tags if isinstance(item, Mapping)]
    for name, value in pairs:
        if isinstance(name, str):
            yield name, value if isinstance(value, str) and not has_symbols(value) else ""


def _open_parameters(inventory: Inventory) -> tuple[str, ...]:
    """The parameters of templates that have no default."""
    from wa_policy.loaders.document import parse_document
    from wa_policy.loaders.located import read_bytes

    found: set[str] = set()
    for file in inventory.files:
        if not any("template" in kind for kind in file.kinds):
            continue
        data = read_bytes(file.file)
        documents, _ = ((), ()) if isinstance(data, Problem) else parse_document(file.file, data)
        for document in documents:
            parameters: Any = (
                document.value.get("Parameters") if isinstance(document.value, Mapping) else None
            )
            if isinstance(parameters, Mapping):
                found.update(
                    name
                    for name, about in parameters.items()
                    if isinstance(about, Mapping) and "Default" not in about
                )
    return tuple(sorted(found))


# --- the file ----------------------------------------------------------------------------------------------------


def starter_settings(seen: Seen) -> str:
    """A settings file with comments; what was only seen, and nobody said, is commented out."""
    from wa_policy.rules.pack import load_pack
    from wa_policy.rules.parameters import declared

    rules = load_pack()
    used = Counter(parameter.name for rule in rules for parameter in rule.parameters)
    return "\n".join(_lines(seen, declared(rules), used)).rstrip("\n") + "\n"


def _lines(seen: Seen, parameters: Mapping[str, Parameter], used: Mapping[str, int]) -> Iterator[str]:
    read = f" from {visible(', '.join(seen.paths))}" if seen.paths else ""
    yield f"# The settings of wa-policy, made by `wa-policy init`{read}."
    yield "# A line behind `#` is a suggestion: take the `#` away, and change what is not so."
    yield from (
        "",
        "# How much the rules may ask: core, strict, advice. Each includes those before it.",
        "profile: core",
    )
    yield ""
    if seen.is_organization_read:
        yield f"# The organization was read: {visible(seen.organization or 'its id is not known')}."
    else:
        yield "# No organization was read. If the accounts belong to none, no control policy can be missing:"
    yield "# organization: none"
    yield from ("", "parameters:")
    yield from _trust(seen, parameters, used)
    for name in sorted(parameters):
        if name not in ("trusted_accounts", "trusted_orgs"):
            yield from _parameter(parameters[name], used[name], seen)
    yield from _environments(seen)
    yield from _templates(seen)
    yield from _REST


def _trust(seen: Seen, parameters: Mapping[str, Parameter], used: Mapping[str, int]) -> Iterator[str]:
    if "trusted_orgs" in parameters:
        yield from _about(parameters["trusted_orgs"], used["trusted_orgs"])
        if seen.organization is not None:
            yield f"  trusted_orgs: {_list([seen.organization])}"
        else:
            yield f"  # trusted_orgs: {_list(seen.by_kind.get('organization', ('o-a1b2c3d4e5',)))}"
    if "trusted_accounts" in parameters:
        yield from _about(parameters["trusted_accounts"], used["trusted_accounts"])
        words = "These were read; are there others?" if seen.accounts else "No account was read."
        yield f"  # {words}"
        yield f"  # trusted_accounts: {_list(seen.accounts or ('111122223333',))}"


def _parameter(parameter: Parameter, count: int, seen: Seen) -> Iterator[str]:
    yield from _about(parameter, count)
    found = seen.by_kind.get(parameter.kind, ())
    if parameter.many and found and not parameter.default:
        left = len(found) - _MOST
        yield f"  # Seen in what was read{f', and {left} more' if left > 0 else ''}:"
        yield f"  # {parameter.name}: {_list(found[:_MOST])}"
    else:
        yield f"  # {parameter.name}: {_value(parameter.default)}"


def _about(parameter: Parameter, count: int) -> Iterator[str]:
    rules = "1 rule" if count == 1 else f"{count} rules"
    yield ""
    yield f"  # {' '.join(parameter.doc.split())} ({rules})"


def _environments(seen: Seen) -> Iterator[str]:
    yield ""
    if seen.tag is None:
        yield "# No tag was seen that tells environments apart. Other values for a part of what is read:"
    else:
        values = f": {visible(', '.join(seen.tag_values))}" if seen.tag_values else ""
        yield f"# The tag `{seen.tag}` tells environments apart{values}. Other values for one of them:"
    yield f"# environment_tag: {_text(seen.tag or 'Environment')}"
    yield "# environments:"
    yield "#   production:"
    production = [one for one in seen.tag_values if one.lower().startswith("pr")] or ["prod", "production"]
    yield f"#     tag_values: {_list(production)}"
    yield f"#     accounts: {_list(seen.accounts[:1] or ('111122223333',))}"
    yield "#     parameters: {}"


def _templates(seen: Seen) -> Iterator[str]:
    yield from ("", "# Where templates are deployed, and the values of their parameters.", "# templates:")
    yield f"#   account: {_text((seen.accounts or ('111122223333',))[0])}"
    yield f"#   region: {(seen.by_kind.get('region') or ('eu-west-1',))[0]}"
    if seen.template_parameters:
        yield "#   # Nothing gives these a value:"
        yield "#   parameters:"
        yield from (f'#     {_text(name)}: ""' for name in seen.template_parameters)


_REST = (
    "",
    "# Other severities of rules, rules that do not run, rules that run whatever the profile.",
    "# severities: {lambda-policy-public: critical}",
    "# disable: [lambda-role-not-shared]",
    "# enable: [region-guard]",
    "",
    "# Folders with rules of your own, see `wa-policy rules new`.",
    "# rules: [./rules]",
    "",
    "# A table of AWS facts that is older than so many days is told in the report.",
    "# max_table_age: 365",
    "",
    "# Accepted risks, and the findings that were there before.",
    "# waivers: waivers.yaml",
    "# baseline: baseline.json",
)  # fmt: skip


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"


def _text(value: str) -> str:
    """A text as YAML reads it back: quoted unless it is a plain word."""
    return (
        value
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_./-]*", value) and value.lower() not in _WORDS
        else json.dumps(value)
    )


_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return _list(str(item) for item in value)
    return _text(value) if isinstance(value, str) else json.dumps(value)


def write_starter(text: str, file: str, *, force: bool = False) -> None:
    """Write the settings. Raises UsageError where there is such a file, unless `force`."""
    try:
        with Path(file).open("w" if force else "x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise UsageError(
            f"there is `{file}`, expected a name of its own", advice="`--force` writes it anew"
        ) from None
    except OSError as error:
        raise UsageError(f"`{file}` cannot be written: {(error.strerror or str(error)).lower()}") from error
