from __future__ import annotations

from dataclasses import replace

from tests.reports import rule
from wa_policy.reporters.rule import render


def test_a_rule_is_shown_in_full_and_code_as_it_stands() -> None:
    code = 'resource "x" "y" {\n  a = 1\n}\n'
    shown = render(
        replace(
            rule(),
            fix={"terraform": code, "text": "Name the accounts that send. " * 9},
            limits="It cannot see what was not exported.",
            references=("https://docs.aws.amazon.com/x",),
            lens=("sec_1",),
        ),
        width=60,
    )
    for words in (
        "respol-public: Resource policies are not open to everyone\nhigh severity, security pillar, core profile",
        "Serverless Lens: sec_1",
        'Fix in terraform\n  resource "x" "y" {\n    a = 1\n  }\n',
        "Limits\n  It cannot see what was not exported.",
        "References\n  https://docs.aws.amazon.com/x",
    ):
        assert words in shown
    assert all(len(line) <= 60 for line in shown.splitlines())
