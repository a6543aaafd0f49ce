"""Guardrails: SCPs and RCPs made from the rules, and what they would meet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wa_policy.api.inputs import Progress, catalog
from wa_policy.api.packs import pack_of
from wa_policy.api.scanning import typed_parameters
from wa_policy.errors import UsageError
from wa_policy.inventory.model import Inventory
from wa_policy.settings import ParameterValue, Settings

if TYPE_CHECKING:
    from wa_policy.guardrails.generate import Derived, Generated
    from wa_policy.guardrails.limits import Quotas
    from wa_policy.guardrails.preview import Preview
    from wa_policy.guardrails.verify import Verified
    from wa_policy.rules.model import GuardrailKind, Rule


def list_guardrails(settings: Settings, rule_id: str | None = None) -> tuple[tuple[Rule, Derived], ...]:
    """The rules that forbid requests, or the one named, each with its guardrail or why there is none, sorted by id.

    Raises UsageError for a rule that there is not, and for parameters of a wrong type.
    """
    from wa_policy.api.scanning import rule as check_rule
    from wa_policy.guardrails.generate import derived
    from wa_policy.rules.request_class import Forbid

    if rule_id is not None:
        check_rule(rule_id, settings)
    pack = pack_of(settings)
    found = zip(pack, derived(pack, settings.parameters, catalog()), strict=True)
    return tuple(
        sorted(
            (
                (rule, one)
                for rule, one in found
                if (isinstance(rule.check, Forbid) if rule_id is None else rule.id == rule_id)
            ),
            key=lambda pair: pair[0].id,
        )
    )


def generate_guardrails(
    settings: Settings,
    quotas: Quotas,
    *,
    only: Collection[str] = (),
    kinds: Collection[GuardrailKind] = (),
    packing: str = "joined",
    keep_unproved: bool = False,
    progress: Progress | None = None,
) -> Generated:
    """The guardrails of the rules of the profile, or of those named, packed and proved.

    Raises UsageError where a named rule has none, a parameter is missing or of a wrong type, or a quota is too small.
    """
    from wa_policy.guardrails.generate import generate, guardrails_of
    from wa_policy.guardrails.pack import Level

    found, left_out = guardrails_of(pack_of(settings), settings, catalog(), only)
    wanted = [one for one in found if not kinds or one.kind in kinds]
    return generate(
        wanted,
        left_out,
        quotas,
        catalog(),
        level=Level(packing),
        keep_unproved=keep_unproved,
        progress=progress,
    )


def guardrail_files(
    generated: Generated, *, forms: Iterable[str] = (), pretty: bool = False, name: str = "wa-policy"
) -> dict[str, str]:
    """The content of the files by name; `forms` are `json`, `cloudformation` and `terraform`, none means all."""
    from wa_policy.guardrails.render import Form, files

    wanted = tuple(Form(form) for form in forms)
    return files(generated, forms=wanted or tuple(Form), pretty=pretty, name=name)


def write_guardrails(files: Mapping[str, str], folder: str, *, force: bool = False) -> None:
    """Write the files into the folder, all or none. Raises UsageError where it has guardrails already."""
    from wa_policy.guardrails.render import is_ours
    from wa_policy.guardrails.write import write_folder

    write_folder(files, folder, is_ours, force=force)


def attached_guardrails(
    inventory: Inventory, target: str, quotas: Quotas, kinds: Collection[GuardrailKind] = ()
) -> Quotas:
    """The quotas with how many policies are attached to the target. Raises UsageError where the export does not tell."""
    from wa_policy.guardrails.places import count_attached
    from wa_policy.rules.model import GuardrailKind as Kind

    counts: dict[GuardrailKind, int] = {}
    for kind in kinds or tuple(Kind):
        count = count_attached(inventory, target, kind)
        if count is None:
            raise UsageError(
                f"nothing that was read says which {kind.value.upper()}s are attached to `{target}`, "
                "expected a root, an organizational unit or an account of the exported organization"
            )
        counts[kind] = count
    return replace(
        quotas,
        scp=replace(quotas.scp, attached=counts.get(Kind.SCP, quotas.scp.attached)),
        rcp=replace(quotas.rcp, attached=counts.get(Kind.RCP, quotas.rcp.attached)),
    )


def verify_guardrails(
    inventory: Inventory,
    settings: Settings,
    *,
    only: Collection[str] = (),
    progress: Progress | None = None,
) -> Verified:
    """How far the control policies of the inventory enforce the rules, and which of their statements are wrong."""
    from wa_policy.guardrails.defects import all_defects
    from wa_policy.guardrails.generate import guardrails_of
    from wa_policy.guardrails.missing_keys import missing_keys
    from wa_policy.guardrails.places import places
    from wa_policy.guardrails.verify import Verified, verify
    from wa_policy.rules.model import GuardrailKind as Kind

    pack = pack_of(settings)
    found, left_out = guardrails_of(pack, settings, catalog(), only)
    known = {kind: places(inventory, kind) for kind in Kind}
    enforced = verify(found, lambda guardrail: known[guardrail.kind], catalog(), progress)
    return Verified(enforced, all_defects(known, missing_keys(pack), catalog()), left_out)


def preview_guardrails(
    inventory: Inventory,
    settings: Settings,
    *,
    only: Collection[str] = (),
    progress: Progress | None = None,
) -> Preview:
    """Who would be hit by the guardrails, which are in force, and which existing statements do nothing."""
    from wa_policy.guardrails.generate import guardrails_of
    from wa_policy.guardrails.preview import preview

    pack = pack_of(settings)
    found, left_out = guardrails_of(pack, settings, catalog(), only)
    return replace(preview(found, pack, inventory, catalog(), progress), left_out=left_out)


def split_parameters(written: Sequence[str]) -> dict[str, ParameterValue]:
    """`name=value[,value]` in the types that the rules declare; a comma parts the values of a list only.

    Raises UsageError where there is no `=`, or no rule declares the name.
    """
    from wa_policy.rules.pack import load_pack
    from wa_policy.rules.parameters import check_settings, declared

    known = declared(load_pack())
    values: dict[str, list[str]] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"found `--parameter {text}`, expected NAME=VALUE")
        parameter = known.get(name)
        many = parameter is not None and parameter.many
        values.setdefault(name, []).extend(value.split(",") if many else [value])
    typed = typed_parameters(values)
    check_settings(load_pack(), typed)
    return typed
