"""Actions that AWS managed policies name and no catalogue lists, each with one word that says why.

undocumented   in no page of the Service Authorization Reference, then or now
console-only   used by the billing console, without a public API operation
misnamed       named after the API operation, where IAM knows the action by another name
internal       called by a service-linked role only
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_BY_REASON = {
    # Budgets are governed by budgets:ViewBudget and budgets:ModifyBudget.
    "misnamed": {
        "budgets": "CreateBudget DeleteBudget DescribeBudget DescribeBudgets UpdateBudget",
    },
    "internal": {
        "memorydb": "ReplicateMultiRegionClusterData",
    },
    "console-only": {
        "payments": "AcceptTermsAndConditionsForProgramByAccountId BatchGetPaymentProfiles CreatePaymentAttempt "
        "CreatePaymentProfile Get GetAcceptedTermsAndConditionsForProgramByAccountId GetAccountBalance "
        "GetDefaultPaymentProfile GetEligibleCurrencies GetPaymentAttempt GetPaymentPreferences GetPreferredCurrency "
        "GetRecommendedTermsAndConditionsForProgram ListPaymentProfiles SearchFinancialRecords SetPreferredCurrency "
        "UpdatePaymentProfile",
    },
    "undocumented": {
        "builderid": "CreateInvitation DeleteInvitation DisassociateCollaborator ListInvitations",
        "organizations": "CreateBuilderIdOwnedAccount",
        "securityagent": "BatchGetAgentInstances BatchGetSecurityTestContentMetadata BatchGetTasks "
        "CreateDocumentReview DeleteDocumentReview GetCodeReviewTask GetDocReviewTask GetDocumentReview "
        "GetDocumentReviewArtifact ListAgentInstances ListControls ListDocumentReviewComments ListDocumentReviews "
        "ListTasks StartPentestExecution StopPentestExecution",
    },
}

UNLISTED: Mapping[str, str] = MappingProxyType(
    {
        f"{service}:{name}": reason
        for reason, services in _BY_REASON.items()
        for service, names in services.items()
        for name in names.split()
    }
)
_BY_LOWER_NAME = {name.lower(): reason for name, reason in UNLISTED.items()}


def explained(action: str) -> str | None:
    """Why the action is real although the catalog does not list it; None where that is not known."""
    return _BY_LOWER_NAME.get(action.lower())
