from __future__ import annotations

import pytest

from tools.make_schemas import compact, marked
from wa_policy.catalog.schemas import ResourceSchemas, SchemaNode, ValueShape
from wa_policy.catalog.store import load_schemas

T, N, F, S, M, X = (
    ValueShape.TEXT,
    ValueShape.NUMBER,
    ValueShape.FLAG,
    ValueShape.STRUCTURE,
    ValueShape.NAMES,
    ValueShape.FREE,
)


@pytest.mark.parametrize(
    ("type_", "path", "expected"),
    [
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
        ("AWS::Lambda::Function", "Timeout", SchemaNode(N)),
        ("AWS::Lambda::Function", "Layers", SchemaNode(T, many=True)),
        ("AWS::Lambda::Function", "TracingConfig.Mode", SchemaNode(T)),
        ("AWS::Lambda::Function", "VpcConfig", SchemaNode(S, members=("Ipv6AllowedForDualStack", "SecurityGroupIds", "SubnetIds"))),
        ("AWS::Lambda::Function", "VpcConfig.SubnetIds", SchemaNode(T, many=True)),
        ("AWS::Lambda::Function", "FileSystemConfigs.LocalMountPath", SchemaNode(T)),
        ("AWS::Lambda::Function", "TimeOut", None),
        ("AWS::Lambda::Function", "Timeout.Seconds", None),
        ("AWS::SQS::Queue", "RedrivePolicy.deadLetterTargetArn", SchemaNode(T)),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument.Statement", SchemaNode(X)),
        ("AWS::S3::Bucket", "PublicAccessBlockConfiguration.BlockPublicAcls", SchemaNode(F)),
        ("AWS::ApiGateway::Stage", "MethodSettings.ThrottlingBurstLimit", SchemaNode(N)),
        ("AWS::ApiGateway::Stage", "Variables.anything", SchemaNode(T)),
        # recursive: a statement of a web ACL holds statements
        ("AWS::WAFv2::WebACL", "Rules.Statement.AndStatement.Statements.NotStatement.Statement", None),
        ("AWS::Nothing::AtAll", "Name", None),
    ],
)  # fmt: skip
def test_properties_are_those_of_the_documentation(
    type_: str, path: str, expected: SchemaNode | None
) -> None:
    found = load_schemas().find(type_, tuple(path.split(".")))
    if path.startswith("Rules.Statement"):
        assert found is not None
        assert "ByteMatchStatement" in found.members
    else:
        assert found == expected


def test_names_of_a_type() -> None:
    schemas = load_schemas()
    assert schemas.has("AWS::KMS::Key")
    assert not schemas.has("AWS::KMS::Keys")
    assert {"KeyPolicy", "EnableKeyRotation"} <= set(schemas.names("AWS::KMS::Key"))
    assert schemas.names("AWS::KMS::Keys") == ()
    assert schemas.find("AWS::KMS::Key", ()) is None


def test_a_schema_is_reduced_to_names_and_shapes() -> None:
    schema = {
        "properties": {
            "Name": {"type": "string", "pattern": "x"},
            "Size": {"type": ["integer"]},
            "Document": {"type": ["object", "string"]},
            "Parts": {"type": "array", "items": {"$ref": "#/definitions/Part"}},
            "Kind": {"$ref": "#/definitions/Kind"},
            "Tags": {"type": "object", "patternProperties": {".*": {"type": "string"}}},
            "Any": {"type": "object"},
            "Either": {"oneOf": [{"$ref": "#/definitions/Part"}, {"properties": {"Other": {"type": "boolean"}}}]},
            "Keys": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"properties": {"A": {}}}]},
        },
        "definitions": {
            "Part": {"type": "object", "properties": {"Inner": {"$ref": "#/definitions/Part"}, "On": {"type": "boolean"}}},
            "Kind": {"type": "string", "enum": ["a"]},
        },
    }  # fmt: skip
    made = compact(schema)
    assert made == {
        "": {
            "Any": "x",
            "Document": "x",
            "Either": {"Inner": "#Part", "On": "f", "Other": "f"},
            "Keys": "x",
            "Kind": "t",
            "Name": "t",
            "Parts": ["#Part"],
            "Size": "n",
            "Tags": "m",
        },
        "Part": {"Inner": "#Part", "On": "f"},
    }
    schemas = ResourceSchemas("2026-01-01", {"T": made})
    assert schemas.find("T", ("Parts", "Inner", "Inner", "On")) == SchemaNode(F)
    assert schemas.find("T", ("Tags", "team")) == SchemaNode(T)
    assert schemas.find("T", ("Any", "thing", "at", "all")) == SchemaNode(X)
    assert schemas.find("T", ("Tags",)) == SchemaNode(M)


def test_what_aws_sets_and_what_it_never_tells() -> None:
    schemas = load_schemas()
    assert "Arn" in schemas.read_only["AWS::Lambda::Function"]
    assert "Code.ZipFile" in schemas.write_only["AWS::Lambda::Function"]
    assert "MasterUserPassword" in schemas.write_only["AWS::RDS::DBInstance"]
    assert "AWS::Logs::LogGroup" not in schemas.write_only


def test_paths_below_a_listed_one_are_left_out() -> None:
    schema = {
        "readOnlyProperties": [
            "/properties/Arn", "/properties/Status", "/properties/Status/Code", "/properties/Rules/*/Id", "/definitions/X",
        ]
    }  # fmt: skip
    assert marked(schema, "readOnlyProperties") == ["Arn", "Rules.Id", "Status"]
    assert marked(schema, "writeOnlyProperties") == []
