"""Which rules are about the types that were read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rules.test_words import HEAD
from wa_policy.catalog.model import Catalog
from wa_policy.findings import TypeRead
from wa_policy.loaders.cloudformation.attached import HANDLERS
from wa_policy.loaders.load import load
from wa_policy.rules.coverage import PART_OF
from wa_policy.rules.model import Rule
from wa_policy.rules.read import read_rule
from wa_policy.rules.run import run
from wa_policy.rules.vocabulary import is_type
from wa_policy.settings import Profile, Settings


def rule(catalog: Catalog, id_: str, **more: Any) -> Rule:
    examples: list[dict[str, Any]] = [
        {"name": name, "files": {"e.json": {}}, "expect": {"x": name}} for name in ("pass", "fail")
    ]
    return read_rule(f"{id_}.yaml", json.dumps({**HEAD, "id": id_, "examples": examples, **more}), catalog)


TEMPLATE = {
    "Resources": {
        "Q1": {"Type": "AWS::SQS::Queue"},
        "Q2": {"Type": "AWS::SQS::Queue"},
        "P": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": "Q1"}], "PolicyDocument": {"Statement": []}},
        },
        "T": {"Type": "AWS::SNS::Topic"},
        "U": {"Type": "AWS::IAM::User"},
    }
}


def test_each_type_with_the_rules_that_select_it(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.json").write_text(json.dumps(TEMPLATE))
    queue = {"select": "AWS::SQS::Queue", "require": {"VisibilityTimeout": {"exists": True}}}
    pack = (
        rule(catalog, "one", **queue),
        rule(catalog, "two", **queue, when={"DelaySeconds": {"above": 1000}}),
        rule(catalog, "three", **queue | {"profile": "strict"}),
        rule(catalog, "four", select="principal", require={"Path": {"exists": True}}),
    )
    found = run(pack, load(["t.json"]), Settings(Profile.CORE), catalog)
    assert found.types == (
        TypeRead("AWS::IAM::User", 1, 1, 1),
        TypeRead("AWS::SNS::Topic", 1, 0, 0),
        TypeRead("AWS::SQS::Queue", 2, 2, 1),
        TypeRead("AWS::SQS::QueuePolicy", 1, 0, 0, ("AWS::SQS::Queue",)),
    )
    assert [read.type for read in found.without_rules] == ["AWS::SNS::Topic"]
    only = run(pack, load(["t.json"]), Settings(Profile.CORE), catalog, only=("three",))
    assert {read.type: read.rules for read in only.types}["AWS::SQS::Queue"] == 1


def test_what_is_part_of_another_is_known_to_the_loaders() -> None:
    attached = {type_ for type_ in HANDLERS if type_.endswith(("Permission", "Policy"))}
    own = {"AWS::Logs::ResourcePolicy"}  # a resource of its own
    assert attached - own <= set(PART_OF)
    assert all(is_type(type_) for type_ in PART_OF)
    assert all(is_type(type_) for types in PART_OF.values() for type_ in types)
