from __future__ import annotations

from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.evaluator.evaluate import Outcome
from wa_policy.evaluator.operations import Operation, evaluate_operation, requests_of
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.principal import Anonymous
from wa_policy.iam.request import Request

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:f"
URL = Request(Anonymous(), "lambda:InvokeFunctionUrl", FUNCTION, "111122223333")


def statement(action: str, effect: str = "Allow", condition: Any = None) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": "*",
        "Action": action,
        "Resource": "*",
        "Condition": condition or {},
    }


BY_URL = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
URL_ALLOWED, INVOKE_BY_URL = (
    statement("lambda:InvokeFunctionUrl"),
    statement("lambda:InvokeFunction", condition=BY_URL),
)


@pytest.mark.parametrize(
    ("statements", "outcome"),
    [
        ((), Outcome.IMPLICITLY_DENIED),
        ((URL_ALLOWED,), Outcome.IMPLICITLY_DENIED),
        ((INVOKE_BY_URL,), Outcome.IMPLICITLY_DENIED),
        ((URL_ALLOWED, INVOKE_BY_URL), Outcome.ALLOWED),
        (
            (statement("lambda:*"), statement("lambda:InvokeFunction", "Deny", BY_URL)),
            Outcome.EXPLICITLY_DENIED,
        ),
    ],
)
def test_a_function_url_needs_both(catalog: Catalog, statements: tuple[Any, ...], outcome: Outcome) -> None:
    policy = parse_policy({"Version": "2012-10-17", "Statement": list(statements)})[0]
    decision = evaluate_operation(
        Operation.LAMBDA_FUNCTION_URL, URL, AppliedPolicies(resource=policy), catalog
    )
    assert decision.outcome is outcome


def test_only_the_second_request_comes_through_the_url() -> None:
    first, second = requests_of(Operation.LAMBDA_FUNCTION_URL, URL)
    assert first == URL
    assert second.action == "lambda:InvokeFunction"
    assert second.context == {"lambda:invokedviafunctionurl": "true"}
