"""What is written: documents as AWS takes them, CloudFormation, Terraform, and a page that a reader can go by."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.guardrails.statements import deny
from wa_policy.catalog.model import Catalog
from wa_policy.catalog.store import load_catalog
from wa_policy.errors import UsageError
from wa_policy.guardrails.generate import Generated, generate, guardrails_of
from wa_policy.guardrails.limits import Limits, Quotas
from wa_policy.guardrails.render import Form, files, is_ours
from wa_policy.guardrails.write import write_folder
from wa_policy.iam.parse import parse_policy
from wa_policy.rules.pack import load_pack
from wa_policy.settings import Settings

CATALOG = load_catalog()
EXEMPT = ("arn:aws:iam::*:role/break-glass",)
SETTINGS = Settings(
    parameters={
        "vpc_ids": ("vpc-0aaa",),
        "trusted_orgs": ("o-a1b2c3d4e5",),
        "exempt_principals": EXEMPT,
    }
)
RULES = ["lambda-vpc-deploy-guard", "lambda-url-auth-guard", "organization-leave-guard", "role-trust-public"]


@pytest.fixture(scope="module")
def made() -> Generated:
    chosen, left_out = guardrails_of(load_pack(), SETTINGS, CATALOG, RULES)
    return generate(chosen, left_out, Quotas(), CATALOG)


@pytest.fixture(scope="module")
def unproved() -> Generated:
    chosen, _ = guardrails_of(load_pack(), SETTINGS, CATALOG, RULES)
    wrong = tuple(
        replace(one, statements=(deny(Action="lambda:CreateFunction"),))
        if one.rule_id == "lambda-vpc-deploy-guard"
        else one
        for one in chosen
    )
    return generate(wrong, (), Quotas(), CATALOG, keep_unproved=True)


def test_the_documents_are_what_was_proved(made: Generated) -> None:
    written = files(made)
    assert list(written) == [
        "scp-1.json",
        "rcp-1.json",
        "cloudformation.json",
        "guardrails.tf.json",
        "README.md",
    ]
    for document in made.documents:
        text = written[f"{document.name}.json"]
        assert text == f"{document.text}\n"
        assert json.loads(text) == document.value
        assert " " not in text.strip()


def test_pretty_documents_say_the_same(made: Generated) -> None:
    for name, text in files(made, forms=(Form.JSON,), pretty=True).items():
        if name != "README.md":
            assert "\n  " in text
            assert json.loads(text) == json.loads(files(made)[name])


def test_only_what_is_asked_for_is_written(made: Generated) -> None:
    assert list(files(made, forms=(Form.TERRAFORM,))) == ["guardrails.tf.json", "README.md"]
    page = files(made, forms=(Form.TERRAFORM,))["README.md"]
    assert "scp-1.json" not in page


def test_cloudformation_has_each_document_as_an_object(made: Generated) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-policy.html"""
    template = json.loads(files(made)["cloudformation.json"])
    resources: dict[str, Any] = template["Resources"]
    assert list(resources) == ["Scp1", "Rcp1"]
    assert {r["Type"] for r in resources.values()} == {"AWS::Organizations::Policy"}
    assert [r["Properties"]["Type"] for r in resources.values()] == [
        "SERVICE_CONTROL_POLICY",
        "RESOURCE_CONTROL_POLICY",
    ]
    assert [r["Properties"]["Content"] for r in resources.values()] == [d.value for d in made.documents]
    assert resources["Rcp1"]["DependsOn"] == "Scp1"
    assert resources["Scp1"]["Properties"]["Name"] == "wa-policy-scp-1"
    assert template["Parameters"]["TargetIds"]["Type"] == "CommaDelimitedList"
    assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in resources)


def _as_terraform_reads(text: str) -> str:
    """A string of Terraform's JSON syntax that has no template in it."""
    assert not re.search(r"(?<![$])[$]\{", text.replace("$${", ""))
    return text.replace("$${", "${").replace("%%{", "%{")


def test_terraform_has_each_document_as_text(made: Generated) -> None:
    """https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/organizations_policy"""
    module = json.loads(files(made, name="acme")["guardrails.tf.json"])
    policies = module["resource"]["aws_organizations_policy"]
    assert [_as_terraform_reads(one["content"]) for one in policies.values()] == [
        d.text for d in made.documents
    ]
    assert [one["name"] for one in policies.values()] == ["acme-scp-1", "acme-rcp-1"]
    attached = module["resource"]["aws_organizations_policy_attachment"]
    assert {name: one["policy_id"] for name, one in attached.items()} == {
        name: f"${{aws_organizations_policy.{name}.id}}" for name in policies
    }


def test_terraform_does_not_read_policy_variables_as_its_own(made: Generated) -> None:
    variable = deny(
        Action="s3:*", Condition={"StringNotEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}%{x}"}}
    )
    scp = made.made[0]
    document = scp.packing.documents[0]
    pieces = (replace(document.pieces[0], statement=variable),)
    packing = replace(scp.packing, documents=(replace(document, pieces=pieces),))
    written = files(replace(made, made=(replace(scp, packing=packing),)))
    content = json.loads(written["guardrails.tf.json"])["resource"]["aws_organizations_policy"]["scp_1"][
        "content"
    ]
    assert "$${aws:PrincipalTag/team}%%{x}" in content
    assert json.loads(_as_terraform_reads(content)) == json.loads(written["scp-1.json"])


def test_names_and_page_say_what_is_not_proved(unproved: Generated) -> None:
    written = files(unproved)
    assert list(written) == [
        "scp-1.unproved.json",
        "rcp-1.json",
        "cloudformation.unproved.json",
        "guardrails.unproved.tf.json",
        "README.md",
    ]
    page = written["README.md"]
    assert "**Not proved**" in page
    assert "| [scp-1.unproved.json](scp-1.unproved.json) | " in page
    assert re.search(r"scp-1\.unproved\.json.*\*\*no\*\*", page)
    assert re.search(r"rcp-1\.json.* yes \|", page)
    assert re.search(r"## Not proved\n\n.*\n.*\n\| lambda-vpc-deploy-guard \| not proved: ", page)
    template = json.loads(written["cloudformation.unproved.json"])
    assert template["Resources"]["Scp1"]["Properties"]["Description"].startswith("Not proved. ")
    assert not template["Resources"]["Rcp1"]["Properties"]["Description"].startswith("Not proved. ")


def test_the_page_traces_each_statement_to_its_rules_and_back(made: Generated) -> None:
    page = files(made)["README.md"]
    for document in made.documents:
        for index, piece in enumerate(document.pieces):
            assert f"| {document.name}, {index} | {', '.join(piece.rules)} |" in page
            for rule in piece.rules:
                section = page.split(f"### {rule}\n")[1].split("###")[0]
                assert f"{document.name} statement {index}" in section
    for rule in RULES:
        assert page.count(f"### {rule}\n") == 1


def test_the_page_says_what_is_denied_with_which_parameters_and_who_is_exempt(made: Generated) -> None:
    page = files(made)["README.md"]
    section = page.split("### lambda-vpc-deploy-guard\n")[1].split("###")[0]
    for line in (
        "- Denies `lambda:CreateFunction`, `lambda:UpdateFunctionConfiguration` where `lambda:VpcIds` is missing",
        "- Denies `lambda:CreateFunction`, `lambda:UpdateFunctionConfiguration` where `lambda:VpcIds` is not `vpc-0aaa`",
        "- `vpc_ids`: vpc-0aaa",
    ):
        assert line in section.splitlines()
    assert "Exempt from all of them: `arn:aws:iam::*:role/break-glass`." in page
    (scp, rcp) = made.documents
    assert f"| {scp.characters:,} | {10_240 - scp.characters:,} |" in page
    assert f"| {rcp.characters:,} | {5_120 - rcp.characters:,} |" in page


def test_descriptions_fit(made: Generated) -> None:
    """https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html: 512 characters"""
    scp = made.made[0]
    document = scp.packing.documents[0]
    many = tuple(
        replace(document.pieces[0], rules=(f"a-rule-with-a-rather-long-name-{n:03}",)) for n in range(60)
    )
    packing = replace(scp.packing, documents=(replace(document, pieces=many),))
    template = json.loads(files(replace(made, made=(replace(scp, packing=packing),)))["cloudformation.json"])
    description = template["Resources"]["Scp1"]["Properties"]["Description"]
    assert len(description) <= 512
    assert re.search(r", a-rule-with-a-rather-long-name-\d\d\d and \d+ more$", description)


def test_the_same_input_gives_the_same_bytes(made: Generated) -> None:
    chosen, left_out = guardrails_of(load_pack(), SETTINGS, CATALOG, list(reversed(RULES)))
    again = generate(tuple(reversed(chosen)), left_out, Quotas(), CATALOG)
    assert [d.text for d in again.documents] == [d.text for d in made.documents]


def test_every_file_is_known_as_ours(made: Generated, unproved: Generated) -> None:
    assert all(map(is_ours, [*files(made), *files(unproved)]))
    assert not any(map(is_ours, ["notes.md", "scp.json", "scp-1.json.bak", "main.tf.json"]))


def test_many_documents_are_numbered(catalog: Catalog) -> None:
    chosen, _ = guardrails_of(load_pack(), SETTINGS, catalog, RULES[:3])
    found = generate(chosen, (), Quotas(scp=Limits(330, 10)), catalog)
    names = [document.name for document in found.documents]
    assert names == [f"scp-{number}" for number in range(1, len(names) + 1)]
    assert len(names) > 1
    for name in names:
        policy, problems = parse_policy(json.loads(files(found)[f"{name}.json"]))
        assert problems == ()
        assert policy.statements


# --- into a folder -------------------------------------------------------------------------------------------------------------


def content(folder: Path) -> dict[str, str]:
    return {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir()}


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    write_folder({"scp-1.json": "{}\n"}, str(tmp_path / "a" / "out"), is_ours)
    assert content(tmp_path / "a" / "out") == {"scp-1.json": "{}\n"}
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["out"]
    assert (tmp_path / "a" / "out").stat().st_mode & 0o777 == (tmp_path / "a").stat().st_mode & 0o777


def test_files_of_ours_are_only_replaced_on_demand(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_folder({"scp-1.json": "1", "scp-2.json": "2"}, str(tmp_path), is_ours)
    with pytest.raises(UsageError, match=r"has `scp-1.json`, `scp-2.json` already") as caught:
        write_folder({"scp-1.unproved.json": "3"}, str(tmp_path), is_ours)
    assert caught.value.advice == "`--force` replaces them"
    assert content(tmp_path) == {"notes.txt": "mine", "scp-1.json": "1", "scp-2.json": "2"}
    # What is no longer made does not stay behind: somebody would attach it.
    write_folder({"scp-1.unproved.json": "3"}, str(tmp_path), is_ours, force=True)
    assert content(tmp_path) == {"notes.txt": "mine", "scp-1.unproved.json": "3"}


def test_where_something_fails_everything_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder({"scp-1.json": "1", "scp-2.json": "2"}, str(tmp_path), is_ours)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name == "scp-2.json" and self.parent.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(UsageError, match="cannot be written: no space left on device"):
        write_folder({"rcp-1.json": "3", "scp-2.json": "4"}, str(tmp_path), is_ours, force=True)
    assert content(tmp_path) == {"scp-1.json": "1", "scp-2.json": "2"}
    assert [one.name for one in tmp_path.parent.iterdir() if one.name.startswith(f".{tmp_path.name}")] == []


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file, expected a folder"):
        write_folder({"scp-1.json": "1"}, str(tmp_path / "out"), is_ours)
