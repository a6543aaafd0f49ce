"""Random raw policy documents with every family of conditions, small enough that they meet often."""

from __future__ import annotations

from random import Random
from typing import Any

ACTIONS = ("s3:GetObject", "s3:Get*", "s3:*", "*", "s3:PutObject", "lambda:Invoke*", "lambda:InvokeFunction",
           "s3:?etObject", "*:Get*", "dynamodb:Query")  # fmt: skip
RESOURCES = ("*", "arn:aws:s3:::b*", "arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", "arn:aws:s3:::b?cket/x",
             "arn:aws:lambda:*:*:function:f?", "arn:aws:lambda:us-*-1:111122223333:function:f*", "arn:aws:s3*:x",
             "arn:*:s3:::*/x", "arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/${aws:username}", "arn:aws:s3:::home/*")  # fmt: skip
STRINGS = ("red", "Red", "r?d", "r*", "*d", "blue", "b*e", "*", "${aws:username}", "u-${aws:username}", "u-*")
ARNS = ("arn:aws:iam::111122223333:role/a", "arn:aws:iam::*:role/*", "arn:*:iam::1111?2223333:role/a*",
        "arn:aws:iam::111122223333:*", "arn:aws:s3:::b*")  # fmt: skip
ADDRESSES = ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "0.0.0.0/1", "203.0.113.0/24")
NUMBERS = ("1", "5", "5.5", "-2")
DATES = ("2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z", "2020-01-01T00:00:00Z")
PRINCIPALS: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": "111122223333"},
    {"AWS": "arn:aws:iam::111122223333:root"},
    {"AWS": "arn:aws:iam::111122223333:user/alice"},
    {"AWS": ["arn:aws:iam::111122223333:role/a", "444455556666"]},
    {"AWS": "arn:aws:sts::444455556666:assumed-role/b/s"},
    {"Service": "lambda.amazonaws.com"},
    {"Service": ["lambda.amazonaws.com", "events.amazonaws.com"]},
    {"Federated": "cognito-identity.amazonaws.com"},
)


def _some(random: Random, values: tuple[str, ...], most: int = 3) -> list[str]:
    return random.sample(values, random.randint(1, min(most, len(values))))


def condition(random: Random, *, variables: bool) -> tuple[str, str, list[str]]:
    """An operator, a key and its values."""
    kind = random.choice(
        ("string", "string", "arn", "ip", "number", "date", "bool", "null", "set", "set", "arns")
    )
    suffix = random.choice(("", "", "IfExists"))
    negation = random.choice(("", "Not"))
    match kind:
        case "string" | "set":
            name = random.choice(("Equals", "Like", "EqualsIgnoreCase"))
            values = _some(random, STRINGS)
            if name == "EqualsIgnoreCase" or not variables or kind == "set":
                values = [v for v in values if "$" not in v] or ["red"]
            operator = f"String{negation}{name}{suffix}"
            if kind == "set":
                return f"{random.choice(('ForAllValues', 'ForAnyValue'))}:{operator}", "aws:TagKeys", values
            return operator, random.choice(("app:team", "app:Env", "aws:username", "APP:team")), values
        case "arn":
            return (
                f"Arn{negation}{random.choice(('Like', 'Equals'))}{suffix}",
                "app:Owner",
                _some(random, ARNS),
            )
        case "arns":
            quantifier = random.choice(("ForAllValues", "ForAnyValue"))
            return f"{quantifier}:Arn{negation}Like{suffix}", "app:Owners", _some(random, ARNS)
        case "ip":
            return f"{negation}IpAddress{suffix}", "aws:SourceIp", _some(random, ADDRESSES)
        case "number" | "date":
            names = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
            if kind == "number":
                return f"Numeric{random.choice(names)}{suffix}", "app:Size", _some(random, NUMBERS, 2)
            return f"Date{random.choice(names)}{suffix}", "aws:CurrentTime", _some(random, DATES, 2)
        case "bool":
            return f"Bool{suffix}", "aws:SecureTransport", [random.choice(("true", "false"))]
        case _:
            key = random.choice(("app:team", "aws:SourceIp", "aws:TagKeys", "app:Size", "aws:username"))
            return "Null", key, [random.choice(("true", "false"))]


def statement(
    random: Random, *, principal: bool, allow: float = 0.65, variables: bool = True
) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": "Allow" if random.random() < allow else "Deny"}
    if principal:
        negated = random.random() < 0.12
        made["NotPrincipal" if negated else "Principal"] = random.choice(
            PRINCIPALS[2:] if negated else PRINCIPALS
        )
    made["NotAction" if random.random() < 0.12 else "Action"] = _some(random, ACTIONS)
    resources = _some(random, RESOURCES)
    if not variables:
        resources = [r for r in resources if "$" not in r] or ["*"]
    made["NotResource" if random.random() < 0.12 else "Resource"] = resources
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        operator, key, values = condition(random, variables=variables)
        made.setdefault("Condition", {}).setdefault(operator, {})[key] = values
    return made


def document(
    random: Random, *, principal: bool = False, allow: float = 0.65, variables: bool | None = None
) -> dict[str, Any]:
    """One policy document of one to four statements."""
    with_variables = random.random() < 0.3 if variables is None else variables
    return {
        "Version": "2012-10-17",
        "Statement": [
            statement(random, principal=principal, allow=allow, variables=with_variables)
            for _ in range(random.choice((1, 1, 2, 3, 4)))
        ],
    }


def variation(random: Random, original: dict[str, Any], *, principal: bool = False) -> dict[str, Any]:
    """A document close to another: a statement taken away, added or changed in one element."""
    statements = [dict(s) for s in original["Statement"]]
    which = random.randrange(len(statements))
    match random.randrange(5):
        case 0 if len(statements) > 1:
            del statements[which]
        case 1:
            statements.append(statement(random, principal=principal))
        case 2:
            statements[which]["Condition"] = {}
            operator, key, values = condition(random, variables=False)
            statements[which]["Condition"] = {operator: {key: values}}
        case 3:
            name = "NotResource" if "NotResource" in statements[which] else "Resource"
            statements[which][name] = _some(random, RESOURCES)
        case _:
            name = "NotAction" if "NotAction" in statements[which] else "Action"
            statements[which][name] = _some(random, ACTIONS)
    return {"Version": original["Version"], "Statement": statements}
