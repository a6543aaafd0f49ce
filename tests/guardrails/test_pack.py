"""Packing: as few documents as the quotas allow, no more than what is said to fit, and every statement traced."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.guardrails.statements import deny, guardrail
from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.errors import UsageError
from wa_policy.formal.verdicts import Proved, Refuted, Undecided
from wa_policy.guardrails.defects import defects
from wa_policy.guardrails.generate import Generated, LeftOut, generate, guardrails_of, read_back
from wa_policy.guardrails.limits import PRESETS, Limits, Quotas
from wa_policy.guardrails.merge import Piece
from wa_policy.guardrails.minify import size, size_of, size_of_all
from wa_policy.guardrails.missing_keys import missing_keys
from wa_policy.guardrails.model import Guardrail
from wa_policy.guardrails.pack import Level, Packing, check_unchanged, pack
from wa_policy.guardrails.places import DOCUMENTS, Attached, Place, level_of
from wa_policy.guardrails.wildcards import with_wildcards
from wa_policy.iam.policy import Statement
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.rules.model import GuardrailKind
from wa_policy.rules.pack import load_pack
from wa_policy.settings import Profile, Settings

CATALOG = load_catalog()
SCP, RCP = GuardrailKind.SCP, GuardrailKind.RCP
WIDE = Limits(10_240, 10)


def packed(*guardrails: Guardrail, limits: Limits = WIDE, level: Level = Level.EXACT) -> Packing:
    return pack(guardrails, SCP, limits, CATALOG, level)


def apart(number: int, *, actions: int = 3) -> Guardrail:
    """A guardrail that merges with no other."""
    names = [f"lambda:Action{number:03}{letter}" for letter in "abcdefghij"[:actions]]
    return guardrail(
        f"rule-{number:03}", deny(Action=names, Condition={"Null": {f"lambda:Key{number}": "true"}})
    )


# --- what fits -----------------------------------------------------------------------------------------------------------


def test_a_document_is_minified_and_counted_as_it_is_written() -> None:
    (document,) = packed(guardrail("a", deny(Action=["organizations:LeaveOrganization"]))).documents
    assert document.text == (
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}}'
    )
    assert document.characters == len(document.text) == 112


def test_an_umlaut_counts_as_what_it_takes() -> None:
    (document,) = packed(
        guardrail("a", deny(Action="s3:*", Condition={"StringEquals": {"aws:PrincipalTag/ort": "Köln"}}))
    ).documents
    assert "Köln" in document.text
    assert document.characters == len(document.text) + 1


@given(st.integers(1, 40), st.integers(300, 2_000))
def test_documents_keep_to_the_quota_and_lose_nothing(count: int, characters: int) -> None:
    guardrails = [apart(number, actions=1 + number % 7) for number in range(count)]
    found = packed(*guardrails, limits=Limits(characters, 1_000))
    assert all(document.characters <= characters for document in found.documents)
    assert all(document.characters == size(document.text) for document in found.documents)
    pieces = [piece for document in found.documents for piece in document.pieces]
    assert sorted(rule for piece in pieces for rule in piece.rules) == [g.rule_id for g in guardrails]
    assert {piece.statement for piece in pieces} == {s for g in guardrails for s in g.statements}
    assert found.tally.characters == sum(len(document.text) for document in found.documents)
    # Two documents that would fit in one would have been one.
    for one, other in combinations(found.documents, 2):
        both = [size_of(piece.statement) for piece in (*one.pieces, *other.pieces)]
        assert size_of_all(both) > characters


def test_a_statement_that_is_too_large_is_cut() -> None:
    (single,) = packed(apart(1, actions=10)).documents
    found = packed(apart(1, actions=10), limits=Limits(single.characters - 1, 10))
    assert len(found.documents) == 2
    actions = [value for d in found.documents for p in d.pieces for value in p.statement.action.values]
    assert sorted(map(str, actions)) == [f"lambda:Action001{letter}" for letter in "abcdefghij"]
    assert isinstance(check_unchanged(found, CATALOG), Proved)


def test_a_list_of_bad_values_is_cut_and_one_of_good_ones_is_not() -> None:
    values = [f"vpc-{number:04}" for number in range(100)]
    bad = guardrail("bad", deny(Action="lambda:A", Condition={"StringEquals": {"lambda:VpcIds": values}}))
    found = packed(bad, limits=Limits(500, 10))
    assert len(found.documents) > 1
    assert isinstance(check_unchanged(found, CATALOG), Proved)
    good = guardrail(
        "good", deny(Action="lambda:A", Condition={"StringNotEquals": {"lambda:VpcIds": values}})
    )
    with pytest.raises(
        UsageError, match=r"a statement of `good` takes 1241 characters, expected at most 500"
    ):
        packed(good, limits=Limits(500, 10))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(400, 5, attached=3), "need 3 SCPs of 400 characters, expected at most 2: 3 of 5 are attached already"),
        (Limits(400, 5, attached=9), "need 3 SCPs of 400 characters, expected at most 0: 9 of 5 are attached already"),
        (Limits(0, 5), "found 0 characters for an SCP, expected at least 1"),
        (Limits(400, 0), "found 0 SCPs per target, expected at least 1"),
        (Limits(400, 5, attached=-1), "found -1 SCPs attached already, expected 0 or more"),
        (Limits(50, 5), "takes 142 characters, expected at most 50, the quota of an SCP"),
    ],
)  # fmt: skip
def test_an_impossible_quota_is_refused(limits: Limits, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        packed(*map(apart, range(6)), limits=limits)
    assert words in caught.value.message


def test_what_is_left_counts_the_documents_that_may_still_come() -> None:
    found = packed(apart(1), limits=Limits(1_000, 5, attached=2))
    assert found.left == 3 * 1_000 - found.documents[0].characters


def test_the_quotas_are_those_of_aws() -> None:
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""
    assert {name: {k: (x.characters, x.per_target, x.attached) for k, x in of.items()} for name, of in PRESETS.items()} == {
        "current": {SCP: (10_240, 10, 1), RCP: (5_120, 5, 1)},
        "before-may-2026": {SCP: (5_120, 5, 1), RCP: (5_120, 5, 1)},
    }  # fmt: skip
    assert Quotas().of(SCP) == PRESETS["current"][SCP]
    assert Quotas().of(RCP) == PRESETS["current"][RCP]


# --- what the saving is measured by ----------------------------------------------------------------------------------------


def test_the_plain_rendering_has_each_statement_by_itself_with_a_name() -> None:
    found = packed(
        guardrail("leave-guard", deny(Action="a:A")),
        guardrail("net-guard", deny(Action="b:B"), deny(Action="c:C")),
    )
    frame = len('{"Version":"2012-10-17","Statement":[,,]}')
    names = ("LeaveGuard", "NetGuard1", "NetGuard2")
    plain = sum(len(f'{{"Sid":"{name}","Effect":"Deny","Action":"a:A","Resource":"*"}}') for name in names)
    assert (found.plain.documents, found.plain.statements, found.plain.characters) == (1, 3, frame + plain)
    assert found.nameless.characters == found.plain.characters - sum(len(f'"Sid":"{n}",') for n in names)
    assert found.tally.statements == 1


# --- wildcards -------------------------------------------------------------------------------------------------------------

VERBS = ["apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
TYPE = {"ForAnyValue:StringNotEquals": {"apigateway:Request/AuthorizerType": "JWT"}}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param(deny(Action=VERBS, Condition=TYPE), ["apigateway:P*T", "apigateway:PATCH"], id="a key of the service has to be there"),
        pytest.param(
            deny(Action=[*VERBS, "apigateway:DELETE"], Condition=TYPE),
            ["apigateway:DELETE", "apigateway:P*T", "apigateway:PATCH"],
            id="some of them",
        ),
        pytest.param(deny(Action=VERBS[:2], Condition=TYPE), VERBS[:2], id="another action would fit"),
        pytest.param(deny(Action=VERBS), VERBS, id="no condition: tomorrow's actions would be denied"),
        pytest.param(
            deny(Action=VERBS, Condition={"StringNotEquals": {"apigateway:Request/AuthorizerType": "JWT"}}),
            VERBS,
            id="true without the key",
        ),
        pytest.param(
            deny(Action=VERBS, Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}),
            VERBS,
            id="a key of every service",
        ),
        pytest.param(
            deny(Action=[*VERBS, "s3:PutObject"], Condition=TYPE), [*VERBS, "s3:PutObject"], id="two services"
        ),
    ],
)  # fmt: skip
def test_wildcards(statement: Statement, expected: list[str], catalog: Catalog) -> None:
    assert list(with_wildcards(statement, catalog).action.values) == expected


# --- the proof that nothing changed ------------------------------------------------------------------------------------------


def test_a_packing_that_lost_or_gained_something_is_refuted() -> None:
    condition = {"StringNotEquals": {"lambda:VpcIds": "vpc-1"}}
    found = packed(
        guardrail("a", deny(Action=["lambda:CreateFunction", "lambda:InvokeFunction"], Condition=condition))
    )
    assert isinstance(check_unchanged(found, CATALOG), Proved)
    for wrong in (
        deny(Action="lambda:CreateFunction", Condition=condition),
        deny(Action=["lambda:CreateFunction", "lambda:InvokeFunction"]),
        deny(Action="lambda:*", Condition=condition),
    ):
        document = replace(found.documents[0], pieces=(Piece(wrong, ("a",)),))
        assert isinstance(
            check_unchanged(replace(found, exact=(wrong,), documents=(document,)), CATALOG), Refuted
        )
        joined = replace(found, documents=(document,))
        # `lambda:*` would deny more than the two, also of the actions that there are.
        assert isinstance(check_unchanged(joined, CATALOG), Refuted)


# --- what is not proved ------------------------------------------------------------------------------------------------------


def forged(rule_id: str) -> Guardrail:
    """A guardrail whose statement denies more than its classes forbid."""
    settings = Settings(parameters={"vpc_ids": ("vpc-0aaa",)})
    (true,), _ = guardrails_of(load_pack(), settings, CATALOG, ["lambda-vpc-deploy-guard"])
    return replace(true, rule_id=rule_id, statements=(deny(Action="lambda:CreateFunction"),))


def genuine() -> Guardrail:
    (true,), _ = guardrails_of(load_pack(), Settings(), CATALOG, ["organization-leave-guard"])
    return true


def test_what_is_not_proved_is_left_out_and_the_rest_is_made() -> None:
    found = generate([forged("forged"), genuine()], (), Quotas(), CATALOG)
    assert [row.rule_id for row in found.unproved] == ["forged"]
    assert found.unproved[0].reason.startswith("not proved: a forbidden request is not denied: ")
    (made,) = found.made
    assert [one.rule_id for one in made.guardrails] == ["organization-leave-guard"]
    assert made.is_proved


def test_what_is_not_proved_is_kept_on_demand_and_marked() -> None:
    found = generate([forged("forged"), genuine()], (), Quotas(), CATALOG, keep_unproved=True)
    (made,) = found.made
    assert len(made.guardrails) == 2
    assert not made.is_proved
    assert [row.rule_id for row in found.unproved] == ["forged"]


def test_where_nothing_is_proved_nothing_is_made() -> None:
    found = generate([forged("forged")], (LeftOut("x", "y", "z"),), Quotas(), CATALOG)
    assert found == Generated((), (LeftOut("x", "y", "z"),), found.unproved)
    assert len(found.unproved) == 1


def test_where_each_is_proved_and_the_documents_are_not_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doubt = Undecided((Unknown(UnknownKind.BUDGET, "no answer within 3 steps"),))
    monkeypatch.setattr("wa_policy.guardrails.generate.check_unchanged", lambda *_: doubt)
    found = generate([genuine()], (), Quotas(), CATALOG)
    assert found.made == ()
    assert [(row.rule_id, row.reason) for row in found.unproved] == [
        ("organization-leave-guard", "not proved: budget: no answer within 3 steps")
    ]


# --- the whole catalogue -------------------------------------------------------------------------------------------------------

SETS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("parameter_sets.yaml").read_text("utf-8"))
EXEMPT = (
    "arn:aws:iam::*:role/break-glass",
    "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin*",
)


def organization(number: int) -> Settings:
    """One set of parameters for all rules, as an organization has it."""
    values: dict[str, Any] = {}
    for name, sets in SETS.items():
        if not name.startswith("_"):
            values |= {key: tuple(v) if isinstance(v, list) else v for key, v in sets[number].items()}
    return Settings(Profile.ADVICE, values | {"exempt_principals": EXEMPT})


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("number", [0, 1])
def test_the_whole_catalogue_fits_and_takes_a_third_less(number: int, preset: str, catalog: Catalog) -> None:
    named = [rule.id for rule in load_pack() if rule.guardrail is not None]
    chosen, _ = guardrails_of(load_pack(), organization(number), catalog, named)
    assert [one.rule_id for one in chosen] == named
    packings = []
    for kind in GuardrailKind:
        mine = [one for one in chosen if one.kind is kind]
        if preset != "current" and kind is SCP:
            # They no longer fit at one level, and the user is told.
            with pytest.raises(UsageError, match=r"need \d+ SCPs of 5120 characters, expected at most 4"):
                pack(mine, kind, PRESETS[preset][kind], catalog, Level.JOINED)
            continue
        found = pack(mine, kind, PRESETS[preset][kind], catalog, Level.JOINED)
        assert isinstance(check_unchanged(found, catalog), Proved)
        packings.append(found)
    if preset != "current":
        return
    documents = sum(found.tally.documents for found in packings)
    before = sum(found.plain.characters for found in packings)
    after = sum(found.tally.characters for found in packings)
    nameless = sum(found.nameless.characters for found in packings)
    assert documents <= 4
    assert 1 - after / before >= 0.32
    assert 1 - after / nameless >= 0.27


@pytest.mark.parametrize("level", list(Level))
def test_no_statement_of_ours_is_taken_for_one_that_does_not_do_what_it_says(
    level: Level, catalog: Catalog
) -> None:
    named = [rule.id for rule in load_pack() if rule.guardrail is not None]
    chosen, _ = guardrails_of(load_pack(), organization(0), catalog, named)
    for kind in GuardrailKind:
        mine = [one for one in chosen if one.kind is kind]
        policies = [read_back(d) for d in pack(mine, kind, Quotas().of(kind), catalog, level).documents]
        attached = tuple(Attached(DOCUMENTS, policy.source.file, policy) for policy in policies)
        place = Place((), (level_of(policies),), attached)
        found = defects(place, kind, missing_keys(load_pack()), catalog)
        assert [(one.kind, one.words, one.index) for one in found] == []
