"""The documents of the policies that AWS manages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ARN = re.compile(r"arn:[a-z-]+:iam::aws:policy/(.+)")


@dataclass(frozen=True, slots=True)
class ManagedPolicies:
    """The documents by path and name, such as `service-role/AWSLambdaBasicExecutionRole`; `date` is that of the newest."""

    date: str
    documents: Mapping[str, Any]

    def document(self, arn: str) -> Any:
        """The document of the policy of that ARN, None where there is none."""
        found = _ARN.fullmatch(arn)
        return None if found is None else self.documents.get(found[1])


def is_managed_by_aws(arn: str) -> bool:
    """True iff the ARN is that of a policy which AWS manages."""
    return _ARN.fullmatch(arn) is not None
