"""Puts the organization of fixtures/acme into a server, from the answers in its files."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends

ACME = Path(__file__).resolve().parents[2] / "fixtures" / "acme"
MANAGEMENT = "111122223333"
ACCOUNTS = ("111122223333", "444455556666", "777788889999")
REGION = "eu-west-1"
Client = Callable[[str], Any]


def answers(account: str, place: str, operation: str) -> Iterator[tuple[str, Any]]:
    """The answers of an operation, each with the name in its file name."""
    folder = ACME / account / place
    for file in sorted(folder.glob(f"{operation}.*json")):
        name = file.name.removeprefix(f"{operation}.").removesuffix("json").removesuffix(".")
        yield name, json.loads(file.read_text())


def items(account: str, place: str, operation: str, list_: str) -> Iterator[Any]:
    for _, answer in answers(account, place, operation):
        yield from answer.get(list_, ())


# --- IAM -------------------------------------------------------------------------------------------------------


def seed_iam(account: str, iam: Any) -> None:
    whole: dict[str, list[Any]] = {}
    for _, answer in answers(account, "global", "iam.get-account-authorization-details"):
        for name in ("Policies", "GroupDetailList", "RoleDetailList", "UserDetailList"):
            whole.setdefault(name, []).extend(answer.get(name, ()))
    for policy in {policy["Arn"]: policy for policy in whole["Policies"]}.values():
        if f"::{account}:" not in policy["Arn"]:
            continue  # a policy of AWS is there already
        document = next(v["Document"] for v in policy["PolicyVersionList"] if v["IsDefaultVersion"])
        iam.create_policy(
            PolicyName=policy["PolicyName"], Path=policy["Path"], PolicyDocument=json.dumps(document)
        )
    for group in whole["GroupDetailList"]:
        iam.create_group(GroupName=group["GroupName"], Path=group["Path"])
        for policy in group.get("GroupPolicyList", ()):
            iam.put_group_policy(GroupName=group["GroupName"], **inline(policy))
        for policy in group.get("AttachedManagedPolicies", ()):
            iam.attach_group_policy(GroupName=group["GroupName"], PolicyArn=policy["PolicyArn"])
    for role in whole["RoleDetailList"]:
        seed_role(role, iam)
    for user in whole["UserDetailList"]:
        boundary = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        more = {"PermissionsBoundary": boundary} if boundary else {}
        iam.create_user(UserName=user["UserName"], Path=user["Path"], Tags=user.get("Tags", []), **more)
        for policy in user.get("UserPolicyList", ()):
            iam.put_user_policy(UserName=user["UserName"], **inline(policy))
        for policy in user.get("AttachedManagedPolicies", ()):
            iam.attach_user_policy(UserName=user["UserName"], PolicyArn=policy["PolicyArn"])
        for group in user.get("GroupList", ()):
            iam.add_user_to_group(GroupName=group, UserName=user["UserName"])


def drop_unattached(account: str) -> None:
    """Of the policies of AWS, an answer has only those that are attached; the server has them all."""
    policies = iam_backends[account]["aws"].managed_policies
    for arn in [arn for arn, policy in policies.items() if "::aws:" in arn and not policy.attachment_count]:
        del policies[arn]


def seed_role(role: Mapping[str, Any], iam: Any) -> None:
    name = role["RoleName"]
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    more = {"PermissionsBoundary": boundary} if boundary else {}
    iam.create_role(
        RoleName=name,
        Path=role["Path"],
        AssumeRolePolicyDocument=json.dumps(role["AssumeRolePolicyDocument"]),
        Tags=role.get("Tags", []),
        **more,
    )
    for policy in role.get("RolePolicyList", ()):
        iam.put_role_policy(RoleName=name, **inline(policy))
    for policy in role.get("AttachedManagedPolicies", ()):
        iam.attach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for profile in role.get("InstanceProfileList", ()):
        iam.create_instance_profile(InstanceProfileName=profile["InstanceProfileName"], Path=profile["Path"])
        iam.add_role_to_instance_profile(InstanceProfileName=profile["InstanceProfileName"], RoleName=name)


def inline(policy: Mapping[str, Any]) -> dict[str, str]:
    return {"PolicyName": policy["PolicyName"], "PolicyDocument": json.dumps(policy["PolicyDocument"])}


# --- resources -------------------------------------------------------------------------------------------------


def code() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): pass")
    return stream.getvalue()


def seed_region(account: str, client: Client) -> None:
    seed_functions(account, client("lambda"))
    sqs, sns, kms, secrets = client("sqs"), client("sns"), client("kms"), client("secretsmanager")
    for name, answer in answers(account, REGION, "sqs.get-queue-attributes"):
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        if "Policy" in answer["Attributes"]:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": answer["Attributes"]["Policy"]})
    for name, answer in answers(account, REGION, "sns.get-topic-attributes"):
        arn = sns.create_topic(Name=name)["TopicArn"]
        if "Policy" in answer["Attributes"]:
            sns.set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=answer["Attributes"]["Policy"]
            )
    for _, answer in answers(account, REGION, "kms.get-key-policy"):
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.put_key_policy(
            KeyId=key, PolicyName="default", Policy=answer["Policy"], BypassPolicyLockoutSafetyCheck=True
        )
    for secret in items(account, REGION, "secretsmanager.list-secrets", "SecretList"):
        secrets.create_secret(Name=secret["Name"], SecretString="x")  # made up
    for name, answer in answers(account, REGION, "secretsmanager.get-resource-policy"):
        if "ResourcePolicy" in answer:
            secrets.put_resource_policy(
                SecretId=answer.get("Name", name), ResourcePolicy=answer["ResourcePolicy"]
            )
    gateway = client("apigateway")
    for api in items(account, REGION, "apigateway.get-rest-apis", "items"):
        policy = {"policy": api["policy"].replace('\\"', '"')} if "policy" in api else {}
        gateway.create_rest_api(
            name=api["name"],
            endpointConfiguration=api.get("endpointConfiguration", {"types": ["EDGE"]}),
            **policy,
        )


def seed_functions(account: str, lambda_: Any) -> None:
    for function in items(account, REGION, "lambda.list-functions", "Functions"):
        lambda_.create_function(
            FunctionName=function["FunctionName"],
            Runtime=function.get("Runtime", "python3.13"),
            Role=function["Role"],
            Handler=function.get("Handler", "app.handler"),
            Code={"ZipFile": code()},
        )
    for name, answer in answers(account, REGION, "lambda.get-policy"):
        if "Policy" not in answer or "@" in name:
            continue
        # Statements that AddPermission cannot make were put in by other means; the server takes them as they are.
        function = lambda_backends[account][REGION].get_function(name)
        function.policy.statements = json.loads(answer["Policy"])["Statement"]


def seed_buckets(account: str, s3: Any) -> None:
    for bucket in items(account, "global", "s3api.list-buckets", "Buckets"):
        s3.create_bucket(Bucket=bucket["Name"], CreateBucketConfiguration={"LocationConstraint": REGION})
    for name, answer in answers(account, "global", "s3api.get-bucket-policy"):
        if "Policy" in answer:
            s3.put_bucket_policy(Bucket=name, Policy=answer["Policy"])


# --- organization ----------------------------------------------------------------------------------------------


def seed_organization(client: Any) -> None:
    """The units, the accounts in them and the policies at them; AWS makes up most ids."""
    client.create_organization(FeatureSet="ALL")
    (root,) = client.list_roots()["Roots"]
    (theirs,) = items(MANAGEMENT, "global", "organizations.list-roots", "Roots")
    places = {theirs["Id"]: root["Id"]}
    kinds = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
    for kind in kinds:
        client.enable_policy_type(RootId=root["Id"], PolicyType=kind)
    units = dict(answers(MANAGEMENT, "global", "organizations.list-organizational-units-for-parent"))
    pending = [theirs["Id"]]
    while pending:
        parent = pending.pop()
        for unit in units.get(parent, {}).get("OrganizationalUnits", ()):
            made = client.create_organizational_unit(ParentId=places[parent], Name=unit["Name"])
            places[unit["Id"]] = made["OrganizationalUnit"]["Id"]
            pending.append(unit["Id"])
    for account in items(MANAGEMENT, "global", "organizations.list-accounts", "Accounts"):
        if account["Id"] != MANAGEMENT:
            join(client, account)
    for parent, answer in answers(MANAGEMENT, "global", "organizations.list-accounts-for-parent"):
        for account in answer.get("Accounts", ()):
            if places[parent] != root["Id"]:
                client.move_account(
                    AccountId=account["Id"], SourceParentId=root["Id"], DestinationParentId=places[parent]
                )
    targets = dict(answers(MANAGEMENT, "global", "organizations.list-targets-for-policy"))
    for name, answer in answers(MANAGEMENT, "global", "organizations.describe-policy"):
        policy = answer["Policy"]
        summary = policy["PolicySummary"]
        id_ = name
        if not summary["AwsManaged"]:
            made = client.create_policy(
                Name=summary["Name"],
                Description=summary.get("Description", ""),
                Type=summary["Type"],
                Content=policy["Content"],
            )
            id_ = made["Policy"]["PolicySummary"]["Id"]
        for target in targets.get(name, {}).get("Targets", ()):
            with suppress(client.exceptions.DuplicatePolicyAttachmentException):
                client.attach_policy(
                    PolicyId=id_, TargetId=places.get(target["TargetId"], target["TargetId"])
                )


def join(client: Any, account: Mapping[str, Any]) -> None:
    """An account of that id; CreateAccount makes one up, so it is put in its place."""
    status = client.create_account(Email=account["Email"], AccountName=account["Name"])["CreateAccountStatus"]
    backend = organizations_backends[MANAGEMENT]["aws"]
    made = next(one for one in backend.accounts if one.id == status["AccountId"])
    made.id = account["Id"]


def seed(session_in: Callable[[str], Any], endpoint: str) -> None:
    """All of acme; `session_in` gives a session in an account."""
    for account in ACCOUNTS:
        session = session_in(account)

        def client(service: str, session: Any = session) -> Any:
            return session.client(service, region_name=REGION, endpoint_url=endpoint)

        seed_iam(account, client("iam"))
        drop_unattached(account)
        seed_region(account, client)
        seed_buckets(account, client("s3"))
    seed_organization(
        session_in(MANAGEMENT).client("organizations", region_name="us-east-1", endpoint_url=endpoint)
    )
