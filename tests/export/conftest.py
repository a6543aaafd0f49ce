from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.export.acme_seed import ACCOUNTS, MANAGEMENT, REGION, answers, seed
from tests.export.aws_server import Door, Environ, served

Session = boto3.session.Session
ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
# What moto does not know is answered from the files.
_GAPS = {
    r"GET /2015-03-31/functions/([^/]+)/policy\?Qualifier=(\w+)": ("lambda.get-policy", "ResourceNotFoundException"),
    r"GET /2015-03-31/functions/([^/]+)/aliases": ("lambda.list-aliases", "none"),
    r"GET /2021-10-31/functions/([^/]+)/urls": ("lambda.list-function-url-configs", "ResourceNotFoundException"),
    r"GET /2024-08-31/functions/([^/]+)/recursion-config": ("lambda.get-function-recursion-config", ""),
}  # fmt: skip


@dataclass
class Aws:
    """A server that holds acme: its address, its door, and sessions in its accounts."""

    url: str
    door: Door
    session_in: Callable[[str], Any]

    def credentials(self, account: str) -> Mapping[str, str]:
        """The variables of the environment for a session in an account."""
        found = self.session_in(account).get_credentials()
        return {
            "AWS_ACCESS_KEY_ID": found.access_key,
            "AWS_SECRET_ACCESS_KEY": found.secret_key,
            "AWS_SESSION_TOKEN": found.token,
        }


def gaps() -> Mapping[tuple[str, str], Any]:
    """The answers of the operations that moto lacks, by operation and function; names are unique in acme."""
    return {
        (operation, name): answer
        for operation, _ in _GAPS.values()
        for account in ACCOUNTS
        for name, answer in answers(account, REGION, operation)
    }


def filled(target: str, found: Mapping[tuple[str, str], Any]) -> tuple[str, bytes] | None:
    for pattern, (operation, error) in _GAPS.items():
        match = re.search(pattern, target)
        if match is None:
            continue
        answer = found.get((operation, "@".join(match.groups())))
        if answer is None and error == "none":
            answer = {"Aliases": []}
        if answer is None or "Error" in answer:
            code = error or "ResourceNotFoundException"
            return "404 Not Found", json.dumps({"Type": "User", "message": "none", "__type": code}).encode()
        return "200 OK", json.dumps(answer).encode()
    return None


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """AWS with acme in it; `door.trouble` is that of the test alone."""
    patch = pytest.MonkeyPatch()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    }.items():
        patch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"):
        patch.delenv(name, raising=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    found = gaps()
    door = Door(trouble=lambda target, _environ: filled(target, found))
    with served(door) as url:

        def session_in(account: str) -> Any:
            client = Session().client("sts", endpoint_url=url, region_name="us-east-1")
            keys = client.assume_role(RoleArn=f"arn:aws:iam::{account}:role/seed", RoleSessionName="seed")[
                "Credentials"
            ]
            return Session(
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
            )

        seed(session_in, url)
        for name, value in Aws(url, door, session_in).credentials(MANAGEMENT).items():
            patch.setenv(name, value)
        yield Aws(url, door, session_in)
    patch.undo()


@pytest.fixture
def trouble(aws: Aws) -> Iterator[Callable[[Callable[[str, Environ], tuple[str, bytes] | None]], None]]:
    """Sets what goes wrong, for one test."""
    usual = aws.door.trouble

    def set_(more: Callable[[str, Environ], tuple[str, bytes] | None]) -> None:
        def both(target: str, environ: Environ) -> tuple[str, bytes] | None:
            return more(target, environ) or usual(target, environ)

        aws.door.trouble = both

    yield set_
    aws.door.trouble = usual
