"""The pack that ships: complete, fresh, read without jsonschema."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from tools.compile_pack import text
from wa_policy.catalog.model import Catalog
from wa_policy.errors import RuleError, UsageError
from wa_policy.rules.pack import COMPILED, load_folders, load_pack, policies_folder, rule_files, together

IDS = sorted(path.stem for path in rule_files(policies_folder()))


def test_the_pack_has_its_rules_sorted_by_id() -> None:
    assert [rule.id for rule in load_pack()] == IDS


def test_the_compiled_pack_is_fresh() -> None:
    found = (files("wa_policy.rules") / COMPILED).read_text(encoding="utf-8")
    assert found == text(), "run `python -m tools.compile_pack`"


def test_the_compiled_pack_says_what_the_files_say(catalog: Catalog) -> None:
    assert load_pack() == load_folders([policies_folder()], catalog)


def test_a_rule_lies_in_the_folder_of_its_pillar() -> None:
    folder = policies_folder()
    places = {path.stem: path.relative_to(folder).parts[0] for path in rule_files(folder)}
    assert places == {rule.id: rule.pillar for rule in load_pack()}


def test_the_pack_is_loaded_without_jsonschema_and_without_the_catalog() -> None:
    code = (
        "import sys; from wa_policy.rules.pack import load_pack; load_pack();"
        "print([m for m in ('jsonschema', 'wa_policy.catalog.store') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_equal_ids_and_unequal_types_of_one_parameter_are_problems(catalog: Catalog, tmp_path: Path) -> None:
    source = policies_folder() / "security" / "lambda-policy-public.yaml"
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    content = source.read_text(encoding="utf-8")
    (tmp_path / "one" / source.name).write_text(content, encoding="utf-8")
    (tmp_path / "two" / source.name).write_text(content, encoding="utf-8")
    with pytest.raises(RuleError, match="found the id `lambda-policy-public`"):
        load_folders([tmp_path], catalog)
    other = content.replace("id: lambda-policy-public", "id: other").replace("[account]", "[text]", 1)
    (tmp_path / "two" / source.name).unlink()
    (tmp_path / "two" / "other.yaml").write_text(other, encoding="utf-8")
    with pytest.raises(RuleError, match=r"found the type `\[text\]`, expected `\[account\]`"):
        load_folders([tmp_path], catalog)


def test_a_users_folder_is_read_with_the_pack(catalog: Catalog, tmp_path: Path) -> None:
    assert load_folders([tmp_path], catalog) == ()
    with pytest.raises(UsageError, match="there is no folder"):
        load_folders([tmp_path / "none"], catalog)
    assert [rule.id for rule in together(reversed(load_pack()))] == IDS
