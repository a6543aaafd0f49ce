"""Which answer tells what: the language of the tables of answers, one row for each operation of the AWS CLI.

A row names the type of CloudFormation, where the answer has its resources, how they are named, and the properties that it
tells. A member stands for the property of the same name, whatever its case; `renamed` and `members` have the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from wa_policy.loaders.tables import Member

_FIELD = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class About:
    """What an answer is about where only the name of its file says it: `arn` has `{of}` for what the name names.

    `property` is set to it in each resource of the answer.
    """

    arn: str
    noun: str
    property: str | None = None
    bare: bool = True
    """A name that is no ARN is one of these as well."""


@dataclass(frozen=True)
class Row:
    """One operation and one type of resource in its answer.

    `items` is the path to the resources, `[]` behind each list on it, `[Name]` behind a list of texts that each stand for an
    object with that member; empty for the answer itself. `id` is the form of the
    ARN, with `{member}` (or `{one|another}`), `{^member}` of the item around it, `{of}`, `{account}`, `{region}`,
    `{partition}`. `tells` are the properties that the answer tells: each is known not to be set where it is missing. `marks`
    are members by which an item is recognised, with `!` those that it does not have. `silent` are dotted paths below told properties that the answer does not tell. `absent` are the errors by
    which AWS says that nothing of it is set.
    """

    call: str
    type: str
    items: str
    id: str
    tells: str = ""
    members: tuple[Member, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    marks: str = ""
    about: About | None = None
    name: str = ""
    silent: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()
    only: str = ""
    """A member that the items of the row have, and others in the same list do not."""
    inherited: tuple[str, ...] = ()
    """Members of the item around that are properties as well."""
    part: str = ""
    """A member that says of which part of all there is the list is: of one event bus, of one user."""
    whole_part: str = ""
    """The part of an empty list in a file whose name does not say it."""
    batch: bool = False
    """The answer has what was asked for by name, and does not list all."""
    gives: str = ""
    """What a reader gets from it, in words, where the type does not say so."""

    @property
    def service(self) -> str:
        return self.call.partition(".")[0]

    @property
    def is_list(self) -> bool:
        return "]" in self.items

    @property
    def list(self) -> str:
        """The first member on the way to the items, empty if the answer is the item."""
        return self.items.split(".", 1)[0].partition("[")[0]

    @cached_property
    def told(self) -> tuple[str, ...]:
        """The properties that the answer tells, sorted."""
        own = {member.property for member in self.members} | set(self.tells.split()) | set(self.inherited)
        if self.about is not None and self.about.property is not None:
            own.add(self.about.property)
        return tuple(sorted(own))

    @cached_property
    def marked(self) -> tuple[str, ...]:
        return tuple(name for name in self.marks.split() if not name.startswith("!"))

    @cached_property
    def unmarked(self) -> tuple[str, ...]:
        return tuple(name[1:] for name in self.marks.split() if name.startswith("!"))

    def fits(self, item: object) -> bool:
        """True iff an item has the members by which it is recognised."""
        return (
            isinstance(item, Mapping)
            and all(name in item for name in self.marked)
            and not any(name in item for name in self.unmarked)
        )

    @cached_property
    def folded(self) -> Mapping[str, str]:
        """`renamed` with its paths folded."""
        return {fold(path): name for path, name in self.renamed.items()}

    @property
    def needs_name(self) -> bool:
        """True iff nothing is read of an answer without what only the name of its file says."""
        return self.about is not None and ("{of}" in self.id or self.about.property is not None)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the form of the ARN."""
        return tuple(_FIELD.findall(self.id))


def fold(name: str) -> str:
    """A name without what AWS writes now so and now so: its case."""
    return name.replace("_", "").lower()


def arn(service: str, resource: str) -> str:
    """The form of an ARN in an account and Region."""
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


def api_arn(resource: str) -> str:
    """The form of an ARN of API Gateway, which has no account."""
    return f"arn:{{partition}}:apigateway:{{region}}::{resource}"


def global_arn(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}::{{account}}:{resource}"
