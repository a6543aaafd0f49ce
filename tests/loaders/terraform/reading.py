"""What is read of a plan: the one resource of a type, and the statements of its policy."""

from __future__ import annotations

from wa_policy.iam.policy import Statement
from wa_policy.inventory.model import Inventory, Present, Resource


def only(inventory: Inventory, type_: str) -> Resource:
    (found,) = inventory.of_type(type_)
    return found


def statements(resource: Resource | None) -> tuple[Statement, ...]:
    assert resource is not None
    document = resource.policy()
    assert isinstance(document, Present)
    return document.policy.statements
