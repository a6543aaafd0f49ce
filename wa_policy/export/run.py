"""Makes the calls, one after the other, and writes what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from wa_policy.errors import UsageError
from wa_policy.export.calls import CALLS, Call, Each, Where
from wa_policy.export.folder import Folder

Progress = Callable[[str, int, int], None]
"""Called with what is asked, how many calls are done and how many are known so far."""

_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The Region in which global services are asked."""
GLOBAL = "global"


class Session(Protocol):
    """What the export needs of a boto3 session."""

    def client(self, service_name: str, **options: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Account:
    """An account with a session in it; `is_own` for that of the credentials that the user has."""

    id: str
    session: Session
    partition: str = "aws"
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class NotRead:
    """An answer that is missing: whose it is, what was asked, and what AWS said. `lasting` if asking again will not help."""

    account: str
    region: str
    call: str
    reason: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did: the answers it wrote, those it found already, and what it could not read."""

    written: int
    kept: int
    not_read: tuple[NotRead, ...]
    calls: tuple[tuple[str, str], ...]
    """Each operation that was called with the IAM action that it takes, sorted."""


def export(
    folder: Folder,
    accounts: Sequence[Account],
    regions: Sequence[str],
    *,
    organization: bool = True,
    endpoint: str | None = None,
    progress: Progress | None = None,
    config: Any = None,
) -> Exported:
    """Write the answers of all calls for the accounts and Regions; what lies in the folder already is not asked again.

    `organization` asks about the organization as well, in the first account. `endpoint` replaces the endpoints of AWS.
    """
    run = _Run(folder, progress, {"endpoint_url": endpoint, "config": config})
    for number, account in enumerate(accounts):
        run.account(account, regions, organization=organization and number == 0)
    return Exported(run.written, run.kept, tuple(run.not_read), tuple(sorted(run.asked)))


class _Run:
    def __init__(self, folder: Folder, progress: Progress | None, options: dict[str, Any]) -> None:
        self.folder = folder
        self.progress = progress
        self.options = {name: value for name, value in options.items() if value is not None}
        self.written = self.kept = self.done = self.known = 0
        self.not_read: list[NotRead] = []
        self.asked: set[tuple[str, str]] = set()

    def account(self, account: Account, regions: Sequence[str], *, organization: bool) -> None:
        home = _HOME.get(account.partition, "us-east-1")
        places = [(GLOBAL, home, (Where.ACCOUNT, *((Where.ORGANIZATION,) if organization else ())))]
        places += [(region, region, (Where.REGION,)) for region in regions]
        for name, region, wheres in places:
            _Place(self, account, name, region, wheres).all()


class _Place:
    """One account in one Region."""

    def __init__(
        self, run: _Run, account: Account, name: str, region: str, wheres: tuple[Where, ...]
    ) -> None:
        self.run = run
        self.account = account
        self.name = name
        self.region = region
        self.calls = [call for call in CALLS if call.where in wheres]
        self.clients: dict[str, Any] = {}
        # The answers of each operation, with the arguments that they were asked with.
        self.answers: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = {}

    def all(self) -> None:
        for call in self.calls:
            if call.each is None:
                self.one(call, call.suffix, {})
                continue
            # A list may grow while it is gone through: units of an organization lie in units.
            seen: set[str] = set()
            while new := [item for item in self.items(call.each) if item[0] not in seen]:
                for name, arguments in new:
                    seen.add(name)
                    self.one(call, name, arguments)

    def items(self, each: Each) -> Iterator[tuple[str, dict[str, Any]]]:
        for asked, answer in list(self.answers.get(each.parent, ())):
            for item in answer.get(each.items) or ():
                member = item if each.name == "" else item.get(each.name)
                if not isinstance(member, str):
                    continue
                name = member.rpartition(each.cut)[2] if each.cut else member
                arguments = {
                    argument: item if source == "" else item[source]
                    for argument, source in each.arguments.items()
                }
                if each.qualifier:
                    arguments[each.qualifier] = asked[each.qualifier]
                    name = f"{asked[each.qualifier]}@{name}"
                yield name, arguments

    def one(self, call: Call, name: str, arguments: dict[str, Any]) -> None:
        """Ask, unless the answer lies there, and keep it."""
        run = self.run
        file = f"{call.file}.{name}" if name else call.file
        path = run.folder.path(self.account.id, self.name, file)
        run.known += 1
        if run.progress is not None:
            run.progress(f"{self.account.id} {self.name} {file}", run.done, run.known)
        found = run.folder.read(path)
        if found is not None and not self.is_failure(call, found):
            run.kept += 1
        else:
            found = self.ask(call, arguments, file)
            if found is not None:
                run.folder.write(path, found)
                run.written += 1
        run.done += 1
        if found is not None and "Error" not in found:
            self.answers.setdefault(call.file, []).append((arguments, found))

    @staticmethod
    def is_failure(call: Call, answer: Any) -> bool:
        """True iff the answer is an error that may be gone the next time."""
        if not isinstance(answer, Mapping):
            return True
        error = answer.get("Error")
        return isinstance(error, Mapping) and error.get("Code") not in call.absent

    def ask(self, call: Call, arguments: dict[str, Any], file: str) -> Mapping[str, Any] | None:
        """The answer; an error of AWS that lasts as an answer too; None for one that passes."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        self.run.asked.update((f"{call.client}.{call.operation}", action) for action in call.actions)
        fixed = {
            name: list(value) if isinstance(value, tuple) else value for name, value in call.arguments.items()
        }
        try:
            return self.answer(call, {**fixed, **arguments})
        except ClientError as error:
            told: Mapping[str, Any] = error.response.get("Error", {})
            code = str(told.get("Code", ""))
            kept = {"Error": {"Code": code, "Message": str(told.get("Message", ""))}}
            if code in call.absent:
                return kept
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            lasting = 400 <= status < 500 and status != 429 and not _is_throttling(code)
            self.missing(file, f"{code}: {told.get('Message', '')}", lasting=lasting)
            return kept if lasting else None
        except (BotoCoreError, ResponseParserError) as error:
            self.missing(file, str(error), lasting=False)
            return None

    def missing(self, file: str, reason: str, *, lasting: bool) -> None:
        words = " ".join(reason.split())
        self.run.not_read.append(NotRead(self.account.id, self.name, file, words, lasting))

    def answer(self, call: Call, arguments: dict[str, Any]) -> Mapping[str, Any]:
        """All pages in one, as the AWS CLI prints them."""
        client = self.clients.get(call.client)
        if client is None:
            client = self.account.session.client(call.client, region_name=self.region, **self.run.options)
            self.clients[call.client] = client
        if client.can_paginate(call.operation):
            whole: dict[str, Any] = (
                client.get_paginator(call.operation).paginate(**arguments).build_full_result()
            )
        else:
            whole = dict(getattr(client, call.operation)(**arguments))
        whole.pop("ResponseMetadata", None)
        return _as_the_cli(call, whole)


def _is_throttling(code: str) -> bool:
    return "Throttl" in code or code in ("TooManyRequestsException", "RequestLimitExceeded", "SlowDown")


def _as_the_cli(call: Call, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as the AWS CLI prints it: boto3 parses the policy documents of IAM already, and so does the CLI."""
    if call.file == "s3api.get-bucket-notification-configuration":
        return answer
    return {name: value for name, value in answer.items() if name != "NextToken"}


# --- accounts ------------------------------------------------------------------------------------------------------


def own_account(session: Session, *, endpoint: str | None = None, config: Any = None) -> Account:
    """The account of the credentials that the session has. Raises UsageError where there are none that work."""
    from botocore.exceptions import BotoCoreError, ClientError

    options = {
        name: value for name, value in (("endpoint_url", endpoint), ("config", config)) if value is not None
    }
    try:
        identity = session.client("sts", region_name="us-east-1", **options).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise UsageError(
            f"AWS does not say who you are: {' '.join(str(error).split())}",
            advice="set credentials as for the AWS CLI",
        ) from error
    return Account(str(identity["Account"]), session, str(identity["Arn"]).split(":")[1])


def other_account(
    own: Account,
    account: str,
    role: str,
    make: Callable[..., Session],
    *,
    endpoint: str | None = None,
    config: Any = None,
) -> Account | NotRead:
    """A session in another account by a role of it; NotRead where the role cannot be assumed."""
    from botocore.exceptions import BotoCoreError, ClientError

    options = {
        name: value for name, value in (("endpoint_url", endpoint), ("config", config)) if value is not None
    }
    arn = f"arn:{own.partition}:iam::{account}:role/{role}"
    try:
        answer = own.session.client("sts", region_name="us-east-1", **options).assume_role(
            RoleArn=arn, RoleSessionName="wa-policy-export"
        )
    except (BotoCoreError, ClientError) as error:
        return NotRead(
            account, GLOBAL, f"sts.assume-role.{role}", " ".join(str(error).split()), lasting=False
        )
    credentials = answer["Credentials"]
    session = make(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    return Account(account, session, own.partition, is_own=False)


def all_regions(own: Account, *, endpoint: str | None = None, config: Any = None) -> tuple[str, ...]:
    """The Regions that are on for the account, sorted. Raises UsageError where AWS does not tell."""
    from botocore.exceptions import BotoCoreError, ClientError

    options = {
        name: value for name, value in (("endpoint_url", endpoint), ("config", config)) if value is not None
    }
    home = _HOME.get(own.partition, "us-east-1")
    try:
        answer = own.session.client("ec2", region_name=home, **options).describe_regions()
    except (BotoCoreError, ClientError) as error:
        raise UsageError(
            f"AWS does not say which Regions there are: {' '.join(str(error).split())}",
            advice="name them with --region",
        ) from error
    return tuple(sorted(str(region["RegionName"]) for region in answer["Regions"]))
