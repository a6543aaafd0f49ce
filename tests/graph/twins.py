"""Random organizations in which many principals and resources are alike, and many nearly so: told apart by one fact."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from tests.graph.webs import ABROAD, HOME, OUTSIDE, Statement, allow, deny, inventory, policy, trust
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    POLICY_PROPERTY,
    Absent,
    AccountPlace,
    Answer,
    AttachedPolicy,
    ControlLevel,
    Inventory,
    NotExported,
    Organization,
    PolicyDocument,
    Present,
    Principal,
    PrincipalKind,
    PropertyValue,
    Resource,
)

Value = TypeVar("Value")

REGION = "eu-west-1"
_ROLES = "arn:aws:iam::111122223333:role"
_COMPUTE = [
    "lambda:*", "ec2:*", "ecs:*", "cloudformation:*", "codebuild:*", "glue:*", "iam:PassRole", "ssm:*", "states:*",
    "apprunner:*", "datapipeline:*", "codedeploy:*",
]  # fmt: skip


def _is(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


STATEMENTS: tuple[tuple[Statement, ...], ...] = (
    (allow(_COMPUTE),),
    (allow(_COMPUTE, **_is("StringLike", "aws:PrincipalArn", "*/a*", "*-1")),),
    (allow(_COMPUTE), deny("iam:PassRole", f"{_ROLES}/a*")),
    (allow("*", **_is("StringEquals", "aws:PrincipalTag/team", "red")),),
    (
        allow(
            ["lambda:*", "iam:PassRole"], **_is("StringEquals", "iam:PassedToService", "lambda.amazonaws.com")
        ),
    ),
    (
        allow("iam:PassRole", **_is("StringEquals", "iam:ResourceTag/team", "red")),
        allow(["ec2:*", "lambda:*"]),
    ),
    (allow(["iam:*"], f"{_ROLES}/team/*"), allow("sts:AssumeRole", f"{_ROLES}/team/*")),
    (allow(["iam:PutUserPolicy", "iam:CreateAccessKey"], "arn:aws:iam::111122223333:user/${aws:username}"),),
    (allow(["iam:*Login*", "iam:*AccessKey"], "*", **_is("StringEquals", "aws:ResourceTag/team", "blue")),),
    (
        allow(
            "iam:*",
            **_is("StringEquals", "iam:PermissionsBoundary", "arn:aws:iam::111122223333:policy/fence"),
        ),
    ),
    (allow("iam:*", **_is("Null", "iam:PermissionsBoundary", "true")),),
    (allow(["iam:*Policy*", "iam:AddUserToGroup", "iam:PutGroupPolicy"]),),
    (
        allow("iam:UpdateAssumeRolePolicy"),
        deny("sts:AssumeRole", **_is("StringLike", "aws:userid", "AROA1:*")),
    ),
    (allow("sts:AssumeRole", f"{_ROLES}/*${{aws:PrincipalTag/team, 'x'}}*"),),
    (
        allow(
            ["ec2:RunInstances", "iam:PassRole"],
            **_is("ArnLike", "ec2:InstanceProfile", "arn:aws:iam::*:*/profile-0"),
        ),
    ),
    (allow(["ecs:*", "iam:PassRole"], **_is("ArnLike", "ecs:cluster", "arn:aws:ecs:*:*:*/cluster-0")),),
    (
        allow(
            ["cloudformation:*", "iam:PassRole"],
            **_is("ArnLike", "cloudformation:RoleArn", "arn:aws:iam::*:role/*-1"),
        ),
    ),
    (allow(["lambda:*"], "arn:aws:lambda:*:*:function:f-0*"), allow("iam:PassRole")),
    (allow("*", **_is("Bool", "aws:MultiFactorAuthPresent", "true")),),
    (allow("*"), deny("iam:*", **_is("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/team/*"))),
    (allow("sso:*"), allow("sts:AssumeRole")),
    (allow("*"),),
    (allow("s3:GetObject"),),
    (deny("iam:DeleteUser"), allow("iam:D*User*", "*")),
    (allow("iam:*PermissionsBoundary", "arn:aws:iam::111122223333:user/a*"),),
    (allow("iam:*PolicyVersion", "arn:aws:iam::111122223333:policy/shared-0"),),
    (allow("lambda:*", "arn:aws:lambda:*:*:function:x-*"), allow("iam:PassRole")),
    (allow("lambda:*", "arn:aws:lambda:*:*:function:y-*"),),
    (allow("iam:*", f"{_ROLES}/a*"), allow("iam:*", "arn:aws:iam::111122223333:user/a*")),
    (allow("iam:*Policy", "*", **_is("ArnLike", "iam:PermissionsBoundary", "arn:aws:iam::*:policy/fence")),),
)
_IN_TURN = (
    STATEMENTS[-4],
    STATEMENTS[-3],
)
"""Policies of which the order decides which resource is chosen."""
TRUSTS: tuple[PolicyDocument | tuple[Statement, ...], ...] = (
    (trust({"Service": "lambda.amazonaws.com"}),),
    (trust({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}),),
    (trust({"Service": ["cloudformation.amazonaws.com", "datapipeline.amazonaws.com"]}),),
    (trust({"AWS": HOME}),),
    (trust({"AWS": [HOME, ABROAD]}),),
    (trust({"AWS": f"{_ROLES}/a-0"}), trust({"Service": "codebuild.amazonaws.com"})),
    (trust({"AWS": HOME}, **_is("StringEquals", "aws:PrincipalTag/team", "red")),),
    (trust({"AWS": OUTSIDE}),),
    (trust("*", **_is("StringEquals", "sts:ExternalId", "seven")),),
    NotExported("iam get-role"),
    Absent(),
)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        # A few of the policies only, so that several principals have the same.
        self.kinds = [
            self.random.sample(STATEMENTS, self.random.choice((1, 1, 2)))
            for _ in range(self.random.randint(1, 3))
        ]
        self.trusts = self.random.sample(TRUSTS, 2)
        if self.random.random() < 0.1:
            self.kinds[0] = list(_IN_TURN)
            self.trusts[0] = TRUSTS[0]

    def mostly(self, usual: Value, *others: Value) -> Value:
        """The usual value, or now and then another one."""
        return self.random.choice(others) if self.random.random() < 0.25 else usual

    def principal(self, kind: PrincipalKind, number: int, account: str) -> tuple[Principal, Resource]:
        random = self.random
        name = f"g-{number}" if kind is PrincipalKind.GROUP else f"{self.mostly('a', 'b')}-{number}"
        path = self.mostly("/", "/team/", "/aws-reserved/sso.amazonaws.com/")
        if kind is not PrincipalKind.ROLE:
            path = "/"
        arn = f"arn:aws:iam::{account}:{kind.value}{path}{name}"
        managed = (f"arn:aws:iam::{owner}:policy/shared-{n}" for owner in (account, "aws") for n in range(2))
        shared = self.mostly(None, *managed)
        attached = [
            AttachedPolicy(
                f"{name}-{place}", policy(*statements, file=f"{name}-{place}.json"), None if place else shared
            )
            for place, statements in enumerate(self.mostly(self.kinds[0], *self.kinds))
        ]
        random.shuffle(attached)
        limits = self.mostly(None, (allow("*"),), (allow(["iam:*", "lambda:*"]),))
        boundary: PolicyDocument = Absent()
        properties: dict[str, PropertyValue] = {"Path": path}
        if limits is not None:
            boundary = Present(policy(*limits, file="boundary.json"))
            properties["PermissionsBoundary"] = (
                f"arn:aws:iam::{account}:policy/{random.choice(('fence', 'wall'))}"
            )
        groups: tuple[str, ...] = ()
        if kind is PrincipalKind.USER:
            unread = Unknown(UnknownKind.NOT_EXPORTED, f"iam get-login-profile for `{name}`")
            properties["LoginProfile"] = self.mostly(None, "2024-01-01", unread)
            groups = self.mostly((), ("g-0",), ("g-1",))
        said = self.mostly(self.trusts[0], *self.trusts)
        document = Present(policy(*said, file=f"trust-{name}.json")) if isinstance(said, tuple) else said
        principal = Principal(
            kind, arn, account, name, path, Source(f"{name}.json"),
            unique_id=self.mostly("AROA1", "AROA2"),
            identity_policies=tuple(attached),
            missing=(Unknown(UnknownKind.NOT_EXPORTED, "a policy"),) if random.random() < 0.05 else (),
            boundary=boundary,
            trust=document if kind is PrincipalKind.ROLE else Absent(),
            groups=groups,
            instance_profiles=self.profiles(account) if kind is PrincipalKind.ROLE else (),
            tags=self.mostly({}, {"team": "red"}, {"team": "blue"}, {"other": str(number)}),
        )  # fmt: skip
        type_ = f"AWS::IAM::{kind.value.capitalize()}"
        return principal, Resource(type_, arn, name, account, None, properties, Source(f"{name}.json"))

    def profiles(self, account: str) -> tuple[str, ...]:
        number = self.random.randint(0, 3)
        return (f"arn:aws:iam::{account}:instance-profile/profile-{number}",) if number < 2 else ()

    def resources(self, roles: list[Principal]) -> list[Resource]:
        random = self.random
        found = []
        for number in range(6):
            role = random.choice(roles)
            grants: list[PolicyDocument] = [
                Absent(),
                Absent(),
                NotExported(f"lambda get-policy for `f-{number}`"),
                Present(
                    policy(
                        allow("lambda:*", "*", Principal={"Service": "s3.amazonaws.com"}), file=f"f-{number}"
                    )
                ),
            ]
            found.append(
                self.resource(
                    "AWS::Lambda::Function", f"lambda:{REGION}:{HOME}:function:f-{number}",
                    {"Role": role.arn, POLICY_PROPERTY: random.choice(grants)},
                )
            )  # fmt: skip
        profile: PropertyValue = random.choice(
            ("profile-0", "profile-1", Unknown(UnknownKind.UNRESOLVED, "a profile"))
        )
        found.append(
            self.resource(
                "AWS::EC2::Instance",
                f"ec2:{REGION}:{HOME}:instance/i-{number}",
                {"IamInstanceProfile": profile},
            )
        )
        for number in range(2):
            role = random.choice(roles)
            found += [
                self.resource(
                    "AWS::CloudFormation::Stack", f"cloudformation:{REGION}:{HOME}:stack/s-{number}/1",
                    {"RoleARN": role.arn},
                ),
                self.resource("AWS::ECS::Cluster", f"ecs:{REGION}:{HOME}:cluster/cluster-{number}", {}),
                self.resource(
                    "AWS::CodeBuild::Project", f"codebuild:{REGION}:{HOME}:project/p-{number}",
                    {"ServiceRole": role.arn, "BuildBatchConfig": random.choice(({}, None))},
                ),
            ]  # fmt: skip
        return found

    def resource(self, type_: str, arn: str, properties: dict[str, PropertyValue]) -> Resource:
        return Resource(
            type_, f"arn:aws:{arn}", arn.rsplit(":", 1)[-1], HOME, REGION, properties, Source(f"{arn}.json")
        )

    def organization(self) -> Organization | None:
        random = self.random
        limits = random.choice(
            (
                (), (), (deny("iam:*", **_is("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:*/b-*")),),
                (deny("lambda:*", **_is("StringNotEquals", "aws:RequestedRegion", REGION)),),
            )
        )  # fmt: skip
        controls = random.choice(((), (), ({**deny("sts:AssumeRole", f"{_ROLES}/a*"), "Principal": "*"},)))
        if random.random() < 0.3:
            return None
        full = AttachedPolicy("FullAWSAccess", policy(allow("*"), file="full.json"))
        scp = (full, *([AttachedPolicy("scp", policy(*limits, file="scp.json"))] if limits else []))
        rcp = tuple([AttachedPolicy("rcp", policy(*controls, file="rcp.json"))] if controls else [])
        place = AccountPlace((ControlLevel("r-root", scp),), (ControlLevel("r-root", rcp),))
        return Organization(
            "o-example1234", random.choice((HOME, "222233334444")), {HOME: place, ABROAD: place}
        )


_OPERATIONS = (
    "autoscaling.describe-auto-scaling-groups", "cloudformation.list-stacks", "codebuild.list-projects",
    "ec2.describe-instances", "ec2.describe-launch-template-versions", "ecs.list-clusters", "glue.get-jobs",
    "lambda.list-functions",
)  # fmt: skip


def organization_of_twins(seed: int) -> Inventory:
    """The organization of a seed."""
    maker = _Maker(seed)
    pairs = [maker.principal(PrincipalKind.ROLE, number, HOME) for number in range(9)]
    pairs += [maker.principal(PrincipalKind.USER, number, HOME) for number in range(5)]
    pairs += [maker.principal(PrincipalKind.GROUP, number, HOME) for number in range(2)]
    pairs += [maker.principal(PrincipalKind.ROLE, number, ABROAD) for number in range(2)]
    principals = [principal for principal, _ in pairs]
    roles = [one for one in principals if one.kind is PrincipalKind.ROLE and one.account == HOME]
    found = inventory(within=maker.organization())
    resources = [*(resource for _, resource in pairs), *maker.resources(roles)]
    exported = tuple(Answer(operation, HOME) for operation in _OPERATIONS if maker.random.random() < 0.7)
    return replace(
        found,
        principals=tuple(sorted(principals, key=lambda one: one.arn)),
        resources=tuple(sorted(resources, key=lambda one: (one.type, one.id))),
        exported=exported,
    )
