"""Access tests as data: who can do what to which resource, and who cannot, by an inventory.

inventory: exports            # a path or several, from the folder of this file
organization: none            # as in wa-policy.yaml
tests:
  - name: checkout writes its orders
    principal: arn:aws:iam::111122223333:role/checkout
    can: [dynamodb:PutItem, dynamodb:GetItem]
    cannot: dynamodb:DeleteTable
    on: arn:aws:dynamodb:eu-west-1:111122223333:table/orders
    context: {aws:SourceIp: 192.0.2.1}
  - name: nobody but checkout reads the orders
    only: [arn:aws:iam::111122223333:role/checkout]
    can: dynamodb:GetItem
    on: arn:aws:dynamodb:eu-west-1:111122223333:table/orders
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wa_policy.api.config import find_config, read_config
from wa_policy.api.inputs import read
from wa_policy.api.requests import can, check_action_and_resource
from wa_policy.errors import LoadError, UsageError
from wa_policy.iam.source import Source
from wa_policy.inventory.model import Inventory

ENDING = ".access.yaml"

_WORDS = {"type": "string", "minLength": 1}
_ONE_OR_MORE = {"anyOf": [_WORDS, {"type": "array", "items": _WORDS, "minItems": 1}]}
_ACTIONS = {"description": "an action such as `s3:GetObject`, or a list of them", **_ONE_OR_MORE}
_VALUE = {"type": ["string", "boolean", "number"]}
_CONTEXT = {
    "description": "condition keys with their values",
    "type": "object",
    "additionalProperties": {
        "description": "a string, a number, `true`, `false`, or a list of strings for a multivalued key",
        "anyOf": [_VALUE, {"type": "array", "items": {"type": "string"}}],
    },
}
SCHEMA: Mapping[str, Any] = {
    "description": "an object with `inventory` and `tests`",
    "type": "object",
    "required": ["inventory", "tests"],
    "additionalProperties": False,
    "properties": {
        "inventory": {"description": "a path of exports or templates, or a list of them", **_ONE_OR_MORE},
        "organization": {"description": "`none`: the accounts belong to no organization", "const": "none"},
        "context": _CONTEXT,
        "tests": {
            "description": "a list of tests",
            "type": "array",
            "minItems": 1,
            "items": {
                "description": "a test: `name`, `principal` or `only`, `can` and `cannot`, `on`",
                "type": "object",
                "required": ["name", "on"],
                "additionalProperties": False,
                "properties": {
                    "name": {"description": "a name", **_WORDS},
                    "principal": {"description": "the ARN of a caller, a service, or `*` for anyone", **_WORDS},
                    "only": {
                        "description": "patterns of the only callers who may: ARNs, in which `*` stands for any text",
                        "type": "array",
                        "items": _WORDS,
                    },
                    "can": _ACTIONS,
                    "cannot": _ACTIONS,
                    "on": {"description": "the ARN of a resource or a list of them, or `*` for none", **_ONE_OR_MORE},
                    "context": _CONTEXT,
                },
            },
        },
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccessTest:
    """One test: what a principal can and cannot do on some resources, or who the only ones are that can."""

    name: str
    principal: str | None
    only: tuple[str, ...] | None
    can: tuple[str, ...]
    cannot: tuple[str, ...]
    on: tuple[str, ...]
    context: Mapping[str, Any]
    source: Source = field(compare=False)


@dataclass(frozen=True, slots=True)
class AccessFile:
    """The tests of a file and the paths that they are about."""

    paths: tuple[str, ...]
    no_organization: bool
    tests: tuple[AccessTest, ...]


def read_access_file(file: str) -> AccessFile:
    """The access tests in a file. Raises LoadError with every mistake and its line."""
    from wa_policy.loaders.checked import read_checked

    value = read_checked(file, SCHEMA, code="access-tests", what="the access tests")
    if value is None:
        message = "found nothing, expected `inventory` and `tests`"
        raise LoadError(message, (Source(file).problem("access-tests", message),))
    folder = os.path.dirname(file)  # noqa: PTH120  # paths stay as they are written
    source = Source(file)
    tests = tuple(
        _test(item, value.get("context") or {}, source.at("tests", index))
        for index, item in enumerate(value["tests"])
    )
    problems = [problem for test in tests for problem in _mistakes(test)]
    if problems:
        raise LoadError("the access tests are wrong", tuple(problems))
    paths = tuple(os.path.join(folder, path) for path in _tuple(value["inventory"]))  # noqa: PTH118
    return AccessFile(paths, value.get("organization") == "none", tests)


def _test(raw: Mapping[str, Any], context: Mapping[str, Any], source: Source) -> AccessTest:
    return AccessTest(
        name=raw["name"],
        principal=raw.get("principal"),
        only=tuple(raw["only"]) if "only" in raw else None,
        can=_tuple(raw.get("can", ())),
        cannot=_tuple(raw.get("cannot", ())),
        on=_tuple(raw["on"]),
        context={**context, **raw.get("context", {})},
        source=source,
    )


def _tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _mistakes(test: AccessTest) -> Iterator[Any]:
    if (test.principal is None) == (test.only is None):
        yield test.source.problem("access-tests", "expected one of `principal` and `only`")
    elif test.only is not None and (test.cannot or not test.can):
        yield test.source.problem("access-tests", "expected `can` and no `cannot` beside `only`")
    elif not test.can and not test.cannot:
        yield test.source.problem("access-tests", "found neither `can` nor `cannot`, expected one")
    for action in (*test.can, *test.cannot):
        for resource in test.on:
            try:
                check_action_and_resource(action, resource)
            except UsageError as error:
                yield test.source.problem("access-tests", error.message)


def inventory_of(file: AccessFile) -> Inventory:
    """What the tests are about, read with the settings that lie there. Raises LoadError where nothing can be read."""
    from dataclasses import replace

    from wa_policy.settings import Settings

    config = find_config(file.paths)
    settings = Settings() if config is None else read_config(config)
    settings = replace(settings, no_organization=settings.no_organization or file.no_organization)
    inventory = read(file.paths, settings)
    if not any(found.kinds for found in inventory.files):
        raise LoadError("nothing could be read at the paths of the tests", inventory.problems)
    return inventory


def failures(test: AccessTest, inventory: Inventory) -> tuple[str, ...]:
    """What does not hold, a line each; nothing iff the test holds for certain.

    Raises UsageError for a principal that there is not.
    """
    if test.only is not None:
        return tuple(_others(test, test.only, inventory))
    return tuple(_decisions(test, test.principal or "", inventory))


def _decisions(test: AccessTest, principal: str, inventory: Inventory) -> Iterator[str]:
    from wa_policy.api.requests import explain
    from wa_policy.evaluator.evaluate import Outcome
    from wa_policy.reporters.explanation import explanation_text

    denied = (Outcome.EXPLICITLY_DENIED, Outcome.IMPLICITLY_DENIED)
    for resource in test.on:
        for wanted, actions in (("can", test.can), ("cannot", test.cannot)):
            for action in actions:
                decision = can(inventory, principal, action, resource, test.context)
                held = decision.outcome is Outcome.ALLOWED if wanted == "can" else decision.outcome in denied
                if not held:
                    told = explain(inventory, principal, action, resource, test.context)
                    yield f"expected: {principal} {wanted} {action} on {resource}"
                    yield from (f"  {line}" for line in explanation_text(told).splitlines())


def _others(test: AccessTest, only: tuple[str, ...], inventory: Inventory) -> Iterator[str]:
    from wa_policy.api.graphs import who_can
    from wa_policy.iam.pattern import glob, matches

    patterns = [glob(pattern) for pattern in only]
    for resource in test.on:
        for action in test.can:
            for who in who_can(inventory, action, resource, test.context):
                for name in who.names:
                    if any(matches(pattern, name) for pattern in patterns):
                        continue
                    sure = who.access.truth is True
                    yield f"{'can' if sure else 'perhaps can'} {action} on {resource}: {name}"
                    if not sure:
                        yield f"  {who.access.truth}"
