"""Files of values for the parameters of templates, in the forms that the tools of AWS have for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wa_policy.errors import LoadError, Problem, UsageError
from wa_policy.iam.describe import describe
from wa_policy.iam.source import Source

_EXPECTED = "a list of `ParameterKey` and `ParameterValue`, an object with `Parameters`, or an object of values by name"


def read_parameters(files: Iterable[str]) -> Mapping[str, object]:
    """The values in all files, those of later ones first. Raises LoadError with what cannot be read.

    `NAME=VALUE` stands for a file with that one value.
    """
    values: dict[str, object] = {}
    for file in files:
        name, equals, value = file.partition("=")
        if equals and name.isalnum():
            values[name] = value
        else:
            values |= _read(file)
    return values


def _read(file: str) -> dict[str, object]:
    from wa_policy.loaders.checked import with_lines
    from wa_policy.loaders.document import parse_document
    from wa_policy.loaders.located import read_bytes

    data = read_bytes(file)
    if isinstance(data, Problem):
        raise LoadError(data.message, (data,))
    documents, problems = parse_document(file, data)
    if problems or len(documents) != 1:
        found = problems or (
            Problem(file, "", "parameters", f"found several documents, expected {_EXPECTED}"),
        )
        raise LoadError("the parameters cannot be read", found)
    values: dict[str, object] = {}
    mistakes: list[Problem] = []
    for source, name, value in _entries(documents[0].value, Source(file), mistakes):
        if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
            values[name] = ",".join(str(item) for item in value)
        elif isinstance(value, str | int | float):
            values[name] = value
        else:
            mistakes.append(source.problem("parameters", f"found {describe(value)}, expected a text"))
    if mistakes:
        raise LoadError("the parameters are wrong", with_lines(mistakes, documents[0], data))
    return values


def _entries(value: Any, source: Source, mistakes: list[Problem]) -> Iterator[tuple[Source, str, Any]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("Parameters"), Mapping):
            # As CodePipeline takes it, beside `Tags` and `StackPolicy`.
            value, source = value["Parameters"], source.at("Parameters")
        for name, item in value.items():
            yield source.at(str(name)), str(name), item
    elif isinstance(value, list):
        yield from _listed(value, source, mistakes)
    else:
        mistakes.append(source.problem("parameters", f"found {describe(value)}, expected {_EXPECTED}"))


def _listed(
    items: Sequence[Any], source: Source, mistakes: list[Problem]
) -> Iterator[tuple[Source, str, Any]]:
    for index, item in enumerate(items):
        place = source.at(index)
        if isinstance(item, str) and "=" in item:
            name, _, text = item.partition("=")
            yield place, name, text
        elif not isinstance(item, Mapping) or not isinstance(item.get("ParameterKey"), str):
            mistakes.append(
                place.problem(
                    "parameters", f"found {describe(item)}, expected `ParameterKey` and `ParameterValue`"
                )
            )
        elif "ParameterValue" in item:
            yield place.at("ParameterValue"), item["ParameterKey"], item["ParameterValue"]
        # With `UsePreviousValue` alone the value stands in AWS: it stays open.


def checked_account(text: str) -> str:
    """The account id. Raises UsageError where it is none."""
    from wa_policy.iam.arn import is_account_id

    if not is_account_id(text):
        raise UsageError(f"found the account `{text}`, expected twelve digits")
    return text


def checked_region(text: str) -> str:
    """The name of the region. Raises UsageError where it has not the form of one."""
    from wa_policy.loaders.origin import is_region

    if not is_region(text):
        raise UsageError(f"found the region `{text}`, expected a name such as `eu-west-1`")
    return text
