"""The index against a search that compares each value with each spelling of each resource."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wa_policy.iam.source import NOWHERE
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import Answer, Inventory, PropertyValue, Resource
from wa_policy.inventory.relations import RELATIONS, related

FUNCTION, QUEUE, MAPPING = "AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping"
GROUP, FILTER, RULE = "AWS::Logs::LogGroup", "AWS::Logs::SubscriptionFilter", "AWS::Events::Rule"
PLACES = (("111122223333", "eu-west-1"), ("111122223333", "us-east-1"), ("444455556666", "eu-west-1"))
NAMES = ("a", "b", "ab", "a-b")
Place = tuple[str, str]


def arn(type_: str, name: str, place: Place) -> str:
    account, region = place
    form = {FUNCTION: "lambda:{}:{}:function:{}", QUEUE: "sqs:{}:{}:{}", GROUP: "logs:{}:{}:log-group:{}"}[
        type_
    ]
    return "arn:aws:" + form.format(region, account, name)


def spellings(resource: Resource, place: Place) -> set[str]:
    """All texts that name the resource where they stand in something of the place."""
    own = (str(resource.account), str(resource.region))
    found = {resource.id}
    here = own == place
    if resource.type == FUNCTION:
        found |= {f"{resource.id}:live", f"{resource.id}:7"}
        found |= {resource.name, f"{resource.name}:live"} if here else set()
        if own[1] == place[1]:
            found |= {f"{own[0]}:function:{resource.name}", f"{own[0]}:function:{resource.name}:live"}
    if resource.type == QUEUE:
        found |= {f"https://sqs.{own[1]}.amazonaws.com/{own[0]}/{resource.name}"}
        found |= {resource.name} if here else set()
    if resource.type == GROUP:
        found |= {f"{resource.id}:*"}
        found |= {resource.name} if here else set()
    return found


def one(type_: str, name: str, place: Place) -> Resource:
    return Resource(type_, arn(type_, name, place), name, *place, {}, NOWHERE)


def naming(type_: str, number: int, place: Place, properties: dict[str, PropertyValue]) -> Resource:
    return Resource(type_, f"{type_}/{number}", str(number), *place, properties, NOWHERE)


OPEN = Unknown(UnknownKind.UNRESOLVED, "open")
named = st.builds(
    one, st.sampled_from((FUNCTION, QUEUE, GROUP)), st.sampled_from(NAMES), st.sampled_from(PLACES)
)


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    targets = {(resource.type, resource.id): resource for resource in draw(st.lists(named, max_size=12))}
    everything = list(targets.values())
    texts = sorted(
        {text for resource in everything for place in PLACES for text in spellings(resource, place)}
    )
    values: st.SearchStrategy[PropertyValue] = st.sampled_from(
        [*texts, "c", arn(QUEUE, "c", PLACES[0]), OPEN, None]
    )
    for number in range(draw(st.integers(0, 8))):
        place = draw(st.sampled_from(PLACES))
        match draw(st.sampled_from((MAPPING, FILTER, RULE))):
            case "AWS::Lambda::EventSourceMapping":
                everything.append(
                    naming(
                        MAPPING, number, place, {"FunctionName": draw(values), "EventSourceArn": draw(values)}
                    )
                )
            case "AWS::Logs::SubscriptionFilter":
                everything.append(naming(FILTER, number, place, {"LogGroupName": draw(values)}))
            case _:
                targets_ = tuple({"Arn": draw(values)} for _ in range(draw(st.integers(0, 2))))
                everything.append(naming(RULE, number, place, {"Targets": targets_}))
    declared = frozenset((resource.type, resource.id) for resource in everything)
    return Inventory(resources=tuple(everything), declared=declared)


def values_of(resource: Resource, path: Sequence[str]) -> list[PropertyValue]:
    values: list[PropertyValue] = [resource.properties]
    for name in path:
        inner = [value[name] for value in values if isinstance(value, dict) and name in value]
        values = [item for value in inner for item in (value if isinstance(value, tuple) else (value,))]
    return values


BACKWARD = [
    (FUNCTION, "event_source_mappings", MAPPING, ("FunctionName",), False),
    (QUEUE, "event_source_mappings", MAPPING, ("EventSourceArn",), True),
    (GROUP, "subscription_filters", FILTER, ("LogGroupName",), False),
    (FUNCTION, "rules", RULE, ("Targets", "Arn"), True),
    (QUEUE, "rules", RULE, ("Targets", "Arn"), True),
]


@settings(max_examples=300, deadline=None)
@given(inventories())
def test_who_names_a_resource(inventory: Inventory) -> None:
    for type_, name, other_type, path, only_arns in BACKWARD:
        for side in inventory.of_type(type_):
            expected, doubt = set(), False
            for other in inventory.of_type(other_type):
                place = (str(other.account), str(other.region))
                for value in values_of(other, path):
                    if isinstance(value, Unknown):
                        doubt = doubt or place == (side.account, side.region)
                    elif isinstance(value, str) and value in spellings(side, place):
                        if (
                            only_arns
                            and not value.startswith(("arn:", "https:"))
                            and ":function:" not in value
                        ):
                            continue
                        expected.add(other.id)
            answer = related(inventory, side, name)
            assert {found.id for found in answer.found if isinstance(found, Resource)} == expected
            assert (answer.unknown is not None) == doubt


@settings(max_examples=300, deadline=None)
@given(inventories())
def test_what_a_resource_names(inventory: Inventory) -> None:
    for side in inventory.of_type(MAPPING):
        place = (str(side.account), str(side.region))
        value = side.properties["FunctionName"]
        answer = related(inventory, side, "function")
        expected = {
            other.id
            for other in inventory.of_type(FUNCTION)
            if isinstance(value, str) and value in spellings(other, place)
        }
        assert {found.id for found in answer.found if isinstance(found, Resource)} == expected
        # An ARN of another kind is no function, and anything else that is not here may be one elsewhere.
        may_be = isinstance(value, str) and (
            not value.startswith(("arn:", "https:")) or ":function:" in value
        )
        assert (answer.unknown is not None) == (value == OPEN or (may_be and not expected))


@given(st.booleans(), st.booleans(), st.booleans())
def test_what_was_listed_is_known(mappings: bool, of_one: bool, elsewhere: bool) -> None:
    function = one(FUNCTION, "a", PLACES[0])
    call = "lambda.list-event-source-mappings"
    exported = [
        *([Answer(call, *PLACES[0])] if mappings else []),
        *([Answer(call, *PLACES[0], function.id)] if of_one else []),
        *([Answer(call, *PLACES[1])] if elsewhere else []),
    ]
    inventory = Inventory(resources=(function,), exported=tuple(exported))
    known = related(inventory, function, "event_source_mappings").unknown is None
    assert known is (mappings or of_one)


@pytest.mark.parametrize("size", [12_500])
def test_look_ups_do_not_search_all(size: int) -> None:
    """All relations of 50,000 resources take a time that grows with their number, not with its square."""

    def seconds(count: int) -> float:
        place = PLACES[0]
        resources: list[Resource] = []
        for number in range(count):
            name = f"n{number}"
            resources += [
                one(FUNCTION, name, place),
                one(QUEUE, name, place),
                naming(
                    MAPPING, number, place, {"FunctionName": name, "EventSourceArn": arn(QUEUE, name, place)}
                ),
                naming(RULE, number, place, {"Targets": ({"Arn": arn(FUNCTION, name, place)},)}),
            ]
        inventory = Inventory(
            resources=tuple(resources), declared=frozenset((one.type, one.id) for one in resources)
        )
        rows = [row for row in RELATIONS if row.from_type in (FUNCTION, QUEUE, MAPPING, RULE)]
        started = time.process_time()
        for row in rows:
            for side in inventory.of_type(row.from_type)[:: max(1, count // 200)]:
                related(inventory, side, row.name)
        return time.process_time() - started

    small, large = seconds(size // 10), seconds(size)
    assert large < 40 * max(small, 0.05)
