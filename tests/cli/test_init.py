"""`wa-policy init` writes settings from what it sees, and overwrites nothing."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from tests.cli.running import Run
from wa_policy.api.config import read_config
from wa_policy.settings import Settings

ACME = str(Path(__file__).resolve().parents[2] / "fixtures" / "acme")
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters: {Stage: {Type: String}, Size: {Type: Number, Default: 1}}
Resources:
  Queue: {Type: "AWS::SQS::Queue", Properties: {Tags: [{Key: env, Value: prod}]}}
  Other: {Type: "AWS::SQS::Queue", Properties: {Tags: [{Key: env, Value: !Ref Stage}]}}
"""


def uncommented(text: str) -> str:
    """The file with each suggestion taken: the lines of which the comment is YAML."""
    lines = []
    for line in text.splitlines():
        before, mark, after = line.partition("# ")
        is_suggestion = mark and before.strip() == "" and (after.split(":")[0].strip() + ":") in after
        named = after.strip().partition(":")[0]
        if is_suggestion and named.replace("_", "").isalnum() and named == named.strip() and " " not in named:
            lines.append(before + after)
        else:
            lines.append(line)
    return "\n".join(lines)


def test_what_was_read_stands_in_it(call: Run) -> None:
    done = call("init", ACME)
    assert (done.code, done.out) == (0, f"wa-policy.yaml: written; next `wa-policy scan {ACME}`\n")
    text = Path("wa-policy.yaml").read_text()
    assert read_config("wa-policy.yaml") == Settings(parameters={"trusted_orgs": ("o-acme123456",)})
    assert '  # trusted_accounts: ["111122223333", "444455556666", "777788889999"]\n' in text
    assert "  # allowed_regions: [eu-west-1]\n" in text
    assert "0.0.0.0/0" not in text
    assert "10.0.0.0/8" not in text


def test_tags_and_open_parameters_of_templates(call: Run) -> None:
    Path("template.yaml").write_text(TEMPLATE)
    assert call("init", "template.yaml").code == 0
    text = Path("wa-policy.yaml").read_text()
    assert "# The tag `env` tells environments apart: prod." in text
    assert "# environment_tag: env\n" in text
    assert '#   parameters:\n#     Stage: ""\n' in text
    assert "Size" not in text
    assert 'trusted_accounts: ["111122223333"]' in text  # no account was read: an example stands there
    assert read_config("wa-policy.yaml") == Settings()


def test_what_was_read_stays_in_its_comment(call: Run) -> None:
    Path("template.yaml").write_text(TEMPLATE.replace("Value: prod", 'Value: "prod\\nprofile: advice"'))
    assert call("init", "template.yaml").code == 0
    assert "profile: advice" in Path("wa-policy.yaml").read_text()
    assert read_config("wa-policy.yaml") == Settings()


def test_what_is_left_out_of_a_long_list_is_counted(call: Run) -> None:
    endpoints = [
        {
            "VpcEndpointId": f"vpce-{n:08}",
            "VpcId": "vpc-0a1b2c3d",
            "ServiceName": "com.amazonaws.eu-west-1.sqs",
        }
        for n in range(15)
    ]
    Path("ec2.describe-vpc-endpoints.json").write_text(json.dumps({"VpcEndpoints": endpoints}))
    assert call("init", "ec2.describe-vpc-endpoints.json").code == 0
    text = Path("wa-policy.yaml").read_text()
    assert "# Seen in what was read, and 3 more:\n" in text
    assert "vpce-00000011" in text
    assert "vpce-00000012" not in text


def test_nothing_is_overwritten_without_force(call: Run) -> None:
    Path("wa-policy.yaml").write_text("profile: strict\n")
    done = call("init")
    assert done.code == 2
    assert "there is `wa-policy.yaml`" in done.err
    assert Path("wa-policy.yaml").read_text() == "profile: strict\n"
    assert call("init", "--force").code == 0
    assert call("init", "--output", "other.yaml").code == 0
    assert Path("other.yaml").read_text() == Path("wa-policy.yaml").read_text()


def test_every_suggestion_is_one_that_the_settings_take(call: Run) -> None:
    Path("rules").mkdir()
    call("init", ACME)
    text = uncommented(Path("wa-policy.yaml").read_text())
    taken = yaml.safe_load(text)
    assert set(taken) >= {
        "profile",
        "parameters",
        "environments",
        "templates",
        "severities",
        "rules",
        "waivers",
    }
    assert len(taken["parameters"]) > 20
    Path("all.yaml").write_text(text)
    assert read_config("all.yaml").profile == "core"


def test_the_same_input_gives_the_same_bytes(call: Run) -> None:
    call("init", ACME)
    call("init", ACME, "--output", "again.yaml")
    assert Path("again.yaml").read_bytes() == Path("wa-policy.yaml").read_bytes()
