"""The verbs of wa-policy: the command line, the pytest plugin and the library use these and nothing else below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wa_policy.catalog.model import Catalog
from wa_policy.findings import Report
from wa_policy.inventory.model import Inventory
from wa_policy.settings import Settings

Progress = Callable[[str, int, int], None]
"""Called with a file name, the bytes done and the bytes in all."""


def catalog() -> Catalog:
    """The catalog of actions, resource types and condition keys that ships with wa-policy."""
    from wa_policy.catalog.store import load_catalog

    return load_catalog()


def read(paths: Sequence[str], settings: Settings, *, stdin: bytes | None = None, progress: Progress | None = None) -> Inventory:
    """Everything that can be read at the paths (`-` is standard input)."""
    from wa_policy.loaders.load import load

    return load(paths, stdin=stdin, progress=progress, assume=settings)


def scan(inventory: Inventory, settings: Settings) -> Report:
    """The verdict of each rule of the pack on each subject of the inventory."""
    from wa_policy.rules.pack import load_pack
    from wa_policy.rules.run import run

    return run(load_pack(), inventory, settings, catalog())
