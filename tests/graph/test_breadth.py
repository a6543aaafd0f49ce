"""How broad access is: numbers worked out by hand on small inventories."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.graph.webs import ABROAD, HOME, UNREAD, allow, deny, inventory, resource, role, trust, user
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.breadth import SENSITIVE_READS, Breadth, Breadths, Part, median, rank, sensitive
from wa_policy.graph.reach import reach_of
from wa_policy.graph.spin import web_of
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Principal, Resource

CATALOG = load_catalog()
QUEUES = [resource(f"arn:aws:sqs:eu-west-1:{HOME}:{name}") for name in "abcd"]


def arn(name: str, account: str = HOME) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def queue(name: str) -> str:
    return f"arn:aws:sqs:eu-west-1:{HOME}:{name}"


def breadths(*found: Principal | Resource) -> Breadths:
    stock = inventory(*found)
    return Breadths(stock, web_of(reach_of(stock, CATALOG)), CATALOG)


def of(name: str, *found: Principal | Resource) -> Breadth:
    return breadths(*found).principals[arn(name)]


def test_actions_times_the_share_of_the_resources() -> None:
    # 2 actions, on 1 and on 3 of 4 queues: 2 * 3/4 = 1.5, whatever the settings that may be read.
    found = of(
        "r",
        role("r", allow("sqs:SendMessage", queue("a")), allow(["sqs:PurgeQueue", "sqs:GetQueueUrl"], [queue("b"), queue("c")])),
        *QUEUES,
    )  # fmt: skip
    assert found.least == (Part("sqs", 2, 3, 4),)
    assert (found.lower, found.upper) == (Fraction(3, 2), Fraction(3, 2))


def test_services_are_added_up() -> None:
    # sqs: 1 * 4/4; secretsmanager: 2 * 1/2; in all 2. The principal itself is a resource of iam, with no action.
    secrets = [resource(f"arn:aws:secretsmanager:eu-west-1:{HOME}:secret:{name}") for name in ("x-1", "y-1")]
    read = allow(["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"], secrets[0].id)
    found = of("r", role("r", allow("sqs:SendMessage"), read), *QUEUES, *secrets)
    assert [(part.name, part.actions, part.reached, part.among) for part in found.least] == [
        ("secretsmanager", 2, 1, 2),
        ("sqs", 1, 4, 4),
    ]
    assert found.lower == 2


def test_a_condition_and_a_deny_bound_it_from_below_and_from_above() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    statements = (
        allow("sqs:SendMessage"),
        allow("sqs:PurgeQueue", Condition=condition),
        deny("sqs:*", queue("d")),
    )
    found = of("r", role("r", *statements), *QUEUES)
    assert (found.lower, found.upper) == (Fraction(3, 4), Fraction(2 * 3, 4))


def test_only_the_own_account_and_the_own_policies_count() -> None:
    there = f"arn:aws:sqs:eu-west-1:{ABROAD}:far"
    far = resource(there, trust({"AWS": HOME}, "sqs:*", Resource=there), account=ABROAD)
    open_ = resource(queue("open"), trust("*", "sqs:SendMessage", Resource=queue("open")))
    found = breadths(role("r", allow("sqs:SendMessage", [queue("a"), there])), role("n"), *QUEUES, far, open_)
    assert found.principals[arn("r")].least == (Part("sqs", 1, 1, 5),)
    assert found.principals[arn("n")].least == ()


def test_what_a_boundary_cuts_off_does_not_count() -> None:
    open_ = resource(queue("open"), trust("*", "sqs:SendMessage", Resource=queue("open")))
    bounded = role("r", allow("*"), boundary=[allow("s3:*")])
    assert of("r", bounded, *QUEUES, open_).most == ()


def test_members_of_a_class_have_the_same_breadth() -> None:
    found = breadths(*(role(name, allow("sqs:SendMessage")) for name in "pqr"), *QUEUES)
    assert {found.principals[arn(name)].lower for name in "pqr"} == {1}


def test_unread_policies_have_no_upper_side() -> None:
    doubt = Unknown(UnknownKind.NOT_EXPORTED, "a policy")
    found = of("r", role("r", allow("sqs:SendMessage"), missing=(doubt,)), *QUEUES)
    # What was not read may deny what was.
    assert found.lower == 0
    assert found.upper is None
    assert found.unread == (doubt,)


def test_a_resource_by_the_share_of_the_principals() -> None:
    # Two of four users and roles, three actions between them: 3 * 2/4. Service-linked roles do not count.
    linked = replace(role("linked", allow("sqs:*")), path="/aws-service-role/sqs.amazonaws.com/")
    found = breadths(
        linked,
        role("p", allow("sqs:SendMessage", queue("a"))),
        user("u", allow(["sqs:SendMessage", "sqs:PurgeQueue", "sqs:ReceiveMessage"], queue("a"))),
        role("q"),
        role("n", allow("sqs:GetQueueUrl", queue("a"))),
        *QUEUES,
    )
    assert found.resources[queue("a")].least == (Part("sqs", 3, 2, 4),)
    assert found.resources[queue("a")].lower == Fraction(3, 2)
    assert found.resources[queue("b")].lower == 0
    assert linked.arn not in found.principals


def test_a_resource_whose_policy_was_not_read_has_no_upper_side() -> None:
    found = breadths(role("p", allow("sqs:SendMessage")), resource(queue("a"), document=UNREAD))
    assert found.resources[queue("a")].upper is None


def test_every_sensitive_read_is_in_the_catalog_and_at_a_reading_level() -> None:
    assert all(CATALOG.is_known(action) for action in SENSITIVE_READS)
    bits = sensitive(CATALOG)
    for action, counts in (
        ("s3:PutObject", True), ("s3:PutBucketPolicy", True), ("s3:GetObject", True),
        ("s3:ListBucket", False), ("sqs:GetQueueAttributes", False), ("sqs:TagQueue", False),
    ):  # fmt: skip
        assert bool(bits & CATALOG.single(action)) is counts, action


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1], 1),
        ([3, 1, 2], 2),
        ([4, 1, 2, 3], Fraction(5, 2)),
        ([1, None, 2], 2),
        ([1, None], None),
        ([None, None, 5], None),
    ],
)
def test_the_median(values: list[int | None], expected: Fraction | int | None) -> None:
    assert median(None if value is None else Fraction(value) for value in values) == expected


def test_equal_values_have_the_same_rank() -> None:
    values = [Fraction(value) for value in (5, 3, 3, 1)]
    assert [rank(value, values) for value in values] == [1, 2, 2, 4]
