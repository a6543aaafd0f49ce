from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.loaders.cloudformation.reading import Judge, ReadTemplate, ValueOf, Verdicts
from wa_policy.catalog.store import load_catalog
from wa_policy.inventory.model import Assumptions, Inventory, PropertyValue
from wa_policy.loaders.load import load
from wa_policy.rules.pack import load_pack
from wa_policy.rules.run import run
from wa_policy.settings import Profile, Settings


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadTemplate:
    """Write one template (`template.yaml`) or several files, and load the first of them, or the paths given."""

    def read_template(
        text: str | Mapping[str, str], *, assume: Assumptions | None = None, paths: tuple[str, ...] = ()
    ) -> Inventory:
        files = {"template.yaml": text} if isinstance(text, str) else text
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return load(list(paths or (next(iter(files)),)), assume=assume)

    return read_template


@pytest.fixture
def value_of(read: ReadTemplate) -> ValueOf:
    """The value of an expression, as the description of a function; `around` are further sections."""

    def evaluate(expression: str, *, around: str = "", assume: Assumptions | None = None) -> PropertyValue:
        text = f"""
Resources:
  Subject:
    Type: AWS::Lambda::Function
    Properties:
      Description: {expression}
  Other:
    Type: AWS::SQS::Queue
  Named:
    Type: AWS::SNS::Topic
    Properties: {{TopicName: news}}
{around}
"""
        inventory = read(text, assume=assume)
        function = inventory.of_type("AWS::Lambda::Function")[0]
        return function.property("Description")

    return evaluate


@pytest.fixture
def judge() -> Judge:
    def verdicts(inventory: Inventory, *rules: str, profile: Profile = Profile.CORE) -> Verdicts:
        report = run(load_pack(), inventory, Settings(profile=profile), load_catalog(), only=rules)
        return {
            (
                result.rule.id,
                result.subject.rsplit(":", 1)[-1].rsplit("/", 1)[-1],
                result.key,
            ): result.verdict.value
            for result in report.results
        }

    return verdicts
