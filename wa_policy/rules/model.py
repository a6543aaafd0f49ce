"""A rule as types. `read` makes them from a rule file; nothing above this layer sees raw YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from wa_policy.findings import RuleFacts, Severity, Verdict
from wa_policy.iam.source import Source
from wa_policy.rules.path_class import NoPath
from wa_policy.rules.request_class import Forbid
from wa_policy.settings import ParameterValue, Profile

# --- parameters --------------------------------------------------------------------------------------------------


class ValueKind(StrEnum):
    """What a value of a parameter is."""

    ACCOUNT = "account"
    ORGANIZATION = "organization"
    CIDR = "cidr"
    SERVICE = "service"
    VPC = "vpc"
    API = "api"
    REGION = "region"
    VPC_ENDPOINT = "vpc_endpoint"
    SUBNET = "subnet"
    SECURITY_GROUP = "security_group"
    ARN = "arn"
    PRINCIPAL = "principal"
    SUBJECT = "subject"
    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; `many` makes its value a list. Rules that declare the same name share its value."""

    name: str
    kind: ValueKind
    many: bool
    default: ParameterValue
    doc: str

    @property
    def type(self) -> str:
        """The type as a rule file writes it."""
        return f"[{self.kind}]" if self.many else self.kind.value


# --- tests: `when` and `require` -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Computed:
    """A number worked out: `how` over `of`; a DEFAULT is the first of them that is set."""

    how: Arithmetic
    of: tuple[Operand, ...]


class Arithmetic(StrEnum):
    SUM = "sum"
    PRODUCT = "product"
    DEFAULT = "default"


Operand = str | int | float | bool | tuple[str | int | float, ...] | Computed
"""A string that starts with `$` stands for a parameter, a field of the item, or a property (`$subject.X`, `$item.X`)."""


class TestOperator(StrEnum):
    """How a property is compared. `docs/rules.md` says what each means for a list and for what is not set."""

    __test__ = False  # no class of tests for pytest

    EXISTS = "exists"
    EQUALS = "equals"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    CONTAINS_ANY = "contains_any"
    ONLY = "only"
    MATCHES = "matches"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    BELOW = "below"
    INSIDE = "inside"
    OLDER_THAN = "older_than"
    COUNT = "count"


class Quantifier(StrEnum):
    """For how many of the parts a test has to hold."""

    ANY = "any"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PropertyTest:
    """One property compared with one operand; for COUNT the operand is compared with `count` and the number of items.

    An empty path is what is looked at itself; with `of_key` its name. `default` counts where the property is not set.
    """

    path: tuple[str, ...]
    operator: TestOperator
    operand: Operand
    count: TestOperator | None = None
    of_key: bool = False
    default: Operand | None = None


@dataclass(frozen=True, slots=True)
class PartsTest:
    """A test on the items of a list, or the named values of a map."""

    path: tuple[str, ...]
    quantifier: Quantifier
    test: Test


@dataclass(frozen=True, slots=True)
class RelatedTest:
    """A test on the other sides of a relation."""

    relation: str
    quantifier: Quantifier
    test: Test


@dataclass(frozen=True, slots=True)
class RelatedCount:
    """How many other sides a relation has."""

    relation: str
    operator: TestOperator
    operand: Operand


class Looked(StrEnum):
    """What a test can be turned to, wherever it stands."""

    ITEM = "item"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class TurnedTest:
    """A test on the item of `each`, or back on the subject."""

    at: Looked
    test: Test


@dataclass(frozen=True, slots=True)
class AllowedTest:
    """True iff some request of the class is allowed; with mode `all`, one for every action."""

    forbid: Forbid


@dataclass(frozen=True, slots=True)
class ParameterTest:
    """True iff the value of the parameter is empty (a flag: false), or is not."""

    name: str
    empty: bool


@dataclass(frozen=True, slots=True)
class PredicateTest:
    """A named predicate of `rules.predicates` with its arguments."""

    name: str
    arguments: Mapping[str, Operand] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AllOf:
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    tests: tuple[Test, ...]


Test = (
    PropertyTest
    | PartsTest
    | RelatedTest
    | RelatedCount
    | TurnedTest
    | AllowedTest
    | ParameterTest
    | PredicateTest
    | AllOf
    | AnyOf
    | NoneOf
)

# --- checks ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Each:
    """The items that the check is made for one by one: a named iterator of `rules.each` with its arguments.

    Of the items those are left out for which `where` does not hold.
    """

    iterator: str
    arguments: Mapping[str, Operand] = field(default_factory=dict)
    where: Test | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Broken where the named predicate of `rules.shape` holds for the item."""

    predicate: str
    arguments: Mapping[str, Operand] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Require:
    """Broken where the test does not hold."""

    test: Test


@dataclass(frozen=True, slots=True)
class Permit:
    """Broken where no request of some class is allowed; with mode `all`, or none for one of its actions."""

    requests: Forbid


@dataclass(frozen=True, slots=True)
class Manual:
    """A question for the reviewer; an answer is good for `expires_days`."""

    question: str
    evidence: tuple[str, ...]
    expires_days: int


Check = Forbid | Permit | Shape | Require | NoPath | Manual


class GuardrailKind(StrEnum):
    """The control policy that can bind the requests of a `forbid` rule."""

    SCP = "scp"
    RCP = "rcp"


# --- examples ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Example:
    """An input with the verdicts that the rule gives on it.

    `files` are answers of the AWS CLI by file name, as they would lie in a folder of the account and region. `expect`
    has for each subject (by its id, or the end of it) the verdict of each key, or one verdict for all of its results.
    """

    name: str
    files: Mapping[str, object]
    expect: Mapping[str, Verdict | Mapping[str, Verdict]]
    account: str
    region: str
    parameters: Mapping[str, ParameterValue]
    no_organization: bool
    source: Source = field(compare=False)
    today: date | None = None
    """The day of the scan; without it no day is known."""


# --- the rule ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as `docs/rules.md` describes its parts."""

    id: str
    title: str
    pillar: str
    severity: Severity
    profile: Profile
    select: tuple[str, ...]
    """CloudFormation types, or `principal` for users and roles."""
    check: Check
    message: str
    why: str
    fix: Mapping[str, str]
    source: Source = field(compare=False)
    lens: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    when: Test | None = None
    each: Each | None = None
    references: tuple[str, ...] = ()
    limits: str = ""
    guardrail: GuardrailKind | None = None
    prevented_by: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def facts(self) -> RuleFacts:
        """What a report needs to know about the rule."""
        return RuleFacts(
            id=self.id,
            title=self.title,
            pillar=self.pillar,
            severity=self.severity,
            profile=self.profile,
            lens=self.lens,
            why=self.why,
            fix=self.fix,
            references=self.references,
            limits=self.limits,
        )
