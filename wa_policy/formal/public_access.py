"""Does a resource policy grant access to the public?

AWS publishes no definition for its check; the nearest is that of S3 Block Public Access, which is followed here: access is
public if someone whom the policy does not name by a fixed value can have it. Addresses count as fixed in ranges up to
/8 (IPv4) and /32 (IPv6).
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wa_policy.catalog.model import Catalog
from wa_policy.errors import UsageError
from wa_policy.evaluator.applied import AppliedPolicies
from wa_policy.formal import callers
from wa_policy.formal.budget import DEFAULT_STEPS
from wa_policy.formal.callers import CallerClass, Domains
from wa_policy.formal.documents import place_of
from wa_policy.formal.keys import KeyDomain
from wa_policy.formal.membership import NO_MEMBER, OUTSIDE
from wa_policy.formal.question import Question, find_request
from wa_policy.formal.strings import Group
from wa_policy.formal.verdicts import Answer, Proved, Refuted, Undecided
from wa_policy.iam.policy import Condition, Effect, Policy, PrincipalElement, Selection, Statement, Version
from wa_policy.iam.principal import AccountPrincipal, ArnPrincipal
from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown
from wa_policy.iam.values import AddressRange, parse_address_range

RESOURCE_TYPES = (
    "AWS::ApiGateway::RestApi", "AWS::Backup::BackupVault", "AWS::CloudTrail::Dashboard", "AWS::CloudTrail::EventDataStore",
    "AWS::CodeArtifact::Domain", "AWS::DynamoDB::Stream", "AWS::DynamoDB::Table", "AWS::EFS::FileSystem",
    "AWS::IAM::AssumeRolePolicyDocument", "AWS::KMS::Key", "AWS::Kinesis::Stream", "AWS::Kinesis::StreamConsumer",
    "AWS::Lambda::Function", "AWS::OpenSearchService::Domain", "AWS::S3::AccessPoint", "AWS::S3::Bucket", "AWS::S3::Glacier",
    "AWS::S3Express::AccessPoint", "AWS::S3Express::DirectoryBucket", "AWS::S3Outposts::AccessPoint", "AWS::S3Outposts::Bucket",
    "AWS::S3Tables::Table", "AWS::S3Tables::TableBucket", "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::SecretsManager::Secret",
)  # fmt: skip
"""Those of AWS's own check.
https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckNoPublicAccess.html"""

_OWNER = "111122223333"
"""The account of the resource in witnesses, where the policy does not name it."""

_EVERYTHING_ALLOWED = Policy(
    Version.OF_2012,
    (Statement(Effect.ALLOW, None, Selection(("*",)), Selection(("*",)), (), None, NOWHERE),),
    NOWHERE,
)


def check_no_public_access(
    policy: Policy, resource_type: str, catalog: Catalog, *, steps: int = DEFAULT_STEPS
) -> Answer:
    """Proved iff the policy lets nobody in whom it does not name; Refuted with a request by such a caller."""
    if resource_type not in RESOURCE_TYPES:
        raise UsageError(
            f"`{resource_type}` is no resource type of this check, expected one like `AWS::S3::Bucket`",
            advice="they are " + ", ".join(RESOURCE_TYPES),
        )
    reasons: list[Unknown] = []
    taken = _named_accounts(policy)
    owner = next(n for n in map(str, range(int(_OWNER), int(_OWNER) + 10_000)) if n not in taken)
    for caller in _strangers(policy, taken, catalog):
        question = Question(
            caller=caller.caller,
            applied=AppliedPolicies(identity=(_EVERYTHING_ALLOWED,), resource=policy),
            actions=("*",),
            resource_account=owner,
            worlds=tuple(_unnamed(policy, world) for world in caller.worlds),
            realistic=False,
            known=caller.facts,
        )
        match find_request(question, catalog, steps=steps):
            case Refuted() as refuted:
                return replace(refuted, statement=place_of(refuted.decision, policy))
            case Undecided(why):
                reasons += why
            case Proved():
                pass
    facts = (
        "a caller cannot choose its account, organization, VPC or endpoint, nor an address in a fixed range",
    )
    return Undecided(tuple(dict.fromkeys(reasons))) if reasons else Proved(facts)


def _strangers(policy: Policy, taken: frozenset[str], catalog: Catalog) -> Iterator[CallerClass]:
    account = next(n for n in map(str, range(999988887777, 999988880000, -1)) if n not in taken)
    networks = tuple(_values(policy, "aws:sourcevpc", "aws:sourcevpce"))
    for member in (NO_MEMBER, OUTSIDE):
        yield callers.outsider(catalog, named=networks, account=account, member=member)
    yield callers.anonymous(catalog, named=networks)
    yield callers.service("someone-else.amazonaws.com", catalog, account=account)
    yield callers.federated(f"arn:aws:iam::{account}:oidc-provider/someone-else.example", catalog, {})


def _unnamed(policy: Policy, world: Domains) -> Domains:
    """The world without what the policy names by a fixed value: the stranger's address and source are others."""
    fixed_ranges = tuple(
        found
        for value in _values(policy, "aws:sourceip", "aws:vpcsourceip")
        if (found := parse_address_range(value)) is not None and _is_narrow(found)
    )
    sources = tuple(_values(policy, "aws:sourcearn"))

    def domain(key: str) -> KeyDomain:
        found = world(key)
        if found.fixed is not None or not found.present:
            return found
        if key in ("aws:sourceip", "aws:vpcsourceip"):
            return replace(found, outside=(*found.outside, *fixed_ranges))
        if key == "aws:sourcearn" and sources:
            return replace(found, groups=(*found.groups, Group(sources, negated=True)))
        return found

    return domain


def _is_narrow(found: AddressRange) -> bool:
    bits, shortest = (32, 8) if found.version == 4 else (128, 32)
    return found.last - found.first < 1 << (bits - shortest)


def _conditions(policy: Policy) -> Iterator[Condition]:
    for statement in policy.statements:
        yield from statement.conditions


def _values(policy: Policy, *keys: str) -> list[str]:
    """The plain values without wildcards that conditions compare the keys with."""
    return sorted(
        {
            value
            for condition in _conditions(policy)
            if condition.folded_key in keys
            for value in condition.values
            if isinstance(value, str) and "*" not in value and "?" not in value
        }
    )


def _named_accounts(policy: Policy) -> frozenset[str]:
    """The accounts that occur in the policy, as principals or in conditions."""
    found: set[str] = set()
    for statement in policy.statements:
        element: PrincipalElement | None = statement.principal
        for principal in element.principals if element else ():
            match principal:
                case AccountPrincipal(account):
                    found.add(account)
                case ArnPrincipal(arn):
                    found.add(arn.account)
                case _:
                    pass
    for condition in _conditions(policy):
        found.update(part for value in condition.values for part in str(value).split(":") if part.isdigit())
    return frozenset(found)
