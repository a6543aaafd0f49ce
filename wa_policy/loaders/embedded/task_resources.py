"""What a Task state calls, by its `Resource`.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

import re

from wa_policy.iam.text import Hole, Template
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.embedded.json_within import Value, as_property, doubt

# U+0000 stands for a part that is not known.
_INTEGRATION = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:(?!activity:|stateMachine:)([^:]+):(.+)", re.DOTALL)
_ACTIVITY = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:activity:.+", re.DOTALL)
_FUNCTION = re.compile(r"arn:[^:]*:lambda:[^:]*:[^:]*:function:.+", re.DOTALL)
_HOLE = "\0"


def task_of(resource: Value) -> dict[str, PropertyValue]:
    """The integration of a task: what it calls, and whether it waits for the result."""
    unknown = doubt(resource)
    found: dict[str, PropertyValue] = {"Resource": as_property(resource)}
    if isinstance(resource, Template):
        text = "".join(
            _HOLE if isinstance(part, Hole) else part if isinstance(part, str) else part.written
            for part in resource.parts
        )
    elif isinstance(resource, str):
        text = resource
    else:
        return found | dict.fromkeys(("IntegrationPattern", "Service", "Action"), unknown)
    if _ACTIVITY.fullmatch(text):
        return found | {"IntegrationPattern": "activity", "Service": "states"}
    if _FUNCTION.fullmatch(text):
        return found | {"IntegrationPattern": "request-response", "Service": "lambda", "Action": "invoke"}
    match = _INTEGRATION.fullmatch(text)
    if match is None:
        open_all = dict.fromkeys(("IntegrationPattern", "Service", "Action"), unknown)
        # Whatever it calls, it waits.
        waits = {"IntegrationPattern": "wait-for-task-token"} if text.endswith(".waitForTaskToken") else {}
        return found | open_all | waits
    service, called = match.groups()
    if service == "aws-sdk":
        service, _, called = called.partition(":")
        found["IsSdkIntegration"] = True
    action, _, pattern = called.partition(".")
    open_ = _HOLE in called
    if pattern == "waitForTaskToken":
        how: PropertyValue = "wait-for-task-token"
    elif re.fullmatch(r"sync(:\d+)?", pattern):
        how = "sync"
    else:
        # What is not known may end with either of the two.
        how = unknown if open_ else "request-response" if not pattern else None
    return found | {
        "IntegrationPattern": how,
        "Service": unknown if _HOLE in service else service,
        "Action": unknown if _HOLE in action else action,
    }
