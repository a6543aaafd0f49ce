"""The graph of organizations of four sizes: time, memory, and how they grow.

Goals on one core: the whole graph with escalations at 5,000 principals in 10 s and 1 GB, `who-can` on it in 50 ms; at
50,000 principals in 3 minutes and 8 GB. Run with sizes as arguments (`122 1000 5000`), or without for all but the
largest; `--all` adds it. `--distinct 0.1` is the share of principals with a policy of their own, `--policies 500` their
number instead, so that only the principals grow; `--accounts 50` fixes the accounts, of which there is one for every
100 principals else; `--no-escalations` leaves the escalations out.
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
    with without_collector():
        paths = find_paths(web, catalog, list(web.nodes), lambda node: node.admin)
        found = sum(1 for _, path in zip(range(20), paths, strict=False) if path.hops)
    walked = time.process_time()
    return {
        "principals": size.principals,
        "classes": classes,
        "nodes": graph.number_of_nodes(),
        "edges": graph.number_of_edges(),
        "escalations": 0 if raised is None else len(raised),
        "ways": 0 if raised is None else len(raised.classes),
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


def _size(number: int, arguments: argparse.Namespace) -> Size:
    distinct = arguments.policies / number if arguments.policies else arguments.distinct
    return Size(number, number, arguments.accounts or max(3, number // 100), distinct, arguments.seed)


def main() -> int:
    """Measure each size in a process of its own, and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--distinct", type=float, default=0.1)
    parser.add_argument("--policies", type=int, default=0)
    parser.add_argument("--accounts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-escalations", action="store_true")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sizes = arguments.sizes or [122, 1_000, 5_000, *([50_000] if arguments.all else [])]
    if arguments.one:
        found = measure(_size(sizes[0], arguments), with_escalations=not arguments.no_escalations)
        print(json.dumps(found))
        return 0
    flags = [
        f"--distinct={arguments.distinct}",
        f"--policies={arguments.policies}",
        f"--accounts={arguments.accounts}",
        f"--seed={arguments.seed}",
        *(["--no-escalations"] if arguments.no_escalations else []),
    ]
    met = [_report(number, flags) for number in sizes]
    return 0 if all(met) else 1


def _report(number: int, flags: list[str]) -> bool:
    """Measure one size and print a line; True iff its goals are met."""
    done = subprocess.run(
        [sys.executable, __file__, str(number), *flags, "--one"], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    print(
        f"{number:>6} principals, {found['classes']:>5} classes, {found['nodes']:>6} nodes, {found['edges']:>7} edges: "
        f"classes {found['classes_s']:.2f} s, escalations ({found['escalations']} in {found['ways']} classes) "
        f"{found['escalations_s']:.2f} s, web {found['web_s']:.2f} s, networkx {found['graph_s']:.2f} s, total "
        f"{found['total_s']:.2f} s, {found['gb']:.2f} GB ({found['inventory_gb']:.2f} before); who-can "
        f"{found['who_can_ms']:.1f} ms (worst {found['who_can_worst_ms']:.1f}); {found['paths']} paths "
        f"{found['paths_ms']:.0f} ms",
        flush=True,
    )
    seconds, gigabytes = _GOALS.get(number, (1e9, 1e9))
    met = (
        found["total_s"] <= seconds
        and found["gb"] <= gigabytes
        and (number != 5_000 or found["who_can_ms"] <= 50)
    )
    if not met:
        print(f"        missed the goal of {seconds:.0f} s, {gigabytes:.0f} GB and 50 ms")
    return met


if __name__ == "__main__":
    sys.exit(main())
