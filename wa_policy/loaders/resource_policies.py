"""Answers that hold the policy of one resource: functions, buckets, queues, topics, keys, secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wa_policy.iam.arn import parse_arn
from wa_policy.iam.parse import parse_policy
from wa_policy.iam.policy import Policy, PolicyKind
from wa_policy.iam.source import Source
from wa_policy.inventory.model import (
    POLICY_DOCUMENT_TYPE,
    POLICY_PROPERTY,
    Absent,
    PolicyDocument,
    Present,
    PropertyValue,
    Resource,
)
from wa_policy.loaders.members import Node
from wa_policy.loaders.origin import Origin
from wa_policy.loaders.pieces import Export
from wa_policy.loaders.policy_calls import (
    BUCKET,
    FUNCTION,
    KEY,
    SECRET,
    PolicyCall,
    policy_call,
    policy_call_of,
)
from wa_policy.loaders.policy_documents import is_bare_policy
from wa_policy.loaders.resource_ids import (
    check_place,
    function_arn,
    named_resources,
    owner,
    qualifier,
    the_only,
)

# --- recognising ---------------------------------------------------------------------------------------------


def is_policy_answer(value: Any, origin: Origin) -> bool:
    """A `Policy` that is text (or, from other tools, an object), or a document that a file name says to be one."""
    if not isinstance(value, Mapping):
        return False
    if not value.keys() - {"Policy", "RevisionId", "PolicyName", "ResponseMetadata"} and "Policy" in value:
        policy = value["Policy"]
        return not (isinstance(policy, Mapping) and "PolicySummary" in policy)
    return is_bare_policy(value, origin) and _document_call(origin) is not None


def is_secret_policy(value: Any, _origin: Origin) -> bool:
    return (
        isinstance(value, Mapping)
        and "ARN" in value
        and ("ResourcePolicy" in value or not value.keys() - {"ARN", "Name", "ResponseMetadata"})
    )


def _document_call(origin: Origin) -> PolicyCall | None:
    """The call of which `--query Policy --output text` gave a bare policy."""
    return policy_call(origin.call) or (policy_call_of(origin.arn) if origin.arn is not None else None)


# --- loading -------------------------------------------------------------------------------------------------


def load_policy_answer(export: Export) -> None:
    """`lambda get-policy`, `s3api get-bucket-policy`, `kms get-key-policy`; told apart by name, then by content."""
    node = export.node if "Policy" not in export.value else export.node.get("Policy")
    if node is None:
        export.node.wrong("a policy in `Policy`")
        return
    policy = _read(export, node)
    row = _document_call(export.origin) or _row_of(export, policy)
    if row is None:
        _keep_alone(export, policy)
        return
    id_ = _named_in(row, policy) or resource_of_file(export, row)
    if id_ is None:
        _keep_alone(export, policy, row)
        return
    if row is FUNCTION:
        _function_answered(export, policy)
    hand_over(export, row, id_, Present(policy), place=node.source)


def load_secret_policy(export: Export) -> None:
    """`secretsmanager get-resource-policy`."""
    arn = export.node.required_text("ARN")
    if arn is None:
        return
    policy = export.node.get("ResourcePolicy")
    document = Absent(export.source) if policy is None else Present(_read(export, policy))
    name = export.node.text("Name")
    place = export.source if policy is None else policy.source
    hand_over(export, SECRET, arn, document, place=place, properties={"Name": name} if name else {})


def hand_over(
    export: Export,
    row: PolicyCall,
    id_: str,
    document: PolicyDocument,
    *,
    place: Source,
    properties: Mapping[str, PropertyValue] | None = None,
    places: Mapping[str, Source] | None = None,
) -> None:
    """A fragment that holds the policy of a resource and its name."""
    arn_account, arn_region = owner(id_)
    account = arn_account or export.origin.account
    told = (properties or {}).get(row.name_property)
    name = told if isinstance(told, str) else row.name_of(id_)
    if account is None:
        check_place(export, what=f"`{name}`", region=False)
    export.pieces.resources.append(
        Resource(
            row.type,
            id_,
            name,
            account,
            arn_region or export.origin.region,
            {row.name_property: name, POLICY_PROPERTY: document} | dict(properties or {}),
            export.source,
            dict(places or {}) | {POLICY_PROPERTY: place},
        )
    )


def resource_of_file(export: Export, row: PolicyCall) -> str | None:
    """The ARN of the resource that the sidecar or the file name names."""
    origin = export.origin
    named = origin.arn or (origin.name if origin.name.startswith("arn:") else None)
    if named is not None:
        return function_arn(named) if row is FUNCTION else named
    if not origin.name:
        return None
    # `orders`, or a version or alias of it: `orders:live`, `orders@live` where a file name cannot have a colon.
    name = origin.name if row is not FUNCTION else origin.name.replace("@", ":").split(":", 1)[0]
    return row.arn_of(origin, name)


def _read(export: Export, node: Node) -> Policy:
    policy, problems = parse_policy(node.value, node.source, PolicyKind.RESOURCE)
    export.pieces.problems.extend(problems)
    return policy


def _row_of(export: Export, policy: Policy) -> PolicyCall | None:
    """The kind of resource, by what the policy itself names."""
    if "RevisionId" in export.value:
        return FUNCTION
    if "PolicyName" in export.value:
        return KEY
    services = {arn.service if (arn := parse_arn(text)) else None for text in named_resources(policy)}
    if len(services) == 1 and (row := policy_call_of(named_resources(policy)[0])) is not None:
        return row
    actions = [action for statement in policy.statements for action in statement.action.values]
    if actions and all(str(action).lower().startswith("kms:") for action in actions):
        return KEY
    return None


def _named_in(row: PolicyCall, policy: Policy) -> str | None:
    """The one resource that all statements are about."""
    texts = named_resources(policy)
    if row is FUNCTION:
        return the_only(function_arn(text) for text in texts)
    if row is KEY:
        return None  # a key policy says `*` for its own key
    arns = [parse_arn(text) for text in texts]
    if row is BUCKET:
        return the_only(
            f"arn:{arn.partition}:s3:::{arn.resource.split('/', 1)[0]}"
            if arn is not None and arn.service == "s3" and "*" not in arn.resource.split("/", 1)[0]
            else None
            for arn in arns
        )
    if any(arn is None or arn.service != row.arn[0] or "*" in str(arn) for arn in arns):
        return None
    return the_only(texts)


def _function_answered(export: Export, policy: Policy) -> None:
    """Note of which version or alias the policy is."""
    for text in sorted(set(named_resources(policy))):
        if function_arn(text) is not None:
            export.answered("lambda.get-policy", *owner(text), _qualified(text))


def _qualified(text: str) -> str:
    arn, suffix = function_arn(text), qualifier(text)
    return f"{arn}:{suffix}" if suffix else str(arn)


def qualified_function_of_file(export: Export) -> str | None:
    """The ARN of the function, version or alias that the file name names."""
    arn = resource_of_file(export, FUNCTION)
    if arn is None:
        return None
    written = (export.origin.arn or export.origin.name).replace("@", ":")
    if written.startswith("arn:"):
        return _qualified(written)
    _, _, suffix = written.partition(":")
    return f"{arn}:{suffix}" if suffix and suffix != "$LATEST" else arn


def _keep_alone(export: Export, policy: Policy, row: PolicyCall | None = None) -> None:
    """A policy of which nothing says whose it is."""
    call = row.call if row is not None else "<service>.<operation>"
    message = "nothing says of which resource this policy is, expected a file name or a sidecar that does"
    export.note(
        "resource-unknown",
        message,
        f"name the file `{call}.<resource name>.json`, or list it under `resource` in `wa-policy.export.json`",
    )
    id_ = f"{export.source.file}#{export.source.pointer}"
    properties: dict[str, PropertyValue] = {
        "Kind": PolicyKind.RESOURCE.value,
        POLICY_PROPERTY: Present(policy),
    }
    origin = export.origin
    export.pieces.resources.append(
        Resource(
            POLICY_DOCUMENT_TYPE,
            id_,
            origin.name or export.source.file,
            origin.account,
            origin.region,
            properties,
            export.source,
        )
    )
