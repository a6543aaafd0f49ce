"""`$names`: their values put in their place.

A string that starts with `$` is a name, all of it: `$trusted_cidrs` is a parameter, `$item.service` a field of the
item. In a list, a name of a list stands for all of its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from wa_policy.errors import InternalError
from wa_policy.rules.arguments import Value, Values
from wa_policy.rules.model import Each, Operand, ParameterTest, PredicateTest, PropertyTest, Test
from wa_policy.rules.request_class import (
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
    return replace(forbid, classes=classes) if classes else None


def _substitute_class(one: RequestClass, bindings: Values) -> RequestClass | None:
    actions = _texts(one.actions, bindings)
    patterns = _texts(one.resource.patterns, bindings)
    if not actions or (one.resource.patterns and not patterns):
        return None
    context = []
    for key, spec in one.context:
        value = KeySpec(
            spec.absent,
            _texts(spec.one_of, bindings),
            _texts(spec.none_of, bindings),
            _texts(spec.inside, bindings),
            _texts(spec.outside, bindings),
        )
        if (spec.one_of and not value.one_of) or (spec.inside and not value.inside):
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


def _caller(caller: CallerSpec, bindings: Values) -> CallerSpec:
    match caller:
        case CallerWord():
            return caller
        case AccountCaller(account):
            return AccountCaller(_text(account, bindings))
        case ServiceCaller(service):
            return ServiceCaller(_text(service, bindings))
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


# --- which names are used ------------------------------------------------------------------------------------------


def names_in(values: Iterable[object]) -> Iterator[str]:
    """The names among operands, without their `$`."""
    for value in values:
        if isinstance(value, str):
            if is_name(value):
                yield value[1:]
        elif isinstance(value, tuple):
            yield from names_in(value)


def names_of_each(each: Each) -> Iterator[str]:
    return names_in(each.arguments.values())


def names_of_test(test: Test) -> Iterator[str]:
    match test:
        case PropertyTest():
            yield from names_in((test.operand,))
        case ParameterTest():
            yield test.name
        case PredicateTest():
            yield from names_in(test.arguments.values())
        case _:
            for inner in test.tests:
                yield from names_of_test(inner)


def names_of_forbid(forbid: Forbid) -> Iterator[str]:
    for one in forbid.classes:
        yield from names_in(
            (*one.actions, *one.not_actions, *one.resource.patterns, *one.resource.other_than)
        )
        for key, spec in one.context:
            yield from names_in((key, *spec.one_of, *spec.none_of, *spec.inside, *spec.outside))
        match one.caller:
            case AccountCaller(text) | ServiceCaller(text) | FederatedCaller(text):
                yield from names_in((text,))
            case CallerWord():
                pass
