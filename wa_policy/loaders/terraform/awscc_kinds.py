"""Types of the `awscc` provider: those of CloudFormation as they are, with names in snake case.

https://registry.terraform.io/providers/hashicorp/awscc/latest/docs
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from wa_policy.catalog.schemas import ResourceSchemas
from wa_policy.loaders.cloudformation.kinds import KINDS as OF_CLOUDFORMATION
from wa_policy.loaders.terraform.kinds import KINDS, Kind

PREFIX = "awscc_"
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FIELD = re.compile(r"\{(\w+)\}")
# Fields of the forms of CloudFormation that are no argument.
_FIELDS = {
    "arn": "{arn}", "partition": "{partition}", "region": "{region}", "account": "{account}", "id": "{made}",
    "suffix": "{suffix}", "Path": "{path}", "Slash": "", "Group": "{last:group_name}", "Bus": "{bus:event_bus_name}",
    "RuleName": "{name}", "FunctionArn": "{function:function_name}",
}  # fmt: skip


def snake(name: str) -> str:
    """The name of a property as the provider writes it."""
    return _SNAKE.sub("_", name).lower()


@cache
def kind_of(type_: str) -> Kind | None:
    """How the instances of a type of either provider are named, None iff the type is not known."""
    return _kind(type_) if type_.startswith(PREFIX) else KINDS.get(type_)


def _kind(type_: str) -> Kind | None:
    of = _types().get(folded(type_.removeprefix(PREFIX)))
    if of is None:
        return None
    known = OF_CLOUDFORMATION.get(of)
    if known is None:
        return Kind(of)
    name = None if known.name is None else snake(known.name)
    own = "{made}" if name is None else f"{{{name}}}"

    def form(text: str) -> str:
        def field(found: re.Match[str]) -> str:
            if found[1] == "name":
                return own if "{Slash}" not in text else f"{{slash:{name}}}"
            return _FIELDS.get(found[1], f"{{{snake(found[1])}}}")

        return _FIELD.sub(field, text)

    attributes = {snake(attribute): form(text) for attribute, text in known.attributes.items()}
    attributes.pop("arn", None)
    return Kind(of, form(known.arn), form(known.ref), name, attributes)


@cache
def schemas() -> ResourceSchemas:
    from wa_policy.catalog.store import load_schemas

    return load_schemas()


@cache
def _types() -> Mapping[str, str]:
    return {
        folded("".join(type_.split("::")[1:])): type_
        for type_ in schemas().types
        if type_.startswith("AWS::")
    }


def folded(name: str) -> str:
    return name.replace("_", "").lower()
