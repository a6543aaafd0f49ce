"""Any file of documents: its encoding, whether it is JSON or YAML, and that no bytes raise."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loaders.documents import JSON, YAML, problem_of
from wa_policy.loaders import document as document_module
from wa_policy.loaders.document import Document, parse_document
from wa_policy.loaders.text import decode, shown

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


# Whatever it is


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
