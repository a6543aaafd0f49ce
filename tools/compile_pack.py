"""Write the rules of `policies/` as one JSON file, which loads far faster than the YAML: `python -m tools.compile_pack`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from wa_policy.catalog.store import load_catalog
from wa_policy.errors import RuleError
from wa_policy.rules.pack import COMPILED, compiled, load_folders, policies_folder

TARGET = Path(__file__).resolve().parent.parent / "wa_policy" / "rules" / COMPILED


def text() -> str:
    """What the compiled pack has to be."""
    return json.dumps(compiled(policies_folder()), ensure_ascii=False, separators=(",", ":")) + "\n"


def main() -> int:
    """Check the rule files, then write the pack."""
    try:
        rules = load_folders([policies_folder()], load_catalog())
    except RuleError as error:
        for problem in error.problems:
            advice = f" ({problem.advice})" if problem.advice else ""
            print(f"{problem.file}:{problem.line}: {problem.message}{advice}", file=sys.stderr)
        return 1
    TARGET.write_text(text(), encoding="utf-8")
    print(f"{TARGET}: {len(rules)} rules")
    return 0


if __name__ == "__main__":
    sys.exit(main())
