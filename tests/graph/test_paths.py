"""Paths: several steps, the shortest first."""

from __future__ import annotations

from itertools import islice
from pathlib import Path as File

import pytest

from tests.graph.webs import ABROAD, HOME, allow, resource, role, trust, web
from wa_policy import api
from wa_policy.catalog.store import load_catalog
from wa_policy.errors import UsageError
from wa_policy.graph.ends import between
from wa_policy.graph.paths import Path
from wa_policy.graph.web import Web
from wa_policy.iam.unknown import Unknown

ACME = File(__file__).parents[2] / "fixtures" / "acme"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:q"


def named(name: str, account: str = HOME) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{account}:role/{name}"}


def chain() -> Web:
    """A → b → c, a → c by a condition, c is an administrator; d sends to the queue and c may act as d."""
    assume = allow("sts:AssumeRole")
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return web(
        role("a", assume),
        role("b", assume, trusts=[trust(named("a"))]),
        role("c", allow("*"), trusts=[trust(named("b")), trust(named("a"), Condition=mfa)]),
        role("d", allow("sqs:SendMessage"), trusts=[trust(named("c"))]),
        role("far", allow("sqs:SendMessage"), account=ABROAD),
        resource(QUEUE),
    )


def paths(woven: Web, source: str, goal: str, **more: bool) -> list[Path]:
    return list(between(woven, load_catalog(), source, goal, **{"through_code": False, **more}))


def words(path: Path) -> str:
    return " ".join([path.hops[0].source.label, *(hop.target.label for hop in path.hops)])


def test_the_shortest_comes_first_and_all_come() -> None:
    found = paths(chain(), f"arn:aws:iam::{HOME}:role/a", "admin")
    assert [words(path) for path in found] == ["a c", "a b c"]
    assert isinstance(found[0].truth, Unknown)
    assert found[1].truth is True


def test_a_resource_is_reached_by_any_access_in_the_last_step() -> None:
    found = paths(chain(), f"arn:aws:iam::{HOME}:role/b", QUEUE)
    assert [words(path) for path in found] == ["b c q", "b c d q"]
    assert paths(chain(), f"arn:aws:iam::{ABROAD}:role/far", QUEUE) == []


def test_an_administrator_needs_no_path_to_one() -> None:
    assert paths(chain(), f"arn:aws:iam::{HOME}:role/c", "admin") == []
    assert {words(path) for path in paths(chain(), "any", "admin")} == {
        "a c", "a b c", "b c",
    }  # fmt: skip


def test_code_that_runs_is_followed_on_demand() -> None:
    function = "arn:aws:lambda:eu-west-1:111122223333:function:f"
    woven = web(
        role("caller", allow("lambda:InvokeFunction")),
        role("power", allow("*"), trusts=[trust({"Service": "lambda.amazonaws.com"})]),
        resource(function, Role=f"arn:aws:iam::{HOME}:role/power"),
    )
    caller = f"arn:aws:iam::{HOME}:role/caller"
    assert paths(woven, caller, "admin") == []
    (path,) = paths(woven, caller, "admin", through_code=True)
    assert words(path) == "caller f power"
    assert path.through_code


def test_an_unknown_end_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="was not read"):
        paths(chain(), "arn:aws:iam::1:role/x", "admin")


def test_acme_is_reached_from_outside_by_code_only() -> None:
    found = api.read([str(ACME)])
    woven = api.web(found)
    assert paths(woven, "public", "admin") == []
    (first,) = islice(between(woven, load_catalog(), "public", "admin", through_code=True), 1)
    assert [hop.target.label for hop in first.hops] == ["shipping", "shipping-quote", "shipping-quote-role"]
