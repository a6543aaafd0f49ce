from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import ACCOUNTS
from wa_policy import api
from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.findings import Verdict
from wa_policy.formal.public_access import check_no_public_access
from wa_policy.formal.verdicts import Proved, Refuted
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Version
from wa_policy.loaders.policyuniverse_adapter import (
    expander_for,
    from_arn,
    from_policy,
    from_statement,
    minimised,
    to_arn,
    to_policy,
    to_statement,
)
from wa_policy.settings import Settings

CATALOG = load_catalog()
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Principal": {
                "AWS": [f"arn:aws:iam::{ACCOUNTS[0]}:role/worker"],
                "Service": ["s3.amazonaws.com"],
            },
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::bucket/*"],
            "Condition": {"StringEquals": {"aws:SourceVpce": ["vpce-1"]}},
        },
        {"Effect": "Deny", "Principal": "*", "NotAction": ["s3:*"], "NotResource": ["*"]},
    ],
}


# --- objects -------------------------------------------------------------------------------------------------


def test_a_policy_goes_there_and_back() -> None:
    policy, _ = parse_policy(POLICY)
    theirs = to_policy(policy)
    assert theirs.principals == {f"arn:aws:iam::{ACCOUNTS[0]}:role/worker", "s3.amazonaws.com", "*"}
    assert {tuple(entry) for entry in theirs.condition_entries} == {("vpce", "vpce-1")}
    assert from_policy(theirs) == (policy, ())


def test_a_statement_goes_there_and_back() -> None:
    policy, _ = parse_policy(POLICY)
    for statement in policy.statements:
        theirs = to_statement(statement)
        assert theirs.effect == statement.effect.value
        back, problems = from_statement(theirs)
        assert (back.version, back.statements, problems) == (Version.OF_2012, (statement,), ())
    assert from_statement(to_statement(policy.statements[0]), None)[0].version is None


def test_what_their_policy_holds_and_cannot_be_read_is_a_problem() -> None:
    policy, _ = parse_policy(POLICY)
    theirs = to_policy(policy)
    theirs.policy["Statement"][0]["Effect"] = "Perhaps"
    back, problems = from_policy(theirs)
    assert [problem.code for problem in problems] == ["effect"]
    assert back.statements == policy.statements[1:]


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:s3:::bucket",
        f"arn:aws-cn:iam::{ACCOUNTS[0]}:role/path/worker",
        f"arn:aws:lambda:eu-west-1:{ACCOUNTS[0]}:function:f:live",
    ],
)
def test_an_arn_goes_there_and_back(text: str) -> None:
    arn = parse_arn(text)
    assert arn is not None
    theirs = to_arn(arn)
    assert (theirs.error, theirs.partition, theirs.tech, theirs.region, theirs.account_number or "", theirs.name) == (
        False, arn.partition, arn.service, arn.region, arn.account, arn.resource,
    )  # fmt: skip
    assert from_arn(theirs) == arn


def test_what_is_no_arn_is_none() -> None:
    arn = parse_arn("arn:aws:s3:::bucket")
    assert arn is not None
    make = type(to_arn(arn))
    assert [from_arn(make(text)) for text in (ACCOUNTS[0], "lambda.amazonaws.com", "*")] == [None, None, None]


# --- minimised lists -----------------------------------------------------------------------------------------


def expanded(patterns: tuple[str, ...], catalog: Catalog = CATALOG) -> ActionSet:
    bits = 0
    for pattern in patterns:
        bits |= catalog.actions_matching(pattern)
    return bits & catalog.listed


SERVICES = ("s3", "iam", "lambda", "dynamodb", "sqs", "kms", "s3tables")
PATTERNS = st.builds(
    "{}:{}".format,
    st.sampled_from(SERVICES),
    st.sampled_from(("*", "Get*", "*Object*", "List?*", "P*", "*y", "Create*")),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(PATTERNS, max_size=4), st.lists(PATTERNS, max_size=3), st.randoms(use_true_random=False))
def test_minimised_lists_are_exact(more: list[str], fewer: list[str], rng: random.Random) -> None:
    wanted = expanded(tuple(more)) & ~expanded(tuple(fewer))
    names = CATALOG.names(wanted)
    for name in rng.sample(names, min(len(names), 5)):
        wanted &= ~CATALOG.single(name)
    short = minimised(wanted, CATALOG)
    assert expanded(short) == wanted
    assert len(short) <= len(CATALOG.names(wanted))
    assert list(short) == sorted(set(short), key=str.lower)


def test_minimised_lists_are_exact_where_one_name_begins_another() -> None:
    # The original keeps `GetFunction` as a name and forgets the longer ones.
    wanted = expanded(
        ("lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConcurrency")
    )
    assert expanded(minimised(wanted, CATALOG)) == wanted
    for name in CATALOG.names(expanded(("lambda:*",))):
        wanted = expanded((f"{name}*",))
        assert expanded(minimised(wanted, CATALOG)) == wanted


def test_whole_sets_are_one_pattern() -> None:
    assert minimised(CATALOG.everything, CATALOG) == ("*",)
    assert minimised(CATALOG.actions_matching("sqs:*"), CATALOG) == ("sqs:*",)
    assert minimised(0, CATALOG) == ()


def test_minimised_lists_know_services_newer_than_the_data_of_policyuniverse() -> None:
    assert minimised(CATALOG.actions_matching("s3tables:GetTable"), CATALOG) == ("s3tables:GetTable",)


def test_the_tables_of_policyuniverse_stay_as_they_are(capfd: pytest.CaptureFixture[str]) -> None:
    policy, _ = parse_policy(POLICY)
    to_policy(policy)  # imports it
    theirs, expander = sys.modules["policyuniverse"], sys.modules["policyuniverse.expander_minimizer"]
    before = set(vars(theirs)["all_permissions"])
    names_before = dict(vars(expander))
    minimised(CATALOG.actions_matching("s3:Get*"), CATALOG)
    assert sys.modules["policyuniverse.expander_minimizer"] is expander
    assert vars(theirs)["all_permissions"] == before
    assert vars(expander) == names_before
    assert capfd.readouterr() == ("", "")


def test_it_is_imported_when_it_is_used_and_warns_of_nothing() -> None:
    code = (
        "import sys; from wa_policy.loaders import policyuniverse_adapter as adapter;"
        "assert 'policyuniverse' not in sys.modules;"
        "from wa_policy.iam.parse import parse_policy; adapter.to_policy(parse_policy({'Statement': []})[0]);"
        "assert 'policyuniverse' in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


# --- its expander as an oracle --------------------------------------------------------------------------------

STATEMENTS: tuple[dict[str, Any], ...] = (
    {"Action": "*"},
    {"Action": ["s3:Get*", "S3:putobject"]},
    {"Action": ["iam:*Role*", "lambda:*", "dynamodb:BatchGetItem"]},
    {"NotAction": ["iam:*", "organizations:*", "account:*"]},
    {"NotAction": "*Tag*"},
    {"Action": ["*:Describe*", "sqs:SendMessage"]},
)


def agree(statement: dict[str, Any], expander: Any) -> bool:
    """True iff both expand the Action element to the same listed actions."""
    policy, problems = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})
    assert problems == ()
    action = policy.statements[0].action
    ours = expanded(tuple(str(value) for value in action.values))
    if action.negated:
        ours ^= CATALOG.listed
    theirs = expander.get_actions_from_statement(statement) & expander.all_permissions
    return {name.lower() for name in CATALOG.names(ours)} == set(theirs)


@pytest.fixture(scope="module")
def expander() -> Any:
    return expander_for([name.lower() for name in CATALOG.names(CATALOG.listed)])


def test_our_expansion_is_that_of_policyuniverse(expander: Any) -> None:
    assert [statement for statement in STATEMENTS if not agree(statement, expander)] == []


def test_our_expansion_of_managed_policies_is_that_of_policyuniverse(expander: Any) -> None:
    corpus = os.environ.get("WA_POLICY_CORPUS")
    if corpus is None:
        pytest.skip(
            "WA_POLICY_CORPUS is not set; it names the folder that has corpus/aws_managed_policies.json.gz"
        )
    with gzip.open(Path(corpus) / "corpus" / "aws_managed_policies.json.gz", "rt", encoding="utf-8") as file:
        documents = json.load(file)
    statements = []
    for document in documents.values():
        found = document["Statement"]
        statements += found if isinstance(found, list) else [found]
    elements = [{word: s[word] for word in ("Action", "NotAction") if word in s} for s in statements]
    usable = [element for element in elements if "?" not in str(element)]  # it does not expand `?` alone
    inverted = [element for element in usable if "NotAction" in element]
    assert inverted
    others = [element for element in usable if "NotAction" not in element]
    sample = inverted + random.Random(2).sample(others, 600 - len(inverted))
    assert [element for element in sample if not agree(element, expander)] == []


# --- why its verdict on public access is not used ---------------------------------------------------------------


def bucket_policy(condition: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    resource = "arn:aws:s3:::bucket/*"
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
    return {
        "Version": "2012-10-17",
        "Statement": [allow | ({"Condition": condition} if condition else {}), *more],
    }


DENY = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::bucket/*"}
VERDICTS = [
    # name, policy, what policyuniverse says, whether it is public
    ("the key is absent on the internet", bucket_policy({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}), False, True),
    ("half of the internet", bucket_policy({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}), False, True),
    ("any organization", bucket_policy({"StringLike": {"aws:PrincipalOrgID": "*"}}), False, True),
    ("a key that it does not know", bucket_policy({"StringEquals": {"aws:VpceOrgID": "o-abc"}}), True, False),
    ("a Deny of everything", bucket_policy({}, DENY), True, False),
    ("everyone but one organization", bucket_policy({"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}}), True, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "theirs", "is_public"), [row[1:] for row in VERDICTS], ids=[row[0] for row in VERDICTS]
)
def test_its_verdict_on_public_access_is_wrong_and_ours_right(
    policy: dict[str, Any], theirs: bool, is_public: bool, tmp_path: Path
) -> None:
    parsed, problems = parse_policy(policy)
    assert problems == ()
    assert to_policy(parsed).is_internet_accessible() is theirs
    answer = check_no_public_access(parsed, "AWS::S3::Bucket", CATALOG)
    assert type(answer) is (Refuted if is_public else Proved)
    file = tmp_path / "s3api.get-bucket-policy.bucket.json"
    file.write_text(json.dumps({"Policy": json.dumps(policy)}))
    alone = Settings(no_organization=True)
    report = api.scan(api.read([str(file)], alone), alone, only=["respol-public"])
    assert [result.verdict for result in report.results] == [Verdict.FAIL if is_public else Verdict.PASS]
