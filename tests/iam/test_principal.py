"""Principals of policies, callers of requests, and the ARNs that name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import callers, contexts, requests
from wa_policy.iam.arn import Arn, is_account_id, parse_arn
from wa_policy.iam.principal import (
    AccountPrincipal,
    Anonymous,
    ArnPrincipal,
    AwsService,
    Caller,
    Everyone,
    FederatedIdentity,
    FederatedUser,
    NamedPrincipal,
    Role,
    RoleSession,
    RootUser,
    UnmatchablePrincipal,
    User,
    account_of,
    parse_aws_principal,
    parse_caller,
)
from wa_policy.iam.request import Request, make_context
from wa_policy.iam.source import Source

ACCOUNT = "111122223333"


@given(st.text("arn:/*x1", max_size=14))
def test_an_arn_is_written_as_it_was(text: str) -> None:
    arn = parse_arn(text)
    assert (arn is not None) == (text.startswith("arn:") and text.count(":") >= 5)
    if arn is not None:
        assert str(arn) == text


@pytest.mark.parametrize(
    ("resource", "kind", "name"),
    [
        ("role/path/worker", "role", "path/worker"),
        ("function:f:live", "function", "f:live"),
        ("bucket", "", "bucket"),
        ("/restapis/x", "", "/restapis/x"),
        ("", "", ""),
    ],
)
def test_resource_type_and_name(resource: str, kind: str, name: str) -> None:
    arn = Arn("aws", "s", "", "", resource)
    assert (arn.resource_type, arn.resource_name) == (kind, name)


def test_account_ids() -> None:
    assert is_account_id(ACCOUNT)
    assert not any(map(is_account_id, ("", "11112222333", "1111222233334", "11112222333x", "١١١١٢٢٢٢٣٣٣٣")))


def arn_principal(text: str) -> ArnPrincipal:
    arn = parse_arn(text)
    assert arn is not None
    return ArnPrincipal(arn)


@pytest.mark.parametrize(
    ("text", "principal"),
    [
        ("*", Everyone()),
        (ACCOUNT, AccountPrincipal(ACCOUNT, ACCOUNT)),
        (f"arn:aws-cn:iam::{ACCOUNT}:root", AccountPrincipal(ACCOUNT, f"arn:aws-cn:iam::{ACCOUNT}:root")),
        *(
            (text, arn_principal(text))
            for text in (
                f"arn:aws:iam::{ACCOUNT}:user/path/ann",
                f"arn:aws:iam::{ACCOUNT}:role/worker",
                f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/session",
                f"arn:aws:sts::{ACCOUNT}:federated-user/ann",
                "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE",
            )
        ),
        ("AROAEXAMPLEEXAMPLE123", UnmatchablePrincipal("AWS", "AROAEXAMPLEEXAMPLE123")),
    ],
)
def test_what_an_aws_principal_names(text: str, principal: NamedPrincipal) -> None:
    assert parse_aws_principal(text) == principal
    assert str(principal) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "**", "1111", "ann", f"arn:aws:iam::{ACCOUNT}:role/*", f"arn:aws:iam::{ACCOUNT}:role/wor?er"),
        *(
            f"arn:aws:iam::{ACCOUNT}:group/g",
            "arn:aws:iam::*:root",
            "arn:aws:iam:::root",
            "arn:aws:iam::me:root",
        ),
        *("arn:aws:s3:::bucket", f"arn:aws:iam::{ACCOUNT}", f"arn:aws:sts::{ACCOUNT}:root", "AROA*"),
    ],
)
def test_what_no_aws_principal_can_be(text: str) -> None:
    assert parse_aws_principal(text) is None


@pytest.mark.parametrize(
    ("caller", "arn", "account"),
    [
        (RootUser(ACCOUNT), f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT),
        (User(ACCOUNT, "path/ann"), f"arn:aws:iam::{ACCOUNT}:user/path/ann", ACCOUNT),
        (
            Role(ACCOUNT, "path/worker", "aws-us-gov"),
            f"arn:aws-us-gov:iam::{ACCOUNT}:role/path/worker",
            ACCOUNT,
        ),
        (RoleSession(ACCOUNT, "worker", "s"), f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/s", ACCOUNT),
        (FederatedUser(ACCOUNT, "ann"), f"arn:aws:sts::{ACCOUNT}:federated-user/ann", ACCOUNT),
        (AwsService("lambda.amazonaws.com"), "lambda.amazonaws.com", None),
        (AwsService("ec2.cn-north-1.amazonaws.com.cn"), "ec2.cn-north-1.amazonaws.com.cn", None),
        (FederatedIdentity("accounts.google.com"), "accounts.google.com", None),
        (
            FederatedIdentity(f"arn:aws:iam::{ACCOUNT}:oidc-provider/a.b/c"),
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/a.b/c",
            None,
        ),
        (Anonymous(), "*", None),
    ],
)
def test_a_caller_is_read_from_its_arn(caller: Caller, arn: str, account: str | None) -> None:
    assert parse_caller(arn) == caller
    assert caller.arn == arn
    assert account_of(caller) == account


@given(callers)
def test_every_caller_is_read_back(caller: Caller) -> None:
    assert parse_caller(caller.arn) == caller


@given(
    st.text("arn:iamstsrootusele/-*.", max_size=30)
    | st.text("abr:/", max_size=9).map("arn:aws:sts::1:assumed-role/{}".format)
)
def test_whatever_is_read_as_a_caller_is_written_as_it_was(text: str) -> None:
    caller = parse_caller(text)
    assert caller is None or caller.arn == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "ann",
            f"arn:aws:iam::{ACCOUNT}:root/x",
            f"arn:aws:iam::{ACCOUNT}:role/",
            f"arn:aws:iam::{ACCOUNT}:user",
        ),
        *(
            f"arn:aws:sts::{ACCOUNT}:assumed-role/worker",
            f"arn:aws:sts::{ACCOUNT}:federated-user",
            "arn:aws:s3:::b",
        ),
        f"arn:aws:iam:eu-west-1:{ACCOUNT}:user/ann",
        *(f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/", f"arn:aws:sts::{ACCOUNT}:assumed-role//session"),
    ],
)
def test_what_is_no_caller(text: str) -> None:
    assert parse_caller(text) is None


def test_the_name_of_a_role_is_without_its_path() -> None:
    assert Role(ACCOUNT, "a/b/worker").name == "worker"
    assert Role(ACCOUNT, "worker").name == "worker"


# --- requests and places ----------------------------------------------------------------------------------------


def test_a_context_has_folded_keys_and_the_texts_of_iam() -> None:
    context = make_context(
        {"aws:SecureTransport": True, "N": 3, "F": 1.5, "L": ["a"], "T": (), "S": "Ab", "B": False}
    )
    assert context == {
        "aws:securetransport": "true",
        "n": "3",
        "f": "1.5",
        "l": ("a",),
        "t": (),
        "s": "Ab",
        "b": "false",
    }


@given(contexts)
def test_a_context_is_not_changed_by_making_it_again(
    context: dict[str, str | bool | float | list[str] | tuple[str, ...]],
) -> None:
    made = make_context(context)
    assert make_context({**made}) == made


@given(requests())
def test_the_keys_of_a_request_are_in_lower_case(request: Request) -> None:
    assert all(key == key.lower() for key in request.context)


def test_a_place_is_a_json_pointer() -> None:
    place = Source("f.json").at("Policy", "a/b~c", 0)
    assert place == Source("f.json", "/Policy/a~1b~0c/0")
    assert place.at() == place
    problem = place.problem("code", "message", advice="advice", line=3)
    assert (problem.file, problem.pointer, problem.line, problem.advice) == (
        "f.json",
        place.pointer,
        3,
        "advice",
    )
