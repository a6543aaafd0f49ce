"""Resources of a template that say who may use another one: permissions and resource policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wa_policy.iam.arn import is_account_id, parse_arn
from wa_policy.iam.policy import Policy, PolicyKind, Statement
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown
from wa_policy.loaders.cloudformation.build import Build, Made
from wa_policy.loaders.cloudformation.values import (
    NO_VALUE,
    Value,
    as_text,
    doubt_of,
    settled,
    unresolved,
)
from wa_policy.loaders.resource_ids import function_arn, qualifier

# The conditions that Lambda writes into the policy, by property of the permission: operator and key.
# https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
_CONDITIONS = (
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)


# --- Lambda ----------------------------------------------------------------------------------------------------------


def permission(build: Build, made: Made) -> None:
    """AWS::Lambda::Permission: a statement of the policy of a function."""
    named = as_text(made.values.get("FunctionName", NO_VALUE))
    if named is None:
        doubt = doubt_of(made.values.get("FunctionName")) or unresolved(
            f"the function that `{made.written.logical_id}` is about"
        )
        doubt_all(build, "AWS::Lambda::Function", doubt)
        return
    target = settled(build.resolver.naming.function(named))
    if isinstance(target, Template):
        doubt = doubt_of(target) or unresolved(f"the function that `{made.written.logical_id}` is about")
        doubt_all(build, "AWS::Lambda::Function", doubt)
        return
    arn = function_arn(target)
    if arn is None:
        build.scope.note(
            build.pointer(made, "FunctionName"), "member-type", f"found `{target}`, expected a function"
        )
        return
    conditions: dict[str, dict[str, Value]] = {}
    for name, operator, key in _CONDITIONS:
        value = made.values.get(name, NO_VALUE)
        if value is not NO_VALUE and value is not None:
            conditions.setdefault(operator, {})[key] = value
    raw: dict[str, Value] = {
        "Effect": "Allow",
        "Principal": principal_of(made.values.get("Principal")),
        "Action": made.values.get("Action", "lambda:InvokeFunction"),
        "Resource": target,
    }
    if conditions:
        raw["Condition"] = conditions
    statement = statement_of(build, made, raw)
    add_statement(build, arn, "AWS::Lambda::Function", statement, made)
    suffix = qualifier(target)
    build.answered("lambda.get-policy", f"{arn}:{suffix}" if suffix else arn)


def principal_of(value: Value) -> Value:
    """Who is meant by the principal of a permission: a service, an account, an ARN, or everyone."""
    text = None if value is None else as_text(value)
    if text is None:
        return value if isinstance(value, Unknown) else unresolved("the principal of a permission")
    text = settled(text)
    if isinstance(text, Template):
        if isinstance(text.parts[-1], str) and text.parts[-1].startswith(".amazonaws.com"):
            return {"Service": text}
        return {"AWS": text, "Service": text}
    if text == "*":
        return "*"
    if is_account_id(text):
        return {"AWS": text}
    if text.startswith("arn:"):
        return {"AWS": text}
    return {"Service": text}


def statement_of(build: Build, made: Made, raw: Mapping[str, Value]) -> Statement | Unknown:
    """The statement, with the places of the properties that it is made of."""
    policy = statements_of(build, made, dict(raw))
    if not policy.statements:
        return (
            policy.unreadable[0]
            if policy.unreadable
            else unresolved(f"the statement of `{made.written.logical_id}`")
        )
    statement = policy.statements[0]
    places = {key.lower(): name for name, _, key in _CONDITIONS}
    conditions = tuple(
        replace(condition, source=made.places.get(places.get(condition.folded_key, ""), made.source))
        for condition in statement.conditions
    )
    return replace(statement, sid=made.written.logical_id, source=made.source, conditions=conditions)


def statements_of(build: Build, made: Made, statement: Value) -> Policy:
    """A policy of one statement that a resource stands for; what cannot be read in it is told of the resource."""
    start = len(build.notes)
    document = {"Version": "2012-10-17", "Statement": [statement]}
    policy = build.reading.policy(document, made.written.pointer, PolicyKind.RESOURCE)
    build.notes[start:] = [
        made.source.problem(problem.code, problem.message, advice=problem.advice)
        for problem in build.notes[start:]
    ]
    return policy


def add_statement(build: Build, id_: str, type_: str, statement: Statement | Unknown, made: Made) -> None:
    """Put a statement into the policy of a resource, of this template or not."""
    _external(build, id_, type_)
    grants = build.granted(id_)
    grants.place = grants.place or made.source
    if made.doubt is not None:
        grants.doubts.append(made.doubt)
    elif isinstance(statement, Unknown):
        grants.doubts.append(statement)
    else:
        grants.statements.append(statement)


def _external(build: Build, id_: str, type_: str) -> None:
    """Note that a resource which the template does not make has a policy of which it makes a part."""
    if id_ in build.by_id or id_ in build.grants:
        return
    name = (parse_arn(id_) or id_) and id_.rsplit(":", 1)[-1]
    build.granted(id_).doubts.append(
        unresolved(f"the rest of the policy of `{name}`, which this template does not make")
    )
    build.externals[id_] = type_


def doubt_all(build: Build, type_: str, doubt: Unknown) -> None:
    """Any resource of the type that has a name of its own may be meant; a name that is made later cannot be given now."""
    for made in build.made.values():
        if made.written.type == type_ and made.written.logical_id not in build.resolver.naming.open:
            build.granted(made.id).doubts.append(doubt)
    for logical, known in build.resolver.naming.open.items():
        named = build.made.get(logical)
        if named is not None and named.written.type == type_ and known is not None:
            build.granted(named.id).doubts.append(doubt)


def layer_permission(build: Build, made: Made) -> None:
    """AWS::Lambda::LayerVersionPermission."""
    layer = build.text(made, "LayerVersionArn")
    if not isinstance(layer, str):
        return
    raw: dict[str, Value] = {
        "Effect": "Allow",
        "Principal": principal_of(made.values.get("Principal")),
        "Action": made.values.get("Action", "lambda:GetLayerVersion"),
        "Resource": layer,
    }
    organization = made.values.get("OrganizationId", NO_VALUE)
    if organization is not NO_VALUE:
        raw["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": organization}}
    add_statement(build, layer, "AWS::Lambda::LayerVersion", statement_of(build, made, raw), made)
