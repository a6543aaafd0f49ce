"""A Terraform plan of 50 MB: CPU and memory to read it, beside what the JSON parser of Python alone takes.

Goal: at most five times the parser's time, and less than 1 GB of memory.
"""

from __future__ import annotations

import copy
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from wa_policy.loaders.load import load

_PLAN = Path(__file__).parents[1] / "fixtures" / "twins" / "grant-bucket-arn-only" / "plan.json"
_MEGABYTES = 50
_GOAL_TIMES, _GOAL_MEMORY = 5.0, 1024


def plan(megabytes: int) -> str:
    """The plan of a function with its permission, as often as it takes."""
    raw: dict[str, Any] = json.loads(_PLAN.read_text())
    planned = raw["planned_values"]["root_module"]["resources"]
    sections = (planned, raw["resource_changes"], raw["configuration"]["root_module"]["resources"])
    names = ("aws_lambda_function.orders", "aws_lambda_permission.grant")
    parts = [[item for item in section if item["address"] in names] for section in sections]
    size = len(json.dumps(parts))
    for number in range(megabytes * 1_000_000 // size):
        for section, items in zip(sections, parts, strict=True):
            for item in items:
                text = json.dumps(item).replace(
                    "aws_lambda_function.orders", f"aws_lambda_function.orders{number}"
                )
                one = json.loads(
                    text.replace("aws_lambda_permission.grant", f"aws_lambda_permission.grant{number}")
                )
                one["name"] = f"{item['name']}{number}"
                for values in (one.get("values"), one.get("change", {}).get("after")):
                    if values and "function_name" in values:
                        values["function_name"] = f"orders{number}"
                section.append(copy.copy(one))
    return json.dumps(raw)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(plan(_MEGABYTES))
        start = time.process_time()
        json.loads(path.read_text())
        parsed = time.process_time() - start
        start = time.process_time()
        inventory = load([str(path)])
        read = time.process_time() - start
        size = path.stat().st_size / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{size:.0f} MB, {len(inventory.resources)} resources, {len(inventory.problems)} problems")
    print(
        f"JSON parser {parsed:.2f} s, read {read:.2f} s: {read / parsed:.1f} times; {memory:.0f} MB of memory at most"
    )
    return 0 if read / parsed <= _GOAL_TIMES and memory < _GOAL_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
