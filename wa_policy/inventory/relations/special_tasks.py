"""What the tasks of state machines call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import STATES_PROPERTY, PropertyValue, Resource
from wa_policy.inventory.relations.index import Index
from wa_policy.inventory.relations.inverse import union
from wa_policy.inventory.relations.model import Outcome, Side
from wa_policy.inventory.relations.values import as_tuples

FUNCTION, QUEUE, TOPIC, TABLE = (
    "AWS::Lambda::Function",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::DynamoDB::Table",
)
STATE_MACHINE = "AWS::StepFunctions::StateMachine"

_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "FunctionName": (FUNCTION,),
    "QueueUrl": (QUEUE,),
    "TopicArn": (TOPIC,),
    "TableName": (TABLE,),
    "StateMachineArn": (STATE_MACHINE,),
    "EventBusName": ("AWS::Events::EventBus",),
}
"""Arguments of optimized integrations, and what they name."""
TASK_TARGETS = tuple(
    sorted({type_ for types in _ARGUMENTS.values() for type_ in types} | {"AWS::StepFunctions::Activity"})
)
_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


def task_targets(index: Index, side: Side) -> Outcome:
    """What the tasks of a state machine call, as `Resource` and the arguments of the integrations say."""
    if not isinstance(side, Resource):
        return Outcome()
    states = side.properties.get(STATES_PROPERTY)
    definition = states if isinstance(states, tuple) else _definition(side)
    if isinstance(definition, Unknown):
        return Outcome(open=definition)
    return union(_tasks(index, side, definition))


def _definition(side: Resource) -> PropertyValue:
    told = side.property("Definition")
    text = side.property("DefinitionString") if told is None else told
    if text is None:
        if side.property("DefinitionS3Location") is not None or side.property("DefinitionUri") is not None:
            return Unknown(
                UnknownKind.NOT_MODELLED, f"the definition of `{side.name}`, which stands elsewhere"
            )
        return Unknown(UnknownKind.NOT_EXPORTED, f"stepfunctions describe-state-machine for `{side.id}`")
    if isinstance(text, Mapping):
        return _substituted(text, side.property("DefinitionSubstitutions"))
    if not isinstance(text, str):
        return text if isinstance(text, Unknown) else None
    whole = _substituted(text, side.property("DefinitionSubstitutions"))
    if not isinstance(whole, str):
        return whole
    try:
        return as_tuples(json.loads(whole))
    except ValueError:
        return Unknown(UnknownKind.UNREADABLE, f"the definition of `{side.name}`, which is no JSON")


def _substituted(value: PropertyValue, given: PropertyValue) -> PropertyValue:
    match value:
        case str():
            known = given if isinstance(given, Mapping) else {}
            found = [
                known.get(name, given if isinstance(given, Unknown) else None)
                for name in _SUBSTITUTED.findall(value)
            ]
            doubt = next((one for one in found if isinstance(one, Unknown)), None)
            if doubt is not None and value[:1] != "{":
                return doubt
            return _SUBSTITUTED.sub(
                lambda match: str(one) if isinstance(one := known.get(match[1]), str | int) else match[0],
                value,
            )
        case tuple():
            return tuple(_substituted(item, given) for item in value)
        case Mapping():
            return {key: _substituted(item, given) for key, item in value.items()}
        case _:
            return value


_INNER = ("Branches", "ItemProcessor", "Iterator")
_GIVEN = ("Parameters", "Arguments")


def _tasks(index: Index, side: Resource, value: PropertyValue) -> Iterator[Outcome]:
    """What states call: the value is a machine, a state, or several of them."""
    if isinstance(value, Unknown):
        yield Outcome(open=value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _tasks(index, side, item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key == "Resource":
                yield _called(index, side, item)
            elif key in _GIVEN:
                yield Outcome(open=item if isinstance(item, Unknown) else None)
                yield from _arguments(index, side, item)
            elif key == "States" and isinstance(item, Mapping):
                for state in item.values():
                    yield from _tasks(index, side, state)
            elif key in _INNER or key == "States":
                yield from _tasks(index, side, item)


def _arguments(index: Index, side: Resource, value: PropertyValue) -> Iterator[Outcome]:
    """What the arguments of a task name; of those that name nothing, nothing need be known."""
    if isinstance(value, tuple):
        for item in value:
            yield from _arguments(index, side, item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            types = _ARGUMENTS.get(key.removesuffix(".$"))
            if types is None:
                yield from _arguments(index, side, item)
            elif key.endswith(".$") or (isinstance(item, str) and "{%" in item):
                yield Outcome(
                    open=Unknown(UnknownKind.NOT_MODELLED, f"`{key}` of `{side.name}`, which the input says")
                )
            else:
                yield _argument(index, side, item, types)


def _called(index: Index, side: Resource, value: PropertyValue) -> Outcome:
    if isinstance(value, str) and ":states:::" in value:
        return Outcome()
    return _argument(index, side, value, (FUNCTION, "AWS::StepFunctions::Activity"))


def _argument(index: Index, side: Resource, value: PropertyValue, types: tuple[str, ...]) -> Outcome:
    if isinstance(value, str) and (hole := _SUBSTITUTED.search(value)) is not None:
        return Outcome(
            open=Unknown(UnknownKind.UNRESOLVED, f"`{hole[0]}` in the definition of `{side.name}`")
        )
    return index.all_named(side, value, types)
