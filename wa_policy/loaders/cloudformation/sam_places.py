"""Where in a SAM template that stands from which the transform made something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from wa_policy.iam.source import escape

_FUNCTION, _STATE_MACHINE = "AWS::Serverless::Function", "AWS::Serverless::StateMachine"
# Properties that the transform names otherwise, by the type it makes.
_RENAMED = {
    "TracingConfig": "Tracing",
    "DeadLetterConfig": "DeadLetterQueue",
    "Body": "DefinitionBody",
    "TracingEnabled": "TracingEnabled",
    "KeySchema": "PrimaryKey",
    "AttributeDefinitions": "PrimaryKey",
    "SSESpecification": "SSESpecification",
    "DefinitionString": "Definition",
    "TargetFunctionArn": "FunctionUrlConfig",
    "AuthType": "FunctionUrlConfig",
    "AccessLogSettings": "AccessLogSettings",
}
_GLOBALS = {
    _FUNCTION: "Function",
    _STATE_MACHINE: "StateMachine",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::HttpApi": "HttpApi",
    "AWS::Serverless::SimpleTable": "SimpleTable",
    "AWS::Serverless::LayerVersion": "LayerVersion",
}
_POLICY_NUMBER = re.compile(r"Policy(\d+)$")
_IMPLICIT = {"ServerlessRestApi": ("Api",), "ServerlessHttpApi": ("HttpApi",)}


class SamPlaces:
    """Translates pointers into the template that was made to pointers into the one that was written."""

    def __init__(self, written: Mapping[str, Any], made: Mapping[str, Any], base: str) -> None:
        self._written = written
        self._base = base
        resources = written.get("Resources")
        self._resources: Mapping[str, Any] = resources if isinstance(resources, Mapping) else {}
        made_resources = made.get("Resources")
        self._made: Mapping[str, Any] = made_resources if isinstance(made_resources, Mapping) else {}
        self._origins: dict[str, str] = {}
        self._beside: dict[str, tuple[list[list[str]], list[list[str]]]] = {}
        self._known: dict[str, str] = {}

    def locate(self, pointer: str) -> str:
        """The pointer into the file: as near as the template has something of its own to point to."""
        found = self._known.get(pointer)
        if found is None:
            self._known[pointer] = found = self._locate(pointer)
        return found

    def _locate(self, pointer: str) -> str:
        tokens = pointer.removeprefix(self._base).split("/")[1:]
        if "~" in pointer:
            tokens = [_plain(token) for token in tokens]
        if len(tokens) < 2 or tokens[0] != "Resources":
            return pointer
        made_id, rest = tokens[1], tokens[2:]
        if made_id in self._resources:
            if self._exists(tokens):
                return pointer
            if not is_serverless(self._resources[made_id]):
                # As written, but for what events put into it.
                while len(tokens) > 2 and not self._exists(tokens):
                    tokens.pop()
                return self._pointer(tokens)
        elif made_id not in self._made:
            return pointer
        for way in self._ways(made_id, rest):
            if self._exists(way):
                return self._pointer(way)
        origin = self._origin(made_id)
        return self._pointer(["Resources", origin]) if origin else self._pointer(["Resources"])

    # --- ways -------------------------------------------------------------------------------------------------

    def _ways(self, made_id: str, rest: list[str]) -> Iterator[list[str]]:
        """Places from which it may come, the best first."""
        origin = self._origin(made_id)
        made = self._made.get(made_id)
        type_ = made.get("Type") if isinstance(made, dict) else ""
        if not origin:
            yield from self._implicit(made_id, rest)
            return
        place = ["Resources", origin]
        properties = [*place, "Properties"]
        events, parts = self._made_beside(origin, made_id, str(type_))
        yield from events
        if rest[:1] != ["Properties"] or len(rest) < 2:
            if rest and self._exists([*place, *rest]):
                yield [*place, *rest]
            yield from parts
            yield place
            return
        name, inner = rest[1], rest[2:]
        if type_ == "AWS::IAM::Role" and name in ("Policies", "ManagedPolicyArns"):
            yield from self._role(properties, name, inner, made_id)
        elif type_ in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
            yield from self._api(origin, name, inner)
        names = dict.fromkeys((name, _RENAMED.get(name, name)))
        own = self._resources[origin].get("Properties")
        for written in names:
            if (value := _member(own, written)) is not None:
                yield [*properties, written, *_deepest(value, inner)]
        if name in ("DefinitionString", "DefinitionS3Location") and _member(own, "DefinitionUri") is not None:
            yield [*properties, "DefinitionUri"]
        section = _GLOBALS.get(str(self._resources[origin].get("Type")))
        if section is not None:
            given = self._value(["Globals", section])
            for written in names:
                if (value := _member(given, written)) is not None:
                    yield ["Globals", section, written, *_deepest(value, inner)]
        yield from parts

    def _made_beside(self, origin: str, made_id: str, type_: str) -> tuple[list[list[str]], list[list[str]]]:
        """The events and the other parts of a resource from which another one may be made beside it."""
        if origin == made_id:
            return [], []
        found = self._beside.get(made_id)
        if found is None:
            found = list(self._event(origin, made_id)), list(self._part(origin, made_id, type_))
            self._beside[made_id] = found
        return found

    def _role(self, properties: list[str], name: str, inner: list[str], made_id: str) -> Iterator[list[str]]:
        """The role of a function: its policies stand in one list, which may be a single item."""
        made = self._made.get(made_id)
        if name == "Policies" and inner:
            policies = made.get("Properties", {}).get("Policies", []) if isinstance(made, Mapping) else []
            index = int(inner[0]) if inner[0].isdigit() else 0
            policy = policies[index] if isinstance(policies, list) and index < len(policies) else {}
            number = (
                _POLICY_NUMBER.search(str(policy.get("PolicyName"))) if isinstance(policy, Mapping) else None
            )
            item = number[1] if number else inner[0]
            document = inner[2:] if inner[1:2] == ["PolicyDocument"] else []
            for start in ([*properties, "Policies", item], [*properties, "Policies"]):
                for length in range(len(document), 0, -1):
                    yield [*start, *document[:length]]
            yield [*properties, "Policies", item]
        if name == "ManagedPolicyArns" and inner:
            yield from self._managed(properties, made_id, inner[0])
        if name in ("Policies", "ManagedPolicyArns"):
            yield [*properties, "Policies"]
            yield ["Globals", "Function", "Policies"]

    def _managed(self, properties: list[str], made_id: str, item: str) -> Iterator[list[str]]:
        made = self._made[made_id].get("Properties", {}).get("ManagedPolicyArns", [])
        arn = made[int(item)] if isinstance(made, list) and item.isdigit() and int(item) < len(made) else None
        written = self._value([*properties, "Policies"])
        for index, one in enumerate(written if isinstance(written, list) else []):
            if one == arn or (isinstance(one, str) and isinstance(arn, str) and arn.endswith(f"/{one}")):
                yield [*properties, "Policies", str(index)]

    def _event(self, origin: str, made_id: str) -> Iterator[list[str]]:
        """The event of a function or state machine, whose name follows that of the resource."""
        events = self._value(["Resources", origin, "Properties", "Events"])
        if not isinstance(events, Mapping):
            return
        rest = made_id[len(origin) :]
        for name in sorted((str(event) for event in events), key=len, reverse=True):
            if rest.startswith(name):
                yield ["Resources", origin, "Properties", "Events", name]

    def _part(self, origin: str, made_id: str, type_: str) -> Iterator[list[str]]:
        """What a property of the resource makes beside it."""
        properties = ["Resources", origin, "Properties"]
        if type_.startswith("AWS::Lambda::Url") or "UrlPublic" in made_id or "URLInvoke" in made_id:
            yield [*properties, "FunctionUrlConfig"]
        if type_ in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
            yield [*properties, "AutoPublishAlias"]
        connectors = self._value(["Resources", origin, "Connectors"])
        for name in connectors if isinstance(connectors, Mapping) else ():
            if made_id.startswith(f"{origin}{name}"):
                yield ["Resources", origin, "Connectors", str(name)]
        yield ["Resources", origin]

    def _api(self, origin: str, name: str, inner: list[str]) -> Iterator[list[str]]:
        """A method of an API: of its own document, or the event that made it."""
        if name == "Body":
            for length in range(len(inner), 1, -1):
                yield ["Resources", origin, "Properties", "DefinitionBody", *inner[:length]]
            if inner[:1] == ["paths"] and len(inner) >= 3:
                yield from self._events_at(inner[1], inner[2], origin)
            if inner[:1] == ["x-amazon-apigateway-policy"]:
                yield ["Resources", origin, "Properties", "Auth", "ResourcePolicy"]

    def _implicit(self, made_id: str, rest: list[str]) -> Iterator[list[str]]:
        """The API that the events of functions make, or a part of it."""
        kinds = next((kinds for name, kinds in _IMPLICIT.items() if made_id.startswith(name)), None)
        if kinds is None:
            return
        if rest[:3] == ["Properties", "Body", "paths"] and len(rest) >= 5:
            yield from self._events_at(rest[3], rest[4], None)
        section = "Api" if kinds == ("Api",) else "HttpApi"
        if rest[:1] == ["Properties"] and len(rest) > 1:
            for name in dict.fromkeys((rest[1], _RENAMED.get(rest[1], rest[1]))):
                yield ["Globals", section, name]
        for origin, name, event in self._events():
            if event.get("Type") in kinds:
                yield ["Resources", origin, "Properties", "Events", name]
                return

    def _events_at(self, path: str, verb: str, api: str | None) -> Iterator[list[str]]:
        for origin, name, event in self._events():
            properties = event.get("Properties")
            if event.get("Type") not in ("Api", "HttpApi") or not isinstance(properties, Mapping):
                continue
            method = str(properties.get("Method", "any")).lower()
            of = properties.get("RestApiId", properties.get("ApiId"))
            if api is not None and of not in (api, {"Ref": api}):
                continue
            asked = "any" if verb.startswith("x-") else verb.lower()
            if properties.get("Path") == path and method in (asked, "*" if asked == "any" else asked):
                yield ["Resources", origin, "Properties", "Events", name]

    def _events(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for origin, resource in self._resources.items():
            if not isinstance(resource, Mapping) or resource.get("Type") not in (_FUNCTION, _STATE_MACHINE):
                continue
            events = self._value(["Resources", origin, "Properties", "Events"])
            for name, event in events.items() if isinstance(events, Mapping) else ():
                if isinstance(event, Mapping):
                    yield str(origin), str(name), event

    # --- the template that was written ------------------------------------------------------------------------

    def _origin(self, made_id: str) -> str:
        """The resource from which one was made: the longest name that it begins with; "" where there is none."""
        found = self._origins.get(made_id)
        if found is None:
            found = made_id
            if made_id not in self._resources:
                found = next((name for name in self._makers if made_id.startswith(name)), "")
            self._origins[made_id] = found
        return found

    @cached_property
    def _makers(self) -> list[str]:
        """The resources from which others may be made, the longest name first."""
        makers = [name for name, one in self._resources.items() if is_serverless(one) or _has_connectors(one)]
        return sorted(makers, key=len, reverse=True)

    def _value(self, way: list[str]) -> Any:
        value: Any = self._written
        for token in way:
            # Most are objects, and the call for them costs more than the look.
            value = value.get(token) if isinstance(value, dict) else _member(value, token)
            if value is None:
                return None
        return value

    def _exists(self, way: list[str]) -> bool:
        return self._value(way) is not None

    def _pointer(self, way: list[str]) -> str:
        joined = "/".join(way)
        if joined.count("/") != len(way) - 1 or "~" in joined:
            joined = "/".join(escape(token) for token in way)
        return f"{self._base}/{joined}"


def _has_connectors(resource: Any) -> bool:
    return isinstance(resource, dict) and "Connectors" in resource


def _deepest(value: Any, keys: list[str]) -> list[str]:
    """The keys as far as they lead to something."""
    for number, key in enumerate(keys):
        value = _member(value, key)
        if value is None:
            return keys[:number]
    return keys


def _member(value: Any, token: str) -> Any:
    """The member or item, None where there is none."""
    if isinstance(value, dict):
        return value.get(token)
    if isinstance(value, list) and token.isdigit() and int(token) < len(value):
        return value[int(token)]
    return None


def is_serverless(resource: Any) -> bool:
    return isinstance(resource, dict) and str(resource.get("Type")).startswith("AWS::Serverless::")


def _plain(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")
