"""The actions by service and resource type are made once for a catalog, whatever graphs are made of it."""

from wa_policy.catalog.store import load_catalog
from wa_policy.graph.universes import Universes, universes_of


def test_one_for_each_catalog() -> None:
    catalog = load_catalog()
    assert universes_of(catalog) is universes_of(catalog)
    other = catalog.with_actions(["lambda:NoSuchActionYet"])
    assert other is not catalog
    assert universes_of(other) is not universes_of(catalog)


def test_a_shared_one_says_what_a_new_one_says() -> None:
    catalog = load_catalog()
    shared, new = universes_of(catalog), Universes(catalog)
    shared.fitting("arn:aws:s3:::bucket", "s3")
    for arn, service in (
        ("arn:aws:lambda:eu-west-1:111122223333:function:f:live", "lambda"),
        ("arn:aws:s3:::bucket", "s3"),
        ("arn:aws:iam::111122223333:role/r", "sts"),
        ("*", "s3"),
    ):
        assert shared.fitting(arn, service) == new.fitting(arn, service) != 0
        assert shared.of(service) == new.of(service)
