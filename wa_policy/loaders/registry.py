"""All loaders. The first that recognises a value reads it, so the more special shape stands first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wa_policy.loaders import (
    apigateway,
    apigatewayv2,
    attributes,
    error_answers,
    iam_details,
    lambda_,
    lists,
    one_setting,
    organizations,
    policy_documents,
    resource_policies,
)
from wa_policy.loaders.answers import cloud_control, config
from wa_policy.loaders.answers import loader as answers
from wa_policy.loaders.cloudformation import assembly
from wa_policy.loaders.cloudformation import loader as cloudformation
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.terraform import loader as terraform


@dataclass(frozen=True, slots=True)
class Loader:
    """A format: `recognise` looks at the shape of a value, `load` hands over what it holds."""

    name: str
    recognise: Callable[[Any, Origin], bool]
    load: Callable[[Export], None]
    title: Callable[[Any, Origin], str] | None = None
    """What the user is told that a value is, where the format has several kinds of them."""

    def title_of(self, value: Any, origin: Origin) -> str:
        return self.name if self.title is None else self.title(value, origin)


LOADERS = (
    Loader("CloudFormation template", cloudformation.is_cloudformation, cloudformation.load_template),
    Loader("SAM template", cloudformation.is_serverless, cloudformation.load_serverless),
    Loader("CDK manifest", assembly.is_assembly, assembly.load_assembly),
    Loader("file beside templates", assembly.is_beside, assembly.load_beside),
    Loader("Terraform plan or state", terraform.is_plan, terraform.load_plan),
    Loader("stored Terraform state", terraform.is_stored_state, terraform.load_stored_state),
    Loader("error answer", error_answers.is_error_answer, error_answers.load_error_answer),
    Loader("AWS Config", config.is_config, config.load_config, config.title),
    Loader(
        "Cloud Control", cloud_control.is_cloud_control, cloud_control.load_cloud_control, cloud_control.title
    ),
    Loader("answer of the AWS CLI", answers.is_answer, answers.load_answer, answers.title),
    Loader(
        "iam get-account-authorization-details",
        iam_details.is_authorization_details,
        iam_details.load_authorization_details,
    ),
    Loader("lambda list-functions", lambda_.is_function_list, lambda_.load_functions),
    Loader("lambda get-function", lambda_.is_function, lambda_.load_function),
    Loader("lambda list-function-url-configs", lambda_.is_url_list, lambda_.load_urls),
    Loader("lambda list-event-source-mappings", lambda_.is_mapping_list, lambda_.load_mappings),
    Loader("apigateway get-resources", apigateway.is_resource_list, apigateway.load_resources),
    Loader("apigateway get-rest-apis", apigateway.is_rest_api_list, apigateway.load_rest_apis),
    Loader("apigateway get-rest-api", apigateway.is_rest_api, apigateway.load_rest_apis),
    Loader("apigateway get-stages", apigateway.is_stage_list, apigateway.load_stages),
    Loader("apigatewayv2", apigatewayv2.is_v2_list, apigatewayv2.load_v2_list),
    Loader("organizations", organizations.is_organization, organizations.load_organization),
    Loader("resource attributes", attributes.is_attributes, attributes.load_attributes),
    Loader(
        "secretsmanager get-resource-policy",
        resource_policies.is_secret_policy,
        resource_policies.load_secret_policy,
    ),
    Loader("setting of a resource", one_setting.is_one_setting, one_setting.load_one_setting),
    Loader("resource policy", resource_policies.is_policy_answer, resource_policies.load_policy_answer),
    Loader("resource list", lists.is_listing, lists.load_listing),
    Loader("policy document", policy_documents.is_bare_policy, policy_documents.load_policy_document),
)


def loader_of(value: Any, origin: Origin) -> Loader | None:
    """The loader of a value, None iff no format has its shape."""
    return next((loader for loader in LOADERS if loader.recognise(value, origin)), None)
