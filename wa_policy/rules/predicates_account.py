"""Named predicates about settings of a whole account or registry, and about event patterns."""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.evaluator.truth import Truth, all_of, any_of
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.rules.arguments import Values, text
from wa_policy.rules.predicates_general import is_made_by_code
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import parts_of, walk

_ACCOUNT_POLICY, _SCANNING = "AWS::Logs::AccountPolicy", "AWS::ECR::RegistryScanningConfiguration"


def has_account_policy(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff the account has a policy of that kind for its log groups in the Region of the subject."""
    kind = text(arguments, "kind")
    found: list[Truth] = []
    for policy in beside(subject, scope, _ACCOUNT_POLICY):
        value = policy.property("PolicyType")
        found.append(value if isinstance(value, Unknown) else value == kind)
    about = f"{subject.id.partition(':log-group:')[0]}:account-policy:{kind}"
    if (more := unread(subject, scope, "logs.describe-account-policies", about)) is not None:
        found.append(more)
    return any_of(found)


def is_scanned_by_registry(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the scanning of the registry covers the repository."""
    found: list[Truth] = []
    registries = beside(subject, scope, _SCANNING)
    for registry in registries:
        rules = registry.property("Rules")
        found += (
            [rules]
            if isinstance(rules, Unknown)
            else [_covers(rule.value, subject.name) for rule in parts_of(rules)]
        )
    if not registries:
        more = unread(subject, scope, "ecr.get-registry-scanning-configuration")
        found += [] if more is None else [more]
    return any_of(found)


def _covers(rule: PropertyValue, name: str) -> Truth:
    filters = walk(rule, ("RepositoryFilters",))
    if isinstance(filters, Unknown):
        return filters
    patterns = [walk(one.value, ("Filter",)) for one in parts_of(filters)]
    return any_of(
        pattern
        if isinstance(pattern, Unknown)
        else isinstance(pattern, str) and matches(glob(_wild(pattern)), name)
        for pattern in patterns
    )


def _wild(pattern: str) -> str:
    """A filter without a wildcard fits each name that has it in it.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
    """
    return pattern if "*" in pattern else f"*{pattern}*"


def beside(subject: Subject, scope: Scope, type_: str) -> list[Resource]:
    """The resources of the type in the account and Region of the subject."""
    return [
        resource
        for resource in scope.inventory.of_type(type_)
        if resource.account == subject.account and resource.region in (subject.region, None)
    ]


def unread(subject: Subject, scope: Scope, call: str, about: str | None = None) -> Unknown | None:
    """Why there may be a setting that was not read; what a template does not make counts as not there.

    `about` is the part that is enough of a list that AWS gives part by part.
    """
    if is_made_by_code(subject, scope, {}) or scope.inventory.was_listed(
        call, subject.account, subject.region, about
    ):
        return None
    words = f"{call.replace('.', ' ')} for account `{subject.account}` in `{subject.region}`"
    return Unknown(UnknownKind.NOT_EXPORTED, words)


# --- event patterns ----------------------------------------------------------------------------------------------------

_EVERYWHERE = frozenset(("account", "region", "version", "id", "time"))
"""Fields of which an event of the own account and Region always has the same value, or any."""
_ALWAYS_THERE = frozenset((*_EVERYWHERE, "source", "detail-type", "resources", "detail"))


def admits_every_event(pattern: PropertyValue, _scope: Scope, _arguments: Values) -> Truth:
    """True iff the pattern, as `WaPolicy::EventPatterns` has it, lets through every event, or all but one kind."""
    written = walk(pattern, ("Pattern",))
    of_rule = walk(pattern, ("Of",)) == "EventPattern"
    return _admits_all(written, of_rule=of_rule)


def _admits_all(fields: PropertyValue, *, of_rule: bool) -> Truth:
    if isinstance(fields, Unknown):
        return fields
    if not isinstance(fields, Mapping):
        return False
    return all_of(_admits(name, value, of_rule=of_rule) for name, value in fields.items())


def _admits(name: str, value: PropertyValue, *, of_rule: bool) -> Truth:
    if isinstance(value, Unknown):
        return value
    if name == "$or":
        return any_of(_admits_all(part.value, of_rule=of_rule) for part in parts_of(value))
    if of_rule and name in _EVERYWHERE:
        return True
    if isinstance(value, Mapping):
        return False  # asks for something inside
    return any_of(_admits_any(name, part.value, of_rule=of_rule) for part in parts_of(value))


def _admits_any(name: str, value: PropertyValue, *, of_rule: bool) -> Truth:
    """True iff one of the alternatives for a field fits every event, or all but those with one value."""
    if isinstance(value, Unknown):
        return value
    if not isinstance(value, Mapping):
        return False
    unknown = next((one for one in value.values() if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    if value.get("prefix") == "" or value.get("suffix") == "" or value.get("wildcard") == "*":
        return True
    if value.get("exists") is True:
        return of_rule and name in _ALWAYS_THERE
    excluded = value.get("anything-but")
    return of_rule and excluded is not None and len(parts_of(excluded)) == 1


_KEEPERS = ("arn:*:logs:*", "arn:*:firehose:*")


def keeps_events(subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff all targets of the rule only keep its events."""
    if subject.resource is None or subject.type != "AWS::Events::Rule":
        return False
    targets = subject.resource.property("Targets")
    if isinstance(targets, Unknown):
        return targets
    arns = [walk(target.value, ("Arn",)) for target in parts_of(targets)]
    return bool(arns) and all_of(
        arn
        if isinstance(arn, Unknown)
        else isinstance(arn, str) and any(matches(glob(one), arn) for one in _KEEPERS)
        for arn in arns
    )


def never(_subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """A predicate on values alone."""
    return False
