"""The graph of organizations of four sizes: time, memory, and how they grow.

Goals on one core: the whole graph at 5,000 principals in 10 s and 1 GB, `who-can` on it in 50 ms; at 50,000 principals
in 3 minutes and 8 GB. Run with sizes as arguments (`122 1000 5000`), or without for all but the largest; `--all` adds
it. `--distinct 0.1` is the share of principals with a policy of their own; `--no-escalations` leaves those out.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from statistics import median

from organizations import Size, organization

from wa_policy.api.graphs import without_collector
from wa_policy.catalog.store import load_catalog
from wa_policy.graph.build import graph_of
from wa_policy.graph.escalation import escalation_classes
from wa_policy.graph.paths import find_paths
from wa_policy.graph.query import who_can
from wa_policy.graph.reach import reach_of
from wa_policy.graph.spin import web_of

_GOALS = {5_000: (10.0, 1.0), 50_000: (180.0, 8.0)}


def measure(size: Size, *, with_escalations: bool) -> dict[str, float]:
    """The figures of one organization."""
    inventory = organization(size)
    catalog = load_catalog()
    gc.collect()
    before = _memory()
    start = time.process_time()
    with without_collector():  # as `wa_policy.build_graph` does
        reach = reach_of(inventory, catalog)
        classes = len(reach.classes)
        classed = time.process_time()
        raised = escalation_classes(reach) if with_escalations else None
        escalated = time.process_time()
        web = web_of(reach, raised)
        woven = time.process_time()
        graph = graph_of(web, catalog)
        done = time.process_time()
    asked = []
    for index, action in (
        (0, "s3:GetObject"),
        (1, "lambda:InvokeFunction"),
        (2, "sqs:SendMessage"),
        (3, "iam:PassRole"),
    ):
        if action == "iam:PassRole":
            target = inventory.principals[-1].arn
        else:
            service = action.partition(":")[0]
            owned = [found.id for found in inventory.resources if f":{service}:" in found.id]
            target = owned[len(owned) // (index + 2)]
        asking = time.process_time()
        who_can(reach, action, target)
        asked.append(time.process_time() - asking)
    walking = time.process_time()
    paths = find_paths(web, catalog, list(web.nodes), lambda node: node.admin)
    found = sum(1 for _, path in zip(range(20), paths, strict=False) if path.hops)
    walked = time.process_time()
    return {
        "principals": size.principals,
        "classes": classes,
        "nodes": graph.number_of_nodes(),
        "edges": graph.number_of_edges(),
        "escalations": 0 if raised is None else len(raised),
        "classes_s": classed - start,
        "escalations_s": escalated - classed,
        "web_s": woven - escalated,
        "graph_s": done - woven,
        "total_s": done - start,
        "who_can_ms": 1000 * median(asked),
        "who_can_worst_ms": 1000 * max(asked),
        "paths": found,
        "paths_ms": 1000 * (walked - walking),
        "gb": _memory(),
        "inventory_gb": before,
    }


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> int:
    """Measure each size in a process of its own, and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--distinct", type=float, default=0.1)
    parser.add_argument("--accounts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-escalations", action="store_true")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sizes = arguments.sizes or [122, 1_000, 5_000, *([50_000] if arguments.all else [])]
    if arguments.one:
        number = sizes[0]
        size = Size(
            number, number, arguments.accounts or max(3, number // 100), arguments.distinct, arguments.seed
        )
        print(json.dumps(measure(size, with_escalations=not arguments.no_escalations)))
        return 0
    missed = False
    for number in sizes:
        passed = [a for a in sys.argv[1:] if a != "--all" and not a.isdigit()]
        values = [
            a for flag, a in zip(sys.argv[1:], sys.argv[2:], strict=False) if flag in ("--accounts", "--seed")
        ]
        flags = [a for a in passed if a not in ("--accounts", "--seed")]
        for flag, value in zip([a for a in passed if a in ("--accounts", "--seed")], values, strict=False):
            flags += [flag, value]
        done = subprocess.run(
            [sys.executable, __file__, str(number), *flags, "--one"],
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout)
        print(
            f"{number:>6} principals, {found['classes']:>5} classes, {found['nodes']:>6} nodes, {found['edges']:>7} edges: "
            f"classes {found['classes_s']:.2f} s, escalations ({found['escalations']}) {found['escalations_s']:.2f} s, "
            f"web {found['web_s']:.2f} s, networkx {found['graph_s']:.2f} s, total {found['total_s']:.2f} s, "
            f"{found['gb']:.2f} GB ({found['inventory_gb']:.2f} before); who-can {found['who_can_ms']:.1f} ms "
            f"(worst {found['who_can_worst_ms']:.1f}); {found['paths']} paths {found['paths_ms']:.0f} ms"
        )
        seconds, gigabytes = _GOALS.get(number, (1e9, 1e9))
        if (
            found["total_s"] > seconds
            or found["gb"] > gigabytes
            or (number == 5_000 and found["who_can_ms"] > 50)
        ):
            print(f"        missed the goal of {seconds:.0f} s, {gigabytes:.0f} GB and 50 ms")
            missed = True
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
