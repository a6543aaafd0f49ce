from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports import FINDING, PASS, UNKNOWN, report, rule
from wa_policy.errors import LoadError
from wa_policy.findings import Baselined, Result, Verdict, Waiver
from wa_policy.findings.baseline import baseline_of, baseline_text, compare, read_baseline, remaining
from wa_policy.findings.fingerprint import fingerprint
from wa_policy.iam.source import Source

NAMES = st.sampled_from(("a", "b", "a\0b", "é", '"</script>', "\ud800"))
RESULTS = st.builds(
    Result,
    rule=st.sampled_from((rule("one"), rule("two"))),
    subject=NAMES,
    subject_type=st.sampled_from(("AWS::SQS::Queue", "AWS::SNS::Topic")),
    verdict=st.sampled_from(Verdict),
    source=st.builds(Source, st.sampled_from(("f.json", "g.json")), st.sampled_from(("", "/0", "/1"))),
    message=st.sampled_from(("x", "y")),
    key=NAMES,
)


@given(st.lists(RESULTS))
def test_a_baseline_silences_exactly_its_report(results: list[Result]) -> None:
    """Law 8."""
    whole = report(*results)
    silent = compare(whole, baseline_of(whole), "b.json")
    assert silent.findings == silent.unknown == ()
    assert [replace(one, accepted=None) for one in silent.results] == list(whole.results)


@given(st.lists(RESULTS, max_size=8), st.lists(RESULTS, max_size=8))
def test_what_is_new_is_reported(old: list[Result], new: list[Result]) -> None:
    """By brute force: strike each finding of the old report once from the new one."""
    before = [
        (fingerprint(one), one.verdict) for one in old if one.verdict in (Verdict.FAIL, Verdict.UNKNOWN)
    ]
    left = []
    for one in report(*new).results:
        if one.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            if (fingerprint(one), one.verdict) in before:
                before.remove((fingerprint(one), one.verdict))
            else:
                left.append(one)
    compared = compare(report(*new), baseline_of(report(*old)), "b.json")
    assert sorted((*compared.findings, *compared.unknown), key=lambda one: one.order) == sorted(
        left, key=lambda one: one.order
    )


@given(st.lists(RESULTS, max_size=8), st.lists(RESULTS, max_size=8))
def test_an_update_adds_nothing_and_forgets_what_is_gone(old: list[Result], new: list[Result]) -> None:
    baseline = baseline_of(report(*old))
    updated = remaining(baseline, report(*new))
    for key, count in updated.counts.items():
        assert count <= baseline.counts[key]
    assert compare(report(*new), updated, "b").findings == compare(report(*new), baseline, "b").findings
    assert remaining(baseline, report()).entries == ()


def test_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    baseline = baseline_of(report(FINDING, FINDING, UNKNOWN, PASS))
    text = baseline_text(baseline)
    file = tmp_path / "baseline.json"
    file.write_text(text)
    assert read_baseline(str(file)) == baseline
    assert {(one["rule"], one["count"]) for one in json.loads(text)["findings"]} == {
        ("respol-public", 2),
        ("kms-grants", 1),
    }
    assert len([line for line in text.splitlines() if "fingerprint" in line]) == 2  # one line for each


def test_place_and_words_do_not_change_the_fingerprint() -> None:
    moved = replace(FINDING, source=Source("renamed.json", "/9"), message="in other words", evidence="x")
    assert fingerprint(moved) == fingerprint(FINDING)
    for other in (
        replace(FINDING, subject="arn:aws:sqs:eu-west-1:111122223333:jobs2"),
        replace(FINDING, key="k"),
        replace(FINDING, rule=rule("other")),
        replace(FINDING, subject_type="AWS::SNS::Topic"),
        replace(FINDING, subject="", key=FINDING.subject),
    ):
        assert fingerprint(other) != fingerprint(FINDING)


def test_waived_findings_stay_with_their_waiver() -> None:
    waiver = Waiver("respol-public", "*", "test", "me")
    waived = report(replace(FINDING, accepted=waiver), replace(UNKNOWN, accepted=Baselined("b")))
    assert [entry.rule for entry in baseline_of(waived).entries] == ["kms-grants"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"findings": []}', "found no `schema`"),
        ('{"schema": 2, "findings": []}', "expected 1, the version"),
        ('{"schema": 1, "findings": [{"rule": "x"}]}', "`fingerprint`"),
        ("[]", "expected a baseline"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text)
    with pytest.raises(LoadError) as error:
        read_baseline(str(file))
    assert words in " ".join(problem.message for problem in error.value.problems)
    assert all(problem.file == str(file) and problem.line for problem in error.value.problems)
