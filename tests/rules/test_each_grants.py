"""Iterators over whom policies let in, over their conditions, and over source ARNs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.rules.conftest import Export
from tests.rules.test_each import function, give, role
from wa_policy.inventory.model import AccountPlace, Organization
from wa_policy.rules.each_grants import service_label
from wa_policy.rules.items import Items
from wa_policy.rules.subjects import Scope, Subject

OnlySubject = Callable[..., tuple[Subject, Scope]]
TYPE = "AWS::Lambda::Function"
OWN, OTHER, THIRD = "111122223333", "444455556666", "999988887777"


@pytest.mark.parametrize(
    ("principal", "label"),
    [
        ("logs.eu-west-1.amazonaws.com", "logs"),
        ("logs.amazonaws.com", "logs"),
        ("lambda.alarms.cloudwatch.amazonaws.com", "lambda.alarms.cloudwatch"),
        ("events.amazonaws.com.cn", "events"),
        ("alexa-appkit.amazon.com", "alexa-appkit"),
        ("config.us-gov-west-1.amazonaws.com", "config"),
    ],
)
def test_a_service_has_one_name_in_all_regions(principal: str, label: str) -> None:
    assert service_label(principal) == label


def items(export: Export, only_subject: OnlySubject, name: str, *statements: Any, **arguments: Any) -> Items:
    return give(name, *only_subject(export(function(*statements)), TYPE), **arguments)


def test_outsiders_are_everyone_and_the_accounts_that_are_named(
    export: Export, only_subject: OnlySubject
) -> None:
    found = items(
        export,
        only_subject,
        "outsiders",
        {"Principal": {"AWS": [OWN, OTHER, THIRD]}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": "777788889999"}}},
        actions=("lambda:*",),
        trusted=(OTHER,),
        of_trusted=("lambda:Update*",),
        of_services=("lambda:Get*",),
    )
    assert [item.key for item in found.items] == ["everyone", OTHER, THIRD, "777788889999"]
    everyone, trusted, stranger, _ = found.items
    assert everyone.fields["account"] not in (OWN, OTHER, THIRD, "777788889999")
    assert everyone.fields["actions"] == stranger.fields["actions"] == ("lambda:*",)
    assert trusted.fields["actions"] == ("lambda:Update*",)
    assert everyone.fields["service_actions"] == ("lambda:Get*",)
    assert stranger.fields["service_actions"] == ()


def test_outsiders_leave_out_those_that_are_excepted(export: Export, only_subject: OnlySubject) -> None:
    arguments = {"actions": ("lambda:*",), "trusted": (), "except": (OTHER,)}
    found = items(export, only_subject, "outsiders", {"Principal": {"AWS": OTHER}}, **arguments)
    assert [item.key for item in found.items] == ["everyone"]


@pytest.mark.parametrize(
    ("trusted", "named"), [("o-a1b2c3d4e5", [THIRD]), ("o-another000", [OTHER, THIRD]), ("", [OTHER, THIRD])]
)
def test_accounts_of_a_trusted_organization_are_no_strangers(
    trusted: str, named: list[str], export: Export, only_subject: OnlySubject
) -> None:
    place = AccountPlace((), ())
    organization = Organization("o-a1b2c3d4e5", OWN, {OWN: place, OTHER: place})
    inventory = replace(export(function({"Principal": {"AWS": [OTHER, THIRD]}})), organization=organization)
    subject, scope = only_subject(inventory, TYPE, trusted_orgs=(trusted,))
    assert [item.key for item in give("granted_accounts", subject, scope).items] == named
    found = give("outsiders", subject, scope, actions=("lambda:*",), trusted=())
    strangers = [item.key for item in found.items if item.fields["actions"]]
    assert strangers == ["everyone", *named]


def test_calling_services(export: Export, only_subject: OnlySubject) -> None:
    found = items(
        export,
        only_subject,
        "calling_services",
        {"Principal": {"Service": ["logs.eu-west-1.amazonaws.com", "logs.amazonaws.com"]}},
        {"Principal": {"Service": "sns.amazonaws.com"}},
        {"Principal": {"Service": "s3.amazonaws.com"}, "Effect": "Deny"},
    )
    (item,) = found.items
    assert item.fields == {"services": ("logs", "sns"), "count": "2"}
    assert items(export, only_subject, "calling_services", {"Principal": {"AWS": OTHER}}).items == ()


def test_conditions_are_those_of_all_own_policies(export: Export, only_subject: OnlySubject) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/a": "b"}, "Bool": {"aws:SecureTransport": "true"}}
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}
    trust: Any = [
        {
            "Effect": "Allow",
            "Principal": {"AWS": OTHER},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "x"}},
        }
    ]
    subject, scope = only_subject(export(role(allow, trust=trust)), "AWS::IAM::Role")
    found = give("policy_conditions", subject, scope)
    assert [(item.fields["key"], item.fields["operator"], item.fields["values"]) for item in found.items] == [
        ("sts:ExternalId", "StringEquals", "x"),
        ("aws:PrincipalTag/a", "StringEquals", "b"),
        ("aws:SecureTransport", "Bool", "true"),
    ]
    assert [item.key for item in give("policy_statements", subject, scope).items] == [
        "Allow sts:AssumeRole",
        "p: Allow s3:GetObject",
    ]


def test_statements_that_are_alike_have_keys_of_their_own(export: Export, only_subject: OnlySubject) -> None:
    same = {"Principal": {"AWS": OTHER}}
    found = items(export, only_subject, "policy_statements", same, same)
    assert len({item.key for item in found.items}) == 2


TOPICS = {"Topics": [{"TopicArn": f"arn:aws:sns:eu-west-1:{OWN}:orders"}]}


def sourced(arn: str, **condition: Any) -> Mapping[str, Any]:
    block = {"ArnLike": {"aws:SourceArn": arn}, **condition}
    return function({"Principal": {"Service": "sns.amazonaws.com"}, "Condition": block})


@pytest.mark.parametrize(
    ("arn", "found"),
    [
        (f"arn:aws:sns:eu-west-1:{OWN}:orders", "1"),
        (f"arn:aws:sns:eu-west-1:{OWN}:*", "1"),
        (f"arn:aws:sns:eu-west-1:{OWN}:old", "0"),
        (f"arn:aws:sns:us-east-1:{OWN}:old", None),
        (f"arn:aws:sns:eu-west-1:{OTHER}:old", None),
        (f"arn:aws:sqs:eu-west-1:{OWN}:old", None),
        ("arn:aws:s3:::bucket", None),
    ],
)
def test_sources_are_counted_where_all_were_listed(
    arn: str, found: str | None, export: Export, only_subject: OnlySubject
) -> None:
    inventory = export({"sns.list-topics.json": TOPICS, **sourced(arn)})
    given = give("listed_sources", *only_subject(inventory, TYPE))
    told = [item for item in given.items if item.unknown is None]
    assert [item.fields["found"] for item in told] == ([] if found is None else [found])


def test_a_negated_source_is_none(export: Export, only_subject: OnlySubject) -> None:
    arn = f"arn:aws:sns:eu-west-1:{OWN}:old"
    files = function(
        {"Principal": {"Service": "sns.amazonaws.com"}, "Condition": {"ArnNotLike": {"aws:SourceArn": arn}}}
    )
    inventory = export({"sns.list-topics.json": TOPICS, **files})
    assert give("listed_sources", *only_subject(inventory, TYPE)).items == ()
