"""The rules that settings load: the pack that ships, parts of it, and those of one's own folders."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from wa_policy.errors import UsageError, did_you_mean
from wa_policy.settings import PACK, Settings

if TYPE_CHECKING:
    from wa_policy.rules.model import Rule


def pack_of(settings: Settings) -> tuple[Rule, ...]:
    """The rules, sorted by id, with the severities that the settings give them, without the disabled ones.

    Raises UsageError for a rule that the settings name and there is not, RuleError for a rule file that is wrong.
    """
    from wa_policy.findings import Severity

    found = _loaded(settings.packs, settings.rule_folders)
    known = {rule.id for rule in found}
    _check("severities", settings.severities, known)
    _check("disable", settings.disabled, known)
    _check("enable", settings.enabled, known)
    if not settings.severities and not settings.disabled:
        return found
    return tuple(
        replace(rule, severity=Severity(settings.severities[rule.id]))
        if rule.id in settings.severities
        else rule
        for rule in found
        if rule.id not in settings.disabled
    )


def known_ids(settings: Settings) -> frozenset[str]:
    """The ids of all rules that the settings load, the disabled ones too."""
    return frozenset(rule.id for rule in _loaded(settings.packs, settings.rule_folders))


@lru_cache(maxsize=4)
def _loaded(packs: tuple[str, ...], folders: tuple[str, ...]) -> tuple[Rule, ...]:
    """Read once for each choice: a command asks several times."""
    from wa_policy.rules.pack import load_pack

    shipped = load_pack()
    chosen = tuple(rule for rule in shipped if is_chosen(rule, packs))
    if not folders:
        return chosen
    from wa_policy.api.inputs import catalog
    from wa_policy.rules.pack import load_folders, together

    return together((*chosen, *load_folders(folders, catalog())))


def is_chosen(rule: Rule, packs: Collection[str]) -> bool:
    """True iff a rule that ships belongs to one of the packs."""
    return PACK in packs or f"{PACK}/{rule.pillar}" in packs


def _check(word: str, ids: Iterable[str], known: set[str]) -> None:
    for name in ids:
        if name not in known:
            raise UsageError(
                f"found the rule `{name}` under `{word}` of the settings, expected the id of a rule that they load",
                advice=did_you_mean(name, known, "`wa-policy rules list` names them all"),
            )
