"""The verbs of wa-policy: the command line, the pytest plugin and the library use these and nothing else below."""

from wa_policy.api.accepting import (
    baseline_text,
    read_waivers,
    reduced_baseline_text,
    waive,
    without_baseline,
)
from wa_policy.api.documents import (
    check_access_not_granted,
    check_equivalent,
    check_no_new_access,
    check_no_public_access,
    find_request,
)
from wa_policy.api.graphs import (
    build_graph,
    escalations,
    find_paths,
    locate_escalations,
    web,
    what_can,
    who_can,
)
from wa_policy.api.inputs import (
    Progress,
    catalog,
    lost_input,
    read,
    read_case_file,
    read_policy,
)
from wa_policy.api.requests import (
    Context,
    can,
    evaluate,
    explain,
    explain_case,
    simulate,
)
from wa_policy.api.scanning import (
    check_forbidden,
    locate,
    rule,
    rules,
    scan,
    typed_parameters,
)

__all__ = [
    "Context",
    "Progress",
    "baseline_text",
    "build_graph",
    "can",
    "catalog",
    "check_access_not_granted",
    "check_equivalent",
    "check_forbidden",
    "check_no_new_access",
    "check_no_public_access",
    "escalations",
    "evaluate",
    "explain",
    "explain_case",
    "find_paths",
    "find_request",
    "locate",
    "locate_escalations",
    "lost_input",
    "read",
    "read_case_file",
    "read_policy",
    "read_waivers",
    "reduced_baseline_text",
    "rule",
    "rules",
    "scan",
    "simulate",
    "typed_parameters",
    "waive",
    "web",
    "what_can",
    "who_can",
    "without_baseline",
]
