"""Relations of log groups and alarms."""

from __future__ import annotations

from wa_policy.inventory.relations import special_watch
from wa_policy.inventory.relations.rows import back, named_by, names, of, special
from wa_policy.inventory.relations.rows_compute import ALARM, FUNCTION, LOG_GROUP, STATE_MACHINE, TOPIC

COMPOSITE, METRIC_FILTER = "AWS::CloudWatch::CompositeAlarm", "AWS::Logs::MetricFilter"
SUBSCRIPTION_FILTER = "AWS::Logs::SubscriptionFilter"

ROWS = (
    *of(
        LOG_GROUP,
        named_by("subscription_filters", SUBSCRIPTION_FILTER, "LogGroupName"),
        named_by("metric_filters", METRIC_FILTER, "LogGroupName"),
        back("functions", FUNCTION, "log_group"),
        back("state_machines", STATE_MACHINE, "log_groups"),
        back("stages", ("AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"), "log_group"),
        back("alarms", ALARM, "metric_resources"),
    ),
    *of(SUBSCRIPTION_FILTER, names("log_group", LOG_GROUP, "LogGroupName"), names("function", FUNCTION, "DestinationArn", only_arns=True)),
    *of(
        METRIC_FILTER,
        names("log_group", LOG_GROUP, "LogGroupName"),
        special("alarms", ALARM, special_watch.alarms_of_metric_filter, "the names of its metrics"),
    ),
    *of(
        ALARM,
        special("metric_resources", special_watch.WATCHED, special_watch.metric_resources, "the namespace and dimensions of its metrics"),
        back("deployment_groups", "AWS::CodeDeploy::DeploymentGroup", "alarms"),
    ),
    *of(COMPOSITE, special("children", (ALARM, COMPOSITE), special_watch.children, "`AlarmRule`")),
    *of(
        (ALARM, COMPOSITE),
        names("action_topics", TOPIC, "AlarmActions", only_arns=True),
        names("action_functions", FUNCTION, "AlarmActions", only_arns=True),
        back("parents", COMPOSITE, "children"),
    ),
    *of(
        special_watch.OTHER_WATCHED,
        back("alarms", ALARM, "metric_resources"),
    ),
)  # fmt: skip
