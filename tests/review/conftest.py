"""Reviews of a template with one thing wrong and one right, by rules made for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from wa_policy.catalog.store import load_catalog
from wa_policy.findings import Report
from wa_policy.inventory.model import Inventory
from wa_policy.loaders.load import load
from wa_policy.rules.model import Rule
from wa_policy.rules.read import read_rule
from wa_policy.rules.run import run
from wa_policy.settings import Profile, Settings

DAY = date(2026, 11, 26)
FUNCTIONS = {
    "Slow": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": 900}},
    "Quick": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": 3}},
    "Open": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": {"Fn::ImportValue": "x"}}},
}


def made(id_: str, lens: str | list[str], **more: Any) -> Rule:
    raw: dict[str, Any] = {
        "id": id_,
        "title": f"The rule {id_}",
        "pillar": "security",
        "lens": [lens] if isinstance(lens, str) else lens,
        "severity": "high",
        "profile": "core",
        "message": "{subject} is wrong",
        "why": "because",
        "fix": {"text": f"mend `{id_}`"},
        "examples": [{"name": "x", "files": {"a.json": {}}, "expect": {"x": "fail", "y": "pass"}}],
        **more,
    }
    return read_rule(f"{id_}.yaml", json.dumps(raw), load_catalog())


def quick(id_: str, lens: str | list[str], most: int, **more: Any) -> Rule:
    """A rule that functions end within so many seconds."""
    return made(id_, lens, select="AWS::Lambda::Function", require={"Timeout": {"at_most": most}}, **more)


def asks(id_: str, lens: str, *, select: str = "workload", **more: Any) -> Rule:
    question = {"question": "Who looks at it?", "evidence": ["the wiki"], "expires_days": 100}
    return made(id_, lens, select=select, manual=question, profile="manual", **more)


@pytest.fixture
def read(tmp_path: Path) -> Callable[[dict[str, Any]], Inventory]:
    def of(resources: dict[str, Any]) -> Inventory:
        (tmp_path / "template.json").write_text(json.dumps({"Resources": resources}))
        return load([str(tmp_path)])

    return of


def judged(inventory: Inventory, *rules: Rule) -> Report:
    return run(rules, inventory, Settings(profile=Profile.MANUAL), load_catalog(), today=DAY)
