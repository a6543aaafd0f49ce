"""Answers `{"Error": {"Code": …}}`: what AWS says not to exist, and what the caller was not allowed to see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wa_policy.inventory.model import Absent, Answer, NotExported
from wa_policy.loaders.answers.loader import load_absent
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.policy_calls import SECRET, PolicyCall, policy_call
from wa_policy.loaders.resource_ids import function_of_file, owner
from wa_policy.loaders.resource_policies import (
    hand_over,
    qualified_function_of_file,
    resource_of_file,
)

_DENIED = ("AccessDenied", "NotAuthorized", "Unauthorized", "Forbidden", "AuthFailure", "OptInRequired")
_ABSENT = re.compile(r"No(?:Such|t?Found).*|.*(?:NotFound|NonExistent|NotExist).*|.*NotInUse.*")
_NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
_PER_FUNCTION = (
    "lambda.get-function-url-config",
    "lambda.list-function-url-configs",
    "lambda.list-event-source-mappings",
    "lambda.list-aliases",
)


# What the CLI prints to standard error, saved in place of the answer (`2>&1`).
_PRINTED = re.compile(
    rb"\s*(?:aws: \[ERROR\]: )?An error occurred \(([\w.]+)\) when calling the \w+ operation[^:]*:\s*([^\r\n]*)"
)


def printed_error(data: bytes | bytearray) -> dict[str, Any] | None:
    """The error answer that the text of an error message of the CLI stands for."""
    found = _PRINTED.match(data)
    if found is None:
        return None
    code, message = (part.decode("utf-8", "replace") for part in found.groups())
    return {"Error": {"Code": code, "Message": message}}


def is_error_answer(value: Any, _origin: Origin) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("Error"), Mapping)
        and "Code" in value["Error"]
        and not value.keys() - {"Error", "ResponseMetadata", "Message", "message", "Type"}
    )


def load_error_answer(export: Export) -> None:
    """What the error says about the resource that the file name names."""
    error = export.node.get("Error")
    code = None if error is None else error.required_text("Code")
    if error is None or code is None:
        return
    origin = export.origin
    message = error.value.get("Message")
    if code == _NO_ORGANIZATION:
        export.pieces.no_organization.append(export.source)
        return
    if not origin.call and origin.arn is None:
        export.note(
            "resource-unknown",
            f"found the error `{code}`, and nothing says what was asked, expected a file name that does",
            "name the file `<service>.<operation>.<resource name>.json`",
        )
        return
    row = policy_call(origin.call)
    if any(word in code for word in _DENIED):
        export.note(
            "access-denied",
            f"found the error `{code}` of `{origin.call}`, expected an answer; it counts as not exported",
            "export again with a principal that may make this call",
        )
        _not_exported(export, row)
    elif load_absent(export, code):
        return
    elif row is not None and code in row.absent:
        _absent(export, row, str(message or ""))
    elif row is not None and code in row.gone:
        return
    elif origin.call in _PER_FUNCTION and _ABSENT.fullmatch(code):
        function = function_of_file(export)
        if function is not None:
            call = origin.call.replace("get-function-url-config", "list-function-url-configs")
            export.pieces.answered(Answer(call, *owner(function), function), export.source)
    elif not _ABSENT.fullmatch(code):
        export.note(
            "error-answer",
            f"found the error `{code}` of `{origin.call}`, expected an answer; it counts as not exported",
        )
        _not_exported(export, row)


def _absent(export: Export, row: PolicyCall, message: str) -> None:
    # Lambda has one code for a function without a policy and for no such function.
    if message.startswith("Function not found"):
        return
    id_ = resource_of_file(export, row)
    if id_ is None:
        export.note(
            "resource-unknown",
            f"nothing says which resource has no policy, expected a file name `{row.call}.<resource name>.json`",
        )
        return
    if row.call == "lambda.get-policy":
        asked = qualified_function_of_file(export)
        export.pieces.answered(Answer(row.call, *owner(id_), asked), export.source)
    hand_over(export, row, id_, Absent(export.source), place=export.source)


def _not_exported(export: Export, row: PolicyCall | None) -> None:
    """The resource exists, as far as one can tell; its policy is not known."""
    id_ = None if row is None else resource_of_file(export, row)
    if row is None or id_ is None or (row is SECRET and export.origin.arn is None):
        return  # the ARN of a secret does not follow from its name
    wanted = row.wanted(row.name_of(id_))
    hand_over(export, row, id_, NotExported(wanted), place=export.source)
