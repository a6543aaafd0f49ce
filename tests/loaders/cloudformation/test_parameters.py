"""The parameters of a template as resources, and where the values of hidden ones come to stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wa_policy.api import read
from wa_policy.inventory.model import Inventory


def load(folder: Path, **sections: Any) -> Inventory:
    (folder / "template.json").write_text(json.dumps(sections), encoding="utf-8")
    return read([str(folder)])


def test_all_that_a_parameter_says(tmp_path: Path) -> None:
    parameters = {
        "A": {"Type": "String", "NoEcho": True, "Default": "x"},
        "B": {"Type": "String", "NoEcho": "true"},
        "C": {"Type": "Number", "Default": 3, "NoEcho": "false"},
        "D": {"Type": "String", "AllowedValues": [True, "no"]},
    }
    found = load(tmp_path, Parameters=parameters, Resources={"T": {"Type": "AWS::SNS::Topic"}})
    got = {one.name: dict(one.properties) for one in found.of_type("WaPolicy::TemplateParameter")}
    assert got == {
        "A": {"Name": "A", "NoEcho": True, "Type": "String", "Default": "x"},
        "B": {"Name": "B", "NoEcho": True, "Type": "String"},
        "C": {"Name": "C", "NoEcho": False, "Type": "Number", "Default": "3"},
        "D": {"Name": "D", "NoEcho": False, "Type": "String", "AllowedValues": ("true", "no")},
    }
    places = {one.name: one.source.pointer for one in found.of_type("WaPolicy::TemplateParameter")}
    assert places["B"] == "/Parameters/B"


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Hidden"},
        {"Fn::Sub": "x-${Hidden}"},
        {"Fn::Sub": ["x-${Other}", {"Other": {"Ref": "Hidden"}}]},
        {"Fn::Join": ["-", ["x", {"Ref": "Hidden"}]]},
        {"Fn::If": ["Yes", {"Ref": "Hidden"}, "plain"]},
    ],
)
def test_where_a_hidden_value_stands(value: object, tmp_path: Path) -> None:
    found = load(
        tmp_path,
        Parameters={"Hidden": {"Type": "String", "NoEcho": True}, "Open": {"Type": "String"}},
        Conditions={"Yes": {"Fn::Equals": ["a", "a"]}},
        Resources={
            "F": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Environment": {"Variables": {"A": value, "B": {"Ref": "Open"}, "C": "x"}}},
            }
        },
    )
    (function,) = found.of_type("AWS::Lambda::Function")
    assert function.property("WaPolicy::NoEcho") == {"Environment.Variables.A": "Hidden"}


def test_a_choice_that_is_not_taken_hides_nothing(tmp_path: Path) -> None:
    value = {"Fn::If": ["Yes", "plain", {"Ref": "Hidden"}]}
    found = load(
        tmp_path,
        Parameters={"Hidden": {"Type": "String", "NoEcho": True}},
        Conditions={"Yes": {"Fn::Equals": ["a", "a"]}},
        Resources={
            "F": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"A": value}}}}
        },
    )
    (function,) = found.of_type("AWS::Lambda::Function")
    assert "WaPolicy::NoEcho" not in function.properties


def test_the_code_of_two_functions_of_sam(tmp_path: Path) -> None:
    def function(**more: Any) -> dict[str, Any]:
        properties = {"Handler": "a.b", "Runtime": "python3.13", **more.pop("properties", {})}
        return {"Type": "AWS::Serverless::Function", "Properties": properties, **more}

    found = load(
        tmp_path,
        Transform="AWS::Serverless-2016-10-31",
        Globals={"Function": {"CodeUri": "src"}},
        Resources={
            "Global": function(),
            "Same": function(properties={"CodeUri": "./src/"}),
            "Other": function(properties={"CodeUri": "other/"}),
            "Bundled": function(Metadata={"BuildMethod": "esbuild"}),
        },
    )
    code = {one.name: one.property("Code") for one in found.of_type("AWS::Lambda::Function")}
    assert code["Global"] == code["Same"]
    assert len({json.dumps(value) for value in code.values()}) == 3
