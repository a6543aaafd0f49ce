"""Goal: reading a template costs at most 3 times what PyYAML's C loader takes for its text, SAM's own transform apart.

Reads the real templates that lie where WA_POLICY_CORPUS says, all in one process.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from typing import Any

import yaml

GOAL = 3.0
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


def parsed(texts: list[bytes]) -> float:
    """CPU seconds of PyYAML's loader for all texts; one that is no YAML counts as far as it gets."""
    start = time.process_time()
    for text in texts:
        try:
            yaml.load(text, Loader=_Loader)  # noqa: S506  # derived from the safe one
        except yaml.YAMLError:
            continue
    return time.process_time() - start


def read(files: list[str]) -> tuple[float, float]:
    """CPU seconds for reading all files one by one, and those of them that SAM's transform took."""
    from wa_policy.loaders.cloudformation import sam
    from wa_policy.loaders.load import load

    inside = 0.0
    run = sam.run_transform

    def timed(*arguments: Any) -> Any:
        nonlocal inside
        start = time.process_time()
        try:
            return run(*arguments)
        finally:
            inside += time.process_time() - start

    sam.run_transform = timed  # type: ignore[assignment]
    try:
        start = time.process_time()
        for file in files:
            load([file])
        return time.process_time() - start - inside, inside
    finally:
        sam.run_transform = run


def main() -> int:
    corpus = os.environ.get("WA_POLICY_CORPUS")
    if not corpus:
        print("WA_POLICY_CORPUS is not set; it names the folder that has corpus/serverless_templates")
        return 0
    files = sorted(str(path) for path in (Path(corpus) / "corpus" / "serverless_templates").iterdir())
    texts = [Path(file).read_bytes() for file in files]
    read(files)  # tables, and the transform itself, are loaded once
    gc.collect()
    gc.freeze()  # what a collection costs with all of boto3 in the heap is not ours
    yaml_seconds = min(parsed(texts) for _ in range(3))
    own, transform = min(read(files) for _ in range(3))
    ratio = own / yaml_seconds
    print(f"{len(files)} templates, {sum(map(len, texts)):,} bytes")
    print(f"PyYAML     {1000 * yaml_seconds / len(files):6.2f} ms for each")
    print(f"wa-policy  {1000 * own / len(files):6.2f} ms for each, {ratio:.2f} times that (goal: {GOAL})")
    print(f"transform  {1000 * transform / len(files):6.2f} ms for each")
    return int(ratio > GOAL)


if __name__ == "__main__":
    sys.exit(main())
