"""The decision as a formula against the flow chart as nested ifs: every situation, every answer of the policies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from tests.reference.decision import Question, decide
from wa_policy.evaluator.decisions import (
    CallerKind,
    ResourceRule,
    Situation,
    decision_rule,
    layers_of,
)
from wa_policy.evaluator.formula import (
    FALSE,
    TRUE,
    All,
    Any,
    Asks,
    Atom,
    Formula,
    Layer,
    Not,
    atoms,
    fold,
    show,
    simplify,
)
from wa_policy.evaluator.truth import Truth, all_of, any_of, compiled, negate
from wa_policy.iam.unknown import Unknown, UnknownKind


def situations(caller: CallerKind) -> Iterator[Situation]:
    for same_account, rule, controlled in product((True, False), ResourceRule, (True, False)):
        yield Situation(caller, same_account, rule, controlled)


every_caller = pytest.mark.parametrize("caller", CallerKind, ids=lambda caller: caller.name)

WORDS = {
    Atom(Layer.RESOURCE_CONTROL, Asks.DENIES): "resource_control_denies",
    Atom(Layer.RESOURCE_CONTROL, Asks.ALLOWS): "resource_control_allows",
    Atom(Layer.SERVICE_CONTROL, Asks.DENIES): "service_control_denies",
    Atom(Layer.SERVICE_CONTROL, Asks.ALLOWS): "service_control_allows",
    Atom(Layer.VPC_ENDPOINT, Asks.DENIES): "endpoint_denies",
    Atom(Layer.VPC_ENDPOINT, Asks.ALLOWS): "endpoint_allows",
    Atom(Layer.RESOURCE, Asks.DENIES): "resource_denies",
    Atom(Layer.RESOURCE, Asks.GRANTS_SELF): "resource_allows_the_caller",
    Atom(Layer.RESOURCE, Asks.GRANTS_ROLE): "resource_allows_the_role",
    Atom(Layer.RESOURCE, Asks.GRANTS_ACCOUNT): "resource_allows_the_account",
    Atom(Layer.IDENTITY, Asks.DENIES): "identity_denies",
    Atom(Layer.IDENTITY, Asks.ALLOWS): "identity_allows",
    Atom(Layer.PERMISSIONS_BOUNDARY, Asks.DENIES): "boundary_denies",
    Atom(Layer.PERMISSIONS_BOUNDARY, Asks.ALLOWS): "boundary_allows",
    Atom(Layer.SESSION, Asks.DENIES): "session_denies",
    Atom(Layer.SESSION, Asks.ALLOWS): "session_allows",
}
DENIALS = tuple(atom for atom in WORDS if atom.asks is Asks.DENIES)
GRANTS = tuple(atom for atom in WORDS if atom.asks is not Asks.DENIES)

UNKNOWN = Unknown(UnknownKind.NOT_EXPORTED, "not exported")


def assignments() -> Iterator[dict[Atom, bool]]:
    """Every answer of the grants without a Deny, and with each set of denials every answer of a few grants.

    Which grants there are is of no matter once something denies, so the product of both is not needed in full.
    """
    no_denials = dict.fromkeys(DENIALS, False)
    for values in product((False, True), repeat=len(GRANTS)):
        yield no_denials | dict(zip(GRANTS, values, strict=True))
    for denials in product((False, True), repeat=len(DENIALS)):
        for grant in (False, True):
            yield dict(zip(DENIALS, denials, strict=True)) | dict.fromkeys(GRANTS, grant)


ASSIGNMENTS = tuple(assignments())


def question(situation: Situation, answers: dict[Atom, bool]) -> Question:
    caller, rule = situation.caller, situation.rule
    return Question(
        is_aws_service=caller is CallerKind.SERVICE,
        is_federated_identity=caller is CallerKind.FEDERATED,
        is_anonymous=caller is CallerKind.ANONYMOUS,
        is_root_user=caller is CallerKind.ROOT,
        is_service_linked_role=caller is CallerKind.SERVICE_LINKED_ROLE,
        is_of_the_resource_account=situation.same_account,
        takes_resource_control_policies=situation.resource_control_applies,
        is_get_caller_identity=rule is ResourceRule.ALWAYS,
        belongs_to_aws=rule is ResourceRule.NEVER,
        is_key_or_trust=rule is ResourceRule.MUST_GRANT,
        api_without_iam=rule in (ResourceRule.RESOURCE_ALONE, ResourceRule.OPEN),
        api_without_policy=rule is ResourceRule.OPEN,
        api_with_lambda_authorizer=rule is ResourceRule.WITH_AUTHORIZER,
        **{WORDS[atom]: answer for atom, answer in answers.items()},
    )


def value(formula: Formula, answers: dict[Atom, bool]) -> bool:
    return fold(formula, answers.__getitem__, all, any, lambda truth: not truth)


def outcome(situation: Situation, answers: dict[Atom, bool]) -> str:
    rule = decision_rule(situation)
    if value(rule.denied, answers):
        assert not value(rule.formula, answers)
        return "ExplicitlyDenied"
    allowed = value(rule.allowed, answers)
    assert value(rule.formula, answers) is allowed
    return "Allowed" if allowed else "ImplicitlyDenied"


@every_caller
def test_the_formula_is_the_flow_chart(caller: CallerKind) -> None:
    identity = Atom(Layer.IDENTITY, Asks.ALLOWS)
    for situation in situations(caller):
        for answers in ASSIGNMENTS:
            if caller is CallerKind.ROOT and not answers[identity]:
                continue  # the evaluator answers yes for the root user, in its own account and across
            found = outcome(situation, answers)
            assert found == decide(question(situation, answers)), (situation, answers)


@every_caller
def test_the_formula_asks_only_the_layers_that_apply(caller: CallerKind) -> None:
    for situation in situations(caller):
        asked = {atom.layer for atom in atoms(decision_rule(situation).formula)}
        layers = layers_of(situation)
        assert asked <= set(layers)
        assert len(set(layers)) == len(layers)
        if situation.rule not in (ResourceRule.ALWAYS, ResourceRule.NEVER):
            assert asked == set(layers)


def _kleene(formula: Formula, answers: dict[Atom, Truth]) -> Truth:
    return fold(formula, answers.__getitem__, all_of, any_of, negate)


@every_caller
def test_an_unknown_atom_makes_a_definite_answer_only_where_both_fillings_agree(caller: CallerKind) -> None:
    some = [answers for answers in ASSIGNMENTS if not any(answers[atom] for atom in DENIALS)][::7]
    for situation in situations(caller):
        formula = decision_rule(situation).formula
        for answers, atom in product(some, sorted(atoms(formula), key=str)):
            found = _kleene(formula, {**answers, atom: UNKNOWN})
            asked: dict[Atom, Truth] = {**answers, atom: UNKNOWN}
            assert compiled(formula)(asked.__getitem__) is found
            fillings = {value(formula, {**answers, atom: filling}) for filling in (False, True)}
            if isinstance(found, Unknown):
                # One unknown among known atoms: the formula says Unknown exactly where it matters, as no
                # atom stands both positively and negated in it.
                assert fillings == {False, True}, (situation, atom, answers)
            else:
                assert fillings == {found}, (situation, atom, answers)


@every_caller
def test_what_is_known_can_be_worked_out_before(caller: CallerKind) -> None:
    for situation in situations(caller):
        formula = decision_rule(situation).formula
        for answers in ASSIGNMENTS[::17]:
            some = list(answers)[::2]
            simple = simplify(formula, {atom: answers[atom] for atom in some})
            assert atoms(simple).isdisjoint(some)
            assert value(simple, answers) is value(formula, answers)
            assert simplify(formula, answers) == (TRUE if value(formula, answers) else FALSE)


@every_caller
def test_more_grants_never_take_away_and_more_denials_never_give(caller: CallerKind) -> None:
    for situation in situations(caller):
        formula = decision_rule(situation).formula
        for answers, atom in product(ASSIGNMENTS[::11], atoms(formula)):
            without, with_it = (value(formula, {**answers, atom: filling}) for filling in (False, True))
            assert (with_it, without) != ((False, True) if atom.asks is not Asks.DENIES else (True, False))


@every_caller
def test_a_formula_can_be_read(caller: CallerKind) -> None:
    for situation in situations(caller):
        shown = show(decision_rule(situation).formula)
        assert shown.count("(") == shown.count(")")
        for atom in atoms(decision_rule(situation).formula):
            assert f"{atom.layer} {atom.asks}" in shown
    assert show(decision_rule(Situation(caller, True, ResourceRule.ALWAYS, False)).denied) == "never"
    assert show(decision_rule(Situation(caller, True, ResourceRule.ALWAYS, False)).allowed) == "always"
    assert show(Not(TRUE)) == "not always"


def test_a_fold_goes_all_the_way_down() -> None:
    a, b, c = list(WORDS)[:3]
    deep = Not(All((a, Any((b, Not(All((c, Any((a, Not(Any((b, All((a, c)))))))))))))))
    for one, two, three in product((False, True), repeat=3):
        answers = {a: one, b: two, c: three}
        inner = not any((answers[b], all((answers[a], answers[c]))))
        expected = not all((one, any((two, not all((three, any((answers[a], inner))))))))
        assert value(deep, answers) is expected
        assert value(simplify(deep, {a: one}), answers) is expected
        kleene: dict[Atom, Truth] = dict(answers)
        assert compiled(deep)(kleene.__getitem__) is expected
    assert atoms(deep) == {a, b, c}


@pytest.mark.parametrize(
    ("truths", "conjunction", "disjunction"),
    [
        ((), True, False),
        ((True, UNKNOWN), UNKNOWN, True),
        ((UNKNOWN, True), UNKNOWN, True),
        ((False, UNKNOWN), False, UNKNOWN),
        ((UNKNOWN, False), False, UNKNOWN),
        ((True, False), False, True),
        ((UNKNOWN, Unknown(UnknownKind.BUDGET, "second")), UNKNOWN, UNKNOWN),
    ],
)
def test_three_valued_logic(truths: tuple[Truth, ...], conjunction: Truth, disjunction: Truth) -> None:
    assert all_of(truths) == conjunction
    assert any_of(truths) == disjunction
    assert [negate(truth) for truth in (True, False, UNKNOWN)] == [False, True, UNKNOWN]
