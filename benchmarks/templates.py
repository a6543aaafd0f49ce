"""Goals: reading a template costs at most 3 times what PyYAML's C loader takes for its text, SAM's own transform apart,
and evaluating the core profile on it at most 5 times what reading it costs, the transform apart here too.

Reads the real templates that lie where WA_POLICY_CORPUS says, all in one process, one after the other.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
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
    """The CPU seconds spent inside of aws-sam-translator: what `sam.translate` does is nothing else."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._translate: Callable[..., Any] = sam.translate
        sam.translate = self._timed  # type: ignore[assignment]

    def _timed(self, *arguments: Any) -> Any:
        start = time.process_time()
        try:
            return self._translate(*arguments)
        finally:
            self.seconds += time.process_time() - start


def measured(files: list[str], texts: list[bytes], transform: Transform) -> tuple[float, float, float]:
    """CPU seconds for PyYAML, for reading without the transform, and for the transform.

    Each text is parsed right before its file is read, so that both find the caches of the processor in the same state:
    after the transform of the one before, which is why PyYAML takes longer than for the same texts in a row.
    """
    transform.seconds = 0.0
    parsing = reading = 0.0
    for file, text in zip(files, texts, strict=True):
        start = time.process_time()
        parse(text)
        between = time.process_time()
        load([file])
        reading += time.process_time() - between
        parsing += between - start
    return parsing, reading - transform.seconds, transform.seconds


def in_a_row(texts: list[bytes]) -> float:
    """CPU seconds for PyYAML where nothing comes between the texts."""
    start = time.process_time()
    for text in texts:
        parse(text)
    return time.process_time() - start


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
    measured(files, texts, transform)  # tables, and the transform itself, are loaded once
    gc.collect()
    gc.freeze()
    gc.disable()  # for both: what one leaves behind, the other would collect
    rounds = [measured(files, texts, transform) for _ in range(ROUNDS)]
    parsing, reading, within = (min(seconds) for seconds in zip(*rounds, strict=True))
    row = min(in_a_row(texts) for _ in range(ROUNDS))

    def each(seconds: float) -> str:
        return f"{1000 * seconds / len(files):6.2f} ms for each"

    ratio = reading / parsing
    print(f"{len(files)} templates, {sum(map(len, texts)):,} bytes")
    print(f"PyYAML     {each(parsing)}; {1000 * row / len(files):.2f} ms with all texts in a row")
    print(f"wa-policy  {each(reading)}, {ratio:.2f} times that (goal: {READING_GOAL})")
    print(f"transform  {each(within)}")

    inventories = [load([file]) for file in files]
    rules = [rule.id for rule in chosen(load_pack(), Profile.CORE)]
    evaluated(inventories)
    evaluation = min(evaluated(inventories) for _ in range(2))
    times = evaluation / reading
    print(f"evaluation {each(evaluation)}, {times:.2f} times reading (goal: {EVALUATION_GOAL})")
    print(f"           {evaluation / (reading + within):.2f} times reading with the transform")
    print(
        f"           {each(evaluation / len(rules))} of the {len(rules)} rules of the core profile; most take"
    )
    alone = Counter({rule: evaluated(inventories, only=(rule,)) for rule in rules})
    for rule, seconds in alone.most_common(MOST_SHOWN):
        print(f"           {each(seconds)} {rule}")
    return int(ratio > READING_GOAL or times > EVALUATION_GOAL)


if __name__ == "__main__":
    sys.exit(main())
