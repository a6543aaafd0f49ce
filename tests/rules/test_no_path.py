"""The `no_path` check: words, verdicts, and a graph that is built only for whoever asks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.graph.webs import HOME, QUEUE_ARN, UNREAD, allow, inventory, resource, role, trust
from wa_policy.catalog.store import load_catalog
from wa_policy.errors import RuleError
from wa_policy.findings import Result, Verdict
from wa_policy.graph.escalation import escalation_classes
from wa_policy.graph.spin import web_of
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Inventory, Principal, Resource
from wa_policy.rules.model import Rule
from wa_policy.rules.pack import load_pack
from wa_policy.rules.path_class import GoalWord, NoPath, SourceWord, Through
from wa_policy.rules.read import read_rule
from wa_policy.rules.run import run, run_rule
from wa_policy.rules.subjects import Scope
from wa_policy.settings import Profile, Settings

CATALOG = load_catalog()
RULE = next(rule for rule in load_pack() if rule.id == "administrator-public-path")
ASSUME = allow("sts:AssumeRole")


def arn(name: str) -> str:
    return f"arn:aws:iam::{HOME}:role/{name}"


def named(*names: str) -> dict[str, list[str]]:
    return {"AWS": [arn(name) for name in names]}


def rule(no_path: NoPath, *select: str) -> Rule:
    return replace(RULE, select=select or ("principal",), when=None, check=no_path, message="{path}")


def results(found: Rule, stock: Inventory) -> dict[str, Result]:
    return {
        result.subject.rsplit("/", 1)[-1].rsplit(":", 1)[-1]: result
        for result in run_rule(found, Scope(stock, {}, CATALOG))
    }


def verdicts(no_path: NoPath, *found: Principal | Resource, select: str = "principal") -> dict[str, str]:
    return {
        name: result.verdict.value
        for name, result in results(rule(no_path, select), inventory(*found)).items()
    }


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
CHAIN = (
    role("a", ASSUME),
    role("b", ASSUME, trusts=[trust(named("a"))]),
    role("maybe", ASSUME, trusts=[trust(named("a"), Condition=MFA)]),
    role("alone", ASSUME),
)


def test_from_the_subject_to_a_pattern() -> None:
    to_b = NoPath((SourceWord.SUBJECT,), (arn("b"),))
    assert verdicts(to_b, *CHAIN) == {"a": "fail", "b": "pass", "maybe": "pass", "alone": "pass"}
    to_maybe = NoPath((SourceWord.SUBJECT,), (f"arn:aws:iam::{HOME}:role/may*",))
    assert verdicts(to_maybe, *CHAIN)["a"] == "unknown"


def test_to_the_subject_from_principals() -> None:
    found = verdicts(NoPath((SourceWord.PRINCIPALS,), (GoalWord.SUBJECT,)), *CHAIN)
    assert found == {"a": "pass", "b": "fail", "maybe": "unknown", "alone": "pass"}


def test_to_the_subject_from_a_pattern_that_the_subject_fits_itself() -> None:
    from_any = NoPath((f"arn:aws:iam::{HOME}:role/*",), (GoalWord.SUBJECT,))
    assert verdicts(from_any, *CHAIN) == {"a": "pass", "b": "fail", "maybe": "unknown", "alone": "pass"}


def test_except_takes_away_sources_and_goals() -> None:
    but_a = NoPath((SourceWord.PRINCIPALS,), (GoalWord.SUBJECT,), left_out=(arn("a"),))
    assert verdicts(but_a, *CHAIN)["b"] == "pass"
    but_b = NoPath((SourceWord.SUBJECT,), (arn("b"), arn("maybe")), left_out=(arn("b"),))
    assert verdicts(but_b, *CHAIN)["a"] == "unknown"


def test_through_names_the_steps() -> None:
    changes = NoPath((SourceWord.PRINCIPALS,), (GoalWord.SUBJECT,), through=(Through.CHANGE,))
    assert verdicts(changes, *CHAIN)["b"] == "pass"


def test_the_path_is_the_evidence() -> None:
    found = results(rule(NoPath((SourceWord.SUBJECT,), (arn("c"),))), inventory(*CHAIN, role("c", trusts=[trust(named("b"))])))  # fmt: skip
    assert found["a"].message == "`a` → `b` (assume role) → `c` (assume role)"
    assert found["a"].evidence.count("a.json#/Statement/0") == 1
    assert "trust-b.json#/Statement/0" in found["a"].evidence
    assert found["a"].source.file == "a.json"


def test_a_resource_with_an_action() -> None:
    stock = (role("a", allow("sqs:SendMessage")), role("b"), resource(QUEUE_ARN))
    send = NoPath((SourceWord.PRINCIPALS,), (GoalWord.SUBJECT,), actions=("sqs:Send*",))
    purge = NoPath((SourceWord.PRINCIPALS,), (GoalWord.SUBJECT,), actions=("sqs:PurgeQueue",))
    assert verdicts(send, *stock, select="AWS::SQS::Queue") == {"q": "fail"}
    assert verdicts(purge, *stock, select="AWS::SQS::Queue") == {"q": "pass"}


def test_what_was_not_read_is_never_a_pass() -> None:
    public = NoPath((SourceWord.PUBLIC,), (GoalWord.SUBJECT,))
    assert verdicts(public, resource(QUEUE_ARN, document=UNREAD), select="AWS::SQS::Queue") == {
        "q": "unknown"
    }
    doubt = (Unknown(UnknownKind.NOT_EXPORTED, "a policy"),)
    unread = role("a", missing=doubt)
    to_b = NoPath((SourceWord.SUBJECT,), (arn("b"),))
    found = verdicts(to_b, unread, role("b"), role("c", ASSUME))
    assert found == {"a": "unknown", "b": "pass", "c": "pass"}


def test_whoever_is_on_the_way_and_was_not_read_may_go_on() -> None:
    doubt = (Unknown(UnknownKind.NOT_EXPORTED, "a policy"),)
    middle = role("m", missing=doubt, trusts=[trust(named("a"))])
    to_b = NoPath((SourceWord.SUBJECT,), (arn("b"),))
    assert verdicts(to_b, role("a", ASSUME), middle, role("b"))["a"] == "unknown"


@pytest.mark.parametrize("through", [(Through.ACT_AS,), (Through.ACT_AS, Through.ESCALATION)])
def test_unread_policies_count_whatever_the_steps(through: tuple[Through, ...]) -> None:
    doubt = (Unknown(UnknownKind.NOT_EXPORTED, "a policy"),)
    middle = role("m", missing=doubt, trusts=[trust(named("a"))])
    to_b = NoPath((SourceWord.SUBJECT,), (arn("b"),), through)
    found = verdicts(to_b, role("a", ASSUME), middle, role("b"), role("c", ASSUME))
    assert found == {"a": "unknown", "m": "unknown", "b": "pass", "c": "pass"}


def test_a_way_from_the_subject_back_to_itself_is_none() -> None:
    both = (
        role("a", ASSUME, trusts=[trust(named("b"))]),
        role("b", ASSUME, trusts=[trust(named("a"))], tags={"x": "y"}),
    )
    from_a = NoPath((arn("a"),), (GoalWord.SUBJECT,))
    assert verdicts(from_a, *both) == {"a": "pass", "b": "fail"}


def test_a_role_that_may_be_raised_leads_to_an_administrator() -> None:
    """The rights of the target are changed before one acts as it."""
    raised = (
        role("s", allow(["iam:PutRolePolicy", "sts:AssumeRole"], arn("p"))),
        role("p", trusts=[trust({"AWS": f"arn:aws:iam::{HOME}:root"})]),
    )
    for through in ((Through.ESCALATION,), (Through.ACT_AS, Through.CHANGE, Through.ESCALATION)):
        to_admin = NoPath((SourceWord.SUBJECT,), (GoalWord.ADMIN,), through=through)
        assert verdicts(to_admin, *raised) == {"s": "fail", "p": "pass"}


def test_more_is_one_escalation_further() -> None:
    more = NoPath((SourceWord.SUBJECT,), (GoalWord.MORE,), through=(Through.ESCALATION,))
    both = NoPath((SourceWord.SUBJECT,), (GoalWord.MORE, GoalWord.ADMIN), through=(Through.ESCALATION,))
    stock = (
        role("by-name", allow("sts:AssumeRole", arn("boss"))),
        role("boss", allow("*"), trusts=[trust(named("by-name"))]),
    )
    assert verdicts(more, *stock)["by-name"] == "pass"
    assert verdicts(both, *stock)["by-name"] == "fail"


def test_the_graph_is_built_once_and_only_for_a_rule_that_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def count(what: str, call: Any) -> Any:
        def counted(*arguments: Any) -> Any:
            built.append(what)
            return call(*arguments)

        return counted

    monkeypatch.setattr("wa_policy.rules.graphs.web_of", count("web", web_of))
    monkeypatch.setattr("wa_policy.rules.graphs.escalation_classes", count("escalations", escalation_classes))
    stock = inventory(*CHAIN, role("boss", allow("*")), resource(QUEUE_ARN))
    pack = [one for one in load_pack() if one.id in ("lambda-role-admin", "respol-public")]
    run(pack, stock, Settings(Profile.ADVICE), CATALOG)
    assert built == []
    lambda_trust = trust({"Service": "lambda.amazonaws.com"})
    stock = inventory(*CHAIN, role("boss", allow("*")), role("f", trusts=[lambda_trust]), resource(QUEUE_ARN))
    names = ("lambda-role-privilege-escalation", "administrator-public-path", "broad-principal-access")
    pack = [one for one in load_pack() if one.id in names]
    run(pack, stock, Settings(Profile.ADVICE), CATALOG)
    assert sorted(built) == ["escalations", "web"]
    built.clear()
    only = [one for one in pack if one.id == "lambda-role-privilege-escalation"]
    run(only, inventory(*CHAIN), Settings(Profile.ADVICE), CATALOG)
    assert built == []  # no role of a function: nothing to ask about


# --- words ---------------------------------------------------------------------------------------------------------

TEXT = (Path(__file__).parents[2] / "policies" / "security" / f"{RULE.id}.yaml").read_text(encoding="utf-8")
PATH = "no_path: {from: public, to: subject}"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{from: public, to: admin}", "found the subject at neither end of the path, expected it at one"),
        ("{from: subject, to: subject}", "found the subject at both ends of the path, expected it at one"),
        (
            "{from: publik, to: subject}",
            "found the end of a path `publik`, expected one of `subject`, `public`",
        ),
        ("{from: subject, to: administrator}", "found the end of a path `administrator`, expected one of"),
        ("{from: [subject, public], to: admin}", "found `subject` beside other words, expected it alone"),
        ("{from: subject, to: more, through: [magic]}", "expected one of `act_as`, `change`, `escalation`"),
        ("{from: subject, to: '*', actions: 's3:Teleport'}", "found the action `s3:Teleport`"),
        ("{from: subject}", "found no `to`, expected it here"),
        ("{from: subject, to: admin, past: x}", "found the word `past`, expected one of `from`, `to`"),
        ("{from: $somebody, to: subject}", "found the parameter `$somebody`, expected none"),
    ],
)
def test_a_wrong_word_is_told(written: str, message: str) -> None:
    with pytest.raises(RuleError) as raised:
        read_rule(f"{RULE.id}.yaml", TEXT.replace(PATH, f"no_path: {written}"), CATALOG)
    assert any(message in problem.message for problem in raised.value.problems), raised.value.problems
    assert all(problem.line for problem in raised.value.problems)


def test_admin_is_for_users_and_roles() -> None:
    text = TEXT.replace(PATH, "no_path: {from: subject, to: admin}").replace(
        "select: principal", "select: AWS::SQS::Queue"
    )
    with pytest.raises(RuleError, match=r"found `is_administrator` for `AWS::SQS::Queue`|found `admin` for"):
        read_rule(f"{RULE.id}.yaml", text, CATALOG)


def test_a_parameter_may_name_an_end() -> None:
    text = TEXT.replace(PATH, "no_path: {from: $strangers, to: subject, except: $strangers}").replace(
        "select: principal",
        "parameters:\n  strangers: {type: [text], default: [], doc: Who is one}\nselect: principal",
    )
    found = read_rule(f"{RULE.id}.yaml", text, CATALOG)
    stock = inventory(*CHAIN, role("boss", allow("*")))
    scope = Scope(stock, {"strangers": ()}, CATALOG)
    # Nobody is a stranger: no path can be meant.
    assert {result.verdict for result in run_rule(found, scope)} == {Verdict.NOT_APPLICABLE}
