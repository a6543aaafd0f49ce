import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.inventory.model import Assumptions, Inventory
from wa_policy.loaders.load import load
from wa_policy.rules.subjects import Scope, Subject, subjects

Export = Callable[..., Inventory]

ACCOUNT, REGION = "111122223333", "eu-west-1"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Files by name to the inventory that the loaders read from them."""

    def read(files: Mapping[str, Any], *, no_organization: bool = False) -> Inventory:
        place = tmp_path / ACCOUNT / REGION
        place.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (place / name).write_text(json.dumps(content), encoding="utf-8")
        inventory = load([str(tmp_path)], assume=Assumptions(no_organization=no_organization))
        assert inventory.problems == ()
        return inventory

    return read


@pytest.fixture
def only_subject(catalog: Catalog) -> Callable[..., tuple[Subject, Scope]]:
    """The one subject of a type, with a scope for it."""

    def pick(inventory: Inventory, type_: str, **parameters: Any) -> tuple[Subject, Scope]:
        (subject,) = subjects(inventory, (type_,))
        return subject, Scope(inventory, parameters, catalog)

    return pick
