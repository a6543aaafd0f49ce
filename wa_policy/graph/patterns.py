"""What the statements of callers name: the patterns of their Resource elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wa_policy.evaluator.resolve import resolve
from wa_policy.graph.extent import policies_of
from wa_policy.graph.layers import open_
from wa_policy.graph.parties import Actor
from wa_policy.graph.sheets import Documents, Sheet, opened
from wa_policy.iam.pattern import resource_glob
from wa_policy.iam.request import Request


class Patterns:
    """The patterns of each caller, made once."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._known: dict[Actor, Mapping[Sheet, tuple[str, ...]]] = {}
        self._plain: dict[Sheet, tuple[str, ...]] = {}
        self._allowing: dict[Actor, tuple[str, ...]] = {}

    def of(self, actor: Actor) -> Mapping[Sheet, tuple[str, ...]]:
        """The patterns of each statement of the caller's side that does not cover every resource.

        A policy variable is replaced by the caller's value; one that is open is a wildcard.
        """
        found = self._known.get(actor)
        if found is None:
            found = self._known[actor] = {
                sheet: self._of_sheet(sheet, actor)
                for policy in policies_of(actor.applied)
                for sheet in self._documents.of(policy).sheets
                if not sheet.everywhere
            }
        return found

    def allowing(self, actor: Actor) -> tuple[str, ...]:
        """Those of the caller's Allow statements, each once."""
        found = self._allowing.get(actor)
        if found is None:
            patterns = (p for sheet, named in self.of(actor).items() if sheet.allows for p in named)
            found = self._allowing[actor] = tuple(dict.fromkeys(patterns))
        return found

    def _of_sheet(self, sheet: Sheet, actor: Actor) -> tuple[str, ...]:
        if sheet.selector.templates:
            return tuple(_patterns(sheet, actor))
        found = self._plain.get(sheet)
        if found is None:
            found = self._plain[sheet] = tuple(_patterns(sheet, actor))
        return found


def _patterns(sheet: Sheet, actor: Actor) -> Iterator[str]:
    yield from sorted(sheet.selector.literals)
    yield from sheet.selector.patterns
    request = Request(actor.caller, "", "*", None, actor.context)
    holes = {key: open_(key) for key in sheet.variables if key not in actor.context and not actor.absent(key)}
    for selector in (sheet.selector, opened(sheet.selector, holes)) if holes else (sheet.selector,):
        for template in selector.templates:
            pattern = resolve(template, request.context, [], resource_glob).pattern
            if pattern is not None:
                yield pattern
