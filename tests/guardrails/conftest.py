import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()
