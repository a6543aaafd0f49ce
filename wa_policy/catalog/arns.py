"""Which resource types an ARN may belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wa_policy.catalog.records import ResourceType

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|\*")


@dataclass(frozen=True, slots=True)
class _Format:
    """One ARN format. `narrow` lets no placeholder span `/` or `:`, `wide` lets those of the last part do so."""

    narrow: re.Pattern[str]
    wide: re.Pattern[str]
    literal: int
    resource_type: ResourceType


class ArnFormats:
    """The ARN formats of all resource types, grouped by the service field of the ARN.

    That field is not always the service prefix of the actions: EKS clusters are a resource type of `aps` too.
    """

    __slots__ = ("_compiled", "_formats")

    def __init__(self, resource_types: Iterable[ResourceType]) -> None:
        self._formats: dict[str, list[tuple[str, ResourceType]]] = {}
        self._compiled: dict[str, list[_Format]] = {}
        for resource_type in resource_types:
            for arn in resource_type.arns:
                field = arn.split(":")[2]
                group = "" if _PLACEHOLDER.search(field) else field
                self._formats.setdefault(group, []).append((arn, resource_type))

    def resource_types_of(self, arn: str) -> tuple[ResourceType, ...]:
        """The resource types whose ARN format the ARN follows, the most literal format first.

        Where a format fits with no placeholder spanning `/` or `:`, only such formats count: `arn:aws:s3:::b/k` is an
        object and not a bucket. Otherwise only the most literal ones count: `arn:aws:s3:::b/k/l` is an object too.
        """
        parts = arn.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":
            return ()
        # A format with a placeholder for the service fits almost anything: it is the last resort.
        found = _fitting(arn, self._group(parts[2])) or _fitting(arn, self._group(""))
        found.sort(key=lambda form: (-form.literal, form.resource_type.service, form.resource_type.name))
        return tuple(dict.fromkeys(form.resource_type for form in found))

    def _group(self, service: str) -> list[_Format]:
        compiled = self._compiled.get(service)
        if compiled is None:
            compiled = [_compile(arn, resource_type) for arn, resource_type in self._formats.get(service, ())]
            if compiled:
                self._compiled[service] = compiled
        return compiled


def _fitting(arn: str, formats: Sequence[_Format]) -> list[_Format]:
    found = [form for form in formats if form.narrow.fullmatch(arn)]
    if not found:
        found = [form for form in formats if form.wide.fullmatch(arn)]
        most = max((form.literal for form in found), default=0)
        found = [form for form in found if form.literal == most]
    return found


def _compile(arn: str, resource_type: ResourceType) -> _Format:
    *fields, resource = arn.split(":", 5)
    head = ":".join(_pattern(field, "[^:]*") for field in fields)
    return _Format(
        re.compile(f"{head}:{_pattern(resource, '[^:/]+')}"),
        re.compile(f"{head}:{_pattern(resource, '.+')}", re.DOTALL),
        len(_PLACEHOLDER.sub("", resource)),
        resource_type,
    )


def _pattern(text: str, placeholder: str) -> str:
    return placeholder.join(re.escape(part) for part in _PLACEHOLDER.split(text))
