"""Policies of REST APIs as API Gateway keeps them: it completes the short form of the resources."""

from __future__ import annotations

from dataclasses import replace

from wa_policy.iam.policy import Selection, Statement
from wa_policy.iam.text import Template, Text
from wa_policy.inventory.model import POLICY_PROPERTY, REST_API_ID_PROPERTY, Present, Resource

REST_API = "AWS::ApiGateway::RestApi"
_SHORT = "execute-api:"


def with_whole_arns(api: Resource) -> Resource:
    """The API with `execute-api:/stage/METHOD/path` in its policy as the ARN that it stands for.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
    """
    document, id_ = api.properties.get(POLICY_PROPERTY), api.properties.get(REST_API_ID_PROPERTY)
    if not isinstance(document, Present) or not isinstance(id_, str) or not api.account or not api.region:
        return api
    policy = document.policy
    partition = api.id.split(":", 2)[1] if api.id.startswith("arn:") else "aws"
    start = f"arn:{partition}:execute-api:{api.region}:{api.account}:{id_}"
    statements = tuple(_whole(statement, start) for statement in policy.statements)
    if statements == policy.statements:
        return api
    properties = {**api.properties, POLICY_PROPERTY: Present(replace(policy, statements=statements))}
    return replace(api, properties=properties)


def _whole(statement: Statement, start: str) -> Statement:
    resource = statement.resource
    if resource is None:
        return statement
    values = tuple(_text(value, start) for value in resource.values)
    return (
        statement
        if values == resource.values
        else replace(statement, resource=Selection(values, resource.negated))
    )


def _text(value: Text, start: str) -> Text:
    if isinstance(value, str):
        return f"{start}{value.removeprefix(_SHORT)}" if value.startswith(_SHORT) else value
    first = value.parts[0]
    if not isinstance(first, str) or not first.startswith(_SHORT):
        return value
    return Template((f"{start}{first.removeprefix(_SHORT)}", *value.parts[1:]))
