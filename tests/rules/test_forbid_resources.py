"""Which resources a class about a subject asks for: those that its resource policy is about."""

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.findings import Verdict
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.source import NOWHERE
from wa_policy.inventory.model import POLICY_PROPERTY, Inventory, NoOrganization, Present, Resource
from wa_policy.rules.forbid import judge
from wa_policy.rules.request_class import CallerWord, Forbid, Policies, RequestClass
from wa_policy.rules.subjects import Scope, subject_of_resource

OWN = "111122223333"
HERE = f"eu-west-1:{OWN}"
TABLE, STREAM = f"arn:aws:dynamodb:{HERE}:table/t", f"arn:aws:kinesis:{HERE}:stream/s"
BUS, DOMAIN = f"arn:aws:events:{HERE}:event-bus", f"arn:aws:es:{HERE}:domain/d"


@pytest.mark.parametrize(
    ("type_", "id_", "action", "resource", "verdict"),
    [
        ("AWS::DynamoDB::Table", TABLE, "dynamodb:Query", f"{TABLE}/index/i", Verdict.FAIL),
        ("AWS::DynamoDB::Table", TABLE, "dynamodb:Query", f"{TABLE}s", Verdict.PASS),
        ("AWS::Kinesis::Stream", STREAM, "kinesis:PutRecord", STREAM, Verdict.FAIL),
        ("AWS::OpenSearchService::Domain", DOMAIN, "es:ESHttpGet", f"{DOMAIN}/orders/*", Verdict.FAIL),
        ("AWS::OpenSearchService::Domain", DOMAIN, "es:ESHttpGet", f"{DOMAIN}2/*", Verdict.PASS),
        ("AWS::Events::EventBus", f"{BUS}/b", "events:PutEvents", f"{BUS}/b", Verdict.FAIL),
        ("AWS::Events::EventBus", f"{BUS}/b", "events:PutRule", f"arn:aws:events:{HERE}:rule/b/r", Verdict.FAIL),
        ("AWS::Events::EventBus", f"{BUS}/b", "events:PutRule", f"arn:aws:events:{HERE}:rule/c/r", Verdict.PASS),
        ("AWS::Events::EventBus", f"{BUS}/default", "events:PutRule", f"arn:aws:events:{HERE}:rule/r", Verdict.FAIL),
        ("AWS::Logs::ResourcePolicy", "p", "logs:PutLogEvents", f"arn:aws:logs:{HERE}:log-group:g:*", Verdict.FAIL),
        ("AWS::Logs::Destination", "d", "logs:PutSubscriptionFilter", f"arn:aws:logs:{HERE}:destination:d", Verdict.FAIL),
    ],
)  # fmt: skip
def test_everyone(
    type_: str, id_: str, action: str, resource: str, *, verdict: Verdict, catalog: Catalog
) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    policy, _ = parse_policy({"Version": "2012-10-17", "Statement": [statement]})
    found = Resource(type_, id_, "r", OWN, "eu-west-1", {POLICY_PROPERTY: Present(policy)}, NOWHERE)
    inventory = Inventory(resources=(found,), organization=NoOrganization())
    requests = RequestClass(Policies.RESOURCE, CallerWord.EVERYONE, ("*",))
    judged = judge(
        Forbid((requests,)), subject_of_resource(found, inventory), {}, Scope(inventory, {}, catalog)
    )
    assert judged.verdict is verdict
