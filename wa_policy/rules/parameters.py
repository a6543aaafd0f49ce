"""The parameters of rules: which values a type admits, and the values that a run uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from wa_policy.errors import UsageError, did_you_mean
from wa_policy.iam.arn import is_account_id
from wa_policy.iam.values import parse_address_range
from wa_policy.rules.model import Parameter, Rule, ValueKind
from wa_policy.settings import ParameterValue

_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_VPC = re.compile(r"vpc-[0-9a-f]+")
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]+")
_VPC_ENDPOINT = re.compile(r"vpce-[0-9a-f]+")
_SUBNET = re.compile(r"subnet-[0-9a-f]+")
_SECURITY_GROUP = re.compile(r"sg-[0-9a-f]+")
_ARN = re.compile(r"arn:[^:\s]+(?::[^:\s]*){3}:[^\s]+")
# What aws:PrincipalArn can hold: for a session it is the ARN of its role.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
_PRINCIPAL = re.compile(
    r"arn:[a-z*?-]+:(?:iam|sts|\*):\*?:(?:[0-9]{12}|[0-9?]*\*[0-9?*]*|\?{12}):"
    r"(?:root|\*|(?:role|user|federated-user)/[^\s:]+)"
)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_arn_pattern(value: object) -> bool:
    return isinstance(value, str) and _ARN.fullmatch(value) is not None and "${" not in value


def _fits(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


_KINDS: Mapping[ValueKind, tuple[Callable[[object], bool], str]] = {
    ValueKind.ACCOUNT: (
        lambda value: isinstance(value, str) and is_account_id(value),
        "an account id: twelve digits in quotes",
    ),
    ValueKind.ORGANIZATION: (_fits(_ORGANIZATION), "an organization id such as `o-a1b2c3d4e5`"),
    ValueKind.CIDR: (
        lambda value: isinstance(value, str) and parse_address_range(value) is not None,
        "an address or a CIDR range",
    ),
    ValueKind.SERVICE: (_fits(_SERVICE), "a service principal such as `lambda.amazonaws.com`"),
    ValueKind.VPC: (_fits(_VPC), "a VPC id such as `vpc-0a1b2c3d`"),
    ValueKind.REGION: (_fits(_REGION), "a Region such as `eu-west-1`"),
    ValueKind.VPC_ENDPOINT: (_fits(_VPC_ENDPOINT), "a VPC endpoint id such as `vpce-0a1b2c3d`"),
    ValueKind.SUBNET: (_fits(_SUBNET), "a subnet id such as `subnet-0a1b2c3d`"),
    ValueKind.SECURITY_GROUP: (_fits(_SECURITY_GROUP), "a security group id such as `sg-0a1b2c3d`"),
    ValueKind.ARN: (_is_arn_pattern, "an ARN, in which `*` stands for any text"),
    ValueKind.PRINCIPAL: (
        _fits(_PRINCIPAL),
        "the ARN of a role, user or root user, in which `*` stands for any text, such as `arn:aws:iam::*:role/break-glass`",
    ),
    ValueKind.API: (_is_text, "the id of an API"),
    ValueKind.SUBJECT: (_is_text, "a subject, in which `*` stands for any text"),
    ValueKind.TEXT: (_is_text, "a text"),
    ValueKind.NUMBER: (
        lambda value: isinstance(value, int | float) and not isinstance(value, bool),
        "a number",
    ),
    ValueKind.FLAG: (lambda value: isinstance(value, bool), "`true` or `false`"),
}


def expected(parameter: Parameter) -> str:
    """What a value of the parameter has to be, in words."""
    words = expected_of(parameter.kind)
    return f"a list, each item {words}" if parameter.many else words


def expected_of(kind: ValueKind) -> str:
    """What one value of the kind has to be, in words."""
    return _KINDS[kind][1]


def admits(kind: ValueKind, value: object, *, many: bool) -> bool:
    """True iff the value is one of that type."""
    admits_one = _KINDS[kind][0]
    if many:
        return isinstance(value, tuple | list) and all(admits_one(item) for item in value)
    return admits_one(value)


def declared(rules: Iterable[Rule]) -> dict[str, Parameter]:
    """The parameters of all rules by name; `check_shared` sees to it that equal names have equal types."""
    found: dict[str, Parameter] = {}
    for rule in rules:
        for parameter in rule.parameters:
            found.setdefault(parameter.name, parameter)
    return found


_MOST_LISTED = 12
"""A message that names more parameters than this says nothing to a reader."""


def check_settings(rules: Iterable[Rule], values: Mapping[str, ParameterValue]) -> None:
    """UsageError iff a value is for no parameter of the rules, or has another type than its parameter."""
    if not values:
        return
    known = declared(rules)
    for name, value in sorted(values.items()):
        parameter = known.get(name)
        if parameter is None:
            names = ", ".join(f"`{one}`" for one in sorted(known)) or "none"
            few = f": {names}" if len(known) <= _MOST_LISTED else ""
            raise UsageError(
                f"found the parameter `{name}`, expected one that a rule declares{few}",
                advice=did_you_mean(name, known, "the rule files under `policies` declare them"),
            )
        if not admits(parameter.kind, value, many=parameter.many):
            items = value if parameter.many and isinstance(value, tuple) else (value,)
            found = next((item for item in items if not admits(parameter.kind, item, many=False)), value)
            raise UsageError(f"parameter `{name}` is given `{found}`, expected {expected(parameter)}")


def values_of(rule: Rule, given: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
    """The value of each parameter of a rule: the given one, or its default."""
    return {parameter.name: given.get(parameter.name, parameter.default) for parameter in rule.parameters}
