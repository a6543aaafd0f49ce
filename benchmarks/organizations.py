"""Made-up organizations of any size, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.source import Source
from wa_policy.inventory.model import (
    POLICY_PROPERTY,
    Absent,
    AccountPlace,
    AttachedPolicy,
    ControlLevel,
    Inventory,
    Organization,
    PolicyDocument,
    Present,
    Principal,
    PrincipalKind,
    Resource,
)

_ORGANIZATION = "o-benchmark1"
_REGION = "eu-west-1"
_PROFILES = 17
"""How many sets of shared policies there are, from which each principal has one."""
_SERVICES = ("lambda", "s3", "sqs", "sns", "secretsmanager", "kms")
_KINDS = (
    ("AWS::Lambda::Function", "lambda", "arn:aws:lambda:{region}:{account}:function:{name}", 30),
    ("AWS::S3::Bucket", "s3", "arn:aws:s3:::{name}", 25),
    ("AWS::SQS::Queue", "sqs", "arn:aws:sqs:{region}:{account}:{name}", 15),
    ("AWS::SNS::Topic", "sns", "arn:aws:sns:{region}:{account}:{name}", 10),
    (
        "AWS::SecretsManager::Secret",
        "secretsmanager",
        "arn:aws:secretsmanager:{region}:{account}:secret:{name}",
        10,
    ),
    ("AWS::KMS::Key", "kms", "arn:aws:kms:{region}:{account}:key/{name}", 10),
)
_IAM = {PrincipalKind.ROLE: "AWS::IAM::Role", PrincipalKind.USER: "AWS::IAM::User"}
_READS = {
    "lambda": ["lambda:Get*", "lambda:List*"],
    "s3": ["s3:GetObject", "s3:ListBucket"],
    "sqs": ["sqs:ReceiveMessage", "sqs:GetQueueAttributes"],
    "sns": ["sns:GetTopicAttributes"],
    "secretsmanager": ["secretsmanager:GetSecretValue"],
    "kms": ["kms:Decrypt", "kms:DescribeKey"],
}
_WRITES = {
    "lambda": ["lambda:InvokeFunction", "lambda:UpdateFunctionCode"],
    "s3": ["s3:PutObject", "s3:DeleteObject"],
    "sqs": ["sqs:SendMessage"],
    "sns": ["sns:Publish"],
    "secretsmanager": ["secretsmanager:PutSecretValue"],
    "kms": ["kms:Encrypt", "kms:GenerateDataKey"],
}


@dataclass(frozen=True)
class Size:
    """How large an organization is. `distinct` is the share of principals with a policy of their own."""

    principals: int
    resources: int
    accounts: int
    distinct: float = 0.1
    seed: int = 7


def _policy(where: str, *statements: dict[str, Any]) -> Policy:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return parse_policy(document, Source(where))[0]


def _allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


class _Maker:
    def __init__(self, size: Size) -> None:
        self.size = size
        self.random = random.Random(size.seed)
        self.accounts = [f"{100_000_000_000 + number * 7919:012d}" for number in range(size.accounts)]
        self.managed = self._managed()
        weights = [weight for _, _, weight in self.managed]
        self.profiles = [
            tuple(dict.fromkeys(self.random.choices(self.managed, weights, k=self.random.randint(1, 3))))
            for _ in range(_PROFILES)
        ]
        self.profiles[_PROFILES - 1] = (self.managed[0],)  # one in seventeen is an administrator
        self.boundary = _policy(
            "boundary.json", _allow("*", "*"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
        )

    def _managed(self) -> list[tuple[str, Policy, int]]:
        """The policies that many principals share, each with its weight."""
        found: list[tuple[str, dict[str, Any], int]] = [
            ("AdministratorAccess", _allow("*", "*"), 2),
            ("PowerUser", {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}, 2),
            ("ReadOnly", _allow([a for actions in _READS.values() for a in actions], "*"), 6),
            (
                "BasicExecution",
                _allow(["logs:CreateLogStream", "logs:PutLogEvents"], "arn:aws:logs:*:*:*"),
                40,
            ),
            ("Deployer", _allow(["lambda:*", "iam:PassRole", "cloudformation:*"], "*"), 3),
        ]
        for service in _SERVICES:
            found.append(
                (f"{service}-team-read", _allow(_READS[service], f"arn:aws:{service}:*:*:*team-a*"), 8)
            )
            found.append(
                (f"{service}-team-write", _allow(_WRITES[service], f"arn:aws:{service}:*:*:*team-b*"), 6)
            )
            condition = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
            found.append((f"{service}-with-mfa", _allow(f"{service}:*", "*", **condition), 1))
        return [
            (name, _policy(f"managed/{name}.json", statement), weight) for name, statement, weight in found
        ]

    # --- resources ------------------------------------------------------------------------------------------------

    def resources(self, roles: dict[str, list[str]]) -> Iterator[Resource]:
        for number in range(self.size.resources):
            account = self.accounts[number % len(self.accounts)]
            type_, service, form, _ = self.random.choices(_KINDS, [kind[3] for kind in _KINDS])[0]
            team = self.random.choice(("team-a", "team-b", "team-c", "shared"))
            arn = form.format(region=_REGION, account=account, name=f"{team}-{number:06d}")
            properties: dict[str, Any] = {POLICY_PROPERTY: self._resource_policy(arn, service, account)}
            if service == "lambda" and roles[account]:
                properties["Role"] = self.random.choice(roles[account])
            yield Resource(
                type_,
                arn,
                arn.rsplit(":", 1)[-1],
                account,
                None if service == "s3" else _REGION,
                properties,
                Source(f"{account}/{service}.json", f"/{number}"),
            )

    def _resource_policy(self, arn: str, service: str, account: str) -> PolicyDocument:
        source = f"{account}/policy-of-{arn.rsplit(':', 1)[-1]}.json"
        dice = self.random.random()
        covered = [arn, f"{arn}/*"] if service == "s3" else arn
        if service == "kms":
            root = {"AWS": f"arn:aws:iam::{account}:root"}
            return Present(_policy(source, _allow("kms:*", "*", Principal=root)))
        actions = _READS[service]
        if dice < 0.01:
            return Present(_policy(source, _allow(actions, covered, Principal="*")))
        if dice < 0.04:
            condition = {"StringEquals": {"aws:PrincipalOrgID": _ORGANIZATION}}
            return Present(_policy(source, _allow(actions, covered, Principal="*", Condition=condition)))
        if dice < 0.07:
            other = self.random.choice(self.accounts)
            principal = {"AWS": f"arn:aws:iam::{other}:root"}
            return Present(_policy(source, _allow(actions, covered, Principal=principal)))
        if dice < 0.25:
            principal = {"Service": "events.amazonaws.com"}
            condition = {"StringEquals": {"aws:SourceAccount": account}}
            return Present(
                _policy(source, _allow(_WRITES[service], covered, Principal=principal, Condition=condition))
            )
        if dice < 0.30:
            deny = {
                "Effect": "Deny", "Principal": "*", "Action": f"{service}:*", "Resource": covered,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }  # fmt: skip
            return Present(_policy(source, deny))
        return Absent()

    # --- principals -----------------------------------------------------------------------------------------------

    def role_arns(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {account: [] for account in self.accounts}
        for number in range(self.size.principals):
            if number % 10:
                account = self.accounts[number % len(self.accounts)]
                found[account].append(f"arn:aws:iam::{account}:role/role-{number:06d}")
        return found

    def principals(self, owned: dict[str, list[Resource]]) -> Iterator[Principal]:
        trusts = self._trusts()
        for number in range(self.size.principals):
            account = self.accounts[number % len(self.accounts)]
            is_role = bool(number % 10)
            name = f"{'role' if is_role else 'user'}-{number:06d}"
            kind = PrincipalKind.ROLE if is_role else PrincipalKind.USER
            yield Principal(
                kind,
                f"arn:aws:iam::{account}:{kind.value}/{name}",
                account,
                name,
                "/",
                Source(f"{account}/iam.json", f"/{number}"),
                identity_policies=tuple(self._policies(account, name, number, owned[account])),
                boundary=Present(self.boundary) if number % _PROFILES < 3 else Absent(),
                trust=self.random.choice(trusts[account]) if is_role else Absent(),
                tags={"team": self.random.choice(("a", "b", "c"))},
            )

    def _policies(
        self, account: str, name: str, number: int, owned: list[Resource]
    ) -> Iterator[AttachedPolicy]:
        if self.random.random() < self.size.distinct and owned:
            statements = []
            for resource in self.random.sample(owned, min(len(owned), self.random.randint(1, 4))):
                service = resource.id.split(":")[2]
                table = self.random.choice((_READS, _WRITES))
                arns = [resource.id, f"{resource.id}/*"] if service == "s3" else resource.id
                statements.append(_allow(table[service], arns))
            yield AttachedPolicy("inline", _policy(f"{account}/inline-{name}.json", *statements))
        for shared in self.profiles[number % _PROFILES]:
            yield AttachedPolicy(shared[0], shared[1], f"arn:aws:iam::aws:policy/{shared[0]}")

    def _trusts(self) -> dict[str, list[PolicyDocument]]:
        found: dict[str, list[PolicyDocument]] = {}
        hub = self.accounts[0]
        for account in self.accounts:
            principals: list[dict[str, Any]] = [
                {"Service": "lambda.amazonaws.com"}, {"Service": "lambda.amazonaws.com"},
                {"Service": "ec2.amazonaws.com"}, {"Service": "ecs-tasks.amazonaws.com"},
                {"AWS": f"arn:aws:iam::{account}:root"},
            ]  # fmt: skip
            documents: list[PolicyDocument] = [
                Present(_trust(account, number, principal)) for number, principal in enumerate(principals)
            ]
            documents *= 4
            documents.append(Present(_trust(account, 9, {"AWS": f"arn:aws:iam::{hub}:root"})))
            found[account] = documents
        return found


def _trust(account: str, number: int, principal: dict[str, Any]) -> Policy:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return _policy(f"{account}/trust-{number}.json", statement)


def organization(size: Size) -> Inventory:
    """The organization of a size."""
    maker = _Maker(size)
    resources = tuple(
        sorted(maker.resources(maker.role_arns()), key=lambda resource: (resource.type, resource.id))
    )
    owned: dict[str, list[Resource]] = {account: [] for account in maker.accounts}
    for resource in resources:
        owned[resource.account or ""].append(resource)
    principals = tuple(sorted(maker.principals(owned), key=lambda principal: principal.arn))
    listed = (
        Resource(_IAM[one.kind], one.arn, one.name, one.account, None, {"Path": one.path}, one.source)
        for one in principals
    )
    resources = tuple(sorted((*resources, *listed), key=lambda resource: (resource.type, resource.id)))
    full = AttachedPolicy("FullAWSAccess", _policy("scp/full.json", _allow("*", "*")))
    regions = {"StringNotEquals": {"aws:RequestedRegion": [_REGION, "us-east-1"]}}
    region = _policy(
        "scp/region.json",
        {"Effect": "Deny", "NotAction": ["iam:*", "s3:*"], "Resource": "*", "Condition": regions},
    )
    outside = {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": _ORGANIZATION},
        "Bool": {"aws:PrincipalIsAWSService": "false"},
    }
    perimeter = _policy(
        "rcp/perimeter.json",
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*", "sqs:*", "kms:*"],
            "Resource": "*",
            "Condition": outside,
        },
    )
    places = {}
    for account in maker.accounts:
        service = (
            ControlLevel("r-root", (full, AttachedPolicy("region", region))), ControlLevel(account, (full,)),
        )  # fmt: skip
        places[account] = AccountPlace(
            service, (ControlLevel("r-root", (AttachedPolicy("perimeter", perimeter),)),)
        )
    return Inventory(principals, resources, Organization(_ORGANIZATION, "999999999999", places))
