"""What holds for all policies: the laws of the engine, on random documents and on a corpus where there is one."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.reference import random_policies as made
from wa_policy.catalog.model import Catalog
from wa_policy.errors import InternalError
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.formal.boxes import Side
from wa_policy.formal.checks import check_equivalent, check_no_new_access
from wa_policy.formal.documents import decide
from wa_policy.formal.keys import ABSENT, FREE, KeyDomain
from wa_policy.formal.layers import Layers
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.verdicts import Proved, Refuted, Undecided
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.principal import RootUser, User

CORPUS = os.environ.get("WA_POLICY_CORPUS")
ALICE = User("111122223333", "alice")


def _policy(*statements: dict[str, Any]) -> Policy:
    policy, problems = parse_policy({"Version": "2012-10-17", "Statement": list(statements)})
    assert not problems
    return policy


def _parsed(document: dict[str, Any]) -> Policy:
    return parse_policy(json.loads(json.dumps(document)))[0]


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("principal", [False, True])
def test_a_policy_allows_no_more_than_itself_or_with_a_deny_or_without_an_allow(
    seed: int, principal: bool, catalog: Catalog
) -> None:
    random = Random(seed)
    kind = PolicyKind.RESOURCE if principal else PolicyKind.IDENTITY
    document = made.document(random, principal=principal)
    policy = _parsed(document)
    shuffled = {**document, "Statement": random.sample(document["Statement"], len(document["Statement"]))}
    assert isinstance(check_equivalent(policy, _parsed(shuffled), kind, catalog), Proved)
    deny = made.statement(random, principal=principal, allow=0)
    denied = _parsed({**document, "Statement": [*document["Statement"], deny]})
    assert isinstance(check_no_new_access(policy, denied, kind, catalog), Proved)
    allows = [s for s in document["Statement"] if s["Effect"] == "Allow"]
    if allows:
        fewer = _parsed({**document, "Statement": [s for s in document["Statement"] if s is not allows[0]]})
        assert isinstance(check_no_new_access(policy, fewer, kind, catalog), Proved)


@pytest.mark.parametrize("seed", range(60))
def test_a_witness_is_allowed_by_the_new_document_alone(seed: int, catalog: Catalog) -> None:
    random = Random(seed)
    old, new = _parsed(made.document(random)), _parsed(made.document(random))
    answer = check_no_new_access(old, new, PolicyKind.IDENTITY, catalog)
    if isinstance(answer, Refuted):
        assert decide(new, answer.witness, by_principal=False).is_allowed
        assert not decide(old, answer.witness, by_principal=False).is_allowed
        assert answer.statement is not None
        assert new.statements[answer.statement.index].effect == "Allow"
        assert check_no_new_access(old, new, PolicyKind.IDENTITY, catalog) == answer


ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def test_a_stated_key_that_cannot_be_there_leaves_no_request(catalog: Catalog) -> None:
    applied = AppliedPolicies(identity=(_policy(ALLOW_ALL),))

    def world(key: str) -> KeyDomain:
        return KeyDomain(fixed=()) if key == "aws:sourcevpc" else FREE

    question = Question(ALICE, applied, ("s3:GetObject",), worlds=(world,), stated=("aws:sourcevpc",))
    assert isinstance(find_request(question, catalog), Proved)


def test_a_key_that_the_action_cannot_carry_is_absent(catalog: Catalog) -> None:
    statement = {**ALLOW_ALL, "Condition": {"StringEquals": {"lambda:VpcIds": "vpc-1"}}}
    applied = AppliedPolicies(identity=(_policy(statement),))
    question = Question(ALICE, applied, ("s3:GetObject",))
    assert isinstance(find_request(question, catalog), Proved)
    assert isinstance(find_request(Question(ALICE, applied, ("lambda:*",)), catalog), Refuted)


def test_a_witness_shows_the_value_of_a_variable(catalog: Catalog) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::home/${aws:username}/*",
    }
    answer = find_request(
        Question(ALICE, AppliedPolicies(identity=(_policy(statement),)), ("s3:*",)), catalog
    )
    assert isinstance(answer, Refuted)
    assert str(answer.witness.context["aws:username"]) in answer.witness.resource


def test_bound_values_stay_within_what_a_key_may_be(catalog: Catalog) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::home/${aws:username}/*",
    }
    applied = AppliedPolicies(identity=(_policy(statement),))
    question = Question(ALICE, applied, ("s3:*",), worlds=(lambda _: ABSENT,))
    assert isinstance(find_request(question, catalog), Proved)


def test_the_root_user_cannot_assume_a_role(catalog: Catalog) -> None:
    trust = _policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"})
    question = Question(
        RootUser("111122223333"), AppliedPolicies(resource=trust), ("sts:AssumeRole",), realistic=False
    )
    assert isinstance(find_request(question, catalog), Proved)


def test_text_and_measure_on_one_key_is_never_proved_by_sampling(catalog: Catalog) -> None:
    old = _policy({**ALLOW_ALL, "Condition": {"Bool": {"app:x": ["true", "false"]}}})
    new = _policy({**ALLOW_ALL, "Condition": {"StringEquals": {"app:x": "yes"}}})
    assert isinstance(check_no_new_access(old, new, PolicyKind.IDENTITY, catalog), Refuted)
    new = _policy({**ALLOW_ALL, "Condition": {"StringLike": {"app:x": "1?7"}}})
    old = _policy({**ALLOW_ALL, "Condition": {"NumericLessThan": {"app:x": "150"}}})
    assert isinstance(check_no_new_access(old, new, PolicyKind.IDENTITY, catalog), Refuted | Undecided)


def test_a_budget_ends_a_question_the_same_way_each_time(catalog: Catalog) -> None:
    random = Random(5)
    words = [f"*{a}{b}*" for a in "abcdef" for b in "abcdef"]
    old = _policy(
        *({"Effect": "Allow", "Action": "*", "NotResource": random.sample(words, 3)} for _ in range(12))
    )
    answers = [
        check_no_new_access(old, _policy(ALLOW_ALL), PolicyKind.IDENTITY, catalog, steps=50) for _ in range(2)
    ]
    assert isinstance(answers[0], Undecided)
    assert answers[0] == answers[1]


def test_a_witness_that_does_not_replay_is_an_error(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Layers, "_boxes", lambda *_: ())
    deny = _policy(ALLOW_ALL, {**ALLOW_ALL, "Effect": "Deny"})
    resource = _policy({**ALLOW_ALL, "Principal": "*"}, {**ALLOW_ALL, "Effect": "Deny", "Principal": "*"})
    applied = AppliedPolicies(identity=(deny,), resource=resource)
    question = Question(RootUser("111122223333"), applied, ("s3:*",))
    with pytest.raises(InternalError, match="does not replay"):
        find_request(question, catalog)


def test_the_sides_are_opposite() -> None:
    assert Side.WIDE.other is Side.NARROW


@pytest.mark.skipif(CORPUS is None, reason="WA_POLICY_CORPUS does not name the folder with corpus/")
def test_every_policy_of_the_corpus_is_equivalent_to_itself(catalog: Catalog) -> None:
    with gzip.open(Path(CORPUS or "") / "corpus" / "aws_managed_policies.json.gz") as file:
        documents = json.load(file)
    for name, document in documents.items():
        random = Random(name)
        statements = document["Statement"]
        statements = statements if isinstance(statements, list) else [statements]
        shuffled = {**document, "Statement": random.sample(statements, len(statements))}
        answer = check_equivalent(_parsed(document), _parsed(shuffled), PolicyKind.IDENTITY, catalog)
        assert isinstance(answer, Proved), name
