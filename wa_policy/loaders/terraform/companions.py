"""Resources of a plan that stand for one property of another: settings of functions, topics and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import WRITTEN_OUT_PROPERTY, PropertyValue
from wa_policy.loaders.resource_ids import function_arn
from wa_policy.loaders.terraform.buckets import items_of, without_none
from wa_policy.loaders.terraform.instances import Instance
from wa_policy.loaders.terraform.plan import Draft, Plan
from wa_policy.loaders.terraform.rows import rows
from wa_policy.loaders.terraform.shapes import read


def add_companions(plan: Plan) -> None:
    """Put the settings where they belong."""
    for type_, add in OTHERS.items():
        for instance in plan.of_type(type_):
            add(plan, instance)


# --- functions -------------------------------------------------------------------------------------------------------


def _of_function(
    property_: str, shape: Callable[[Plan, Instance], PropertyValue]
) -> Callable[[Plan, Instance], None]:
    """A type that is a property of a function."""

    def add(plan: Plan, instance: Instance) -> None:
        named = plan.reader.named(instance, "function_name")
        if isinstance(named, Unknown):
            for draft in plan.drafts_of("AWS::Lambda::Function"):
                draft.properties[property_] = named
        elif named is not None:
            function = plan.drafts.get(function_arn(plan.naming.function_arn(named, instance)) or "")
            if function is not None:
                function.put(property_, shape(plan, instance), instance.source)

    return add


def _runtime_management(plan: Plan, instance: Instance) -> PropertyValue:
    return without_none(plan.reader.properties(instance, rows("update_runtime_on runtime_version_arn")))


def _provisioned(plan: Plan, instance: Instance) -> None:
    """Provisioned concurrency of an alias."""
    named, qualifier = plan.reader.named(instance, "function_name"), plan.reader.named(instance, "qualifier")
    value = read(plan, instance, "provisioned_concurrent_executions")
    for draft in plan.drafts_of("AWS::Lambda::Alias"):
        if isinstance(named, Unknown) or isinstance(qualifier, Unknown):
            draft.properties["ProvisionedConcurrencyConfig"] = (
                named if isinstance(named, Unknown) else qualifier
            )
        elif named is not None and draft.id == f"{plan.naming.function_arn(named, instance)}:{qualifier}":
            draft.put(
                "ProvisionedConcurrencyConfig", {"ProvisionedConcurrentExecutions": value}, instance.source
            )


# --- messages --------------------------------------------------------------------------------------------------------


def _append(draft: Draft, property_: str, entry: PropertyValue, instance: Instance) -> None:
    """One more item of a list."""
    before = draft.properties.get(property_)
    if not isinstance(before, Unknown):
        draft.put(
            property_,
            (*(before if isinstance(before, tuple) else ()), entry),
            draft.places.get(property_, instance.source),
        )


def _subscription(plan: Plan, instance: Instance) -> None:
    topic = plan.target(instance, "topic_arn", "aws_sns_topic")
    if topic is not None:
        found = plan.reader.properties(instance, rows("protocol endpoint filter_policy:json"))
        _append(topic, "Subscription", without_none(found), instance)


_TARGET = rows(
    "target_id=Id arn role_arn input dead_letter_config{arn} retry_policy{maximum_event_age_in_seconds maximum_retry_attempts}"
)


def _event_target(plan: Plan, instance: Instance) -> None:
    rule = plan.target(instance, "rule", "aws_cloudwatch_event_rule")
    if rule is not None:
        _append(rule, "Targets", without_none(plan.reader.properties(instance, _TARGET)), instance)


def _redrive(property_: str, argument: str) -> Callable[[Plan, Instance], None]:
    table = rows(f"{argument}=Value:json")

    def add(plan: Plan, instance: Instance) -> None:
        queue = plan.target(instance, "queue_url", "aws_sqs_queue")
        if queue is not None:
            queue.put(property_, plan.reader.properties(instance, table)["Value"], instance.source)

    return add


# --- security groups -------------------------------------------------------------------------------------------------

_RULE = rows(
    "ip_protocol=IpProtocol from_port to_port description cidr_ipv4=CidrIp cidr_ipv6=CidrIpv6 prefix_list_id=PrefixListId referenced_security_group_id=GroupId"
)


def _new_rule(property_: str, side: str) -> Callable[[Plan, Instance], None]:
    """`aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`."""

    def add(plan: Plan, instance: Instance) -> None:
        group = plan.target(instance, "security_group_id", "aws_security_group")
        if group is None:
            return
        found = without_none(plan.reader.properties(instance, _RULE))
        for name, full in (("PrefixListId", f"{side}PrefixListId"), ("GroupId", f"{side}SecurityGroupId")):
            if name in found:
                found[full] = found.pop(name)
        _append(group, property_, found, instance)

    return add


def _old_rule(plan: Plan, instance: Instance) -> None:
    """`aws_security_group_rule`: one for each source or destination."""
    group = plan.target(instance, "security_group_id", "aws_security_group")
    if group is None:
        return
    outward = instance.values.get("type") == "egress"
    side = "Destination" if outward else "Source"
    property_ = "SecurityGroupEgress" if outward else "SecurityGroupIngress"
    common = without_none(
        plan.reader.properties(instance, rows("protocol=IpProtocol from_port to_port description"))
    )
    for name, value in _ends(plan, instance, side):
        for item in items_of(value):
            _append(group, property_, {**common, name: item}, instance)


def _ends(plan: Plan, instance: Instance, side: str) -> Iterator[tuple[str, PropertyValue]]:
    yield "CidrIp", read(plan, instance, "cidr_blocks")
    yield "CidrIpv6", read(plan, instance, "ipv6_cidr_blocks")
    yield f"{side}PrefixListId", read(plan, instance, "prefix_list_ids")
    yield f"{side}SecurityGroupId", read(plan, instance, "source_security_group_id")
    if instance.values.get("self") is True:
        yield f"{side}SecurityGroupId", read(plan, instance, "security_group_id")


# --- the rest --------------------------------------------------------------------------------------------------------


def _of(argument: str, type_: str, property_: str, value: str) -> Callable[[Plan, Instance], None]:
    """A type that is one property of what an argument names."""
    table = rows(value)

    def add(plan: Plan, instance: Instance) -> None:
        draft = plan.target(instance, argument, type_)
        if draft is not None:
            draft.put(property_, plan.reader.properties(instance, table)["Value"], instance.source)

    return add


def _detector_feature(plan: Plan, instance: Instance) -> None:
    detector = plan.target(instance, "detector_id", "aws_guardduty_detector")
    if detector is not None:
        _append(
            detector,
            "Features",
            without_none(plan.reader.properties(instance, rows("name status"))),
            instance,
        )


def _secret_version(plan: Plan, instance: Instance) -> None:
    """Whether the configuration writes the text of a secret out; the text itself stays out of the inventory."""
    secret = plan.target(instance, "secret_id", "aws_secretsmanager_secret")
    text = instance.values.get("secret_string")
    written = plan.configuration.expressions(instance).get("secret_string")
    if secret is not None and text and isinstance(written, Mapping) and not written.get("references"):
        secret.put(WRITTEN_OUT_PROPERTY, True, instance.source)


OTHERS: Mapping[str, Callable[[Plan, Instance], None]] = {
    "aws_lambda_runtime_management_config": _of_function("RuntimeManagementConfig", _runtime_management),
    "aws_lambda_function_recursion_config": _of_function(
        "RecursiveLoop", lambda plan, instance: read(plan, instance, "recursive_loop")
    ),
    "aws_lambda_provisioned_concurrency_config": _provisioned,
    "aws_sns_topic_subscription": _subscription,
    "aws_cloudwatch_event_target": _event_target,
    "aws_sqs_queue_redrive_policy": _redrive("RedrivePolicy", "redrive_policy"),
    "aws_sqs_queue_redrive_allow_policy": _redrive("RedriveAllowPolicy", "redrive_allow_policy"),
    "aws_vpc_security_group_ingress_rule": _new_rule("SecurityGroupIngress", "Source"),
    "aws_vpc_security_group_egress_rule": _new_rule("SecurityGroupEgress", "Destination"),
    "aws_security_group_rule": _old_rule,
    "aws_cloudwatch_log_data_protection_policy": _of(
        "log_group_name", "aws_cloudwatch_log_group", "DataProtectionPolicy", "policy_document=Value:json"
    ),
    "aws_guardduty_detector_feature": _detector_feature,
    "aws_secretsmanager_secret_version": _secret_version,
}
"""By type."""
