"""Messages of rules: which `{fields}` there are, and the text with their values."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wa_policy.findings import Witness
from wa_policy.rules.bindings import ITEM
from wa_policy.rules.items import Item
from wa_policy.rules.subjects import Subject

SUBJECT_FIELDS = ("subject", "id", "type", "account", "region")
PATH_FIELDS = ("path",)
WITNESS_FIELDS = ("witness", "caller", "action", "resource")
_FIELD = re.compile(r"\{([^{}]*)\}")
_SHOWN = 5


def fields_in(message: str) -> tuple[str, ...]:
    """The names of the fields of a message."""
    return tuple(_FIELD.findall(message))


def render(message: str, subject: Subject, item: Item | None, witness: Witness | None, path: str = "") -> str:
    """The message with the values of its fields; a field without a value is shown as `?`."""
    values = {**_values(subject, item, witness), "path": path}
    return _FIELD.sub(lambda found: values.get(found[1]) or "?", message)


def _values(subject: Subject, item: Item | None, witness: Witness | None) -> Mapping[str, str]:
    values = {
        "subject": subject.name,
        "id": subject.id,
        "type": subject.type,
        "account": subject.account or "",
        "region": subject.region or "",
    }
    for name, value in item.fields.items() if item is not None else ():
        values[f"{ITEM}{name}"] = value if isinstance(value, str) else _listed(value)
    if witness is not None:
        values |= {
            "witness": witness.attack,
            "caller": witness.request.caller.arn,
            "action": witness.request.action,
            "resource": witness.request.resource,
        }
    return values


def _listed(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(values[:_SHOWN]) + more
