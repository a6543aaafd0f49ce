from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.json_lines import lines_of_all
from wa_policy.iam.source import Source
from wa_policy.loaders.document import DocumentFormat, parse_document
from wa_policy.loaders.lines import LineIndex, line_of, lines_of
from wa_policy.loaders.located import locate_all

JSON, YAML, ROWS = DocumentFormat.JSON, DocumentFormat.YAML, DocumentFormat.JSON_LINES

POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "A",
     "Action": "s3:*"},
    {
      "Sid": "B", "a/b~c": {
        "x\\"y": 1
      }
    }
  ]
}
"""

TEMPLATE = """\
# a comment
Shared: &shared
  Effect: Allow
  Sid: one
Resources:
  Role:
    <<: *shared
    Sid: two
    Policy: |
      {"Version": "2012-10-17"}
  Name: !Sub
    - "${x}"
    - x: 1
  Arn: !GetAtt Role.Arn
  List:
    - a
    -
      b: 5
  List2: *shared
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("", 1),
        ("/Version", 2),
        ("/Version/Statement/0", 2),  # goes on into a string
        ("/Statement", 3),
        ("/Statement/0", 4),
        ("/Statement/0/Action", 5),
        ("/Statement/1", 6),
        ("/Statement/1/Sid", 7),
        ("/Statement/1/a~1b~0c", 7),
        ('/Statement/1/a~1b~0c/x"y', 8),
        ('/Statement/1/a~1b~0c/x"y/z', 0),  # a number has no members
        ("/Statement/2", 0),
        ("/Statement/01", 0),
        ("/Statement/-", 0),
        ("/statement", 0),
        ("Version", 0),
    ],
)
def test_line_of_json(pointer: str, line: int) -> None:
    assert line_of(POLICY, JSON, pointer) == line


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("", 2),
        ("/Shared/Sid", 4),
        ("/Resources/Role", 6),
        ("/Resources/Role/Effect", 3),  # merged in
        ("/Resources/Role/Sid", 8),  # not the merged one
        ("/Resources/Role/Policy/Statement/0", 9),  # goes on into a string
        ("/Resources/Name", 11),
        ("/Resources/Name/Fn::Sub", 11),
        ("/Resources/Name/Fn::Sub/0", 12),
        ("/Resources/Name/Fn::Sub/1/x", 13),
        ("/Resources/Name/Fn::Join/0", 0),
        ("/Resources/Name/0", 0),
        ("/Resources/Arn/Fn::GetAtt/1", 14),
        ("/Resources/List/0", 16),
        ("/Resources/List/1/b", 18),
        ("/Resources/List/1/b/c", 0),
        ("/Resources/List/2", 0),
        ("/Resources/List/00", 0),
        ("/Resources/List2", 19),
        ("/Resources/List2/Sid", 4),
        ("/Nothing", 0),
    ],
)
def test_line_of_yaml(pointer: str, line: int) -> None:
    assert line_of(TEMPLATE, YAML, pointer) == line


@pytest.mark.parametrize("format_", [JSON, YAML])
def test_the_last_of_equal_keys_counts(format_: DocumentFormat) -> None:
    text = '{"a": {"b": 1},\n "c": 2,\n "a":\n {"d": 1}}'
    found = lines_of(text, format_, ["/a", "/a/b", "/a/d"])
    assert found == {"/a": 3, "/a/b": 0, "/a/d": 4}


@pytest.mark.parametrize(
    ("text", "format_"),
    [('{"a": 1}\n{"b":\n 2}\n[3,\n 4]', JSON), ("a: 1\n---\nb: 2\n---\n- 3\n- 4\n", YAML)],
)
def test_several_documents_are_numbered(text: str, format_: DocumentFormat) -> None:
    found = lines_of(text, format_, ["", "/0/a", "/1", "/1/b", "/2/1", "/a", "/3"])
    assert [found["/a"], found["/3"]] == [0, 0]
    expected = [1, 1, 2, 2, 5] if format_ is JSON else [1, 1, 3, 3, 6]
    assert [found[p] for p in ("", "/0/a", "/1", "/1/b", "/2/1")] == expected


def test_broken_rows_do_not_move_the_others() -> None:
    text = '{"a": 1}\n\n{"b": [\n{"c": "x"}\n'
    found = lines_of(text, ROWS, ["", "/0/a", "/2/c", "/2/c/inner", "/1/c"])
    assert found == {"": 1, "/0/a": 1, "/2/c": 4, "/2/c/inner": 4, "/1/c": 0}


def test_an_index_knows_only_what_was_asked() -> None:
    index = LineIndex(POLICY, JSON, ["/Statement/1"])
    assert (index.line("/Statement/1"), index.line("/Statement/0")) == (6, 0)


def test_windows_line_ends() -> None:
    assert line_of('{\r\n"a":\r\n[\r\n1]}', JSON, "/a/0") == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "[" * 100_000,
        '{"a":' * 50_000,
        '"' + "\\" * 1001,
        "[{" * 50_000 + '"',
        "]}",
        '{"a" 1}',
        "[,,",
    ],
)
@pytest.mark.parametrize("format_", list(DocumentFormat))
def test_broken_text_has_no_lines_but_does_no_harm(text: str, format_: DocumentFormat) -> None:
    assert line_of(text, format_, "/a/0/b") in (0, 1)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    SCALARS,
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=4), v, max_size=4),
    max_leaves=25,
)


@given(VALUES, st.sampled_from([None, 0, 1, "\t"]), st.booleans(), st.sampled_from(["", "\n", " \r\n\n"]))
def test_lines_agree_with_the_reference(
    value: Any, indent: int | str | None, ascii_: bool, before: str
) -> None:
    text = before + json.dumps(value, indent=indent, ensure_ascii=ascii_) + before
    expected = lines_of_all(text)
    assert lines_of(text, JSON, expected) == expected
    for pointer, line in list(expected.items())[-3:]:
        assert line_of(text, JSON, pointer) == line
        assert line_of(text, JSON, f"{pointer}/no such key") in (0, line)


@given(st.lists(VALUES, min_size=2, max_size=4))
def test_lines_of_several_documents_agree_with_the_reference(values: list[Any]) -> None:
    texts = [json.dumps(value, indent=1) for value in values]
    expected = {"": 1}
    line = 0
    for number, text in enumerate(texts):
        expected |= {f"/{number}{pointer}": line + at for pointer, at in lines_of_all(text).items()}
        line += text.count("\n") + 1
    assert lines_of("\n".join(texts), JSON, expected) == expected


@given(VALUES)
def test_json_has_the_same_lines_as_yaml(value: Any) -> None:
    # YAML forbids some characters that JSON escapes, and knows more line ends: plain ASCII only.
    text = json.dumps(value, indent=1)
    documents, problems = parse_document("a.json", text.encode())
    assert documents
    assert not problems
    expected = lines_of_all(text)
    if "\\" in text or "\x7f" in text:
        return
    yaml = lines_of(text, YAML, expected)
    assert yaml == expected


@given(st.text(alphabet='{}[]",:\\\n 01ab~/'), st.text(alphabet="/01ab~"), st.sampled_from(DocumentFormat))
def test_no_text_and_no_pointer_raise(text: str, pointer: str, format_: DocumentFormat) -> None:
    assert 0 <= line_of(text, format_, pointer) <= text.count("\n") + 1


def test_many_pointers_into_a_large_file_take_no_time() -> None:
    item = '{"a": {"b": ["x", "y\\"]"], "c": 1},\n "d": "arn:aws:iam::123456789012:role/some/path/and/name"}'
    count = 20_000_000 // len(item)
    text = "[" + ",\n".join([item] * count) + "]"
    pointers = [f"/{n * (count // 500)}/a/b/1" for n in range(500)]
    start = time.process_time()
    found = lines_of(text, JSON, pointers)
    assert time.process_time() - start < 4  # about 0.6 s alone; the machine may be busy
    assert found == {pointer: 2 * int(pointer.split("/")[1]) + 1 for pointer in pointers}


def test_the_line_of_a_place_in_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.json")
    assert locate_all([Source(str(tmp_path / "x.json"), "")]) == {}
