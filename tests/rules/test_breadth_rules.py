"""When access is broader than that of the peers: the comparison by hand, and who the peers are."""

from dataclasses import replace

import pytest

from tests.graph.webs import HOME, allow, inventory, resource, role, trust, user
from wa_policy.catalog.store import load_catalog
from wa_policy.findings import Result
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Principal, Resource
from wa_policy.rules.each_breadth import is_broader
from wa_policy.rules.items import Item
from wa_policy.rules.pack import load_pack
from wa_policy.rules.parameters import values_of
from wa_policy.rules.run import run_rule
from wa_policy.rules.subjects import Scope, Subject

CATALOG = load_catalog()
DOUBT = Unknown(UnknownKind.NOT_EXPORTED, "a policy")
NOBODY = Subject("x", "AWS::IAM::Role", HOME, "x", None, None, None, Source("x"))


@pytest.mark.parametrize(
    ("own", "peers", "expected"),
    [
        (("9", "9"), ("3", "3"), False),  # exactly three times as much
        (("91/10", "91/10"), ("3", "3"), True),
        (
            ("4", "4"),
            ("1", "4/3"),
            False,
        ),  # 4 is no more than 3 times 4/3 from above, and from below it is unknown
        (("2", "2"), ("0", "0"), False),  # less than what is worth a look
        (("5/2", "5/2"), ("0", "0"), True),
        (("2", "3"), ("0", "0"), None),
        (("3", "100"), ("0", ""), None),  # the median has no upper side
        (("3", ""), ("0", "0"), True),  # more cannot make it less
        (("1", ""), ("0", "0"), None),
        (("1", "2"), ("0", ""), False),  # at most 2, which is not worth a look whatever the peers have
    ],
)
def test_the_comparison(own: tuple[str, str], peers: tuple[str, str], expected: bool | None) -> None:
    item = Item(
        "",
        Source("x"),
        {"lower": own[0], "upper": own[1], "median_lower": peers[0], "median_upper": peers[1]},
        open=None if own[1] else DOUBT,
    )
    found = is_broader(item, NOBODY, Scope(Inventory(), {}, CATALOG), {"factor": 3, "at_least": 2.5})
    if own == ("4", "4"):
        assert isinstance(found, Unknown)
        return
    assert (None if isinstance(found, Unknown) else found) is expected


def queue(name: str, **more: object) -> Resource:
    return resource(f"arn:aws:sqs:eu-west-1:{HOME}:{name}", **more)  # type: ignore[arg-type]


QUEUES = tuple(queue(name) for name in "abcd")


def results(rule: str, *found: Principal | Resource, **parameters: object) -> dict[str, Result]:
    one = next(one for one in load_pack() if one.id == rule)
    stock = inventory(*found)
    values = {**values_of(one, {}), **parameters}
    scope = Scope(stock, values, CATALOG)  # type: ignore[arg-type]
    return {result.subject.rsplit("/", 1)[-1].rsplit(":", 1)[-1]: result for result in run_rule(one, scope)}


LAMBDA, MACHINE = (
    trust({"Service": f"{name}.amazonaws.com"}) for name in ("lambda", "ec2")
)  # fmt: skip
BROAD = allow(["sqs:SendMessage", "sqs:PurgeQueue", "sqs:DeleteMessage"])


def test_the_numbers_are_in_the_message() -> None:
    functions = [role(f"f{number}", trusts=[LAMBDA]) for number in range(3)]
    found = results("broad-principal-access", role("all", BROAD, trusts=[LAMBDA]), *functions, *QUEUES)
    assert found["all"].message == (
        "all is number 1 of 4 by breadth: 3 (sqs: 3 sensitive actions on 4 of 4 resources = 3); its 3 peers, roles for "
        "lambda.amazonaws.com, have 0 in the median"
    )
    assert {found[f"f{number}"].verdict.value for number in range(3)} == {"pass"}


def test_peers_have_the_same_purpose_before_all_of_the_account_are_compared() -> None:
    functions = [role(f"f{number}", trusts=[LAMBDA]) for number in range(4)]
    machines = [role(f"m{number}", BROAD, trusts=[MACHINE]) for number in range(4)]
    found = results("broad-principal-access", *functions, *machines, user("u", BROAD), *QUEUES)
    # Among machines it is nothing special; the only user has no user to be compared with.
    assert found["m0"].verdict.value == "pass"
    # Its peers are the other eight: four with 0, four with 3; the median is 3/2, and 3 is not more than three times that.
    assert found["u"].verdict.value == "pass"
    found = results("broad-principal-access", *functions, user("u", BROAD), *QUEUES)
    assert found["u"].verdict.value == "fail"
    assert "its 4 peers, users and roles of the account, have 0" in found["u"].message


def test_a_tag_narrows_the_peers_while_there_are_enough() -> None:
    broad = [role(f"b{number}", BROAD, trusts=[LAMBDA], tags={"team": "data"}) for number in range(4)]
    narrow = [role(f"n{number}", trusts=[LAMBDA], tags={"team": "shop"}) for number in range(6)]
    stock: tuple[Principal | Resource, ...] = (*broad, *narrow, *QUEUES)
    assert results("broad-principal-access", *stock)["b0"].verdict.value == "fail"
    tagged = results("broad-principal-access", *stock, peer_tags=("team",))
    assert tagged["b0"].verdict.value == "pass"
    alone = results("broad-principal-access", *stock, peer_tags=("team",), min_peers=4)
    assert alone["b0"].verdict.value == "fail"  # three of the team are too few: all functions are peers


def test_a_path_narrows_the_peers() -> None:
    broad = [replace(role(f"b{number}", BROAD, trusts=[LAMBDA]), path="/data/") for number in range(4)]
    narrow = [role(f"n{number}", trusts=[LAMBDA]) for number in range(6)]
    assert results("broad-principal-access", *broad, *narrow, *QUEUES)["b0"].verdict.value == "pass"


def test_a_resource_beside_those_of_its_type() -> None:
    roles = [role(f"r{number}", allow("sqs:SendMessage", QUEUES[0].id)) for number in range(3)]
    found = results("broad-resource-access", *roles, role("n"), *QUEUES, broad_resource=0.5)
    # 1 action * 3 of 4 principals.
    assert found["a"].message.startswith(
        "access to a is number 1 of 4 by breadth: 0.75 (sqs: 1 sensitive action by 3 of 4 principals = 0.75)"
    )
    assert found["b"].verdict.value == "pass"


def test_tags_of_a_resource_that_were_not_read_leave_its_peers_open() -> None:
    unread = queue("a", Tags=DOUBT)
    found = results("broad-resource-access", role("r"), unread, *QUEUES[1:], peer_tags=("team",))
    assert found["a"].verdict.value == "unknown"
    assert found["a"].reasons == (DOUBT,)
