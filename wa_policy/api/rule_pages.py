"""The Markdown pages of rules: one for each, and an index by pillar and by check-mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wa_policy.errors import UsageError
from wa_policy.settings import DEFAULTS, Settings

if TYPE_CHECKING:
    from wa_policy.rules.model import Rule

INDEX = "README.md"


def rule_pages(
    settings: Settings = DEFAULTS,
) -> dict[str, str]:
    """The pages of all rules that the settings load, by file name."""
    from wa_policy.api.packs import pack_of

    return pages_of(pack_of(settings))


def pages_of(rules: Sequence[Rule]) -> dict[str, str]:
    """The pages of the rules, by file name."""
    from wa_policy.reporters.rule_index import render_index
    from wa_policy.reporters.rule_page import render_page

    known = frozenset(rule.id for rule in rules)
    pages = {f"{rule.id}.md": render_page(rule, known) for rule in rules}
    return {INDEX: render_index(rules), **pages}


def write_rule_pages(pages: Mapping[str, str], folder: str) -> tuple[str, ...]:
    """Write the pages to the folder, and remove those of rules that there are no more; the names of what changed."""
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        changed = stale_pages(pages, folder)
        for name in changed:
            if name in pages:
                (place / name).write_bytes(pages[name].encode("utf-8"))
            else:
                (place / name).unlink()
    except OSError as error:
        raise UsageError(f"`{folder}` cannot be written: {(error.strerror or str(error)).lower()}") from error
    return changed


def stale_pages(pages: Mapping[str, str], folder: str) -> tuple[str, ...]:
    """The names of the pages that are not in the folder as they should be, and of those that should not be there."""
    from wa_policy.reporters.rule_page import MARK

    place = Path(folder)
    found = (
        {path.name: path.read_text(encoding="utf-8") for path in place.glob("*.md")} if place.is_dir() else {}
    )
    wrong = {name for name, text in pages.items() if found.get(name) != text}
    # Only what was made here: somebody else's page stays.
    gone = {name for name, text in found.items() if name not in pages and text.startswith(MARK)}
    return tuple(sorted(wrong | gone))
