"""The maintainers' count of what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.unknowns import kind_of_reason, main
from wa_policy.iam.unknown import Unknown, UnknownKind


def test_a_kind_of_reason_has_no_names() -> None:
    one = Unknown(UnknownKind.UNRESOLVED, "the parameter `Url`, which has no default")
    other = Unknown(UnknownKind.UNRESOLVED, "the parameter `Size`, which has no default")
    assert (
        kind_of_reason(one) == kind_of_reason(other) == "unresolved: the parameter `…`, which has no default"
    )


def test_each_kind_is_counted_with_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t").mkdir()
    for name in ("a.yaml", "b.yaml"):
        Path("t", name).write_text(
            "Parameters: {Size: {Type: Number}, Name: {Type: String}}\n"
            "Resources:\n"
            "  Queue:\n"
            "    Type: AWS::SQS::Queue\n"
            "    Properties:\n"
            "      QueueName: jobs\n"
            "      DelaySeconds: !Ref Size\n"
            "      KmsMasterKeyId: !Ref Name\n"
        )
    Path("t", "broken.json").write_text("{")
    assert main(["t"]) == 0
    out, err = capsys.readouterr()
    assert "2 files read" in out
    row = next(line for line in out.splitlines() if "the parameter `…`, which has no default" in line)
    assert row.startswith("| 4 | 2 | unresolved:")
    assert row.endswith("| t/a.yaml:7 |")
    assert "t/broken.json" in err
