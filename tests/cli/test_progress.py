from __future__ import annotations

import io
import sys

import pytest

from wa_policy.cli.progress import progress_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    found = Terminal()
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setenv("TERM", "xterm")
    return found


def test_without_a_terminal_there_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_line("reading file") as show:
        assert show is None


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    with progress_line("reading file") as show:
        assert show is not None
        show("a.json", 1, 2)
    assert terminal.getvalue() == ""


def test_after_a_second_the_line_says_where_it_is_and_goes_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = a_terminal(monkeypatch)
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    with progress_line("reading file") as show:
        assert show is not None
        show("a.json", 1, 1)
        now = 1.5
        show("b\x1b.json", 1, 4)
        assert terminal.getvalue() == "\r\x1b[Kreading file 2: b\\x1b.json 25%"
        now = 1.55
        show("b\x1b.json", 2, 4)  # too soon to be shown again
        now = 1.7
        show("c.json", 5, 0)
        assert terminal.getvalue().endswith("\r\x1b[Kreading file 3: c.json")
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_terminal_that_takes_no_line_back_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    a_terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    with progress_line("reading file") as show:
        assert show is None


def test_a_large_file_is_told_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    with progress_line("reading file") as show:
        assert show is not None
        show("a.json", 400_000_000, 400_000_000)
        assert terminal.getvalue() == "\r\x1b[Kreading file 1: a.json 100%, parsing"
