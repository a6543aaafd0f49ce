"""Definitions in the Amazon States Language; the examples follow https://states-language.net/spec.html."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wa_policy.iam.source import Source
from wa_policy.iam.text import Hole, Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.embedded.json_within import parse_within
from wa_policy.loaders.embedded.states_language import StatesLanguage, read_states_language
from wa_policy.loaders.embedded.substitutions import substituted
from wa_policy.loaders.embedded.task_resources import task_of

HERE = Source("machine.json", "/definition")
OPEN = Unknown(UnknownKind.UNRESOLVED, "the parameter `Url`, which has no default")
HOLE = Hole(OPEN, (), "${Url}")


def read(value: Any) -> StatesLanguage:
    return read_states_language(value, lambda keys: HERE.at(*keys))


def states(found: StatesLanguage) -> dict[str, Any]:
    """The known states by path."""
    assert isinstance(found.states, tuple)
    return {str(state["Path"]): state for state in found.states if isinstance(state, dict)}


def of(state: dict[str, Any]) -> dict[str, Any]:
    """The only state of a machine."""
    return states(read({"StartAt": "A", "States": {"A": state}}))["States/A"]  # type: ignore[no-any-return]


HELLO = {
    "Comment": "A simple minimal example of the States language",
    "StartAt": "Hello World",
    "TimeoutSeconds": 300,
    "States": {
        "Hello World": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:111122223333:function:HelloWorld",
            "End": True,
        }
    },
}


def test_the_machine_as_a_whole() -> None:
    assert read(HELLO).machine == {
        "Comment": "A simple minimal example of the States language",
        "StartAt": "Hello World",
        "TimeoutSeconds": 300,
        "QueryLanguage": "JSONPath",
    }
    assert read(HELLO).problems == []


def test_a_task() -> None:
    assert states(read(HELLO)) == {
        "States/Hello World": {
            "Name": "Hello World",
            "Path": "States/Hello World",
            "Inside": None,
            "Type": "Task",
            "QueryLanguage": "JSONPath",
            "End": True,
            "HasTimeout": False,
            "HasHeartbeat": False,
            "Resource": "arn:aws:lambda:us-east-1:111122223333:function:HelloWorld",
            "IntegrationPattern": "request-response",
            "Service": "lambda",
            "Action": "invoke",
        }
    }


NESTED = {
    "QueryLanguage": "JSONata",
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "Both",
                "States": {
                    "Both": {
                        "Type": "Parallel",
                        "Branches": [
                            {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "End": True}}},
                            {
                                "StartAt": "Right",
                                "States": {"Right": {"Type": "Succeed", "QueryLanguage": "JSONPath"}},
                            },
                        ],
                        "End": True,
                    }
                },
            },
            "Next": "Old",
        },
        "Old": {
            "Type": "Map",
            "Iterator": {"StartAt": "Load", "States": {"Load": {"Type": "Fail", "Error": "E"}}},
            "End": True,
        },
    },
}


def test_states_inside_of_states_have_their_paths_and_places() -> None:
    found = read(NESTED)
    assert found.problems == []
    both = "States/Each/ItemProcessor/States/Both"
    assert {path: (state["Name"], state["Inside"]) for path, state in states(found).items()} == {
        "States/Each": ("Each", None),
        both: ("Both", "States/Each"),
        f"{both}/Branches/0/States/Left": ("Left", both),
        f"{both}/Branches/1/States/Right": ("Right", both),
        "States/Old": ("Old", None),
        "States/Old/Iterator/States/Load": ("Load", "States/Old"),
    }
    assert [place.pointer for place in found.places] == [f"/definition/{path}" for path in states(found)]


def test_the_query_language_of_a_state_wins_over_that_of_the_machine() -> None:
    languages = {path[-5:]: state["QueryLanguage"] for path, state in states(read(NESTED)).items()}
    assert languages == {
        "/Each": "JSONata", "/Both": "JSONata", "/Left": "JSONata", "Right": "JSONPath", "s/Old": "JSONata",
        "/Load": "JSONata",
    }  # fmt: skip


def test_how_a_map_runs() -> None:
    found = states(read(NESTED))
    assert (found["States/Each"]["ProcessorMode"], found["States/Each"]["ExecutionType"]) == (
        "DISTRIBUTED",
        "EXPRESS",
    )
    assert (found["States/Old"]["ProcessorMode"], found["States/Old"]["ExecutionType"]) == ("INLINE", None)


# https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
@pytest.mark.parametrize(
    ("resource", "pattern", "service", "action"),
    [
        ("arn:aws:states:::sns:publish", "request-response", "sns", "publish"),
        ("arn:aws:states:::batch:submitJob.sync", "sync", "batch", "submitJob"),
        ("arn:aws:states:::states:startExecution.sync:2", "sync", "states", "startExecution"),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "wait-for-task-token", "sqs", "sendMessage"),
        ("arn:aws-cn:states:::lambda:invoke", "request-response", "lambda", "invoke"),
        ("arn:aws:states:::aws-sdk:dynamodb:getItem", "request-response", "dynamodb", "getItem"),
        ("arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken", "wait-for-task-token", "sfn", "startExecution"),
        ("arn:aws:states:::http:invoke", "request-response", "http", "invoke"),
        ("arn:aws:states:us-east-1:111122223333:activity:HelloWorld", "activity", "states", None),
        ("arn:aws:lambda:us-east-1:111122223333:function:f:live", "request-response", "lambda", "invoke"),
        ("not an ARN", None, None, None),
        (OPEN, OPEN, OPEN, OPEN),
        (Template(("arn:", HOLE, ":states:::sns:publish")), "request-response", "sns", "publish"),
        (Template(("arn:aws:states:::sns:publish", HOLE)), OPEN, "sns", OPEN),
        (Template(("arn:aws:states:::sns:", HOLE, ".sync")), "sync", "sns", OPEN),
        (Template(("arn:aws:states:::", HOLE, ":invoke")), "request-response", OPEN, "invoke"),
        (Template((HOLE, ".waitForTaskToken")), "wait-for-task-token", OPEN, OPEN),
        (Template(("arn:aws:lambda:us-east-1:111122223333:function:", HOLE)), "request-response", "lambda", "invoke"),
    ],
)  # fmt: skip
def test_the_integration_of_a_task(
    resource: Any, pattern: PropertyValue, service: PropertyValue, action: PropertyValue
) -> None:
    found = task_of(resource)
    assert (found.get("IntegrationPattern"), found.get("Service"), found.get("Action")) == (
        pattern, service, action,
    )  # fmt: skip


def test_an_integration_of_the_sdk_is_marked() -> None:
    assert task_of("arn:aws:states:::aws-sdk:s3:getObject")["IsSdkIntegration"] is True
    assert "IsSdkIntegration" not in task_of("arn:aws:states:::sns:publish")


def test_timeouts_in_all_their_forms() -> None:
    number = of({"Type": "Task", "Resource": "r", "TimeoutSeconds": 60, "HeartbeatSeconds": 5, "End": True})
    assert (number["TimeoutSeconds"], number["HasTimeout"], number["HasHeartbeat"]) == (60, True, True)
    path = of({"Type": "Task", "Resource": "r", "TimeoutSecondsPath": "$.t", "End": True})
    assert (path.get("TimeoutSeconds"), path["TimeoutSecondsPath"], path["HasTimeout"]) == (None, "$.t", True)
    computed = of({"Type": "Task", "Resource": "r", "TimeoutSeconds": "{% $t %}", "End": True})
    assert isinstance(computed["TimeoutSeconds"], Unknown)
    assert (computed["HasTimeout"], computed["HasHeartbeat"]) == (True, False)


def test_retriers_and_catchers() -> None:
    state = of(
        {
            "Type": "Task",
            "Resource": "r",
            "End": True,
            "Retry": [
                {
                    "ErrorEquals": ["ErrorA"],
                    "IntervalSeconds": 1,
                    "BackoffRate": 2.0,
                    "JitterStrategy": "FULL",
                },
                {"ErrorEquals": ["States.ALL"], "MaxAttempts": OPEN},
                OPEN,
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A", "ResultPath": "$.e"}],
        }
    )
    assert state["Retry"] == (
        {"ErrorEquals": ("ErrorA",), "IntervalSeconds": 1, "BackoffRate": 2.0, "JitterStrategy": "FULL"},
        {"ErrorEquals": ("States.ALL",), "MaxAttempts": OPEN},
        OPEN,
    )
    assert state["Catch"] == ({"ErrorEquals": ("States.ALL",), "Next": "A", "ResultPath": "$.e"},)


def test_what_is_not_known_is_unknown_in_its_place_only() -> None:
    found = read({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}, "B": OPEN}})
    assert isinstance(found.states, tuple)
    assert found.states[1] == OPEN
    assert states(found)["States/A"]["Type"] == "Pass"
    assert found.problems == []
    whole = read(OPEN)
    assert (whole.machine, whole.states, whole.problems) == (OPEN, OPEN, [])
    nested = read({"StartAt": "M", "States": {"M": {"Type": "Map", "Iterator": OPEN, "End": True}}})
    assert isinstance(nested.states, tuple)
    assert nested.states[1] == OPEN
    branches = read({"StartAt": "M", "States": {"M": {"Type": "Parallel", "Branches": OPEN, "End": True}}})
    assert isinstance(branches.states, tuple)
    assert branches.states[1] == OPEN


@pytest.mark.parametrize(
    ("value", "place", "words"),
    [
        ([], "", "found a list, expected an object with `StartAt` and `States`"),
        ({"StartAt": "A"}, "", "found no `States`, expected an object of at least one state"),
        ({"StartAt": "A", "States": {}}, "", "found an empty object as `States`, expected an object of at least one state"),
        ({"States": {"A": {"Type": "Succeed"}}}, "", "found no `StartAt`, expected the name of a state beside it"),
        ({"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}, "/StartAt", "found `B` as `StartAt`, expected the name of a state beside it"),
        ({"StartAt": "A", "States": {"A": 7}}, "/States/A", "found a number as the state `A`, expected an object"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pas", "End": True}}}, "/States/A", "found the type `Pas` of the state `A`, expected one of Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass"}}}, "/States/A", "found neither `Next` nor `End` of the state `A`, expected one of them"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "C"}}}, "/States/A/Next", "found `C` as `Next`, expected the name of a state beside it"),
        ({"StartAt": "A", "States": {"A": {"Type": "Task", "End": True}}}, "/States/A", "found no `Resource` of the task `A`, expected an ARN"),
        ({"StartAt": "A", "States": {"A": {"Type": "Choice"}}}, "/States/A", "found no `Choices` of the state `A`, expected at least one"),
        ({"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [{"Next": "X"}]}}}, "/States/A/Choices/0", "found `X` as `Next`, expected the name of a state beside it"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True, "Catch": {}}}}, "/States/A/Catch", "found an empty object as `Catch`, expected a list"),
    ],
)  # fmt: skip
def test_a_malformed_definition_is_a_problem_with_its_place(value: Any, place: str, words: str) -> None:
    found = read(value)
    assert [(one.file, one.pointer, one.code, one.message) for one in found.problems] == [
        ("machine.json", f"/definition{place}", "states-language", words)
    ]


def test_a_state_of_another_machine_is_not_beside_it() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "Out"}}}
    value = {
        "StartAt": "M",
        "States": {"M": {"Type": "Map", "ItemProcessor": inner, "Next": "Out"}, "Out": {"Type": "Succeed"}},
    }
    assert [one.pointer for one in read(value).problems] == [
        "/definition/States/M/ItemProcessor/States/I/Next"
    ]


# --- the text --------------------------------------------------------------------------------------------------------


def test_a_hole_in_a_text_is_a_part_of_it_and_a_bare_one_a_value() -> None:
    text = Template(('{"a": "x-', HOLE, '", "b": ', HOLE, ', "c": "\\"', HOLE, '"}'))
    value, problems = parse_within(text, HERE, "the definition")
    assert value == {"a": Template(("x-", HOLE)), "b": OPEN, "c": Template(('"', HOLE))}
    assert problems == ()


def test_a_text_that_is_no_json_is_a_problem() -> None:
    value, problems = parse_within('{"a" 1}', HERE, "the definition")
    assert isinstance(value, Unknown)
    assert [(one.pointer, one.code, one.message) for one in problems] == [
        ("/definition", "json-syntax", "in the definition, line 1, column 6: found `1`, expected `:` after a key")
    ]  # fmt: skip


def test_a_text_that_a_hole_may_make_json_is_unknown_without_a_problem() -> None:
    assert parse_within(Template(("{", HOLE, "}")), HERE, "the definition") == (OPEN, ())
    assert parse_within(Template((HOLE,)), HERE, "the definition") == (OPEN, ())


def test_duplicate_keys_are_a_problem() -> None:
    _, problems = parse_within('{"a": 1, "a": 2}', HERE, "the definition")
    assert [one.code for one in problems] == ["duplicate-key"]


def test_substitutions() -> None:
    given_ = {"f": "arn:f", "n": 3, "t": True, "u": Template(("x", HOLE)), "o": OPEN}
    assert substituted("${f}/${n}/${t}/${other}", given_) == "arn:f/3/true/${other}"
    assert substituted("a${u}b", given_) == Template(("ax", HOLE, "b"))
    assert substituted({"r": ["${f}"]}, given_) == {"r": ["arn:f"]}
    assert substituted("${o}", given_) == Template((Hole(OPEN, (), "${o}"),))
    assert substituted("${f}", OPEN) == Template((Hole(OPEN, (), "${f}"),))
    assert substituted("${f}", None) == "${f}"


# --- never crashes ---------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "StartAt", "States", "Type", "Task", "Map", "Parallel", "Choice", "Branches", "Iterator", "ItemProcessor", "Next",
        "End", "Retry", "Catch", "Choices", "Resource", "A", "TimeoutSeconds", "ProcessorConfig", "arn:aws:states:::a:b.sync",
    ]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), WORDS, st.text(max_size=5),
    st.just(OPEN), st.just(Template((HOLE,))), st.just(Template(("x", HOLE))),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=25,
)


@given(VALUES)
def test_no_definition_crashes_it(value: Any) -> None:
    found = read(value)
    if isinstance(found.states, tuple):
        assert len(found.states) == len(found.places)
    assert found == found  # noqa: PLR0124  # it can be compared


@given(st.lists(st.one_of(st.text(max_size=12), st.just(HOLE)), max_size=6))
def test_no_text_crashes_it(parts: list[Any]) -> None:
    value, _ = parse_within(Template(tuple(parts)) if HOLE in parts else "".join(parts), HERE, "it")
    read(value)


@given(VALUES)
def test_a_text_and_its_object_are_read_alike(value: Any) -> None:
    try:
        text = json.dumps(value)
    except TypeError:  # what is not known has no text
        return
    parsed, problems = parse_within(text, HERE, "it")
    if not problems:
        assert read(parsed).states == read(json.loads(text)).states


def test_deep_nesting_is_a_problem() -> None:
    value: Any = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    for _ in range(150):
        value = {"StartAt": "A", "States": {"A": {"Type": "Map", "Iterator": value, "End": True}}}
    found = read(value)
    assert any("inside of one another" in one.message for one in found.problems)
    assert isinstance(found.states, tuple)
    assert isinstance(found.states[-1], Unknown)
