"""What may be wrong with a statement of a control policy, as far as its text and the catalog tell.

Each suspicion comes with the requests that the statement was meant for, so that somebody can ask whether one slips through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from wa_policy.catalog.model import Catalog
from wa_policy.formal.actions import resource_patterns
from wa_policy.guardrails.missing_keys import Missing, MissingKeys
from wa_policy.guardrails.tidy import actions_within, is_true_when_absent
from wa_policy.iam.operators import OPERATOR_BY_NAME, Comparison, QualifiedOperator, Quantifier
from wa_policy.iam.pattern import MANY, ONE, RUN, arn_glob, overlaps, resource_glob
from wa_policy.iam.policy import Condition, Effect, Selection, Statement
from wa_policy.iam.text import Text


class DefectKind(StrEnum):
    RESOURCE = "resource never fits"
    SET_OPERATOR = "set operator leaves a hole"
    KEY = "key is never sent"
    ALWAYS = "denies whatever the key says"


@dataclass(frozen=True)
class Suspect:
    """What may be wrong: `meant` are the requests that the statement was meant for, and does not reach."""

    kind: DefectKind
    words: str
    meant: Statement


_ANY = Selection(("*",))
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")

# Absent in ordinary requests for these actions, which have other things to say; present in all that other guards are about.
_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "lambda:functionurlauthtype": ("lambda:AddPermission",),
    "secretsmanager:kmskeyarn": ("secretsmanager:UpdateSecret",),
    "secretsmanager:rotationlambdaarn": ("secretsmanager:RotateSecret",),
}


def suspects(statement: Statement, keys: MissingKeys, catalog: Catalog) -> Iterator[Suspect]:
    """What may be wrong with the statement."""
    if statement.effect is Effect.ALLOW:
        yield from _open_allows(statement)
        return
    yield from _dead_resources(statement, catalog)
    for condition in statement.conditions:
        yield from _set_operator(statement, condition, keys)
        yield from _unsent(statement, condition, catalog)


# --- resources -------------------------------------------------------------------------------------------------------


def _dead_resources(statement: Statement, catalog: Catalog) -> Iterator[Suspect]:
    """Resources that no listed action of the statement has, and actions that none of the resources fits."""
    resource, action = statement.resource, statement.action
    if resource is None or resource.negated or action.negated:
        return
    living = {
        (written, value)
        for written in action.values
        for value in resource.values
        if _may_meet(str(written), value, catalog)
    }
    known = [written for written in action.values if _names(str(written), catalog)]
    dead = [value for value in resource.values if not any((one, value) in living for one in known)]
    if known and dead:
        words = _of_many("resource", dead)
        yield Suspect(
            DefectKind.RESOURCE,
            f"no request for {_of_many('', known)} has the {words}",
            replace(statement, action=Selection(tuple(known)), resource=_ANY),
        )
    if len(dead) == len(resource.values):
        return
    for written in known:
        single = "*" not in str(written) and "?" not in str(written)
        if single and not any((written, value) in living for value in resource.values):
            yield Suspect(
                DefectKind.RESOURCE,
                f"none of the resources is one of `{written}`",
                replace(statement, action=Selection((written,)), resource=_ANY),
            )


def _may_meet(action: str, value: object, catalog: Catalog) -> bool:
    if not isinstance(value, str) or value == "*":
        return True
    return any(_overlaps(value, name, catalog) for name in _names(action, catalog))


@lru_cache(maxsize=65_536)
def _overlaps(resource: str, action: str, catalog: Catalog) -> bool:
    """True iff some resource of the action fits, read segment by segment.

    A `*` that ends a segment may run across colons, so to the letter `function/*` fits a function whose name has a colon and
    a slash. There is no such name.
    """
    pattern = resource_glob(resource) if resource.count(":") < _ARN_COLONS else arn_glob(resource)
    return any(overlaps(pattern, _segments(arn)) for arn in resource_patterns(action, catalog))


_ARN_COLONS = 5


def _segments(arn: str) -> str:
    """An ARN format as a pattern in which a placeholder of the first five segments stands for no colon."""
    parts = arn.split(":", _ARN_COLONS)
    head = [_PLACEHOLDER.sub(RUN, part) for part in parts[:_ARN_COLONS]]
    return ":".join([*head, *(_PLACEHOLDER.sub(ONE + MANY, part) for part in parts[_ARN_COLONS:])])


@lru_cache(maxsize=4096)
def _names(pattern: str, catalog: Catalog) -> tuple[str, ...]:
    return catalog.names(catalog.actions_matching(pattern) & catalog.listed)


def _of_many(word: str, names: Sequence[Text]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{word}{'s' if word and len(names) > 1 else ''} {shown}{more}".strip()


_MOST_NAMED = 3

# --- set operators ---------------------------------------------------------------------------------------------------

_NULL = QualifiedOperator(OPERATOR_BY_NAME["null"])


def _set_operator(statement: Statement, condition: Condition, keys: MissingKeys) -> Iterator[Suspect]:
    operator = condition.operator
    if operator.operator.comparison is Comparison.IS_NULL:
        return
    key = f"`{condition.key}`"
    if operator.quantifier is Quantifier.FOR_ANY_VALUE and operator.operator.negated:
        absent = replace(condition, operator=_NULL, values=("true",))
        silent = replace(statement, conditions=_with(statement, condition, absent))
        for meant in _where_it_matters(silent, keys.get(condition.folded_key)):
            yield Suspect(
                DefectKind.SET_OPERATOR,
                f"`{operator}` is false for a request without {key}, and no `Null` stands beside it",
                meant,
            )
    if operator.quantifier is Quantifier.FOR_ALL_VALUES:
        some = replace(condition, operator=replace(operator, quantifier=Quantifier.FOR_ANY_VALUE))
        yield Suspect(
            DefectKind.SET_OPERATOR,
            f"`{operator}` is false as soon as one value of {key} is as it should be",
            replace(statement, conditions=_with(statement, condition, some)),
        )


def _where_it_matters(silent: Statement, missing: tuple[Missing, ...] | None) -> Iterator[Statement]:
    """Those of the requests without a key that some rule forbids; all of them where no rule speaks of the key."""
    if missing is None:
        yield silent
        return
    for one in missing:
        actions = one.actions_of(silent.action)
        if actions.values:
            resource = Selection(one.resources) if silent.resource == _ANY else silent.resource
            yield replace(silent, action=actions, resource=resource)


def _with(statement: Statement, old: Condition, new: Condition | None) -> tuple[Condition, ...]:
    rest = tuple(c for c in statement.conditions if c is not old)
    return rest if new is None else (*rest, new)


def _open_allows(statement: Statement) -> Iterator[Suspect]:
    """Allow statements of a list of what is allowed, which let through what has no key at all."""
    for condition in statement.conditions:
        operator = condition.operator
        if operator.quantifier is Quantifier.FOR_ALL_VALUES and not operator.operator.negated:
            absent = replace(condition, operator=_NULL, values=("true",))
            yield Suspect(
                DefectKind.SET_OPERATOR,
                f"`{operator}` is true for a request without `{condition.key}`, and no `Null` stands beside it",
                replace(statement, conditions=_with(statement, condition, absent)),
            )


# --- keys that are never sent ----------------------------------------------------------------------------------------


def _unsent(statement: Statement, condition: Condition, catalog: Catalog) -> Iterator[Suspect]:
    """Actions whose requests never carry the key: the condition then holds always, or never."""
    operator = condition.operator
    if operator.operator.comparison is Comparison.IS_NULL:
        return
    written = () if statement.action.negated else statement.action.values
    unsent = [value for value in written if _never_sends(str(value), condition, catalog)]
    carry = "carry" if len(unsent) > 1 else "carries"
    if not is_true_when_absent(condition):
        if unsent:
            yield Suspect(
                DefectKind.KEY,
                f"{_of_many('', unsent)} {carry} no `{condition.key}` by the catalog, so `{operator}` is never true",
                replace(
                    statement, action=Selection(tuple(unsent)), conditions=_with(statement, condition, None)
                ),
            )
        return
    if not operator.operator.negated:
        return
    if not _is_of_endpoint(condition, catalog):
        # Beside actions of the key's own service, those of others share a statement on purpose: see `join`.
        own = f"{condition.folded_key.partition(':')[0]}:"
        if any(str(value).lower().startswith(own) for value in written if value not in unsent):
            unsent = [value for value in unsent if str(value).lower().startswith(own)]
            carry = "carry" if len(unsent) > 1 else "carries"
    absent = _with(statement, condition, replace(condition, operator=_NULL, values=("true",)))
    if _is_of_endpoint(condition, catalog):
        # Over the internet nobody has the key; what shows the defect is a call through an endpoint.
        through = replace(condition, operator=_NULL, key="aws:SourceVpce", values=("false",))
        absent = (*absent, through)
        unsent += _unsent_services(statement.action, condition, catalog)
        carry = "carry" if len(unsent) > 1 else "carries"
    ordinary = {one.lower() for one in _OPTIONAL.get(condition.folded_key, ())}
    optional = [value for value in written if str(value).lower() in ordinary and value not in unsent]
    for which, how in ((unsent, f"{carry} no"), (optional, "may well come without")):
        if which:
            yield Suspect(
                DefectKind.ALWAYS,
                f"{_of_many('', which)} {how} `{condition.key}`, and `{operator}` is true then",
                replace(statement, action=Selection(tuple(which)), conditions=absent),
            )


_KNOWN_SERVICES = ("sns", "states", "events", "execute-api", "apigateway")
"""What serverless applications call most, of the services that do not tell whose endpoint a request came through."""


def _unsent_services(actions: Selection, condition: Condition, catalog: Catalog) -> list[Text]:
    """All actions of services that never send the key, where the statement is about every service or has exceptions."""
    wide = actions.negated or any(str(value).startswith("*") for value in actions.values)
    if not wide:
        return []
    found: list[Text] = []
    for service in _KNOWN_SERVICES:
        whole = Selection((f"{service}:*",))
        if actions_within(whole, actions) and _never_sends(f"{service}:*", condition, catalog):
            found.append(f"{service}:*")
    return found


def _never_sends(action: str, condition: Condition, catalog: Catalog) -> bool:
    """True only if the catalog knows the key, and that no request for the action carries it."""
    names = _names(action, catalog)
    known = catalog.condition_key(condition.key)
    if not names or known is None:
        return False
    if _is_of_endpoint(condition, catalog):
        return not any(catalog.sends_vpce_key(condition.key, name) for name in names)
    return not known.is_global and not any(_may_send(name, condition.key, catalog) for name in names)


def _may_send(action: str, key: str, catalog: Catalog) -> bool:
    if catalog.key_usable_with(key, action):
        return True
    # A service's own key for the tags of a resource goes with `aws:ResourceTag`; for some it is in no table any more.
    name = key.lower().partition(":")[2]
    tags = "aws:resourcetag/${tagkey}"
    return name.startswith("resourcetag/") and tags in {
        found.lower() for found in catalog.condition_keys_of_action(action)
    }


def _is_of_endpoint(condition: Condition, catalog: Catalog) -> bool:
    """True iff the key tells about the owner of a VPC endpoint, which some services never send."""
    return any(key.lower() == condition.folded_key for key in catalog.vpce_key_services)
