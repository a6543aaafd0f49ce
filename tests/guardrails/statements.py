"""Deny statements for tests of packing, and requests that tell them apart."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from hypothesis import strategies as st

from wa_policy.formal.documents import decide
from wa_policy.guardrails.model import Guardrail
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Effect, Policy, Selection, Statement, Version
from wa_policy.iam.principal import User
from wa_policy.iam.request import ContextValue, Request
from wa_policy.iam.source import NOWHERE
from wa_policy.rules.model import GuardrailKind

ALLOW = Statement(Effect.ALLOW, None, Selection(("*",)), Selection(("*",)), (), None, NOWHERE)


def deny(**parts: Any) -> Statement:
    """A Deny statement; its Resource is `*` unless the parts say otherwise."""
    raw = {"Effect": "Deny", **({} if "NotResource" in parts else {"Resource": "*"}), **parts}
    policy, problems = parse_policy({"Version": "2012-10-17", "Statement": raw})
    assert problems == ()
    return policy.statements[0]


def guardrail(rule_id: str, *statements: Statement, kind: GuardrailKind = GuardrailKind.SCP) -> Guardrail:
    return Guardrail(rule_id, f"What {rule_id} is about", kind, statements, ())


def is_denied(statements: list[Statement] | tuple[Statement, ...], request: Request) -> bool:
    policy = Policy(Version.OF_2012, (ALLOW, *statements), NOWHERE)
    return not decide(policy, request, by_principal=False).is_allowed


# --- by chance ---------------------------------------------------------------------------------------------------------

ACTIONS = (
    "lambda:CreateFunction", "lambda:UpdateFunctionConfiguration", "lambda:Create*", "lambda:*", "LAMBDA:createfunction",
    "appsync:CreateGraphqlApi", "s3:GetObject", "s3:Get*", "*",
)  # fmt: skip
ASKED_ACTIONS = (
    "lambda:CreateFunction",
    "lambda:UpdateFunctionConfiguration",
    "lambda:GetFunction",
    "appsync:CreateGraphqlApi",
    "s3:GetObject",
)
RESOURCES = ("*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", "arn:aws:lambda:*:*:function:a*")
ASKED_RESOURCES = (
    "*",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/y",
    "arn:aws:lambda:eu-west-1:111122223333:function:ab",
)
# One key of each sort: texts, ARNs, several values, addresses, yes and no, numbers.
OPERATORS = {
    "lambda:VpcIds": (
        ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringNotEqualsIfExists", "StringEqualsIfExists"),
        ("vpc-1", "vpc-2", "vpc-*"),
    ),
    "aws:PrincipalArn": (
        ("ArnLike", "ArnNotLike", "ArnNotEquals", "ArnNotLikeIfExists", "StringNotLike"),
        ("arn:aws:iam::*:role/a", "arn:aws:iam::111122223333:role/a", "arn:aws:iam::*:role/*"),
    ),
    "lambda:SubnetIds": (
        ("ForAnyValue:StringEquals", "ForAnyValue:StringNotEquals", "ForAllValues:StringEquals", "ForAllValues:StringNotEquals",
         "ForAnyValue:StringNotEqualsIfExists"),
        ("s-1", "s-2"),
    ),
    "aws:SourceIp": (("IpAddress", "NotIpAddress", "NotIpAddressIfExists"), ("10.0.0.0/8", "10.1.0.0/16", "192.0.2.1")),
    "aws:ViaAWSService": (("Bool", "BoolIfExists"), ("true", "false")),
    "appsync:Visibility": (("StringNotEquals", "StringEquals"), ("PRIVATE", "GLOBAL")),
    "s3:signatureAge": (("NumericLessThan", "NumericGreaterThanEquals"), ("5", "7")),
}  # fmt: skip
ASKED: dict[str, tuple[ContextValue | None, ...]] = {
    "lambda:vpcids": (None, "", "vpc-1", "vpc-2", "vpc-3", "other"),
    "aws:principalarn": (
        "arn:aws:iam::111122223333:role/a",
        "arn:aws:iam::444455556666:role/a",
        "arn:aws:iam::111122223333:user/a",
    ),
    "lambda:subnetids": (None, (), ("s-1",), ("s-3",), ("s-1", "s-2"), ("s-1", "s-3")),
    "aws:sourceip": (None, "10.1.2.3", "10.2.0.1", "192.0.2.1", "192.0.2.2"),
    "aws:viaawsservice": (None, "true", "false"),
    "appsync:visibility": (None, "PRIVATE", "GLOBAL"),
    "s3:signatureage": (None, "4", "6", "8"),
}


Parts = dict[str, Any]


@st.composite
def _of_key(draw: st.DrawFn, key: str) -> Parts:
    """What a condition block says of one key."""
    operators, values = OPERATORS[key]
    found: Parts = {}
    which = draw(st.sampled_from(["operator", "operator", "null", "both"]))
    if which != "null":
        chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True))
        found[draw(st.sampled_from(operators))] = {key: chosen}
    if which != "operator":
        found["Null"] = {key: draw(st.sampled_from(["true", "false"]))}
    return found


def _block(said: dict[str, Parts]) -> Parts:
    block: Parts = {}
    for of_key in said.values():
        for operator, keys in of_key.items():
            block.setdefault(operator, {}).update(keys)
    return block


def _some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


_ACTION = st.tuples(st.sampled_from(["Action", "Action", "Action", "NotAction"]), _some(ACTIONS))
_RESOURCE = st.just(("Resource", ["*"])) | st.tuples(
    st.sampled_from(["Resource", "NotResource"]), _some(RESOURCES[1:])
)


@st.composite
def related(draw: st.DrawFn) -> list[Statement]:
    """Statements each of which is one before it with another action, resource, or condition on a key."""
    keys = draw(st.lists(st.sampled_from(sorted(OPERATORS)), min_size=1, max_size=2, unique=True))
    first = (draw(_ACTION), draw(_RESOURCE), {key: draw(_of_key(key)) for key in keys})
    made = [first]
    for _ in range(draw(st.integers(1, 4))):
        action, resource, said = draw(st.sampled_from(made))
        match draw(st.sampled_from(["action", "resource", "condition", "condition"])):
            case "action":
                action = draw(_ACTION)
            case "resource":
                resource = draw(_RESOURCE)
            case _:
                key = draw(st.sampled_from(keys))
                said = {**said, key: draw(_of_key(key) | st.just({}))}
        made.append((action, resource, said))
    return [
        deny(**{a: actions, r: resources, **({"Condition": block} if (block := _block(said)) else {})})
        for (a, actions), (r, resources), said in made
    ]


def all_blocks(key: str) -> list[Parts]:
    """Every condition block of one operator on the key, alone and beside a `Null`."""
    operators, values = OPERATORS[key]
    chosen = [list(some) for size in (1, 2) for some in combinations(values, size)]
    plain = [{operator: {key: some}} for operator in operators for some in chosen]
    absent, present = ({"Null": {key: word}} for word in ("true", "false"))
    return [absent, present, *plain, *(one | present for one in plain), *(one | absent for one in plain[:2])]


def all_requests_about(statements: list[Statement]) -> list[Request]:
    """Requests that have each value, or none, of the keys that the statements speak of."""
    keys = sorted({c.folded_key for s in statements for c in s.conditions})
    contexts = [
        {key: value for key, value in zip(keys, values, strict=True) if value is not None}
        for values in product(*(ASKED[key] for key in keys))
    ]
    return [
        Request(User("111122223333", "someone"), action, resource, None, context)
        for action in ASKED_ACTIONS
        for resource in ASKED_RESOURCES
        for context in contexts
    ]


def own_keys_only(request: Request) -> Request:
    """The request as AWS would make it: without the keys of other services, on a resource of its own."""
    service = request.action.partition(":")[0]
    resources = {
        "lambda": "arn:aws:lambda:eu-west-1:111122223333:function:ab",
        "s3": request.resource if request.resource.startswith("arn:aws:s3") else "arn:aws:s3:::b/x",
        "appsync": "arn:aws:appsync:eu-west-1:111122223333:apis/x",
    }
    context = {
        key: value for key, value in request.context.items() if key.partition(":")[0] in ("aws", service)
    }
    return Request(request.caller, request.action, resources[service], None, context)
