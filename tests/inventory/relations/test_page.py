"""The pages of the relations are those that the tool writes."""

from tools.make_relations_page import PAGE, RULES, page, rules_with_table


def test_the_pages_are_up_to_date() -> None:
    advice = "run python -m tools.make_relations_page"
    assert PAGE.read_text(encoding="utf-8") == page(), advice
    text = RULES.read_text(encoding="utf-8")
    assert text == rules_with_table(text), advice
