"""Patterns against `re`, and questions about patterns against all short strings."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.reference.patterns import belongs, first_difference
from tests.reference.wildcard import matches as reference_matches
from tests.strategies import globs, patterns, tiny_texts
from wa_policy.iam.pattern import (
    CHAR,
    MANY,
    ONE,
    OTHER,
    RUN,
    alphabet,
    arn_glob,
    automaton,
    difference_witness,
    display,
    glob,
    includes,
    is_literal,
    is_only_stars,
    matches,
    overlaps,
    resource_glob,
)

# A character that no pattern of the strategies names.
FRESH = "z"


def accepts(pattern: str, text: str) -> bool:
    machine = automaton(pattern)
    state = machine.start
    for character in text:
        state = machine.step(state, character)
    return machine.accepts(state)


# --- matches ----------------------------------------------------------------------------------------------------


@given(globs(8), tiny_texts(8))
@example("a*b*", "aab")
@example("*?a", "aa")
@example("a*a", "a")
@example("*ab*ab*", "abab")
@example("*a?*b", "aab")
def test_matches_is_re(pattern: str, text: str) -> None:
    assert matches(glob(pattern), text) == reference_matches(pattern, text)


@settings(max_examples=500)
@given(patterns(8), tiny_texts(8))
@example(f"a:a:a:a:a:{RUN}", "a:a:a:a:a:b:c")
@example(f"a{ONE}{RUN}", "a:b")
@example(f"{MANY}:{RUN}", "a:b:c")
@example(f"a:a:a:a:a:{CHAR}", "a:a:a:a:a::")
def test_all_four_wildcards_match_as_re(pattern: str, text: str) -> None:
    assert matches(pattern, text) == belongs(pattern, text) == accepts(pattern, text)


def joined(letters: str, least: int) -> st.SearchStrategy[str]:
    """Texts of the shape of an ARN: parts between colons."""
    return st.lists(st.text(letters, max_size=2), min_size=least, max_size=8).map(":".join)


@settings(max_examples=300)
@given(joined(f"ab{MANY}{ONE}{RUN}{CHAR}", 5), joined("ab", 5))
@example(f"a:b{RUN}:c:d:{MANY}:f:g{RUN}", "a:bx:c:d:e:f:gx")
@example(f"a:b{RUN}:c:d:{MANY}:f:g{RUN}", "a:bx:c:d:e:f")
@example(f"a:b{RUN}:c:d:{MANY}:f:g{RUN}", "a:bx:c:d:e:e:f:gx")
@example(f"a:b{RUN}:c:d:{MANY}:f:g{RUN}", "a:bx:c:d:e:f:gx:g")
@example(f"a:b{RUN}:c:d:{ONE}:f", "a:b:c:d:::f")
@example(f"a:b{RUN}:c{MANY}", "a:b:c:d:e:f:g")
@example(f"a:b{RUN}:c", "a:b:c:d")
def test_texts_of_the_shape_of_an_arn_match_as_re(pattern: str, text: str) -> None:
    assert matches(pattern, text) == belongs(pattern, text) == accepts(pattern, text)


@given(
    st.lists(st.text("ab*?", max_size=3), min_size=1, max_size=8),
    st.lists(st.text("ab", max_size=2), max_size=8),
)
def test_arn_glob_matches_the_six_parts_one_by_one(pattern_parts: list[str], text_parts: list[str]) -> None:
    pattern, text = ":".join(pattern_parts), ":".join(text_parts)
    wanted, found = pattern.split(":", 5), text.split(":", 5)
    expected = len(wanted) == len(found) and all(map(reference_matches, wanted, found))
    if is_only_stars(pattern):
        expected = len(found) == 6  # `*` alone stands for any ARN
    assert matches(arn_glob(pattern), text) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("arn:aws:sqs:*:111122223333:q", "arn:aws:sqs:eu-west-1:111122223333:q", True),
        # A `*` that ends a segment may run across colons.
        ("arn:aws:lambda:*:function:f", "arn:aws:lambda:eu-west-1:111122223333:function:f", True),
        # A short ARN is completed with `*`, and so has no way to end in `q`.
        ("arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:111122223333:q", False),
        ("arn:aws:sqs:*a:111122223333:q", "arn:aws:sqs:x:a:111122223333:q", False),
        ("arn:aws:sqs:?:111122223333:q", "arn:aws:sqs:::111122223333:q", False),
        ("arn:aws:lambda:*", "arn:aws:lambda:eu-west-1:111122223333:function:f:live", True),
        ("arn:aws:lambda", "arn:aws:lambda:eu-west-1:111122223333:function:f", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x:y/z", True),
        ("arn:aws:s3:::b?", "arn:aws:s3:::b", False),
        ("*", "anything: at all", True),
        ("*:function:f", "arn:aws:lambda:eu-west-1:111122223333:function:f", True),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", False),
        ("", "", True),
    ],
)
def test_resource_glob(pattern: str, text: str, *, expected: bool) -> None:
    assert matches(resource_glob(pattern), text) is expected


@given(st.text("abc:*?{}$", max_size=8))
def test_a_pattern_without_wildcards_is_a_literal_and_matches_itself(text: str) -> None:
    assert is_literal(text)
    assert matches(text, text)
    assert not is_literal(glob(f"{text}*"))


def test_display_shows_wildcards_as_they_are_written_and_literals_as_variables() -> None:
    assert display(f"a{MANY}{RUN}{ONE}{CHAR}") == "a**??"
    assert display("a*?") == "a${*}${?}"


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("", ""),
        (f"b{MANY}a{ONE}b", "ab"),
        (RUN, ":"),  # `:` and other characters lead to different places
        (CHAR, ":"),
        (f"a{RUN}-", "-:a"),
    ],
)
def test_the_alphabet_is_what_is_named_and_the_colon_where_it_matters(pattern: str, letters: str) -> None:
    assert alphabet([pattern]) == [*letters, OTHER]


# --- includes, overlaps, differences ------------------------------------------------------------------------------

# Strings of up to 6 characters are enough for two patterns of up to 3 tokens: a shortest witness of an inclusion
# that fails needs each token of the inner pattern, and per star no more characters than the outer one has tokens.
SHORT = 3
LONGEST = 6


@settings(max_examples=150, deadline=None)
@given(patterns(SHORT), patterns(SHORT))
@example(f"{MANY}{ONE}", f"{ONE}{MANY}")
@example(f"{RUN}", f"{CHAR}:")
@example(f"{RUN}:{RUN}", f"{MANY}:{MANY}")
@example(f"{ONE}", f"{CHAR}")
@example(f"{CHAR}", f"{ONE}")
@example(f"{RUN}:{MANY}", f"{ONE}")
@example(f"{MANY}:{CHAR}b", f":{MANY}")
def test_includes_is_that_no_string_escapes(outer: str, inner: str) -> None:
    escaped = first_difference((inner,), (outer,), f"ab:{FRESH}", LONGEST)
    assert includes(outer, inner) == (escaped is None)


@settings(max_examples=150, deadline=None)
@given(patterns(SHORT), patterns(SHORT))
@example(f"{RUN}", ":")
@example(f"{RUN}a", f"{ONE}a")
@example("", f"{RUN}{MANY}")
def test_overlaps_is_that_a_string_belongs_to_both(one: str, other: str) -> None:
    common = first_difference((one, other), (), f"ab:{FRESH}", LONGEST)
    assert overlaps(one, other) == overlaps(other, one) == (common is not None)


@given(patterns(8), patterns(8))
def test_includes_and_overlaps_agree_with_the_search_for_a_difference(one: str, other: str) -> None:
    assert includes(one, other) == (difference_witness((other,), (one,)) is None)
    assert overlaps(one, other) == (difference_witness((one, other), ()) is not None)


@settings(deadline=None)
@given(st.lists(patterns(3), max_size=2), st.lists(patterns(3), max_size=2))
def test_a_difference_witness_is_the_shortest_and_first_string(inside: list[str], outside: list[str]) -> None:
    witness = difference_witness(inside, outside)
    letters = "".join(alphabet([*inside, *outside]))
    expected = first_difference(inside, outside, letters, 6 if len(letters) < 4 else 5)
    if witness is not None:
        assert all(belongs(pattern, witness.replace(OTHER, FRESH)) for pattern in inside)
        assert not any(belongs(pattern, witness.replace(OTHER, FRESH)) for pattern in outside)
    if expected is not None:
        assert witness == expected
    else:
        assert witness is None or len(witness) > 5


@given(patterns(6), patterns(6), tiny_texts())
def test_what_includes_a_pattern_matches_all_that_it_matches(outer: str, inner: str, text: str) -> None:
    assume(matches(inner, text))
    assert matches(outer, text) or not includes(outer, inner)
    assert overlaps(outer, inner) or not matches(outer, text)


@given(patterns(6))
def test_a_pattern_includes_itself_and_everything_includes_it(pattern: str) -> None:
    assert includes(pattern, pattern)
    assert includes(MANY, pattern)
    assert overlaps(pattern, pattern)


@pytest.mark.parametrize("count", [8, 16, 64])
def test_many_question_marks_do_not_explode(count: int) -> None:
    # Each of these takes 2^count steps when sets of places are searched as they come.
    unique_id = "*-" + "?" * count + "-" + "?" * count
    start = time.process_time()
    assert not includes(glob(f"x{unique_id}"), glob(f"xy*a{'?' * count}"))
    assert includes(glob(f"x{unique_id}"), glob(f"xy{unique_id}"))
    assert includes(glob("*b"), glob(f"*a{'?' * count}b"))
    assert not overlaps(glob(f"*a{'?' * count}b"), glob(f"*b{'?' * count}c"))
    assert time.process_time() - start < 2
