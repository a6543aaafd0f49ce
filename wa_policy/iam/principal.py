"""Who a policy names (the Principal element) and who calls (the principal of a request).

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from dataclasses import dataclass

from wa_policy.iam.arn import Arn, is_account_id, parse_arn
from wa_policy.iam.text import Template

# --- what a Principal element can name ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Everyone:
    """`"*"` or `{"AWS": "*"}`: every caller, the anonymous one included."""

    def __str__(self) -> str:
        return "*"


@dataclass(frozen=True, slots=True)
class AccountPrincipal:
    """An account, as twelve digits or as the ARN of its root: all of its principals, as far as the account allows."""

    account: str
    written: str

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True, slots=True)
class ArnPrincipal:
    """A user, a role, an assumed-role session or a federated-user session."""

    arn: Arn

    def __str__(self) -> str:
        return str(self.arn)


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """An AWS service, such as `lambda.amazonaws.com`."""

    service: str

    def __str__(self) -> str:
        return self.service


@dataclass(frozen=True, slots=True)
class FederatedPrincipal:
    """An OIDC or SAML provider: the ARN of one, or the name of a built-in one."""

    provider: str

    def __str__(self) -> str:
        return self.provider


@dataclass(frozen=True, slots=True)
class CanonicalUserPrincipal:
    """An account by its Amazon S3 canonical user ID, or a CloudFront origin access identity."""

    canonical_id: str

    def __str__(self) -> str:
        return self.canonical_id


@dataclass(frozen=True, slots=True)
class UnmatchablePrincipal:
    """A name that matches nobody: the unique ID of a deleted user or role (AIDA…, AROA…), or what AWS would refuse.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
    """

    kind: str
    written: str

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True, slots=True)
class UnknownPrincipal:
    """A principal that is not known: the value has a hole. `kind` is `AWS`, `Service`, …"""

    kind: str
    template: Template

    def __str__(self) -> str:
        return str(self.template)


NamedPrincipal = (
    Everyone
    | AccountPrincipal
    | ArnPrincipal
    | ServicePrincipal
    | FederatedPrincipal
    | CanonicalUserPrincipal
    | UnmatchablePrincipal
    | UnknownPrincipal
)

_UNIQUE_ID_PREFIXES = ("AIDA", "AROA", "AGPA", "ANPA")


def parse_aws_principal(text: str) -> NamedPrincipal | None:
    """What `{"AWS": text}` names, or None iff that is nothing AWS accepts (a wildcard inside an ARN, a group)."""
    if text == "*":
        return Everyone()
    if is_account_id(text):
        return AccountPrincipal(text, text)
    if text.startswith(_UNIQUE_ID_PREFIXES) and text.isalnum():
        return UnmatchablePrincipal("AWS", text)
    arn = parse_arn(text)
    if arn is None or "*" in text or "?" in text:
        return None
    if arn.service == "iam" and arn.resource == "root":
        return AccountPrincipal(arn.account, text) if is_account_id(arn.account) else None
    if arn.service == "iam" and arn.resource_type in ("user", "role"):
        return ArnPrincipal(arn)
    if arn.service == "sts" and arn.resource_type in ("assumed-role", "federated-user"):
        return ArnPrincipal(arn)
    return None


# --- who calls -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RootUser:
    account: str
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:root"


@dataclass(frozen=True, slots=True)
class User:
    account: str
    path_and_name: str
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:user/{self.path_and_name}"


@dataclass(frozen=True, slots=True)
class Role:
    """A role of which no particular session is meant: whatever holds for it holds for each of its sessions."""

    account: str
    path_and_name: str
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:role/{self.path_and_name}"

    @property
    def name(self) -> str:
        return self.path_and_name.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class RoleSession:
    """A session of a role. Its ARN has the role's name without the path."""

    account: str
    name: str
    session: str
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{self.name}/{self.session}"


@dataclass(frozen=True, slots=True)
class FederatedUser:
    """A session from sts:GetFederationToken."""

    account: str
    name: str
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:sts::{self.account}:federated-user/{self.name}"


@dataclass(frozen=True, slots=True)
class AwsService:
    """An AWS service that calls as itself, not on behalf of a caller's session."""

    service: str

    @property
    def arn(self) -> str:
        return self.service


@dataclass(frozen=True, slots=True)
class FederatedIdentity:
    """A person or workload known to an OIDC or SAML provider, before it has assumed a role."""

    provider: str

    @property
    def arn(self) -> str:
        return self.provider


@dataclass(frozen=True, slots=True)
class Anonymous:
    @property
    def arn(self) -> str:
        return "*"


Caller = RootUser | User | Role | RoleSession | FederatedUser | AwsService | FederatedIdentity | Anonymous


def account_of(caller: Caller) -> str | None:
    """The account whose policies bind the caller, or None where it has none."""
    match caller:
        case RootUser() | User() | Role() | RoleSession() | FederatedUser():
            return caller.account
        case AwsService() | FederatedIdentity() | Anonymous():
            return None


BUILT_IN_PROVIDERS = (
    "cognito-identity.amazonaws.com",
    "www.amazon.com",
    "graph.facebook.com",
    "accounts.google.com",
)
"""Web identity providers that a trust policy names without a provider ARN."""


def parse_caller(text: str) -> Caller | None:
    """The caller that an ARN, a service principal, a provider or `*` (anonymous) means, or None iff it is none."""
    if text == "*":
        return Anonymous()
    if text in BUILT_IN_PROVIDERS:
        return FederatedIdentity(text)
    arn = parse_arn(text)
    if arn is None:
        # Service principals have the form service.[region.]amazonaws.com[.cn]
        return AwsService(text) if ".amazonaws." in text or text.endswith(".aws.internal") else None
    if arn.region:
        return None  # IAM and STS are global: their ARNs have none
    if arn.service == "iam":
        kind, _, name = arn.resource.partition("/")
        match kind:
            case "root" if arn.resource == "root":
                return RootUser(arn.account, arn.partition)
            case "user" if name:
                return User(arn.account, name, arn.partition)
            case "role" if name:
                return Role(arn.account, name, arn.partition)
            case "oidc-provider" | "saml-provider" if name:
                return FederatedIdentity(text)
            case _:
                return None
    if arn.service == "sts":
        kind, _, name = arn.resource.partition("/")
        role, _, session = name.partition("/")
        if kind == "assumed-role" and role and session:
            return RoleSession(arn.account, role, session, arn.partition)
        if kind == "federated-user" and name:
            return FederatedUser(arn.account, name, arn.partition)
    return None
