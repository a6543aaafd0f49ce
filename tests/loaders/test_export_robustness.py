"""Law 10: whatever stands in an export, loading does not raise, and the same input gives the same inventory."""

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wa_policy.inventory.model import Inventory
from wa_policy.loaders.load import load

ACME = Path(__file__).parents[2] / "fixtures" / "acme"
_FAMILIES = (
    "iam.get-account-authorization-details",
    "lambda.list-functions",
    "lambda.get-policy.orders-api",
    "lambda.list-function-url-configs.dev-url-tool",
    "lambda.list-event-source-mappings",
    "lambda.list-aliases",
    "apigateway.get-rest-apis",
    "apigateway.get-resources",
    "apigateway.get-stages",
    "apigatewayv2.get-apis",
    "apigatewayv2.get-routes",
    "sqs.get-queue-attributes",
    "sns.get-topic-attributes",
    "kms.get-key-policy",
    "kms.list-keys",
    "secretsmanager.get-resource-policy",
    "secretsmanager.list-secrets",
    "s3api.get-bucket-policy",
    "s3api.list-buckets",
    "sqs.list-queues",
    "organizations.describe-organization",
    "organizations.describe-policy",
    "organizations.list-roots",
    "organizations.list-accounts.",
    "organizations.list-accounts-for-parent",
    "organizations.list-policies.",
    "organizations.list-targets-for-policy",
    "organizations.list-organizational-units-for-parent",
)
_JUNK: list[Any] = [
    None,
    True,
    7,
    -0.5,
    "",
    "text",
    "arn:aws:iam::1:x",
    "{",
    "[1]",
    [],
    [1],
    [[]],
    {},
    {"a": 1},
]

needs_acme = pytest.mark.skipif(not ACME.is_dir(), reason="fixtures/acme was not generated")


def _samples() -> list[Path]:
    found = []
    for family in _FAMILIES:
        files = sorted(ACME.rglob(f"{family}*.json"), key=lambda path: (-path.stat().st_size, path))
        found += files[:1]
    return found


def _nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path, *(node for key, child in children for node in _nodes(child, (*path, key)))]


def _shortened(value: Any) -> Any:
    """Lists cut to two items, so that a mutation meets something that matters."""
    if isinstance(value, dict):
        return {key: _shortened(child) for key, child in value.items()}
    return [_shortened(child) for child in value[:2]] if isinstance(value, list) else value


def _mutate(value: Any, path: tuple[Any, ...], junk: Any, *, drop: bool) -> Any:
    if not path:
        return junk
    changed = copy.deepcopy(value)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    if drop:
        del parent[path[-1]]
    else:
        parent[path[-1]] = junk
    return changed


@needs_acme
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutations_never_raise(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(_samples()))
    value = _shortened(json.loads(sample.read_text()))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(_nodes(value)))
        value = _mutate(value, path, data.draw(st.sampled_from(_JUNK)), drop=data.draw(st.booleans()))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "111122223333" / "eu-west-1" / sample.name
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(value))
        assert isinstance(load([folder]), Inventory)


@needs_acme
def test_acme_loads_without_problems() -> None:
    found = load([str(ACME)])
    assert found.problems == ()
    assert len(found.accounts) == 3
    assert all(file.kinds for file in found.files)
    assert all(resource.account for resource in found.resources)
    assert not any(principal.missing for principal in found.principals)


@needs_acme
def test_the_same_input_gives_the_same_inventory() -> None:
    first, second = load([str(ACME)]), load([str(ACME)])
    assert repr(first) == repr(second)
    assert list(first.resources) == sorted(first.resources, key=lambda resource: (resource.type, resource.id))


@needs_acme
def test_the_order_of_the_paths_does_not_matter() -> None:
    folders = sorted(str(path) for path in ACME.iterdir() if path.is_dir())
    assert repr(load(folders)) == repr(load(folders[::-1]))
