"""Raw values in the words of an error message."""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.iam.text import Template


def describe(raw: object) -> str:
    """What a raw value is, in a few words for an error message of one line."""
    match raw:
        case None:
            return "null"
        case bool():
            return f"`{str(raw).lower()}`"
        case int() | float():
            return "a very large number" if is_huge(raw) else f"the number `{raw}`"
        case str():
            return quoted(raw)
        case Template():
            return f"{quoted(raw)}, which is not known here"
        case Mapping():
            return "an object" if raw else "an empty object"
        case list() | tuple():
            return f"a list of {len(raw)}" if raw else "an empty list"
        case _:
            return f"a {type(raw).__name__}"


def is_huge(number: float) -> bool:
    # Python refuses to write integers of more than 4,300 digits, and nobody would read them.
    return isinstance(number, int) and number.bit_length() > 256


def quoted(text: object) -> str:
    """The text in backticks, on one line: shortened, and with what cannot be printed escaped."""
    shown = str(text)
    if len(shown) > 60:
        shown = f"{shown[:57]}…"
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shown)
    shown = shown.replace("`", r"\x60")
    return f"`{shown}`"
