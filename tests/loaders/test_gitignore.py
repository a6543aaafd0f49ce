"""Patterns of .gitignore: https://git-scm.com/docs/gitignore has the examples that the expectations come from."""

from pathlib import Path

import pytest

from wa_policy.loaders.files import InputFile, find_files
from wa_policy.loaders.gitignore import parse


@pytest.mark.parametrize(
    ("line", "fits", "misses"),
    [
        ("cdk.out", ["cdk.out", "a/cdk.out"], ["cdk.outs", "xcdk.out"]),
        ("/cdk.out", ["cdk.out"], ["a/cdk.out"]),
        ("a/b", ["a/b"], ["x/a/b", "a/b/c"]),
        ("*.json", ["x.json", "a/x.json"], ["x.yaml", "x.json/y"]),
        ("a/*.json", ["a/x.json"], ["a/b/x.json", "x.json"]),
        ("**/logs", ["logs", "a/b/logs"], ["logs/x"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a", "b"]),
        ("a/**", ["a/x", "a/x/y"], ["a"]),
        ("x?.yaml", ["x1.yaml"], ["x.yaml", "x12.yaml"]),
        ("[ab].yaml", ["a.yaml", "b.yaml"], ["c.yaml"]),
        ("[!ab].yaml", ["c.yaml"], ["a.yaml"]),
        (r"\#x", ["#x"], ["x"]),
        (r"\!x", ["!x"], ["x"]),
        ("x.y", ["x.y"], ["xay"]),
    ],
)
def test_a_pattern(line: str, fits: list[str], misses: list[str]) -> None:
    pattern = parse(line)
    assert pattern is not None
    assert [path for path in fits if pattern.fits.fullmatch(path)] == fits
    assert [path for path in misses if pattern.fits.fullmatch(path)] == []


@pytest.mark.parametrize("line", ["", "   ", "# a comment", "/"])
def test_lines_without_a_pattern(line: str) -> None:
    assert parse(line) is None


def test_folders_alone() -> None:
    pattern = parse("build/")
    assert pattern is not None
    assert pattern.only_folders
    assert not pattern.keeps


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.json", "skip/b.json", "keep/c.json", "keep/no.json", "keep/deep/no.json", "out/d.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("skip/\nno.json\nout\n")
    (tmp_path / "keep" / "deep" / ".gitignore").write_text("!no.json\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def paths(*named: str) -> list[str]:
    return [file.path for file in find_files(named) if isinstance(file, InputFile)]


def test_a_walk_leaves_out_what_git_leaves_out(repository: Path) -> None:
    assert paths(".") == ["./a.json", "./keep/c.json", "./keep/deep/no.json"]
    assert paths("keep") == ["keep/c.json", "keep/deep/no.json"]  # the rules above it hold too


def test_what_is_named_is_read(repository: Path) -> None:
    assert paths("out") == ["out/d.json"]
    assert paths("keep/no.json") == ["keep/no.json"]


def test_a_pattern_that_the_shell_left(repository: Path) -> None:
    assert paths("**/c.json") == ["keep/c.json"]
    assert paths("*.json") == ["a.json"]
    (found,) = find_files(["*.yaml"])
    assert not isinstance(found, InputFile)
    assert found.code == "missing-path"
