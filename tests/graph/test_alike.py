"""Classes of escalations: what is searched for once holds for each of the members by itself."""

from __future__ import annotations

import pytest

from tests.graph.twins import organization_of_twins
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.alike import Apart
from wa_policy.graph.escalation import escalation_classes
from wa_policy.graph.reach import reach_of
from wa_policy.inventory.model import Inventory


def differences(found: Inventory) -> tuple[list[str], int, int]:
    """Where classes and the search for each principal and target differ; how many classes and escalations there are."""
    alike = escalation_classes(reach_of(found, load_catalog()))
    apart = escalation_classes(reach_of(found, load_catalog()), likeness=Apart())
    assert all(len(one) == 1 for one in apart.classes)
    # The text of an escalation has the places of its statements as well.
    one, other = list(map(repr, alike.every())), list(map(repr, apart.every()))
    assert len(one) == len(alike)
    return sorted(set(one) ^ set(other)), len(alike.classes), len(one)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_alike_has_the_same_escalations(seed: int) -> None:
    different, classes, single = differences(organization_of_twins(seed))
    assert not different, different[:2]
    assert classes <= single
