"""Goals: reading a template costs at most 3 times what PyYAML's C loader takes for its text, SAM's own transform apart,
and evaluating the core profile on it at most 5 times what reading it costs, the transform apart here too.

The transform takes five times as long as all else, and whatever runs after it finds the caches of the processor empty. So
reading is measured once with what the transform made at hand, which is the goal, and once right after it.

Reads the real templates that lie where WA_POLICY_CORPUS says, all in one process, one after the other.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from wa_policy.catalog.store import load_catalog
from wa_policy.inventory.model import Inventory
from wa_policy.loaders.cloudformation import sam
from wa_policy.loaders.load import load
from wa_policy.rules.pack import load_pack
from wa_policy.rules.plan import chosen
from wa_policy.rules.run import run
from wa_policy.settings import Profile, Settings

READING_GOAL = 3.0
EVALUATION_GOAL = 5.0
ROUNDS = 5
MOST_SHOWN = 5
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(LOADER):  # type: ignore[misc]
    """Takes the short forms of CloudFormation."""


def _any_tag(loader: Any, _suffix: str, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _any_tag)


def parse(text: bytes) -> None:
    """What PyYAML makes of a text; one that is no YAML counts as far as it gets."""
    with suppress(yaml.YAMLError):
        yaml.load(text, Loader=_Loader)  # noqa: S506  # derived from the safe one


class Transform:
    """Stands for aws-sam-translator, and keeps its time apart: what `sam.translate` does is nothing else.

    `replays`: what it made of each template before is handed in again, so that it leaves nothing behind either, such as empty
    caches of the processor, which would slow down what comes after it.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.replays = False
        self.file = ""
        self._made: dict[tuple[str, int], bytes] = {}
        self._calls = 0
        self._translate: Callable[..., Any] = sam.translate
        sam.translate = self._timed  # type: ignore[assignment]

    def start(self, file: str) -> None:
        """From now on it is about this file."""
        self.file, self._calls = file, 0

    def _timed(self, *arguments: Any) -> Any:
        start = time.process_time()
        try:
            return self._found(*arguments)
        finally:
            self.seconds += time.process_time() - start

    def _found(self, *arguments: Any) -> Any:
        self._calls += 1
        key = self.file, self._calls
        if not self.replays:
            try:
                found: Any = self._translate(*arguments)
            except Exception as error:  # what it refuses, it refuses again
                self._made[key] = pickle.dumps(error)
                raise
            self._made[key] = pickle.dumps(found)
            return found
        found = pickle.loads(self._made[key])  # noqa: S301  # made above
        if isinstance(found, Exception):
            raise found
        return found


@dataclass(slots=True)
class Measured:
    """CPU seconds for all files: PyYAML, reading without the transform, the transform, and the rules of the core profile."""

    parsing: float = 0.0
    reading: float = 0.0
    transform: float = 0.0
    evaluation: float = 0.0


def measured(files: list[str], texts: list[bytes], transform: Transform, *, evaluates: bool) -> Measured:
    """Each text is parsed right before its file is read, and its rules run right after, all in the same state."""
    found = Measured()
    transform.seconds = 0.0
    for file, text in zip(files, texts, strict=True):
        transform.start(file)
        start = time.process_time()
        parse(text)
        parsed = time.process_time()
        inventory = load([file])
        read = time.process_time()
        found.parsing += parsed - start
        found.reading += read - parsed
        if evaluates:
            evaluated([inventory])
            found.evaluation += time.process_time() - read
    found.transform = transform.seconds
    found.reading -= transform.seconds
    return found


def least(rounds: list[Measured]) -> Measured:
    """Of each kind the fewest seconds."""
    return Measured(*(min(getattr(one, field.name) for one in rounds) for field in fields(Measured)))


def evaluated(inventories: list[Inventory], **options: Any) -> float:
    """CPU seconds for the rules of the core profile, or for those that are named."""
    pack, catalog = load_pack(), load_catalog()
    start = time.process_time()
    for inventory in inventories:
        run(pack, inventory, Settings(profile=Profile.CORE), catalog, **options)
    return time.process_time() - start


def main() -> int:
    corpus = os.environ.get("WA_POLICY_CORPUS")
    if not corpus:
        print("WA_POLICY_CORPUS is not set; it names the folder that has corpus/serverless_templates")
        return 0
    files = sorted(str(path) for path in (Path(corpus) / "corpus" / "serverless_templates").iterdir())
    texts = [Path(file).read_bytes() for file in files]
    transform = Transform()
    measured(files, texts, transform, evaluates=True)  # tables, and the transform itself, are loaded once
    gc.collect()
    gc.freeze()
    gc.disable()  # for both: what one leaves behind, the other would collect
    after = least([measured(files, texts, transform, evaluates=True) for _ in range(ROUNDS)])
    transform.replays = True
    alone = least([measured(files, texts, transform, evaluates=False) for _ in range(2 * ROUNDS)])

    def each(seconds: float) -> str:
        return f"{1000 * seconds / len(files):6.2f} ms for each"

    ratio = alone.reading / alone.parsing
    print(f"{len(files)} templates, {sum(map(len, texts)):,} bytes")
    print(f"PyYAML     {each(alone.parsing)}")
    print(f"wa-policy  {each(alone.reading)}, {ratio:.2f} times that (goal: {READING_GOAL})")
    print(f"transform  {each(after.transform)}; right after it PyYAML takes {each(after.parsing).strip()},")
    print(
        f"           wa-policy {each(after.reading).strip()}, {after.reading / after.parsing:.2f} times that"
    )
    times = after.evaluation / after.reading
    print(f"evaluation {each(after.evaluation)}, {times:.2f} times reading (goal: {EVALUATION_GOAL})")
    within = after.evaluation / (after.reading + after.transform)
    print(f"           {within:.2f} times reading with the transform")
    inventories = []
    for file in files:
        transform.start(file)
        inventories.append(load([file]))
    rules = [rule.id for rule in chosen(load_pack(), Profile.CORE)]
    evaluation = evaluated(inventories)
    print(
        f"           {each(evaluation / len(rules))} of the {len(rules)} rules of the core profile; most take"
    )
    by_rule = Counter({rule: evaluated(inventories, only=(rule,)) for rule in rules})
    for rule, seconds in by_rule.most_common(MOST_SHOWN):
        print(f"           {each(seconds)} {rule}")
    return int(ratio > READING_GOAL or times > EVALUATION_GOAL)


if __name__ == "__main__":
    sys.exit(main())
