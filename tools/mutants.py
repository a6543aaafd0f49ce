"""Do the tests notice when the evaluator is wrong? Mutants of it, each run against a fast selection of tests.

    python tools/mutants.py [--jobs 2] [--only TEXT] [--hand-made] [--list]

Generated mutants change one place of the syntax tree: a comparison, a boolean, `and` and `or`, an operand of them, a
condition, a constant, a member of an enumeration, a returned value. The hand-made ones (hand_made_mutants.py) are the
mistakes that one makes with IAM. Each runs in a copy of the tree. A hand-made mutant must be killed; of the generated
ones at least 95 %, and each survivor is explained in tests/evaluator/mutants.yaml, or it fails the run.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import hypothesis  # loaded before the forks
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.hand_made_mutants import HAND_MADE  # noqa: E402

FILES = (
    *(f"wa_policy/iam/{name}.py" for name in ("operators", "pattern")),
    *(
        f"wa_policy/evaluator/{name}.py"
        for name in (
            *("conditions", "principals", "resolve", "statements", "decisions", "formula", "situations"),
            *("evaluate", "truth", "s3"),
        )
    ),
)
Stage = tuple[str, ...]
"""Files of tests that run together."""
# After the sample, which most mutants do not get past; the others only where a file has a part in what they test.
PARTS: Stage = tuple(f"tests/evaluator/test_{name}.py" for name in ("callers", "statements", "decisions"))
CONDITIONS: Stage = ("tests/evaluator/test_conditions.py",)
FORMULA: Stage = ("tests/evaluator/test_formula.py",)
STAGES: dict[str, tuple[Stage, ...]] = {
    "operators": (PARTS, ("tests/iam/test_operators.py",), CONDITIONS),
    "pattern": (PARTS, ("tests/iam/test_pattern.py",), CONDITIONS),
    "conditions": (PARTS, CONDITIONS),
    "resolve": (PARTS, CONDITIONS),
    "truth": (PARTS, FORMULA, CONDITIONS),
    "decisions": (PARTS, FORMULA),
    "formula": (PARTS, FORMULA),
}
COPIED = ("wa_policy", "tests", "fixtures/authorization", "pyproject.toml")
EXPLAINED = ROOT / "tests" / "evaluator" / "mutants.yaml"
MOST_CPU_SECONDS = 40  # not of the clock: on a busy machine that would kill any mutant
MOST_SECONDS = 900  # for one that waits instead
MOST_MEMORY = 4 << 30
GOAL = 0.95


@dataclass(frozen=True)
class Mutant:
    """A changed file; `where` and `what` name the change without a line number, so that they stay right for long."""

    file: str
    where: str
    what: str
    source: str
    hand_made: bool = False

    @property
    def name(self) -> str:
        return f"{self.file} {self.where}: {self.what}"


# --- the generator -------------------------------------------------------------------------------------------

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_ENUMERATIONS = {
    "Comparison": ("EQUALS", "EQUALS_IGNORE_CASE", "LIKE", "LESS_THAN", "LESS_THAN_EQUALS", "GREATER_THAN", "GREATER_THAN_EQUALS", "IN_RANGE", "IS_NULL"),
    "ValueType": ("STRING", "NUMERIC", "DATE", "BOOL", "BINARY", "IP", "ARN", "PRESENCE"),
    "Quantifier": ("FOR_ALL_VALUES", "FOR_ANY_VALUE"),
    "Effect": ("ALLOW", "DENY"),
    "Grantee": ("NOBODY", "ACCOUNT", "ROLE", "SELF"),
    "Layer": ("RESOURCE_CONTROL", "SERVICE_CONTROL", "VPC_ENDPOINT", "RESOURCE", "IDENTITY", "PERMISSIONS_BOUNDARY", "SESSION"),
    "Asks": ("DENIES", "ALLOWS", "GRANTS_SELF", "GRANTS_ROLE", "GRANTS_ACCOUNT"),
    "CallerKind": ("ACCOUNT_MEMBER", "SERVICE_LINKED_ROLE", "ROOT", "SERVICE", "FEDERATED", "ANONYMOUS"),
    "ResourceRule": ("ORDINARY", "MUST_GRANT", "RESOURCE_ALONE", "OPEN", "WITH_AUTHORIZER", "ALWAYS", "NEVER"),
    "Outcome": ("ALLOWED", "EXPLICITLY_DENIED", "IMPLICITLY_DENIED", "UNKNOWN"),
    "ApiAuthorizer": ("NONE", "AWS_IAM", "LAMBDA", "COGNITO"),
}  # fmt: skip
_ENUMERATIONS["_C"] = _ENUMERATIONS["Comparison"]
_NAMES = {"any_of": "all_of", "all_of": "any_of", "_S": "_N", "_N": "_D", "_D": "_N", "_A": "_S", "TRUE": "FALSE", "FALSE": "TRUE", "MANY": "RUN", "RUN": "MANY", "ONE": "CHAR", "CHAR": "ONE", "any": "all", "all": "any"}  # fmt: skip

Change = tuple[ast.AST, str]
"""The node to put in place, and what that is."""


def _changes(node: ast.AST, scope: str) -> Iterator[Change]:
    match node:
        case ast.Compare(left, [operator], [right]) if type(operator) in _COMPARISONS:
            yield ast.Compare(left, [_COMPARISONS[type(operator)]()], [right]), "comparison"
        case ast.BoolOp(operator, operands):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), operands), "and/or"
            for index in range(len(operands)):
                rest = [operand for i, operand in enumerate(operands) if i != index]
                yield (
                    (rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest)),
                    f"without operand {index + 1}",
                )
        case ast.UnaryOp(ast.Not(), operand):
            yield operand, "without not"
        case ast.BinOp(left, operator, right) if type(operator) in _ARITHMETIC and scope:
            yield ast.BinOp(left, _ARITHMETIC[type(operator)](), right), "operator"
        case ast.Constant(bool() as value):
            yield ast.Constant(not value), "boolean"
        case ast.Constant(int() as value):
            yield ast.Constant(value + 1), "number"
        case ast.Constant(str() as value) if value:
            yield ast.Constant(f"{value}~"), "text"
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body), "branches swapped"
        case ast.Attribute(ast.Name(name), attribute) if attribute in _ENUMERATIONS.get(name, ()):
            members = _ENUMERATIONS[name]
            other = members[(members.index(attribute) + 1) % len(members)]
            yield ast.Attribute(ast.Name(name, ast.Load()), other, ast.Load()), f"{other} for {attribute}"
        case ast.Name(name, ast.Load()) if name in _NAMES:
            yield ast.Name(_NAMES[name], ast.Load()), f"{_NAMES[name]} for {name}"
        case ast.If(test, body, orelse):
            yield ast.If(ast.Constant(value=True), body, orelse), "condition true"
            yield ast.If(ast.Constant(value=False), body, orelse), "condition false"
        case ast.Return(value) if value is not None:
            if not isinstance(value, ast.Constant):
                yield ast.Return(ast.UnaryOp(ast.Not(), value)), "not the result"
        case ast.Continue():
            yield ast.Break(), "break for continue"
            yield ast.Pass(), "no continue"
        case _:
            pass


def _is_left_out(node: ast.AST, parents: Sequence[ast.AST]) -> bool:
    """Words for people are no behaviour: docstrings, messages, names of enumeration members; nor are types."""
    if any(isinstance(parent, ast.JoinedStr | ast.AnnAssign) and parent is not node for parent in parents):
        in_value = [p for p in parents if isinstance(p, ast.AnnAssign)]
        if not in_value or not _is_inside(node, in_value[-1].value):
            return True
    if any(
        isinstance(p, ast.arguments) and not any(_is_inside(node, d) for d in (*p.defaults, *p.kw_defaults))
        for p in parents
    ):
        return True
    function = next((p for p in reversed(parents) if isinstance(p, ast.FunctionDef)), None)
    if function is not None and function.name in ("show", "__str__", "__repr__"):
        return True
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        parent = parents[-1]
        in_enumeration = isinstance(parent, ast.Assign) and any(isinstance(p, ast.ClassDef) for p in parents)
        in_message = any(
            isinstance(p, ast.Call)
            and isinstance(p.func, ast.Name | ast.Attribute)
            and _called(p) in _MESSAGES
            for p in parents
        )
        return isinstance(parent, ast.Expr) or in_enumeration or in_message
    if any(
        isinstance(p, ast.FunctionDef | ast.ClassDef) and any(_is_inside(node, d) for d in p.decorator_list)
        for p in parents
    ):
        return True  # `frozen`, `slots`, the size of a cache
    if function is not None and _is_inside(node, function.returns):
        return True
    return any(isinstance(p, ast.Assign) and ast.unparse(p.targets[0]) in _NOT_BEHAVIOUR for p in parents)


_MESSAGES = ("Unknown", "malformed", "_malformed", "_read_both", "TypeVar", "InternalError")
_NOT_BEHAVIOUR = ("__slots__", "Truth", "Formula", "Context", "Doubts", "_T")


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_inside(node: ast.AST, tree: ast.AST | None) -> bool:
    return tree is not None and any(inner is node for inner in ast.walk(tree))


def _put(node: ast.AST, name: str) -> Callable[[ast.AST], None]:
    return lambda new: setattr(node, name, new)


def _put_at(items: list[ast.AST], index: int) -> Callable[[ast.AST], None]:
    return lambda new: items.__setitem__(index, new)


def _walk(
    node: ast.AST, parents: tuple[ast.AST, ...]
) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...], Callable[[ast.AST], None]]]:
    """All nodes below a node, with those above each, and how to put another in its place."""
    above = (*parents, node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield value, above, _put(node, name)
            yield from _walk(value, above)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield item, above, _put_at(value, index)
                    yield from _walk(item, above)


def generated(file: str) -> Iterator[Mutant]:
    """The mutants of a file in the order of its text; two that read the same are numbered."""
    text = (ROOT / file).read_text()
    tree = ast.parse(text)
    unchanged = ast.unparse(tree)
    seen: Counter[str] = Counter()
    for node, parents, put in list(_walk(tree, ())):
        if _is_left_out(node, parents):
            continue
        scope = ".".join(p.name for p in parents if isinstance(p, ast.FunctionDef | ast.ClassDef))
        for changed, what in _changes(node, scope):
            put(ast.fix_missing_locations(ast.copy_location(changed, node)))
            source = ast.unparse(tree)
            put(node)
            if source == unchanged:
                continue
            shown = ast.unparse(node).splitlines()[0]
            where, described = scope or "module", f"{what} in `{shown[:100]}`"
            seen[where + described] += 1
            number = seen[where + described]
            yield Mutant(file, where, described + (f" ({number})" if number > 1 else ""), source)


def hand_made() -> Iterator[Mutant]:
    for file, old, new, what in HAND_MADE:
        text = (ROOT / file).read_text()
        if text.count(old) != 1:
            raise SystemExit(f"{file} has {text.count(old)} times the text of the mutant: {what}\n{old}")
        yield Mutant(file, "by hand", what, text.replace(old, new), hand_made=True)


# --- the runs ------------------------------------------------------------------------------------------------
#
# Nothing of wa_policy is imported here: each run is a fork that imports the mutant, with the rest loaded already.


def copy_tree(target: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", "acme*"))
        else:
            shutil.copy(source, target / name)


def survives(mutant: Mutant | None, tree: Path) -> bool:
    """True iff no stage of tests fails in the tree with the mutant (None: the code as it is)."""
    path = tree / mutant.file if mutant else None
    original = path.read_text() if path else ""
    stages = STAGES.get(Path(mutant.file).stem, (PARTS,)) if mutant else (PARTS, CONDITIONS, FORMULA)
    try:
        if path and mutant:
            path.write_text(mutant.source)
        return _passes(tree, _sample) and all(_passes(tree, partial(_pytest, stage)) for stage in stages)
    finally:
        if path:
            path.write_text(original)


def _passes(tree: Path, check: Callable[[], bool]) -> bool:
    """True iff the check, in a process of its own that sees the tree, holds and ends in time."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(MOST_SECONDS)
            resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            os.chdir(tree)
            sys.path.insert(0, str(tree))
            sys.dont_write_bytecode = True
            code = 0 if check() else 1
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def _sample() -> bool:
    """The probes and the sample of `test_sample.py`, up to the first wrong verdict."""
    from wa_policy.catalog.store import load_catalog
    from wa_policy.evaluator.evaluate import evaluate
    from wa_policy.iam.source import Source
    from wa_policy.loaders.neutral import read_case

    catalog = load_catalog()
    for raw in _cases():
        case = read_case(raw, Source("case"))
        if str(evaluate(case.request, case.applied, catalog, case.facts).outcome) != raw["expect"]:
            return False
    return True


@cache
def _cases() -> list[dict[str, Any]]:
    folder = ROOT / "fixtures" / "authorization"
    probes = yaml.load((folder / "documented.yaml").read_text(), Loader=yaml.CSafeLoader)
    lines = gzip.decompress((folder / "sample.jsonl.gz").read_bytes()).splitlines()
    return [*probes, *map(json.loads, lines)]


def _pytest(tests: Stage) -> bool:
    # Slow is not wrong: on a busy machine a deadline would kill any mutant.
    slow = hypothesis.HealthCheck.too_slow
    hypothesis.settings.register_profile("mutants", deadline=None, suppress_health_check=(slow,))
    hypothesis.settings.load_profile("mutants")
    options = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # Hypothesis is loaded already
    return pytest.main([*options, *tests]) == 0


_tree: Path | None = None
"""The tree of this worker."""


def _start_worker(folders: Queue[str]) -> None:
    global _tree  # noqa: PLW0603  # one worker, one tree
    _tree = Path(folders.get())


def _run(mutant: Mutant) -> bool:
    assert _tree is not None
    return survives(mutant, _tree)


def run_all(mutants: Sequence[Mutant], jobs: int) -> list[Mutant]:
    """The survivors, in the order of the mutants."""
    _cases()
    context = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory() as folder:
        folders: Queue[str] = context.Queue()
        for number in range(jobs):
            tree = Path(folder) / str(number)
            tree.mkdir()
            copy_tree(tree)
            folders.put(str(tree))
        if not survives(None, Path(folder) / "0"):
            raise SystemExit("the tests fail without any mutant")
        survivors: list[Mutant] = []
        with ProcessPoolExecutor(jobs, context, _start_worker, (folders,)) as pool:
            for number, (mutant, alive) in enumerate(zip(mutants, pool.map(_run, mutants), strict=True), 1):
                if alive:
                    survivors.append(mutant)
                    print(f"SURVIVES {mutant.name}", flush=True)
                elif number % 100 == 0:
                    print(f"{number} of {len(mutants)}", flush=True)
    return survivors


def explained() -> set[str]:
    entries = yaml.safe_load(EXPLAINED.read_text()) if EXPLAINED.is_file() else []
    return {f"{entry['file']} {entry['where']}: {entry['what']}" for entry in entries or []}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="mutants whose name holds this text")
    parser.add_argument("--hand-made", action="store_true", help="only the hand-made mutants")
    parser.add_argument("--list", action="store_true", help="print the mutants and run nothing")
    arguments = parser.parse_args()
    mutants = list(hand_made())
    if not arguments.hand_made:
        mutants += [mutant for file in FILES for mutant in generated(file)]
    mutants = [mutant for mutant in mutants if arguments.only in mutant.name]
    if arguments.list:
        print("\n".join(mutant.name for mutant in mutants))
        print(f"{len(mutants)} mutants")
        return 0
    alive = run_all(mutants, arguments.jobs)
    made = [mutant for mutant in mutants if mutant.hand_made]
    made_alive = [mutant for mutant in alive if mutant.hand_made]
    count, count_alive = len(mutants) - len(made), len(alive) - len(made_alive)
    known = explained()
    unexplained = [mutant for mutant in alive if mutant.name not in known and not mutant.hand_made]
    score = 1 - count_alive / count if count else 1.0
    print(f"hand-made: {len(made) - len(made_alive)} of {len(made)} killed")
    print(
        f"generated: {count - count_alive} of {count} killed, {score:.1%}; {len(unexplained)} survivors unexplained"
    )
    return 0 if not made_alive and not unexplained and score >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
