"""Mistakes that one makes with IAM, as changes of the code: (file, old text, new text, what)."""

from __future__ import annotations

_CONDITIONS = "wa_policy/evaluator/conditions.py"
_OPERATORS = "wa_policy/iam/operators.py"
_PATTERN = "wa_policy/iam/pattern.py"
_PRINCIPALS = "wa_policy/evaluator/principals.py"
_STATEMENTS = "wa_policy/evaluator/statements.py"
_DECISIONS = "wa_policy/evaluator/decisions.py"
_SITUATIONS = "wa_policy/evaluator/situations.py"
_EVALUATE = "wa_policy/evaluator/evaluate.py"
_RESOLVE = "wa_policy/evaluator/resolve.py"
_S3 = "wa_policy/evaluator/s3.py"

HAND_MADE: tuple[tuple[str, str, str, str], ...] = (
    (_CONDITIONS, "if value is None or not any(_items(value)):\n                return True", "if value is None or not any(_items(value)):\n                return False", "ForAllValues is false on a missing key"),
    (_CONDITIONS, "if value is None or not any(_items(value)):", "if value in (None, ()):", "ForAllValues compares empty strings"),
    (_CONDITIONS, "                return qualified.if_exists\n", "                return False\n", "ForAnyValue ignores IfExists"),
    (_CONDITIONS, "                return qualified.if_exists\n", "                return qualified.if_exists or operator.negated\n", "ForAnyValue with a negated operator is true on a missing key"),
    (_CONDITIONS, "return qualified.if_exists or operator.negated", "return operator.negated", "IfExists is ignored"),
    (_CONDITIONS, "return qualified.if_exists or operator.negated", "return qualified.if_exists", "negated operators are false on a missing key"),
    (_CONDITIONS, 'absent = value is None or value in ((), "")', "absent = value is None", "Null asks for presence only"),
    (_CONDITIONS, "return negate(found) if operator.negated else found", "return found", "negated operators are positive"),
    (_CONDITIONS, "            case Comparison.EQUALS:\n                return text == value", "            case Comparison.EQUALS:\n                return matches(glob(text), value)", "StringEquals knows wildcards"),
    (_CONDITIONS, "                return text.lower() == value.lower()", "                return text == value", "StringEqualsIgnoreCase minds the case"),
    (_CONDITIONS, "resolve(text, asked.context, asked.doubts, glob if like else _literal)", "resolve(text, asked.context, asked.doubts, glob)", "StringEquals knows wildcards beside a variable"),
    (_CONDITIONS, "    if resolved.pattern is None:\n        return False", "    if resolved.pattern is None:\n        return True", "a variable without a value matches everything"),
    (_CONDITIONS, "        pattern = arn_glob(text)\n", "        pattern = glob(text)\n", "`*` crosses the parts of an ARN operand"),
    (_CONDITIONS, "            return found < wanted", "            return found <= wanted", "LessThan includes the bound"),
    (_CONDITIONS, "return wanted.contains(found)", "return found.contains(wanted)", "the range must be in the address"),
    (_OPERATORS, 'Operator("NotIpAddress", ValueType.IP, _C.IN_RANGE, negated=True)', 'Operator("NotIpAddress", ValueType.IP, _C.IN_RANGE)', "NotIpAddress is IpAddress"),
    (_OPERATORS, 'Operator("ArnNotEquals", _A, _C.LIKE, negated=True, variables=True)', 'Operator("ArnNotEquals", _A, _C.LIKE, negated=True)', "no variables under ArnNotEquals"),
    (_OPERATORS, 'Operator("Bool", ValueType.BOOL, _C.EQUALS)', 'Operator("Bool", ValueType.BOOL, _C.EQUALS, variables=True)', "variables under Bool"),
    (_PATTERN, 'return text.replace("*", MANY).replace("?", ONE)', 'return text.replace("*", MANY)', "`?` is literal"),
    (_PATTERN, ' + ["*"] * _ARN_SEGMENTS\n', "\n    if len(parts) < _ARN_SEGMENTS:\n        return glob(text)\n", "a short ARN is not completed"),
    (_PATTERN, '    if part.endswith("*"):\n        return part[:-1].replace("*", RUN).replace("?", CHAR) + MANY\n', "", "a `*` at the end of a segment stays in it"),
    (_RESOLVE, "    return variable.default if value is None else value", "    return value", "defaults of variables are ignored"),
    (_RESOLVE, "        pattern = pattern.replace(mark, value)", "        pattern = pattern.replace(mark, to_pattern(value))", "wildcards in the value of a variable count"),
    (_STATEMENTS, "        return Grantee.NOBODY  # a resource", "        return Grantee.SELF  # a resource", "a statement without Principal applies to everyone"),
    (_STATEMENTS, "            literals.append(value.lower())", "            literals.append(value)", "action names mind the case"),
    (_STATEMENTS, "    if not self.templates:\n            return self.negated", "    if not self.templates:\n            return False", "NotAction and NotResource cover nothing"),
    (_PRINCIPALS, "        return Grantee.ACCOUNT if account == account_of(caller) else Grantee.NOBODY", "        return Grantee.SELF if account == account_of(caller) else Grantee.NOBODY", "naming the account is naming the caller"),
    (_PRINCIPALS, "                Grantee.ROLE if arn.startswith(prefix)", "                Grantee.SELF if arn.startswith(prefix)", "boundary and session policy are ignored for grants to the ARN of a role"),
    (_PRINCIPALS, 'arn.rsplit("/", 1)[-1] == name', "arn.removeprefix(prefix) == name", "a role with a path does not match its sessions"),
    (_PRINCIPALS, "    if effect is Effect.DENY and has_boundary is True:\n", "    if has_boundary is True:\n", "an Allow with NotPrincipal applies to everyone with a boundary"),
    (_PRINCIPALS, "    if effect is Effect.DENY and has_boundary is True:\n        # A principal with a permissions boundary is always denied, whatever NotPrincipal lists.\n        return True\n    applies = _is_not_listed(element, effect, caller, doubts)\n    return any_of((applies, has_boundary)) if effect is Effect.DENY else applies\n", "    return _is_not_listed(element, effect, caller, doubts)\n", "NotPrincipal spares principals with a boundary"),
    (_PRINCIPALS, "    return named is Grantee.NOBODY\n", "    return named < Grantee.ROLE\n", "NotPrincipal does not know accounts"),
    (_DECISIONS, "    return Any((_SELF, All((_LIMITS, Any((by_identity, _ROLE))))))", "    return Any((_SELF, _ROLE, All((_LIMITS, by_identity))))", "the boundary does not limit grants to the ARN of a role"),
    (_DECISIONS, "    return Any((_SELF, All((_LIMITS, Any((by_identity, _ROLE))))))", "    return All((_LIMITS, Any((by_identity, _ROLE, _SELF))))", "the boundary limits grants to the user"),
    (_DECISIONS, "        return All((_LIMITS, _IDENTITY, _ANY_GRANT))", "        return All((_LIMITS, Any((_IDENTITY, _ANY_GRANT))))", "across accounts one side is enough"),
    (_DECISIONS, "        by_identity = All((_IDENTITY, _ANY_GRANT))", "        by_identity = _IDENTITY", "a key or role needs no grant of its own policy"),
    (_DECISIONS, "        return All((_LIMITS, _IDENTITY, _ANY_GRANT))", "        return All((_IDENTITY, _ANY_GRANT))", "no boundary across accounts"),
    (_DECISIONS, "            return _rule(FALSE, TRUE)", "            return _rule(_denied(situation), TRUE)", "GetCallerIdentity can be denied"),
    (_DECISIONS, "        case CallerKind.SERVICE_LINKED_ROLE:\n            return (*resource_side, *caller_side)\n", "        case CallerKind.SERVICE_LINKED_ROLE:\n            return (Layer.SERVICE_CONTROL, *resource_side, *caller_side)\n", "SCPs bind service-linked roles"),
    (_SITUATIONS, "resource_control_applies=kind is not CallerKind.SERVICE_LINKED_ROLE and", "resource_control_applies=kind not in (CallerKind.SERVICE_LINKED_ROLE, CallerKind.ANONYMOUS) and", "RCPs do not bind anonymous callers"),
    (_SITUATIONS, 'return action not in exempt and catalog.supports_resource_control_policies(action.partition(":")[0])', "return action not in exempt", "RCPs bind every service"),
    (_SITUATIONS, "    exempt = {name.lower() for name in catalog.rcp_exempt_actions}\n", "    exempt = catalog.rcp_exempt_actions\n", "RCPs bind kms:RetireGrant"),
    (_SITUATIONS, "account is not None and request.resource_account in (None, account)", "account is not None", "no request is across accounts"),
    (_SITUATIONS, '    if action.startswith("kms:") and ":key/" in request.resource:\n        return ResourceRule.MUST_GRANT\n', "", "keys are like other resources"),
    (_EVALUATE, "allow = True if layer is Layer.RESOURCE_CONTROL else all_of(answer.allow for answer in answers)", "allow = True if layer is Layer.RESOURCE_CONTROL else any_of(answer.allow for answer in answers)", "an SCP Allow at one level is enough"),
    (_EVALUATE, "allow = True if layer is Layer.RESOURCE_CONTROL else all_of(answer.allow for answer in answers)", "allow = all_of(answer.allow for answer in answers)", "RCPs must allow"),
    (_EVALUATE, "            deny=any_of(answer.deny for answer in answers),", "            deny=all_of(answer.deny for answer in answers),", "a Deny counts only at every level"),
    (_EVALUATE, "            answer.allow = True\n        return answer\n\n    def of_limit", "            pass\n        return answer\n\n    def of_limit", "the root user needs identity policies"),
    (_EVALUATE, "        return _LayerAnswer(allow=not without)", "        return _LayerAnswer(allow=True)", "a federated user needs no session policy"),
    (_EVALUATE, "        return _LayerAnswer(allow=not without)", "        return _LayerAnswer(allow=False)", "no boundary allows nothing"),
    (_EVALUATE, "        if denied is True:\n            return self._decision(Outcome.EXPLICITLY_DENIED)\n", "        if denied is True and self.plan.allowed(self._atom) is True:\n            return self._decision(Outcome.EXPLICITLY_DENIED)\n", "a Deny is reported only where something allows"),
    (_S3, "if qualified.operator.negated or qualified.if_exists or", "if qualified.operator.negated or", "an IfExists condition makes a bucket policy not public"),
)  # fmt: skip
