"""Real templates: all are read, and what is found in them is where the report says.

Runs where the corpus is: WA_POLICY_CORPUS names the folder that has corpus/serverless_templates.
"""

import os
from pathlib import Path

import pytest

from wa_policy import api
from wa_policy.findings import Result
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Inventory
from wa_policy.inventory.symbols import has_symbols, shown
from wa_policy.settings import Profile, Settings


def folder() -> Path:
    found = os.environ.get("WA_POLICY_CORPUS")
    if not found:
        pytest.skip("WA_POLICY_CORPUS is not set; it names the folder that has corpus/serverless_templates")
    return Path(found) / "corpus" / "serverless_templates"


HARMLESS = {
    "duplicate-key",
    "sid-type",
    "missing-path",
    "circular-reference",
    "reference-unknown",
    "sam-invalid",
    "yaml-syntax",
}
"""What is wrong in some of them."""


@pytest.fixture(scope="module")
def scanned() -> list[tuple[Path, Inventory, tuple[Result, ...]]]:
    found = []
    for path in sorted(folder().iterdir()):
        inventory = api.read([str(path)])
        report = api.scan(inventory, Settings(profile=Profile.STRICT))
        found.append((path, inventory, (*report.findings, *report.unknown)))
    return found


def test_every_template_is_read(scanned: list[tuple[Path, Inventory, tuple[Result, ...]]]) -> None:
    kinds = {path.name: inventory.files[0].kinds for path, inventory, _ in scanned}
    unread = {
        name for name, kind in kinds.items() if kind not in (("SAM template",), ("CloudFormation template",))
    }
    assert unread <= {"rds-sns-event-notification__template.yaml"}  # no YAML
    codes = {problem.code for _, inventory, _ in scanned for problem in inventory.problems}
    assert codes <= HARMLESS


def test_the_line_of_each_finding_has_what_it_is_about(
    scanned: list[tuple[Path, Inventory, tuple[Result, ...]]],
) -> None:
    looked_at = 0
    for path, _, results in scanned:
        lines = api.locate_results(results)
        text = path.read_text("utf-8").splitlines()
        for result in results:
            if not result.source.pointer:
                continue
            line = lines[result.source]
            assert line, (path.name, result.rule.id, result.source)
            word = name_at(result.source)
            assert word is None or word in text[line - 1], (path.name, line, result.source)
            looked_at += 1
    assert looked_at > 300


def name_at(source: Source) -> str | None:
    """The member that a pointer names, None where it ends in an item of a list or a short form."""
    token = source.pointer.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~")
    return None if token.isdigit() or token.startswith("Fn::") or token in ("Ref", "Condition") else token


def test_nothing_of_what_stands_for_unsaid_things_is_reported(
    scanned: list[tuple[Path, Inventory, tuple[Result, ...]]],
) -> None:
    for path, _, results in scanned:
        for result in results:
            words = (
                result.subject,
                result.message,
                result.key,
                *(reason.reason for reason in result.reasons),
            )
            for text in words:
                assert not has_symbols(text) or shown(text) == text, (path.name, text)
