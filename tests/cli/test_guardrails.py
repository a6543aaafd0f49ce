"""`wa-policy guardrails`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run
from wa_policy.cli.guardrail_options import FORMS, KINDS, PACKINGS, PRESETS
from wa_policy.guardrails.limits import PRESETS as ALL_PRESETS
from wa_policy.guardrails.pack import Level
from wa_policy.guardrails.render import Form
from wa_policy.rules.model import GuardrailKind

ACME = Path(__file__).resolve().parents[2] / "fixtures" / "acme"
VPC = ("--rule", "lambda-vpc-deploy-guard", "--parameter", "vpc_ids=vpc-0aaa,vpc-0bbb")


def _settings(**parameters: Any) -> None:
    Path("wa-policy.yaml").write_text(json.dumps({"parameters": parameters}))


def _policy(path: str, *statements: dict[str, Any]) -> None:
    Path(path).write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def test_words_on_the_command_line_are_those_of_the_types() -> None:
    assert tuple(Form) == FORMS
    assert tuple(GuardrailKind) == KINDS
    assert set(Level) == set(PACKINGS)
    assert tuple(ALL_PRESETS) == PRESETS


# --- list and show -----------------------------------------------------------------------------------------------------


def test_list_says_what_there_is_what_it_needs_and_why_there_is_none(call: Run) -> None:
    done = call("guardrails", "list", "--parameter", "vpc_ids=vpc-0aaa")
    assert done.code == 0
    lines = {line.split("  ")[0]: line for line in done.out.splitlines()}
    assert " scp  " in lines["lambda-vpc-deploy-guard"]
    assert "needs" not in lines["lambda-vpc-deploy-guard"]
    assert "(needs the parameter `subnet_ids`)" in lines["lambda-subnet-guard"]
    assert " rcp  " in lines["role-trust-public"]
    assert " -    " in lines["lambda-role-admin"]
    assert "(none: each of its requests may be allowed" in lines["lambda-role-admin"]


def test_list_as_json(call: Run) -> None:
    done = call("guardrails", "list", "--format", "json", *VPC)
    (one,) = json.loads(done.out)["guardrails"]
    assert (one["rule"], one["kind"], one["state"]) == ("lambda-vpc-deploy-guard", "scp", "ready")
    states = {
        row["state"] for row in json.loads(call("guardrails", "list", "--format", "json").out)["guardrails"]
    }
    assert states == {"ready", "needs parameters", "none"}


def test_show_has_the_statements(call: Run) -> None:
    done = call("guardrails", "show", "lambda-vpc-deploy-guard", *VPC[2:], "--format", "json")
    shown = json.loads(done.out)
    assert shown["parameters"]["vpc_ids"] == ["vpc-0aaa", "vpc-0bbb"]
    assert {statement["Effect"] for statement in shown["statements"]} == {"Deny"}
    text = call("guardrails", "show", "lambda-vpc-deploy-guard", *VPC[2:]).out
    assert "`lambda:VpcIds` is none of `vpc-0aaa`, `vpc-0bbb`" in text
    assert '"Effect": "Deny"' in text


def test_show_says_what_is_missing_and_what_prevents_it(call: Run) -> None:
    assert (
        "It needs the parameter `vpc_ids`:\n  vpc_ids, [vpc]: "
        in call("guardrails", "show", "lambda-vpc-deploy-guard").out
    )
    assert (
        "No guardrail: each of its requests may be allowed"
        in call("guardrails", "show", "lambda-role-admin").out
    )


# --- generate ----------------------------------------------------------------------------------------------------------


def test_generate_writes_what_it_proved(call: Run) -> None:
    done = call("guardrails", "generate", *VPC, "--output", "out")
    assert done.code == 0
    assert sorted(one.name for one in Path("out").iterdir()) == [
        "README.md",
        "cloudformation.json",
        "guardrails.tf.json",
        "scp-1.json",
    ]
    assert json.loads(Path("out/scp-1.json").read_text()) == {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": ["lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"lambda:VpcIds": ["vpc-0aaa", "vpc-0bbb"]}},
        },
    }
    assert "SCP: 1 guardrail in 1 document, proved to deny all that they forbid and nothing else" in done.out
    assert "Written to out: scp-1.json, cloudformation.json, guardrails.tf.json, README.md" in done.out
    assert "Nobody is exempt from 1 guardrail: the parameter `exempt_principals` names" in done.out
    exempt = ("--parameter", "exempt_principals=arn:aws:iam::*:role/break-glass")
    assert "Nobody is exempt" not in call("guardrails", "generate", *VPC, *exempt).out


def test_without_a_folder_nothing_is_written(call: Run) -> None:
    done = call("guardrails", "generate", *VPC)
    assert done.code == 0
    assert "Nothing was written: `--output FOLDER` says where to." in done.out
    assert list(Path().iterdir()) == []


def test_generate_as_json(call: Run) -> None:
    done = call("guardrails", "generate", *VPC, "--format", "json", "--output", "out", "--as", "terraform")
    told = json.loads(done.out)
    (scp,) = told["kinds"]
    assert scp["proved"] is True
    assert scp["holes"] == {"lambda-vpc-deploy-guard": {"result": "proved"}}
    (document,) = scp["documents"]
    assert document["characters"] == len(json.dumps(document["document"], separators=(",", ":")))
    assert document["charactersLeft"] == 10_240 - document["characters"]
    assert document["rules"] == [["lambda-vpc-deploy-guard"]]
    assert told["files"] == ["guardrails.tf.json", "README.md"]


def test_what_the_settings_say_is_used_and_overruled(call: Run) -> None:
    _settings(vpc_ids=["vpc-0ccc"], exempt_principals=["arn:aws:iam::*:role/break-glass"])
    rule = ("--rule", "lambda-vpc-deploy-guard", "--as", "json", "--output")
    assert call("guardrails", "generate", *rule, "a").code == 0
    assert call("guardrails", "generate", *rule, "b", "--parameter", "vpc_ids=vpc-0ddd").code == 0
    for folder, vpc in (("a", "vpc-0ccc"), ("b", "vpc-0ddd")):
        condition = json.loads(Path(folder, "scp-1.json").read_text())["Statement"]["Condition"]
        assert condition["StringNotEquals"] == {"lambda:VpcIds": vpc}
        assert condition["ArnNotLike"] == {"aws:PrincipalArn": "arn:aws:iam::*:role/break-glass"}


def test_rules_without_their_parameters_are_left_out_and_named(call: Run) -> None:
    done = call(
        "guardrails",
        "generate",
        "--kind",
        "rcp",
        "--parameter",
        "trusted_orgs=o-a1b2c3d4e5",
        "--profile",
        "core",
    )
    assert done.code == 0
    assert "RCP: " in done.out
    assert "SCP: " not in done.out
    strict = call("guardrails", "generate", "--kind", "rcp", "--parameter", "trusted_orgs=o-a1b2c3d4e5")
    assert "lambda-vpc-deploy-guard: needs the parameter `vpc_ids`" in strict.out


def test_what_is_attached_is_counted_from_an_export(call: Run) -> None:
    done = call(
        "guardrails", "generate", *VPC, "--input", str(ACME), "--target", "r-ac3e", "--format", "json"
    )
    assert json.loads(done.out)["kinds"][0]["limits"] == {
        "characters": 10_240,
        "perTarget": 10,
        "attached": 3,
    }
    full = ("--scp-per-target", "3")
    done = call("guardrails", "generate", *VPC, "--input", str(ACME), "--target", "r-ac3e", *full)
    assert done.code == 2
    assert "expected at most 0: 3 of 3 are attached already" in done.err


def test_older_quotas(call: Run) -> None:
    done = call("guardrails", "generate", *VPC, "--quotas", "before-may-2026", "--format", "json")
    assert json.loads(done.out)["kinds"][0]["limits"] == {"characters": 5_120, "perTarget": 5, "attached": 1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rule", "lambda-vpc-deploy-guard"], "the guardrail of `lambda-vpc-deploy-guard` needs the parameter `vpc_ids`"),
        ([*VPC[:2], "--parameter", "vpc_ids=x"], "parameter `vpc_ids` is given `x`, expected a list, each item a VPC id"),
        ([*VPC[:2], "--parameter", "vpcs=vpc-0aaa"], "found the parameter `vpcs`, expected one that a rule declares"),
        ([*VPC[:2], "--parameter", "vpc_ids"], "found `--parameter vpc_ids`, expected NAME=VALUE"),
        (["--rule", "secret-recovery-window-guard", "--parameter", "secret_recovery_days=soon"], "expected a number"),
        (["--rule", "lambda-role-admin"], "rule `lambda-role-admin` has no guardrail: each of its requests may be allowed"),
        (["--rule", "lambda-vpc"], "found the rule `lambda-vpc`, expected the id of a rule of the pack"),
        ([*VPC, "--scp-characters", "100"], "a statement of `lambda-vpc-deploy-guard` takes"),
        ([*VPC, "--scp-per-target", "1"], "expected at most 0: 1 of 1 are attached already"),
        ([*VPC, "--scp-per-target", "0"], "found 0 SCPs per target, expected at least 1"),
        ([*VPC, "--scp-characters", "-5"], "found -5 characters for an SCP, expected at least 1"),
        ([*VPC, "--target", "r-ac3e"], "found one of `--input` and `--target`, expected both or neither"),
        ([*VPC, "--profile", "core"], "found `--rule` and `--profile`, expected one of them"),
        ([*VPC, "--input", str(ACME), "--target", "r-zzzz"], "nothing that was read says which SCPs are attached to `r-zzzz`"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_one_line_and_nothing_is_written(
    call: Run, arguments: list[str], words: str
) -> None:
    done = call("guardrails", "generate", *arguments, "--output", "out")
    assert done.code == 2
    assert words in done.err
    assert done.err.splitlines()[0].startswith("wa-policy: ")
    assert not done.out
    assert list(Path().iterdir()) == []


def test_settings_of_a_wrong_type_are_told_too(call: Run) -> None:
    _settings(vpc_ids="vpc-0aaa")
    done = call("guardrails", "generate", *VPC[:2], "--output", "out")
    assert done.code == 2
    assert "parameter `vpc_ids` is given `vpc-0aaa`, expected a list, each item a VPC id" in done.err
    assert not Path("out").exists()


def test_files_of_an_earlier_run_are_replaced_on_demand(call: Run) -> None:
    arguments = ("guardrails", "generate", *VPC, "--output", "out")
    assert call(*arguments).code == 0
    before = Path("out/README.md").read_bytes()
    done = call(*arguments)
    assert done.code == 2
    assert "`out` has `README.md`, `cloudformation.json`, `guardrails.tf.json` and 1 more already" in done.err
    assert call(*arguments, "--force").code == 0
    assert Path("out/README.md").read_bytes() == before


# --- verify ------------------------------------------------------------------------------------------------------------


def test_verify_what_was_generated(call: Run) -> None:
    assert call("guardrails", "generate", *VPC, "--output", "out", "--as", "json").code == 0
    done = call("guardrails", "verify", "out/scp-1.json", *VPC)
    assert done.code == 0
    assert done.out.startswith("in full     lambda-vpc-deploy-guard: ")
    assert "enforced 1 in full, 0 in part, 0 not at all, 0 not known" in done.out


def test_verify_shows_the_hole(call: Run) -> None:
    _policy(
        "guard.json",
        {
            "Sid": "Vpc",
            "Effect": "Deny",
            "Action": "lambda:CreateFunction",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"lambda:VpcIds": ["vpc-0aaa", "vpc-0bbb"]}},
        },
    )
    done = call("guardrails", "verify", "guard.json", *VPC)
    assert done.code == 1
    assert "in part     lambda-vpc-deploy-guard: " in done.out
    assert (
        "let through: arn:aws:iam::111122223333:role/someone calls lambda:UpdateFunctionConfiguration"
        in done.out
    )
    assert "by           statement 0 `Vpc` of guard.json" in done.out
    told = json.loads(call("guardrails", "verify", "guard.json", *VPC, "--format", "json").out)
    (rule,) = told["rules"]
    assert rule["enforced"] == "part"
    assert rule["hole"]["action"] == "lambda:UpdateFunctionConfiguration"
    assert rule["denied"]["action"] == "lambda:CreateFunction"


def test_verify_an_organization(call: Run) -> None:
    done = call("guardrails", "verify", str(ACME), "--rule", "lambda-vpc-deploy-guard", "--format", "json")
    assert done.code == 1
    told = {tuple(row["accounts"]): row for row in json.loads(done.out)["rules"]}
    assert told[("444455556666",)]["enforced"] == "full"
    dev = told[("777788889999",)]
    assert dev["enforced"] == "part"  # the Regions are guarded there, and nothing else
    assert dev["deniedBy"] == ["statement 0 `OnlyOurRegions` of region-guard"]
    assert dev["hole"]["principal"].startswith("arn:aws:iam::777788889999:")


def test_verify_says_which_statement_is_dead(call: Run) -> None:
    _policy(
        "dead.json",
        {
            "Sid": "Urls",
            "Effect": "Deny",
            "Action": "lambda:CreateFunctionUrlConfig",
            "Resource": "arn:aws:lambda:*:*:function/*",
        },
    )
    done = call("guardrails", "verify", "dead.json", "--rule", "lambda-url-auth-guard")
    assert done.code == 1
    assert "not at all  lambda-url-auth-guard" in done.out
    assert "resource never fits: statement 0 `Urls` of dead.json" in done.out
    assert "shown by: arn:aws:iam::111122223333:role/someone calls lambda:CreateFunctionUrlConfig" in done.out


def test_verify_wants_a_control_policy(call: Run) -> None:
    Path("nothing.json").write_text(json.dumps({"Functions": []}))
    done = call("guardrails", "verify", "nothing.json", *VPC)
    assert done.code == 4
    assert "no control policy was found, expected SCPs or RCPs" in done.out


# --- preview -----------------------------------------------------------------------------------------------------------


def test_preview(call: Run) -> None:
    arguments = ("guardrails", "preview", str(ACME), "--rule", "lambda-url-auth-guard")
    done = call(*arguments)
    assert done.code == 1
    assert "lambda-url-auth-guard: Deployers cannot create function URLs without authentication" in done.out
    assert "    arn:aws:iam::777788889999:user/dev-ci\n" in done.out
    assert "        without lambda:FunctionUrlAuthType" in done.out
    told = json.loads(call(*arguments, "--format", "json").out)
    hit = {row["principal"]: row for row in told["conflicts"]}
    assert hit["arn:aws:iam::444455556666:role/shipping-quote-role"]["lastUsed"].startswith("2025-01-20")
    assert {row["action"] for row in told["conflicts"]} == {"lambda:CreateFunctionUrlConfig"}


def test_preview_of_what_hits_nobody(call: Run) -> None:
    done = call("guardrails", "preview", str(ACME), "--rule", "organization-leave-guard")
    assert done.code == 0
    assert "no longer could (0):" in done.out
    assert "organization-leave-guard at r-ac3e: stay-in-organization" in done.out
