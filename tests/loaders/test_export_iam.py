from collections.abc import Callable
from typing import Any

from wa_policy.iam.unknown import UnknownKind
from wa_policy.inventory.model import Absent, Inventory, NotExported, Present

Read = Callable[..., Inventory]
A = "arn:aws:iam::111122223333"


def document(action: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
    }


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def role(name: str = "r", **members: Any) -> dict[str, Any]:
    return {
        "Path": "/app/",
        "RoleName": name,
        "RoleId": "AROAEXAMPLE",
        "Arn": f"{A}:role/app/{name}",
        "AssumeRolePolicyDocument": TRUST,
        "InstanceProfileList": [],
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [{"Key": "team", "Value": "shop"}],
        "RoleLastUsed": {"LastUsedDate": "2026-01-02T03:04:05+00:00", "Region": "eu-west-1"},
    } | members


def page(**lists: Any) -> dict[str, Any]:
    return {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []} | lists


def managed(name: str, *actions: str, default: int = 1) -> dict[str, Any]:
    return {
        "PolicyName": name,
        "PolicyId": "ANPAEXAMPLE",
        "Arn": f"{A}:policy/{name}",
        "Path": "/",
        "DefaultVersionId": f"v{default}",
        "AttachmentCount": 1,
        "PolicyVersionList": [
            {"Document": document(action), "VersionId": f"v{n}", "IsDefaultVersion": n == default}
            for n, action in enumerate(actions, 1)
        ],
    }


def attach(*arns: str) -> list[dict[str, str]]:
    return [{"PolicyName": arn.rsplit("/", 1)[1], "PolicyArn": arn} for arn in arns]


def test_a_role_is_a_principal_and_a_resource(read_exports: Read) -> None:
    inline = [{"PolicyName": "own", "PolicyDocument": document("s3:GetObject")}]
    found = read_exports({"d.json": page(RoleDetailList=[role(RolePolicyList=inline)])})
    assert not found.problems
    principal = found.principal(f"{A}:role/app/r")
    assert principal is not None
    assert (principal.account, principal.path, principal.tags) == ("111122223333", "/app/", {"team": "shop"})
    assert principal.last_used == "2026-01-02T03:04:05+00:00"
    assert isinstance(principal.trust, Present)
    assert isinstance(principal.boundary, Absent)
    (policy,) = principal.identity_policies
    assert policy.policy.statements[0].source.pointer == (
        "/RoleDetailList/0/RolePolicyList/0/PolicyDocument/Statement/0"
    )
    (resource,) = found.of_type("AWS::IAM::Role")
    assert resource.property("RoleName") == "r"
    assert resource.property("Tags") == {"team": "shop"}
    assert resource.policy("AssumeRolePolicyDocument") == principal.trust
    assert resource.place("RoleName").pointer == "/RoleDetailList/0/RoleName"
    assert getattr(resource.property("MaxSessionDuration"), "kind", None) is UnknownKind.NOT_EXPORTED


def test_pages_are_merged_and_the_default_version_applies(read_exports: Read) -> None:
    arn = f"{A}:policy/p"
    found = read_exports(
        {
            "a.json": page(
                RoleDetailList=[role(AttachedManagedPolicies=attach(arn))], IsTruncated=True, Marker="m"
            ),
            "b.json": page(Policies=[managed("p", "s3:*", "s3:GetObject", default=1)], IsTruncated=False),
        }
    )
    assert not found.problems
    (policy,) = found.principals[0].identity_policies
    assert (policy.arn, policy.policy.statements[0].action.values) == (arn, ("s3:*",))
    assert found.was_exported("iam.get-account-authorization-details", "111122223333")
    assert found.of_type("AWS::IAM::ManagedPolicy")[0].property("ManagedPolicyName") == "p"


def test_pages_in_one_file_are_merged(read_exports: Read) -> None:
    import json

    pages = json.dumps(page(RoleDetailList=[role("a")])) + json.dumps(page(RoleDetailList=[role("b")]))
    found = read_exports({"d.json": pages.encode()})
    assert [principal.name for principal in found.principals] == ["a", "b"]
    assert found.principals[1].source.pointer == "/1/RoleDetailList/0"


def test_a_missing_last_page_is_a_problem(read_exports: Read) -> None:
    found = read_exports({"d.json": page(RoleDetailList=[role()], IsTruncated=True, Marker="m")})
    assert [problem.code for problem in found.problems] == ["page-missing"]
    assert not found.exported


def test_documents_that_are_not_in_the_export_are_said_to_be_missing(read_exports: Read) -> None:
    aws = "arn:aws:iam::aws:policy/AdministratorAccess"
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": f"{A}:policy/b"}
    found = read_exports(
        {
            "d.json": page(
                RoleDetailList=[role(AttachedManagedPolicies=attach(aws), PermissionsBoundary=boundary)]
            )
        }
    )
    assert not found.problems
    (principal,) = found.principals
    (missing,) = principal.missing
    assert missing.kind is UnknownKind.NOT_EXPORTED
    assert aws in missing.reason
    assert isinstance(principal.boundary, NotExported)
    assert f"{A}:policy/b" in principal.boundary.wanted


def test_a_boundary_is_found_by_its_arn(read_exports: Read) -> None:
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": f"{A}:policy/b"}
    found = read_exports(
        {"d.json": page(RoleDetailList=[role(PermissionsBoundary=boundary)], Policies=[managed("b", "s3:*")])}
    )
    assert isinstance(found.principals[0].boundary, Present)
    assert found.of_type("AWS::IAM::Role")[0].property("PermissionsBoundary") == f"{A}:policy/b"


def user(**members: Any) -> dict[str, Any]:
    return {"Path": "/", "UserName": "u", "UserId": "AIDAEXAMPLE", "Arn": f"{A}:user/u"} | members


def test_a_user_has_the_policies_of_its_groups(read_exports: Read) -> None:
    group = {
        "Path": "/",
        "GroupName": "g",
        "GroupId": "AGPAEXAMPLE",
        "Arn": f"{A}:group/g",
        "GroupPolicyList": [{"PolicyName": "own", "PolicyDocument": document("sqs:*")}],
        "AttachedManagedPolicies": attach(f"{A}:policy/p", f"{A}:policy/gone"),
    }
    found = read_exports(
        {
            "d.json": page(
                UserDetailList=[user(GroupList=["g", "h"])],
                GroupDetailList=[group],
                Policies=[managed("p", "s3:*")],
            )
        }
    )
    principal = found.principal(f"{A}:user/u")
    assert principal is not None
    assert [(policy.name, policy.group) for policy in principal.identity_policies] == [
        ("own", "g"),
        ("p", "g"),
    ]
    reasons = " ".join(missing.reason for missing in principal.missing)
    assert "policy/gone" in reasons
    assert "group `h`" in reasons


def test_malformed_members_are_problems_and_doubts_and_the_rest_is_read(read_exports: Read) -> None:
    found = read_exports(
        {
            "d.json": page(
                RoleDetailList=[
                    role("a", RolePolicyList="none"),
                    role("b", AttachedManagedPolicies=[{"PolicyName": "p"}, 7]),
                    role("c", PermissionsBoundary="b"),
                    "text",
                    {"RoleName": "no-arn"},
                    role("d"),
                ],
                UserDetailList={},
            )
        }
    )
    places = {problem.pointer for problem in found.problems}
    assert places == {
        "/RoleDetailList/0/RolePolicyList",
        "/RoleDetailList/1/AttachedManagedPolicies/0",
        "/RoleDetailList/1/AttachedManagedPolicies/1",
        "/RoleDetailList/2/PermissionsBoundary",
        "/RoleDetailList/3",
        "/RoleDetailList/4",
        "/UserDetailList",
    }
    assert [principal.name for principal in found.principals] == ["a", "b", "c", "d"]
    assert [len(principal.missing) for principal in found.principals] == [1, 2, 0, 0]
    assert isinstance(found.principals[2].boundary, NotExported)


def test_two_exports_that_disagree(read_exports: Read) -> None:
    inline = [{"PolicyName": "own", "PolicyDocument": document("s3:GetObject")}]
    files = {
        "a.json": page(RoleDetailList=[role()]),
        "b.json": page(RoleDetailList=[role()]),
        "c.json": page(RoleDetailList=[role(RolePolicyList=inline)]),
    }
    found = read_exports(files)
    assert {(problem.file, problem.code) for problem in found.problems} == {("x/c.json", "contradiction")}
    assert len(found.principals) == 1


def test_percent_encoded_documents_of_the_api(read_exports: Read) -> None:
    from json import dumps
    from urllib.parse import quote

    found = read_exports(
        {"d.json": page(RoleDetailList=[role(AssumeRolePolicyDocument=quote(dumps(TRUST)))])}
    )
    assert not found.problems
    assert isinstance(found.principals[0].trust, Present)
