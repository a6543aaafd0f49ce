import json
from pathlib import Path
from typing import Any, Protocol

import pytest

from wa_policy.iam.policy import PolicyKind
from wa_policy.inventory.model import Assumptions, Inventory
from wa_policy.loaders.load import load


class ReadExports(Protocol):
    def __call__(
        self, files: dict[str, Any], *, kind: PolicyKind | None = None, assume: Assumptions | None = None
    ) -> Inventory: ...


@pytest.fixture
def read_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadExports:
    """Write the files into a folder `x` and load it; a value that is `bytes` is written as it is."""

    def read(
        files: dict[str, Any], *, kind: PolicyKind | None = None, assume: Assumptions | None = None
    ) -> Inventory:
        for name, value in files.items():
            path = tmp_path / "x" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
        monkeypatch.chdir(tmp_path)
        return load(["x"], kind=kind, assume=assume)

    return read
