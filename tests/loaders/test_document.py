from __future__ import annotations

import codecs
import gc
import json
import subprocess
import sys
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from wa_policy.errors import Problem
from wa_policy.loaders import document as document_module
from wa_policy.loaders import yaml_nodes
from wa_policy.loaders.document import Document, DocumentFormat, parse_document
from wa_policy.loaders.json_duplicates import MAX_DUPLICATES
from wa_policy.loaders.json_text import MAX_DEPTH
from wa_policy.loaders.text import decode, shown

JSON, YAML, ROWS = DocumentFormat.JSON, DocumentFormat.YAML, DocumentFormat.JSON_LINES

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]


def read(text: str, file: str = "a.json") -> Any:
    """The one value of a text that has no problem."""
    documents, problems = parse_document(file, text.encode())
    assert problems == ()
    (document,) = documents
    assert (document.file, document.pointer) == (file, "")
    return document.value


def problem_of(text: str, file: str = "a.json") -> Problem:
    """The one problem of a text."""
    (problem,) = parse_document(file, text.encode())[1]
    assert "\n" not in problem.message
    assert problem.file == file
    return problem


def values(text: str, file: str = "a.json") -> list[tuple[str, Any]]:
    return [(document.pointer, document.value) for document in parse_document(file, text.encode())[0]]


# Encodings


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_text_is_decoded_by_its_mark(mark: bytes, encoding: str) -> None:
    data = mark + '{"ключ": "😀"}'.encode(encoding)
    assert parse_document("a", data) == ((Document("a", {"ключ": "😀"}, JSON),), ())
    assert decode("a", bytearray(data)) == '{"ключ": "😀"}'


@pytest.mark.parametrize(
    ("data", "offset", "line", "name"),
    [
        (b'{"a":\n"caf\xe9"}', 10, 2, "UTF-8"),
        (codecs.BOM_UTF8 + b"ab\xff", 5, 1, "UTF-8"),
        (codecs.BOM_UTF16_LE + b"a\0\x00\xd8b\0", 4, 0, "UTF-16-LE"),
        (codecs.BOM_UTF32_BE + b"\0\0\0a\xff\xff\xff\xff", 8, 0, "UTF-32-BE"),
    ],
)
def test_another_encoding_is_a_problem_with_its_offset(
    data: bytes, offset: int, line: int, name: str
) -> None:
    documents, (problem,) = parse_document("a.json", data)
    assert documents == ()
    assert (problem.code, problem.line) == ("encoding", line)
    assert (
        f"byte 0x{data[offset]:02x} at offset {offset} is not {name}, expected UTF-8, or" in problem.message
    )


def test_utf_16_without_a_mark_is_a_problem() -> None:
    _, (problem,) = parse_document("a.json", '{"a": 1}'.encode("utf-16-le"))
    assert problem.code == "encoding"
    assert "offset 1" in problem.message


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
@pytest.mark.parametrize("file", ["a.json", "a.yaml", "a.jsonl", "-"])
def test_an_empty_file_is_a_problem(data: bytes, file: str) -> None:
    documents, (problem,) = parse_document(file, data)
    assert (documents, problem.code) == ((), "empty-file")


def test_a_file_of_comments_is_empty() -> None:
    assert problem_of("# nothing\n---\n---\n", "a.yaml").code == "empty-file"


# JSON


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


# YAML


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_nodes, "LOADER", request.param)


def plain(text: str) -> Any:
    return read(f"a: {text}\n", "t.yaml")["a"]


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-15", -15),
        ("2.5", 2.5),
        ("123456789012", 123456789012),
        # What YAML 1.1 changes stays text.
        ("012345678901", "012345678901"),
        ("0o14", "0o14"),
        ("0x1F", "0x1F"),
        ("014", "014"),
        ("1_000", "1_000"),
        ("+1", "+1"),
        ("-0", "-0"),
        ("1:30", "1:30"),
        ("1.10", "1.10"),
        ("1e3", "1e3"),
        ("2012-10-17", "2012-10-17"),
        ("2012-10-17T00:00:00Z", "2012-10-17T00:00:00Z"),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("=", "="),
        ("'12'", "12"),
        ('"true"', "true"),
        ("! 12", "12"),
        ("!", ""),
        ("!!str 12", "12"),
        ("!!int 12", 12),
        ("!!float 2", 2),
        ("!!null null", None),
        ("!!binary aGk=", "aGk="),
    ],
)
def test_yaml_scalars(text: str, value: Any) -> None:
    found = plain(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.usefixtures("loader")
def test_yaml_keys_are_text() -> None:
    text = "012345678901: 1\n12: 2\ntrue: 3\n2012-10-17: 4\nnull: 5\non: 6\n"
    assert read(text, "a.yaml") == {
        "012345678901": 1,
        "12": 2,
        "true": 3,
        "2012-10-17": 4,
        "null": 5,
        "on": 6,
    }


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref Role", {"Ref": "Role"}),
        ("!Ref 012", {"Ref": "012"}),
        ("!Condition IsProd", {"Condition": "IsProd"}),
        ("!Sub '${A}-x'", {"Fn::Sub": "${A}-x"}),
        ("!GetAtt Role.Arn", {"Fn::GetAtt": ["Role", "Arn"]}),
        ("!GetAtt Stack.Outputs.Arn", {"Fn::GetAtt": ["Stack", "Outputs.Arn"]}),
        ("!GetAtt [Role, Arn]", {"Fn::GetAtt": ["Role", "Arn"]}),
        ("!Join ['', [a, !Ref B]]", {"Fn::Join": ["", ["a", {"Ref": "B"}]]}),
        ("!Transform {Name: x}", {"Fn::Transform": {"Name": "x"}}),
        ("!If [C, 1, !Ref 'AWS::NoValue']", {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}),
    ],
)
def test_short_forms_become_long_ones(text: str, value: Any) -> None:
    assert plain(text) == value


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Vault secret", {"Fn::Vault": "secret"}),
        ("!Foo [1]", {"Fn::Foo": [1]}),
        ("!!python/object/apply:os.system ['true']", ["true"]),
        ("!!python/name:os.system x", "x"),
        ("!!int twelve", "twelve"),
        ("!!int 0x10", "0x10"),
        ("!<tag:example.com,2000:x> {b: 1}", {"Fn::tag:example.com,2000:x": {"b": 1}}),
    ],
)
def test_other_tags_are_problems_and_run_nothing(text: str, value: Any) -> None:
    documents, (problem,) = parse_document("a.yaml", f"x: 1\na: {text}\n".encode())
    assert documents[0].value == {"x": 1, "a": value}
    assert (problem.code, problem.pointer, problem.line) == ("yaml-tag", "/a", 2)


@pytest.mark.usefixtures("loader")
def test_duplicate_keys_of_yaml() -> None:
    documents, (problem,) = parse_document("a.yaml", b"r:\n  - a/: 1\n    b: 2\n    a/: 3\n")
    assert documents[0].value == {"r": [{"a/": 3, "b": 2}]}
    assert (problem.code, problem.pointer, problem.line) == ("duplicate-key", "/r/0/a~1", 4)
    assert "`a/` stands 2 times" in problem.message


@pytest.mark.usefixtures("loader")
def test_aliases_and_merge_keys() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: *a\nd: {<<: *a, y: 5}\ne:\n  w: 0\n  <<: [*a, *b]\n"
    value = read(text, "a.yaml")
    assert value["c"] == {"x": 1, "y": 2}
    assert value["d"] == {"x": 1, "y": 5}
    assert value["e"] == {"x": 1, "y": 2, "z": 4, "w": 0}
    assert read("a: {'<<': 1}", "a.yaml") == {"a": {"<<": 1}}


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "value", "message"),
    [
        ("? [a, b]\n: 1\nc: 2\n", {"c": 2}, "not read"),
        ("? {a: b}\n: 1\nc: 2\n", {"c": 2}, "not read"),
        ("!Sub x: 1\nc: 2\n", {"x": 1, "c": 2}, "no plain text"),
        ("<<: 3\nc: 2\n", {"c": 2}, "`<<`"),
        ("<<: [{a: 1}, 3]\nc: 2\n", {"a": 1, "c": 2}, "`<<`"),
    ],
)
def test_keys_that_json_does_not_have(text: str, value: Any, message: str) -> None:
    documents, (problem,) = parse_document("a.yaml", text.encode())
    assert documents[0].value == value
    assert (problem.code, problem.line) == ("yaml-key", 1)
    assert message in problem.message


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("literal", [".nan", ".inf", "-.INF", "9" * 5000])
def test_odd_numbers_of_yaml_are_problems_and_stay_text(literal: str) -> None:
    documents, (problem,) = parse_document("a.yaml", f"x: 1\na: [{literal}]\n".encode())
    assert documents[0].value["a"] == [literal]
    assert (problem.code, problem.pointer, problem.line) == ("yaml-number", "/a/0", 2)


@pytest.mark.usefixtures("loader")
def test_yaml_streams() -> None:
    text = "a: 1\n---\n# nothing\n---\nb: 2\nb: 3\n---\nc: *x\n---\nd: 1\n"
    documents, problems = parse_document("a.yaml", text.encode())
    assert [(d.pointer, d.value, d.format) for d in documents] == [
        ("/0", {"a": 1}, YAML),
        ("/2", {"b": 3}, YAML),
    ]
    assert [(p.code, p.pointer, p.line) for p in problems] == [
        ("duplicate-key", "/2/b", 6),
        ("yaml-alias", "/3", 8),
    ]


@pytest.mark.usefixtures("loader")
def test_anchors_do_not_reach_into_the_next_document() -> None:
    assert problem_of("a: &x 1\n---\nb: *x\n", "a.yaml").code == "yaml-alias"


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b: c\n", 1),
        ("a: 1\n b: 2\n", 2),
        ("a:\n\t- 1\n", 2),
        ("a: [1, 2\n", 2),
        ("a: 'x\n", 2),
        ("a: 1\nb: \x01\n", 2),
        ('a: 1\nb: "\\ud800"\n', 2),
        ("a: @x\n", 1),
        ("%YAML 9.9\n---\na: 1\n", 1),
    ],
)
def test_broken_yaml_has_a_line(text: str, line: int) -> None:
    problem = problem_of(text, "a.yaml")
    assert problem.code == "yaml-syntax"
    assert problem.line in (line, line - 1)  # the two parsers look ahead differently
    assert problem.line
    assert ", expected " in problem.message


@pytest.mark.usefixtures("loader")
def test_an_escape_that_is_no_character() -> None:
    assert problem_of('a: "\\UFFFFFFFF"\n', "a.yaml").code == "yaml-syntax"


@pytest.mark.usefixtures("loader")
def test_an_alias_bomb_is_stopped() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    start = time.process_time()
    problem = problem_of("\n".join(lines), "a.yaml")
    assert time.process_time() - start < 2
    assert (problem.code, problem.line) == ("yaml-aliases", 6)
    assert "more than 1000000 nodes" in problem.message


@pytest.mark.usefixtures("loader")
def test_aliases_below_the_limit_are_shared() -> None:
    value = read("a: &a [1]\nb: [*a, *a]\n", "a.yaml")
    assert value["b"][0] is value["b"][1] is value["a"]


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: &a {b: {c: *a}}\n", "&a {<<: *a}\n"])
def test_an_alias_inside_of_its_anchor(text: str) -> None:
    problem = problem_of(text, "a.yaml")
    assert (problem.code, problem.line) == ("yaml-alias", 1)
    assert "`*a` stands inside of `&a`" in problem.message


@pytest.mark.usefixtures("loader")
def test_depth_of_yaml() -> None:
    assert read("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), "a.yaml")
    problem = problem_of("\na: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH, "a.yaml")
    assert (problem.code, problem.line) == ("too-deep", 2)
    assert f"column {MAX_DEPTH + 3}: more than 200 levels" in problem.message
    assert problem_of("- " * (MAX_DEPTH + 1) + "x", "a.yaml").code == "too-deep"
    # A tag is a level of its own, and so is what an alias stands for.
    assert problem_of("a: " + "!Join [" * 100 + "]" * 100, "a.yaml").code == "too-deep"
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))
    assert problem_of(chain, "a.yaml").line == MAX_DEPTH


@pytest.mark.parametrize("loader_name", [loader.__name__ for loader in LOADERS])
@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? ", "[{a: "])
@pytest.mark.parametrize("file", ["a.yaml", "a.template", "a.json"])
def test_very_deep_text_does_not_end_the_process(loader_name: str, unit: str, file: str) -> None:
    program = f"""
import yaml
from wa_policy.loaders import yaml_nodes
from wa_policy.loaders.document import parse_document
yaml_nodes.LOADER = yaml.{loader_name}
documents, problems = parse_document({file!r}, ({unit!r} * 30_000).encode())
print(len(documents), *[problem.code for problem in problems])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    if file == "a.yaml":
        assert done.stdout == "0 too-deep\n"
    else:
        assert done.stdout in ("0 too-deep\n", "0 json-syntax\n")


# Which of the two


@pytest.mark.parametrize("file", ["a.template", "a.yaml", "-", "policy"])
def test_flow_style_is_yaml(file: str) -> None:
    documents, problems = parse_document(file, b"{a: [x,], b: !Ref C} # c\n")
    assert [(d.value, d.format) for d in documents] == [({"a": ["x"], "b": {"Ref": "C"}}, YAML)]
    assert problems == ()


def test_json_in_a_file_with_another_name() -> None:
    assert parse_document("a.yaml", b' {"a": 1}')[0][0].format is JSON
    assert parse_document("a.yaml", b"a: 1")[0][0].format is YAML
    assert problem_of("a: 1", "a.json").code == "json-syntax"
    assert problem_of('{"a": [1', "a.template").code == "json-syntax"
    assert problem_of('{"a": [1', "a.yaml").code == "yaml-syntax"


def test_large_broken_json_is_not_tried_as_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse_document("-", b"{a: 1}")[1] == ()
    monkeypatch.setattr(document_module, "MAX_GUESSED", 5)
    assert problem_of("{a: 1}", "-").code == "json-syntax"


def test_a_bug_of_a_parser_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no\nroom")

    monkeypatch.setattr(document_module, "read_json", fail)
    problem = problem_of("[1]")
    assert (problem.code, problem.message.count("MemoryError: no\\nroom")) == ("unreadable", 1)


def test_shown_is_one_printable_line() -> None:
    assert shown("a\n\x1b[0m\u2028\u202e" + "x" * 100, 10) == "a\\n\\x1b[0m\\u2028\\u202exx..."


@pytest.mark.parametrize("file", ["a.json", "a.yaml", "a.jsonl", "-"])
@given(data=st.binary() | st.text(alphabet='{}[]",:\\\n 01e.-&*!<?|>#%@ab\t').map(str.encode))
def test_no_bytes_raise(file: str, data: bytes) -> None:
    documents, problems = parse_document(file, data)
    assert documents or problems
    for problem in problems:
        assert problem.message.isprintable()
        assert problem.file == file
        assert not problem.message.startswith("the parser failed")


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


@given(st.text(alphabet="{}[]:,-&*!'\"|>#%?~ \n01aby<=._"))
def test_both_yaml_parsers_read_the_same(text: str) -> None:
    found = []
    before = yaml_nodes.LOADER
    try:
        for each in LOADERS:
            yaml_nodes.LOADER = each
            documents, problems = parse_document("a.yaml", text.encode())
            found.append((documents, problems and problems[-1].code.startswith("yaml-syntax")))
    finally:
        yaml_nodes.LOADER = before
    if not any(broken for _, broken in found):
        assert found[0] == found[-1]
