from tests.loaders.answers.test_answer_samples import NEED_A_NAME as FOUND
from tools.make_answers_page import NEED_A_NAME, PAGE, page


def test_the_page_is_that_of_the_tables() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tools.make_answers_page`"


def test_it_marks_what_the_content_does_not_tell() -> None:
    assert NEED_A_NAME == FOUND
