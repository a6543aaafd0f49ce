import json
from pathlib import Path

import pytest

from wa_policy.api.template_parameters import checked_account, checked_region, read_parameters
from wa_policy.errors import LoadError, UsageError


@pytest.mark.parametrize(
    "content",
    [
        [{"ParameterKey": "Env", "ParameterValue": "prod"}, {"ParameterKey": "Size", "ParameterValue": "3"}],
        {"Parameters": {"Env": "prod", "Size": 3}, "Tags": {"a": "b"}},
        {"Env": "prod", "Size": 3},
        ["Env=prod", "Size=3"],
    ],
)
def test_the_forms_of_the_tools_of_aws(tmp_path: Path, content: object) -> None:
    file = tmp_path / "p.json"
    file.write_text(json.dumps(content))
    assert {name: str(value) for name, value in read_parameters([str(file)]).items()} == {
        "Env": "prod",
        "Size": "3",
    }


def test_later_values_win_and_lists_are_joined(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("Env: dev\nSubnets: [a, b]\n")
    assert read_parameters([str(file), "Env=prod"]) == {"Env": "prod", "Subnets": "a,b"}


def test_a_value_that_stands_in_aws_stays_open(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text(json.dumps([{"ParameterKey": "Env", "UsePreviousValue": True}]))
    assert read_parameters([str(file)]) == {}


@pytest.mark.parametrize(("content", "line"), [("- 3\n", 1), ("A: 1\nB: {c: d}\n", 2), ("3\n", 1)])
def test_what_cannot_be_read_has_its_line(tmp_path: Path, content: str, line: int) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(content)
    with pytest.raises(LoadError) as raised:
        read_parameters([str(file)])
    assert [problem.line for problem in raised.value.problems] == [line]


def test_places_have_their_form() -> None:
    assert (checked_account("111122223333"), checked_region("us-gov-west-1")) == (
        "111122223333",
        "us-gov-west-1",
    )
    for wrong in ("11112222333", "abc"):
        with pytest.raises(UsageError, match="twelve digits"):
            checked_account(wrong)
    with pytest.raises(UsageError, match="eu-west-1"):
        checked_region("Europe")
