"""The Principal element and NotPrincipal."""

from __future__ import annotations

from collections.abc import Iterable

from wa_policy.iam.describe import describe, quoted
from wa_policy.iam.policy import PolicyKind, PrincipalElement
from wa_policy.iam.principal import (
    CanonicalUserPrincipal,
    Everyone,
    FederatedPrincipal,
    NamedPrincipal,
    ServicePrincipal,
    UnknownPrincipal,
    UnmatchablePrincipal,
    parse_aws_principal,
)
from wa_policy.iam.reading import Elements, Reader, named, read_texts
from wa_policy.iam.source import Source
from wa_policy.iam.text import Template, Text

_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_KINDS_WITHOUT_PRINCIPAL = frozenset(
    (PolicyKind.IDENTITY, PolicyKind.PERMISSIONS_BOUNDARY, PolicyKind.SESSION, PolicyKind.SERVICE_CONTROL)
)
_KINDS_WITH_PRINCIPAL = frozenset(PolicyKind) - _KINDS_WITHOUT_PRINCIPAL


def read_principal_element(reader: Reader, elements: Elements) -> PrincipalElement | None:
    negated = "NotPrincipal" in elements.values
    written = "NotPrincipal" if negated else "Principal"
    if written not in elements.values:
        if reader.kind in _KINDS_WITH_PRINCIPAL:
            reader.note(
                elements.source,
                "principal-missing",
                f"{named(elements)} of a {reader.kind} has no `Principal`; it applies to nobody",
            )
        return None
    if reader.kind in _KINDS_WITHOUT_PRINCIPAL:
        article = "an" if reader.kind is PolicyKind.IDENTITY else "a"
        raise reader.fail(
            elements.at(written),
            "principal-unexpected",
            f"found `{written}` in {named(elements)}, expected none: it is part of {article} {reader.kind}",
        )
    principals = _principals(reader, elements.values[written], elements.at(written))
    return PrincipalElement(tuple(principals), negated)


def _principals(reader: Reader, raw: object, source: Source) -> Iterable[NamedPrincipal]:
    if raw == "*":
        yield Everyone()
        return
    if isinstance(raw, Template):
        yield UnknownPrincipal("AWS", raw)
        return
    if not isinstance(raw, dict):
        raise reader.fail(
            source, "principal-type", f'found {describe(raw)}, expected `*` or an object such as {{"AWS": …}}'
        )
    for kind, values in raw.items():
        if kind not in _PRINCIPAL_KINDS:
            expected = ", ".join(f"`{known}`" for known in _PRINCIPAL_KINDS)
            raise reader.fail(
                source.at(kind),
                "principal-kind",
                f"found the kind of principal {quoted(kind)}, expected one of {expected}",
            )
        place = source.at(kind)
        for index, text in enumerate(read_texts(reader, values, source, kind, scalars=True)):
            yield _principal(
                reader, kind, text, place.at(index) if isinstance(values, list | tuple) else place
            )


def _principal(reader: Reader, kind: str, text: Text, source: Source) -> NamedPrincipal:
    if isinstance(text, Template):
        return UnknownPrincipal(kind, text)
    match kind:
        case "AWS":
            principal = parse_aws_principal(text)
            if principal is None:
                reader.note(
                    source,
                    "principal-invalid",
                    f"found the principal {quoted(text)}, expected `*`, an account, or the ARN of a user, role or session; it matches nobody",
                    "a wildcard inside the ARN of a principal is not allowed; use a condition on `aws:PrincipalArn`"
                    if "*" in text or "?" in text
                    else "",
                )
                return UnmatchablePrincipal(kind, text)
            return principal
        case "Service":
            if text == "*":
                reader.note(
                    source,
                    "principal-invalid",
                    "found the service `*`, expected a service principal; it matches nobody",
                )
                return UnmatchablePrincipal(kind, text)
            return ServicePrincipal(text)
        case "Federated":
            # Reference policies of custom policy checks may say `"Federated": "*"`; no stored policy can.
            return FederatedPrincipal(text)
        case _:
            return CanonicalUserPrincipal(text)
