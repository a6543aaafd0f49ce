"""Cases in the neutral form, decided one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wa_policy.catalog.model import Catalog
from wa_policy.errors import LoadError, Problem
from wa_policy.evaluator.evaluate import Outcome, evaluate
from wa_policy.evaluator.explain import Explanation, explain
from wa_policy.evaluator.formula import Layer
from wa_policy.evaluator.operations import Operation, evaluate_operation, first_action
from wa_policy.iam.describe import describe
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown
from wa_policy.loaders.document import parse_document
from wa_policy.loaders.neutral import NeutralCase, read_case


@dataclass(frozen=True, slots=True)
class Simulated:
    """The verdict on one case. `doubts` has what AWS does not document about it, and why it is unknown."""

    id: str
    outcome: Outcome
    decided_by: tuple[Layer, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line, numbered from 1, that holds no case."""

    line: int
    message: str
    pointer: str


def simulate(lines: Iterable[bytes], catalog: Catalog) -> Iterator[Simulated | BadLine]:
    """The verdict on each line, in their order; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _simulated(_raw(line), catalog)
        except LoadError as error:
            problem = error.problems[0]
            yield BadLine(number, problem.message, problem.pointer)


def explain_case(raw: Any, file: str, catalog: Catalog) -> Explanation:
    """The explanation of one case. Raises LoadError with the place where it is unusable."""
    case, operation = _case(raw, Source(file))
    if operation is not None:
        source = Source(file).at("operation")
        message = f"`operation` is `{operation}`, expected a case of one request"
        problem = source.problem("operation", message, advice="`wa-policy simulate` decides operations")
        raise LoadError(message, (problem,))
    return explain(case.request, case.applied, catalog, case.facts)


_NAME = "case.json"  # a name that says JSON: a broken line is not to be tried as YAML


def _raw(line: bytes) -> Any:
    documents, problems = parse_document(_NAME, line)
    if len(documents) == 1 and not problems:
        return documents[0].value
    problem = (
        problems[0]
        if problems
        else Problem(_NAME, "", "case-type", "found several values, expected one case")
    )
    raise LoadError(problem.message, (problem,))


def _case(raw: Any, source: Source) -> tuple[NeutralCase, Operation | None]:
    written = raw.get("operation") if isinstance(raw, Mapping) else None
    if written is None:
        return read_case(raw, source), None
    if written not in tuple(Operation):
        expected = " or ".join(f"`{operation}`" for operation in Operation)
        message = f"`operation` is {describe(written)}, expected {expected}"
        raise LoadError(message, (source.at("operation").problem("operation", message),))
    operation = Operation(written)
    request = raw.get("request")
    if isinstance(request, Mapping):
        # The operation says which actions are asked for.
        raw = {**raw, "request": {**request, "action": first_action(operation)}}
    return read_case(raw, source), operation


def _simulated(raw: Any, catalog: Catalog) -> Simulated:
    case, operation = _case(raw, Source(_NAME))
    if operation is None:
        decision = evaluate(case.request, case.applied, catalog, case.facts)
        outcome, decided_by = decision.outcome, decision.decided_by
        reasons = (*decision.doubts, *decision.unknown)
    else:
        several = evaluate_operation(operation, case.request, case.applied, catalog, case.facts)
        outcome, decided_by = several.outcome, several.decided_by
        reasons = (*several.doubts, *several.unknown)
    return Simulated(case.id, outcome, decided_by, (*map(_words, reasons), *map(_noted, case.problems)))


def _words(reason: Unknown) -> str:
    return str(reason)


def _noted(problem: Problem) -> str:
    return f"`{problem.pointer}`: {problem.message}"
