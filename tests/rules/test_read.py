"""Rule files that break the rule language: each with its message and its line."""

from textwrap import dedent

import pytest

from wa_policy.catalog.model import Catalog
from wa_policy.errors import RuleError
from wa_policy.rules.model import Manual, Require
from wa_policy.rules.read import read_rule

GOOD = dedent(
    """\
    id: my-rule
    title: A title
    pillar: security
    severity: high
    profile: core
    parameters:
      trusted_accounts: {type: [account], default: [], doc: Ours}
      trusted_orgs: {type: [organization], default: [], doc: Ours}
    select: AWS::Lambda::Function
    when:
      WaPolicy::Policy: {exists: true}
    each:
      granted_services: {}
    forbid:
      policies: resource
      caller: {service: $item.service, acting_for: other_account}
      action: lambda:InvokeFunction
    message: "{item.service} can invoke {subject}: {witness}"
    why: Because
    fix: {text: Do it}
    examples:
      - name: bad
        files: {lambda.get-policy.f.json: {Policy: {Statement: []}}}
        expect: {f: fail}
      - name: good
        files: {lambda.get-policy.f.json: {Policy: {Statement: []}}}
        expect: {f: pass}
    """
)
SHAPE = (
    GOOD.replace(
        "  granted_services: {}", "  condition_values: {keys: [aws:SourceArn], operators: [ArnLike]}"
    )
    .replace("parameters:\n", "parameters:\n  limit: {type: number, default: 1, doc: A limit}\n")
    .replace(
        "forbid:\n  policies: resource\n  caller: {service: $item.service, acting_for: other_account}\n"
        "  action: lambda:InvokeFunction\n",
        "shape:\n  is_unsound_range: {min_prefix_v4: $limit, min_prefix_v6: 32}\n",
    )
    .replace("  trusted_accounts: {type: [account], default: [], doc: Ours}\n", "")
    .replace("  trusted_orgs: {type: [organization], default: [], doc: Ours}\n", "")
    .replace("{item.service} can invoke {subject}: {witness}", "{item.value}")
)


def read(text: str, catalog: Catalog) -> list[tuple[int, str, str]]:
    """Line, message and advice of each problem."""
    try:
        read_rule("policies/security/my-rule.yaml", text, catalog)
    except RuleError as error:
        return [(problem.line, problem.message, problem.advice) for problem in error.problems]
    return []


def test_the_models_of_these_tests_are_good(catalog: Catalog) -> None:
    assert read(GOOD, catalog) == []
    assert read(SHAPE, catalog) == []


BAD = [
    # structure
    ("severity: high", "severity: hihg", 4, "found `hihg`, expected one of `critical`, `high`, `medium`"),
    ("severity: high\n", "", 1, "found no `severity`, expected it here"),
    ("title: A title", "titel: A title", 1, "found no `title`"),
    ("title: A title", "title: A title\ncolour: red", 3, "found the word `colour`, expected one of `id`"),
    ("id: my-rule", "id: My Rule", 1, "expected lower-case words joined by `-`"),
    ("id: my-rule", "id: other-rule", 1, "found the id `other-rule`, expected `my-rule`, the name of the file"),
    ("profile: core", "profile: core\nlens: [q1]", 6, "expected the id of a choice of the Serverless Lens"),
    ("title: A title", "title: []", 2, "found a list, expected a text"),
    ("why: Because", "why: Because\nwhy: Again", 20, "`why`"),
    ("  policies: resource", "  policies: everything", 15, "expected one of `resource`, `trust`, `identity`"),
    ("caller: {service: $item.service, acting_for: other_account}", "caller: nobody", 16, "expected `everyone`"),
    (", acting_for: other_account", "", 16, "found no `acting_for`, expected it here"),
    ("expect: {f: pass}", "expect: {f: good}", 27, "expected a verdict or verdicts by key"),
    # kinds of check
    ("forbid:\n  policies", "validate:\n  policies", 14, "found `validate`, which is not supported yet"),
    ("message:", "validate: {}\nmessage:", 18, "found `validate`, which is not supported yet"),
    ("message:", "require: {Timeout: {exists: true}}\nmessage:", 18, "found `forbid` and `require`, expected one of"),
    # vocabulary
    ("AWS::Lambda::Function", "AWS::Lambda::Funktion", 9, "found the resource type `AWS::Lambda::Funktion`"),
    ("WaPolicy::Policy: {exists", "WaPolicy::Polcy: {exists", 11, "found the property of `AWS::Lambda::Function`"),
    ("WaPolicy::Policy: {exists: true}", "VpcConfig.Subnets: {exists: true}", 11, "`VpcConfig.Subnets`"),
    ("WaPolicy::Policy: {exists: true}", "Timeout: {matches: 'a'}", 11, "found `matches` of number, expected a text"),
    ("WaPolicy::Policy: {exists: true}", "Layers: {equals: a}", 11, "found `equals` of a list of text, expected a single"),
    ("WaPolicy::Policy: {exists: true}", "Runtime: {contains: a}", 11, "found `contains` of text, expected a list"),
    ("WaPolicy::Policy: {exists: true}", "Runtime: {at_least: 3}", 11, "found `at_least` of text, expected a number"),
    ("WaPolicy::Policy: {exists: true}", "Timeout: {count: {at_least: 3}}", 11, "found `count` of number"),
    ("WaPolicy::Policy: {exists: true}", "Timeout: {equals: a}", 11, "found `a`, expected a number"),
    ("WaPolicy::Policy: {exists: true}", "Timeout: {is_like: a}", 11, "found the word `is_like`"),
    ("WaPolicy::Policy: {exists: true}", "is_odd: {}", 11, "found the predicate `is_odd`"),
    ("WaPolicy::Policy: {exists: true}", "is_service_linked: {}", 11, "for `AWS::Lambda::Function`, expected one of"),
    ("granted_services: {}", "granted_service: {}", 13, "found the iterator `granted_service`"),
    ("granted_services: {}", "whole_services: {}", 13, "found `whole_services` for `AWS::Lambda::Function`"),
    ("granted_services: {}", "granted_services: {but: a}", 13, "found the argument `but`"),
    ("granted_services: {}", "statements: {}", 13, "found no argument `policies`, expected a text"),
    ("granted_services: {}", "granted_services: {except: 3}", 13, "found `3`, expected a list of texts"),
    ("lambda:InvokeFunction", "lambda:InvokeFunctoin", 17, "found the action `lambda:InvokeFunctoin`"),
    ("lambda:InvokeFunction\n", "[lambda:Invoke*, s9:*]\n", 17, "found the action `s9:*`"),
    ("  action", "  context: {aws:SourceIpp: {absent: true}}\n  action", 17, "the condition key `aws:SourceIpp`"),
    ("  action", "  context: {aws:SourceIp: {inside: 10.0.0.300}}\n  action", 17, "found `10.0.0.300`, expected an address"),
    ("  action", "  context: {aws:SourceIp: {outside: $trusted_accounts}}\n  action", 17, "expected `[cidr]`"),
    ("  policies: resource", "  policies: trust", 15, "found `trust` policies of `AWS::Lambda::Function`"),
    ("  policies: resource", "  policies: identity", 16, "found another caller for `identity` policies"),
    # names
    ("$item.service", "$item.account", 16, "found the name `$item.account`, expected one of `item.service`"),
    ("  action", "  not_action: $gone\n  action", 17, "found the parameter `$gone`"),
    ("parameters:", "parameters:\n  spare: {type: text, default: a, doc: b}", 7, "`spare`, which nothing uses"),
    ("  trusted_orgs: {type: [organization], default: [], doc: Ours}\n", "", 13, "no parameter `trusted_orgs`"),
    ("type: [account]", "type: [acount]", 7, "found the type `acount`"),
    ("type: [account], default: []", "type: [account], default: ['12']", 7, "found `('12',)`, expected a list, each"),
    ("{subject}: {witness}", "{subjekt}", 18, "found the field `{subjekt}`"),
    ("{subject}: {witness}", "{item.account}", 18, "found the field `{item.account}`"),
    # examples
    ("expect: {f: fail}", "expect: {f: unknown}", 21, "found no example that fires"),
    ("expect: {f: pass}", "expect: {f: unknown}", 21, "found no example that is silent"),
    ("  - name: good", "  - name: good\n    parameters: {gone: a}", 26, "found the parameter `gone`"),
    ("  - name: good", "  - name: good\n    parameters: {trusted_accounts: a}", 26, "expected a list, each item an account"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "message"), BAD, ids=[f"{line}-{message[:50]}" for _, _, line, message in BAD]
)
def test_a_bad_rule_is_told_with_its_line(
    old: str, new: str, line: int, message: str, catalog: Catalog
) -> None:
    assert old in GOOD
    found = read(GOOD.replace(old, new, 1), catalog)
    assert any(message in text for _, text, _ in found), found
    assert any(at == line and message in text for at, text, _ in found), found


def test_the_nearest_word_is_advised(catalog: Catalog) -> None:
    assert read(GOOD.replace("granted_services", "granted_service"), catalog)[0][2] == (
        "did you mean `granted_services`?"
    )
    assert read(GOOD.replace("why:", "wy:"), catalog)[-1][2] == "did you mean `why`?"


def test_a_shape_wants_items_of_its_kind(catalog: Catalog) -> None:
    text = SHAPE.replace(
        "condition_values: {keys: [aws:SourceArn], operators: [ArnLike]}", "granted_services: {}"
    )
    text = text.replace("{item.value}", "{item.service}")
    expected = "found `each` with `granted_services` for `is_unsound_range`, expected `condition_values`"
    assert read(text, catalog) == [(14, expected, "")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("is_unsound_range", "is_odd", "found the predicate `is_odd`"),
        ("aws:SourceArn", "aws:SourceArm", "found the condition key `aws:SourceArm`"),
        ("ArnLike", "ArnLikes", "found the operator `ArnLikes`"),
        ("min_prefix_v4: $limit", "min_prefix_v4: a", "found `a`, expected a number"),
        ("{item.value}", "{witness}", "found the field `{witness}`"),
        ("message:", "guardrail: scp\nmessage:", "found `guardrail` without `forbid`"),
    ],
)
def test_bad_shapes(old: str, new: str, message: str, catalog: Catalog) -> None:
    assert any(message in text for _, text, _ in read(SHAPE.replace(old, new, 1), catalog))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found nothing, expected one rule"),
        ("- a\n", "found a list, expected a rule"),
        ("a: [\n", "expected"),
        ("a: 1\n---\nb: 2\n", "found 2 documents, expected one rule"),
        ("a: !Ref b\n---\n", "expected"),
    ],
)
def test_what_is_no_rule_at_all(text: str, message: str, catalog: Catalog) -> None:
    assert any(message in found for _, found, _ in read(text, catalog))


def test_several_problems_are_told_at_once_in_order(catalog: Catalog) -> None:
    text = GOOD.replace("granted_services: {}", "granted_services: {but: a}").replace("{subject}", "{what}")
    assert [line for line, _, _ in read(text, catalog)] == [13, 18]
    with pytest.raises(
        RuleError, match=r"policies/security/my-rule.yaml:13: found the argument .* \(and 1 more\)"
    ):
        read_rule("policies/security/my-rule.yaml", text, catalog)


def test_manual_and_require_rules_are_read(catalog: Catalog) -> None:
    head, _, rest = GOOD.partition("parameters:")
    _, _, tail = rest.partition("message:")
    tail = tail.replace('"{item.service} can invoke {subject}: {witness}"', '"{subject}"')
    body = head + "select: AWS::Lambda::Function\n{}message:" + tail
    required = body.replace(
        "{}message", "require: {Timeout: {at_most: 30}, Layers: {count: {at_most: 2}}}\nmessage", 1
    )
    rule = read_rule("my-rule.yaml", required, catalog)
    assert isinstance(rule.check, Require)
    asked = body.replace("{}message", "manual: {question: Who?, expires_days: 90}\nmessage", 1)
    asked = asked.replace("profile: core", "profile: manual").replace("f: fail", "f: manual")
    rule = read_rule("my-rule.yaml", asked, catalog)
    assert rule.check == Manual("Who?", (), 90)
