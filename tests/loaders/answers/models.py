"""The shapes of the answers as the SDK of AWS describes them: an oracle for the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name

CLIENTS = {"s3api": "s3", "deploy": "codedeploy", "configservice": "config"}
"""Services of the AWS CLI that have another name in the SDK."""


_DOCUMENTS = {
    "EventPattern": '{"source": ["shop"]}',
    "Pattern": '{"source": ["shop"]}',
    "definition": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
}
PAGING = ("NextToken", "nextToken", "NextMarker", "Marker", "position", "IsTruncated", "Truncated", "LastEvaluatedTableName",
          "HasMoreStreams", "HasMoreDeliveryStreams")  # fmt: skip


@cache
def _session() -> Any:
    return botocore.session.get_session()


@cache
def operations(service: str) -> Mapping[str, Any]:
    """By the name of the AWS CLI, `service.operation`."""
    model = _session().get_service_model(CLIENTS.get(service, service))
    return {
        f"{service}.{xform_name(name, '-').replace('_', '-')}": model.operation_model(name)
        for name in model.operation_names
    }


@dataclass(frozen=True)
class Texts:
    """An object with one member, as which a text in a list is read."""

    members: Mapping[str, Any]


def answer_shape(call: str) -> Any:
    return operations(call.partition(".")[0])[call].output_shape


def item_shape(call: str, path: str) -> Any:
    """The shape of an item at a path such as `Vpcs[]`."""
    shape = answer_shape(call)
    for step in path.split(".") if path else ():
        name, _, text = step.removesuffix("]").partition("[")
        shape = shape.members[name]
        if step.endswith("]"):
            shape = shape.member
        if text:
            shape = Texts({text: shape})
    return shape


def sample(shape: Any, path: str = "", depth: int = 0, seen: frozenset[str] = frozenset()) -> Any:
    """An answer of that shape in which every member is set."""
    match shape.type_name:
        case "structure":
            if shape.name in seen or depth > 12:
                return {}
            inner = seen | {shape.name}
            return {
                name: sample(one, name, depth + 1, inner)
                for name, one in shape.members.items()
                if name not in PAGING
            }
        case "list":
            return [sample(shape.member, path, depth + 1, seen)]
        case "map":
            return {"name": sample(shape.value, path, depth + 1, seen)}
        case "boolean":
            return True
        case "integer" | "long" | "float" | "double":
            return 7
        case "timestamp":
            return "2026-11-01T00:00:00Z"
        case _:
            if path in _DOCUMENTS:
                return _DOCUMENTS[path]
            if path in ("StackId", "ParentId"):
                return "arn:aws:cloudformation:eu-west-1:111122223333:stack/app/1"
            if path == "FunctionArn":
                return "arn:aws:lambda:eu-west-1:111122223333:function:app:1"
            if path.endswith("ResponseCode") or path == "Protocol":
                return "404"
            if path.lower().endswith("arn"):
                return f"arn:aws:service:eu-west-1:111122223333:{path}"
            if path.lower().endswith(("policy", "policytext", "policydocument", "accesspolicies")):
                return '{"Version": "2012-10-17", "Statement": []}'
            return shape.enum[0] if getattr(shape, "enum", None) else f"a-{path}"


def members(shape: Any) -> Iterator[str]:
    yield from getattr(shape, "members", {})
