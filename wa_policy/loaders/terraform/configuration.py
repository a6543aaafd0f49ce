"""What the configuration of a plan says: which references the expression of an attribute has, and what they lead to.

A plan shows the references of an expression, not the expression itself: `aws_s3_bucket.b.arn` and
`"${aws_s3_bucket.b.arn}/*"` look the same. Whoever asks must know whether more text may stand around.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wa_policy.loaders.terraform.expressions import (
    Step,
    as_key,
    as_list,
    as_map,
    expressions_at,
    is_index,
    leaves_of,
    tokens_of,
)
from wa_policy.loaders.terraform.instances import Instance, Key, ModulePath

_MAX_STEPS = 40
_KNOWN_ROOTS = frozenset(("count", "path", "terraform", "tofu"))


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference leads to: an attribute of an instance; "" for the instance as a whole."""

    instance: Instance
    attribute: str
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Expression:
    """The references of an attribute: what they lead to, and those of which nothing is known (local values)."""

    targets: tuple[Target, ...] = ()
    lost: tuple[str, ...] = ()
    mixed: bool = False
    """True iff parts that are known now stand in the expression as well."""
    references: tuple[str, ...] = ()

    @property
    def only(self) -> Target | None:
        """The one thing that is referred to."""
        return self.targets[0] if len(self.targets) == 1 and not self.lost else None


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where an expression stands: the module, and the `each` of its resource or module call."""

    module: ModulePath
    key: Key
    for_each: Mapping[str, Any]


class Configuration:
    """The `configuration` of a plan; empty for a state."""

    def __init__(self, raw: Any, instances: Iterable[Instance]) -> None:
        root = raw.get("root_module") if isinstance(raw, Mapping) else None
        self._root: Mapping[str, Any] = root if isinstance(root, Mapping) else {}
        providers = raw.get("provider_config") if isinstance(raw, Mapping) else None
        self.providers: Mapping[str, Any] = providers if isinstance(providers, Mapping) else {}
        self._resources: dict[tuple[str, ...], dict[tuple[str, str, str], Mapping[str, Any]]] = {}
        self._instances: dict[tuple[ModulePath, str, str, str], list[Instance]] = {}
        for instance in instances:
            where = (instance.module, instance.mode, instance.type, instance.name)
            self._instances.setdefault(where, []).append(instance)

    @property
    def is_known(self) -> bool:
        """True iff there is a configuration: then an attribute without expression was not set."""
        return bool(self._root)

    @property
    def variables(self) -> Mapping[str, Mapping[str, Any]]:
        """The variables of the root module by name."""
        found = self._root.get("variables")
        named = found.items() if isinstance(found, Mapping) else ()
        return {str(name): written for name, written in named if isinstance(written, Mapping)}

    # --- the configuration of an instance ---------------------------------------------------------------------

    def resource(self, instance: Instance) -> Mapping[str, Any]:
        """The block of a resource, empty if there is none."""
        names = tuple(name for name, _ in instance.module)
        found = self._resources.get(names)
        if found is None:
            found = self._resources[names] = {}
            for item in as_list(self._module(names).get("resources")):
                key = (str(item.get("mode")), str(item.get("type")), str(item.get("name")))
                found[key] = item
        return found.get((instance.mode, instance.type, instance.name), {})

    def _module(self, names: Sequence[str]) -> Mapping[str, Any]:
        module = self._root
        for name in names:
            module = as_map(self._call(module, name).get("module"))
        return module

    def _call(self, module: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        return as_map(as_map(module.get("module_calls")).get(name))

    def expressions(self, instance: Instance) -> Mapping[str, Any]:
        return as_map(self.resource(instance).get("expressions"))

    def is_set(self, instance: Instance, name: str) -> bool:
        """True iff the configuration gives the attribute a value, or may (a state and dynamic blocks do not tell)."""
        return not self.is_known or name in self.expressions(instance)

    # --- what an attribute refers to --------------------------------------------------------------------------

    def of(self, instance: Instance, path: Sequence[Step]) -> Expression:
        """The references of an attribute, or of one inside of blocks."""
        raw = self.resource(instance)
        scope = _Scope(instance.module, instance.key, as_map(raw.get("for_each_expression")))
        references: list[str] = []
        for found in expressions_at(as_map(raw.get("expressions")), tuple(path)):
            references += [str(one) for one in as_list(found.get("references"), str)]
        return self._expression(references, scope)

    def _expression(self, references: Sequence[str], scope: _Scope, steps: int = 0) -> Expression:
        targets: list[Target] = []
        lost: list[str] = []
        mixed = False
        leaves = tuple(leaves_of(references))
        for leaf in leaves:
            found = self._follow(leaf, leaves, scope, steps)
            if found is None:
                mixed = mixed or not is_index(leaf, leaves)
                continue
            targets += [target for target in found.targets if target not in targets]
            lost += [one for one in found.lost if one not in lost]
            mixed = mixed or found.mixed
        return Expression(tuple(targets), tuple(lost), mixed, leaves)

    def _follow(self, leaf: str, leaves: Sequence[str], scope: _Scope, steps: int) -> Expression | None:
        """What one reference leads to; None where it is known now."""
        tokens = tokens_of(leaf)
        if steps > _MAX_STEPS or not tokens:
            return Expression(lost=(leaf,))
        match tokens[0]:
            case "each":
                return None if tokens[1:2] == ["key"] else self._each(tokens[2:], leaf, scope, steps)
            case "var":
                return self._variable(tokens[1:], scope, steps)
            case "module":
                return self._output(tokens[1:], leaf, leaves, scope, steps)
            case "data":
                return self._resource(tokens[1:], leaf, leaves, scope, "data")
            case str() as word if word in _KNOWN_ROOTS:
                return None
            case "local" | "self":
                return Expression(lost=(leaf,))
            case _:
                return self._resource(tokens, leaf, leaves, scope, "managed")

    def _each(self, rest: Sequence[str | int], leaf: str, scope: _Scope, steps: int) -> Expression:
        """`each.value`, by what `for_each` goes over."""
        references = [str(one) for one in as_list(scope.for_each.get("references"), str)]
        found: list[Target] = []
        leaves = tuple(leaves_of(references))
        for one in leaves:
            tokens = tokens_of(one)
            if tokens[0] == "module" and len(tokens) == 2 and rest:
                child = (*scope.module, (str(tokens[1]), scope.key))
                return self._of_output(child, rest, leaf, steps)
            followed = self._follow(one, leaves, scope, steps + 1)
            if followed is None or followed.lost:
                return Expression(lost=(leaf,))
            whole = [target for target in followed.targets if not target.attribute]
            chosen = [target for target in whole if target.instance.key == scope.key]
            found += _onward(chosen, rest) if chosen else followed.targets
        return Expression(tuple(found)) if found else Expression(lost=(leaf,))

    def _variable(self, tokens: Sequence[str | int], scope: _Scope, steps: int) -> Expression | None:
        """A variable: what the call of the module gives it."""
        if not scope.module:
            return None  # a plan has the values of the variables of its root
        *above, (name, key) = scope.module
        call = self._call(self._module([step for step, _ in above]), name)
        given = as_map(as_map(call.get("expressions")).get(str(tokens[0]) if tokens else ""))
        references = [str(one) for one in as_list(given.get("references"), str)]
        if not references:
            # A text that is put together has no references only if it is constant, and a default is constant too.
            return None
        around = _Scope(tuple(above), key, as_map(call.get("for_each_expression")))
        found = self._expression(references, around, steps + 1)
        if len(tokens) > 1:
            whole = [target for target in found.targets if not target.attribute]
            if whole and len(whole) == len(found.targets):
                return Expression(tuple(_onward(whole, tokens[1:])), found.lost, found.mixed)
        return found

    def _output(
        self, tokens: Sequence[str | int], leaf: str, leaves: Sequence[str], scope: _Scope, steps: int
    ) -> Expression:
        """An output of a module, with the key of the call where it has one."""
        if not tokens:
            return Expression(lost=(leaf,))
        name, rest, key = str(tokens[0]), list(tokens[1:]), None
        call = self._call(self._module([step for step, _ in scope.module]), name)
        repeated = "for_each_expression" in call or "count_expression" in call
        if repeated:
            if rest:
                key = as_key(rest.pop(0))
            elif "each.key" in leaves or "count.index" in leaves:
                return Expression(lost=(leaf,))
            else:
                return Expression(lost=(leaf,))
        return self._of_output((*scope.module, (name, key)), rest, leaf, steps)

    def _of_output(self, child: ModulePath, rest: Sequence[str | int], leaf: str, steps: int) -> Expression:
        module = self._module([step for step, _ in child])
        if not rest:
            return Expression(lost=(leaf,))
        output = as_map(as_map(as_map(module.get("outputs")).get(str(rest[0]))).get("expression"))
        references = [str(one) for one in as_list(output.get("references"), str)]
        found = self._expression(references, _Scope(child, None, {}), steps + 1)
        whole = [target for target in found.targets if not target.attribute]
        if len(rest) > 1 and whole:
            return Expression(tuple(_onward(whole, rest[1:])), found.lost, found.mixed)
        return found if found.targets or found.lost else Expression(lost=(leaf,))

    def _resource(
        self, tokens: Sequence[str | int], leaf: str, leaves: Sequence[str], scope: _Scope, mode: str
    ) -> Expression | None:
        """A resource or data source of the same module."""
        if len(tokens) < 2:
            return Expression(lost=(leaf,))
        where = (scope.module, mode, str(tokens[0]), str(tokens[1]))
        found, rest = self._instances.get(where, []), list(tokens[2:])
        if not found:
            return Expression(lost=(leaf,)) if mode == "managed" else None
        if any(instance.key is not None for instance in found):
            if rest:
                key = as_key(rest.pop(0))
                found = [instance for instance in found if instance.key == key]
            elif any(one in ("each.key", "count.index") for one in leaves):
                # The key is computed: that of the one who asks, where there is such an instance.
                found = [instance for instance in found if instance.key == scope.key] or found
            if not found:
                return Expression(lost=(leaf,))
        return Expression(tuple(_onward([Target(instance, "") for instance in found], rest)))


def _onward(targets: Iterable[Target], rest: Sequence[str | int]) -> Iterator[Target]:
    for target in targets:
        if rest and isinstance(rest[0], str):
            path = tuple(part if isinstance(part, int) else str(as_key(part)) for part in rest[1:])
            yield Target(target.instance, rest[0].strip('"'), path)
        else:
            yield target
