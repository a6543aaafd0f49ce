"""Write the rules of `policies/` as one JSON file, which loads far faster than the YAML, and their pages and coverage.

`python -m tools.compile_pack`
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tools import make_coverage_page
from wa_policy.api.rule_pages import pages_of, write_rule_pages
from wa_policy.catalog.store import load_catalog
from wa_policy.errors import RuleError
from wa_policy.rules.pack import COMPILED, compiled, load_folders, policies_folder

PAGES = Path(__file__).resolve().parent.parent / "docs" / "rules"
TARGET = Path(__file__).resolve().parent.parent / "wa_policy" / "rules" / COMPILED


def text() -> str:
    """What the compiled pack has to be."""
    return json.dumps(compiled(policies_folder()), ensure_ascii=False, separators=(",", ":")) + "\n"


def main() -> int:
    """Check the rule files, then write the pack and the pages."""
    try:
        rules = load_folders([policies_folder()], load_catalog())
    except RuleError as error:
        for problem in error.problems:
            advice = f" ({problem.advice})" if problem.advice else ""
            print(f"{problem.file}:{problem.line}: {problem.message}{advice}", file=sys.stderr)
        return 1
    TARGET.write_text(text(), encoding="utf-8")
    print(f"{TARGET}: {len(rules)} rules")
    changed = write_rule_pages(pages_of(rules), str(PAGES))
    print(f"{PAGES}: {len(changed)} pages changed")
    make_coverage_page.PAGE.write_text(make_coverage_page.page(rules), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
