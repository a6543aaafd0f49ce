import json
from collections.abc import Callable
from typing import Any

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import (
    AccountPlace,
    Assumptions,
    ControlLevel,
    Inventory,
    NoOrganization,
    NotExported,
    Organization,
)

Read = Callable[..., Inventory]
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
ROOT, UNIT, ACCOUNT, MANAGEMENT = "r-ab12", "ou-ab12-cd34ef56", "444455556666", "111122223333"
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}


def summary(id_: str, type_: str) -> dict[str, Any]:
    return {
        "Id": id_,
        "Arn": f"arn:aws:organizations::1:policy/{id_}",
        "Name": f"name of {id_}",
        "Type": type_,
    }


def target(id_: str) -> dict[str, str]:
    return {"TargetId": id_, "Arn": "a", "Name": "n", "Type": "t"}


def export() -> dict[str, Any]:
    return {
        "organizations.describe-organization.json": {
            "Organization": {"Id": "o-abcdefghij", "FeatureSet": "ALL", "MasterAccountId": MANAGEMENT}
        },
        "organizations.list-roots.json": {
            "Roots": [
                {
                    "Id": ROOT,
                    "Name": "Root",
                    "PolicyTypes": [{"Type": SCP, "Status": "ENABLED"}, {"Type": RCP, "Status": "ENABLED"}],
                }
            ]
        },
        f"organizations.list-organizational-units-for-parent.{ROOT}.json": {
            "OrganizationalUnits": [{"Id": UNIT, "Name": "prod"}]
        },
        "organizations.list-accounts.json": {"Accounts": [{"Id": ACCOUNT, "Name": "shop"}]},
        f"organizations.list-accounts-for-parent.{UNIT}.json": {
            "Accounts": [{"Id": ACCOUNT, "Name": "shop"}]
        },
        f"organizations.list-policies.{SCP}.json": {
            "Policies": [summary("p-FullAWSAccess", SCP), summary("p-guard123", SCP)]
        },
        "organizations.describe-policy.p-guard123.json": {
            "Policy": {"PolicySummary": summary("p-guard123", SCP), "Content": json.dumps(DENY)}
        },
        "organizations.list-targets-for-policy.p-FullAWSAccess.json": {
            "Targets": [target(ROOT), target(UNIT), target(ACCOUNT)]
        },
        "organizations.list-targets-for-policy.p-guard123.json": {"Targets": [target(UNIT)]},
    }


def place(found: Inventory, account: str = ACCOUNT) -> AccountPlace:
    assert isinstance(found.organization, Organization)
    return found.organization.places[account]


def names(levels: tuple[ControlLevel, ...] | Unknown) -> dict[str, list[str]]:
    assert not isinstance(levels, Unknown)
    return {level.target: [policy.name for policy in level.policies] for level in levels}


def test_levels_from_the_root_to_the_account(read_exports: Read) -> None:
    found = read_exports(export())
    assert not found.problems
    assert isinstance(found.organization, Organization)
    assert (found.organization.id, found.organization.management_account) == ("o-abcdefghij", MANAGEMENT)
    assert place(found).name == "shop"
    # The document of FullAWSAccess was not exported: it is known.
    assert names(place(found).service_control) == {
        ROOT: ["FullAWSAccess"],
        UNIT: ["FullAWSAccess", "name of p-guard123"],
        ACCOUNT: ["FullAWSAccess"],
    }


def test_no_export_of_resource_control_policies(read_exports: Read) -> None:
    resource_control = place(read_exports(export())).resource_control
    assert isinstance(resource_control, Unknown)
    assert f"list-policies --filter {RCP}" in resource_control.reason


def test_resource_control_policies(read_exports: Read) -> None:
    files = export() | {
        f"organizations.list-policies.{RCP}.json": {"Policies": [summary("p-RCPFullAWSAccess", RCP)]}
    }
    levels = names(place(read_exports(files)).resource_control)
    assert levels == {level: ["RCPFullAWSAccess"] for level in (ROOT, UNIT, ACCOUNT)}


def test_a_policy_type_that_is_not_enabled(read_exports: Read) -> None:
    files = export()
    files["organizations.list-roots.json"]["Roots"][0]["PolicyTypes"].pop()
    found = read_exports(files)
    assert place(found).resource_control == ()
    assert names(place(found).service_control)


def missing(read_exports: Read, without: str) -> str:
    files = export()
    del files[without]
    service_control = place(read_exports(files)).service_control
    assert isinstance(service_control, Unknown)
    return service_control.reason


def test_a_missing_document(read_exports: Read) -> None:
    reason = missing(read_exports, "organizations.describe-policy.p-guard123.json")
    assert reason == "organizations describe-policy for `p-guard123`"


def test_missing_targets(read_exports: Read) -> None:
    reason = missing(read_exports, "organizations.list-targets-for-policy.p-guard123.json")
    assert reason == "organizations list-targets-for-policy for `p-guard123`"


def test_a_missing_list(read_exports: Read) -> None:
    assert f"list-policies --filter {SCP}" in missing(read_exports, f"organizations.list-policies.{SCP}.json")


def test_a_missing_parent(read_exports: Read) -> None:
    reason = missing(read_exports, f"organizations.list-organizational-units-for-parent.{ROOT}.json")
    assert UNIT in reason


def test_parents_by_other_calls(read_exports: Read) -> None:
    files = export()
    del files[f"organizations.list-organizational-units-for-parent.{ROOT}.json"]
    del files[f"organizations.list-accounts-for-parent.{UNIT}.json"]
    files[f"organizations.list-parents.{ACCOUNT}.json"] = {
        "Parents": [{"Id": UNIT, "Type": "ORGANIZATIONAL_UNIT"}]
    }
    files[f"organizations.list-children.{ROOT}.json"] = {
        "Children": [{"Id": UNIT, "Type": "ORGANIZATIONAL_UNIT"}]
    }
    assert list(names(place(read_exports(files)).service_control)) == [ROOT, UNIT, ACCOUNT]


def test_parents_by_the_paths_of_accounts(read_exports: Read) -> None:
    files = export()
    del files[f"organizations.list-organizational-units-for-parent.{ROOT}.json"]
    del files[f"organizations.list-accounts-for-parent.{UNIT}.json"]
    files["organizations.list-accounts.json"]["Accounts"][0]["Paths"] = [f"o-abcdefghij/{ROOT}/{UNIT}/"]
    assert list(names(place(read_exports(files)).service_control)) == [ROOT, UNIT, ACCOUNT]


def test_two_parents(read_exports: Read) -> None:
    files = export()
    files[f"organizations.list-accounts-for-parent.{ROOT}.json"] = {"Accounts": [{"Id": ACCOUNT}]}
    service_control = place(read_exports(files)).service_control
    assert isinstance(service_control, Unknown)
    assert "several parents" in service_control.reason


def test_pages_of_targets_add_up(read_exports: Read) -> None:
    files = export()
    name = "organizations.list-targets-for-policy.p-FullAWSAccess"
    del files[f"{name}.json"]
    files[f"{name}.page-1.json"] = {"Targets": [target(ROOT)], "NextToken": "t"}
    assert isinstance(place(read_exports(files)).service_control, Unknown)
    files[f"{name}.page-2.json"] = {"Targets": [target(UNIT), target(ACCOUNT)]}
    found = read_exports(files)
    assert not found.problems
    assert names(place(found).service_control)[ACCOUNT] == ["FullAWSAccess"]


def test_targets_of_no_known_policy(read_exports: Read) -> None:
    found = read_exports({"t.json": {"Targets": [target(ROOT)]}})
    assert [problem.code for problem in found.problems] == ["resource-unknown"]


def test_without_an_organization(read_exports: Read) -> None:
    error = {"Error": {"Code": "AWSOrganizationsNotInUseException", "Message": "no"}}
    found = read_exports({"organizations.describe-organization.json": error})
    assert found.organization == NoOrganization()
    assert not found.problems


def test_nothing_about_an_organization(read_exports: Read) -> None:
    assert isinstance(read_exports({"a.json": {"Functions": []}}).organization, NotExported)
    assumed = read_exports({"a.json": {"Functions": []}}, assume=Assumptions(no_organization=True))
    assert assumed.organization == NoOrganization()


def test_malformed_members(read_exports: Read) -> None:
    files = export()
    files["organizations.list-accounts.json"]["Accounts"] += ["text", {"Id": 7}, {"Id": "12"}]
    found = read_exports(files)
    assert [problem.pointer for problem in found.problems] == [
        "/Accounts/1",
        "/Accounts/2/Id",
        "/Accounts/3/Id",
    ]
    assert names(place(found).service_control)
