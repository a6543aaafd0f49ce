"""The value of what a template writes: intrinsic functions are carried out as far as what they need is known.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wa_policy.iam.source import Source, escape
from wa_policy.iam.unknown import Unknown
from wa_policy.loaders.cloudformation import functions
from wa_policy.loaders.cloudformation.naming import Naming
from wa_policy.loaders.cloudformation.scope import PSEUDO, Scope
from wa_policy.loaders.cloudformation.template import Resource
from wa_policy.loaders.cloudformation.values import NO_VALUE, Value, hole, unresolved
from wa_policy.loaders.text import shown

_CONTAINERS = (dict, list)
MAX_NAMES = 20
"""Resources whose names need one another in a row."""
MAX_INCLUDED = 20
"""Files put into one another by `AWS::Include`."""


class Resolver:
    """Evaluates values of one template under one choice.

    `moves` says where in the file a value stands whose place in the result is another one than in the template.
    """

    def __init__(self, scope: Scope, truth: Callable[[Any, str], bool | Unknown]) -> None:
        self.scope = scope
        self.truth = truth
        self.moves: dict[str, str] = {}
        self._put_in: set[str] = set()
        self._level = 0
        self.rounds = 0
        self.naming = Naming(scope, self._property)
        self.uses: dict[str, set[str]] = {}
        self.no_echo: dict[str, dict[str, str]] = {}
        """For each resource the places that have the value of a parameter with `NoEcho`, with its name."""
        self._user = ""
        self._pending: set[tuple[str, str]] = set()
        self._read: dict[tuple[str, str], Value] = {}

    # --- values -----------------------------------------------------------------------------------------------

    def of_resource(self, resource: Resource) -> Value:
        """The properties of a resource."""
        before, self._user = self._user, resource.logical_id
        pointer = f"{resource.pointer}/Properties"
        try:
            return self.resolve(resource.properties, pointer, pointer)
        finally:
            self._user = before

    def resolve(self, value: Any, raw: str, out: str) -> Value:
        """The value of what stands at the pointer `raw`, which comes to stand at `out`."""
        if isinstance(value, dict):
            if len(value) == 1:
                name = next(iter(value))
                function = FUNCTIONS.get(name)
                if function is not None:
                    return function(self, value[name], f"{raw}/{name}", out)
                if isinstance(name, str) and name.startswith("Fn::") and not name.startswith("Fn::ForEach::"):
                    return self.unknown_function(name, raw)
            return self._object(value, raw, out)
        if isinstance(value, list):
            return self._list(value, raw, out)
        return value

    def _object(self, value: Mapping[Any, Any], raw: str, out: str) -> Value:
        result: dict[str, Value] = {}
        for key, item in value.items():
            if isinstance(key, str) and key[:4] == "Fn::":
                if key.startswith("Fn::ForEach::"):
                    result |= self._loop(key, item, raw, out)
                    continue
                if key == "Fn::Transform":
                    return functions.transform(self, item, f"{raw}/Fn::Transform", out)
                return self.unknown_function(key, raw)
            if isinstance(item, str) or not isinstance(item, _CONTAINERS):
                result[str(key)] = item
                continue
            place = f"{raw}/{escape(key)}"
            found = self.resolve(item, place, place if raw is out else f"{out}/{escape(key)}")
            if found is not NO_VALUE:
                result[str(key)] = found
        return result

    def _loop(self, key: str, item: Any, raw: str, out: str) -> dict[str, Value]:
        from wa_policy.loaders.cloudformation.loops import expanded

        entries, problems = expanded(key, item, f"{raw}/{escape(key)}", self)
        for problem in problems:
            if problem not in self.scope.notes:
                self.scope.notes.append(problem)
        result: dict[str, Value] = {}
        for name, entry, place in entries:
            at = f"{out}/{escape(name)}"
            self.moves[at] = place
            found = self.resolve(entry, place, at)
            if found is not NO_VALUE:
                result[name] = found
        return result

    def _list(self, value: list[Any], raw: str, out: str) -> Value:
        result: list[Value] = []
        for index, item in enumerate(value):
            if index == len(result) and (isinstance(item, str) or not isinstance(item, _CONTAINERS)):
                result.append(item)
                continue
            at = f"{out}/{len(result)}"
            found = self.resolve(item, f"{raw}/{index}", at)
            if found is NO_VALUE:
                continue
            if index != len(result):
                self.moves.setdefault(at, f"{raw}/{index}")
            result.append(found)
        return result

    def at(self, pointer: str) -> Source:
        """Where in the file the value of a pointer into the result stands."""
        moves = self.moves
        if moves:
            start = pointer
            while start:
                if (found := moves.get(start)) is not None:
                    # What another file holds is to be seen where it is put in.
                    pointer = found if start in self._put_in else found + pointer[len(start) :]
                    break
                start = start.rpartition("/")[0]
        return self.scope.sections.place(pointer)

    def included(self, value: Any, raw: str, out: str) -> Value:
        """The value of what another file holds, put in at a place."""
        if self._level >= MAX_INCLUDED:
            self.scope.note(
                raw, "too-deep", f"found more than {MAX_INCLUDED} files in one another, expected fewer"
            )
            return unresolved("a file that is put in")
        self._level += 1
        try:
            found = self.resolve(value, raw, out)
        finally:
            self._level -= 1
        for moved in [place for place in self.moves if place.startswith(f"{out}/")]:
            del self.moves[moved]
        self.moves[out] = raw
        self._put_in.add(out)
        return found

    # --- references -------------------------------------------------------------------------------------------

    def named(self, name: str, pointer: str) -> Value:
        """What `Ref` gives for a name."""
        if name in PSEUDO:
            return self.scope.pseudo(name)
        if name in self.scope.sections.parameters:
            return self.scope.parameter(name)
        resource = self.scope.sections.resources.get(name)
        if resource is None:
            return self.missing(name, pointer)
        self._use(name)
        return self.naming.ref(resource)

    def note_no_echo(self, name: str, out: str) -> None:
        """Keep where the value of a parameter with `NoEcho` comes to stand."""
        if name in self.scope.hidden_parameters and self._user:
            self.no_echo.setdefault(self._user, {})[out] = name

    def attribute(self, name: str, attribute: str, pointer: str) -> Value:
        """What `Fn::GetAtt` gives."""
        resource = self.scope.sections.resources.get(name)
        if resource is None:
            return self.missing(name, pointer)
        self._use(name)
        if resource.type == "AWS::CloudFormation::Stack" and attribute.startswith("Outputs."):
            outputs = self.scope.outputs_of
            if outputs is not None:
                return outputs(name, attribute.removeprefix("Outputs."))
        return self.naming.attribute(resource, attribute)

    def missing(self, name: str, pointer: str) -> Value:
        """A reference to what is not there."""
        message = f"found a reference to `{shown(name)}`, expected a parameter or resource of this template"
        self.scope.note(pointer, "reference-unknown", message)
        return hole(f"`{name}`, which the template does not have", f"${{{name}}}")

    def _use(self, name: str) -> None:
        if self._user and self._user != name:
            self.uses.setdefault(self._user, set()).add(name)

    def _property(self, resource: Resource, name: str) -> Value:
        """The value of one property, for the name of its resource."""
        key = (resource.logical_id, name)
        if key in self._read:
            return self._read[key]
        properties = resource.properties
        if not isinstance(properties, dict) or name not in properties:
            return NO_VALUE
        pointer = f"{resource.pointer}/Properties/{escape(name)}"
        if key in self._pending:
            self.scope.note(
                pointer,
                "circular-reference",
                f"found a `{name}` of `{resource.logical_id}` that refers to itself, expected no circle",
            )
            return hole(
                f"`{name}` of `{resource.logical_id}`, which refers to itself", f"${{{resource.logical_id}}}"
            )
        if len(self._pending) >= MAX_NAMES:
            message = f"found names that need more than {MAX_NAMES} others, expected fewer"
            self.scope.note(pointer, "too-deep", message)
            return hole(f"`{name}` of `{resource.logical_id}`, which needs too many others", "${…}")
        self._pending.add(key)
        before, self._user = self._user, resource.logical_id
        try:
            found = self.resolve(properties[name], pointer, pointer)
        finally:
            self._pending.discard(key)
            self._user = before
        self._read[key] = found
        return found

    # --- what cannot be carried out ---------------------------------------------------------------------------

    def unknown_function(self, name: str, pointer: str) -> Unknown:
        known = ", ".join(f"`{one}`" for one in sorted(FUNCTIONS))
        message = f"found the function `{shown(name)}`, expected one of {known}"
        self.scope.note(pointer, "function-unknown", message)
        return unresolved(f"the function `{shown(name)}`, which is not known here")

    def wrong(self, name: str, pointer: str, expected: str) -> Unknown:
        """A function whose argument has not its form."""
        self.scope.note(
            pointer, "function-argument", f"found `{name}` with another argument, expected {expected}"
        )
        return unresolved(f"`{name}`, whose argument cannot be read")


Function = Callable[[Resolver, Any, str, str], Value]
FUNCTIONS: Mapping[str, Function] = {
    "Ref": functions.ref,
    "Fn::Base64": functions.base64,
    "Fn::Cidr": functions.cidr,
    "Fn::FindInMap": functions.find_in_map,
    "Fn::GetAZs": functions.get_azs,
    "Fn::GetAtt": functions.get_att,
    "Fn::If": functions.if_,
    "Fn::ImportValue": functions.import_value,
    "Fn::Join": functions.join,
    "Fn::Length": functions.length,
    "Fn::Select": functions.select,
    "Fn::Split": functions.split,
    "Fn::Sub": functions.sub,
    "Fn::ToJsonString": functions.to_json_string,
    "Fn::Transform": functions.transform,
}
