"""`$names`: their values put in their place.

A string that starts with `$` is a name, all of it: `$trusted_cidrs` is a parameter, `$item.service` a field of the
item. In a list, a name of a list stands for all of its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from wa_policy.errors import InternalError
from wa_policy.rules.arguments import Value, Values
from wa_policy.rules.model import (
    AllOf,
    AllowedTest,
    AnyOf,
    Computed,
    Each,
    NoneOf,
    Operand,
    ParameterTest,
    PartsTest,
    PredicateTest,
    PropertyTest,
    RelatedCount,
    RelatedTest,
    Test,
    TurnedTest,
)
from wa_policy.rules.path_class import GoalWord, NoPath, PathGoal, PathSource, SourceWord
from wa_policy.rules.request_class import (
    LISTS,
    MUST_HAVE,
    NUMBERS,
    AccountCaller,
    CallerSpec,
    CallerWord,
    FederatedCaller,
    Forbid,
    KeySpec,
    RequestClass,
    ResourceSpec,
    ServiceCaller,
)

ITEM = "item."


def is_name(value: object) -> bool:
    return isinstance(value, str) and value.startswith("$")


def resolve(operand: Operand, bindings: Values) -> Value:
    """The operand with its names replaced."""
    if isinstance(operand, str):
        return _value(operand, bindings) if is_name(operand) else operand
    if isinstance(operand, tuple):
        return tuple(item for value in operand for item in _expanded(value, bindings))
    if isinstance(operand, Computed):
        raise InternalError("found a computed number outside of a test")
    return operand


def resolve_all(operands: Mapping[str, Operand], bindings: Values) -> dict[str, Value]:
    return {name: resolve(operand, bindings) for name, operand in operands.items()}


def _value(name: str, bindings: Values) -> Value:
    try:
        return bindings[name[1:]]
    except KeyError:
        raise InternalError(f"`{name}` has no value, although the rule was checked") from None


def _expanded(value: str | float, bindings: Values) -> tuple[str | int | float, ...]:
    found = _value(value, bindings) if isinstance(value, str) and is_name(value) else value
    return found if isinstance(found, tuple) else (found,)


# --- forbid --------------------------------------------------------------------------------------------------------


def substitute(forbid: Forbid, bindings: Values) -> Forbid | None:
    """The check without names; None where no request is left in it.

    A list that says what a request must be (`action`, `one_of`, `inside`, a resource) and turns out empty leaves no
    request of its class; an empty list of exceptions takes nothing away.
    """
    classes = tuple(
        found for one in forbid.classes if (found := _substitute_class(one, bindings)) is not None
    )
    if not classes:
        return None
    return replace(forbid, classes=classes, exempt=_texts(forbid.exempt, bindings))


def _substitute_class(one: RequestClass, bindings: Values) -> RequestClass | None:
    actions = _texts(one.actions, bindings)
    patterns = _texts(one.resource.patterns, bindings)
    if not actions or (one.resource.patterns and not patterns):
        return None
    context = []
    for key, spec in one.context:
        value = _key(spec, bindings)
        if any(getattr(spec, word) and not getattr(value, word) for word in MUST_HAVE):
            return None
        context.append((_text(key, bindings), value))
    return replace(
        one,
        caller=_caller(one.caller, bindings),
        actions=actions,
        not_actions=_texts(one.not_actions, bindings),
        resource=ResourceSpec(patterns, _texts(one.resource.other_than, bindings)),
        context=tuple(context),
    )


def _key(spec: KeySpec, bindings: Values) -> KeySpec:
    return replace(
        spec,
        one_of=_texts(spec.one_of, bindings),
        none_of=_texts(spec.none_of, bindings),
        inside=_texts(spec.inside, bindings),
        outside=_texts(spec.outside, bindings),
        some_of=_texts(spec.some_of, bindings),
        some_other_than=_texts(spec.some_other_than, bindings),
        less_than=_number(spec.less_than, bindings),
        greater_than=_number(spec.greater_than, bindings),
    )


def _number(value: str | float | None, bindings: Values) -> float | None:
    found = resolve(value, bindings) if isinstance(value, str) else value
    if found is not None and not isinstance(found, int | float):
        raise InternalError(f"`{value}` is {found!r}, expected a number")
    return found


def _caller(caller: CallerSpec, bindings: Values) -> CallerSpec:
    match caller:
        case CallerWord():
            return caller
        case AccountCaller(account):
            return AccountCaller(_text(account, bindings))
        case ServiceCaller(service, account):
            return ServiceCaller(_text(service, bindings), account)
        case FederatedCaller(provider):
            return FederatedCaller(_text(provider, bindings))


def _text(value: str, bindings: Values) -> str:
    found = resolve(value, bindings)
    if not isinstance(found, str):
        raise InternalError(f"`{value}` is {found!r}, expected a text")
    return found


def _texts(values: tuple[str, ...], bindings: Values) -> tuple[str, ...]:
    found = resolve(values, bindings)
    return tuple(str(item) for item in found) if isinstance(found, tuple) else (str(found),)


# --- no_path -------------------------------------------------------------------------------------------------------


def substitute_path(no_path: NoPath, bindings: Values) -> NoPath | None:
    """The check without names; None where a list that says who or what turns out empty."""
    sources: list[PathSource] = []
    for source in no_path.sources:
        sources += [source] if isinstance(source, SourceWord) else _texts((source,), bindings)
    goals: list[PathGoal] = []
    for goal in no_path.goals:
        goals += [goal] if isinstance(goal, GoalWord) else _texts((goal,), bindings)
    actions = _texts(no_path.actions, bindings)
    if not sources or not goals or (no_path.actions and not actions):
        return None
    return replace(
        no_path,
        sources=tuple(sources),
        goals=tuple(goals),
        actions=actions,
        left_out=_texts(no_path.left_out, bindings),
    )


def names_of_path(no_path: NoPath) -> Iterator[str]:
    yield from names_in((*no_path.sources, *no_path.goals, *no_path.actions, *no_path.left_out))


# --- which names are used ------------------------------------------------------------------------------------------


def names_in(values: Iterable[object]) -> Iterator[str]:
    """The names among operands, without their `$`."""
    for value in values:
        if isinstance(value, str):
            if is_name(value):
                yield value[1:]
        elif isinstance(value, tuple):
            yield from names_in(value)
        elif isinstance(value, Computed):
            yield from names_in(value.of)


def names_of_each(each: Each) -> Iterator[str]:
    yield from names_in(each.arguments.values())
    if each.where is not None:
        yield from names_of_test(each.where)


def names_of_test(test: Test) -> Iterator[str]:
    match test:
        case PropertyTest():
            yield from names_in((test.operand, test.default))
        case RelatedCount():
            yield from names_in((test.operand,))
        case PartsTest() | RelatedTest() | TurnedTest():
            yield from names_of_test(test.test)
        case AllowedTest():
            yield from names_of_forbid(test.forbid)
        case ParameterTest():
            yield test.name
        case PredicateTest():
            yield from names_in(test.arguments.values())
        case AllOf() | AnyOf() | NoneOf():
            for inner in test.tests:
                yield from names_of_test(inner)
        case _:
            assert_never(test)


def names_of_forbid(forbid: Forbid) -> Iterator[str]:
    yield from names_in(forbid.exempt)
    for one in forbid.classes:
        yield from names_in(
            (*one.actions, *one.not_actions, *one.resource.patterns, *one.resource.other_than)
        )
        for key, spec in one.context:
            yield from names_in((key, *(getattr(spec, word) for word in (*LISTS, *NUMBERS))))
        match one.caller:
            case AccountCaller(text) | ServiceCaller(text) | FederatedCaller(text):
                yield from names_in((text,))
            case CallerWord():
                pass
