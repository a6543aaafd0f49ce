"""The policy documents of a subject, and what of them is not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from wa_policy.iam.policy import Effect, Policy, Statement
from wa_policy.iam.text import Template, Text
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Absent, NotExported, PolicyDocument, Present
from wa_policy.rules.subjects import Subject


@dataclass(frozen=True, slots=True)
class Document:
    """A policy with the name by which a person knows it; "" for the only one of its kind."""

    name: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents that were read; `unknown` says what may be missing from them."""

    read: tuple[Document, ...]
    unknown: tuple[Unknown, ...] = ()

    def statements(self, effect: Effect | None = None) -> Iterator[tuple[Document, Statement]]:
        """The statements of all documents, those of one effect where it is given."""
        for document in self.read:
            for statement in document.policy.statements:
                if effect is None or statement.effect is effect:
                    yield document, statement


_NONE = Documents(())


def resource_documents(subject: Subject) -> Documents:
    """The resource policy of the subject; for a role its trust policy."""
    if subject.principal is not None:
        return _documents(subject.principal.trust)
    if subject.resource is None:
        return _NONE
    return _documents(subject.resource.policy())


def identity_documents(subject: Subject) -> Documents:
    """The identity policies of the subject, those of its groups included."""
    principal = subject.principal
    if principal is None:
        reason = Unknown(UnknownKind.NOT_EXPORTED, f"the identity policies of `{subject.id}`")
        return Documents((), (reason,))
    read = tuple(Document(attached.name, attached.policy) for attached in principal.identity_policies)
    unreadable = tuple(reason for document in read for reason in document.policy.unreadable)
    return Documents(read, (*principal.missing, *unreadable))


def boundary_documents(subject: Subject) -> Documents | None:
    """The permissions boundary; None where it is known that there is none."""
    principal = subject.principal
    if principal is None or isinstance(principal.boundary, Absent):
        return None
    return _documents(principal.boundary)


def _documents(document: PolicyDocument) -> Documents:
    match document:
        case Present(policy):
            return Documents((Document("", policy),), policy.unreadable)
        case Absent():
            return _NONE
        case NotExported():
            return Documents((), (document.unknown,))
        case _:
            assert_never(document)


def hole_of(text: Text) -> Unknown | None:
    """Why a value is not known in full; None where it is."""
    if isinstance(text, Template) and text.holes:
        return text.holes[0].reason
    return None
