"""`wa-policy rules new`: a rule to start from, one for each kind of check."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from wa_policy.errors import UsageError

KINDS = ("forbid", "permit", "require", "shape", "no_path", "manual")
"""The kinds of check, each with a starter."""
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def starter(rule_id: str, kind: str) -> str:
    """A rule file with comments, which loads and whose examples hold. Raises UsageError for an id that no rule may have."""
    if _ID.fullmatch(rule_id) is None:
        raise UsageError(f"found the id `{rule_id}`, expected lower-case words joined by `-`")
    if kind not in KINDS:
        raise UsageError(f"found the kind `{kind}`, expected one of {', '.join(f'`{one}`' for one in KINDS)}")
    text = (files("wa_policy.rules") / "starters" / f"{kind}.yaml").read_text(encoding="utf-8")
    return text.replace("\nid: starter\n", f"\nid: {rule_id}\n", 1)


def new_rule(rule_id: str, kind: str, folder: str, *, known: frozenset[str] = frozenset()) -> Path:
    """Write a starter to the folder and give its path. Raises UsageError where there is such a file or rule."""
    text = starter(rule_id, kind)
    if rule_id in known:
        raise UsageError(f"there is a rule `{rule_id}`, expected an id of its own")
    path = Path(folder) / f"{rule_id}.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"there is `{path}`, expected a name of its own") from None
    except OSError as error:
        raise UsageError(f"`{path}` cannot be written: {(error.strerror or str(error)).lower()}") from error
    return path
