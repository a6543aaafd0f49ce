"""The export against a server that holds the organization of fixtures/acme."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.export.acme_seed import ACCOUNTS, ACME, MANAGEMENT, REGION
from tests.export.aws_server import Environ
from tests.export.conftest import ONE_TRY, Aws
from wa_policy import api
from wa_policy.catalog.model import AccessLevel
from wa_policy.catalog.store import load_catalog
from wa_policy.errors import UsageError
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.export.calls import CALLS, least_privilege
from wa_policy.export.folder import Folder
from wa_policy.export.run import Account, Exported, NotRead, export, other_account, own_account
from wa_policy.findings import Verdict
from wa_policy.formal.checks import check_access_not_granted
from wa_policy.formal.verdicts import Proved
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.principal import Role
from wa_policy.iam.request import Request, make_context
from wa_policy.inventory.model import Inventory, NoOrganization, NotExported, Organization, Present
from wa_policy.reporters.formats import render
from wa_policy.reporters.options import Options

Trouble = Callable[[Callable[[str, Environ], tuple[str, bytes] | None]], None]


def accounts(aws: Aws) -> list[Account]:
    own = own_account(boto3.session.Session(), endpoint=aws.url, config=ONE_TRY)
    found = [own]
    for account in ACCOUNTS:
        if account != own.id:
            other = other_account(own, account, "Audit", boto3.session.Session, endpoint=aws.url, config=ONE_TRY)  # fmt: skip
            assert isinstance(other, Account)
            found.append(other)
    return found


def run(aws: Aws, folder: Path, chosen: list[Account] | None = None) -> Exported:
    return export(Folder(folder), chosen or accounts(aws), [REGION], endpoint=aws.url, config=ONE_TRY)


@pytest.fixture(scope="module")
def exported(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exported]:
    """An export without trouble."""
    folder = tmp_path_factory.mktemp("export")
    return folder, run(aws, folder)


def answers_in(folder: Path) -> dict[str, Any]:
    return {
        str(file.relative_to(folder)): json.loads(file.read_text()) for file in sorted(folder.rglob("*.json"))
    }


# --- what is exported is what is there ---------------------------------------------------------------------------


def test_everything_was_read(exported: tuple[Path, Exported]) -> None:
    folder, done = exported
    assert done.not_read == ()
    assert done.written == len(answers_in(folder))
    assert done.kept == 0


def principals(inventory: Inventory) -> dict[str, object]:
    return {
        p.arn: (
            p.kind,
            p.path,
            sorted((one.name, one.arn, one.group, repr(one.policy.statements)) for one in p.identity_policies if not (one.arn or "").startswith("arn:aws:iam::aws:")),
            repr(p.boundary.policy.statements) if isinstance(p.boundary, Present) else "none",
            repr(p.trust.policy.statements) if isinstance(p.trust, Present) else "none",
            sorted(p.groups),
            dict(p.tags),
        )
        for p in inventory.principals
    }  # fmt: skip


@pytest.fixture(scope="module")
def both(exported: tuple[Path, Exported]) -> tuple[Inventory, Inventory]:
    """What is read of the fixture, and of the export."""
    return api.read([str(ACME)]), api.read([str(exported[0])])


def without_places(found: object) -> object:
    """Statements as text hold where they were read; what they say is compared."""
    return re.sub(r"source=Source\([^)]*\)", "", repr(found))


def test_the_principals_are_those_of_the_fixture(both: tuple[Inventory, Inventory]) -> None:
    fixture, export_ = (principals(inventory) for inventory in both)
    assert list(export_) == list(fixture)
    for arn, expected in fixture.items():
        assert without_places(export_[arn]) == without_places(expected), arn


def policies(inventory: Inventory, type_: str) -> list[tuple[str | None, str, object]]:
    """Each resource of a type with its policy; ids that AWS makes up are left out."""
    rows = []
    for resource in inventory.of_type(type_):
        document = resource.policy()
        policy = without_places(document.policy.statements) if isinstance(document, Present) else type(document).__name__  # fmt: skip
        name = "" if type_ == "AWS::KMS::Key" else resource.name
        rows.append((resource.account, name, policy))
    return sorted(rows, key=repr)


@pytest.mark.parametrize(
    "type_",
    [
        "AWS::Lambda::Function",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
        "AWS::SNS::Topic",
        "AWS::KMS::Key",
        "AWS::ApiGateway::RestApi",
        "AWS::SecretsManager::Secret",
    ],
)
def test_the_resource_policies_are_those_of_the_fixture(
    both: tuple[Inventory, Inventory], type_: str
) -> None:
    fixture, export_ = both
    expected = policies(fixture, type_)
    assert expected
    assert policies(export_, type_) == expected


def test_the_organization_is_that_of_the_fixture(both: tuple[Inventory, Inventory]) -> None:
    found = []
    for inventory in both:
        organization = inventory.organization
        assert isinstance(organization, Organization)
        found.append(
            {
                account: [
                    [sorted((one.name, without_places(one.policy.statements)) for one in level.policies) for level in levels]
                    for levels in (place.service_control, place.resource_control)
                    if isinstance(levels, tuple)
                ]
                for account, place in organization.places.items()
            }
        )  # fmt: skip
    fixture, export_ = found
    assert export_ == fixture
    assert all(len(levels) == 2 for levels in fixture.values())


# --- trouble -------------------------------------------------------------------------------------------------------


def test_it_resumes_and_loses_nothing(
    aws: Aws, trouble: Trouble, exported: tuple[Path, Exported], tmp_path: Path
) -> None:
    """Of the requests of each round two thirds are throttled or fail; the rounds go on until all is there."""
    count = 0

    def bad(_target: str, _environ: Environ) -> tuple[str, bytes] | None:
        nonlocal count
        count += 1
        if count % 3 == 0:
            return None
        if count % 3 == 1:
            return "429 Too Many Requests", b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
        return "503 Service Unavailable", b""

    chosen = accounts(aws)[:1]
    trouble(bad)
    rounds = [run(aws, tmp_path, chosen)]
    while rounds[-1].not_read and len(rounds) < 60:
        assert not any(one.lasting for one in rounds[-1].not_read)
        rounds.append(run(aws, tmp_path, chosen))
    assert rounds[-1].not_read == ()
    assert len(rounds) > 3
    expected = {
        name: answer for name, answer in answers_in(exported[0]).items() if name.startswith(MANAGEMENT)
    }
    assert len(expected) > 30
    assert answers_in(tmp_path) == expected
    assert sum(one.written for one in rounds) == len(expected)
    assert not list(tmp_path.rglob("*.part"))


def test_a_killed_export_leaves_whole_files(aws: Aws, trouble: Trouble, tmp_path: Path) -> None:
    count = 0

    class KilledError(BaseException):
        pass

    def progress(_name: str, done: int, _known: int) -> None:
        if done == 7:
            raise KilledError

    with pytest.raises(KilledError):
        export(Folder(tmp_path), accounts(aws)[:1], [REGION], endpoint=aws.url, config=ONE_TRY, progress=progress)  # fmt: skip
    half = answers_in(tmp_path)  # all of them can be read
    assert len(half) == 7

    def counted(_target: str, _environ: Environ) -> None:
        nonlocal count
        count += 1

    trouble(counted)
    done = run(aws, tmp_path, accounts(aws)[:1])
    assert done.kept == 7
    assert {name: answers_in(tmp_path)[name] for name in half} == half


def test_a_partial_export_is_scanned_and_says_what_is_missing(
    aws: Aws, trouble: Trouble, tmp_path: Path
) -> None:
    """The topics are refused, and a second Region is down."""

    def bad(_target: str, environ: Environ) -> tuple[str, bytes] | None:
        scope = environ.get("HTTP_AUTHORIZATION", "")
        if "/sns/" in scope:
            return "403 Forbidden", b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"  # fmt: skip
        if "/eu-central-1/" in scope:
            return "503 Service Unavailable", b""
        return None

    chosen = accounts(aws)[1:2]
    trouble(bad)
    done = export(
        Folder(tmp_path), chosen, [REGION, "eu-central-1"], organization=False, endpoint=aws.url, config=ONE_TRY
    )  # fmt: skip
    refused = [one for one in done.not_read if one.lasting]
    assert {one.call for one in refused} == {"sns.list-topics"}
    assert {one.region for one in done.not_read if not one.lasting} == {"eu-central-1"}
    inventory = api.read([str(tmp_path)])
    assert [p.code for p in inventory.problems if "sns.list-topics" in p.file]
    assert isinstance(inventory.organization, NotExported)
    report = api.scan(inventory)
    assert report.verdicts[Verdict.UNKNOWN] > 0
    text = render("text", report, api.locate(report), Options())
    (missing,) = re.findall(r"^  missing(.*?)^  read", text, re.MULTILINE | re.DOTALL)
    assert "verdict" in missing
    assert re.search(r"\(\d+\s+verdicts?: [\w-]+", missing)
    assert report.verdicts[Verdict.PASS] > 0


def test_an_account_whose_role_cannot_be_assumed_is_told(aws: Aws, trouble: Trouble) -> None:
    own = accounts(aws)[0]
    trouble(
        lambda target, _environ: (
            ("403 Forbidden", b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
            if target.strip() == "POST /?"
            else None
        )
    )  # fmt: skip
    found = other_account(
        own, "444455556666", "Audit", boto3.session.Session, endpoint=aws.url, config=ONE_TRY
    )
    assert isinstance(found, NotRead)
    assert "AccessDenied" in found.reason


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError, match="is not empty"):
        Folder(tmp_path).prepare(resume=False)
    Folder(tmp_path).prepare(resume=True)


# --- the command ---------------------------------------------------------------------------------------------------


def test_the_verb_reads_the_whole_organization(aws: Aws, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = api.export(str(out), regions=[REGION], every_account=True, role="Audit", endpoint=aws.url)
    assert done.not_read == ()
    assert {path.name for path in out.iterdir()} == set(ACCOUNTS)
    inventory = api.read([str(out)])
    assert not isinstance(inventory.organization, NoOrganization | NotExported)
    assert inventory.accounts == ACCOUNTS


def test_other_accounts_need_a_role(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="need a role"):
        api.export(str(tmp_path / "out"), accounts=["444455556666"])
    assert not (tmp_path / "out").exists()


# --- the least privilege -------------------------------------------------------------------------------------------


def test_the_printed_policy_grants_no_write_action() -> None:
    catalog = load_catalog()
    policy, problems = parse_policy(least_privilege())
    assert problems == ()
    levels = (AccessLevel.WRITE, AccessLevel.PERMISSIONS_MANAGEMENT, AccessLevel.TAGGING)
    for level in levels:
        actions = catalog.names(catalog.actions_at(level))
        assert len(actions) > 100
        answer = check_access_not_granted(policy, PolicyKind.IDENTITY, catalog, actions=actions, resources=(), facts="aws")  # fmt: skip
        assert isinstance(answer, Proved), level


RESOURCES: Mapping[str, str] = {
    "s3": "arn:aws:s3:::some-bucket",
    "lambda": "arn:aws:lambda:eu-west-1:111122223333:function:f",
    "sqs": "arn:aws:sqs:eu-west-1:111122223333:q",
    "sns": "arn:aws:sns:eu-west-1:111122223333:t",
    "kms": "arn:aws:kms:eu-west-1:111122223333:key/k",
    "secretsmanager": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-abcdef",
    "organizations": "arn:aws:organizations::111122223333:policy/o-a1b2c3d4e5/service_control_policy/p-x",
}


def test_the_printed_policy_allows_every_call_that_was_made(exported: tuple[Path, Exported]) -> None:
    """Of the calls of a recorded run; API Gateway by the paths that the requests had."""
    catalog = load_catalog()
    policy, _ = parse_policy(least_privilege())
    caller = Role("111122223333", "exporter", "/")
    asked = exported[1].calls
    assert {action for _, action in asked} == {action for call in CALLS for action in call.actions}
    paths = ("/restapis", "/restapis/a1b2c3/resources", "/restapis/a1b2c3/stages", "/apis", "/apis/a1/routes", "/apis/a1/integrations")  # fmt: skip
    for _, action in asked:
        service = action.partition(":")[0]
        resources = [RESOURCES.get(service, "*")] if service != "apigateway" else [f"arn:aws:apigateway:eu-west-1::{path}" for path in paths]  # fmt: skip
        for resource in resources:
            request = Request(caller, action, resource, "111122223333", make_context({}))
            delegating, _ = parse_policy({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}]})  # fmt: skip
            applied = AppliedPolicies(identity=(policy,), resource=delegating if service == "kms" else None)
            assert evaluate(request, applied, catalog).outcome is Outcome.ALLOWED, (action, resource)


def test_the_role_of_other_accounts_is_in_the_policy_if_asked_for() -> None:
    assert "sts:AssumeRole" not in json.dumps(least_privilege())
    statement = json.dumps(least_privilege(role="Audit"))
    assert "sts:AssumeRole" in statement
    assert "arn:aws:iam::*:role/Audit" in statement


# --- nothing else opens a connection -------------------------------------------------------------------------------

EXPORTS = str(ACME.parent / "quickstart" / "exports")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("scan", EXPORTS, "--exit-zero", "--output", "html:{}/r.html"),
    ("scan", EXPORTS, "--exit-zero", "--store", "{}/h.db"),
    ("history", "--store", "{}/h.db"),
    ("diff", EXPORTS, EXPORTS),
    ("review", EXPORTS, "--today", "2026-11-26"),
    ("init", EXPORTS, "--output", "{}/wa-policy.yaml"),
    ("rules", "list"),
    ("rules", "show", "respol-public"),
    ("can", "arn:aws:iam::111122223333:role/orders-role", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", "--input", EXPORTS),
    ("explain", "arn:aws:iam::111122223333:role/orders-role", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", "--input", EXPORTS),
    ("who-can", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", "--input", EXPORTS),
    ("what-can", "arn:aws:iam::111122223333:role/orders-role", "--input", EXPORTS),
    ("paths", "--from", "public", "--to", "admin", "--input", EXPORTS),
    ("escalations", "--input", EXPORTS),
    ("graph", "--format", "html", "--output", "{}/g.html", "--input", EXPORTS),
    ("schema", "report"),
    ("completion", "bash"),
    ("export", "--print-policy"),
)  # fmt: skip


def test_no_other_command_opens_a_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wa_policy.cli.main import run as cli

    def refuse(*_arguments: object, **_more: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for command in COMMANDS:
        code = cli([argument.replace("{}", str(tmp_path)) for argument in command])
        assert code in (0, 1, 4), command


def test_the_commands_are_all_there() -> None:
    from wa_policy.cli.main import cli

    context = cli.make_context("wa-policy", [], resilient_parsing=True)
    without = {"check", "simulate", "guardrails"}  # they read documents; tried in their own tests
    assert {command[0] for command in COMMANDS} >= set(cli.list_commands(context)) - without


def test_own_account_without_credentials_is_told(monkeypatch: pytest.MonkeyPatch, aws: Aws) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(UsageError, match="does not say who you are"):
        own_account(boto3.session.Session(), endpoint=aws.url, config=ONE_TRY)
    assert MANAGEMENT in ACCOUNTS
