"""Named predicates about authorizers of APIs: from where they take credentials, and by what their answers are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import PropertyValue
from wa_policy.rules.arguments import Values
from wa_policy.rules.subjects import Scope, Subject

_CREDENTIAL = re.compile(r"token|auth|key|secret|jwt|session|cookie", re.IGNORECASE)
_QUERY = re.compile(
    r"^(?:method\.request|\$?request|route\.request)\.querystring\.(?P<name>.+)$", re.IGNORECASE
)
_FROM_CLIENT = re.compile(
    r"^(?:method\.request|\$?request|route\.request)\.(?:header|querystring|multivalueheader)\.(?P<name>.+)$",
    re.IGNORECASE,
)
_ROUTE = ("$context.routekey", "context.routekey")
_PATH = ("$context.path", "context.path", "context.resourcepath", "$context.resourcepath")
_METHOD = ("$context.httpmethod", "context.httpmethod")


def sources_of(subject: Subject) -> Iterator[str | Unknown]:
    """The identity sources of an authorizer: one text with commas (REST), or a list."""
    if subject.resource is None:
        return
    value = subject.resource.property("IdentitySource")
    for part in value if isinstance(value, tuple) else (value,):
        if isinstance(part, Unknown):
            yield part
        elif isinstance(part, str):
            yield from (one.strip() for one in part.split(",") if one.strip())


def _any_source(subject: Subject, test: Callable[[str], bool]) -> Truth:
    return any_of(source if isinstance(source, Unknown) else test(source) for source in sources_of(subject))


def reads_credentials_from_query(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff an identity source is a parameter of the query whose name speaks of a credential."""

    def is_credential(source: str) -> bool:
        found = _QUERY.match(source)
        return found is not None and _CREDENTIAL.search(found["name"]) is not None

    return _any_source(subject, is_credential)


def keyed_on_credential(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff an identity source is a header or parameter whose name speaks of a credential."""
    if _kind(subject) == "TOKEN":
        return True  # the token itself is the key, from `Authorization` where nothing else is named

    def is_credential(source: str) -> bool:
        found = _FROM_CLIENT.match(source)
        return found is not None and _CREDENTIAL.search(found["name"]) is not None

    return _any_source(subject, is_credential)


def keyed_on_route(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff the identity sources name the route, or the path and the method."""
    route = _any_source(subject, lambda source: source.lower() in _ROUTE)
    path = _any_source(subject, lambda source: source.lower() in _PATH)
    method = _any_source(subject, lambda source: source.lower() in _METHOD)
    both: Truth = method if path is True else path
    return any_of((route, both))


def _kind(subject: Subject) -> PropertyValue:
    return None if subject.resource is None else subject.resource.property("Type")
