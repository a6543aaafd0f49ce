"""Which subjects are declared, tagged, and production."""

from __future__ import annotations

from typing import Any

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.iam.source import NOWHERE, Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, ReadFile, Resource
from wa_policy.inventory.symbols import own_parameter
from wa_policy.rules.predicates import PREDICATES
from wa_policy.rules.subjects import Scope, Subject, subject_of_resource

WHY = Unknown(UnknownKind.UNRESOLVED, "`Stage`")
OPEN = Unknown(UnknownKind.UNRESOLVED, "`${Stage}`, which names the stage")


def subject(file: str = "a", **properties: Any) -> Subject:
    resource = Resource("AWS::Lambda::Function", "arn", "f", "111122223333", None, properties, Source(file))
    return subject_of_resource(resource, Inventory())


def ask(
    name: str, asked: Subject, catalog: Catalog, inventory: Inventory | None = None, **arguments: Any
) -> Truth:
    scope = Scope(inventory or Inventory(), {}, catalog)
    return PREDICATES[name].judge(asked, scope, arguments)


PRODUCTION: list[tuple[dict[str, Any], Truth]] = [
    ({"Tags": {"Environment": "Prod"}}, True),
    ({"Tags": {"Environment": "test"}, "StageName": "prod"}, False),
    ({"Tags": ({"Key": "Environment", "Value": "prod"},)}, True),
    ({"Tags": ({"Key": "Other", "Value": "prod"},)}, False),
    ({"Tags": {"Environment": WHY}}, WHY),
    ({"Tags": WHY}, WHY),
    ({"Tags": WHY, "StageName": "prod"}, True),
    ({"Tags": WHY, "StageName": "test"}, WHY),
    ({"StageName": WHY}, WHY),
    ({"StageName": own_parameter(1, "Stage")}, OPEN),
    ({"StageName": "prod"}, True),
    ({"Tags": {"aws:cloudformation:stack-name": "orders-prod"}}, True),
    ({"Tags": {"aws:cloudformation:stack-name": "products"}}, False),
    ({}, False),
]


@pytest.mark.parametrize(("properties", "expected"), PRODUCTION)
def test_production(properties: dict[str, Any], expected: Truth, catalog: Catalog) -> None:
    found = ask("is_production", subject(**properties), catalog, tag="Environment", values=("prod",))
    assert found == expected
    assert isinstance(found, Unknown) is isinstance(expected, Unknown)


def test_tags(catalog: Catalog) -> None:
    tagged = subject(Tags={"team": "a", "open": WHY})
    assert ask("has_tag", tagged, catalog, tag="team") is True
    assert ask("has_tag", tagged, catalog, tag="team", values=("b",)) is False
    assert ask("has_tag", tagged, catalog, tag="open") is WHY
    assert ask("has_tag", tagged, catalog, tag="none") is False
    assert ask("has_tag", subject(Tags=(WHY,)), catalog, tag="team") is WHY


def test_declared(catalog: Catalog) -> None:
    files = (
        ReadFile("a", ("CloudFormation template",)),
        ReadFile("b", ("lambda list-functions",)),
        ReadFile("c", ("SAM template",)),
    )
    inventory = Inventory(files=files)
    declared = [ask("is_declared", subject(file), catalog, inventory) for file in ("a", "b", "c", "d")]
    assert declared == [True, False, True, False]
    assert NOWHERE.file not in {file.file for file in files}


def test_named(catalog: Catalog) -> None:
    asked = subject()
    found = [
        ask("is_named", asked, catalog, patterns=(pattern,)) for pattern in ("arn", "f", "f*", "g", "*rn")
    ]
    assert found == [True, True, True, False, True]
    assert ask("is_named", asked, catalog, patterns=()) is False
