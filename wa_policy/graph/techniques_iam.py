"""Techniques that change IAM itself, or take a role or permission set as it is.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from wa_policy.graph.technique import Gain, Need, On, Status, Step, Target, Technique, on, some
from wa_policy.inventory.model import PrincipalKind

_USER = (PrincipalKind.USER,)
_ROLE = (PrincipalKind.ROLE,)

ADMINISTRATOR_POLICIES = (
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:iam::aws:policy/IAMFullAccess",
)
"""Managed policies of AWS that make an administrator of whom they are attached to."""

_ASSUME = Step("sts:AssumeRole", On.TARGET)
_TWO_KEYS = "the user has at most one access key, as two are the limit"
_FIVE_VERSIONS = "the policy has at most four versions, or iam:DeletePolicyVersion is allowed too"

IAM = (
    Technique(
        "iam-001", Status.CATALOGUE, "Rewrite an own customer managed policy",
        "A new default version of a policy that is attached to the principal replaces what the policy grants.",
        Gain.EDIT_OWN_POLICY, Target.SELF, (on(On.OWN_POLICY, "iam:CreatePolicyVersion"),), assumes=_FIVE_VERSIONS,
    ),
    Technique(
        "iam-002", Status.CATALOGUE, "Make an access key for another user",
        "The new key signs requests as the user to whom it belongs.",
        Gain.BECOME_USER, Target.USER, (on(On.TARGET, "iam:CreateAccessKey"),), assumes=_TWO_KEYS,
    ),
    Technique(
        "iam-003", Status.CATALOGUE, "Replace an access key of another user",
        "A user with two keys can get no third, so one is deleted to make room for the key of the attacker.",
        Gain.BECOME_USER, Target.USER,
        (on(On.TARGET, "iam:DeleteAccessKey"), on(On.TARGET, "iam:CreateAccessKey")), variant_of="iam-002",
    ),
    Technique(
        "iam-004", Status.CATALOGUE, "Give another user a console password",
        "A login profile with a password of the attacker's choice opens the console as that user.",
        Gain.BECOME_USER, Target.USER, (on(On.TARGET, "iam:CreateLoginProfile"),), needs=(Need.NO_LOGIN_PROFILE,),
        assumes="the user has no MFA device",
    ),
    Technique(
        "iam-005", Status.CATALOGUE, "Write an inline policy into the own role",
        "The role embeds a policy in itself that grants whatever it says.",
        Gain.EDIT_OWN_POLICY, Target.SELF, (on(On.SELF, "iam:PutRolePolicy"),), principals=_ROLE,
    ),
    Technique(
        "iam-006", Status.CATALOGUE, "Change the console password of another user",
        "The password of an existing login profile is replaced by one that the attacker knows.",
        Gain.BECOME_USER, Target.USER, (on(On.TARGET, "iam:UpdateLoginProfile"),), needs=(Need.LOGIN_PROFILE,),
        assumes="the user has no MFA device",
    ),
    Technique(
        "iam-007", Status.CATALOGUE, "Write an inline policy into the own user",
        "The user embeds a policy in itself that grants whatever it says.",
        Gain.EDIT_OWN_POLICY, Target.SELF, (on(On.SELF, "iam:PutUserPolicy"),), principals=_USER,
    ),
    Technique(
        "iam-008", Status.CATALOGUE, "Attach a managed policy to the own user",
        "AdministratorAccess exists in every account and can be attached like any other policy.",
        Gain.EDIT_OWN_POLICY, Target.SELF,
        (on(On.SELF, "iam:AttachUserPolicy", iam__policyarn=ADMINISTRATOR_POLICIES),), principals=_USER,
    ),
    Technique(
        "iam-009", Status.CATALOGUE, "Attach a managed policy to the own role",
        "AdministratorAccess exists in every account and can be attached like any other policy.",
        Gain.EDIT_OWN_POLICY, Target.SELF,
        (on(On.SELF, "iam:AttachRolePolicy", iam__policyarn=ADMINISTRATOR_POLICIES),), principals=_ROLE,
    ),
    Technique(
        "iam-010", Status.CATALOGUE, "Attach a managed policy to an own group",
        "What is attached to a group holds for each of its members, the attacker included.",
        Gain.EDIT_OWN_POLICY, Target.SELF,
        (on(On.OWN_GROUP, "iam:AttachGroupPolicy", iam__policyarn=ADMINISTRATOR_POLICIES),), principals=_USER,
    ),
    Technique(
        "iam-011", Status.CATALOGUE, "Write an inline policy into an own group",
        "The policy that is embedded in the group holds for each of its members, the attacker included.",
        Gain.EDIT_OWN_POLICY, Target.SELF, (on(On.OWN_GROUP, "iam:PutGroupPolicy"),), principals=_USER,
    ),
    Technique(
        "iam-012", Status.CATALOGUE, "Rewrite the trust policy of a role",
        "The new trust policy names the attacker, who then assumes the role without any further permission.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.TARGET, "iam:UpdateAssumeRolePolicy"),), needs=(Need.REWRITTEN_TRUST,),
        note="in one account the trust policy alone is enough; an explicit deny, an SCP or a boundary still stops it",
    ),
    Technique(
        "iam-013", Status.CATALOGUE, "Join a group",
        "The user adds itself to a group and has its policies from then on.",
        Gain.JOIN_GROUP, Target.GROUP, (on(On.TARGET, "iam:AddUserToGroup"),), needs=(Need.OTHER_PERMISSIONS,),
        principals=_USER,
    ),
    Technique(
        "iam-014", Status.CATALOGUE, "Attach a managed policy to a role and assume it",
        "A role that already trusts the attacker is made an administrator before it is assumed.",
        Gain.ACT_AS_RAISED_ROLE, Target.ROLE,
        (on(On.TARGET, "iam:AttachRolePolicy", iam__policyarn=ADMINISTRATOR_POLICIES), _ASSUME), variant_of="iam-009",
    ),
    Technique(
        "iam-015", Status.CATALOGUE, "Attach a managed policy to a user and make a key for it",
        "The user is made an administrator, and the new key signs as this user.",
        Gain.BECOME_RAISED_USER, Target.USER,
        (
            on(On.TARGET, "iam:AttachUserPolicy", iam__policyarn=ADMINISTRATOR_POLICIES),
            on(On.TARGET, "iam:CreateAccessKey"),
        ),
        assumes=_TWO_KEYS, variant_of="iam-008",
    ),
    Technique(
        "iam-016", Status.CATALOGUE, "Rewrite a managed policy of a role and assume the role",
        "A new default version of a policy attached to the role raises it before it is assumed.",
        Gain.ACT_AS_RAISED_ROLE, Target.ROLE, (on(On.TARGET_POLICY, "iam:CreatePolicyVersion"), _ASSUME),
        assumes=_FIVE_VERSIONS, variant_of="iam-001",
    ),
    Technique(
        "iam-017", Status.CATALOGUE, "Write an inline policy into a role and assume it",
        "A role that already trusts the attacker is given any permission before it is assumed.",
        Gain.ACT_AS_RAISED_ROLE, Target.ROLE, (on(On.TARGET, "iam:PutRolePolicy"), _ASSUME), variant_of="iam-005",
    ),
    Technique(
        "iam-018", Status.CATALOGUE, "Write an inline policy into a user and make a key for it",
        "The user is given any permission, and the new key signs as this user.",
        Gain.BECOME_RAISED_USER, Target.USER,
        (on(On.TARGET, "iam:PutUserPolicy"), on(On.TARGET, "iam:CreateAccessKey")),
        assumes=_TWO_KEYS, variant_of="iam-007",
    ),
    Technique(
        "iam-019", Status.CATALOGUE, "Attach a managed policy to a role and rewrite its trust policy",
        "The role is made an administrator and then made to trust the attacker.",
        Gain.ACT_AS_RAISED_ROLE, Target.ROLE,
        (
            on(On.TARGET, "iam:AttachRolePolicy", iam__policyarn=ADMINISTRATOR_POLICIES),
            on(On.TARGET, "iam:UpdateAssumeRolePolicy"),
        ),
        needs=(Need.REWRITTEN_TRUST,), variant_of="iam-009",
    ),
    Technique(
        "iam-020", Status.CATALOGUE, "Rewrite a managed policy of a role and its trust policy",
        "A new default version of an attached policy raises the role, and the new trust policy names the attacker.",
        Gain.ACT_AS_RAISED_ROLE, Target.ROLE,
        (on(On.TARGET_POLICY, "iam:CreatePolicyVersion"), on(On.TARGET, "iam:UpdateAssumeRolePolicy")),
        needs=(Need.REWRITTEN_TRUST,), assumes=_FIVE_VERSIONS, variant_of="iam-001",
    ),
    Technique(
        "iam-021", Status.CATALOGUE, "Write an inline policy into a role and rewrite its trust policy",
        "The role is given any permission and then made to trust the attacker.",
        Gain.ACT_AS_RAISED_ROLE, Target.ROLE,
        (on(On.TARGET, "iam:PutRolePolicy"), on(On.TARGET, "iam:UpdateAssumeRolePolicy")),
        needs=(Need.REWRITTEN_TRUST,), variant_of="iam-005",
    ),
    Technique(
        "iam-022", Status.PROPOSED, "Delete the own permissions boundary of a user",
        "Without its boundary the user has all that its identity policies grant.",
        Gain.LIFT_LIMIT, Target.SELF, (on(On.SELF, "iam:DeleteUserPermissionsBoundary"),), needs=(Need.OWN_BOUNDARY,),
        principals=_USER,
    ),
    Technique(
        "iam-023", Status.PROPOSED, "Delete the permissions boundary of a role and assume it",
        "The role has all that its identity policies grant by the time it is assumed.",
        Gain.ACT_AS_ROLE, Target.ROLE, (on(On.TARGET, "iam:DeleteRolePermissionsBoundary"), _ASSUME),
        needs=(Need.TARGET_BOUNDARY,),
    ),
    Technique(
        "iam-024", Status.PROPOSED, "Replace the own permissions boundary of a user",
        "A boundary that allows everything takes the place of the one that limits the user.",
        Gain.LIFT_LIMIT, Target.SELF,
        (on(On.SELF, "iam:PutUserPermissionsBoundary", iam__permissionsboundary=ADMINISTRATOR_POLICIES[:1]),),
        needs=(Need.OWN_BOUNDARY,), principals=_USER,
    ),
    Technique(
        "iam-025", Status.PROPOSED, "Detach an own managed policy that denies",
        "What the detached policy denied is allowed again as far as others allow it.",
        Gain.LIFT_LIMIT, Target.SELF, (on(On.SELF, "iam:DetachUserPolicy"),), needs=(Need.OWN_DENY_MANAGED,),
        principals=_USER,
    ),
    Technique(
        "iam-026", Status.PROPOSED, "Delete an own inline policy that denies",
        "What the deleted policy denied is allowed again as far as others allow it.",
        Gain.LIFT_LIMIT, Target.SELF, (on(On.SELF, "iam:DeleteUserPolicy"),), needs=(Need.OWN_DENY_INLINE,),
        principals=_USER,
    ),
    Technique(
        "x-iam-createrole", Status.OURS, "Make an administrator role and assume it",
        "A new role trusts the attacker by its own trust policy and gets AdministratorAccess attached.",
        Gain.ACT_AS_NEW_ROLE, Target.NEW_ROLE,
        (
            some("iam:CreateRole", "role", iam__permissionsboundary=("",)),
            some(
                "iam:AttachRolePolicy", "role",
                iam__permissionsboundary=("",), iam__policyarn=ADMINISTRATOR_POLICIES,
            ),
        ),
        reference="https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html",
    ),
    Technique(
        "x-iam-setdefaultpolicyversion", Status.OURS, "Switch an own policy to another stored version",
        "A version of the policy that once granted more becomes the default again.",
        Gain.SWITCH_VERSION, Target.SELF, (on(On.OWN_POLICY, "iam:SetDefaultPolicyVersion"),),
        needs=(Need.OTHER_VERSION,),
        reference="https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html",
    ),
    Technique(
        "sts-001", Status.CATALOGUE, "Assume a role",
        "The role trusts the principal, which is allowed to ask for its credentials.",
        Gain.ACT_AS_ROLE, Target.ROLE, (_ASSUME,),
    ),
    Technique(
        "sts-002", Status.PROPOSED, "Assume a role from an account that its trust policy names",
        "Whoever holds the trusted account decides which of its principals assume the role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (_ASSUME,), needs=(Need.TRUSTS_ACCOUNT,), principals=(),
        note="an exposure of the role; its principals are in an account that was not read",
    ),
    Technique(
        "sts-003", Status.PROPOSED, "Assume a role that trusts everyone",
        "Any principal of any AWS account can assume the role.",
        Gain.ACT_AS_ROLE, Target.ROLE, (_ASSUME,), needs=(Need.TRUSTS_EVERYONE,), principals=(),
        note="an exposure of the role, to accounts that nobody here knows",
    ),
    Technique(
        "sso-001", Status.PROPOSED, "Make a permission set and assign it",
        "IAM Identity Center makes a role for the new permission set in whichever account it is assigned to.",
        Gain.ACT_AS_NEW_ROLE, Target.NEW_ROLE,
        (
            some("sso:CreatePermissionSet", "Instance", "PermissionSet"),
            some("sso:AttachManagedPolicyToPermissionSet", "Instance", "PermissionSet"),
            some("sso:CreateAccountAssignment", "Instance", "PermissionSet", "Account"),
        ),
        needs=(Need.IDENTITY_CENTER,), assumes="the attacker signs in as a user of IAM Identity Center",
    ),
    Technique(
        "sso-002", Status.PROPOSED, "Attach a managed policy to the own permission set",
        "The role of the permission set gets the policy once the permission set is provisioned again.",
        Gain.EDIT_OWN_POLICY, Target.SELF,
        (
            some("sso:AttachManagedPolicyToPermissionSet", "Instance", "PermissionSet"),
            some("sso:ProvisionPermissionSet", "Instance", "PermissionSet"),
        ),
        needs=(Need.IDENTITY_CENTER, Need.OWN_PERMISSION_SET), principals=_ROLE,
        note="a change of an assigned permission set takes effect with sso:ProvisionPermissionSet only: "
        "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_AttachManagedPolicyToPermissionSet.html",
    ),
    Technique(
        "sso-003", Status.PROPOSED, "Write an inline policy into the own permission set",
        "The role of the permission set gets the policy once the permission set is provisioned again.",
        Gain.EDIT_OWN_POLICY, Target.SELF,
        (
            some("sso:PutInlinePolicyToPermissionSet", "Instance", "PermissionSet"),
            some("sso:ProvisionPermissionSet", "Instance", "PermissionSet"),
        ),
        needs=(Need.IDENTITY_CENTER, Need.OWN_PERMISSION_SET), principals=_ROLE,
        note="a change of an assigned permission set takes effect with sso:ProvisionPermissionSet only: "
        "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PutInlinePolicyToPermissionSet.html",
    ),
)  # fmt: skip
