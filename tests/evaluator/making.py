"""Small policies and requests of a few callers, and values with a hole."""

from __future__ import annotations

from typing import Any

from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.principal import Caller, parse_caller
from wa_policy.iam.request import Request, make_context
from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown, UnknownKind

ACCOUNT = "111111111111"
USER = f"arn:aws:iam::{ACCOUNT}:user/bob"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
FEDERATED_USER = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
SERVICE = "lambda.amazonaws.com"
OBJECT = "arn:aws:s3:::bucket/key"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
API = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:a/b/GET/c"
API_ACTION = "execute-api:Invoke"
REASON = Unknown(UnknownKind.UNRESOLVED, "a parameter")
HOLE = Hole(REASON, (), "${P}")


def holed(before: str = "", after: str = "") -> Template:
    return Template(tuple(part for part in (before, HOLE, after) if part))


def caller(text: str) -> Caller:
    found = parse_caller(text)
    assert found is not None
    return found


def policy(*statements: dict[str, Any]) -> Policy:
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)})[0]


def statement(effect: str = "Allow", action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def request(by: str = USER, action: str = "s3:GetObject", resource: str = OBJECT, **more: Any) -> Request:
    context = make_context(more.pop("context", {}))
    return Request(caller(by), action, resource, more.pop("account", ACCOUNT), context)
