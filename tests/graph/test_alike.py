"""Classes of escalations: what is searched for once holds for each of the members by itself."""

from __future__ import annotations

import pytest

from tests.graph.twins import organization_of_twins
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.alike import Apart, kind_of
from wa_policy.graph.escalation import Escalation, escalation_classes
from wa_policy.graph.reach import reach_of
from wa_policy.inventory.model import Inventory


def differences(found: Inventory) -> tuple[list[str], int, int]:
    """Where classes and the search for each principal and target differ; how many classes and escalations there are."""
    alike = escalation_classes(reach_of(found, load_catalog()))
    apart = escalation_classes(reach_of(found, load_catalog()), likeness=Apart())
    assert all(len(one) == 1 for one in apart.classes)
    single: list[Escalation] = []
    different: list[str] = []
    for class_ in alike.classes:
        members = list(alike.each(class_))
        assert len(members) == len(class_)
        assert class_.first in members
        different += [repr(one) for one in members if kinds(one) != kinds(class_.first)]
        single += members
    # The text of an escalation has the places of its statements as well.
    different += set(map(repr, single)) ^ {repr(one.first) for one in apart.classes}
    return sorted(different), len(alike.classes), len(single)


def kinds(one: Escalation) -> tuple[object, ...]:
    """What is told of all escalations of a class together."""
    return kind_of(one.truth), kind_of(one.gives_admin), kind_of(one.is_admin), one.conditions


@pytest.mark.parametrize("seed", range(30))
def test_what_is_alike_has_the_same_escalations(seed: int) -> None:
    different, classes, single = differences(organization_of_twins(seed))
    assert not different, different[:2]
    assert classes <= single
