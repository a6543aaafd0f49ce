"""Definitions in the Amazon States Language: the state machine and its states, those inside of others as well.

https://states-language.net/spec.html and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from wa_policy.errors import Problem
from wa_policy.iam.source import Source
from wa_policy.iam.text import Template
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import PropertyValue
from wa_policy.loaders.embedded.json_within import Value, as_property, doubt
from wa_policy.loaders.embedded.task_resources import task_of
from wa_policy.loaders.text import shown

_CODE = "states-language"
_TYPES = ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
_LEADS_ON = ("Map", "Parallel", "Pass", "Task", "Wait")
"""Types whose states have either `Next` or `End`."""
_AS_THEY_ARE = (
    *("Arguments", "Assign", "Branches", "Catch", "Choices", "Credentials", "ItemBatcher", "ItemReader"),
    *("ItemSelector", "Items", "Output", "Parameters", "Result", "ResultSelector", "ResultWriter"),
)
_TEXTS = (
    *("Cause", "CausePath", "Comment", "Default", "Error", "ErrorPath", "HeartbeatSecondsPath", "InputPath"),
    *("ItemsPath", "MaxConcurrencyPath", "Next", "OutputPath", "ResultPath", "SecondsPath", "TimeoutSecondsPath"),
    *("Timestamp", "TimestampPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"),
)  # fmt: skip
_NUMBERS = (
    *("HeartbeatSeconds", "MaxConcurrency", "Seconds", "TimeoutSeconds", "ToleratedFailureCount"),
    "ToleratedFailurePercentage",
)
_DEPTH = 100
"""Levels of state machines inside of states. The documents of AWS have about five."""


@dataclass(slots=True, eq=False)
class StatesLanguage:
    """What a definition says: the machine as a whole, its states with their places, and what is wrong with it."""

    machine: PropertyValue = None
    states: PropertyValue = ()
    places: tuple[Source, ...] = ()
    problems: list[Problem] = field(default_factory=list)


Place = Callable[[tuple[str | int, ...]], Source]
"""Where what has these keys in the definition stands."""


def read_states_language(value: Value, place: Place) -> StatesLanguage:
    """The state machine that a definition describes; what of it is not known is unknown in its place only."""
    if (unknown := doubt(value)) is not None:
        return StatesLanguage(unknown, unknown)
    reader = _Reader(place)
    if not isinstance(value, Mapping):
        reader.note((), f"found {_kind(value)}, expected an object with `StartAt` and `States`")
        unreadable = Unknown(UnknownKind.UNREADABLE, "a definition that is no object")
        return StatesLanguage(unreadable, unreadable, (), reader.problems)
    reader.machine(value, (), "", _language(value, "JSONPath"))
    names = ("Comment", "QueryLanguage", "StartAt", "TimeoutSeconds", "Version")
    machine = {name: as_property(value[name]) for name in names if name in value}
    machine["QueryLanguage"] = _language(value, "JSONPath")
    whole = reader.unread
    return StatesLanguage(
        machine,
        # What cannot be told apart from other states is one more of which nothing is known.
        tuple(reader.states) if whole is None or reader.states else whole,
        tuple(reader.places),
        reader.problems,
    )


@dataclass(frozen=True, slots=True)
class _Machine:
    """What holds for all states of one machine: the path of the state that it is in, its language, its states.

    `is_open`: the name of a state is not known, so that any name may be that of a state.
    """

    inside: str
    language: PropertyValue
    states: Mapping[str, Value]
    is_open: bool


class _Reader:
    def __init__(self, place: Place) -> None:
        self._place = place
        self.states: list[PropertyValue] = []
        self.places: list[Source] = []
        self.problems: list[Problem] = []
        self.unread: Unknown | None = None

    def note(self, keys: tuple[str | int, ...], message: str) -> None:
        self.problems.append(self._place(keys).problem(_CODE, message))

    def machine(
        self, value: Value, keys: tuple[str | int, ...], inside: str, language: PropertyValue
    ) -> None:
        """The states of a state machine, which may be the inner one of the state at the path `inside`."""
        if len(keys) > 4 * _DEPTH:
            self.note(keys, f"found more than {_DEPTH} state machines inside of one another, expected fewer")
            self._unknown(Unknown(UnknownKind.UNREADABLE, "state machines that are nested too deeply"), keys)
            return
        if (unknown := doubt(value)) is not None:
            self._unknown(unknown, keys)
            return
        states = value.get("States") if isinstance(value, Mapping) else None
        if (unknown := doubt(states)) is not None:
            self._unknown(unknown, (*keys, "States"))
            return
        if not isinstance(states, Mapping) or not states:
            found = "no `States`" if states is None else f"{_kind(states)} as `States`"
            self.note(keys, f"found {found}, expected an object of at least one state")
            self._unknown(Unknown(UnknownKind.UNREADABLE, "the states of a definition without any"), keys)
            return
        machine = _Machine(inside, language, states, any("${" in str(name) for name in states))
        start = (*keys, "StartAt") if "StartAt" in value else keys
        self._names(value.get("StartAt"), "StartAt", machine, start)
        for name, state in states.items():
            self._state(str(name), state, (*keys, "States", str(name)), machine)

    def _unknown(self, unknown: Unknown, keys: tuple[str | int, ...]) -> None:
        self.states.append(unknown)
        self.places.append(self._place(keys))
        self.unread = self.unread or unknown

    def _state(self, name: str, state: Value, keys: tuple[str | int, ...], machine: _Machine) -> None:
        if (unknown := doubt(state)) is not None:
            self._unknown(unknown, keys)
            return
        if not isinstance(state, Mapping):
            self.note(keys, f"found {_kind(state)} as the state `{shown(name)}`, expected an object")
            self._unknown(Unknown(UnknownKind.UNREADABLE, f"the state `{shown(name)}`"), keys)
            return
        path, language = "/".join(map(str, keys)), _language(state, machine.language)
        self.states.append(_properties(name, path, machine.inside, state, language))
        self.places.append(self._place(keys))
        self._check(name, state, keys, machine)
        for part, inner in _inner(state):
            # The language that a state has of its own does not hold for the machines inside of it.
            self.machine(inner, (*keys, *part), path, _language(inner, machine.language))

    def _check(
        self, name: str, state: Mapping[str, Value], keys: tuple[str | int, ...], machine: _Machine
    ) -> None:
        """Find what Step Functions would not take."""
        type_ = state.get("Type")
        if not isinstance(type_, Unknown | Template) and type_ not in _TYPES:
            found = "no `Type`" if type_ is None else f"the type `{shown(str(type_))}`"
            self.note(
                keys, f"found {found} of the state `{shown(name)}`, expected one of {', '.join(_TYPES)}"
            )
        for word in ("Next", "Default"):
            if word in state:
                self._names(state[word], word, machine, (*keys, word))
        if (
            type_ in _LEADS_ON
            and "Next" not in state
            and state.get("End") is not True
            and doubt(state.get("End")) is None
        ):
            self.note(
                keys, f"found neither `Next` nor `End` of the state `{shown(name)}`, expected one of them"
            )
        if type_ == "Task" and "Resource" not in state:
            self.note(keys, f"found no `Resource` of the task `{shown(name)}`, expected an ARN")
        if type_ == "Choice" and not state.get("Choices"):
            self.note(keys, f"found no `Choices` of the state `{shown(name)}`, expected at least one")
        for word in ("Choices", "Catch", "Retry"):
            rows = state.get(word)
            if rows is not None and doubt(rows) is None and not isinstance(rows, list):
                self.note((*keys, word), f"found {_kind(rows)} as `{word}`, expected a list")
            for number, row in enumerate(rows if isinstance(rows, list) else ()):
                if isinstance(row, Mapping) and word != "Retry":
                    self._names(row.get("Next"), "Next", machine, (*keys, word, number))

    def _names(self, value: Value, word: str, machine: _Machine, keys: tuple[str | int, ...]) -> None:
        """The value has to be the name of a state."""
        if doubt(value) is not None or (
            isinstance(value, str) and (value in machine.states or machine.is_open)
        ):
            return
        found = f"no `{word}`" if value is None else f"`{shown(str(value))}` as `{word}`"
        self.note(keys, f"found {found}, expected the name of a state beside it")


def _inner(state: Mapping[str, Value]) -> Iterator[tuple[tuple[str | int, ...], Value]]:
    """The state machines inside of a state, with their keys."""
    # `Iterator` is the older name of `ItemProcessor`.
    for word in ("ItemProcessor", "Iterator"):
        if word in state:
            yield (word,), state[word]
    branches = state.get("Branches")
    if isinstance(branches, list):
        for number, branch in enumerate(branches):
            yield ("Branches", number), branch
    elif doubt(branches) is not None:
        yield ("Branches",), branches


def _language(value: Value, outer: PropertyValue) -> PropertyValue:
    written = value.get("QueryLanguage") if isinstance(value, Mapping) else None
    return outer if written is None else as_property(written)


def _properties(
    name: str, path: str, inside: str, state: Mapping[str, Value], language: PropertyValue
) -> PropertyValue:
    """A state as rules see it."""
    found: dict[str, PropertyValue] = {
        "Name": name,
        "Path": path,
        "Inside": inside or None,
        "Type": as_property(state.get("Type")),
        "QueryLanguage": language,
        # Without it `End` is false. https://states-language.net/spec.html#transition
        "End": as_property(state.get("End", False)),
    }
    found |= {word: as_property(state[word]) for word in (*_AS_THEY_ARE, *_TEXTS) if word in state}
    found |= {word: _number(word, state[word]) for word in _NUMBERS if word in state}
    for word in ("TimeoutSeconds", "HeartbeatSeconds"):
        found[f"Has{word.removesuffix('Seconds')}"] = word in state or f"{word}Path" in state
    if "Retry" in state:
        found["Retry"] = _rows(state["Retry"])
    if "Catch" in state:
        found["Catch"] = _rows(state["Catch"])
    if state.get("Type") == "Task":
        found |= task_of(state.get("Resource"))
    processor = next((state[word] for word in ("ItemProcessor", "Iterator") if word in state), None)
    if processor is not None and state.get("Type") == "Map":
        found["ProcessorMode"], found["ExecutionType"] = _processor(processor)
    return found


def _number(word: str, value: Value) -> PropertyValue:
    """A number, unknown where an expression says it only when the state machine runs."""
    if isinstance(value, str):
        return Unknown(
            UnknownKind.UNDECIDED, f"`{word}`, which `{shown(value, 60)}` computes in each execution"
        )
    return as_property(value)


def _rows(value: Value) -> PropertyValue:
    if not isinstance(value, list):
        return doubt(value) or Unknown(UnknownKind.UNREADABLE, "a list of retriers or catchers that is none")
    return tuple(
        {
            str(word): _number(str(word), item)
            if word in ("IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds")
            else as_property(item)
            for word, item in row.items()
        }
        if isinstance(row, Mapping)
        else (doubt(row) or Unknown(UnknownKind.UNREADABLE, "a retrier or catcher that is no object"))
        for row in value
    )


def _processor(value: Value) -> tuple[PropertyValue, PropertyValue]:
    """How a Map state runs its items. https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html"""
    config = value.get("ProcessorConfig", {}) if isinstance(value, Mapping) else value
    if (unknown := doubt(config)) is not None:
        return unknown, unknown
    if not isinstance(config, Mapping):
        return "INLINE", None
    return as_property(config.get("Mode", "INLINE")), as_property(config.get("ExecutionType"))


def _kind(value: Value) -> str:
    match value:
        case Mapping():
            return "an object" if value else "an empty object"
        case list():
            return "a list"
        case str():
            return "a text"
        case None:
            return "null"
        case bool():
            return f"`{str(value).lower()}`"
        case _:
            return "a number"
