"""The copy of the policies that AWS manages."""

import hashlib
from pathlib import Path

import pytest

from wa_policy.catalog.managed_policies import is_managed_by_aws
from wa_policy.catalog.store import load_managed_policies

WHEELS = Path(".catalog-wheels")


def test_a_document_by_its_arn() -> None:
    policies = load_managed_policies()
    document = policies.document("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html
    (statement,) = document["Statement"]
    assert sorted(statement["Action"]) == ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    assert policies.document("arn:aws-cn:iam::aws:policy/AdministratorAccess") is not None
    assert policies.document("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole") is None  # another path
    assert policies.document("arn:aws:iam::111122223333:policy/AdministratorAccess") is None
    assert len(policies.documents) > 1500
    assert policies.date > "2026-01-01"


def test_whose_policy_it_is() -> None:
    assert is_managed_by_aws("arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert not is_managed_by_aws("arn:aws:iam::111122223333:policy/ReadOnlyAccess")


def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    from tools import make_managed_policies as tool

    if not any((tool.ROOT / WHEELS).glob("moto-*.whl")):
        pytest.skip("the pinned moto wheel is not here; `make catalog` downloads it")
    output = tmp_path / "policies.json.gz"
    assert tool.main(["--output", str(output), "--cache", str(tool.ROOT / WHEELS)]) == 0
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (output, tool.OUTPUT)]
    assert digests[0] == digests[1]
