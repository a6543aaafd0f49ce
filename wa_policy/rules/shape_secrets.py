"""Is what looks like a secret of one of the kinds that a rule is about?"""

from __future__ import annotations

from wa_policy.evaluator.truth import Truth
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.items import Item
from wa_policy.rules.subjects import Scope, Subject


def is_secret(item: Item, _subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the item is of one of the kinds, of any where none is given."""
    kinds = texts(arguments, "kinds")
    return not kinds or item.fields["kind"] in kinds


def secret_in_words(item: Item) -> str:
    shown = item.fields["shown"]
    return f"`{item.fields['path']}` is {item.fields['says']}" + (
        f" (`{shown}`)" if shown not in ("", "…") else ""
    )
