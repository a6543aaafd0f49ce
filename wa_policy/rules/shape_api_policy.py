"""Is a condition in the policy of a REST API one on a key that calls to this API never carry?

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.evaluator.truth import Truth, all_of, any_of
from wa_policy.iam.operators import Comparison
from wa_policy.iam.pattern import overlaps, resource_glob
from wa_policy.iam.policy import Condition, Effect, Statement
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import METHODS_PROPERTY, PropertyValue
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.each_resource import method_arn
from wa_policy.rules.items import Item
from wa_policy.rules.subjects import Scope, Subject

_OF_PRIVATE = frozenset(("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"))
_OF_SIGNED = frozenset(
    (
        "aws:multifactorauthage", "aws:multifactorauthpresent", "aws:principalaccount", "aws:principalarn",
        "aws:principalorgid", "aws:principalorgpaths", "aws:principaltype", "aws:tokenissuetime", "aws:userid", "aws:username",
    )
)  # fmt: skip
_TAG = "aws:principaltag/"


def is_on_key(item: Item, _subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the condition is on one of the keys."""
    condition = item.condition
    return condition is not None and condition.folded_key in {key.lower() for key in texts(arguments, "keys")}


def key_in_words(item: Item) -> str:
    """The key and its effect."""
    return f"`{item.fields.get('operator')}` on `{item.fields.get('key')}`"


def is_dead_condition(item: Item, subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff no call that the statement is about carries the key: the API is not private, or no method of it takes IAM."""
    statement, condition, api = item.statement, item.condition, subject.resource
    if statement is None or condition is None or api is None:
        return False
    if condition.operator.operator.comparison is Comparison.IS_NULL:
        return False  # it asks whether the key is there
    if condition.folded_key in _OF_PRIVATE:
        return _is_public(api.property("EndpointConfiguration"))
    if condition.folded_key not in _OF_SIGNED and not condition.folded_key.startswith(_TAG):
        return False
    return _is_for_unsigned_calls(statement, subject, api.property(METHODS_PROPERTY))


def _is_public(endpoints: PropertyValue) -> Truth:
    types = endpoints.get("Types") if isinstance(endpoints, Mapping) else endpoints
    if isinstance(types, Unknown):
        return types
    listed = types if isinstance(types, tuple) else ()
    return all_of([one if isinstance(one, Unknown) else one != "PRIVATE" for one in listed])


def _is_for_unsigned_calls(statement: Statement, subject: Subject, methods: PropertyValue) -> Truth:
    """True iff the statement is about some method, and about none that takes IAM."""
    if isinstance(methods, Unknown):
        return methods
    covered: list[Truth] = []
    signed: list[Truth] = []
    for method in methods if isinstance(methods, tuple) else ():
        if not isinstance(method, Mapping) or method.get("HttpMethod") == "OPTIONS":
            continue
        about = _is_about(statement, subject, method)
        kind = method.get("AuthorizationType")
        covered.append(about)
        signed.append(all_of([about, kind if isinstance(kind, Unknown) else kind == "AWS_IAM"]))
    found = any_of(signed)
    return all_of([any_of(covered), found if isinstance(found, Unknown) else not found])


def _is_about(statement: Statement, subject: Subject, method: Mapping[str, PropertyValue]) -> Truth:
    selection = statement.resource
    if selection is None or selection.negated:
        return True
    verb, path = method.get("HttpMethod"), method.get("ResourcePath")
    for part in (verb, path):
        if isinstance(part, Unknown):
            return part
    called = method_arn(subject, str(verb), str(path))
    found: list[Truth] = []
    for value in selection.values:
        if isinstance(value, Template):
            found += [hole.reason for hole in value.holes]
        else:
            found.append(overlaps(resource_glob(_on_stage(called, value)), resource_glob(value)))
    return any_of(found)


def _on_stage(called: str, value: str) -> str:
    """The ARN of a method on a stage that the statement is about: `*` would stand for more than the name of a stage."""
    stage = (value.split("/", 3)[1:2] or ["x"])[0]
    return called.replace("/*/", f"/{stage.replace('*', 'x').replace('?', 'x')}/", 1)


def dead_in_words(item: Item) -> str:
    """What becomes of the statement: it blocks all, denies all, protects nothing, or lets all through."""
    statement, condition = item.statement, item.condition
    if statement is None or condition is None:
        return ""
    return f"no call carries `{condition.key}`: {_outcome(statement, condition)}"


def _outcome(statement: Statement, condition: Condition) -> str:
    holds = condition.operator.operator.negated or condition.operator.if_exists
    if statement.effect is Effect.ALLOW:
        return "the Allow restricts nobody by it" if holds else "the Allow lets nobody in"
    return "the Deny denies everyone" if holds else "the Deny protects nothing"
