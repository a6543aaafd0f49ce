"""What the role of a state machine may do, beside what its definition calls.

Which permissions an integration needs: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wa_policy.evaluator.truth import Truth, any_of
from wa_policy.findings import Verdict
from wa_policy.iam.policy import Effect, Statement
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import STATES_PROPERTY, Principal, Resource
from wa_policy.inventory.relations import related
from wa_policy.rules.arguments import Values
from wa_policy.rules.documents import hole_of, identity_documents
from wa_policy.rules.each_reach import names_one
from wa_policy.rules.items import Field, Item, Items
from wa_policy.rules.request_class import CallerWord, Forbid, Policies, RequestClass, ResourceSpec
from wa_policy.rules.subjects import Scope, Subject, subject_of

# The services of tasks whose IAM prefix has another name.
_PREFIXES: Mapping[str, str] = {
    "apigateway": "execute-api",
    "bedrockagent": "bedrock",
    "bedrockagentruntime": "bedrock",
    "bedrockruntime": "bedrock",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "costexplorer": "ce",
    "dynamodbstreams": "dynamodb",
    "elasticloadbalancingv2": "elasticloadbalancing",
    "elasticmapreduce": "elasticmapreduce",
    "emr": "elasticmapreduce",
    "eventbridge": "events",
    "http": "states",
    "iotdataplane": "iot",
    "lexruntimev2": "lex",
    "location": "geo",
    "opensearch": "es",
    "pinpoint": "mobiletargeting",
    "sagemakerruntime": "sagemaker",
    "sesv2": "ses",
    "sfn": "states",
}
_ALWAYS = frozenset(("kms", "logs", "xray"))
"""Logs, traces and keys of the state machine itself."""
_ALSO: Mapping[str, tuple[str, ...]] = {
    "athena": ("glue", "lakeformation", "s3"),
    "batch": ("events", "iam"),
    "bedrock": ("s3", "iam"),
    "codebuild": ("events",),
    "comprehend": ("iam", "s3"),
    "ecs": ("ec2", "events", "iam"),
    "eks": ("events", "iam"),
    "elasticmapreduce": ("events", "iam"),
    "emr-containers": ("events", "iam"),
    "emr-serverless": ("events", "iam"),
    "glue": ("events", "iam", "s3"),
    "http": ("events", "secretsmanager"),
    "mediaconvert": ("events", "iam", "s3"),
    "rds-data": ("secretsmanager",),
    "redshift-data": ("redshift", "redshift-serverless", "secretsmanager"),
    "rekognition": ("iam", "s3"),
    "sagemaker": ("events", "iam", "s3"),
    "scheduler": ("iam",),
    "ssm": ("iam",),
    "states": ("events",),
    "textract": ("iam", "s3"),
    "transcribe": ("iam", "s3"),
}
_ANY = "every service"
_LAMBDA = "lambda"


@dataclass(slots=True)
class _Used:
    """The prefixes of the services that a definition calls, and why there may be more."""

    services: set[str] = field(default_factory=lambda: set(_ALWAYS))
    doubt: Unknown | None = None


def machine_grants(subject: Subject, scope: Scope, _arguments: Values) -> Items:
    """Each service of which the role of the state machine is allowed something."""
    machine = subject.resource
    if machine is None:
        return Items(())
    roles = related(scope.inventory, machine, "role")
    role = next((one for one in roles.found if isinstance(one, Principal)), None)
    if role is None:
        return Items((), () if roles.unknown is None else (roles.unknown,))
    documents = identity_documents(subject_of(role, scope.inventory))
    used = _used(machine, scope)
    unknown = list(documents.unknown)
    found: dict[str, list[Statement]] = {}
    for _, statement in documents.statements(Effect.ALLOW):
        for service in _services(statement):
            if isinstance(service, Unknown):
                unknown.append(service)
            else:
                found.setdefault(service, []).append(statement)
    items = [_item(service, statements, role, used) for service, statements in sorted(found.items())]
    return Items(tuple(items), tuple(unknown))


def _services(statement: Statement) -> Iterator[str | Unknown]:
    if statement.action.negated:
        yield _ANY
        return
    for value in statement.action.values:
        hole = hole_of(value)
        if hole is not None:
            yield hole
            continue
        service = str(value).partition(":")[0].lower()
        yield _ANY if "*" in service or "?" in service else service


def _item(service: str, statements: list[Statement], role: Principal, used: _Used) -> Item:
    actions = tuple(
        dict.fromkeys(
            str(value)
            for statement in statements
            for value in statement.action.values
            if service == _ANY or str(value).lower().startswith(f"{service}:")
        )
    )
    named = tuple(
        dict.fromkeys(
            str(value)
            for statement in statements
            if statement.resource is not None and not statement.resource.negated
            for value in statement.resource.values
            if names_one(value)
        )
    )
    is_used = service in used.services
    fields: dict[str, Field] = {
        "role": role.name,
        "service": service,
        "actions": actions,
        "resources": named,
        "used": "yes" if is_used else "",
    }
    return Item(
        service,
        statements[0].source,
        fields,
        statements[0],
        principal=role,
        open=None if is_used else used.doubt,
    )


def _used(machine: Resource, scope: Scope) -> _Used:
    used = _Used()
    states = machine.property(STATES_PROPERTY)
    if not isinstance(states, tuple):
        reason = Unknown(
            UnknownKind.NOT_EXPORTED, f"stepfunctions describe-state-machine for `{machine.name}`"
        )
        used.doubt = states if isinstance(states, Unknown) else reason
        return used
    known = scope.catalog.services()
    for state in states:
        if not isinstance(state, Mapping):
            used.doubt = used.doubt or (state if isinstance(state, Unknown) else None)
            continue
        if state.get("ProcessorMode") == "DISTRIBUTED":
            used.services |= {"states", "s3"}
        if "ItemReader" in state or "ResultWriter" in state:
            used.services.add("s3")
        if state.get("Type") != "Task":
            continue
        service = state.get("Service")
        if not isinstance(service, str):
            reason = Unknown(UnknownKind.UNRESOLVED, f"what the task `{state.get('Name')}` calls")
            used.doubt = used.doubt or (service if isinstance(service, Unknown) else reason)
            continue
        prefix = _prefix(service.lower(), known)
        if prefix is None:
            used.doubt = used.doubt or Unknown(
                UnknownKind.NOT_MODELLED, f"which actions the service `{service}` of a task needs"
            )
            continue
        used.services |= {prefix, *_ALSO.get(service.lower(), ()), *_ALSO.get(prefix, ())}
        if state.get("IntegrationPattern") == "sync":
            used.services.add("events")
    return used


def _prefix(service: str, known: object) -> str | None:
    """The IAM prefix of the service of a task; None where it cannot be told."""
    if service in _PREFIXES:
        return _PREFIXES[service]
    names = tuple(known) if isinstance(known, tuple | list | set | frozenset | Mapping) else ()
    if service in names:
        return service
    return next((name for name in sorted(names) if str(name).replace("-", "") == service), None)


# --- judging -----------------------------------------------------------------------------------------------------------


def exceeds_definition(item: Item, subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff no task calls the service, or the role may invoke any function."""
    if not item.fields["used"] and (item.open is None or item.fields["service"] == _ANY):
        return True
    requests = calls_any_function(item, subject, scope)
    if requests is None or item.principal is None:
        return item.open or False
    from wa_policy.rules.forbid import judge

    found = judge(Forbid((requests,)), subject_of(item.principal, scope.inventory), {}, scope)
    # Any function is too much, whether or not the definition calls one.
    is_wide: Truth = found.reasons[0] if found.reasons else found.verdict is Verdict.FAIL
    return any_of((is_wide, item.open or False))


def calls_any_function(item: Item, _subject: Subject, _scope: Scope) -> RequestClass | None:
    """Calls of functions that the policies do not name."""
    if item.fields["service"] != _LAMBDA or (not item.fields["used"] and item.open is None):
        return None
    named = item.fields["resources"]
    resource = ResourceSpec(
        ("arn:aws*:lambda:*:*:function:*",), named if isinstance(named, tuple) else (named,)
    )
    return RequestClass(Policies.IDENTITY, CallerWord.SELF, ("lambda:InvokeFunction",), resource=resource)


def excess_in_words(item: Item) -> str:
    actions = item.fields["actions"]
    shown = ", ".join(actions[:5]) if isinstance(actions, tuple) else actions
    return f"`{item.fields['role']}` is allowed {shown}; no task of the definition calls {item.fields['service']}"
