"""What the reader of policies makes of a document, and the style of its problems."""

from __future__ import annotations

import re

from wa_policy.errors import Problem
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.source import Source
from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown, UnknownKind

HERE = Source("policy.json", "/Policy")
HOLE = Template(("arn:aws:s3:::", Hole(Unknown(UnknownKind.UNRESOLVED, "parameter `B`"), written="${B}")))
GOOD = {"Sid": "Good", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def read(raw: object, kind: PolicyKind | None = None) -> Policy:
    policy, problems = parse_policy(raw, HERE, kind)
    assert problems == ()
    assert policy.unreadable == ()
    return policy


def problem_of(raw: object, kind: PolicyKind | None = None) -> Problem:
    _, problems = parse_policy(raw, HERE, kind)
    (problem,) = problems
    assert_style(problem)
    return problem


def assert_style(problem: Problem) -> None:
    """Lower case outside backticks, no final period, one line, what was found and what was expected."""
    words = re.sub(r"`[^`]*`", "", problem.message)
    words = re.sub(r'\{"AWS": …\}|ARN|IAM|VPC|JSON|Unicode', "", words)
    assert words == words.lower(), problem.message
    assert problem.message.isprintable(), problem.message
    assert not problem.message.endswith("."), problem.message
    assert len(problem.message) < 300
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.code)


def statement(**elements: object) -> dict[str, object]:
    return {**GOOD, **elements}
