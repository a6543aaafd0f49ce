from __future__ import annotations

import io
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wa_policy.errors import Problem
from wa_policy.loaders.document import Document
from wa_policy.loaders.files import InputFile, find_files, read_documents, read_file


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")


def names(*paths: str | Path, **options: Any) -> list[str]:
    """What is found: the name of a file, and of a problem its code and name."""
    return [
        f"{found.code} {found.file}" if isinstance(found, Problem) else found.name
        for found in find_files([str(path) for path in paths], **options)
    ]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_is_walked_in_order(here: Path) -> None:
    write(here, "x/b.yaml", "x/a.json", "x/c/d.YML", "x/c/a/z.jsonl", "x/t.template", "x/B.json")
    write(
        here, "x/readme.md", "x/json", "x/.h.json", "x/.git/a.json", "x/node_modules/a.json", "x/.venv/a.json"
    )
    found = ["x/B.json", "x/a.json", "x/b.yaml", "x/c/a/z.jsonl", "x/c/d.YML", "x/t.template"]
    assert names("x") == names("x/") == found
    assert names(".") == [f"./{name}" for name in found]
    assert names("./x") == [f"./{name}" for name in found]
    assert names(here / "x") == [f"{here}/{name}" for name in found]


def test_a_named_file_is_read_whatever_its_name(here: Path) -> None:
    write(here, "policy", ".hidden/.x", "node_modules/a.json")
    assert names("policy", ".hidden/.x", "./policy") == ["policy", ".hidden/.x"]
    assert names("node_modules") == ["node_modules/a.json"]


def test_no_file_is_found_twice(here: Path) -> None:
    write(here, "x/a.json", "x/b.json")
    (here / "x/c.json").symlink_to("a.json")
    assert names("x/b.json", "x", "x", "x/a.json") == ["x/b.json", "x/a.json"]


def test_hard_links_are_files_of_their_own(here: Path) -> None:
    write(here, "x/111111111111/a.json", "x/222222222222/b.json")
    (here / "x/222222222222/a.json").hardlink_to(here / "x/111111111111/a.json")
    assert names("x") == ["x/111111111111/a.json", "x/222222222222/a.json", "x/222222222222/b.json"]


def test_link_loops_end(here: Path) -> None:
    write(here, "x/a.json", "x/y/b.json")
    (here / "x/y/up").symlink_to("../../x")
    (here / "x/self").symlink_to(".")
    assert names("x") == ["x/a.json", "x/y/b.json"]
    (here / "loop.json").symlink_to("loop.json")
    assert names("loop.json") == ["unreadable loop.json"]


def test_a_linked_folder_is_walked(here: Path) -> None:
    write(here, "far/a.json")
    (here / "x").mkdir()
    (here / "x/link").symlink_to(here / "far")
    assert names("x") == ["x/link/a.json"]


def test_a_link_to_nothing_is_a_problem(here: Path) -> None:
    write(here, "x/a.json")
    (here / "x/b.json").symlink_to("gone.json")
    assert names("x") == ["x/a.json", "unreadable x/b.json"]


@pytest.mark.parametrize("path", ["gone", "gone/a.json", ""])
def test_a_missing_path_is_a_problem_and_the_rest_is_found(here: Path, path: str) -> None:
    write(here, "a.json")
    problem, file = find_files([path, "a.json"])
    assert isinstance(problem, Problem)
    assert isinstance(file, InputFile)
    assert (problem.code, problem.file) == ("missing-path", path)
    assert problem.message == f"there is no file or folder `{path}`, expected an existing path"


def test_a_path_that_is_none_is_a_problem(here: Path) -> None:
    assert names("a\0b") == ["unreadable a\0b"]
    assert names("x" * 5000)[0].startswith("unreadable ")
    write(here, "a.json")
    assert names("a.json/b.json") == ["unreadable a.json/b.json"]


def test_a_name_that_is_no_text_can_be_printed(here: Path) -> None:
    write(here, "x/a.json")
    (here / os.fsdecode(b"x/caf\xe9.json")).write_text("{}")
    assert names("x") == ["x/a.json", "x/caf�.json"]
    documents = list(read_documents(["x"]))
    assert [d.value for d in documents if isinstance(d, Document)] == [{}, {}]


def test_a_folder_without_files_is_a_problem(here: Path) -> None:
    write(here, "x/readme.md", "x/.hidden/a.json")
    (problem,) = find_files(["x"])
    assert isinstance(problem, Problem)
    assert (problem.code, problem.file) == ("no-input-files", "x")
    assert ".json, .jsonl, .template, .yaml, .yml" in problem.message


def test_special_files_are_problems(here: Path) -> None:
    write(here, "x/a.json")
    os.mkfifo(here / "x/b.json")
    os.mkfifo(here / "x/pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("x/c.json")
        found = list(find_files(["x", "x/pipe", "/dev/null"]))
    assert isinstance(found[0], InputFile)
    words = [(p.file, p.code, p.message.split(",")[0]) for p in found[1:] if isinstance(p, Problem)]
    assert words == [
        ("x/b.json", "special-file", "this is a pipe"),
        ("x/c.json", "special-file", "this is a socket"),
        ("x/pipe", "special-file", "this is a pipe"),
        ("/dev/null", "special-file", "this is a device"),
    ]


def test_a_file_over_the_limit_is_a_problem(here: Path) -> None:
    write(here, "a.json", "b.json")
    (here / "a.json").write_bytes(b"[1, 2, 3]")
    assert names("a.json", max_bytes=9) == ["a.json"]
    assert names(".", max_bytes=8) == ["too-large ./a.json", "./b.json"]


def test_a_file_that_grew_over_the_limit_is_a_problem(here: Path) -> None:
    write(here, "a.json")
    (file,) = find_files(["a.json"])
    assert isinstance(file, InputFile)
    (here / "a.json").write_bytes(b"[1, 2, 3]")
    assert read_file(file) == bytearray(b"[1, 2, 3]")
    problem = read_file(file, max_bytes=8)
    assert isinstance(problem, Problem)
    assert problem.code == "too-large"
    assert "9 bytes or more, expected at most 8" in problem.message


def refusing(real: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The same function that has no permission for one name; tests may run as root, who has all."""

    def call(path: Any, *args: Any, **options: Any) -> Any:
        if str(path).rsplit("/", maxsplit=1)[-1] == name:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **options)

    return call


def test_an_unreadable_file_is_a_problem(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, "x/a.json", "x/b.json")
    monkeypatch.setattr(Path, "open", refusing(Path.open, "a.json"))
    problem, document = read_documents(["x"])
    assert problem == Problem(
        "x/a.json",
        "",
        "unreadable",
        "the path cannot be read: permission denied, expected a readable file or folder",
    )
    assert isinstance(document, Document)
    assert document.file == "x/b.json"


def test_an_unreadable_folder_is_a_problem(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, "x/a/a.json", "x/b.json")
    monkeypatch.setattr(os, "scandir", refusing(os.scandir, "a"))
    assert names("x") == ["unreadable x/a", "x/b.json"]
    assert names("x/a") == ["unreadable x/a"]


def test_a_file_that_went_away_is_a_problem(here: Path) -> None:
    write(here, "a.json")
    (file,) = find_files(["a.json"])
    assert isinstance(file, InputFile)
    (here / "a.json").unlink()
    problem = read_file(file)
    assert isinstance(problem, Problem)
    assert problem.code == "unreadable"


def test_too_little_memory_is_a_problem(here: Path) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise MemoryError(size)

    problem = read_file(InputFile("-", "-", 0), stdin=Full())
    assert isinstance(problem, Problem)
    assert problem.code == "too-large"


def test_standard_input_is_read_once(here: Path) -> None:
    write(here, "a.json")
    assert names("-", "a.json", "-") == ["-", "a.json"]
    found = list(read_documents(["-", "a.json", "-"], stdin=io.BytesIO(b'{"a": 1}')))
    assert [(d.file, d.value) for d in found if isinstance(d, Document)] == [("-", {"a": 1}), ("a.json", {})]
    (problem,) = read_documents(["-"], stdin=io.BytesIO(b"[1, 2]"), max_bytes=3)
    assert isinstance(problem, Problem)
    assert problem.code == "too-large"


def test_progress_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wa_policy.loaders.files._CHUNK", 4)
    (here / "a.json").write_bytes(b"[1, 2, 3]")
    calls: list[tuple[str, int, int]] = []
    (document,) = read_documents(["a.json"], progress=lambda *call: calls.append(call))
    assert isinstance(document, Document)
    assert document.value == [1, 2, 3]
    assert calls == [("a.json", 4, 9), ("a.json", 8, 9), ("a.json", 9, 9)]


def test_a_broken_file_does_not_hide_the_others(here: Path) -> None:
    write(here, "x/a.json", "x/c.json")
    (here / "x/b.json").write_bytes(b'{"a": [\xff')
    found = [(type(item).__name__, item.file) for item in read_documents(["x", "gone"])]
    assert found == [
        ("Document", "x/a.json"),
        ("Problem", "x/b.json"),
        ("Document", "x/c.json"),
        ("Problem", "gone"),
    ]


def test_a_deep_tree_of_folders(here: Path) -> None:
    # Made and removed step by step, since `pathlib` and `shutil` would recurse.
    folders = ["/".join(["d"] * depth) for depth in range(1, 1101)]
    for folder in folders:
        os.mkdir(folder)  # noqa: PTH102
    file = Path(folders[-1]) / "a.json"
    file.write_text("[1]")
    found = names("d")
    file.unlink()
    for folder in reversed(folders):
        os.rmdir(folder)  # noqa: PTH106
    assert found == [f"{folders[-1]}/a.json"]


def test_a_link_that_leads_to_itself_costs_only_itself(here: Path) -> None:
    write(here, "x/a.json")
    (here / "x/self").symlink_to("self")
    (here / "x/self.json").symlink_to("self.json")
    (here / "x/back").symlink_to("../x")
    assert names("x") == ["x/a.json", "unreadable x/self", "unreadable x/self.json"]
    found = next(problem for problem in find_files(["x"]) if isinstance(problem, Problem))
    assert "too many levels of symbolic links" in found.message
