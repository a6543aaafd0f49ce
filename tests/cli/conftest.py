from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.cli.running import Done, Run
from wa_policy.cli.main import run


@pytest.fixture
def call(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs the command line in an empty folder; `stdin` is what standard input holds."""
    monkeypatch.chdir(tmp_path)

    def wa_policy(*arguments: str, stdin: bytes = b"") -> Done:
        capfdbinary.readouterr()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run(arguments)
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return wa_policy
