"""Policy documents inside a template: to the types of the policy language, each statement with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wa_policy.errors import Problem
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind, Statement
from wa_policy.iam.source import Source
from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import NotExported, PolicyDocument, Present
from wa_policy.loaders.cloudformation.resolve import Resolver
from wa_policy.loaders.cloudformation.values import Value, doubt_of, settle, unresolved

_TEXTS = frozenset(("Action", "NotAction", "Resource", "NotResource", "Sid"))
_STRUCTURES = frozenset(("Effect", "Condition"))


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads the documents of one template; problems go to `notes`."""

    resolver: Resolver
    notes: list[Problem]

    def document(self, value: Value, pointer: str, kind: PolicyKind) -> PolicyDocument:
        """The document at a pointer into the result; not known where the whole of it is not."""
        if isinstance(value, Template) and value.holes:
            doubt = doubt_of(value)
            if doubt is not None:
                return NotExported(doubt.reason)
        if isinstance(value, Unknown):
            return NotExported(value.reason)
        return Present(self.policy(value, pointer, kind))

    def policy(self, value: Value, pointer: str, kind: PolicyKind) -> Policy:
        """The policy; what of it is not known is said in `unreadable`."""
        doubts: list[Unknown] = []
        raw, moved = _readable(settle(value), pointer, doubts)
        file = self.resolver.scope.sections.source.file
        policy, problems = parse_policy(raw, Source(file, pointer), kind)
        self.notes.extend(self._problem(problem, moved) for problem in problems)
        return Policy(
            policy.version,
            tuple([self._placed(statement, moved) for statement in policy.statements]),
            self._at(policy.source, moved),
            policy.id,
            (*policy.unreadable, *doubts),
        )

    def _at(self, source: Source, moved: Mapping[str, str]) -> Source:
        pointer = source.pointer
        if moved:
            for new, old in moved.items():
                if pointer == new or pointer.startswith(f"{new}/"):
                    pointer = old + pointer[len(new) :]
                    break
        return self.resolver.at(pointer)

    def _placed(self, statement: Statement, moved: Mapping[str, str]) -> Statement:
        source = self._at(statement.source, moved)
        if not statement.conditions:
            return statement if source == statement.source else statement.placed(source)
        conditions = tuple(
            replace(condition, source=self._at(condition.source, moved)) for condition in statement.conditions
        )
        return statement.placed(source, conditions)

    def _problem(self, problem: Problem, moved: Mapping[str, str]) -> Problem:
        place = self._at(Source(problem.file, problem.pointer), moved)
        return place.problem(problem.code, problem.message, advice=problem.advice)


def _readable(value: Value, pointer: str, doubts: list[Unknown]) -> tuple[Any, dict[str, str]]:
    """The document without the statements whose form is not known, each of which is a doubt; where the others stood."""
    moved: dict[str, str] = {}
    if not isinstance(value, dict):
        return value, moved
    key = next((name for name in value if str(name).lower() == "statement"), "Statement")
    statements = value.get(key)
    if isinstance(statements, Unknown):
        doubts.append(statements)
        return {**value, key: []}, moved
    if isinstance(statements, Template):
        doubts.append(doubt_of(statements) or unresolved("the statements of a policy"))
        return {**value, key: []}, moved
    listed = statements if isinstance(statements, list) else [statements]
    alone = listed is not statements
    kept: list[Any] = []
    for index, statement in enumerate(listed):
        found = _statement(statement)
        if isinstance(found, Unknown):
            doubts.append(found)
            continue
        if not alone and len(kept) != index:
            moved[f"{pointer}/{key}/{len(kept)}"] = f"{pointer}/{key}/{index}"
        kept.append(found)
    if alone and key in value:
        return {**value, key: kept[0] if kept else []}, moved
    return ({**value, key: kept} if key in value else value), moved


def _statement(statement: Value) -> Value:
    """The statement with a hole for each text that is not known, or why its form is not."""
    if isinstance(statement, Unknown):
        return statement
    if isinstance(statement, Template):
        return doubt_of(statement) or statement
    if not isinstance(statement, dict):
        return statement
    read: dict[Any, Any] = {}
    for name, value in statement.items():
        if name in _TEXTS:
            read[name] = _texts(value)
        elif name in _STRUCTURES and isinstance(value, Unknown | Template):
            return doubt_of(value) or value
        elif name == "Condition" and isinstance(value, dict):
            block = _condition(value)
            if isinstance(block, Unknown):
                return block
            read[name] = block
        elif name in ("Principal", "NotPrincipal"):
            read[name] = _principal(value)
        else:
            read[name] = value
    return read


def _principal(value: Value) -> Value:
    if isinstance(value, Unknown):
        # Whoever it is: of any kind.
        text = _hole(value)
        return {"AWS": text, "Service": text, "Federated": text}
    if isinstance(value, dict):
        return {kind: _texts(names) for kind, names in value.items()}
    return value


def _condition(value: Mapping[str, Value]) -> Value:
    read: dict[str, Any] = {}
    for operator, block in value.items():
        if isinstance(block, Unknown | Template):
            return doubt_of(block) or block
        read[operator] = (
            {key: _texts(values) for key, values in block.items()} if isinstance(block, dict) else block
        )
    return read


def _texts(value: Value) -> Value:
    """Texts, each that is not known as a hole; lists in lists are one list, as references to lists make them."""
    if isinstance(value, Unknown):
        return _hole(value)
    if isinstance(value, list):
        flat: list[Any] = []
        for item in value:
            if isinstance(item, list):
                flat += [_texts(inner) for inner in item]
            else:
                flat.append(_hole(item) if isinstance(item, Unknown) else item)
        return flat
    return value


def _hole(unknown: Unknown) -> Template:
    return Template((Hole(unknown, (), "${…}"),))
