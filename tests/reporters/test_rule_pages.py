"""The pages of the rules: up to date in the repository, and true to the rules."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from wa_policy.api.rule_pages import pages_of, stale_pages
from wa_policy.reporters.rule_page import escaped, render_page
from wa_policy.rules.pack import load_pack
from wa_policy.rules.tables import table

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "rules"
PAGES = pages_of(load_pack())
RULES = {rule.id: rule for rule in load_pack()}


def test_the_pages_of_the_repository_are_up_to_date() -> None:
    assert stale_pages(PAGES, str(FOLDER)) == (), "run `make pack`"


def test_there_is_a_page_for_each_rule_and_an_index() -> None:
    assert set(PAGES) == {"README.md", *(f"{rule_id}.md" for rule_id in RULES)}


def test_links_lead_to_pages() -> None:
    for name, text in PAGES.items():
        links = re.findall(r"\]\(([^)#]+\.md)\)", text)
        assert [link for link in links if link not in PAGES] == [], name


def test_the_index_has_each_rule_under_its_pillar_and_each_check_mark() -> None:
    index = PAGES["README.md"]
    for rule in RULES.values():
        assert f"[`{rule.id}`]({rule.id}.md) | {rule.severity} | {rule.profile} |" in index
    for row in table("serverless_lens").rows.values():
        assert f"| {row['checkmark']} | {row['question']} | `{row['choice']}` |" in index
    line = next(one for one in index.splitlines() if one.startswith("| CM13 |"))
    assert "(lambda-policy-public.md)" in line


def test_rules_beside_the_lens_are_named_after_it() -> None:
    rule = RULES["lambda-policy-public"]
    index = pages_of([replace(rule, lens=()), RULES["lambda-role-admin"]])["README.md"]
    assert (
        index.rpartition("Beside the lens:")[2].strip() == "[`lambda-policy-public`](lambda-policy-public.md)"
    )
    assert "Beside the lens:" not in pages_of([rule])["README.md"]


def test_a_page_has_all_of_the_rule() -> None:
    rule = RULES["lambda-permission-untrusted-account"]
    page = render_page(rule, frozenset(RULES))
    assert page.splitlines()[1] == f"# {rule.title}"
    assert "high severity · security pillar · profile `core`" in page
    assert "| Judges | `AWS::Lambda::Function` |" in page
    assert "SEC 2, CM13 (Required): Evaluate and define resource policies" in page
    assert "```hcl\n" in page
    assert "| `trusted_accounts` | a list, each item an account id: twelve digits in quotes | none |" in page
    assert "- the policy was not exported: unknown" in page
    assert "[`lambda-function-principal-guard`](lambda-function-principal-guard.md)" in page
    assert "`lambda-function-principal-guard` |" in render_page(rule)  # a rule without a page is no link


def test_a_rule_that_reads_a_table_names_it() -> None:
    found = table("shared_issuers")
    page = PAGES["role-trust-oidc-subject.md"]
    assert f"| Table | [shared issuers]({found.source}) of {found.date.isoformat()} |" in page


def test_markup_in_words_is_plain() -> None:
    assert escaped("a *b* <c> `d_*e` [f]") == "a \\*b\\* \\<c\\> `d_*e` \\[f\\]"
    assert escaped("one ` only") == "one \\` only"
    rule = replace(RULES["lambda-role-admin"], title="a | <b>", fix={"text": "x", "cli": "```\nls\n```"})
    page = render_page(rule)
    assert "# a \\| \\<b\\>" in page
    assert "````sh\n```\nls\n```\n````" in page
