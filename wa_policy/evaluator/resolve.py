"""Policy variables replaced by the values of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import assert_never

from wa_policy.evaluator.truth import Truth
from wa_policy.iam.pattern import CHAR, MANY, ONE, RUN, WILDCARDS
from wa_policy.iam.request import ContextValue
from wa_policy.iam.text import Hole, Template, Text, Variable
from wa_policy.iam.unknown import Unknown, UnknownKind

# Stand for a substituted part while the text around it is made a pattern: no wildcard of the policy can be one of them.
_MARKS = tuple(chr(0xFDD5 + number) for number in range(27))

_MOST_FILLINGS = 64


@dataclass(frozen=True, slots=True)
class Resolved:
    """A template for one request.

    `pattern` is None where a variable has no value: the text then matches nothing. With a `hole` the pattern stands
    for all fillings together, so a text outside it is certain and one inside it is not.
    """

    pattern: str | None
    hole: Unknown | None = None


def resolve(
    template: Template,
    context: Mapping[str, ContextValue],
    doubts: list[Unknown],
    to_pattern: Callable[[str], str],
) -> Resolved:
    """The template with its variables replaced; wildcards inside a value are literal, those of the policy are not."""
    hole: Unknown | None = None
    hole_mark: str | None = None
    written: list[str] = []
    values: list[str] = []
    for part in template.parts:
        match part:
            case str():
                written.append(part)
                continue
            case Variable():
                found = _value(part, context, doubts)
                if found is None:
                    return Resolved(None)
                value = found
            case Hole():
                if hole is None:
                    hole, hole_mark = part.reason, _MARKS[min(len(values), len(_MARKS) - 1)]
                value = MANY
            case _:
                assert_never(part)
        if len(values) == len(_MARKS):
            return Resolved(
                MANY, Unknown(UnknownKind.NOT_MODELLED, f"more than {len(_MARKS)} variables in one value")
            )
        written.append(_MARKS[len(values)])
        values.append(value)
    pattern = to_pattern("".join(written))
    if hole_mark is not None:
        # The hole may hold colons, so a wildcard behind it may stand in another segment than it seems to.
        before, mark, behind = pattern.partition(hole_mark)
        pattern = before + mark + behind.replace(RUN, MANY).replace(CHAR, ONE)
    for mark, value in zip(_MARKS, values, strict=False):
        pattern = pattern.replace(mark, value)
    return Resolved(pattern, hole)


def for_each_filling(text: Text, answer: Callable[[Text], Truth]) -> Truth:
    """What `answer` says of the text with each of the choices of its holes; an Unknown iff they do not all agree."""
    if isinstance(text, str) or not any(hole.choices for hole in text.holes):
        return answer(text)
    agreed: Truth | None = None
    for filling in _fillings(text):
        found = answer(filling)
        if isinstance(found, Unknown) or (agreed is not None and found is not agreed):
            return text.holes[0].reason
        agreed = found
    return answer(text) if agreed is None else agreed


def _fillings(template: Template) -> Iterator[Text]:
    """The template with every combination of the choices of its holes, or itself where these are too many."""
    choices = [
        part.choices if isinstance(part, Hole) and part.choices else (part,) for part in template.parts
    ]
    if prod(map(len, choices)) > _MOST_FILLINGS:
        yield template
        return
    for parts in product(*choices):
        yield "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else Template(parts)


def _value(variable: Variable, context: Mapping[str, ContextValue], doubts: list[Unknown]) -> str | None:
    if variable.is_special:
        return variable.key
    value = context.get(variable.key)
    if isinstance(value, tuple):
        # Only single-valued keys can be variables; the page does not say what a multivalued one does.
        doubts.append(
            Unknown(UnknownKind.UNDOCUMENTED, f"`{variable.written}` has several values; taken as no value")
        )
        return variable.default
    if value and not value.isascii() and not WILDCARDS.isdisjoint(value):
        # Noncharacters of Unicode, which patterns use for wildcards: no value that AWS sends has one.
        return None
    if value == "" and variable.default is not None:
        doubts.append(
            Unknown(
                UnknownKind.UNDOCUMENTED, f"`{variable.written}` is an empty string; its default is taken"
            )
        )
        return variable.default
    return variable.default if value is None else value
