from collections.abc import Callable
from typing import Any

import pytest

from wa_policy.iam.policy import PolicyKind
from wa_policy.iam.unknown import Unknown
from wa_policy.inventory.model import Inventory, Present

Read = Callable[..., Inventory]


def policy(**elements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | elements]}


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (policy(Action="s3:*", Resource="*"), PolicyKind.IDENTITY),
        (policy(Action="s3:*", Resource="*", Principal="*"), PolicyKind.RESOURCE),
        (policy(Action="sts:AssumeRole", Principal={"AWS": "111122223333"}), PolicyKind.TRUST),
        (
            policy(Action=["sts:AssumeRoleWithWebIdentity", "sts:TagSession"], Principal={"Federated": "x"}),
            PolicyKind.TRUST,
        ),
        (policy(Action=["sts:AssumeRole", "s3:*"], Principal="*"), PolicyKind.RESOURCE),
    ],
)
def test_the_kind_is_inferred(read_exports: Read, document: object, kind: PolicyKind) -> None:
    found = read_exports({"p.json": document})
    (resource,) = found.of_type("WaPolicy::PolicyDocument")
    assert (resource.id, resource.name, resource.property("Kind")) == ("x/p.json", "p.json", kind.value)
    assert isinstance(resource.policy(), Present)


def test_the_kind_is_given(read_exports: Read) -> None:
    document = policy(Action="s3:*", Resource="*")
    found = read_exports({"p.json": document}, kind=PolicyKind.SERVICE_CONTROL)
    assert found.resources[0].property("Kind") == "service control policy"


def test_a_policy_without_statements_has_no_kind(read_exports: Read) -> None:
    found = read_exports({"p.json": {"Version": "2012-10-17", "Statement": []}})
    assert isinstance(found.resources[0].property("Kind"), Unknown)


def test_two_documents_of_one_file(read_exports: Read) -> None:
    import json

    text = json.dumps(policy(Action="s3:*", Resource="*"))
    found = read_exports({"p.json": f"{text}\n{text}".encode()})
    assert [resource.id for resource in found.resources] == ["x/p.json#/0", "x/p.json#/1"]


def test_a_broken_statement_does_not_hide_the_others(read_exports: Read) -> None:
    document = policy(Action="s3:*", Resource="*")
    document["Statement"].append({"Effect": "Perhaps", "Action": "*", "Resource": "*"})
    found = read_exports({"p.json": document})
    (problem,) = found.problems
    assert problem.pointer.startswith("/Statement/1")
    read = found.resources[0].policy()
    assert isinstance(read, Present)
    assert (len(read.policy.statements), len(read.policy.unreadable)) == (1, 1)
