"""What the catalog has from the table of supplements, and that the table cannot name what is not there."""

import pytest

from tools.catalog.services import RawService
from tools.catalog.supplements import supplemented, table
from wa_policy.catalog.model import Catalog

SERVICE = RawService(
    "shop",
    "Shop",
    [
        {
            "name": "Open",
            "resourceTypes": [{"name": "door", "required": True}],
            "conditionKeys": ["shop:Hour"],
        },
        {"name": "Close", "resourceTypes": [], "conditionKeys": []},
    ],
    [{"key": "door", "arn": "arn:aws:shop:::door"}, {"key": "gate", "arn": "arn:aws:shop:::gate"}],
    [{"key": "shop:Hour", "type": "String"}, {"key": "shop:Key", "type": "String"}],
)


def test_a_supplement_is_united_with_what_is_there() -> None:
    wanted = {
        "shop": {
            "resource_types": {"Open": ["gate", "door"]},
            "action_keys": {"Open": ["shop:Key"]},
            "resource_type_keys": {"gate": ["shop:Key"]},
        }
    }
    (found,) = supplemented([SERVICE], wanted)
    assert found.actions == [
        {
            "name": "Open",
            "resourceTypes": [{"name": "door", "required": True}, {"name": "gate", "required": False}],
            "conditionKeys": ["shop:Hour", "shop:Key"],
        },
        {"name": "Close", "resourceTypes": [], "conditionKeys": []},
    ]
    assert found.resource_types[1] == {
        "key": "gate",
        "arn": "arn:aws:shop:::gate",
        "conditionKeys": ["shop:Key"],
    }


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        ({"bank": {}}, "bank"),
        ({"shop": {"resource_types": {"Shut": ["door"]}}}, "Shut"),
        ({"shop": {"resource_types": {"Open": ["window"]}}}, "window"),
        ({"shop": {"action_keys": {"Open": ["shop:Colour"]}}}, "shop:Colour"),
        ({"shop": {"resource_type_keys": {"roof": ["shop:Key"]}}}, "roof"),
    ],
)
def test_a_supplement_for_something_unknown_is_refused(wanted: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=f"`{named}`"):
        supplemented([SERVICE], wanted)


def test_the_catalog_has_all_of_the_table(catalog: Catalog) -> None:
    for prefix, wanted in table().items():
        for name, types in wanted.get("resource_types", {}).items():
            action = catalog.action(f"{prefix}:{name}")
            assert action is not None
            assert set(types) <= {resource.name for resource in action.resource_types}
        for name, keys in wanted.get("action_keys", {}).items():
            assert set(keys) <= set(catalog.condition_keys_of_action(f"{prefix}:{name}"))
        for name, keys in wanted.get("resource_type_keys", {}).items():
            resource_type = catalog.resource_type(prefix, name)
            assert resource_type is not None
            assert set(keys) <= set(resource_type.condition_keys)


def test_verbs_of_api_gateway_work_on_http_apis_too(catalog: Catalog) -> None:
    post = catalog.action("apigateway:POST")
    assert post is not None
    assert {"Apis", "Routes", "RestApis"} <= {resource.name for resource in post.resource_types}
    assert catalog.key_usable_with("apigateway:Request/AuthorizerUri", "apigateway:POST")
    assert catalog.key_usable_with("states:HTTPEndpoint", "states:InvokeHTTPEndpoint")
