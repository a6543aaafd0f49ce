"""The tables of answers hold against two descriptions that we did not write: of the answers and of the types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.loaders.answers.models import item_shape
from wa_policy.catalog.store import load_schemas
from wa_policy.inventory.model import METHODS_PROPERTY, POLICY_PROPERTY, WEB_ACL_PROPERTY
from wa_policy.inventory.own_names import OWN_NAMES, OWN_TYPES
from wa_policy.loaders.answers.all_rows import ROWS
from wa_policy.loaders.answers.convert import resolved
from wa_policy.loaders.answers.rows import Row, fold
from wa_policy.rules.vocabulary import TYPES

SCHEMAS = load_schemas()
OURS = "WaPolicy::"
# The attributes of a subscription are an object of texts by name, of which the SDK knows no more.
_LISTED = [row for row in ROWS if row.call != "sns.get-subscription-attributes"]
each_row = pytest.mark.parametrize("row", _LISTED, ids=[f"{row.call} {row.type}" for row in _LISTED])


def schema(type_: str) -> Mapping[str, Any]:
    return SCHEMAS.types.get(type_, {"": {}})


def items(row: Row) -> Any:
    return item_shape(row.call, row.items)


@each_row
def test_types_and_properties_are_those_of_cloudformation(row: Row) -> None:
    if row.type.startswith(OURS):
        assert not row.tells
        return
    known = set(schema(row.type)[""])
    assert {name for name in row.told if not name.startswith("WaPolicy::")} <= known


@each_row
def test_every_member_is_one_of_the_answer(row: Row) -> None:
    shape = items(row)
    have = set(shape.members)
    named = {member.name for member in row.members} - {""}
    assert named <= have
    assert set(row.marked) <= have
    fields = {name.split(".")[0] for field in row.fields if field not in ("account", "region", "partition", "of")
              and not field.startswith("^") for name in field.split("|") if name != "of"}  # fmt: skip
    assert fields <= have
    assert row.name in have | {""}
    assert row.only in have | {""}
    inherited = set(row.inherited)
    told = {fold(name) for name in have} | {fold(name) for name in inherited}
    for name in row.tells.split():
        assert fold(name) in told, f"{row.call} has nothing for {name}"


@each_row
def test_every_property_that_the_answer_has_is_told(row: Row) -> None:
    """A member that has the name of a property is read."""
    if row.type.startswith(OURS) or row.type == "AWS::IAM::Role":
        return
    ignored = IGNORED.get(row.call, frozenset())
    read_only = set(SCHEMAS.read_only.get(row.type, ()))
    elsewhere = {
        fold(member.name)
        for member in row.members
        if member.property in (POLICY_PROPERTY, "DefinitionString")
    }
    missing = {
        name
        for member in items(row).members
        for name in schema(row.type)[""]
        if fold(name) == fold(member) and name not in row.told and name not in read_only
        and fold(name) not in elsewhere
    }  # fmt: skip
    assert missing <= ignored


# Not told, so unknown: secrets, parts of a value only, values of another form that no rule asks for.
_TAG_SETS = frozenset(("AutoScalingGroups", "Ec2TagSet", "OnPremisesTagSet"))
IGNORED: dict[str, frozenset[str]] = {
    "apigateway.get-api-keys": frozenset(("Value",)),
    "cloudformation.describe-stacks": frozenset(("Parameters",)),
    "codepipeline.get-pipeline": frozenset(("ArtifactStores",)),
    "cognito-idp.list-user-pools": frozenset(("LambdaConfig",)),
    "compute-optimizer.get-lambda-function-recommendations": frozenset(("Tags",)),
    "efs.describe-access-points": frozenset(("ClientToken",)),
    "ec2.describe-flow-logs": frozenset(("TagFieldSpecifications",)),
    "guardduty.get-detector": frozenset(("DataSources",)),
    "lambda.get-layer-version": frozenset(("Content",)),
    "rds.describe-db-instances": frozenset(("AdditionalStorageVolumes", "DBSecurityGroups")),
    "scheduler.list-schedules": frozenset(("Target",)),
    **{
        f"{service}.{operation}": _TAG_SETS
        for service in ("deploy", "codedeploy")
        for operation in ("get-deployment-group", "batch-get-deployment-groups")
    },
}


@each_row
def test_what_an_answer_leaves_out_below_a_property_is_silent(row: Row) -> None:
    """A part of a property that the answer has no member for is unknown, and not missing."""
    found = set()
    for member, shape in items(row).members.items():
        name = next((name for name in row.tells.split() if fold(name) == fold(member)), None)
        if name is not None:
            found |= set(_left_out(shape, schema(row.type)[""][name], row, name, fold(member), frozenset()))
    write_only = SCHEMAS.write_only.get(row.type, ())
    found = {
        path for path in found if not any(path == one or path.startswith(f"{one}.") for one in write_only)
    }
    assert found <= {*row.silent, *HARMLESS.get(row.call, ())}


# Other ways to write in a template what the answer has under another name.
_OLD = frozenset(f"DistributionConfig.{name}" for name in ("CNAMEs", "CustomOrigin", "S3Origin"))
_BASE64 = frozenset(("Rules.Statement.ByteMatchStatement.SearchStringBase64",))
HARMLESS: dict[str, frozenset[str]] = {
    "cloudfront.get-distribution": _OLD,
    "cloudfront.get-distribution-config": _OLD,
    "wafv2.get-web-acl": _BASE64,
    "wafv2.get-web-acl-for-resource": _BASE64,
}


def _left_out(  # noqa: PLR0917
    shape: Any, spec: Any, row: Row, path: str, at: str, seen: frozenset[tuple[str, int]]
) -> Iterator[str]:
    definitions = schema(row.type)
    spec = resolved(spec, definitions)
    if isinstance(spec, list):
        if shape.type_name == "list":
            yield from _left_out(shape.member, spec[0], row, path, at, seen)
        elif "Items" in getattr(shape, "members", {}):
            yield from _left_out(shape.members["Items"].member, spec[0], row, path, at, seen)
        return
    if not isinstance(spec, dict) or shape.type_name != "structure" or (shape.name, id(spec)) in seen:
        return
    seen = seen | {(shape.name, id(spec))}
    inner = {}
    for member, one in shape.members.items():
        inner[fold(row.folded.get(f"{at}.{fold(member)}", member))] = (member, one)
    for name, part in spec.items():
        if fold(name) not in inner:
            yield f"{path}.{name}"
        else:
            member, one = inner[fold(name)]
            yield from _left_out(one, part, row, f"{path}.{name}", f"{at}.{fold(member)}", seen)


def test_names_of_our_own_are_listed() -> None:
    """Rules ask for them by the list."""
    told: dict[str, set[str]] = {}
    for row in ROWS:
        known = set(schema(row.type)[""])
        told.setdefault(row.type, set()).update(name for name in row.told if name not in known)
    listed = {
        type_: {name for name in names if name not in schema(type_)[""]} for type_, names in OWN_NAMES.items()
    }
    for type_, names in told.items():
        already = {METHODS_PROPERTY, WEB_ACL_PROPERTY} | set(TYPES.get(type_, {}))
        assert names - already <= listed.get(type_, set()), type_
    assert {type_ for type_ in told if type_.startswith("WaPolicy::")} == set(OWN_TYPES)
