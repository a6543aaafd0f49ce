"""Is a role shared, does it span too much, does a function set itself off?"""

from __future__ import annotations

from wa_policy.errors import InternalError
from wa_policy.evaluator.truth import Truth, all_of
from wa_policy.findings import Verdict
from wa_policy.rules.arguments import Values, number, texts
from wa_policy.rules.each_trigger import LOOP_SETTING
from wa_policy.rules.items import Item
from wa_policy.rules.request_class import CallerWord, Forbid, Policies, RequestClass, ResourceSpec
from wa_policy.rules.subjects import Scope, Subject, subject_of

_SHOWN = 8


def is_shared(item: Item, _subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff another function has the role, one that is no copy of this one."""
    return bool(item.fields["functions"]) or item.open or False


def sharing_in_words(item: Item) -> str:
    return f"`{item.fields['role']}` is also the role of {_listed(item, 'functions')}"


def spans_more_than(item: Item, _subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the item has more services, or more actions, than given."""
    for name in ("services", "actions"):
        if len(item.fields[name]) > number(arguments, name):
            return True
    return item.open or False


def writes_only(item: Item, _subject: Subject, _scope: Scope, arguments: Values) -> Truth:
    """True iff the item has exactly one action, and it is one of those given."""
    actions = item.fields["actions"]
    if len(actions) > 1 or any(action not in texts(arguments, "actions") for action in actions):
        return False
    return item.open or bool(actions)


def span_in_words(item: Item) -> str:
    return (
        f"`{item.fields['role']}` changes things in {_listed(item, 'services')} by {_listed(item, 'actions')}"
    )


def _listed(item: Item, name: str) -> str:
    values = item.fields[name]
    if isinstance(values, str):
        return values
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(values[:_SHOWN]) + more


def feeds_itself(item: Item, subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the role may write what sets the function off, or loops are let run."""
    if item.key == LOOP_SETTING:
        return bool(item.fields["actions"])
    from wa_policy.rules.forbid import judge

    requests = writes_to_trigger(item, subject, scope)
    if requests is None or item.principal is None:
        raise InternalError(f"`{item.key}` is no trigger")
    found = judge(Forbid((requests,)), subject_of(item.principal, scope.inventory), {}, scope)
    writes: Truth = found.reasons[0] if found.reasons else found.verdict is Verdict.FAIL
    return all_of((writes, item.open or True))


def writes_to_trigger(item: Item, _subject: Subject, _scope: Scope) -> RequestClass | None:
    """Writes of the role that set the function off."""
    actions, resources = item.fields["actions"], item.fields["resources"]
    if item.key == LOOP_SETTING or isinstance(actions, str) or isinstance(resources, str):
        return None
    return RequestClass(Policies.IDENTITY, CallerWord.SELF, actions, resource=ResourceSpec(resources))


def loop_in_words(item: Item) -> str:
    if item.key == LOOP_SETTING:
        return "`RecursiveLoop` is `Allow`: Lambda does not stop a loop that it detects"
    return str(item.fields["says"])
