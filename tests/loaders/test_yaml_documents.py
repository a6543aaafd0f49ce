"""Documents of YAML: scalars, tags, keys, aliases, streams and depth, with both parsers."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.loaders.documents import YAML, problem_of, read
from wa_policy.loaders import yaml_nodes
from wa_policy.loaders.document import parse_document
from wa_policy.loaders.json_text import MAX_DEPTH

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]


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


@pytest.mark.skipif(len(LOADERS) < 2, reason="libyaml is not here: there is one parser only")
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
