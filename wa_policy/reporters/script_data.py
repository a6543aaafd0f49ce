"""Values of a report as data in an HTML page."""

from __future__ import annotations

import json
from typing import Any


def as_script_data(content: Any) -> str:
    """JSON that may stand in a script element: nothing in it ends the element or begins a comment."""
    text = json.dumps(content, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
