"""Packed guardrails as files: JSON documents, CloudFormation, Terraform, and a page that says what each does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from wa_policy.guardrails.generate import Generated
from wa_policy.guardrails.pack import Document
from wa_policy.guardrails.readme import readme
from wa_policy.rules.model import GuardrailKind


class Form(StrEnum):
    """What is written beside the page."""

    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


TYPES = {
    GuardrailKind.SCP: "SERVICE_CONTROL_POLICY",
    GuardrailKind.RCP: "RESOURCE_CONTROL_POLICY",
}
"""The kinds in the words of AWS Organizations."""

README = "README.md"
_MAX_DESCRIPTION = 512
"""https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html"""


def files(
    generated: Generated,
    *,
    forms: tuple[Form, ...] = tuple(Form),
    pretty: bool = False,
    name: str = "wa-policy",
) -> dict[str, str]:
    """The content of each file by its name; the name of one with documents that are not proved says so.

    `name` begins the names of the policies in AWS. With `pretty` the JSON documents have white space, which AWS counts.
    """
    found: dict[str, str] = {}
    for document in generated.documents if Form.JSON in forms else ():
        text = _json(document.value) if pretty else f"{document.text}\n"
        found[file_of(document, generated)] = text
    unproved = "" if all(made.is_proved for made in generated.made) else ".unproved"
    if Form.CLOUDFORMATION in forms:
        found[f"cloudformation{unproved}.json"] = _json(_cloudformation(generated, name))
    if Form.TERRAFORM in forms:
        found[f"guardrails{unproved}.tf.json"] = _json(_terraform(generated, name))
    names = {document.name: file_of(document, generated) for document in generated.documents}
    found[README] = readme(generated, names if Form.JSON in forms else {}, name)
    return found


_OURS = re.compile(
    r"(?:scp|rcp)-[0-9]+(?:\.unproved)?\.json|cloudformation(?:\.unproved)?\.json"
    r"|guardrails(?:\.unproved)?\.tf\.json|README\.md"
)


def is_ours(name: str) -> bool:
    """True iff `files` may give a file this name."""
    return _OURS.fullmatch(name) is not None


def file_of(document: Document, generated: Generated) -> str:
    """The name of the JSON file of a document."""
    return f"{document.name}{'' if generated.of(document).is_proved else '.unproved'}.json"


def policy_name(document: Document, name: str) -> str:
    """The name of the document's policy in AWS Organizations."""
    return f"{name}-{document.name}"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _description(document: Document, generated: Generated) -> str:
    rules = document.rules
    note = "" if generated.of(document).is_proved else "Not proved. "
    for shown in range(len(rules), 0, -1):
        more = f" and {len(rules) - shown} more" if shown < len(rules) else ""
        text = f"{note}{', '.join(rules[:shown])}{more}"
        if len(text) <= _MAX_DESCRIPTION:
            return text
    return f"{note}{len(rules)} rules"


# --- CloudFormation ----------------------------------------------------------------------------------------------------


def _cloudformation(generated: Generated, name: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-policy.html"""
    resources: dict[str, Any] = {}
    for document in generated.documents:
        resource: dict[str, Any] = {"Type": "AWS::Organizations::Policy"}
        if resources:
            # Organizations changes one thing at a time; two at once end in a ConcurrentModificationException.
            resource["DependsOn"] = list(resources)[-1]
        resource["Properties"] = {
            "Name": policy_name(document, name),
            "Description": _description(document, generated),
            "Type": TYPES[document.kind],
            "Content": document.value,
            "TargetIds": {"Ref": "TargetIds"},
        }
        resources[_logical_id(document)] = resource
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Guardrails; to be deployed in the management account of the organization, or a delegated administrator's.",
        "Parameters": {
            "TargetIds": {
                "Type": "CommaDelimitedList",
                "Description": "The root, organizational units and accounts that the policies are attached to.",
            }
        },
        "Resources": resources,
    }


def _logical_id(document: Document) -> str:
    kind, _, number = document.name.partition("-")
    return f"{kind.capitalize()}{number}"


# --- Terraform -----------------------------------------------------------------------------------------------------------


def _terraform(generated: Generated, name: str) -> dict[str, Any]:
    """https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/organizations_policy"""
    policies: dict[str, Any] = {}
    attachments: dict[str, Any] = {}
    for document in generated.documents:
        label = document.name.replace("-", "_")
        policies[label] = {
            "name": policy_name(document, name),
            "description": _literally(_description(document, generated)),
            "type": TYPES[document.kind],
            "content": _literally(document.text),
        }
        attachments[label] = {
            "for_each": "${var.target_ids}",
            "policy_id": f"${{aws_organizations_policy.{label}.id}}",
            "target_id": "${each.value}",
        }
    resources: Mapping[str, Any] = {
        "aws_organizations_policy": policies,
        "aws_organizations_policy_attachment": attachments,
    }
    return {
        "variable": {
            "target_ids": {
                "type": "set(string)",
                "default": [],
                "description": "The root, organizational units and accounts that the policies are attached to.",
            }
        },
        "resource": resources,
    }


def _literally(text: str) -> str:
    """The text as Terraform's JSON syntax writes it, where strings are templates.

    https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping
    """
    return text.replace("${", "$${").replace("%{", "%%{")
