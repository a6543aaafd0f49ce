"""Raw rules that follow the schema to types. What only the vocabulary can tell is for `check`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from wa_policy.findings import Severity, Verdict
from wa_policy.iam.source import Source
from wa_policy.rules.model import (
    AllOf,
    AllowedTest,
    AnyOf,
    Arithmetic,
    Check,
    Computed,
    Each,
    Example,
    GuardrailKind,
    Looked,
    Manual,
    NoneOf,
    Operand,
    Parameter,
    ParameterTest,
    PartsTest,
    Permit,
    PredicateTest,
    PropertyTest,
    Quantifier,
    RelatedCount,
    RelatedTest,
    Require,
    Rule,
    Shape,
    Test,
    TestOperator,
    TurnedTest,
    ValueKind,
)
from wa_policy.rules.path_class import (
    DEFAULT_THROUGH,
    GoalWord,
    NoPath,
    PathGoal,
    PathSource,
    SourceWord,
    Through,
)
from wa_policy.rules.request_class import (
    OWN_ACCOUNT,
    AccountCaller,
    CallerSpec,
    CallerWord,
    FederatedCaller,
    Forbid,
    KeySpec,
    Mode,
    Policies,
    RequestClass,
    ResourceSpec,
    ServiceCaller,
)
from wa_policy.settings import Profile

Raw = Mapping[str, Any]

EXAMPLE_ACCOUNT, EXAMPLE_REGION = "111122223333", "eu-west-1"
"""Where an example lies that does not say otherwise."""


def build(raw: Raw, source: Source) -> Rule:
    """The rule; `raw` follows the schema and has one check of a kind that is supported."""
    return Rule(
        id=raw["id"],
        title=raw["title"],
        pillar=raw["pillar"],
        severity=Severity(raw["severity"]),
        profile=Profile(raw["profile"]),
        select=_texts(raw["select"]),
        check=_check(raw),
        message=raw["message"],
        why=raw["why"].strip(),
        fix={format_: text.strip() for format_, text in raw["fix"].items()},
        source=source,
        lens=tuple(raw.get("lens", ())),
        parameters=tuple(_parameter(name, value) for name, value in raw.get("parameters", {}).items()),
        when=_test(raw["when"]) if "when" in raw else None,
        each=_each(raw["each"]) if "each" in raw else None,
        references=tuple(raw.get("references", ())),
        limits=raw.get("limits", "").strip(),
        guardrail=GuardrailKind(raw["guardrail"]) if "guardrail" in raw else None,
        prevented_by=_texts(raw.get("prevented_by", ())),
        examples=tuple(
            _example(example, source.at("examples", index)) for index, example in enumerate(raw["examples"])
        ),
    )


def _texts(raw: Any) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)


def _operand(raw: Any) -> Operand:
    if isinstance(raw, Mapping):
        ((word, value),) = raw.items()
        return Computed(Arithmetic(word), tuple(_operand(one) for one in value))
    return tuple(raw) if isinstance(raw, list) else raw


def _call(raw: Raw) -> tuple[str, dict[str, Operand]]:
    ((name, arguments),) = raw.items()
    return name, {key: _operand(value) for key, value in arguments.items()}


def _each(raw: Raw) -> Each:
    where = _test(raw["where"]) if "where" in raw else None
    return Each(*_call({word: value for word, value in raw.items() if word != "where"}), where)


def parameter_type(raw: Any) -> tuple[str, bool]:
    """The name of the kind, and whether it is a list."""
    return (raw[0], True) if isinstance(raw, list) else (raw, False)


def _parameter(name: str, raw: Raw) -> Parameter:
    kind, many = parameter_type(raw["type"])
    return Parameter(name, ValueKind(kind), many, _operand(raw["default"]), raw["doc"])  # type: ignore[arg-type]


# --- tests -------------------------------------------------------------------------------------------------------

_GROUPS: Mapping[str, type[AllOf | AnyOf | NoneOf]] = {"all_of": AllOf, "any_of": AnyOf, "none_of": NoneOf}


def _test(raw: Raw) -> Test:
    tests: list[Test] = []
    for word, value in raw.items():
        if word in _GROUPS:
            tests.append(_GROUPS[word](tuple(_test(inner) for inner in value)))
        elif word == "parameter":
            tests.append(ParameterTest(value, empty=raw["is"] == "empty"))
        elif word[0].isupper():
            tests += _comparisons(tuple(word.split(".")), value)
        elif word in ("value", "key"):
            tests += _comparisons((), value, of_key=word == "key")
        elif word in tuple(Looked):
            tests.append(TurnedTest(Looked(word), _test(value)))
        elif word == "related":
            tests += [one for relation, about in value.items() for one in _related(relation, about)]
        elif word == "allowed":
            tests.append(AllowedTest(_forbid(value)))
        elif word != "is":
            tests.append(PredicateTest(*_call({word: value})))
    return tests[0] if len(tests) == 1 else AllOf(tuple(tests))


def _comparisons(path: tuple[str, ...], raw: Raw, *, of_key: bool = False) -> list[Test]:
    tests: list[Test] = []
    default = _operand(raw["default"]) if "default" in raw else None
    for word, value in raw.items():
        if word in tuple(Quantifier):
            tests.append(PartsTest(path, Quantifier(word), _test(value)))
        elif word == "count":
            tests += [
                PropertyTest(path, TestOperator.COUNT, _operand(limit), TestOperator(inner))
                for inner, limit in value.items()
            ]
        elif word != "default":
            tests.append(
                PropertyTest(path, TestOperator(word), _operand(value), of_key=of_key, default=default)
            )
    return tests


def _related(relation: str, raw: Raw) -> list[Test]:
    tests: list[Test] = []
    for word, value in raw.items():
        if word == "count":
            tests += [
                RelatedCount(relation, TestOperator(inner), _operand(limit)) for inner, limit in value.items()
            ]
        else:
            tests.append(RelatedTest(relation, Quantifier(word), _test(value)))
    return tests


# --- checks ------------------------------------------------------------------------------------------------------


def _check(raw: Raw) -> Check:
    if "forbid" in raw:
        return _forbid(raw["forbid"])
    if "permit" in raw:
        return Permit(_forbid(raw["permit"]))
    if "shape" in raw:
        return Shape(*_call(raw["shape"]))
    if "require" in raw:
        return Require(_test(raw["require"]))
    if "no_path" in raw:
        return _no_path(raw["no_path"])
    question = raw["manual"]
    return Manual(question["question"], tuple(question.get("evidence", ())), question["expires_days"])


def _no_path(raw: Raw) -> NoPath:
    return NoPath(
        sources=tuple(_source_word(word) for word in _texts(raw["from"])),
        goals=tuple(_goal_word(word) for word in _texts(raw["to"])),
        through=tuple(Through(word) for word in raw.get("through", DEFAULT_THROUGH)),
        actions=_texts(raw.get("actions", ())),
        left_out=_texts(raw.get("except", ())),
    )


def _source_word(word: str) -> PathSource:
    return SourceWord(word) if word in tuple(SourceWord) else word


def _goal_word(word: str) -> PathGoal:
    return GoalWord(word) if word in tuple(GoalWord) else word


def _forbid(raw: Raw) -> Forbid:
    classes = raw.get("any_of", [raw])
    exempt = _texts(raw.get("exempt", ()))
    return Forbid(tuple(_class(one) for one in classes), Mode(raw.get("mode", "any")), exempt)


def _class(raw: Raw) -> RequestClass:
    return RequestClass(
        policies=Policies(raw["policies"]),
        caller=_caller(raw["caller"]),
        actions=_texts(raw["action"]),
        not_actions=_texts(raw.get("not_action", ())),
        resource=_resource(raw.get("resource", "self")),
        context=tuple((key, _key(spec)) for key, spec in raw.get("context", {}).items()),
    )


def _caller(raw: Any) -> CallerSpec:
    if isinstance(raw, str):
        return CallerWord(raw)
    if "account" in raw:
        return AccountCaller(raw["account"])
    if "service" in raw:
        return ServiceCaller(raw["service"], OWN_ACCOUNT if raw["acting_for"] == OWN_ACCOUNT else None)
    return FederatedCaller(raw["federated"])


def _resource(raw: Any) -> ResourceSpec:
    if raw == "self":
        return ResourceSpec()
    if isinstance(raw, Mapping):
        return ResourceSpec(_texts(raw.get("pattern", "*")), _texts(raw["other_than"]))
    return ResourceSpec(_texts(raw))


def _key(raw: Raw) -> KeySpec:
    return KeySpec(
        absent=raw.get("absent"),
        ignore_case=raw.get("ignore_case", False),
        one_of=_texts(raw.get("one_of", ())),
        none_of=_texts(raw.get("none_of", ())),
        inside=_texts(raw.get("inside", ())),
        outside=_texts(raw.get("outside", ())),
        some_of=_texts(raw.get("some_of", ())),
        some_other_than=_texts(raw.get("some_other_than", ())),
        less_than=raw.get("less_than"),
        greater_than=raw.get("greater_than"),
    )


# --- examples ----------------------------------------------------------------------------------------------------


def _example(raw: Raw, source: Source) -> Example:
    expect = {
        subject: Verdict(verdicts)
        if isinstance(verdicts, str)
        else {key: Verdict(verdict) for key, verdict in verdicts.items()}
        for subject, verdicts in raw["expect"].items()
    }
    return Example(
        name=raw["name"],
        files=raw["files"],
        expect=expect,
        account=raw.get("account", EXAMPLE_ACCOUNT),
        region=raw.get("region", EXAMPLE_REGION),
        parameters={name: _operand(value) for name, value in raw.get("parameters", {}).items()},  # type: ignore[misc]
        no_organization=raw.get("no_organization", False),
        source=source,
        today=date.fromisoformat(raw["today"]) if "today" in raw else None,
    )
