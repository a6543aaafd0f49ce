"""The fixture accounts of escalation techniques, as documents that AWS exports, read by the loaders.

fixtures/escalation/README.md describes the short form.
"""

from __future__ import annotations

import copy
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wa_policy.iam.parse import parse_policy
from wa_policy.iam.source import Source
from wa_policy.inventory.model import (
    POLICY_PROPERTY,
    Absent,
    AccountPlace,
    Answer,
    Assumptions,
    AttachedPolicy,
    ControlLevel,
    Inventory,
    Organization,
    Present,
    PropertyValue,
    Resource,
)
from wa_policy.loaders.load import load

FOLDER = Path(__file__).parents[2] / "fixtures" / "escalation"
ACCOUNT, REGION = "111122223333", "us-east-1"
OTHER_SERVICE = "monitoring.rds.amazonaws.com"
"""A service that roles may trust and that no technique uses."""
_IAM = ("role/", "user/", "group/", "policy/", "instance-profile/")
_FULL_ACCESS = {"Effect": "Allow", "Action": "*", "Resource": "*"}

Account = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A technique with an account in which it works and one in which a single fact is another."""

    technique: str
    source: str
    works: Account
    blocked: tuple[tuple[str, Account], ...]
    """What differs, and the account; more than one where a pair does not show every requirement."""
    unknown: tuple[tuple[str, Account], ...]
    """Accounts in which what was read does not decide it."""

    def variants(self) -> Iterator[tuple[str, Account]]:
        """Further accounts in which it does not work, each by one change of the first."""
        unneeded = self.works.get("unneeded", [])
        for action in _actions(self.works):
            if action not in unneeded:
                yield f"without {action}", {**self.works, "deny": [*self.works.get("deny", []), action]}
        for name, entity in _entities(self.works):
            if isinstance(entity, dict) and name not in unneeded:
                for key in ("trusts", "federated"):
                    if str(entity.get(key, "")).endswith(".amazonaws.com"):
                        yield f"{name} trusts another", {**self.works, name: {**entity, key: OTHER_SERVICE}}
                if "profile" in entity:
                    yield f"{name} without a profile", {**self.works, name: {**entity, "profile": None}}
        for number, statement in enumerate(self.works.get("allow", [])):
            if isinstance(statement, str) and " to " in statement:
                changed = list(self.works["allow"])
                changed[number] = f"{statement.rsplit(' to ', 1)[0]} to {OTHER_SERVICE}"
                yield f"{statement} passed to another", {**self.works, "allow": changed}
        resources = self.works.get("resources", [])
        for number, resource in enumerate(resources):
            if resource["type"] not in unneeded:
                others = [*resources[:number], *resources[number + 1 :]]
                yield f"without {resource['type']}", {**self.works, "resources": others}
                foreign = {key: _of_another_role(value) for key, value in resource.items()}
                if foreign != resource:
                    changed = [*resources[:number], foreign, *resources[number + 1 :]]
                    yield f"{resource['type']} of another role", {**self.works, "resources": changed}


def cases() -> tuple[Case, ...]:
    """All cases, sorted by the id of their technique."""
    return tuple(map(_case, sorted(FOLDER.glob("*.yaml"))))


@cache
def _case(path: Path) -> Case:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert raw["technique"] == path.stem
    works = {"as": "user/dev", "target": "role/admin", **raw["works"]}
    changes = [raw["blocked"], *raw.get("also_blocked", [])]
    return Case(
        raw["technique"],
        raw["source"],
        works,
        tuple(_changed(works, change) for change in changes),
        tuple(_changed(works, change) for change in raw.get("unknown", [])),
    )


def _changed(works: Account, change: Mapping[str, Any]) -> tuple[str, Account]:
    account = copy.deepcopy(works)
    for key, value in change.items():
        old = account.get(key)
        if key.startswith(_IAM) and isinstance(old, dict) and isinstance(value, dict):
            account[key] = {**old, **value}
        elif key != "differs":
            account[key] = value
    return change["differs"], account


def _of_another_role(value: Any) -> Any:
    match value:
        case "admin" | "role/admin" | "instance-profile/admin":
            return value.replace("admin", "another")
        case dict():
            return {key: _of_another_role(item) for key, item in value.items()}
        case _:
            return value


def _actions(account: Account) -> list[str]:
    found: list[str] = []
    statements = [*account.get("allow", [])]
    for name in account.get("attached", []):
        statements += [s for s in account.get(name, []) if not (isinstance(s, dict) and "deny" in s)]
    for statement in statements:
        named = statement.split(" ")[0] if isinstance(statement, str) else statement.get("do", [])
        found += [named] if isinstance(named, str) else named
    return list(dict.fromkeys(found))


def _entities(account: Account) -> Iterator[tuple[str, Any]]:
    for name, value in account.items():
        if name.startswith(_IAM):
            yield name, value


# --- names ---------------------------------------------------------------------------------------------------------


def arn(name: str, account: str = ACCOUNT) -> str:
    """The ARN that a short name stands for."""
    if name.startswith(("arn:", "*", "(")):
        return name
    if name.startswith(_IAM):
        return f"arn:aws:iam::{account}:{name}"
    service, _, rest = name.partition(":")
    return f"arn:aws:{service}:{REGION}:{account}:{rest}"


def principal_of(account: Account) -> str:
    return str(account["by"]) if "by" in account else arn(account["as"])


def target_of(account: Account) -> str:
    return arn(account["target"])


def _expanded(value: Any) -> Any:
    match value:
        case str() if value.startswith(_IAM) or re.match(r"[a-z0-9-]+:(cluster/|function:)", value):
            return arn(value)
        case list():
            return [_expanded(item) for item in value]
        case dict():
            return {key: _expanded(item) for key, item in value.items()}
        case _:
            return value


# --- policies ------------------------------------------------------------------------------------------------------


def _statement(written: Any, effect: str = "Allow") -> dict[str, Any]:
    if isinstance(written, str):
        found = re.fullmatch(r"(\S+)(?: on (\S+))?(?: to (\S+))?", written)
        assert found is not None, written
        action, on, service = found.groups()
        condition = {"StringEquals": {"iam:PassedToService": service}} if service else None
        written = {"do": action, "on": on or "*", **({"if": condition} if condition else {})}
    if "deny" in written:
        effect, written = "Deny", {**written, "do": written["deny"]}
    statement: dict[str, Any] = {"Effect": effect}
    if "not" in written:
        statement["NotAction"] = written["not"]
    else:
        statement["Action"] = written["do"]
    if "not_on" in written:
        statement["NotResource"] = arn(written["not_on"])
    else:
        statement["Resource"] = arn(written.get("on", "*"))
    if "if" in written:
        statement["Condition"] = _expanded(written["if"])
    return statement


def _document(allow: list[Any], deny: list[Any] | None = None) -> dict[str, Any]:
    statements = [*map(_statement, allow), *(_statement(written, "Deny") for written in deny or [])]
    return {"Version": "2012-10-17", "Statement": statements}


def _trust(entity: Mapping[str, Any]) -> dict[str, Any]:
    statements = []
    trusts = entity.get("trusts")
    for named in [trusts] if isinstance(trusts, str) else trusts or []:
        is_service = named.endswith(".amazonaws.com")
        principal = {"Service": named} if is_service else {"AWS": arn(named) if "/" in named else named}
        statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        if "trust_if" in entity:
            statement["Condition"] = _expanded(entity["trust_if"])
        statements.append(statement)
    if entity.get("federated"):
        principal = {"Federated": entity["federated"]}
        statements.append(
            {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity"}
        )
    if "trust_deny" in entity:
        statements.append(
            {"Effect": "Deny", "Principal": {"AWS": entity["trust_deny"]}, "Action": "sts:AssumeRole"}
        )
    return {"Version": "2012-10-17", "Statement": statements}


# --- documents -----------------------------------------------------------------------------------------------------


def details(account: Account) -> dict[str, dict[str, Any]]:
    """By account id, what `aws iam get-account-authorization-details` prints."""
    files: dict[str, dict[str, Any]] = {}
    entities = dict(_entities(account))
    if "by" not in account:
        own = {key: account[key] for key in _OWN if key in account}
        entities[account["as"]] = {"allow": [], "trusts": "ec2.amazonaws.com", **own}
    for name, value in entities.items():
        kind, _, rest = name.partition("/")
        entity = value if isinstance(value, dict) else {}
        owner = entity.get("account", ACCOUNT)
        page = files.setdefault(
            owner, {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
        )
        if kind == "policy":
            page["Policies"].append(_managed(name, value))
        else:
            page[f"{kind.title()}DetailList"].append(_detail(kind, rest, owner, entity, page))
    return files


_OWN = ("allow", "deny", "boundary", "attached", "groups", "tags")


def _detail(
    kind: str, name: str, owner: str, entity: Mapping[str, Any], page: dict[str, Any]
) -> dict[str, Any]:
    path, _, short = f"/{name}".rpartition("/")
    path = entity.get("path", f"{path}/")
    title = kind.title()
    allow = entity.get("allow", ["*"] if kind != "group" else [])
    policies = []
    if allow or entity.get("deny"):
        policies.append({"PolicyName": "inline", "PolicyDocument": _document(allow, entity.get("deny"))})
    detail: dict[str, Any] = {
        "Path": path,
        f"{title}Name": short,
        f"{title}Id": f"A{kind[0].upper()}IDA{short.upper()[:12]:X<15}",
        "Arn": f"arn:aws:iam::{owner}:{kind}{path}{short}",
        f"{title}PolicyList": policies,
        "AttachedManagedPolicies": [
            {"PolicyName": named.rsplit("/", 1)[-1], "PolicyArn": arn(named)}
            for named in entity.get("attached", [])
        ],
    }
    for named in entity.get("attached", []):
        if named.startswith("arn:aws:iam::aws:"):
            page["Policies"].append({**_managed(named, ["s3:GetObject"]), "Arn": named})
    if entity.get("boundary") is not None:
        limit = f"policy/limit-of-{short}"
        page["Policies"].append(_managed(limit, entity["boundary"]))
        detail["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": arn(limit),
        }
    if "tags" in entity:
        detail["Tags"] = [{"Key": key, "Value": value} for key, value in entity["tags"].items()]
    if kind == "user":
        detail["GroupList"] = entity.get("groups", [])
    if kind == "role":
        detail["AssumeRolePolicyDocument"] = _trust(entity)
        profile = entity.get("profile")
        detail["InstanceProfileList"] = (
            [{"Arn": arn(f"instance-profile/{profile}", owner)}] if profile else []
        )
    return detail


def _managed(name: str, statements: list[Any]) -> dict[str, Any]:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": _document(statements)}
    return {
        "PolicyName": name.rsplit("/", 1)[-1],
        "Arn": arn(name),
        "Path": "/",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [version],
    }


# --- inventories ---------------------------------------------------------------------------------------------------


def inventory(account: Account) -> Inventory:
    """The account as it is read, with nothing left out of the export."""
    with tempfile.TemporaryDirectory() as folder:
        for owner, page in details(account).items():
            place = Path(folder) / owner
            place.mkdir()
            (place / "get-account-authorization-details.json").write_text(json.dumps(page), encoding="utf-8")
        read = load([folder], assume=Assumptions(no_organization=True))
    assert read.problems == (), read.problems
    resources = [_with_facts(resource, account) for resource in read.resources]
    resources += [_resource(written) for written in account.get("resources", [])]
    return replace(
        read,
        resources=tuple(sorted(resources, key=lambda resource: (resource.type, resource.id))),
        organization=_organization(account) or read.organization,
        exported=(
            *read.exported,
            *(Answer(operation, ACCOUNT) for operation in _operations()),
            *(Answer(operation, ACCOUNT, REGION) for operation in _BY_REGION),
        ),
    )


@cache
def _operations() -> tuple[str, ...]:
    from wa_policy.graph.techniques import TECHNIQUES

    return tuple(sorted({carrier.operation for technique in TECHNIQUES for carrier in technique.carriers}))


_BY_REGION = ("lambda.list-event-source-mappings", "lambda.list-function-url-configs")


def _organization(account: Account) -> Organization | None:
    if "scp" not in account and not account.get("management"):
        return None
    if account.get("management"):
        return Organization("o-home000000", ACCOUNT, {ACCOUNT: AccountPlace((), ())})
    document = {
        "Version": "2012-10-17",
        "Statement": [_FULL_ACCESS, *(_statement(written, "Deny") for written in account["scp"])],
    }
    policy, problems = parse_policy(document, Source("scp.json"))
    assert not problems
    level = ControlLevel("r-home", (AttachedPolicy("guard", policy),))
    return Organization("o-home000000", "999900001111", {ACCOUNT: AccountPlace((level,), ())})


def _resource(written: Mapping[str, Any]) -> Resource:
    properties: dict[str, PropertyValue] = {
        key: _expanded(value) for key, value in written.items() if key not in ("type", "id")
    }
    id_ = arn(written["id"])
    properties.setdefault(POLICY_PROPERTY, Absent())
    return Resource(
        written["type"], id_, id_.rsplit("/", 1)[-1], ACCOUNT, REGION, properties, Source("resources")
    )


def _with_facts(resource: Resource, account: Account) -> Resource:
    entity = account.get(resource.id.partition(f"::{ACCOUNT}:")[2])
    properties = dict(resource.properties)
    if isinstance(entity, dict) and "password" in entity:
        properties.pop("LoginProfile", None)
        if entity["password"]:
            properties["LoginProfile"] = {"PasswordResetRequired": False}
    for name, statements in account.get("versions", {}).items():
        if arn(name) == resource.id:
            policy, problems = parse_policy(_document(statements), Source("versions"))
            assert not problems
            properties["WaPolicy::Versions"] = (Present(policy),)
    return replace(resource, properties=properties)
