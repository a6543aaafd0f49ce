"""`aws apigatewayv2`: HTTP and WebSocket APIs, their routes and integrations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.inventory.model import Resource
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.resource_ids import check_place, rest_api_of_file
from wa_policy.loaders.tables import Member, Table, as_is, flag, many, number, same, text, texts_by_name

API = Table(
    "AWS::ApiGatewayV2::Api",
    "apigatewayv2 get-apis",
    (
        *same(
            "ApiEndpoint",
            "ApiId",
            "ApiKeySelectionExpression",
            "Description",
            "IpAddressType",
            "Name",
            "ProtocolType",
            "RouteSelectionExpression",
            "Version",
        ),
        *same("DisableExecuteApiEndpoint", "DisableSchemaValidation", read=flag),
        Member("CorsConfiguration", "CorsConfiguration", as_is),
        Member("Tags", "Tags", texts_by_name),
    ),
)
ROUTE = Table(
    "AWS::ApiGatewayV2::Route",
    "apigatewayv2 get-routes",
    (
        *same(
            "AuthorizationType",
            "AuthorizerId",
            "ModelSelectionExpression",
            "OperationName",
            "RouteKey",
            "RouteResponseSelectionExpression",
            "Target",
        ),
        *same("ApiKeyRequired", read=flag),
        *same("AuthorizationScopes", read=many(text)),
        *same("RequestModels", "RequestParameters", read=as_is),
    ),
)
INTEGRATION = Table(
    "AWS::ApiGatewayV2::Integration",
    "apigatewayv2 get-integrations",
    (
        *same(
            "ConnectionId",
            "ConnectionType",
            "ContentHandlingStrategy",
            "Description",
            "IntegrationMethod",
            "IntegrationSubtype",
            "IntegrationType",
            "IntegrationUri",
            "PassthroughBehavior",
            "PayloadFormatVersion",
            "TemplateSelectionExpression",
        ),
        Member("CredentialsArn", "CredentialsArn"),
        *same("TimeoutInMillis", read=number),
        *same("RequestParameters", "RequestTemplates", "ResponseParameters", "TlsConfig", read=as_is),
    ),
)
# The member of an item that tells what the list is, and the table of its items.
_LISTS = (
    ("ApiId", "get-apis", API),
    ("RouteId", "get-routes", ROUTE),
    ("IntegrationId", "get-integrations", INTEGRATION),
)


def _list_of(value: Any, origin: Origin) -> tuple[str, str, Table] | None:
    if not isinstance(value, Mapping) or not isinstance(value.get("Items"), list):
        return None
    items = [item for item in value["Items"] if isinstance(item, Mapping)]
    for row in _LISTS:
        if items and 2 * sum(row[0] in item for item in items) > len(items):
            return row
        if not items and origin.call == f"apigatewayv2.{row[1]}":
            return row
    return None


def is_v2_list(value: Any, origin: Origin) -> bool:
    return _list_of(value, origin) is not None


def load_v2_list(export: Export) -> None:
    """`get-apis`, and `get-routes` and `get-integrations` of one API."""
    row = _list_of(export.value, export.origin)
    if row is None:
        return
    id_member, operation, table = row
    origin = export.origin
    items = list(export.node.objects("Items"))
    if items or origin.account is None:
        check_place(export, what="the APIs of this file", region=True)
    arn = None
    if table is not API:
        api = rest_api_of_file(export)
        if api is None:
            export.note(
                "resource-unknown",
                "nothing says of which API this answer is, expected a file name or a sidecar that does",
                f"name the file `apigatewayv2.{operation}.<API id>.json`",
            )
            return
        arn = origin.arn_of("apigateway", f"/apis/{api}", account=False)
    for item in items:
        _item(export, item, id_member, table, arn)
    export.answered(f"apigatewayv2.{operation}", origin.account, origin.region, arn)


def _item(export: Export, node: Node, id_member: str, table: Table, api_arn: str | None) -> None:
    id_ = node.required_text(id_member)
    if id_ is None:
        return
    origin = export.origin
    properties = table.properties(node)
    if api_arn is None:
        arn, name = origin.arn_of("apigateway", f"/apis/{id_}", account=False), node.text("Name") or id_
    else:
        properties["ApiId"] = api_arn.rsplit("/", 1)[1]
        kind = "routes" if table is ROUTE else "integrations"
        arn, name = f"{api_arn}/{kind}/{id_}", node.text("RouteKey") or id_
    export.pieces.resources.append(
        Resource(
            table.type,
            arn,
            name,
            origin.account,
            origin.region,
            properties,
            node.source,
            table.places(node),
        )
    )
