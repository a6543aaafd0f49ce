"""Laws of evaluation, on random policies and requests of one small vocabulary.

S3 RestrictPublicBuckets is off throughout: it judges a bucket policy as a whole, so a further Allow may take away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import assume, settings
from hypothesis import given as _given
from hypothesis import strategies as st

from tests.reference.wildcard import matches as reference_matches
from tests.strategies import (
    actions,
    aws_principals,
    one_or_list,
    raw_policies,
    raw_statements,
    requests,
    resources,
)
from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.evaluator.applied import AppliedPolicies, Level
from wa_policy.evaluator.evaluate import CompiledApplied, Outcome, evaluate
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.statements import CompiledPolicies, CompiledStatement
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy
from wa_policy.iam.request import Request
from wa_policy.iam.text import Hole, Template, Text
from wa_policy.iam.unknown import Unknown, UnknownKind

CATALOG: Catalog = load_catalog()

# Whole sets of policies take their time to draw: fewer examples than usual, in every profile.
_fewer = settings(max_examples=max(1, settings().max_examples // 4), deadline=None)


def given(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return lambda test: _fewer(_given(*strategies)(test))


Raw = dict[str, Any]
RawLayers = dict[Layer, list[list[Raw]] | None]
"""By layer its levels (one but for control policies), each a list of documents; None: there is no such policy."""

_WITH_PRINCIPAL = frozenset((Layer.RESOURCE, Layer.RESOURCE_CONTROL, Layer.VPC_ENDPOINT))
_WITH_LEVELS = frozenset((Layer.SERVICE_CONTROL, Layer.RESOURCE_CONTROL))


def everything(effect: str, layer: Layer) -> Raw:
    principal = {"Principal": "*"} if layer in _WITH_PRINCIPAL else {}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Action": "*", "Resource": "*", **principal}],
    }


def _documents(layer: Layer) -> st.SearchStrategy[list[Raw]]:
    """Documents of which some allow a lot, as otherwise hardly anything would be allowed."""
    drawn = raw_policies(with_principal=layer in _WITH_PRINCIPAL)
    document = st.one_of(drawn, drawn, st.just(everything("Allow", layer)))
    return st.lists(document, min_size=0 if layer is Layer.IDENTITY else 1, max_size=3)


def _levels(layer: Layer) -> st.SearchStrategy[list[list[Raw]]]:
    if layer in _WITH_LEVELS:
        return st.lists(_documents(layer), min_size=1, max_size=2)
    documents = _documents(layer)
    if layer is Layer.RESOURCE:
        documents = documents.map(lambda some: some[:1])
    return documents.map(lambda some: [some])


raw_layers: st.SearchStrategy[RawLayers] = st.fixed_dictionaries(
    {
        layer: _levels(layer) if layer is Layer.IDENTITY else st.one_of(st.none(), _levels(layer))
        for layer in Layer
    }
)


def parsed(documents: Iterable[Raw]) -> tuple[Policy, ...]:
    return tuple(parse_policy(document)[0] for document in documents)


def applied(layers: RawLayers, unknown: Mapping[Layer, Unknown] | None = None) -> AppliedPolicies:
    def policies(layer: Layer) -> tuple[Policy, ...] | None:
        levels = layers[layer]
        return None if levels is None else parsed(levels[0])

    def control(layer: Layer) -> tuple[Level, ...] | None:
        levels = layers[layer]
        return (
            None if levels is None else tuple(Level(str(i), parsed(level)) for i, level in enumerate(levels))
        )

    resource = policies(Layer.RESOURCE)
    return AppliedPolicies(
        policies(Layer.IDENTITY) or (),
        policies(Layer.PERMISSIONS_BOUNDARY),
        policies(Layer.SESSION),
        resource[0] if resource else None,
        policies(Layer.VPC_ENDPOINT),
        control(Layer.SERVICE_CONTROL),
        control(Layer.RESOURCE_CONTROL),
        unknown or {},
    )


def outcome(request: Request, layers: RawLayers, unknown: Mapping[Layer, Unknown] | None = None) -> Outcome:
    return evaluate(request, applied(layers, unknown), CATALOG).outcome


def with_statement(layers: RawLayers, layer: Layer, statement: Raw) -> RawLayers:
    """The layers with a statement more in the first document of one; a document of its own where there is none."""
    levels = layers[layer]
    document: Raw = {"Version": "2012-10-17", "Statement": [statement]}
    if not levels or not levels[0]:
        return {**layers, layer: [[document], *(levels or [])[1:]]}
    first = levels[0][0]
    grown = {**first, "Statement": [*_statements(first), statement]}
    return {**layers, layer: [[grown, *levels[0][1:]], *levels[1:]]}


def _statements(document: Raw) -> list[Raw]:
    found = document["Statement"]
    return [found] if isinstance(found, dict) else list(found)


def map_statements(layers: RawLayers, change: Callable[[list[Raw]], list[Raw]]) -> RawLayers:
    """The layers with the statements of every document changed."""
    return {
        layer: None
        if levels is None
        else [[{**d, "Statement": change(_statements(d))} for d in level] for level in levels]
        for layer, levels in layers.items()
    }


_layers = st.sampled_from(list(Layer))


# --- law 3 ---------------------------------------------------------------------------------------------------


@given(requests(), raw_layers, _layers, st.data())
def test_a_deny_more_never_allows_more(
    request: Request, layers: RawLayers, layer: Layer, data: st.DataObject
) -> None:
    statement = data.draw(raw_statements(with_principal=layer in _WITH_PRINCIPAL))
    more = with_statement(layers, layer, {**statement, "Effect": "Deny"})
    if outcome(request, more) is Outcome.ALLOWED:
        assert outcome(request, layers) is Outcome.ALLOWED


@given(requests(), raw_layers, _layers, st.data())
def test_an_allow_less_never_allows_more(
    request: Request, layers: RawLayers, layer: Layer, data: st.DataObject
) -> None:
    assume(layers[layer])
    statement = data.draw(raw_statements(with_principal=layer in _WITH_PRINCIPAL))
    more = with_statement(layers, layer, {**statement, "Effect": "Allow"})
    if outcome(request, layers) is Outcome.ALLOWED:
        assert outcome(request, more) is Outcome.ALLOWED


@given(requests(), raw_layers)
def test_without_any_allow_nothing_is_allowed_but_to_the_root_user(
    request: Request, layers: RawLayers
) -> None:
    silent = map_statements(layers, lambda some: [s for s in some if s["Effect"] == "Deny"])
    found = evaluate(request, applied(silent), CATALOG)
    assert not found.is_allowed or found.situation.caller.name == "ROOT"


@given(requests(), raw_layers, _layers)
def test_a_deny_of_everything_denies(request: Request, layers: RawLayers, layer: Layer) -> None:
    statement = everything("Deny", layer)["Statement"][0]
    found = evaluate(request, applied(with_statement(layers, layer, statement)), CATALOG)
    if found.outcome is not Outcome.EXPLICITLY_DENIED:
        bound = evaluate(
            request, applied({**layers, layer: None if layer is not Layer.IDENTITY else [[]]}), CATALOG
        )
        assert bound.outcome is found.outcome  # the layer has no say about this caller, or is not asked


# --- spelling ------------------------------------------------------------------------------------------------


def _respelled(data: st.DataObject, statement: Raw) -> Raw:
    """The same statement with its values in another order, as a list or not, and keys and actions in other case."""

    def values(value: Any, spell: Callable[[str], str] = str) -> Any:
        items = [
            spell(v) if isinstance(v, str) else v for v in (value if isinstance(value, list) else [value])
        ]
        items = data.draw(st.permutations(items))
        return items[0] if len(items) == 1 and data.draw(st.booleans()) else items

    def shuffled(mapping: Raw) -> Raw:
        return {key: mapping[key] for key in data.draw(st.permutations(list(mapping)))}

    changed: Raw = {}
    for name, value in statement.items():
        match name:
            case "Action" | "NotAction":
                changed[name] = values(value, str.swapcase)
            case "Resource" | "NotResource":
                changed[name] = values(value)
            case "Principal" | "NotPrincipal" if isinstance(value, dict):
                changed[name] = shuffled({kind: values(named) for kind, named in value.items()})
            case "Condition":
                changed[name] = shuffled(
                    {
                        operator: shuffled({key.swapcase(): values(wanted) for key, wanted in block.items()})
                        for operator, block in value.items()
                    }
                )
            case _:
                changed[name] = value
    return shuffled(changed)


@given(requests(), raw_layers, st.data())
def test_spelling_does_not_matter(request: Request, layers: RawLayers, data: st.DataObject) -> None:
    respelled = map_statements(
        layers, lambda some: data.draw(st.permutations([_respelled(data, statement) for statement in some]))
    )
    before, after = (evaluate(request, applied(some), CATALOG) for some in (layers, respelled))
    assert after.outcome is before.outcome
    assert after.lacking == before.lacking
    assert after.decided_by == before.decided_by


@given(requests(), raw_layers)
def test_a_layer_is_the_union_of_its_documents(request: Request, layers: RawLayers) -> None:
    def one_statement_each(levels: list[list[Raw]]) -> list[list[Raw]]:
        return [[{**d, "Statement": [s]} for d in level for s in _statements(d)] for level in levels]

    split: RawLayers = {
        layer: levels if levels is None or layer is Layer.RESOURCE else one_statement_each(levels)
        for layer, levels in layers.items()
    }
    assert outcome(request, split) is outcome(request, layers)


# --- ways to compute -----------------------------------------------------------------------------------------


class Scanned(CompiledPolicies):
    """Every statement is looked at for every action, and nothing is kept."""

    def candidates(self, action: str) -> list[CompiledStatement]:
        def may_cover(values: tuple[Text, ...], *, negated: bool) -> bool:
            if not all(isinstance(value, str) for value in values):
                return True
            found = any(reference_matches(str(value), action, ignore_case=True) for value in values)
            return found is not negated

        return [
            compiled
            for compiled in self.statements
            if may_cover(compiled.statement.action.values, negated=compiled.statement.action.negated)
        ]


@given(requests(), raw_layers)
def test_compiled_index_and_scan_agree(request: Request, layers: RawLayers) -> None:
    more = map_statements(layers, lambda some: [*some, *_UNRELATED])
    policies = applied(more)
    plain = evaluate(request, policies, CATALOG)
    compiled = CompiledApplied(policies)
    assert evaluate(request, compiled, CATALOG) == plain
    assert evaluate(request, compiled, CATALOG) == plain  # a second time, with all that was kept
    assert evaluate(request, CompiledApplied(policies, Scanned), CATALOG) == plain
    assert plain.outcome is outcome(request, layers)


_UNRELATED: list[Raw] = [
    {"Effect": effect, "Action": [f"{service}:*"], "Resource": "*"}
    for effect in ("Allow", "Deny")
    for service in ("ec2", "s3-outposts", "s")
]


# --- what is not known ---------------------------------------------------------------------------------------

REASON = Unknown(UnknownKind.NOT_EXPORTED, "not exported")


def fillings(data: st.DataObject, layers: RawLayers, layer: Layer) -> Iterable[RawLayers]:
    """What the layer may turn out to be: as it is, with documents more, and without limits."""
    yield layers
    for document in (everything("Allow", layer), everything("Deny", layer), *data.draw(_documents(layer))):
        levels = layers[layer]
        if levels is None:
            yield {**layers, layer: [[document]]}
        elif layer is Layer.RESOURCE:
            merged = {**levels[0][0], "Statement": [*_statements(levels[0][0]), *_statements(document)]}
            yield {**layers, layer: [[merged]]}
        else:
            yield {**layers, layer: [[*level, document] for level in levels]}


@given(requests(), raw_layers, _layers, st.data())
def test_an_unknown_layer_is_unknown_or_does_not_matter(
    request: Request, layers: RawLayers, layer: Layer, data: st.DataObject
) -> None:
    found = outcome(request, layers, {layer: REASON})
    others = {outcome(request, filled) for filled in fillings(data, layers, layer)}
    match found:
        case Outcome.ALLOWED | Outcome.EXPLICITLY_DENIED:
            assert others == {found}
        case Outcome.IMPLICITLY_DENIED:
            assert Outcome.ALLOWED not in others  # a further Deny makes it an explicit one
        case Outcome.UNKNOWN:
            assert Outcome.ALLOWED in others
            assert len(others) > 1


@st.composite
def _statement_with_hole(draw: st.DrawFn, *, with_principal: bool) -> tuple[Raw, Raw]:
    """A statement with a hole in one of its values, and the same with the hole filled."""
    element = draw(
        st.sampled_from(("Action", "Resource", "Condition", *(("Principal",) if with_principal else ())))
    )
    whole: str = draw(
        {
            "Action": actions.filter(lambda action: len(action) > 1),
            "Resource": resources,
            "Condition": st.sampled_from(("a", "o-example", "10.0.0.0/8", "true")),
            "Principal": aws_principals,
        }[element]
    )
    start = draw(st.integers(0, len(whole) - 1))
    end = draw(st.integers(start, len(whole)))
    filling = draw(st.sampled_from((whole[start:end], whole[start:end], "", "*", "x", "arn:aws:s3:::bucket")))
    hole = Hole(REASON, draw(st.sampled_from(((), (filling, "other")))), "${Parameter}")
    holed = Template(tuple(part for part in (whole[:start], hole, whole[end:]) if part))
    filled = whole[:start] + filling + whole[end:]
    statement = draw(raw_statements(with_principal=with_principal))
    for name in (element, f"Not{element}"):
        if name in statement or name == element:
            statement.pop(name, None)

    def with_value(value: Any) -> Raw:
        match element:
            case "Condition":
                return {**statement, "Condition": {operator: {"aws:SourceIp": value}}}
            case "Principal":
                return {**statement, "Principal": {"AWS": value}}
            case _:
                return {**statement, name: [value, *others]}

    operator = draw(
        st.sampled_from(("StringEquals", "StringNotLike", "IpAddress", "Bool", "ForAnyValue:StringLike"))
    )
    others = draw(
        one_or_list(actions if element == "Action" else resources).map(
            lambda v: v if isinstance(v, list) else []
        )
    )
    name = draw(st.sampled_from((element, f"Not{element}")))
    return with_value(holed), with_value(filled)


@given(requests(), raw_layers, _layers, st.data())
def test_a_hole_is_unknown_or_does_not_matter(
    request: Request, layers: RawLayers, layer: Layer, data: st.DataObject
) -> None:
    holed, filled = data.draw(_statement_with_hole(with_principal=layer in _WITH_PRINCIPAL))
    found = outcome(request, with_statement(layers, layer, holed))
    other = outcome(request, with_statement(layers, layer, filled))
    match found:
        case Outcome.ALLOWED | Outcome.EXPLICITLY_DENIED:
            assert other is found
        case Outcome.IMPLICITLY_DENIED:
            assert other is not Outcome.ALLOWED
        case Outcome.UNKNOWN:
            pass  # the other fillings make the difference


@given(requests(), raw_layers)
def test_an_unreadable_statement_may_be_anything(request: Request, layers: RawLayers) -> None:
    broken: RawLayers = {
        **layers,
        Layer.IDENTITY: [[*(layers[Layer.IDENTITY] or [[]])[0], {"Statement": [{}]}]],
    }
    found = outcome(request, broken)
    unknown = outcome(request, layers, {Layer.IDENTITY: REASON})
    assert found is unknown


@given(requests(), raw_layers)
def test_what_decided_is_told(request: Request, layers: RawLayers) -> None:
    found = evaluate(request, applied(layers), CATALOG)
    match found.outcome:
        case Outcome.EXPLICITLY_DENIED:
            assert found.statements
            assert all(statement.effect == "Deny" for _, statement in found.statements)
            assert found.lacking == ()
        case Outcome.ALLOWED:
            assert all(statement.effect == "Allow" for _, statement in found.statements)
            assert found.lacking == ()
        case Outcome.IMPLICITLY_DENIED:
            assert found.statements == ()
        case Outcome.UNKNOWN:
            raise AssertionError
    assert found.decided_by == tuple(dict.fromkeys(found.decided_by))


@given(requests(), raw_layers)
def test_the_resource_account_defaults_to_the_callers(request: Request, layers: RawLayers) -> None:
    account = getattr(request.caller, "account", None)
    same = (outcome(replace(request, resource_account=known), layers) for known in (None, account))
    assert len(set(same)) == 1
