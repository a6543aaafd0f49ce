"""Documents of JSON: values, duplicate keys, numbers, depth, documents one after another, and where one is broken."""

from __future__ import annotations

import gc
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loaders.documents import JSON, ROWS, problem_of, read, values
from wa_policy.loaders.document import Document, parse_document
from wa_policy.loaders.json_duplicates import MAX_DUPLICATES
from wa_policy.loaders.json_text import MAX_DEPTH


def test_json_values() -> None:
    assert read('{"a": [1, -2.5, 1e3, true, null, "\\u00e9\\ud83d\\ude00"]}') == {
        "a": [1, -2.5, 1000.0, True, None, "é😀"]
    }
    assert read("12") == 12
    assert read("  [1]\n", "policy") == [1]


@pytest.mark.parametrize(
    ("text", "line", "column", "found", "expected"),
    [
        ('{"a":\n [1, 2', 2, 7, "the end of the file", "`,` or the end"),
        ('{"a":\n', 2, 1, "the end of the file", "a value"),
        ('{"a":\n "b', 2, 4, "the end of the file", "ends the string"),
        ('{"a": 1\n "b": 2}', 2, 2, '`"b"`', "`,` or the end"),
        ('{"a" 1}', 1, 6, "`1`", "`:` after a key"),
        ("{a: 1}", 1, 2, "`a`", 'a key in `"`'),
        ("[1, nul]", 1, 5, "`nul`", "a value"),
        ('{\n"a": 1,\n}', 3, 1, "`}`", "a key"),
        ("[1] x", 1, 5, "`x`", "one more document"),
    ],
)
def test_broken_json_has_a_place(text: str, line: int, column: int, found: str, expected: str) -> None:
    problem = problem_of(text)
    assert problem.code == "json-syntax"
    # Python 3.13 puts a trailing comma on the comma itself.
    places = [(line, column)] if text != '{\n"a": 1,\n}' else [(line, column), (2, 7)]
    assert problem.line in [line for line, _ in places]
    assert any(problem.message.startswith(f"line {a}, column {b}: ") for a, b in places)
    if len(places) == 1:
        assert f"found {found}, expected " in problem.message
    assert expected in problem.message


def test_control_characters_and_escapes_are_told_on_one_line() -> None:
    assert problem_of('["a\nb"]').line == 1
    assert "\\x1b" in problem_of("[\x1b]").message
    assert "escape" in problem_of('["\\q"]').message


def test_appended_documents_are_numbered() -> None:
    assert values('{"a": 1}\n{"b": 2}[3] ') == [("/0", {"a": 1}), ("/1", {"b": 2}), ("/2", [3])]


def test_a_broken_document_ends_the_reading_of_appended_ones() -> None:
    documents, (problem,) = parse_document("a.json", b'{"a": 1}\n{"b": [}\n{"c": 3}')
    assert [(d.pointer, d.value) for d in documents] == [("/0", {"a": 1})]
    assert (problem.pointer, problem.line) == ("/1", 2)


@pytest.mark.parametrize("file", ["a.jsonl", "A.NDJSON"])
def test_json_lines_survive_a_broken_line(file: str) -> None:
    text = '{"a": 1}\n\n{"b": [\n{"c": 1, "c": 2}\n[NaN]\n{"d": 4} x\n'
    documents, problems = parse_document(file, text.encode())
    assert [(d.pointer, d.value, d.format) for d in documents] == [
        ("/0", {"a": 1}, ROWS),
        ("/2", {"c": 2}, ROWS),
        ("/4", {"d": 4}, ROWS),
    ]
    assert [(p.code, p.pointer, p.line) for p in problems] == [
        ("json-syntax", "/1", 3),
        ("duplicate-key", "/2/c", 4),
        ("json-number", "/3", 5),
        ("json-syntax", "/4", 6),
    ]
    assert "found the end of the line" in problems[0].message


def test_sound_json_lines_are_read_like_appended_documents() -> None:
    documents, problems = parse_document("a.jsonl", b'{"a": 1}\n{"b":\n 2}\n')
    assert [(d.pointer, d.value, d.format) for d in documents] == [
        ("/0", {"a": 1}, JSON),
        ("/1", {"b": 2}, JSON),
    ]
    assert problems == ()


def test_duplicate_keys_of_json() -> None:
    text = '{"a": [{"k~/": 1,\n "b": 0,\n "k~/": 2}],\n "z": 1, "z": 2, "z": 3}'
    documents, problems = parse_document("a.json", text.encode())
    assert documents[0].value == {"a": [{"k~/": 2, "b": 0}], "z": 3}
    assert [(p.code, p.pointer, p.line) for p in problems] == [
        ("duplicate-key", "/a/0/k~0~1", 3),
        ("duplicate-key", "/z", 4),
    ]
    assert problems[0].message == (
        "key `k~/` stands 2 times in one object, expected once; the last one is read"
    )
    assert "3 times" in problems[1].message


def test_duplicate_keys_are_seen_however_they_are_written() -> None:
    assert problem_of('{"a": 1, "\\u0061" : 2}').pointer == "/a"
    assert problem_of('{"x": 1}{"a": 1, "a": 2}').pointer == "/1/a"


def test_a_duplicate_inside_of_what_is_replaced_is_not_told() -> None:
    assert problem_of('{"a": {"b": 1, "b": 2}, "a": 3}').pointer == "/a"


def test_many_duplicates_are_counted() -> None:
    text = "[" + ",".join(['{"a": 1, "a": 2}'] * (MAX_DUPLICATES + 7)) + "]"
    problems = parse_document("a.json", text.encode())[1]
    assert len(problems) == MAX_DUPLICATES + 1
    assert problems[-1].message.startswith("7 more keys")


@pytest.mark.parametrize(
    "literal", ["NaN", "Infinity", "-Infinity", "1e999", "-1e400", "9" * 5000, "-" + "9" * 5000]
)
def test_numbers_that_are_none(literal: str) -> None:
    problem = problem_of(f'{{"NaN 1e999": "NaN",\n "b": [1, {literal}]}}')
    assert (problem.code, problem.line) == ("json-number", 2)
    assert problem.message.startswith(f"line 2, column 11: found the number `{literal[:40]}")
    # Not in the fall back to YAML either.
    assert problem_of(f"[{literal}]", "a.template").code == "json-number"


def test_half_a_surrogate_pair() -> None:
    problem = problem_of('{"a": "\\ud83d\\ude00 \\\\ud800",\n "b": "x\\uD800"}')
    assert (problem.code, problem.line) == ("json-surrogate", 2)
    assert "line 2, column 9: found `\\uD800`" in problem.message
    assert read('["\\\\ud800"]') == ["\\ud800"]


@pytest.mark.parametrize("unit", [("[", "]"), ('{"a":', "}")])
def test_depth_of_json(unit: tuple[str, str]) -> None:
    start, end = unit
    inner = "[]" if start == "[" else "{}"
    just = start * (MAX_DEPTH - 1) + inner + end * (MAX_DEPTH - 1)
    assert read(just)
    for depth in (MAX_DEPTH, 900, 10_000):
        problem = problem_of("\n" + start * depth + inner + end * depth)
        assert (problem.code, problem.line) == ("too-deep", 2)
        assert f"column {MAX_DEPTH * len(start) + 1}: more than 200 levels" in problem.message
    assert problem_of(start * 100_000).code == "too-deep"


def test_brackets_in_strings_are_no_depth() -> None:
    assert read('["' + "[" * 1000 + '\\"' + "{" * 1000 + '"]')


def test_the_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    read("[1]")
    assert gc.isenabled()
    problem_of("[1")
    assert gc.isenabled()
    gc.disable()
    try:
        read("[1]")
        assert not gc.isenabled()
    finally:
        gc.enable()


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=4), v, max_size=4),
    max_leaves=25,
)


@given(JSON_VALUES, st.sampled_from([None, 1]), st.booleans())
def test_json_is_what_the_json_module_reads(value: Any, indent: int | None, ascii_: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_)
    assert parse_document("a.json", text.encode()) == ((Document("a.json", json.loads(text), JSON),), ())
