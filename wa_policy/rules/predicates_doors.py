"""Named predicates for the rules about APIs and what stands before them."""

from __future__ import annotations

from collections.abc import Iterator

from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.rules.arguments import Values, text, texts
from wa_policy.rules.predicates_general import is_made_by_code
from wa_policy.rules.subjects import Scope, Subject


def may_come_from_elsewhere(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """Unknown for what a template or plan makes, False for what was exported: there everything that is there is seen."""
    if not is_made_by_code(subject, scope, arguments):
        return False
    return Unknown(
        UnknownKind.NOT_EXPORTED, f"{text(arguments, 'what')} of `{subject.name}` in other templates"
    )


def has_identity_source(subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff an identity source of the authorizer fits one of the patterns.

    A source is written here as `request.header.Authorization` or `context.routeKey`, in whatever way the kind of API writes it.
    """
    resource = subject.resource
    value = None if resource is None else resource.property("IdentitySource")
    patterns = [glob(pattern.lower()) for pattern in texts(arguments, "patterns")]
    return any_of(
        source if isinstance(source, Unknown) else any(matches(pattern, source) for pattern in patterns)
        for source in _sources(value)
    )


def _sources(value: PropertyValue) -> Iterator[str | Unknown]:
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _sources(part)
    elif isinstance(value, str):
        for part in value.split(","):
            yield part.strip().lower().removeprefix("$").removeprefix("method.").removeprefix("route.")
