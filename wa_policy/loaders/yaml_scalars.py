"""What the scalars and tags of YAML stand for.

YAML 1.1 makes `yes` a boolean, `2012-10-17` a date, `012345678901` a number and `1:30` ninety. CloudFormation means
text by the first three, so a plain scalar is a number only where Python prints that number as the very same text, a
boolean only as `true` or `false`, and null only as `null`, `~` or nothing. All else stays text, also as a key.
Nothing is lost by this: what wants a number can still read it from the text.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

import re
from typing import Any

# The short forms of the intrinsic functions and conditions.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
_FUNCTIONS = (
    *("And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap"),
    *("GetAtt", "GetAZs", "GetStackOutput", "If", "ImportValue", "Join", "Length", "Not", "Or", "RefAll"),
    *("Select", "Split", "Sub", "ToJsonString", "Transform", "ValueOf", "ValueOfAll"),
)
LONG_FORMS = {
    "!Ref": "Ref",
    "!Condition": "Condition",
    **{f"!{name}": f"Fn::{name}" for name in _FUNCTIONS},
}
STANDARD = "tag:yaml.org,2002:"

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"(?:0|-?[1-9][0-9]*)")
_FLOAT = re.compile(r"-?[0-9]+\.[0-9]+(?:e[-+][0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FIRST_OF_NUMBERS = frozenset("+-.0123456789")

MAX_DIGITS = 4000
"""Python refuses to convert a little more than that."""


def long_form(tag: str | None) -> str | None:
    """The key that stands for a tag in the value, or None for a tag that leaves the value as it is."""
    if tag is None or tag.startswith(STANDARD):
        return None
    return LONG_FORMS.get(tag) or f"Fn::{tag.removeprefix('!')}"


def plain_value(text: str) -> Any:
    """What a plain scalar stands for; the text itself unless it is the one way to write the value."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST_OF_NUMBERS:
        return text
    if _INT.fullmatch(text):
        return text if is_odd_number(text) else int(text)
    if _FLOAT.fullmatch(text):
        return number if repr(number := float(text)) == text else text
    return text


def is_odd_number(text: str) -> bool:
    """True iff the text is a number for which there is no value here: not finite, or too long to convert."""
    return text[:1] in _FIRST_OF_NUMBERS and bool(
        _NOT_FINITE.fullmatch(text) or (len(text) > MAX_DIGITS and _INT.fullmatch(text))
    )
