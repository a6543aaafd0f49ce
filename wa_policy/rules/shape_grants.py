"""Is a statement of a policy one that grants too much, or that hangs on what strangers can choose?"""

from __future__ import annotations

from wa_policy.catalog.model import ActionSet, Catalog
from wa_policy.evaluator.truth import Truth
from wa_policy.findings import Verdict
from wa_policy.iam.operators import Comparison, Quantifier
from wa_policy.iam.policy import Condition, Effect, Statement
from wa_policy.iam.principal import AccountPrincipal, Everyone, ServicePrincipal, UnknownPrincipal
from wa_policy.iam.unknown import Unknown
from wa_policy.rules.actions import actions_of, is_everything, is_unconditional, matching
from wa_policy.rules.arguments import Values, texts
from wa_policy.rules.documents import hole_of, resource_documents
from wa_policy.rules.items import Item
from wa_policy.rules.request_class import AccountCaller, Forbid, Policies, RequestClass
from wa_policy.rules.subjects import Scope, Subject

# --- actions ---------------------------------------------------------------------------------------------------------


def grants_beyond(item: Item, _subject: Subject, scope: Scope, arguments: Values) -> Truth:
    """True iff the statement allows an action that is none of the given ones."""
    statement = item.statement
    if statement is None or statement.effect is not Effect.ALLOW:
        return False
    granted, hole = actions_of(statement.action, scope.catalog)
    known = matching(texts(arguments, "actions"), scope.catalog)
    if statement.action.negated or scope.catalog.difference(granted, known):
        return True
    return hole or False


def actions_in_words(item: Item) -> str:
    """What the statement grants."""
    return f"the statement grants {item.fields['actions']}"


def grants_whole_service(item: Item, subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff the statement allows somebody beside the owner `*` or every action of a service."""
    statement = item.statement
    if statement is None or statement.effect is not Effect.ALLOW or _is_for_owner(statement, subject):
        return False
    if statement.action.negated:
        return True
    doubt: Unknown | None = None
    for value in statement.action.values:
        hole = hole_of(value)
        doubt = doubt or hole
        service, colon, name = str(value).partition(":")
        if hole is None and (is_everything(str(value)) or (colon and service and is_everything(name))):
            return _known_principals(statement)
    return doubt or False


def _known_principals(statement: Statement) -> Truth:
    """True, but where every principal is unknown and may be the owner."""
    principals = () if statement.principal is None else statement.principal.principals
    holes = [
        one.template.holes[0].reason
        for one in principals
        if isinstance(one, UnknownPrincipal) and one.template.holes
    ]
    return holes[0] if holes and len(holes) == len(principals) else True


_OF_OWNER = ("aws:principalaccount", "aws:sourceowner", "kms:calleraccount", "s3:dataaccesspointaccount")
"""Keys with the account of the caller, or of the access point that a call comes through, which has a policy of its own."""


def _is_for_owner(statement: Statement, subject: Subject) -> bool:
    """True iff the statement names nobody but the account that owns the resource."""
    element = statement.principal
    if element is None or element.negated:
        return False
    own = subject.account
    if all(isinstance(one, AccountPrincipal) and one.account == own for one in element.principals):
        return True
    return any(
        condition.folded_key in _OF_OWNER
        and is_firm(condition)
        and all(value == own for value in condition.values)
        for condition in statement.conditions
    )


# --- principals ------------------------------------------------------------------------------------------------------


def allows_all_but(item: Item, _subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff an Allow says whom, or for everyone what, it does not mean."""
    statement = item.statement
    if statement is None or statement.effect is not Effect.ALLOW or statement.principal is None:
        return False
    if statement.principal.negated:
        return True
    resource = statement.resource
    says_not = statement.action.negated or (resource is not None and resource.negated)
    return says_not and names_everyone(statement)


def inversion_in_words(item: Item) -> str:
    """Which element is inverted."""
    statement = item.statement
    if statement is None or statement.principal is None:
        return ""
    if statement.principal.negated:
        return "`NotPrincipal` in an Allow lets in everybody else in the world"
    element = "NotAction" if statement.action.negated else "NotResource"
    return f"`{element}` in an Allow for everyone grants whatever is not listed"


def names_everyone(statement: Statement) -> bool:
    element = statement.principal
    return element is not None and (
        element.negated or any(isinstance(one, Everyone) for one in element.principals)
    )


def _names_service(statement: Statement) -> bool:
    element = statement.principal
    return element is not None and any(isinstance(one, ServicePrincipal) for one in element.principals)


# --- what binds a grant ----------------------------------------------------------------------------------------------

BINDING = frozenset(
    (
        "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid",
        "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths",
        "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:sourceip", "aws:vpcsourceip", "aws:vpceaccount",
        "aws:vpceorgid", "aws:vpceorgpaths", "aws:federatedprovider", "kms:calleraccount", "lambda:eventsourcetoken",
        "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "sts:externalid",
    )
)  # fmt: skip
"""Keys that say who calls, for whom, or from where."""
_CHOSEN = frozenset(("aws:referer", "aws:useragent", "sts:rolesessionname"))
_HEADERS = frozenset(("aws:referer", "aws:useragent"))
_ALWAYS = ("always", "all signed requests")


def is_firm(condition: Condition) -> bool:
    """True iff the condition holds only for one who has the key with a value that is not just anything."""
    qualified = condition.operator
    if qualified.if_exists or qualified.operator.negated or qualified.quantifier is Quantifier.FOR_ALL_VALUES:
        return False
    if qualified.operator.comparison is Comparison.IS_NULL:
        return False
    return not any(is_everything(str(value)) for value in condition.values)


def _binds(condition: Condition) -> bool:
    key = condition.folded_key
    return key in BINDING or key.startswith("aws:principaltag/") or "." in key.partition(":")[0]


def is_always_there(key: str, catalog: Catalog) -> bool:
    """True iff every request that is signed, or every token of an identity provider, has the key."""
    if "." in key.partition(":")[0]:
        return key.lower().endswith((":sub", ":aud"))
    known = catalog.condition_key(key)
    return known is not None and known.present in _ALWAYS


def is_bound_loosely(item: Item, _subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff a grant to everyone or a service is bound, and by nothing that fails where the key is missing."""
    statement = item.statement
    if statement is None or statement.effect is not Effect.ALLOW:
        return False
    if not names_everyone(statement) and not _names_service(statement):
        return False
    binding = [condition for condition in statement.conditions if _binds(condition)]
    if not binding or any(_holds_on(condition, scope.catalog) for condition in binding):
        return False
    return any(not _is_null(condition) for condition in binding)


def _holds_on(condition: Condition, catalog: Catalog) -> bool:
    if is_firm(condition):
        return True
    qualified = condition.operator
    if qualified.operator.negated or _is_null(condition) or any(
        is_everything(str(value)) for value in condition.values
    ):  # fmt: skip
        return False
    return is_always_there(condition.key, catalog)


def _is_null(condition: Condition) -> bool:
    return condition.operator.operator.comparison is Comparison.IS_NULL


def loose_conditions_in_words(item: Item) -> str:
    """The conditions that bind nothing."""
    statement = item.statement
    found = () if statement is None else tuple(one for one in statement.conditions if _binds(one))
    shown = ", ".join(f"`{one.operator}` on `{one.key}`" for one in found)
    return f"{shown}: met by callers who do not have the key or have any other value"


def hangs_on_header(item: Item, _subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff a grant to everyone is bound by what the caller writes alone, or a Deny spares whoever writes it."""
    statement = item.statement
    if statement is None:
        return False
    if statement.effect is Effect.DENY:
        return any(
            condition.folded_key in _HEADERS and condition.operator.operator.negated
            for condition in statement.conditions
        )
    if not names_everyone(statement) or not any(_is_chosen(one) for one in statement.conditions):
        return False
    return not any(_binds(one) and is_firm(one) for one in statement.conditions)


def _is_chosen(condition: Condition) -> bool:
    return condition.folded_key in _CHOSEN or condition.folded_key.startswith("aws:requesttag/")


def header_in_words(item: Item) -> str:
    """The key that the caller writes."""
    statement = item.statement
    keys = () if statement is None else tuple(one.key for one in statement.conditions if _is_chosen(one))
    shown = ", ".join(f"`{key}`" for key in dict.fromkeys(keys))
    return f"the caller writes {shown} as it likes"


# --- keys ------------------------------------------------------------------------------------------------------------


def holds_key_too_wide(item: Item, subject: Subject, scope: Scope, _arguments: Values) -> Truth:
    """True iff an outsider may use or change the key, or one principal of the account both changes its policy and decrypts."""
    requests = calls_of_outsider(item, subject, scope)
    if requests is not None:
        from wa_policy.rules.forbid import judge

        found = judge(Forbid((requests,)), subject, {}, scope)
        return found.reasons[0] if found.reasons else found.verdict is Verdict.FAIL
    if not item.fields["account"]:
        granted, doubt = _granted_to(item.key, subject, scope.catalog)
        both = scope.catalog.single("kms:PutKeyPolicy") | scope.catalog.single("kms:Decrypt")
        return True if granted & both == both else doubt or False
    return False


def _granted_to(principal: str, subject: Subject, catalog: Catalog) -> tuple[ActionSet, Unknown | None]:
    """What the key policy allows a principal by its ARN, but for what it denies everyone outright."""
    granted = denied = 0
    doubt: Unknown | None = None
    for _, statement in resource_documents(subject).statements():
        element = statement.principal
        if element is None or element.negated:
            continue
        bits, hole = actions_of(statement.action, catalog)
        if statement.effect is Effect.DENY:
            if is_unconditional(statement) and names_everyone(statement):
                denied |= bits
        elif any(str(one) == principal for one in element.principals):
            granted |= bits
            doubt = doubt or hole
    return catalog.difference(granted, denied), doubt


def calls_of_outsider(item: Item, _subject: Subject, _scope: Scope) -> RequestClass | None:
    """Calls on the key by an account from outside; None for a principal of the own account."""
    account, actions = item.fields["account"], item.fields["actions"]
    if not account or not actions or isinstance(actions, str):
        return None
    return RequestClass(Policies.RESOURCE, AccountCaller(str(account)), actions)


def key_use_in_words(item: Item) -> str:
    """Who holds too much."""
    return f"`{item.key}` may both change the policy of the key and decrypt with it"


# --- services --------------------------------------------------------------------------------------------------------


def serves_several(item: Item, _subject: Subject, _scope: Scope, _arguments: Values) -> Truth:
    """True iff the item has more than one service."""
    return len(item.fields["services"]) > 1 or item.open or False


def services_in_words(item: Item) -> str:
    """The services that call."""
    services = item.fields["services"]
    return f"called by {', '.join(services) if isinstance(services, tuple) else services}"
