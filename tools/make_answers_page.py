"""Write docs/answers.md, the page of all operations whose answers are read by tables.

python -m tools.make_answers_page
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name

from wa_policy.inventory.own_names import OWN_NAMES, OWN_TYPES
from wa_policy.loaders.answers.all_rows import ROWS
from wa_policy.loaders.answers.recorded import RECORDED
from wa_policy.loaders.answers.rows import Row

PAGE = Path(__file__).resolve().parent.parent / "docs" / "answers.md"
CLIENTS = {"s3api": "s3", "deploy": "codedeploy"}
GLOBAL = ("iam", "cloudfront", "s3api", "s3control")

INTRODUCTION = """\
# Answers of AWS that are read as resources

Beside the answers that [exports](exports.md) lists, `wa-policy` reads the ones below. Each tells properties of the
CloudFormation type in the last column; what no answer tells is *unknown*, never "not set". Several answers about one
resource are put together.

Save the JSON output of each command as it is (`--output json`), under the name in the first column, in
`<account>/<region>/`, or in `<account>/global/` for services without Regions. A file with another name is recognised by its
content as well; not so the ones marked with ¹, which do not say themselves what they are or what they are about. A name with
`/` or `:` in it is percent-encoded: `logs.describe-subscription-filters.%2Faws%2Flambda%2Forders.json`.

Export whole lists: an answer to a command with filters is taken for all that there is. Some lists come in parts: event rules
by event bus, scalable targets and scaling policies by service, access keys by user. Only with all parts (the buses of
`list-event-buses`; `lambda` and `dynamodb`; the users of `get-account-authorization-details`) it is known what there is not.

An error that says that there is nothing of the kind counts as an answer: `PolicyNotFoundException` of
`dynamodb get-resource-policy` says that the table has no policy. Where the CLI prints nothing, because nothing is set, write
`{}` into the file (`lambda get-function-concurrency`, `s3api get-bucket-versioning`, `s3api get-bucket-logging`).

"""
CONFIG = """\
## AWS Config

| what | recognised by |
|---|---|
| a configuration snapshot, as AWS Config delivers it to its bucket | `configSnapshotId`, `configurationItems` |
| `aws configservice get-resource-config-history`, `batch-get-resource-config` | `configurationItems`, `baseConfigurationItems` |
| `aws configservice select-resource-config`, `select-aggregate-resource-config` | `Results`, `QueryInfo` |

An item becomes the resource that the answer of its service would become, whether AWS Config records it in the members of the
service's API or in the properties of CloudFormation. Account and Region stand in the item. Users, roles, groups and managed
policies become principals, if the item has all of their policies. Items of deleted resources are passed over.

A property that an item does not have is *unknown*, unless AWS Config is known to record it: for {types}. A query tells only
what it selects; `resourceType` and `arn` have to be among that:

```text
SELECT arn, resourceType, accountId, awsRegion, resourceName, tags, configuration, supplementaryConfiguration
WHERE resourceType = 'AWS::Lambda::Function'
```

A snapshot that has one resource of a type lists them all.

## Cloud Control

`aws cloudcontrol get-resource --type-name <type> --identifier <id>` and `aws cloudcontrol list-resources --type-name <type>`
are read for every type, since their answers have the shape of CloudFormation. The first tells what is not set as well, but for
the properties that AWS only takes and never tells (secrets, the code of a function). The second tells only what it shows,
which for most types is little more than the names. Policies that are resources of their own (`AWS::S3::BucketPolicy`,
`AWS::SQS::QueuePolicy`, `AWS::SNS::TopicPolicy`, `AWS::SecretsManager::ResourcePolicy`, `AWS::Kinesis::ResourcePolicy`) become
the policies of the resources that they name. Roles, users, groups and managed policies become principals.

"""


def page() -> str:
    """The whole page."""
    return INTRODUCTION + "".join(_services()) + CONFIG.format(types=_types()) + "".join(_own())


def _types() -> str:
    *first, last = (f"`{type_}`" for type_ in sorted(RECORDED))
    return f"the usual ones of {', '.join(first)} and {last}"


def _services() -> Iterator[str]:
    for service, rows in groupby(sorted(ROWS, key=lambda row: row.call), key=lambda row: row.service):
        yield f"## {service}\n\n| file | command | tells |\n|---|---|---|\n"
        for call, of_call in groupby(rows, key=lambda row: row.call):
            yield _line(call, list(of_call))
        yield "\n"


def _line(call: str, rows: list[Row]) -> str:
    row = rows[0]
    operation = call.partition(".")[2]
    noun = None if row.about is None else row.about.noun.split(",")[0]
    if noun is None and row.part:
        noun = _PARTS[row.part]
    if noun is None and not row.is_list and _required(call):
        noun = "name"
    name = "" if noun is None else f".<{noun}>"
    mark = "¹" if row.call in NEED_A_NAME or row.about is not None else ""
    required = _required(call) or ([xform_name(row.part, "-")] if row.part else [])
    about = noun if len(required) == 1 and noun != "name" else None
    arguments = "".join(f" --{argument} <{about or argument}>" for argument in required)
    told = "; ".join(f"`{one.type}`" + (f": {one.gives}" if one.gives else _names(one)) for one in rows)
    return f"| `{call}{name}.json`{mark} | `aws {row.service} {operation}{arguments}` | {told} |\n"


def _names(row: Row) -> str:
    """The properties, where they are few."""
    names = [name for name in row.told if row.about is None or name != row.about.property]
    return f": {', '.join(f'`{name}`' for name in names)}" if 0 < len(names) <= 2 else ""


_PARTS = {"EventBusName": "event bus", "ServiceNamespace": "lambda or dynamodb", "UserName": "user", "repositoryName": "repository"}  # fmt: skip


def _required(call: str) -> list[str]:
    service, _, operation = call.partition(".")
    model = botocore.session.get_session().get_service_model(CLIENTS.get(service, service))
    for name in model.operation_names:
        if xform_name(name, "-") == operation:
            shape: Any = model.operation_model(name).input_shape
            members = shape.required_members if shape is not None else ()
            return [xform_name(member, "-") for member in members]
    raise KeyError(call)


def _own() -> Iterator[str]:
    yield "## Names of our own\n\nWhat CloudFormation has no word for has a name that begins with `WaPolicy::`. Rules may ask for it.\n"
    yield "A template does not say it: there it is *unknown*.\n\n| type | what it is |\n|---|---|\n"
    for type_, meaning in sorted(OWN_TYPES.items()):
        yield f"| `{type_}` | {meaning} |\n"
    yield "\n| type | property | kind | what it says |\n|---|---|---|---|\n"
    for type_, names in sorted(OWN_NAMES.items()):
        for name, own in sorted(names.items()):
            yield f"| `{type_}` | `{name}` | {own.kind} | {own.meaning} |\n"


NEED_A_NAME = frozenset(
    (
        "dynamodb.get-resource-policy", "events.list-targets-by-rule", "kinesis.get-resource-policy",
        "kms.get-key-rotation-status", "kms.list-grants", "lambda.get-function-concurrency",
        "lambda.get-layer-version-policy", "lambda.list-tags", "s3api.get-bucket-logging", "s3api.get-bucket-tagging",
        "s3api.get-bucket-versioning", "s3api.get-public-access-block", "s3control.get-public-access-block",
        "sns.list-tags-for-resource", "sqs.list-queue-tags", "wafv2.get-web-acl-for-resource",
    )
)  # fmt: skip
"""Operations whose answers do not say which they are."""


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
