from dataclasses import fields

from wa_policy.iam.parse import parse_policy
from wa_policy.iam.source import Source
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.merge import complete, merge
from wa_policy.inventory.model import Absent, NotExported, Present, PropertyValue, Resource

UNREAD = Unknown(UnknownKind.NOT_EXPORTED, "x")
BROKEN = Unknown(UnknownKind.UNREADABLE, "y")


def fragment(
    file: str, type_: str = "AWS::X::Y", account: str | None = None, **properties: PropertyValue
) -> Resource:
    return Resource(type_, "id", "", account, None, properties, Source(file))


def policy(action: str, resource: str = "*") -> Present:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    return Present(parse_policy({"Version": "2012-10-17", "Statement": [statement]})[0])


def test_fragments_add_up_and_known_values_win() -> None:
    merged, problems = merge([fragment("b", A=1, B=UNREAD, C=UNREAD), fragment("a", B=2, C=BROKEN, D=None)])
    assert not problems
    (resource,) = merged
    assert resource.properties == {"A": 1, "B": 2, "C": BROKEN, "D": None}
    assert resource.source.file == "a"
    assert resource.places["A"].file == "b"


def test_the_order_of_fragments_does_not_matter() -> None:
    fragments = [fragment("a", A=1), fragment("b", A=2), fragment("c", B=3)]
    assert repr(merge(fragments)) == repr(merge(fragments[::-1]))


def test_a_contradiction_is_a_problem_and_the_first_source_counts() -> None:
    merged, (problem,) = merge([fragment("b", A=2), fragment("a", A=1)])
    assert merged[0].properties["A"] == 1
    assert (problem.file, problem.code) == ("b", "contradiction")


def test_what_is_not_set_and_what_is_empty_do_not_contradict() -> None:
    _, problems = merge([fragment("a", A=None, B=(), C=False), fragment("b", A="", B=None, C=None)])
    assert not problems
    _, problems = merge([fragment("a", A=None), fragment("b", A="x")])
    assert len(problems) == 1


def test_two_accounts() -> None:
    _, (problem,) = merge([fragment("a", account="111122223333"), fragment("b", account="444455556666")])
    assert "several accounts" in problem.message


def function(file: str, document: PropertyValue) -> Resource:
    return Resource(
        "AWS::Lambda::Function", "id", "f", None, None, {"WaPolicy::Policy": document}, Source(file)
    )


def test_policies_of_a_function_are_summed_up() -> None:
    parts: list[PropertyValue] = [policy("lambda:A"), policy("lambda:B"), policy("lambda:A"), Absent()]
    (resource,), problems = merge(function(str(number), part) for number, part in enumerate(parts))
    assert not problems
    document = resource.policy()
    assert isinstance(document, Present)
    assert [statement.action.values[0] for statement in document.policy.statements] == [
        "lambda:A",
        "lambda:B",
    ]


def test_a_part_of_the_policies_that_was_not_exported_stays_a_doubt() -> None:
    (resource,), _ = merge([function("a", policy("lambda:A")), function("b", NotExported("x"))])
    document = resource.policy()
    assert isinstance(document, Present)
    assert document.policy.unreadable == (NotExported("x").unknown,)
    (resource,), _ = merge([function("a", Absent()), function("b", NotExported("x"))])
    assert resource.policy() == NotExported("x")


def test_policies_of_other_resources_contradict() -> None:
    queue = "AWS::SQS::Queue"
    first, second = policy("sqs:A"), policy("sqs:B")
    _, problems = merge([fragment("a", queue, None, P=first), fragment("b", queue, None, P=second)])
    assert len(problems) == 1


def test_complete() -> None:
    whole = complete(fragment("a", A=1, B=None), {"A": "x", "B": "x", "C": "svc get-c"}, NotExported("p"))
    assert whole.properties["A"] == 1
    assert "B" not in whole.properties
    assert isinstance(whole.properties["C"], Unknown)
    assert whole.policy() == NotExported("p")


def test_complete_keeps_all_that_it_does_not_work_out() -> None:
    place = Source("p.json", "/here")
    before = Resource(
        "T", "id", "name", "111122223333", "eu-west-1", {"A": 1}, Source("f.json"), {"A": place}
    )
    after = complete(before, {}, None)
    for one in fields(Resource):
        if one.name not in ("properties", "told"):
            assert getattr(before, one.name), "a field without a value would show nothing"
            assert getattr(after, one.name) == getattr(before, one.name)
