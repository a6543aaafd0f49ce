"""The named predicates of `shape`, all in one table: each is true where the item is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wa_policy.evaluator.truth import Truth
from wa_policy.rules.arguments import Argument, ArgumentKind, Values
from wa_policy.rules.each_account import is_off, off_in_words
from wa_policy.rules.each_breadth import breadth_in_words, is_broader
from wa_policy.rules.each_callers import is_unqualified, unqualified_in_words
from wa_policy.rules.each_code import bundle_in_words, is_one_bundle, is_strange_layer, layer_in_words
from wa_policy.rules.each_machine import calls_any_function, exceeds_definition, excess_in_words
from wa_policy.rules.each_sources import gone_in_words, is_gone
from wa_policy.rules.each_trust import is_other_trustee, trustee_in_words
from wa_policy.rules.items import Item
from wa_policy.rules.request_class import RequestClass
from wa_policy.rules.shape_addresses import calls_from_range, is_unsound_range, range_in_words
from wa_policy.rules.shape_api_policy import dead_in_words, is_dead_condition, is_on_key, key_in_words
from wa_policy.rules.shape_conditions import (
    fault_in_words,
    is_invalid_condition,
    is_loose_set_operator,
    names_other_service,
    other_service_in_words,
    set_operator_in_words,
)
from wa_policy.rules.shape_functions import (
    feeds_itself,
    is_shared,
    loop_in_words,
    sharing_in_words,
    span_in_words,
    spans_more_than,
    writes_only,
    writes_to_trigger,
)
from wa_policy.rules.shape_grants import (
    actions_in_words,
    allows_all_but,
    calls_of_outsider,
    grants_beyond,
    grants_whole_service,
    hangs_on_header,
    header_in_words,
    holds_key_too_wide,
    inversion_in_words,
    is_bound_loosely,
    key_use_in_words,
    loose_conditions_in_words,
    serves_several,
    services_in_words,
)
from wa_policy.rules.shape_resources import calls_on_unnamed_resource, is_wide_resource, resource_in_words
from wa_policy.rules.shape_secrets import is_secret, secret_in_words
from wa_policy.rules.shape_sources import calls_for_source, is_wide_source, source_in_words
from wa_policy.rules.subjects import Scope, Subject


@dataclass(frozen=True, slots=True)
class ShapePredicate:
    """A test on the items of one of the iterators.

    `shown_by` are the requests that a broken item lets through, one of which is to be the witness; None where there are
    none to be stated. `evidence` says in words what is broken, for where no such request is allowed.
    """

    judge: Callable[[Item, Subject, Scope, Values], Truth]
    doc: str
    iterators: tuple[str, ...]
    shown_by: Callable[[Item, Subject, Scope], RequestClass | None]
    evidence: Callable[[Item], str]
    arguments: tuple[Argument, ...] = ()


def _none(_item: Item, _subject: Subject, _scope: Scope) -> RequestClass | None:
    """No request shows it."""
    return None


_STATEMENTS = ("statements", "policy_statements")

SHAPES: Mapping[str, ShapePredicate] = {
    "allows_all_but": ShapePredicate(
        allows_all_but,
        "an Allow has `NotPrincipal`, or, for everyone, `NotAction` or `NotResource`",
        _STATEMENTS,
        _none,
        inversion_in_words,
    ),
    "grants_beyond": ShapePredicate(
        grants_beyond,
        "an Allow has an action that is none of the given ones",
        _STATEMENTS,
        _none,
        actions_in_words,
        (Argument("actions", ArgumentKind.ACTIONS),),
    ),
    "grants_whole_service": ShapePredicate(
        grants_whole_service,
        "an Allow for somebody beside the account that owns the resource has the action `*` or every action of a service",
        _STATEMENTS,
        _none,
        actions_in_words,
    ),
    "hangs_on_header": ShapePredicate(
        hangs_on_header,
        "an Allow for everyone is bound by nothing but what the caller writes (referer, user agent, session name, request "
        "tags), or a Deny spares those who write a referer or user agent",
        _STATEMENTS,
        _none,
        header_in_words,
    ),
    "holds_key_too_wide": ShapePredicate(
        holds_key_too_wide,
        "an account from outside may take one of the actions, or a principal of the account both change the policy of the "
        "key and decrypt with it",
        ("key_holders",),
        calls_of_outsider,
        key_use_in_words,
    ),
    "is_bound_loosely": ShapePredicate(
        is_bound_loosely,
        "an Allow for everyone or a service is bound to who calls, for whom or from where, and each of these conditions "
        "holds for a caller without the key or with any other value",
        _STATEMENTS,
        _none,
        loose_conditions_in_words,
    ),
    "is_gone": ShapePredicate(
        is_gone, "the ARN names nothing of what was listed", ("listed_sources",), _none, gone_in_words
    ),
    "is_invalid_condition": ShapePredicate(
        is_invalid_condition,
        "there is no such key, or none for the actions of the statement, the operator does not suit its type, or a value is "
        "one that no request has",
        ("policy_conditions",),
        _none,
        fault_in_words,
    ),
    "is_loose_set_operator": ShapePredicate(
        is_loose_set_operator,
        "an Allow asks by ForAllValues for a key that may be missing, and nothing in the statement asks that it be there",
        ("policy_conditions",),
        _none,
        set_operator_in_words,
    ),
    "names_other_service": ShapePredicate(
        names_other_service,
        "an Allow names service principals of which none calls for resources of the service in the ARN",
        ("condition_values",),
        _none,
        other_service_in_words,
    ),
    "serves_several": ShapePredicate(
        serves_several, "there is more than one service", ("calling_services",), _none, services_in_words
    ),
    "exceeds_definition": ShapePredicate(
        exceeds_definition,
        "no task of the definition calls the service, or the role may invoke functions that its policies do not name",
        ("machine_grants",),
        calls_any_function,
        excess_in_words,
    ),
    "feeds_itself": ShapePredicate(
        feeds_itself,
        "the role of the function may write what sets it off, so far as its own policies say, or the function lets loops "
        "run that Lambda would stop",
        ("triggers",),
        writes_to_trigger,
        loop_in_words,
    ),
    "is_broader_than_peers": ShapePredicate(
        is_broader,
        "the breadth is `at_least` so much, and more than `factor` times the median of the peers",
        ("breadth",),
        _none,
        breadth_in_words,
        (Argument("factor", ArgumentKind.NUMBER), Argument("at_least", ArgumentKind.NUMBER)),
    ),
    "is_off": ShapePredicate(
        is_off,
        "the service, or the scanning, is off",
        ("detective_services", "function_scanning"),
        _none,
        off_in_words,
    ),
    "is_unqualified": ShapePredicate(
        is_unqualified,
        "it names the function without a version or alias, or by `$LATEST`",
        ("invokers",),
        _none,
        unqualified_in_words,
    ),
    "is_one_bundle": ShapePredicate(
        is_one_bundle,
        "another function has the bundle, and another handler",
        ("code_sharers",),
        _none,
        bundle_in_words,
    ),
    "is_strange_layer": ShapePredicate(
        is_strange_layer,
        "the layer is published neither by the own account, nor by one of the `accounts`, nor by one that the `table` has "
        "for layers of that name",
        ("layers",),
        _none,
        layer_in_words,
        (Argument("table", ArgumentKind.TEXT), Argument("accounts", ArgumentKind.TEXTS, required=False)),
    ),
    "is_other_trustee": ShapePredicate(
        is_other_trustee,
        "the principal is none of the services",
        ("trustees",),
        _none,
        trustee_in_words,
        (Argument("services", ArgumentKind.TEXTS),),
    ),
    "is_secret": ShapePredicate(
        is_secret,
        "the text looks like a secret, of one of the `kinds` where they are given",
        ("secrets",),
        _none,
        secret_in_words,
        (Argument("kinds", ArgumentKind.TEXTS, required=False),),
    ),
    "is_shared": ShapePredicate(
        is_shared,
        "another function has the role, one that is no copy of this one",
        ("role_sharers",),
        _none,
        sharing_in_words,
    ),
    "is_dead_condition": ShapePredicate(
        is_dead_condition,
        "no call to the REST API that the statement is about carries the key: one of VPCs on an API that is not private, one of "
        "the principal where no method takes IAM",
        ("policy_conditions",),
        _none,
        dead_in_words,
    ),
    "is_on_key": ShapePredicate(
        is_on_key,
        "the condition is on one of the keys",
        ("condition_values", "policy_conditions"),
        _none,
        key_in_words,
        (Argument("keys", ArgumentKind.KEYS),),
    ),
    "is_unsound_range": ShapePredicate(
        is_unsound_range,
        "the range is one that lets through (in an Allow, or excepted from a Deny) and is shorter than the prefix, or holds "
        "addresses that no caller from the internet has",
        ("condition_values",),
        calls_from_range,
        range_in_words,
        (
            Argument("min_prefix_v4", ArgumentKind.NUMBER),
            Argument("min_prefix_v6", ArgumentKind.NUMBER),
        ),
    ),
    "is_wide_resource": ShapePredicate(
        is_wide_resource,
        "an action of the statement knows resources of its own and the resource names none: `*`, or a wildcard in an ARN "
        "that is not bound to the own account; unless a condition on one of the keys of `narrowed_by`, a Deny or the "
        "boundary narrows it",
        ("resource_grants",),
        calls_on_unnamed_resource,
        resource_in_words,
        (Argument("narrowed_by", ArgumentKind.KEYS, required=False),),
    ),
    "is_wide_source": ShapePredicate(
        is_wide_source,
        "the source ARN names every resource of its kind, or every method of an API of which the function serves one",
        ("condition_values",),
        calls_for_source,
        source_in_words,
    ),
    "spans_more_than": ShapePredicate(
        spans_more_than,
        "there are more services, or more actions, than given",
        ("write_span",),
        _none,
        span_in_words,
        (Argument("services", ArgumentKind.NUMBER), Argument("actions", ArgumentKind.NUMBER)),
    ),
    "writes_only": ShapePredicate(
        writes_only,
        "there is exactly one action, and it is one of the `actions`",
        ("write_span",),
        _none,
        span_in_words,
        (Argument("actions", ArgumentKind.TEXTS),),
    ),
}
"""All predicates by name."""
