"""What of a rule only the vocabulary can tell: types, properties, actions, keys, names, message fields, examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.findings import Verdict
from wa_policy.iam.source import escape
from wa_policy.inventory.relations import relation_names
from wa_policy.rules.arguments import Argument
from wa_policy.rules.bindings import (
    ITEM,
    names_in,
    names_of_each,
    names_of_forbid,
    names_of_path,
    names_of_test,
)
from wa_policy.rules.check_arguments import problems_of_arguments
from wa_policy.rules.check_forbid import TRUST_PARAMETERS, needs_trust, problems_of_forbid
from wa_policy.rules.check_no_path import problems_of_no_path
from wa_policy.rules.check_tests import Within, bring_callers, check_of_tests, items_of_related
from wa_policy.rules.each import ITERATORS
from wa_policy.rules.message import PATH_FIELDS, SUBJECT_FIELDS, WITNESS_FIELDS, fields_in
from wa_policy.rules.model import Each, Example, Manual, Permit, Require, Rule, Shape
from wa_policy.rules.notes import Notes
from wa_policy.rules.parameters import admits, expected
from wa_policy.rules.path_class import NoPath
from wa_policy.rules.request_class import Forbid
from wa_policy.rules.shape import SHAPES
from wa_policy.rules.subjects import PRINCIPAL, PRINCIPAL_TYPES, WORKLOAD
from wa_policy.rules.views import property_named
from wa_policy.rules.vocabulary import TYPES, all_types, is_type, part_type, property_names, selected_types

Raw = Mapping[str, Any]


def check(rule: Rule, raw: Raw, catalog: Catalog) -> Notes:
    """The problems of a rule that follows the schema."""
    return _Check(rule, raw, catalog).all()


class _Check:
    def __init__(self, rule: Rule, raw: Raw, catalog: Catalog) -> None:
        self.rule = rule
        self.raw = raw
        self.catalog = catalog
        self.types = selected_types(rule.select)
        self.notes = Notes()
        self.parameters = {parameter.name: parameter for parameter in rule.parameters}

    def all(self) -> Notes:
        self.select()
        self.defaults()
        self.each()
        match self.rule.check:
            case Forbid() | Permit():
                types = PRINCIPAL_TYPES if self.brings_caller() else self.types
                within = self.within_item()
                if within and not any(one.path for one in within):
                    types = tuple(one.type for one in within)
                word = "forbid" if "forbid" in self.raw else "permit"
                problems_of_forbid(
                    self.raw[word],
                    types,
                    self.parameters,
                    self.catalog,
                    self.notes,
                    is_guardrail=self.rule.guardrail is not None,
                    at=f"/{word}",
                )
            case Shape():
                self.shape()
            case Require():
                self.test("require")
            case NoPath() as no_path:
                problems_of_no_path(no_path, self.raw["no_path"], self.types, self.catalog, self.notes)
            case Manual():
                pass
        if self.rule.when is not None:
            self.test("when")
        self.names()
        self.message()
        self.examples()
        if self.rule.guardrail is not None and not isinstance(self.rule.check, Forbid):
            self.notes.add(
                "/guardrail", "found `guardrail` without `forbid`, expected it beside requests to deny"
            )
        return self.notes

    def test(self, word: str) -> None:
        self.tests(self.raw[word], f"/{word}", self.within_item() if word == "require" else None)

    def tests(self, raw: Raw, pointer: str, item: tuple[Within, ...] | None) -> None:
        check_of_tests(self.types, item, self.parameters, self.catalog, self.notes).test(raw, pointer)

    def within_item(self) -> tuple[Within, ...] | None:
        """What `item` stands for in a test; None where it is nothing that a test can look at."""
        each = self.rule.each
        if each is None:
            return None
        match each.iterator, dict(each.arguments):
            case "parts", {"of": str(path)}:
                return tuple(Within(type_, tuple(path.split("."))) for type_ in self.types)
            case "related", {"by": str(name)}:
                return items_of_related(self.types, name)
            case name, _ if name in ITERATORS and ITERATORS[name].item_types:
                known = ITERATORS[name].item_types
                return tuple(Within(known[type_]) for type_ in self.types if type_ in known)
            case _:
                return None

    def select(self) -> None:
        for index, word in enumerate(self.rule.select):
            if word not in (PRINCIPAL, WORKLOAD, "account") and not is_type(word):
                pointer = "/select" if isinstance(self.raw["select"], str) else f"/select/{index}"
                self.notes.unknown(
                    pointer, "resource type", word, [*TYPES, PRINCIPAL, WORKLOAD, "account", *all_types()]
                )

    def defaults(self) -> None:
        for parameter in self.rule.parameters:
            if not admits(parameter.kind, parameter.default, many=parameter.many):
                pointer = f"/parameters/{parameter.name}/default"
                self.notes.add(pointer, f"found `{parameter.default}`, expected {expected(parameter)}")

    # --- each and shape ----------------------------------------------------------------------------------------

    def each(self) -> None:
        each = self.rule.each
        if each is None:
            return
        pointer = f"/each/{escape(each.iterator)}"
        iterator = ITERATORS.get(each.iterator)
        if iterator is None:
            self.notes.unknown(pointer, "iterator", each.iterator, ITERATORS)
            return
        self.suits(pointer, each.iterator, iterator.types)
        self.arguments(pointer, iterator.arguments, each.arguments)
        if self.notes.found:
            return
        self.paths_of_each(each, pointer)
        if each.where is not None:
            self.tests(self.raw["each"]["where"], "/each/where", self.within_item())

    def paths_of_each(self, each: Each, pointer: str) -> None:
        """The property or relation that `parts` and `related` go through."""
        for type_ in self.types:
            match each.iterator, dict(each.arguments):
                case "related", {"by": str(name)} if name not in relation_names(type_):
                    known = relation_names(type_)
                    self.notes.unknown(f"{pointer}/by", f"relation of `{type_}`", name, known)
                case "parts", {"of": str(path)} if is_type(type_):
                    if part_type(type_, tuple(path.split(".")), ()) is None:
                        self.notes.unknown(
                            f"{pointer}/of", f"property of `{type_}`", path, property_names(type_)
                        )
                case _:
                    pass

    def shape(self) -> None:
        check = self.rule.check
        if not isinstance(check, Shape):
            return
        pointer = f"/shape/{escape(check.predicate)}"
        shape = SHAPES.get(check.predicate)
        if shape is None:
            self.notes.unknown(pointer, "predicate", check.predicate, SHAPES)
            return
        iterator = None if self.rule.each is None else self.rule.each.iterator
        if iterator not in shape.iterators:
            wanted = " or ".join(f"`{name}`" for name in shape.iterators)
            found = "no `each`" if iterator is None else f"`each` with `{iterator}`"
            self.notes.add(pointer, f"found {found} for `{check.predicate}`, expected {wanted}")
        self.arguments(pointer, shape.arguments, check.arguments)

    def brings_caller(self) -> bool:
        each = self.rule.each
        iterator = None if each is None else ITERATORS.get(each.iterator)
        return (iterator is not None and iterator.brings_caller) or bring_callers(self.within_item())

    def suits(self, pointer: str, name: str, types: tuple[str, ...] | None) -> None:
        for type_ in self.types:
            if types is not None and is_type(type_) and type_ not in types:
                words = ", ".join(f"`{one}`" for one in types)
                self.notes.add(pointer, f"found `{name}` for `{type_}`, expected one of {words}")

    def arguments(self, pointer: str, known: tuple[Argument, ...], given: Mapping[str, object]) -> None:
        problems_of_arguments(pointer, known, given, self.catalog, self.notes)

    # --- names -------------------------------------------------------------------------------------------------

    def names(self) -> None:
        used = dict.fromkeys(self.names_used())
        fields: tuple[str, ...] = ()
        if self.rule.each is not None and (iterator := ITERATORS.get(self.rule.each.iterator)) is not None:
            fields = iterator.fields
        for name in used:
            if property_named(name) is not None:
                continue
            if name.startswith(ITEM):
                if name.removeprefix(ITEM) not in fields:
                    words = [f"{ITEM}{field}" for field in fields]
                    self.notes.unknown(self.place_of(name), "name", name, words, show=f"${name}")
            elif name not in self.parameters:
                self.notes.unknown(self.place_of(name), "parameter", name, self.parameters, show=f"${name}")
        needed = TRUST_PARAMETERS if needs_trust(self.rule.check) else ()
        for name in needed:
            if name not in self.parameters:
                message = f"found callers from outside and no parameter `{name}`, expected it to be declared"
                self.notes.add("/forbid", message)
        for name in self.parameters:
            if name not in used and name not in needed:
                message = f"found the parameter `{name}`, which nothing uses, expected `${name}` somewhere"
                self.notes.add(f"/parameters/{name}", message)

    def names_used(self) -> Iterable[str]:
        if self.rule.each is not None:
            yield from names_of_each(self.rule.each)
        if self.rule.when is not None:
            yield from names_of_test(self.rule.when)
        match self.rule.check:
            case (Forbid() as forbid) | Permit(forbid):
                yield from names_of_forbid(forbid)
            case Shape(_, arguments):
                yield from names_in(arguments.values())
            case Require(test):
                yield from names_of_test(test)
            case NoPath() as no_path:
                yield from names_of_path(no_path)
            case Manual():
                pass

    def place_of(self, name: str) -> str:
        """Where `$name` stands first."""
        for word in ("when", "each", "forbid", "permit", "shape", "require", "no_path"):
            if word in self.raw and (found := _find(self.raw[word], f"/{word}", name)) is not None:
                return found
        return ""

    # --- message and examples ----------------------------------------------------------------------------------

    def message(self) -> None:
        known = list(SUBJECT_FIELDS)
        if isinstance(self.rule.check, Forbid):
            known += WITNESS_FIELDS
        if isinstance(self.rule.check, NoPath):
            known += PATH_FIELDS
        if self.rule.each is not None and self.rule.each.iterator in ITERATORS:
            known += [f"{ITEM}{field}" for field in ITERATORS[self.rule.each.iterator].fields]
        for field in fields_in(self.rule.message):
            if field not in known:
                self.notes.unknown("/message", "field", field, known, show=f"{{{field}}}")

    def examples(self) -> None:
        found = set()
        for index, example in enumerate(self.rule.examples):
            found |= set(_verdicts(example))
            for name, value in example.parameters.items():
                pointer = f"/examples/{index}/parameters/{escape(name)}"
                parameter = self.parameters.get(name)
                if parameter is None:
                    self.notes.unknown(pointer, "parameter", name, self.parameters)
                elif not admits(parameter.kind, value, many=parameter.many):
                    self.notes.add(pointer, f"found `{value}`, expected {expected(parameter)}")
        if isinstance(self.rule.check, Manual):
            return
        if Verdict.FAIL not in found:
            self.notes.add("/examples", "found no example that fires, expected one with the verdict `fail`")
        if not found & {Verdict.PASS, Verdict.NOT_APPLICABLE}:
            self.notes.add("/examples", "found no example that is silent, expected one that passes")


def _verdicts(example: Example) -> Iterable[Verdict]:
    for verdicts in example.expect.values():
        yield from (verdicts,) if isinstance(verdicts, Verdict) else verdicts.values()


def _find(raw: object, pointer: str, name: str) -> str | None:
    if raw == f"${name}" or (pointer.endswith("/parameter") and raw == name):
        return pointer
    children: Iterable[tuple[object, object]] = ()
    if isinstance(raw, Mapping):
        if f"${name}" in raw:
            return f"{pointer}/{escape(f'${name}')}"
        children = raw.items()
    elif isinstance(raw, list):
        children = enumerate(raw)
    for key, value in children:
        place = str(key) if isinstance(key, int) else escape(str(key))
        if (found := _find(value, f"{pointer}/{place}", name)) is not None:
            return found
    return None
