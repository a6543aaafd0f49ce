from __future__ import annotations

from pathlib import Path

import pytest

from wa_policy.api.config import find_config, read_config
from wa_policy.errors import LoadError
from wa_policy.settings import Environment, ParameterValue, Profile, Settings


def write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return str(path)


def test_all_words(tmp_path: Path) -> None:
    file = write(
        tmp_path / "wa-policy.yaml",
        "profile: advice\norganization: none\nparameters:\n  accounts: ['111122223333']\n  limit: 3\n  strict: true\n  name: x\n",
    )
    parameters: dict[str, ParameterValue] = {
        "accounts": ("111122223333",),
        "limit": 3,
        "strict": True,
        "name": "x",
    }
    assert read_config(file) == Settings(Profile.ADVICE, parameters, no_organization=True)


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "parameters:\n"])
def test_empty_settings_are_the_default(tmp_path: Path, text: str) -> None:
    assert read_config(write(tmp_path / "x.yaml", text)) == Settings()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("parameters: {}\nprofil: core\n", 2, "found the word `profil`, expected one of"),
        ("profile: hard\n", 1, "expected `core`, `strict`, `advice` or `manual`"),
        ("profile: [core]\n", 1, "expected `core`, `strict`, `advice` or `manual`"),
        ("\norganization: some\n", 2, "expected `none`"),
        ("parameters:\n  a: 1\n  accounts:\n  - 111122223333\n", 3, "an account id needs quotes"),
        ("parameters:\n  a:\n    b: c\n", 2, "found an object"),
        ("parameters: [a]\n", 1, "expected an object of rule parameters by name"),
        ("- profile\n", 1, "expected settings: an object"),
        ("profile: [\n", 2, "expected"),
    ],
)
def test_mistakes_have_their_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(LoadError) as error:
        read_config(write(tmp_path / "wa-policy.yaml", text))
    assert [problem.line for problem in error.value.problems] == [line]
    assert words in error.value.problems[0].message


def test_a_close_word_is_offered_and_all_mistakes_are_told(tmp_path: Path) -> None:
    with pytest.raises(LoadError) as error:
        read_config(write(tmp_path / "wa-policy.yaml", "profil: core\norganisation: none\nparameters: 3\n"))
    assert len(error.value.problems) == 3
    assert {problem.advice for problem in error.value.problems} >= {
        "did you mean `profile`?",
        "did you mean `organization`?",
    }


def test_where_the_settings_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config(["x"]) is None
    write(tmp_path / "exports" / "p.json", "{}")
    inside = write(tmp_path / "exports" / "wa-policy.yaml", "")
    for path in ("exports", "exports/", "exports/p.json"):
        assert find_config([path]) == "exports/wa-policy.yaml"
    assert find_config(["-"]) is None
    Path(inside).unlink()
    write(tmp_path / "wa-policy.yaml", "")
    assert find_config(["exports"]) == "wa-policy.yaml"
    assert find_config([]) == "wa-policy.yaml"


WHOLE = """
environment_tag: Environment
environments:
  production:
    tag_values: [prod, production]
    accounts: ["111122223333"]
    parameters: {trusted_accounts: ["444455556666"]}
  test:
severities: {respol-public: low}
disable: [region-guard]
enable: [kms-grant-guard]
packs: [wa-policy/security]
rules: [./mine, ../theirs]
max_table_age: 90
"""


def test_words_about_rules(tmp_path: Path) -> None:
    file = write(tmp_path / "wa-policy.yaml", WHOLE)
    assert read_config(file) == Settings(
        environment_tag="Environment",
        environments=(
            Environment(
                "production",
                ("prod", "production"),
                ("111122223333",),
                {"trusted_accounts": ("444455556666",)},
            ),
            Environment("test", ("test",)),
        ),
        severities={"respol-public": "low"},
        enabled=("kms-grant-guard",),
        disabled=("region-guard",),
        packs=("wa-policy/security",),
        rule_folders=(f"{tmp_path}/./mine", f"{tmp_path}/../theirs"),
        max_table_age=90,
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "severities:\n  a: worst",
            2,
            "found `worst`, expected `critical`, `high`, `medium`, `low` or `info`",
        ),
        ("packs:\n  - other", 2, "found `other`, expected `wa-policy`, or `wa-policy/` and a pillar"),
        ("environments:\n  a:\n    values: []", 3, "found the word `values`"),
        (
            "environments:\n  a:\n    accounts: [1]",
            3,
            "found the number `1`, expected an account id: twelve digits in quotes",
        ),
        ("max_table_age: -1", 1, "found the number `-1`, expected a number of days"),
        ("rules: mine", 1, "found `mine`, expected a list of folders"),
        ("disable: {a: b}", 1, "expected a list of rule ids"),
    ],
)
def test_a_wrong_word_about_rules_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    with pytest.raises(LoadError) as raised:
        read_config(write(tmp_path / "wa-policy.yaml", text))
    (problem,) = raised.value.problems
    assert problem.line == line
    assert message in problem.message
