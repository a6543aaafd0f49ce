"""Sets of actions: expansion equals brute force, and what sets say about unlisted actions is never too little."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.wildcard import matches
from wa_policy.catalog import actionset
from wa_policy.catalog.actionset import ActionSpace
from wa_policy.catalog.model import AccessLevel, Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.errors import UsageError

SERVICES = ("iam", "s3", "s3tables", "signin", "sqs", "sts", "vpc-lattice")


def random_pattern(source: random.Random, actions: Sequence[str]) -> str:
    """An action with some characters or runs of them replaced by wildcards, and the case of some changed."""
    text = list(source.choice(actions))
    for _ in range(source.randint(0, 3)):
        start = source.randrange(len(text) + 1)
        end = min(len(text), start + source.choice((0, 1, 1, 3, 8, 20)))
        text[start:end] = [source.choice(("*", "*", "?", "**", "*?"))]
    return "".join(source.choice((part, part.lower(), part.upper())) for part in text)


def listed_names(catalog: Catalog, bits: int) -> list[str]:
    return list(catalog.names(bits & catalog.listed))


def test_expansion_equals_brute_force_on_some_services(catalog: Catalog) -> None:
    source = random.Random(20261027)
    everywhere = listed_names(catalog, catalog.everything)
    known = [name for name in everywhere if name.partition(":")[0] in SERVICES]
    assert len(known) > 500
    space = ActionSpace(
        {
            service: [name.partition(":")[2] for name in known if name.startswith(f"{service}:")]
            for service in SERVICES
        }
    )
    for _ in range(2_000):
        pattern = random_pattern(source, known)
        expected = [name for name in known if matches(pattern, name, ignore_case=True)]
        assert list(space.names(space.actions_matching(pattern) & space.listed)) == expected, pattern


def test_expansion_equals_brute_force_on_all_services(catalog: Catalog) -> None:
    source = random.Random(7)
    known = listed_names(catalog, catalog.everything)
    patterns = [random_pattern(source, known) for _ in range(40)]
    for pattern in [
        *patterns,
        "*",
        "**",
        "*:*",
        "?*:*?",
        "*:List*",
        "s3*",
        "*Object",
        "s3?GetObject",
        "nothing:here",
        "s3",
        "",
    ]:
        expected = [name for name in known if matches(pattern, name, ignore_case=True)]
        assert listed_names(catalog, catalog.actions_matching(pattern)) == expected, pattern


def test_only_ascii_letters_have_another_case(catalog: Catalog) -> None:
    assert catalog.actions_matching("s3:GetBuc\u212aetAcl") & catalog.listed == 0  # KELVIN SIGN lowers to k
    assert catalog.actions_matching("S3:GETBUCKETACL") == catalog.single("s3:GetBucketAcl")


# --- unlisted actions ---------------------------------------------------------------------------------------------


def unlisted(catalog: Catalog, bits: int, service: str) -> str:
    """What a set says about the unlisted actions of a service: none, some, all."""
    pattern = re.compile(rf"{service}:\((\w+) unlisted actions\)")
    found = [match[1] for name in catalog.names(bits) if (match := pattern.fullmatch(name))]
    return found[0] if found else "none"


def foreign(catalog: Catalog, bits: int) -> str:
    pattern = re.compile(r"\((\w+) actions of unlisted services\)")
    found = [match[1] for name in catalog.names(bits) if (match := pattern.fullmatch(name))]
    return found[0] if found else "none"


@pytest.mark.parametrize(
    ("pattern", "s3", "other_services"),
    [
        ("*", "all", "all"),
        ("*:*", "all", "all"),
        ("?*:*", "all", "all"),
        ("s3:*", "all", "none"),
        ("S3:**", "all", "none"),
        ("s?:*", "all", "some"),
        ("s3:Get*", "some", "none"),
        ("s3:??*", "some", "none"),
        ("*:Get*", "some", "some"),
        ("s3:GetObject", "none", "none"),
        ("s3:getobject", "none", "none"),
        ("s3:NotYetThere", "some", "none"),
        ("*:GetObject", "none", "some"),
        ("sqs:*", "none", "none"),
        ("newservice:*", "none", "some"),
        ("newservice:Do", "none", "some"),
        ("s3:", "none", "none"),
        ("s3:a:b", "none", "none"),
    ],
)
def test_what_a_pattern_says_about_unlisted_actions(
    catalog: Catalog, pattern: str, s3: str, other_services: str
) -> None:
    bits = catalog.actions_matching(pattern)
    assert (unlisted(catalog, bits, "s3"), foreign(catalog, bits)) == (s3, other_services)


def test_not_action_keeps_what_it_may_have(catalog: Catalog) -> None:
    assert unlisted(catalog, catalog.complement(catalog.actions_matching("s3:Get*")), "s3") == "some"
    assert unlisted(catalog, catalog.complement(catalog.actions_matching("s3:*")), "s3") == "none"
    assert unlisted(catalog, catalog.complement(catalog.actions_matching("sqs:*")), "s3") == "all"
    assert foreign(catalog, catalog.complement(catalog.actions_matching("sqs:*"))) == "all"


def test_a_deny_of_some_does_not_take_away_all(catalog: Catalog) -> None:
    allowed, denied = catalog.actions_matching("s3:Get*"), catalog.actions_matching("s3:GetBucket*")
    left = catalog.difference(allowed, denied)
    assert unlisted(catalog, left, "s3") == "some"
    assert "s3:GetBucketAcl" not in catalog.names(left)
    assert "s3:GetObject" in catalog.names(left)
    assert catalog.difference(allowed, catalog.actions_matching("s3:*")) == 0
    assert catalog.difference(allowed, catalog.everything) == 0


def test_added_actions_are_told_apart(catalog: Catalog) -> None:
    more = catalog.with_actions(
        ["s3:NewOne", "new:One", "s3:*", "s3:GetObject", "odd", "s3:", "S3:newone", "s3:NewTwo"]
    )
    one, two, other = more.single("s3:newone"), more.single("s3:NewTwo"), more.single("new:One")
    assert one & two == 0
    assert more.difference(one, more.single("S3:NEWONE")) == 0
    assert more.names(one | two | other) == ("new:One", "s3:NewOne", "s3:NewTwo")
    assert more.actions_matching("s3:New*") & (one | two | other) == one | two
    assert more.actions_matching("s3:*") & one == one
    assert more.complement(two) & (one | two) == one
    assert "s3:NewOne" in more.names(more.everything)
    assert not more.is_known("s3:NewOne")
    assert more.action("s3:NewOne") is None
    assert more.with_actions(["s3:NewTwo"]) is more
    assert more.with_actions(["s3:Aaa"]).names(more.with_actions(["s3:Aaa"]).single("s3:Aaa")) == ("s3:Aaa",)


def test_the_spelling_of_an_added_action_does_not_depend_on_the_order(catalog: Catalog) -> None:
    one = catalog.with_actions(["s3:NewOne", "s3:newone"])
    other = catalog.with_actions(["s3:newone", "s3:NewOne"])
    assert one.names(one.single("s3:NEWONE")) == other.names(other.single("s3:NEWONE"))


def test_single(catalog: Catalog) -> None:
    assert catalog.single("iam:passrole").bit_count() == 1
    assert catalog.names(catalog.single("iam:passrole")) == ("iam:PassRole",)
    with pytest.raises(UsageError, match="is a pattern"):
        catalog.single("iam:*")


def test_levels_split_the_known_actions(catalog: Catalog) -> None:
    seen = 0
    for level in AccessLevel:
        bits = catalog.actions_at(level)
        assert bits
        assert bits & seen == 0
        seen |= bits
    assert seen == catalog.listed
    assert catalog.single("iam:PassRole") & catalog.actions_at(AccessLevel.WRITE)


def test_the_memo_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actionset, "MEMO_LIMIT", 10)
    space = ActionSpace({"s3": ["GetObject", "PutObject"]})
    for number in range(100):
        space.actions_matching(f"s3:Name{number}*")
    assert len(space._memo) <= 10


def test_hostile_patterns_take_no_exponential_time(catalog: Catalog) -> None:
    assert catalog.actions_matching("*:" + "*a" * 200 + "*b") & catalog.listed == 0


# --- laws ---------------------------------------------------------------------------------------------------------

PATTERNS = st.sampled_from(
    ["*", "s3:*", "s3:Get*", "s3:G*t", "*:Get*", "s?:*", "s3:GetA", "s3:GetB", "s3:New", "sqs:*", "new:*", "new:A", "*:A", "n*:*"]
)  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """A set twice: as bits, and as the truth about each action."""

    text: str
    bits: Callable[[ActionSpace], int]
    has: Callable[[str], bool]


def of_pattern(pattern: str) -> Expression:
    return Expression(
        pattern,
        lambda space: space.actions_matching(pattern),
        lambda name: matches(pattern, name, ignore_case=True),
    )


def complement(one: Expression) -> Expression:
    return Expression(
        f"~{one.text}", lambda space: space.complement(one.bits(space)), lambda name: not one.has(name)
    )


def combined(parts: tuple[str, Expression, Expression]) -> Expression:
    operator, a, b = parts
    text = f"({a.text} {operator} {b.text})"
    match operator:
        case "|":
            return Expression(text, lambda s: a.bits(s) | b.bits(s), lambda n: a.has(n) or b.has(n))
        case "&":
            return Expression(text, lambda s: a.bits(s) & b.bits(s), lambda n: a.has(n) and b.has(n))
        case _:
            return Expression(
                text, lambda s: s.difference(a.bits(s), b.bits(s)), lambda n: a.has(n) and not b.has(n)
            )


EXPRESSIONS = st.recursive(
    PATTERNS.map(of_pattern),
    lambda inner: (
        inner.map(complement) | st.tuples(st.sampled_from(["|", "&", "-"]), inner, inner).map(combined)
    ),
    max_leaves=8,
)

LISTED = {"s3": ["GetA", "PutA"], "sqs": ["GetA", "Send"]}
UNLISTED = {
    "s3:({} unlisted actions)": ["s3:GetB", "s3:New", "s3:A", "s3:Delete"],
    "sqs:({} unlisted actions)": ["sqs:GetB", "sqs:A", "sqs:Purge"],
    "({} actions of unlisted services)": ["new:A", "new:GetA", "other:B", "so:Get"],
}


@given(EXPRESSIONS, st.sets(st.sampled_from(["s3:GetB", "s3:New", "new:A", "sqs:Purge"])))
def test_the_invariant_holds_for_every_expression(expression: Expression, added: set[str]) -> None:
    space = ActionSpace(LISTED).extended(added)
    bits = expression.bits(space)
    names = set(space.names(bits))
    listed = {f"{service}:{name}" for service, found in LISTED.items() for name in found} | added
    assert names & listed == {name for name in listed if expression.has(name)}, expression.text
    for words, actions in UNLISTED.items():
        truth = [expression.has(action) for action in actions if action not in added]
        if words.format("all") in names:
            assert all(truth), expression.text
        elif words.format("some") not in names:
            assert not any(truth), expression.text


@given(EXPRESSIONS, EXPRESSIONS)
def test_complement_and_difference(one: Expression, other: Expression) -> None:
    space = ActionSpace(LISTED)
    a, b = one.bits(space), other.bits(space)
    assert space.complement(space.complement(a)) == a
    assert space.complement(0) == space.everything
    assert space.complement(a | b) == space.complement(a) & space.complement(b)
    assert space.complement(a & b) == space.complement(a) | space.complement(b)
    assert space.difference(a, b) == a & space.complement(b)
    assert space.difference(a, 0) == a
    assert space.difference(a, space.everything) == 0
    assert space.difference(a, b) & space.listed == (a ^ (a & b)) & space.listed


@given(st.text(alphabet="*?sS3:GgeETtOobjcx", max_size=16))
def test_expansion_equals_brute_force_on_texts(pattern: str) -> None:
    catalog = load_catalog()
    inside = catalog.actions_matching("s3:*") & catalog.listed
    expected = [name for name in catalog.names(inside) if matches(pattern, name, ignore_case=True)]
    assert list(catalog.names(catalog.actions_matching(pattern) & inside)) == expected
