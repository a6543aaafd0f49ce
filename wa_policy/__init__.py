"""wa-policy: who can really do what in AWS, decided offline from exported documents.

The names below are the public API. Each is loaded when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wa_policy.api import (
        build_graph,
        can,
        check_access_not_granted,
        check_equivalent,
        check_no_new_access,
        check_no_public_access,
        escalations,
        evaluate,
        explain,
        find_paths,
        find_request,
        locate,
        make_review,
        read,
        render_review,
        scan,
        simulate,
        what_can,
        who_can,
    )
    from wa_policy.catalog.store import load_catalog
    from wa_policy.errors import LoadError, Problem, UsageError, WaPolicyError
    from wa_policy.evaluator.applied import AppliedPolicies
    from wa_policy.evaluator.applying import applied_to
    from wa_policy.evaluator.evaluate import Decision, Outcome
    from wa_policy.evaluator.explain import Explanation
    from wa_policy.findings import Report, Result, Severity, Verdict, Witness
    from wa_policy.formal.question import Question
    from wa_policy.formal.verdicts import Proved, Refuted, Undecided
    from wa_policy.iam.parse import parse_policy
    from wa_policy.iam.policy import Policy
    from wa_policy.iam.principal import parse_caller
    from wa_policy.iam.request import Request, make_context
    from wa_policy.iam.unknown import Unknown
    from wa_policy.inventory.model import Inventory
    from wa_policy.review.model import Review
    from wa_policy.settings import Settings

__all__ = [
    "AppliedPolicies",
    "Decision",
    "Explanation",
    "Inventory",
    "LoadError",
    "Outcome",
    "Policy",
    "Problem",
    "Proved",
    "Question",
    "Refuted",
    "Report",
    "Request",
    "Result",
    "Review",
    "Settings",
    "Severity",
    "Undecided",
    "Unknown",
    "UsageError",
    "Verdict",
    "WaPolicyError",
    "Witness",
    "applied_to",
    "build_graph",
    "can",
    "check_access_not_granted",
    "check_equivalent",
    "check_no_new_access",
    "check_no_public_access",
    "escalations",
    "evaluate",
    "explain",
    "find_paths",
    "find_request",
    "load_catalog",
    "locate",
    "make_context",
    "make_review",
    "parse_caller",
    "parse_policy",
    "read",
    "render_review",
    "scan",
    "simulate",
    "what_can",
    "who_can",
]

_MODULES = {
    "api": (
        "build_graph",
        "can",
        "check_access_not_granted",
        "check_equivalent",
        "check_no_new_access",
        "check_no_public_access",
        "escalations",
        "evaluate",
        "explain",
        "find_paths",
        "find_request",
        "locate",
        "make_review",
        "read",
        "render_review",
        "scan",
        "simulate",
        "what_can",
        "who_can",
    ),
    "catalog.store": ("load_catalog",),
    "errors": ("LoadError", "Problem", "UsageError", "WaPolicyError"),
    "evaluator.applied": ("AppliedPolicies",),
    "evaluator.applying": ("applied_to",),
    "evaluator.evaluate": ("Decision", "Outcome"),
    "evaluator.explain": ("Explanation",),
    "findings": ("Report", "Result", "Severity", "Verdict", "Witness"),
    "formal.question": ("Question",),
    "formal.verdicts": ("Proved", "Refuted", "Undecided"),
    "iam.parse": ("parse_policy",),
    "iam.policy": ("Policy",),
    "iam.principal": ("parse_caller",),
    "iam.request": ("Request", "make_context"),
    "iam.unknown": ("Unknown",),
    "inventory.model": ("Inventory",),
    "review.model": ("Review",),
    "settings": ("Settings",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module `wa_policy` has no attribute `{name}`")
    value = getattr(import_module(f"wa_policy.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
