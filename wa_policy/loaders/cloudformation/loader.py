"""Recognises templates, and takes them down until all files were read."""

from __future__ import annotations

from typing import Any

from wa_policy.loaders.cloudformation.template import is_sam, is_template
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export, TemplatePart


def is_cloudformation(value: Any, _origin: Origin) -> bool:
    return is_template(value) and not is_sam(value)


def is_serverless(value: Any, _origin: Origin) -> bool:
    return is_sam(value)


def load_template(export: Export) -> None:
    """A template of CloudFormation."""
    export.pieces.templates.append(TemplatePart(export.value, export.source, export.origin))


def load_serverless(export: Export) -> None:
    """A template of the Serverless Application Model."""
    export.pieces.templates.append(TemplatePart(export.value, export.source, export.origin, is_sam=True))
