"""Named predicates for the rules about secrets."""

from __future__ import annotations

from datetime import date

from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.iam.policy import Effect
from wa_policy.iam.principal import Everyone
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.inventory.relations import related
from wa_policy.rules.arguments import Values, number
from wa_policy.rules.compare import day_of
from wa_policy.rules.documents import resource_documents
from wa_policy.rules.each_resource import granted_accounts
from wa_policy.rules.predicates_general import is_made_by_code, tag_of
from wa_policy.rules.rotation import interval_of
from wa_policy.rules.subjects import Scope, Subject

_ENABLED, _RULES, _LAST = "WaPolicy::RotationEnabled", "WaPolicy::RotationRules", "WaPolicy::LastRotatedDate"
_WINDOW = 1
"""Days that a rotation may take after it is due."""


def is_of_stack(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff code makes the subject, or it has the tag of a stack; of an access key, its user."""
    if is_made_by_code(subject, scope, arguments):
        return True
    resource = subject.resource
    if resource is None:
        return False
    if resource.type != "AWS::IAM::AccessKey":
        return _has_stack(resource)
    name = resource.property("UserName")
    users = [user for user in scope.inventory.of_type("AWS::IAM::User") if user.account == resource.account]
    user = next((user for user in users if user.name == name), None)
    if user is not None:
        return _has_stack(user)
    return Unknown(UnknownKind.NOT_EXPORTED, f"iam get-account-authorization-details for the user `{name}`")


def _has_stack(resource: Resource) -> Truth:
    found = tag_of(resource.property("Tags"), "aws:cloudformation:stack-id")
    return found if isinstance(found, Unknown) else found is not None


def names_other_accounts(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff an Allow statement of the resource policy names everyone or another account, whatever its conditions."""
    documents = resource_documents(subject)
    found: list[Truth] = [
        True
        for _, statement in documents.statements(Effect.ALLOW)
        if statement.principal is not None
        and (
            statement.principal.negated
            or any(isinstance(one, Everyone) for one in statement.principal.principals)
        )
    ]
    others = granted_accounts(subject, scope, {})
    return any_of([*found, *(True for _ in others.items), *others.unknown])


def is_rotated(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff the secret rotates within so many days, and was rotated in time."""
    secret = subject.resource
    if secret is None:
        return False
    limit = number(arguments, "days")
    enabled = secret.property(_ENABLED)
    if enabled is True:
        rules = secret.property(_RULES)
        truth = _within(rules, limit)
        return _was_in_time(secret, rules, scope.today) if truth is True else truth
    schedules = related(scope.inventory, secret, "rotation_schedules")
    found: list[Truth] = [
        _within(schedule.property("RotationRules"), limit)
        for schedule in schedules.found
        if isinstance(schedule, Resource)
    ]
    if found or is_made_by_code(subject, scope, arguments):
        return any_of([*found, *([schedules.unknown] if schedules.unknown else [])])
    return enabled if isinstance(enabled, Unknown) else False


def _within(rules: PropertyValue, limit: float) -> Truth:
    interval = interval_of(rules)
    return interval if isinstance(interval, Unknown) else interval <= limit


def _was_in_time(secret: Resource, rules: PropertyValue, today: date | None) -> Truth:
    last, interval = secret.property(_LAST), interval_of(rules)
    if last is None:
        return True  # it was not rotated yet
    day = day_of(last)
    if isinstance(interval, Unknown):
        return interval
    if isinstance(day, Unknown):
        return day
    if today is None:
        return Unknown(UnknownKind.NOT_EXPORTED, "the day of the scan")
    return (today - day).days <= interval + _WINDOW
