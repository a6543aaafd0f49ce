"""What a class of `forbid` says of a condition key, against the type of the key and the actions that carry it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wa_policy.catalog.model import Catalog, ConditionKey
from wa_policy.iam.operators import ValueType
from wa_policy.rules.bindings import is_name
from wa_policy.rules.model import Parameter, ValueKind
from wa_policy.rules.notes import Notes
from wa_policy.rules.parameters import admits
from wa_policy.rules.request_class import LISTS, NUMBERS

_TEXTUAL = (ValueType.STRING, ValueType.ARN, ValueType.BOOL)
_OF_ONE, _OF_MANY = ("one_of", "none_of"), ("some_of", "some_other_than")
_PATTERNS = (*_OF_ONE, *_OF_MANY)
_TYPES: Mapping[str, tuple[ValueType, ...]] = {
    **dict.fromkeys(_PATTERNS, _TEXTUAL),
    **dict.fromkeys(("inside", "outside"), (ValueType.IP,)),
    **dict.fromkeys(NUMBERS, (ValueType.NUMERIC,)),
    "ignore_case": (ValueType.STRING,),
}
_ARN_KINDS = (ValueKind.ARN, ValueKind.PRINCIPAL, ValueKind.TEXT)


def problems_of_key(
    key: str,
    spec: Mapping[str, Any],
    place: str,
    parameters: Mapping[str, Parameter],
    *,
    catalog: Catalog,
    notes: Notes,
) -> None:
    """Words that do not suit the type of the key, and values that it cannot have."""
    if spec.get("absent") is True and len(spec) > 1:
        word = next(word for word in spec if word != "absent")
        notes.add(
            f"{place}/{word}",
            f"found `{word}` beside `absent: true`, expected nothing of a key that is missing",
        )
    for word in NUMBERS:
        if word in spec:
            _number(f"{place}/{word}", spec[word], parameters, notes)
    for pointer, pattern in _patterns(spec, place):
        if "${" in pattern:
            notes.add(pointer, f"found `{pattern}`, expected a value without a policy variable")
        elif spec.get("ignore_case") and ("*" in pattern or "?" in pattern):
            notes.add(pointer, f"found `{pattern}` beside `ignore_case`, expected no wildcard")
    known = None if is_name(key) else catalog.condition_key(key)
    if known is None:
        return
    for word in spec:
        _word(f"{place}/{word}", word, known, notes)
    for pointer, pattern in _patterns(spec, place):
        _pattern(pointer, pattern, known, parameters, notes)


def _patterns(spec: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for word in _PATTERNS:
        raw = spec.get(word, ())
        if isinstance(raw, str):
            yield f"{place}/{word}", raw
        else:
            yield from ((f"{place}/{word}/{index}", value) for index, value in enumerate(raw))


def _word(pointer: str, word: str, key: ConditionKey, notes: Notes) -> None:
    wanted = _TYPES.get(word)
    if wanted is not None and not any(kind in wanted for kind in key.types):
        kinds = " or ".join(kind.value for kind in key.types)
        fitting = ["absent", *(name for name in (*LISTS, *NUMBERS) if _suits(name, key))]
        notes.add(
            pointer,
            f"found `{word}` for `{key.name}` of type {kinds}, expected {' or '.join(f'`{one}`' for one in fitting)}",
        )
    elif word in _OF_ONE and key.multivalued:
        others = f"`{_OF_MANY[0]}` or `{_OF_MANY[1]}`"
        notes.add(pointer, f"found `{word}` for `{key.name}`, which has many values, expected {others}")
    elif word in _OF_MANY and not key.multivalued:
        others = f"`{_OF_ONE[0]}` or `{_OF_ONE[1]}`"
        notes.add(pointer, f"found `{word}` for `{key.name}`, which has one value, expected {others}")


def _suits(word: str, key: ConditionKey) -> bool:
    wrong = _OF_ONE if key.multivalued else _OF_MANY
    return word not in wrong and any(kind in _TYPES.get(word, ()) for kind in key.types)


def _pattern(
    pointer: str, pattern: str, key: ConditionKey, parameters: Mapping[str, Parameter], notes: Notes
) -> None:
    if is_name(pattern):
        parameter = parameters.get(pattern[1:])
        if parameter is not None and key.types == (ValueType.ARN,) and parameter.kind not in _ARN_KINDS:
            notes.add(
                pointer,
                f"found `{pattern}` of type `{parameter.type}` for the ARN key `{key.name}`, expected `[arn]`",
            )
    elif key.types == (ValueType.ARN,):
        if not admits(ValueKind.ARN, pattern, many=False):
            notes.add(
                pointer, f"found `{pattern}` for the ARN key `{key.name}`, expected an ARN of six parts"
            )
    elif key.types == (ValueType.BOOL,):
        if pattern not in ("true", "false"):
            notes.add(pointer, f"found `{pattern}` for `{key.name}`, expected `true` or `false` in quotes")
    elif key.sensitive and ("*" in pattern or "?" in pattern):
        notes.add(
            pointer, f"found `{pattern}` for `{key.name}`, expected no wildcard, as AWS takes none there"
        )


def _number(pointer: str, value: object, parameters: Mapping[str, Parameter], notes: Notes) -> None:
    if isinstance(value, str) and is_name(value):
        parameter = parameters.get(value[1:])
        if parameter is not None and (parameter.kind is not ValueKind.NUMBER or parameter.many):
            notes.add(pointer, f"found `{value}` of type `{parameter.type}`, expected `number`")


# --- keys that actions carry ---------------------------------------------------------------------------------------------


def problems_of_carried(
    key: str,
    patterns: Sequence[str],
    but: Sequence[str],
    place: str,
    *,
    catalog: Catalog,
    notes: Notes,
    is_guardrail: bool,
) -> None:
    """Actions of a class that never carry the key: it then holds all of their requests, or none.

    Whether an endpoint's owner is told depends on the service alone; that is asked of every rule.
    """
    about_endpoint = key.lower() in {name.lower() for name in catalog.vpce_key_services}
    if is_name(key) or catalog.condition_key(key) is None or not (is_guardrail or about_endpoint):
        return
    bits = 0
    for pattern in (*patterns, *but):
        if is_name(pattern):
            return
    for pattern in patterns:
        bits |= catalog.actions_matching(pattern)
    for pattern in but:
        bits = catalog.difference(bits, catalog.actions_matching(pattern))
    never = [
        action
        for action in catalog.names(bits & catalog.listed)
        if not (
            catalog.sends_vpce_key(key, action) if about_endpoint else catalog.key_usable_with(key, action)
        )
    ]
    if never:
        more = f" and {len(never) - 1} more" if len(never) > 1 else ""
        notes.add(
            place,
            f"found the action `{never[0]}`{more} in the class, which never sends `{key}`, expected actions that do",
        )
