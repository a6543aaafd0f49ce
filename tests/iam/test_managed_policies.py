"""All AWS managed policies are read without a problem, and are the same when printed and read again."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from wa_policy.iam.document import to_document
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import PolicyKind

CORPUS = os.environ.get("WA_POLICY_CORPUS")


@pytest.fixture(scope="module")
def documents() -> dict[str, Any]:
    if CORPUS is None:
        pytest.skip(
            "the environment variable WA_POLICY_CORPUS does not name a folder with the managed policies"
        )
    with gzip.open(Path(CORPUS) / "corpus" / "aws_managed_policies.json.gz", "rt", encoding="utf-8") as file:
        policies: dict[str, Any] = json.load(file)
    return policies


def test_every_managed_policy_is_read_and_read_again(documents: dict[str, Any]) -> None:
    assert len(documents) > 1_000
    for name, raw in documents.items():
        policy, problems = parse_policy(raw, kind=PolicyKind.IDENTITY)
        assert problems == (), name
        assert policy.unreadable == (), name
        assert policy.statements, name
        assert parse_policy(to_document(policy)) == (policy, ()), name
