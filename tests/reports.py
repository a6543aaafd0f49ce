"""A hand-made report, shared by the tests of the reporters and of the command line."""

from __future__ import annotations

from wa_policy.errors import Problem
from wa_policy.findings import Report, Result, RuleFacts, Severity, TypeRead, Verdict, Witness
from wa_policy.iam.principal import Anonymous
from wa_policy.iam.request import Request
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import ReadFile
from wa_policy.settings import Profile

QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
PLACE = Source("x/sqs.get-queue-attributes.jobs.json", "/Attributes/Policy")


def rule(id_: str = "respol-public", severity: Severity = Severity.HIGH) -> RuleFacts:
    return RuleFacts(
        id=id_,
        title="Resource policies are not open to everyone",
        pillar="security",
        severity=severity,
        profile=Profile.CORE,
        why="Whoever knows the name of the queue can fill it.",
        fix={"text": "Name the accounts that send.", "terraform": "Set `condition`."},
    )


FINDING = Result(
    rule=rule(),
    subject=QUEUE,
    subject_type="AWS::SQS::Queue",
    verdict=Verdict.FAIL,
    source=PLACE,
    message="everyone can send to it",
    witness=Witness(
        Request(Anonymous(), "sqs:SendMessage", QUEUE, "111122223333", {"aws:sourceip": "192.0.2.1"}),
        "an anonymous caller sends a message",
        (Source(PLACE.file, "/Attributes/Policy/Statement/0"),),
        doubts=(Unknown(UnknownKind.UNDOCUMENTED, "a doubt"),),
    ),
    account="111122223333",
)
UNKNOWN = Result(
    rule=rule("kms-grants", Severity.MEDIUM),
    subject="arn:aws:kms:eu-west-1:111122223333:key/k",
    subject_type="AWS::KMS::Key",
    verdict=Verdict.UNKNOWN,
    source=Source("x/kms.json"),
    reasons=(Unknown(UnknownKind.NOT_EXPORTED, "kms list-grants"),),
)
PASS = Result(
    rule=rule("respol-public"),
    subject="arn:aws:sqs:eu-west-1:111122223333:fine",
    subject_type="AWS::SQS::Queue",
    verdict=Verdict.PASS,
    source=PLACE,
)
PROBLEM = Problem("x/broken.json", "/a", "json-syntax", "found `]`, expected a value", 3, "look at the end")


TYPES = (
    TypeRead("AWS::KMS::Key", 1, 1, 1),
    TypeRead("AWS::Logs::LogGroup", 4, 0),
    TypeRead("AWS::SNS::Topic", 2, 0),
    TypeRead("AWS::SQS::Queue", 1, 2, 1),
    TypeRead("AWS::SQS::QueuePolicy", 1, 0, 0, ("AWS::SQS::Queue",)),
)


def report(*results: Result, problems: tuple[Problem, ...] = ()) -> Report:
    return Report(
        tuple(sorted(results, key=lambda result: result.order)),
        problems,
        (ReadFile(PLACE.file, ("sqs.get-queue-attributes",)), ReadFile("x/broken.json", ())),
        ("111122223333",),
        Profile.CORE,
        principals=2,
        resources=3,
        tables={"actions": "2026-10-27"},
        types=TYPES,
    )
