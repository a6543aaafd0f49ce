"""What the commands say about guardrails, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from wa_policy.catalog.model import Catalog
from wa_policy.guardrails.defects import Defect
from wa_policy.guardrails.generate import Derived, Generated, LeftOut, Made
from wa_policy.guardrails.minify import short
from wa_policy.guardrails.model import CannotBind, Guardrail, NeedsParameters
from wa_policy.guardrails.preview import Conflict, Preview
from wa_policy.guardrails.verify import Enforced, Verified
from wa_policy.guardrails.words import (
    counted,
    denied,
    exempt,
    keys_of,
    named,
    needed,
    request_words,
    value_words,
)
from wa_policy.rules.model import Rule

# --- list and show ---------------------------------------------------------------------------------------------------


def list_text(found: Sequence[tuple[Rule, Derived]]) -> Iterator[str]:
    """A line for each rule that has a guardrail or forbids requests."""
    longest = max((len(rule.id) for rule, _ in found), default=0)
    for rule, one in found:
        match one:
            case Guardrail():
                yield f"{rule.id:<{longest}}  {one.kind.value}  {rule.title}"
            case NeedsParameters():
                yield f"{rule.id:<{longest}}  {one.kind.value}  {rule.title} ({needed(one)})"
            case CannotBind():
                yield f"{rule.id:<{longest}}  -    {rule.title} (none: {one.reason})"
    ready = sum(isinstance(one, Guardrail) for _, one in found)
    waiting = sum(isinstance(one, NeedsParameters) for _, one in found)
    yield ""
    yield f"{counted(ready, 'guardrail')}, {waiting} more with parameters; {len(found) - ready - waiting} rules without one"


def show_text(rule: Rule, one: Derived) -> Iterator[str]:
    """All about the guardrail of one rule."""
    yield f"{rule.id}: {rule.title}"
    yield ""
    match one:
        case CannotBind(_, reason, prevented_by):
            yield f"No guardrail: {reason}."
            if prevented_by:
                yield f"The guardrail of {named(prevented_by)} prevents its findings."
            return
        case NeedsParameters():
            yield f"{one.kind.value.upper()}. It {needed(one)}:"
            yield from _parameters(rule, one.names)
            return
        case Guardrail():
            yield from _guardrail(rule, one)


def _parameters(rule: Rule, names: Sequence[str]) -> Iterator[str]:
    for parameter in rule.parameters:
        if parameter.name in names:
            yield f"  {parameter.name}, {parameter.type}: {parameter.doc}"


def _guardrail(rule: Rule, one: Guardrail) -> Iterator[str]:
    from json import dumps

    yield f"{one.kind.value.upper()}. It denies"
    yield from (f"  {line}" for line in denied(one))
    yield f"Exempt: {', '.join(exempt(one)) or 'nobody'}"
    yield from (f"Not bound: {limit}" for limit in one.limits)
    if one.parameters:
        yield "Parameters:"
        for parameter in rule.parameters:
            value = one.parameters.get(parameter.name, parameter.default)
            yield f"  {parameter.name} = {value_words(value)}"
    yield "Statements:"
    for statement in one.statements:
        yield from (f"  {line}" for line in dumps(short(statement), indent=2, ensure_ascii=False).split("\n"))


# --- generate --------------------------------------------------------------------------------------------------------


def generated_text(generated: Generated, folder: str | None, files: Sequence[str]) -> Iterator[str]:
    """What was made, what is proved of it, and what is left."""
    for made in generated.made:
        yield from _made(made)
    if not generated.made:
        yield "No guardrail was made."
    yield from _left_out("Not proved", generated.unproved)
    yield from _left_out("Left out", generated.left_out)
    if not generated.made:
        return
    bare = sum(not exempt(one) for made in generated.made for one in made.guardrails)
    if bare:
        yield (
            f"Nobody is exempt from {counted(bare, 'guardrail')}: the parameter `exempt_principals` names principals "
            "that are not bound, such as break-glass roles."
        )
    if folder is None:
        yield "Nothing was written: `--output FOLDER` says where to."
    else:
        yield f"Written to {folder}: {', '.join(files)}"


def _made(made: Made) -> Iterator[str]:
    packing, tally, limits = made.packing, made.packing.tally, made.packing.limits
    kind = made.kind.value.upper()
    proof = "proved" if made.is_proved else "NOT PROVED"
    yield (
        f"{kind}: {counted(len(made.guardrails), 'guardrail')} in {counted(tally.documents, 'document')}, {proof} "
        f"to deny all that they forbid and nothing else"
    )
    saved = 1 - tally.characters / packing.plain.characters
    yield (
        f"  {counted(tally.statements, 'statement')}, {tally.characters:,} characters, {saved:.0%} fewer than the "
        f"{packing.plain.characters:,} of {counted(packing.plain.statements, 'statement')} with names, one by one"
    )
    for document in packing.documents:
        left = limits.characters - document.characters
        yield f"  {document.name}: {document.characters:,} characters, {left:,} left; {named(document.rules)}"
    yield (
        f"  {limits.free - tally.documents} more can be attached to the same target; "
        f"{packing.left:,} characters are left in all"
    )


def _left_out(title: str, rows: Sequence[LeftOut]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
        yield from (f"  {row.rule_id}: {row.reason}" for row in rows)


# --- verify ----------------------------------------------------------------------------------------------------------

_WORDS = {
    Enforced.FULL: "in full",
    Enforced.PART: "in part",
    Enforced.NONE: "not at all",
    Enforced.UNKNOWN: "not known",
}


def verified_text(found: Verified, catalog: Catalog) -> Iterator[str]:
    """For each rule, how far it is enforced where."""
    for one in found.enforcements:
        keys = keys_of(one.guardrail)
        where = "" if not one.place.accounts else f" in {', '.join(one.place.accounts)}"
        yield f"{_WORDS[one.enforced]:<10}  {one.guardrail.rule_id}{where}: {one.guardrail.title}"
        if one.hole is not None:
            yield from _indented("let through: ", request_words(one.hole, catalog, keys))
        if one.denied is not None:
            yield from _indented("denied:      ", request_words(one.denied, catalog, keys))
            yield f"    by           {', '.join(one.by)}"
        yield from (f"    {reason}" for reason in one.reasons)
    if not found.enforcements:
        yield "no control policy was found, expected SCPs or RCPs"
    if found.defects:
        yield ""
        yield from _defects(found.defects, catalog)
    yield ""
    counts = ", ".join(
        f"{sum(one.enforced is word for one in found.enforcements)} {_WORDS[word]}" for word in Enforced
    )
    yield f"enforced {counts}"
    yield from _not_asked(found.left_out)


def _not_asked(left_out: Sequence[LeftOut]) -> Iterator[str]:
    if left_out:
        yield f"not asked about: {counted(len(left_out), 'rule')} whose guardrail needs parameters or cannot be made"


def _defects(found: Sequence[Defect], catalog: Catalog) -> Iterator[str]:
    yield f"Existing statements that do not do what they say ({len(found)}):"
    for defect in found:
        yield from _defect(defect, catalog)


def _indented(title: str, lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"    {title if number == 0 else ' ' * len(title)}{line}"


# --- preview ---------------------------------------------------------------------------------------------------------


def preview_text(found: Preview, catalog: Catalog) -> Iterator[str]:
    """Who would be hit, what is in force, and what does nothing."""
    yield from _conflicts(
        "Could do it today, and no longer could", found.conflicts, found.guardrails, catalog
    )
    if found.possible:
        yield ""
        yield from _conflicts("Perhaps", found.possible, found.guardrails, catalog)
    yield ""
    yield f"In force already ({len(found.in_force)}):"
    for one in found.in_force:
        yield f"  {one.rule_id} at {one.target}: {', '.join(one.policies)}"
    yield ""
    yield from _defects(found.defects, catalog)
    yield from (f"Not known: {reason}" for reason in found.unknown)
    yield ""
    yield f"{counted(len(found.guardrails), 'guardrail')} asked about"
    yield from _not_asked(found.left_out)


def _conflicts(
    title: str, found: Sequence[Conflict], guardrails: Sequence[Guardrail], catalog: Catalog
) -> Iterator[str]:
    by_id = {one.rule_id: one for one in guardrails}
    yield f"{title} ({len(found)}):"
    for rule_id, group in groupby(found, lambda one: one.rule_id):
        yield f"  {rule_id}: {by_id[rule_id].title}"
        for conflict in group:
            yield from _conflict(conflict, keys_of(by_id[rule_id]), catalog)


def _conflict(conflict: Conflict, keys: Sequence[str], catalog: Catalog) -> Iterator[str]:
    used = f", last used {conflict.last_used}" if conflict.last_used else ""
    on = f" on {conflict.resource}" if conflict.resource else ""
    yield f"    {conflict.who}{on}{used}"
    if conflict.request is not None:
        lines = list(request_words(conflict.request, catalog, keys))
        yield f"      {lines[0].removeprefix(f'{conflict.who} ')}"
        yield from (f"      {line}" for line in lines[1:] if not line.startswith("  aws:Principal"))
    yield from (f"      {reason}" for reason in conflict.reasons)


def _defect(defect: Defect, catalog: Catalog) -> Iterator[str]:
    sid = f" `{defect.sid}`" if defect.sid else ""
    yield f"  {defect.kind.value}: statement {defect.index}{sid} of {defect.attached.name} at {defect.attached.target}"
    yield f"    {defect.words}"
    yield from _indented("shown by: ", request_words(defect.request, catalog, defect.about))
