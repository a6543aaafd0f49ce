"""Where the engine that recorded the verdicts is known to differ from AWS, each as a small change of our evaluator.

A recorded verdict that we do not share is explained by the constructs in its case: with exactly their quirks switched
on our evaluator gives the recorded verdict, with them off its own. `tests/evaluator/deviations.yaml` has what AWS
documents about each, and the cases.

The quirks are only emulated as far as the recorded cases show them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.reference.wildcard import matches as wildcard_matches
from wa_policy.evaluator import conditions, evaluate, principals, resolve, situations, statements
from wa_policy.evaluator.conditions import Context, Doubts
from wa_policy.evaluator.decisions import CallerKind, ResourceRule
from wa_policy.evaluator.formula import Asks, Atom, Layer
from wa_policy.evaluator.principals import Grantee
from wa_policy.evaluator.resolve import Resolved
from wa_policy.evaluator.statements import Selector
from wa_policy.evaluator.truth import Truth
from wa_policy.iam import parse, parse_conditions
from wa_policy.iam.operators import Comparison, Operator, Quantifier, ValueType
from wa_policy.iam.pattern import is_literal, resource_glob
from wa_policy.iam.policy import Condition, Effect, PrincipalElement, Version
from wa_policy.iam.principal import Caller, RoleSession, RootUser
from wa_policy.iam.request import Request
from wa_policy.iam.text import Template, Text, Variable
from wa_policy.iam.unknown import Unknown
from wa_policy.iam.values import parse_bool

Quirk = Callable[[pytest.MonkeyPatch], None]
QUIRKS: dict[str, Quirk] = {}


def quirk(name: str) -> Callable[[Quirk], Quirk]:
    """Registers a quirk under the id of its construct."""

    def register(function: Quirk) -> Quirk:
        QUIRKS[name] = function
        return function

    return register


def switch_on(patch: pytest.MonkeyPatch, names: Iterable[str]) -> None:
    for name in sorted(names):
        QUIRKS[name](patch)


# --- variables ---------------------------------------------------------------------------------------------------


@quirk("variable-outside-2012-10-17")
def _variables_in_every_version(patch: pytest.MonkeyPatch) -> None:
    """The engine replaces `${...}` whatever the Version says."""
    patch.setattr(parse, "_version", lambda _reader, _elements: Version.OF_2012)


@quirk("null-variable-with-negated-operator")
def _no_value_fails_negated_operators_too(patch: pytest.MonkeyPatch) -> None:
    """A value with a variable that has no value makes the condition false, also under a negated operator."""
    original = conditions._value_holds

    def value_holds(
        condition: Condition, operator: Operator, value: str, context: Context, doubts: Doubts
    ) -> Truth:
        found = original(condition, operator, value, context, doubts)
        if operator.negated and found is True:
            readable = [item for item in condition.values if not _is_unresolved(item, context)]
            if len(readable) < len(condition.values):
                return False
        return found

    patch.setattr(conditions, "_value_holds", value_holds)


@quirk("unresolved-variable-in-NotResource")
def _no_value_fails_not_resource_too(patch: pytest.MonkeyPatch) -> None:
    """A NotResource with a variable that has no value covers nothing, where all before its resource name matches."""
    original = Selector.selects

    def selects(self: Selector, asked: str, request: Request, doubts: list[Unknown]) -> Truth:
        if self.negated and any(
            _is_unresolved(item, request.context) and _begins_alike(item, asked) for item in self.templates
        ):
            return False
        return original(self, asked, request, doubts)

    patch.setattr(Selector, "selects", selects)


def _begins_alike(item: Template, asked: str) -> bool:
    """True iff the five parts before the resource match, and its type word is the same."""
    masked = "".join(part if isinstance(part, str) else "\x00" for part in item.parts)
    pattern, wanted = masked.split(":", 5), asked.split(":", 5)
    if len(pattern) < 6 or len(wanted) < 6:
        return True
    heads_match = all(map(wildcard_matches, pattern[:5], wanted[:5]))
    is_s3 = wanted[2] == "s3"
    return heads_match and (is_s3 or _first_part(pattern[5]) == _first_part(wanted[5]))


def _is_unresolved(item: Text, context: Context) -> bool:
    return isinstance(item, Template) and any(
        isinstance(part, Variable) and resolve._value(part, context, []) is None for part in item.parts
    )


@quirk("variable-with-colon-under-arn-operator")
def _a_colon_in_a_variable_separates(patch: pytest.MonkeyPatch) -> None:
    """An ARN operand is cut at its first five colons before its variables are replaced, also at those of a variable."""
    original = conditions._COMPARE[ValueType.ARN]

    def arn(asked: Any, item: Text, value: str) -> Truth:
        return False if _is_cut_early(item) else original(asked, item, value)

    _replace_comparison(patch, ValueType.ARN, arn)


@quirk("variable-with-colon-in-first-resource-part")
def _a_colon_in_a_variable_ends_the_first_part(patch: pytest.MonkeyPatch) -> None:
    """The first part of a resource ends at the colon inside `${aws:username}`, and then matches nothing; not for S3."""
    original = Selector.selects

    def selects(self: Selector, asked: str, request: Request, doubts: list[Unknown]) -> Truth:
        if asked.startswith("arn:") and asked.split(":")[2] == "s3":
            return original(self, asked, request, doubts)
        kept = tuple(item for item in self.templates if not _is_cut_by_a_variable(item))
        return original(Selector(self.literals, self.patterns, kept, self.negated), asked, request, doubts)

    patch.setattr(Selector, "selects", selects)


def _is_cut_by_a_variable(item: Template) -> bool:
    """True iff the first `/` or `:` of the resource part stands inside a variable."""
    masked = "".join(
        part if isinstance(part, str) else part.written.replace(":", "\x00") for part in item.parts
    )
    resource = masked.split(":", 5)[5:]
    if not resource:
        return False
    first_separator = re.search("[/:\x00]", resource[0])
    return first_separator is not None and first_separator[0] == "\x00"


def _is_cut_early(item: Text) -> bool:
    """True iff a variable with a colon in its name stands before the fifth colon."""
    colons = 0
    for part in item.parts if isinstance(item, Template) else ():
        if isinstance(part, Variable) and ":" in part.written and colons < 5:
            return True
        colons += part.count(":") if isinstance(part, str) else 0
    return False


# --- conditions --------------------------------------------------------------------------------------------------


@quirk("operator-twice-in-different-case")
def _an_operator_may_stand_twice(patch: pytest.MonkeyPatch) -> None:
    """`foRaNyvAlUe:StringEquals` beside `ForAnyValue:StringEquals`: both are read, and both must hold."""

    class Forgetful(set[Any]):
        def __contains__(self, _: object) -> bool:
            return False

    patch.setattr(parse_conditions, "set", Forgetful, raising=False)


def _replace_comparison(patch: pytest.MonkeyPatch, kind: ValueType, function: Any) -> None:
    patch.setitem(conditions._COMPARE, kind, function)


def _wrap_holds(patch: pytest.MonkeyPatch, answer: Callable[[Condition, Any], bool | None]) -> None:
    """Conditions for which `answer` says yes or no are decided by it, the others as always."""
    original: Callable[[Condition, Context, Doubts], Truth] = vars(statements)["holds"]  # maybe another quirk

    def holds(condition: Condition, context: Context, doubts: Doubts) -> Truth:
        found = answer(condition, context.get(condition.folded_key))
        return original(condition, context, doubts) if found is None else found

    patch.setattr(statements, "holds", holds)


@quirk("foranyvalue-ifexists-missing")
def _for_any_value_ignores_if_exists(patch: pytest.MonkeyPatch) -> None:
    """`ForAnyValue:...IfExists` is false on a missing key."""

    def answer(condition: Condition, value: Any) -> bool | None:
        operator = condition.operator
        if operator.quantifier is Quantifier.FOR_ANY_VALUE and operator.if_exists and value is None:
            return False
        return None

    _wrap_holds(patch, answer)


@quirk("null-operator-on-empty-list")
def _null_asks_for_presence_only(patch: pytest.MonkeyPatch) -> None:
    """`Null` takes a key with an empty list, or an empty string, for present."""

    def answer(condition: Condition, value: Any) -> bool | None:
        operator = condition.operator
        if operator.operator.comparison is Comparison.IS_NULL and operator.quantifier is None:
            return any(parse_bool(str(item)) is (value is None) for item in condition.values)
        return None

    _wrap_holds(patch, answer)


@quirk("list-without-set-operator")
def _a_list_matches_no_plain_operator(patch: pytest.MonkeyPatch) -> None:
    """A key that holds a list, also an empty one, is never matched without a set operator, IfExists or not."""

    def answer(condition: Condition, value: Any) -> bool | None:
        operator = condition.operator
        if operator.operator.comparison is Comparison.IS_NULL or operator.quantifier is not None:
            return None
        return False if isinstance(value, tuple) else None

    _wrap_holds(patch, answer)


@quirk("binaryequals")
def _binary_as_text(patch: pytest.MonkeyPatch) -> None:
    """`BinaryEquals` compares the base64 texts."""
    _replace_comparison(patch, ValueType.BINARY, lambda _asked, item, value: str(item) == value)


@quirk("ipv4-prefix-0")
def _ipv4_prefix_0_is_one_address(patch: pytest.MonkeyPatch) -> None:
    """`0.0.0.0/0` contains 0.0.0.0 only."""
    original = conditions._COMPARE[ValueType.IP]

    def ip(asked: Any, item: Text, value: str) -> Truth:
        network, _, prefix = str(item).partition("/")
        if prefix == "0" and ":" not in network:
            return value == network
        return original(asked, item, value)

    _replace_comparison(patch, ValueType.IP, ip)


@quirk("arn-prefix-not-compared")
def _the_word_arn_is_not_compared(patch: pytest.MonkeyPatch) -> None:
    """The first part of an ARN operand may be any word: `xarn:aws:iam::...` is read as `arn:aws:iam::...`."""
    original = conditions._COMPARE[ValueType.ARN]

    def arn(asked: Any, item: Text, value: str) -> Truth:
        if isinstance(item, str) and item.count(":") >= 5:
            item = "arn:" + item.split(":", 1)[1]
        return original(asked, item, value)

    _replace_comparison(patch, ValueType.ARN, arn)


# --- resources ---------------------------------------------------------------------------------------------------


@quirk("wildcard-in-first-resource-part")
def _the_first_part_is_literal(patch: pytest.MonkeyPatch) -> None:
    """What stands before the first `/` or `:` of a resource is compared literally, wildcards and all; not for S3."""
    original = Selector.selects

    def selects(self: Selector, asked: str, request: Request, doubts: list[Unknown]) -> Truth:
        if not asked.startswith("arn:") or asked.split(":")[2] == "s3":
            return original(self, asked, request, doubts)
        kept = tuple(p for p in self.patterns if not _has_wild_first_part(p, asked))
        templates = tuple(t for t in self.templates if not _has_wild_template(t, asked, request))
        if (kept, templates) == (self.patterns, self.templates):
            return original(self, asked, request, doubts)
        return original(Selector(self.literals, kept, templates, self.negated), asked, request, doubts)

    patch.setattr(Selector, "selects", selects)


def _has_wild_template(template: Template, asked: str, request: Request) -> bool:
    resolved: Resolved = resolve.resolve(template, request.context, [], resource_glob)
    return resolved.pattern is not None and _has_wild_first_part(resolved.pattern, asked)


def _has_wild_first_part(pattern: str, asked: str) -> bool:
    parts = pattern.split(":", 5)
    if len(parts) < 6:
        return False
    first, wanted = _first_part(parts[5]), _first_part(asked.split(":", 5)[5])
    return first != wanted and not is_literal(first)


def _first_part(resource: str) -> str:
    return re.split("[/:]", resource, maxsplit=1)[0] if re.search("[/:]", resource) else ""


# --- principals --------------------------------------------------------------------------------------------------


@quirk("notprincipal-deny-with-session")
def _naming_the_role_is_enough(patch: pytest.MonkeyPatch) -> None:
    """Under Deny, NotPrincipal exempts a session that is named in any way, by its role or account alone too."""

    def applies(
        element: PrincipalElement,
        effect: Effect,
        caller: Caller,
        *,
        has_boundary: bool,
        doubts: list[Unknown],
    ) -> bool | Unknown:
        if not isinstance(caller, RoleSession):
            return original(element, effect, caller, has_boundary=has_boundary, doubts=doubts)
        if has_boundary and effect is Effect.DENY:
            return True
        named = principals.named_as(element, caller, doubts)
        return named if isinstance(named, Unknown) else named is Grantee.NOBODY

    original = principals.not_principal_applies
    patch.setattr(statements, "not_principal_applies", applies)


@quirk("root-user")
def _the_root_user_is_a_user(patch: pytest.MonkeyPatch) -> None:
    """The root user has the permissions of its identity policies only, and may assume roles."""
    original = situations.caller_kind

    def caller_kind(caller: Caller, request: Request) -> CallerKind:
        if isinstance(caller, RootUser):
            return CallerKind.ACCOUNT_MEMBER
        return original(caller, request)

    patch.setattr(situations, "caller_kind", caller_kind)
    patch.setattr(situations, "_is_closed_to_root", lambda _action, _caller: False)


@quirk("federated-user-without-session-policy")
def _no_session_policy_limits_nobody(patch: pytest.MonkeyPatch) -> None:
    """A federated-user session without a session policy has all that the user's identity policies give."""
    patch.setattr(evaluate, "FederatedUser", ())


# --- combining ---------------------------------------------------------------------------------------------------


@quirk("session-policy-with-direct-resource-grant")
def _the_session_policy_always_limits(patch: pytest.MonkeyPatch) -> None:
    """A session policy must allow also what a resource policy grants to the session itself, or to everyone."""
    original = evaluate._Evaluation._atom

    def atom(self: Any, asked: Atom) -> Truth:
        found = original(self, asked)
        limited = asked.asks is Asks.GRANTS_SELF and self.applied.source.session is not None
        if limited and found is True:
            return original(self, Atom(Layer.SESSION, Asks.ALLOWS))
        return found

    patch.setattr(evaluate._Evaluation, "_atom", atom)


@quirk("role-without-trust-policy")
def _a_role_may_have_no_trust_policy(patch: pytest.MonkeyPatch) -> None:
    """Where a case has no trust policy the identity policies alone let the caller assume a role of its account."""
    original = situations._resource_rule

    def rule(request: Request, action: str, facts: Any, *, has_resource_policy: bool) -> ResourceRule:
        found = original(request, action, facts, has_resource_policy=has_resource_policy)
        is_trust = found is ResourceRule.MUST_GRANT and action.startswith("sts:") and not has_resource_policy
        return ResourceRule.ORDINARY if is_trust else found

    patch.setattr(situations, "_resource_rule", rule)


@quirk("rcp-unsupported-service")
def _resource_control_for_every_service(patch: pytest.MonkeyPatch) -> None:
    """Resource control policies bind the resources of every service."""
    patch.setattr(situations, "_takes_rcps", lambda _action, _catalog: True)
