"""The sample of verdicts that are judged by hand: fair to rules that fire seldom, and the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.sample_findings import draw, main
from wa_policy.findings import Result, RuleFacts, Severity, Verdict
from wa_policy.iam.source import Source
from wa_policy.settings import Profile


def result(rule: str, number: int, verdict: Verdict = Verdict.FAIL) -> Result:
    facts = RuleFacts(rule, "", "security", Severity.LOW, Profile.CORE)
    return Result(facts, f"s{number:03}", "AWS::SQS::Queue", verdict, Source("a.yaml"))


MANY = [
    *(result("often", number) for number in range(50)),
    result("once", 0),
    *(result("twice", n) for n in (0, 1)),
]


def test_each_rule_is_drawn_before_one_is_drawn_again() -> None:
    drawn = draw(MANY, Verdict.FAIL, 7, 5)
    assert {one.rule.id for one in drawn[:3]} == {"often", "once", "twice"}
    assert sorted(one.rule.id for one in drawn[3:]) == ["often", "twice"]
    assert len({(one.rule.id, one.subject) for one in drawn}) == 5


def test_the_order_of_the_results_changes_nothing_and_the_seed_does() -> None:
    drawn = draw(MANY, Verdict.FAIL, 7, 20)
    assert draw(reversed(MANY), Verdict.FAIL, 7, 20) == drawn
    assert draw(MANY, Verdict.FAIL, 8, 20) != drawn


def test_only_the_verdict_asked_for_and_no_more_than_there_are() -> None:
    passed = [result("often", 99, Verdict.PASS)]
    assert draw([*MANY, *passed], Verdict.PASS, 7, 60) == passed


def test_a_finding_is_shown_with_its_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        "Resources:\n  Group:\n    Type: AWS::EC2::VPCEndpoint\n"
        "    Properties: {VpcId: vpc-0a1b2c3d, ServiceName: com.amazonaws.eu-west-1.s3}\n"
    )
    assert main([str(file), "--pillar", "network", "--number", "3"]) == 0
    text = capsys.readouterr().out
    assert "vpce-policy-restricted (network, core, medium): fail" in text
    assert "     2>   Group:" in text
