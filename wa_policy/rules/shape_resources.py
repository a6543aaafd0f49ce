"""Does a grant name its resources, where the actions know any?"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.formal.actions import telling
from wa_policy.iam.arn import parse_arn
from wa_policy.iam.operators import Comparison, Quantifier
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.policy import Condition, Effect, Statement
from wa_policy.iam.text import Text
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.actions import actions_of, denied_outright, is_everything, service_sets
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.documents import Documents, boundary_documents, hole_of, identity_documents
from wa_policy.rules.items import Item
from wa_policy.rules.request_class import CallerWord, Policies, RequestClass, ResourceSpec
from wa_policy.rules.subjects import Scope, Subject


def is_wide_resource(item: Item, subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff an action that knows resources is granted on resources that are not named, and nothing narrows that."""
    statement = item.statement
    if statement is None or not _is_wide(item, subject):
        return False
    narrowed_by = texts(arguments, "narrowed_by")
    if any(_narrows(condition, narrowed_by) for condition in statement.conditions):
        return False
    catalog = scope.catalog
    granted, hole = actions_of(statement.action, catalog)
    documents = identity_documents(subject)
    left = catalog.difference(granted, denied_outright(documents, catalog))
    reasons = list(documents.unknown)
    boundary = boundary_documents(subject)
    if boundary is not None:
        left = catalog.difference(
            left & _wide_actions(boundary, subject, catalog), denied_outright(boundary, catalog)
        )
        reasons += boundary.unknown
        if boundary.unknown and not left:
            # What was not read of the boundary may let it through.
            return boundary.unknown[0] if _one_with_resources(granted & catalog.listed, catalog) else False
    if _one_with_resources(left & catalog.listed, catalog):
        # A document that was not read may hold the Deny that narrows.
        return reasons[0] if reasons else True
    return hole or False


def calls_on_unnamed_resource(item: Item, subject: Subject, scope: Scope) -> RequestClass | None:
    """Calls of the subject on a resource that the value admits and that no grant of the subject names."""
    statement = item.statement
    if statement is None or statement.resource is None:
        return None
    catalog = scope.catalog
    documents = identity_documents(subject)
    granted = catalog.difference(
        actions_of(statement.action, catalog)[0], denied_outright(documents, catalog)
    )
    boundary = boundary_documents(subject)
    if boundary is not None:
        granted &= _wide_actions(boundary, subject, catalog)
    action = _one_with_resources(granted & catalog.listed, catalog)
    if action is None:
        return None
    named = tuple(
        str(value)
        for _, other in documents.statements(Effect.ALLOW)
        for value in _resource_values(other)
        if not is_wide_text(value, subject.account)
    )
    if statement.resource.negated:
        patterns, named = ("*",), (*named, *(str(value) for value in statement.resource.values))
    else:
        patterns = (str(item.value),)
    return RequestClass(
        Policies.IDENTITY,
        CallerWord.SELF,
        (action,),
        resource=ResourceSpec(patterns, tuple(dict.fromkeys(named))),
    )


def resource_in_words(item: Item) -> str:
    """What the statement grants."""
    return f"the statement grants {item.fields['actions']} on `{item.fields['resource']}`"


def _wide_actions(boundary: Documents, subject: Subject, catalog: Catalog) -> ActionSet:
    """The actions that the boundary lets through on resources that it does not name either."""
    bits = 0
    for _, statement in boundary.statements(Effect.ALLOW):
        if any(is_wide_text(value, subject.account) for value in _resource_values(statement)):
            bits |= actions_of(statement.action, catalog)[0]
    return bits


def _resource_values(statement: Statement) -> tuple[Text, ...]:
    if statement.resource is None or statement.resource.negated:
        return ("*",)
    return statement.resource.values


def _is_wide(item: Item, subject: Subject) -> bool:
    statement = item.statement
    if statement is not None and statement.resource is not None and statement.resource.negated:
        return True
    return item.value is not None and is_wide_text(item.value, subject.account)


def is_wide_text(value: Text, account: str | None) -> bool:
    """True iff the resource is `*`, or an ARN with a wildcard whose owner is not the account for certain."""
    text = str(value)
    if is_everything(text):
        return True
    arn = parse_arn(text)
    if arn is None:
        return (
            "*" in text and text.startswith("arn") and text.count(":") < 5
        )  # an ARN cut short, completed by `*`
    if arn.account and arn.account == account:
        return False
    if arn.account:
        return "*" in arn.resource or "?" in arn.resource
    # Names without an account are unique (buckets) or told by the id (APIs): the first name decides.
    first = next((part for part in arn.resource.split("/") if part and part not in ("restapis", "apis")), "")
    return not first.strip("*?")


def width_unknown(value: Text, account: str | None) -> Unknown | None:
    """Why it is not known whether the resource is wide; None where what stands before the unknown part decides."""
    doubt = hole_of(value)
    if doubt is None or isinstance(value, str):
        return None
    first = value.parts[0]
    arn = parse_arn(first) if isinstance(first, str) else None
    if arn is None:
        return doubt
    if arn.account:
        return None if arn.account == account else doubt
    # The name of a bucket begins with more than wildcards, whatever follows.
    return None if arn.service == "s3" and arn.resource.strip("*?/") else doubt


def _narrows(condition: Condition, keys: tuple[str, ...]) -> bool:
    """True iff the condition asks for a value of one of the keys that is not just anything."""
    qualified = condition.operator
    if not any(matches(glob(key.lower()), condition.folded_key) for key in keys):
        return False
    if qualified.if_exists or qualified.operator.negated or qualified.quantifier is Quantifier.FOR_ALL_VALUES:
        return False
    if qualified.operator.comparison is Comparison.IS_NULL:
        return False
    return not any(is_everything(str(value)) for value in condition.values)


@lru_cache(maxsize=4096)
def _one_with_resources(bits: ActionSet, catalog: Catalog) -> str | None:
    """One of the listed actions that supports resource-level permissions, the one that says most if it does."""
    if not bits:
        return None
    names = (
        name
        for of_service in service_sets(catalog).values()
        for name in (catalog.names(of_service & bits) if of_service & bits else ())
    )
    for name in chain((telling(bits, catalog),), names):
        action = catalog.action(name)
        if action is not None and action.has_resource_types:
            return name
    return None
