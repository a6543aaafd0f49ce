"""The fixture organization is what its generator writes, and its ledger is complete in itself."""

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "fixtures" / "make_acme.py"
RULES = {
    "lambda-permission-service-source",
    "lambda-permission-source-wide",
    "lambda-policy-public",
    "lambda-permission-untrusted-account",
    "apigw-resource-policy-open",
    "apigw-policy-sourceip-sane",
    "lambda-vpc-deploy-guard",
    "lambda-role-wildcard-actions",
    "lambda-role-wildcard-resources",
    "lambda-role-admin",
    "lambda-role-passrole-scoped",
    "role-trust-public",
    "role-trust-oidc-subject",
    "respol-public",
    "lambda-role-privilege-escalation",
    "lambda-role-no-self-update",
    "lambda-role-not-shared",
    "trigger-recursion",
}


def load_script() -> Any:
    spec = importlib.util.spec_from_file_location("make_acme", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE_ACME = load_script()
WHOLE = MAKE_ACME.build(frozenset())
SWITCHES: list[str] = WHOLE.switches


def files(directory: Path) -> dict[str, bytes]:
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


def run(out: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, SCRIPT, "--out", out, *arguments], check=True, cwd=out.parent)


def committed(name: str) -> Any:
    return yaml.safe_load((ROOT / "fixtures" / name).read_text(encoding="utf-8"))


def exported(pattern: str) -> list[Any]:
    return [
        json.loads(p.read_text(encoding="utf-8")) for p in sorted((ROOT / "fixtures" / "acme").glob(pattern))
    ]


def details(key: str) -> list[Any]:
    return [
        item
        for page in exported("*/global/iam.get-account-authorization-details*.json")
        for item in page[key]
    ]


def test_two_runs_and_the_committed_fixture_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(tmp_path / name)
    assert files(tmp_path / "one") == files(tmp_path / "two") == files(ROOT / "fixtures" / "acme")
    ledgers = [
        tmp_path / "one.faults.yaml",
        tmp_path / "two.faults.yaml",
        ROOT / "fixtures" / "acme.faults.yaml",
    ]
    assert len({p.read_bytes() for p in ledgers}) == 1


def test_the_readme_is_the_ledger() -> None:
    assert (ROOT / "fixtures" / "README.md").read_text(encoding="utf-8") == MAKE_ACME.readme(WHOLE)


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_changes_one_file_and_takes_its_fault_off_the_ledger(switch: str) -> None:
    other = MAKE_ACME.build(frozenset({switch}))
    assert other.files.keys() == WHOLE.files.keys()
    changed = [name for name, body in other.files.items() if body != WHOLE.files[name]]
    assert 1 <= len(changed) <= 2, changed  # the two pages of prod hold a role and its policies
    assert other.faults == [f for f in WHOLE.faults if f["switch"] != switch]
    assert other.decoys == WHOLE.decoys


def test_without_can_be_repeated_and_never_touches_the_committed_fixture(tmp_path: Path) -> None:
    arguments = [word for switch in SWITCHES for word in ("--without", switch)]
    run(tmp_path / "good", *arguments)
    assert yaml.safe_load((tmp_path / "good.faults.yaml").read_text(encoding="utf-8"))["faults"] == []
    with pytest.raises(SystemExit, match="no such switch: nonsense"):
        MAKE_ACME.build(frozenset({"nonsense"}))
    refused = subprocess.run(
        [sys.executable, SCRIPT, "--without", SWITCHES[0]], check=False, capture_output=True
    )
    assert refused.returncode == 2


def test_the_ledger_has_two_faults_and_two_decoys_for_each_rule() -> None:
    ledger = committed("acme.faults.yaml")
    faults = Counter(rule for f in ledger["faults"] for rule in {row["rule"] for row in f["findings"]})
    decoys = Counter(d["rule"] for d in ledger["decoys"])
    assert faults.keys() == decoys.keys() == RULES
    assert min(faults.values()) >= 2
    assert min(decoys.values()) >= 2
    assert len(ledger["faults"]) == len(SWITCHES) >= 28
    findings = [(row["rule"], row["subject"]) for f in ledger["faults"] for row in f["findings"]]
    silent = [(d["rule"], d["subject"]) for d in ledger["decoys"]]
    assert len(findings) == len(set(findings))
    assert not set(findings) & set(silent)
    assert len({d["name"] for d in ledger["decoys"]}) == len(ledger["decoys"])


def test_every_subject_of_the_ledger_was_exported() -> None:
    ledger = committed("acme.faults.yaml")
    text = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "fixtures" / "acme").rglob("*.json"))
    rows = [row for f in ledger["faults"] for row in f["findings"]] + ledger["decoys"]
    for row in rows:
        subject: str = row["subject"]
        wanted = subject.rsplit("/", 1)[1] if ":apigateway:" in subject else subject
        assert wanted in text, subject


def test_the_organization_has_the_size_it_claims() -> None:
    accounts = {p.name for p in (ROOT / "fixtures" / "acme").iterdir() if p.is_dir()}
    assert accounts == {"111122223333", "444455556666", "777788889999"}
    assert {a["Id"] for a in exported("*/global/organizations.list-accounts.json")[0]["Accounts"]} == accounts
    principals = details("UserDetailList") + details("GroupDetailList") + details("RoleDetailList")
    assert 55 <= len(principals) <= 70
    assert len({p["Arn"] for p in principals}) == len(principals)
    functions = [f for page in exported("*/*/lambda.list-functions.json") for f in page["Functions"]]
    assert len(functions) == 25
    assert {f["Role"] for f in functions} <= {r["Arn"] for r in details("RoleDetailList")}


def test_every_function_bucket_and_secret_has_an_answer_about_its_policy() -> None:
    acme = ROOT / "fixtures" / "acme"
    for page in acme.glob("*/*/lambda.list-functions.json"):
        for function in json.loads(page.read_text(encoding="utf-8"))["Functions"]:
            answer = page.with_name(f"lambda.get-policy.{function['FunctionName']}.json")
            body = json.loads(answer.read_text(encoding="utf-8"))
            assert body.keys() in ({"Policy", "RevisionId"}, {"Error"})
    for page in acme.glob("*/global/s3api.list-buckets.json"):
        for bucket in json.loads(page.read_text(encoding="utf-8"))["Buckets"]:
            assert page.with_name(f"s3api.get-bucket-policy.{bucket['Name']}.json").is_file()


def test_what_lies_around_the_functions_was_exported() -> None:
    """Of each function, API, queue and bucket the settings that other calls tell; what is named is there."""
    acme = ROOT / "fixtures" / "acme"
    missing = []
    for account in ("111122223333", "444455556666", "777788889999"):
        place = acme / account / "eu-west-1"
        for function in json.loads((place / "lambda.list-functions.json").read_text("utf-8"))["Functions"]:
            name = function["FunctionName"]
            calls = (
                "list-aliases",
                "list-tags",
                "list-function-event-invoke-configs",
                "get-function-concurrency",
                "get-runtime-management-config",
            )
            missing += [
                f for f in (f"lambda.{call}.{name}.json" for call in calls) if not (place / f).is_file()
            ]
        for rule in json.loads((place / "events.list-rules.default.json").read_text("utf-8"))["Rules"]:
            file = place / f"events.list-targets-by-rule.{rule['Name']}.json"
            missing += [] if file.is_file() else [file.name]
        for api in json.loads((place / "apigateway.get-rest-apis.json").read_text("utf-8"))["items"]:
            file = place / f"apigateway.get-authorizers.{api['id']}.json"
            known = {one["id"] for one in json.loads(file.read_text("utf-8"))["items"]}
            resources = json.loads((place / f"apigateway.get-resources.{api['id']}.json").read_text("utf-8"))
            methods = [m for r in resources["items"] for m in r.get("resourceMethods", {}).values()]
            assert {m["authorizerId"] for m in methods if "authorizerId" in m} == known
    assert missing == []
    queues = {p.name.split(".")[2] for p in acme.glob("*/*/sqs.get-queue-attributes.*.json")}
    for page in exported("*/*/lambda.list-function-event-invoke-configs.*.json"):
        for config in page["FunctionEventInvokeConfigs"]:
            destination = config["DestinationConfig"]["OnFailure"]["Destination"]
            assert destination.rpartition(":")[2] in queues


def test_rest_api_policies_are_escaped_twice() -> None:
    policies = [
        api["policy"]
        for page in exported("*/*/apigateway.get-rest-apis.json")
        for api in page["items"]
        if "policy" in api
    ]
    assert policies
    for policy in policies:
        assert policy.startswith('{\\"Version\\":')
        assert json.loads(json.loads(f'"{policy}"'))["Statement"]


def test_attached_policies_boundaries_and_groups_exist() -> None:
    known = {p["Arn"]: p for p in details("Policies")}
    for principal in details("UserDetailList") + details("GroupDetailList") + details("RoleDetailList"):
        for attached in principal["AttachedManagedPolicies"]:
            assert known[attached["PolicyArn"]]["AttachmentCount"] >= 1
        if "PermissionsBoundary" in principal:
            assert principal["PermissionsBoundary"]["PermissionsBoundaryArn"] in known
    groups = {g["GroupName"] for g in details("GroupDetailList")}
    assert {g for u in details("UserDetailList") for g in u["GroupList"]} <= groups
    for policy in known.values():
        defaults = [v["VersionId"] for v in policy["PolicyVersionList"] if v["IsDefaultVersion"]]
        assert defaults == [policy["DefaultVersionId"]]
