"""Amazon Resource Names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, order=True)
class Arn:
    """The six parts of an ARN; `resource` is all that follows the fifth colon.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @property
    def resource_type(self) -> str:
        """The word before the first `/` or `:` of the resource part, or "" where there is none."""
        for position, character in enumerate(self.resource):
            if character in "/:":
                return self.resource[:position]
        return ""

    @property
    def resource_name(self) -> str:
        """What follows the resource type, or the whole resource part."""
        return self.resource[len(self.resource_type) + 1 :] if self.resource_type else self.resource


@lru_cache(maxsize=16_384)
def parse_arn(text: str) -> Arn | None:
    """The parts of `text`, or None iff it is no ARN of six parts that starts with `arn:`."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        return None
    return Arn(*parts[1:])


def is_account_id(text: str) -> bool:
    """True iff `text` is twelve ASCII digits."""
    return len(text) == 12 and text.isascii() and text.isdigit()
