from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.reports import FINDING, PASS, PLACE, PROBLEM, UNKNOWN, report, rule
from wa_policy.findings import Severity, TypeRead
from wa_policy.findings.visible import visible
from wa_policy.iam.source import Source
from wa_policy.reporters.options import Options
from wa_policy.reporters.text import render

ALL = report(FINDING, UNKNOWN, PASS, problems=(PROBLEM,))


def test_a_finding_is_told_in_full() -> None:
    text = render(ALL, {PLACE: 7}, Options())
    for words in (
        "HIGH (1 finding)",
        "respol-public: Resource policies are not open to everyone",
        "Whoever knows the name of the queue can fill it.",
        "Name the accounts that send.",
        "`wa-policy rules show respol-public` has it as a template",
        FINDING.subject,
        "everyone can send to it",
        "an anonymous caller sends a message",
        f"{PLACE.file}:7",
        "x/broken.json:3: found `]`, expected a value [json-syntax]",
        "look at the end",
        "1 high",
        "1 pass, 1 fail, 1 unknown",
        "not exported: kms list-grants (1 verdict: kms-grants)",
        "2 files (1 not recognised), 1 account, 2 principals, 3 resources, 1 problem",
        "profile core; actions of 2026-10-27",
    ):
        assert words in text


def test_types_without_rules_are_named_the_most_resources_first() -> None:
    text = " ".join(render(ALL, {}, Options()).split())
    assert (
        "types rules are about 2 of 5 resource types; 1 is read as a part of another; none about AWS::Logs::LogGroup (4), "
        "AWS::SNS::Topic (2)" in text
    )
    many = tuple(TypeRead(f"AWS::X::T{number}", 1, 0) for number in range(7))
    text = " ".join(render(replace(ALL, types=many), {}, Options()).split())
    assert "rules are about 0 of 7 resource types; none about AWS::X::T0 (1)," in text
    assert "AWS::X::T4 (1) and 2 more, all in the JSON report" in text
    assert "types" not in render(replace(ALL, types=()), {}, Options())


def test_without_a_line_the_pointer_stands() -> None:
    assert f"{PLACE.file} {PLACE.pointer}" in render(report(FINDING), {}, Options())


def test_unknown_verdicts_are_listed_on_demand() -> None:
    assert UNKNOWN.subject not in render(ALL, {}, Options())
    assert UNKNOWN.subject in render(ALL, {}, Options(show_unknown=True))


def test_the_worst_comes_first() -> None:
    worse = replace(FINDING, rule=rule("z-worse", Severity.CRITICAL))
    text = render(report(FINDING, worse), {}, Options())
    assert text.index("CRITICAL") < text.index("z-worse") < text.index("HIGH")


def test_an_empty_report_says_so() -> None:
    text = render(report(), {}, Options())
    assert "findings none" in text
    assert "no rule met anything to judge" in text


def test_plain_without_color_and_styled_with_it() -> None:
    assert "\x1b" not in render(ALL, {}, Options(show_unknown=True))
    assert "\x1b[" in render(ALL, {}, Options(color=True))


def test_hostile_names_are_written_out() -> None:
    name = "a\x1b[31mred\u202egnp.\r\nHIGH (9 findings)\u2028\u200f"
    hostile = replace(
        FINDING,
        subject=name,
        key=name,
        message=name,
        source=Source(name, name),
        witness=replace(FINDING.witness, attack=name) if FINDING.witness else None,
    )
    text = render(report(hostile, problems=(replace(PROBLEM, file=name, message=name),)), {}, Options())
    for character in "\x1b\u202e\r\u2028\u200f":
        assert character not in text
    assert "\\x1b[31mred\\u202e" in text
    assert not any(line.startswith("HIGH (9") for line in text.splitlines())


def test_lines_keep_to_the_width_but_for_names() -> None:
    long = replace(FINDING, message="word " * 100)
    assert max(len(line) for line in render(report(long), {PLACE: 7}, Options(width=60)).splitlines()) <= 75


def test_the_same_report_gives_the_same_text() -> None:
    assert render(ALL, {PLACE: 7}, Options()) == render(ALL, {PLACE: 7}, Options())


@given(st.text())
def test_visible_text_is_printable_and_keeps_what_was(text: str) -> None:
    assert visible(text).isprintable()
    if text.isprintable():
        assert visible(text) == text
