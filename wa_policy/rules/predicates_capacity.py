"""Named predicates about capacity that several resources share: a function and its queues, a table and its indexes."""

from __future__ import annotations

from collections.abc import Mapping

from wa_policy.evaluator.truth import Truth, all_of, any_of
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue, Resource
from wa_policy.inventory.relations import related
from wa_policy.rules.arguments import Values, text
from wa_policy.rules.compare import number_of
from wa_policy.rules.subjects import Scope, Subject
from wa_policy.rules.views import parts_of, walk

MAPPING, TABLE = "AWS::Lambda::EventSourceMapping", "AWS::DynamoDB::Table"
WEB_ACL, _RULE_GROUP = "AWS::WAFv2::WebACL", "AWS::WAFv2::RuleGroup"


def exceeds_reservation(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff the maxima of the mappings of the function that are not turned off add up to more than it reserves."""
    if subject.resource is None:
        return False
    functions = related(scope.inventory, subject.resource, "function")
    found: list[Truth] = [_exceeded(one, scope) for one in functions.found if isinstance(one, Resource)]
    return any_of([*found, *([] if functions.unknown is None else [functions.unknown])])


def _exceeded(function: Resource, scope: Scope) -> Truth:
    reserved = function.property("ReservedConcurrentExecutions")
    if isinstance(reserved, Unknown):
        return reserved
    limit = number_of(reserved)
    if limit is None:
        return False
    others = related(scope.inventory, function, "event_source_mappings")
    certain: float = 0
    perhaps: float = 0
    doubt: Unknown | None = others.unknown
    unsure: Unknown | None = None
    for one in (side for side in others.found if isinstance(side, Resource)):
        told = walk(one.property("ScalingConfig"), ("MaximumConcurrency",))
        is_on = one.property("Enabled")
        maximum = number_of(told)
        if is_on is False:
            continue
        if isinstance(told, Unknown):
            doubt = doubt or told
        elif isinstance(is_on, Unknown):
            perhaps += maximum or 0
            unsure = is_on
        else:
            certain += maximum or 0
    if certain > limit:
        return True
    return doubt or (unsure if unsure is not None and certain + perhaps > limit else False)


def scales_each_index(subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff each global secondary index of the table has a scalable target of the dimension."""
    if subject.resource is None:
        return False
    indexes = subject.resource.property("GlobalSecondaryIndexes")
    if isinstance(indexes, Unknown):
        return indexes
    targets = related(scope.inventory, subject.resource, "scalable_targets")
    rest: list[Truth] = [] if targets.unknown is None else [targets.unknown]
    return all_of(
        any_of(
            [
                *(
                    _scales(target, walk(index.value, ("IndexName",)), text(arguments, "dimension"))
                    for target in targets.found
                    if isinstance(target, Resource)
                ),
                *rest,
            ]
        )
        for index in parts_of(indexes)
    )


def _scales(target: Resource, index: PropertyValue, dimension: str) -> Truth:
    told, scaled = target.property("ScalableDimension"), target.property("ResourceId")
    if isinstance(index, Mapping | tuple) or isinstance(scaled, Mapping | tuple):
        return False
    name: Truth
    if isinstance(index, Unknown):
        name = index
    elif isinstance(scaled, Unknown):
        name = scaled
    else:
        name = isinstance(scaled, str) and scaled.endswith(f"/index/{index}")
    return all_of((told if isinstance(told, Unknown) else told == dimension, name))


def limits_each_client(subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff a rule of the web ACL, or of a rule group of one's own in it, is a rate-based one.

    https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
    """
    if subject.resource is None:
        return False
    return _holds_rate(subject.resource.property("Rules"), scope)


def _holds_rate(rules: PropertyValue, scope: Scope) -> Truth:
    if isinstance(rules, Unknown):
        return rules
    found: list[Truth] = []
    for rule in parts_of(rules):
        statement = walk(rule.value, ("Statement",))
        if isinstance(statement, Unknown):
            found.append(statement)
        elif isinstance(statement, Mapping):
            arn = walk(statement, ("RuleGroupReferenceStatement", "Arn"))
            found.append("RateBasedStatement" in statement)
            found += [] if arn is None else [_group_holds_rate(arn, scope)]
    return any_of(found)


def _group_holds_rate(arn: PropertyValue, scope: Scope) -> Truth:
    if isinstance(arn, Unknown):
        return arn
    group = scope.inventory.resource(arn) if isinstance(arn, str) else None
    if group is not None and group.type == _RULE_GROUP:
        return _holds_rate(group.property("Rules"), scope)
    return Unknown(UnknownKind.NOT_EXPORTED, f"wafv2 get-rule-group for `{arn}`")
