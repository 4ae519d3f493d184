"""What is asked, and what is read of the answers."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.kernel.errors import FormInvalid
from consult.models.questionnaire import Condition, Content, Question, QuestionKind, Section
from consult.questionnaires.checking import check_answer, check_answers
from consult.questionnaires.conditions import is_answered, shown
from consult.questionnaires.reading import answer_fields, field_names, read_answer
from consult.questionnaires.values import count_words, read_date, read_number
from consult.questionnaires.views import view_section, was_unseen
from consult.web.forms import Problems, Typed
from tests.questionnaires.asked import answered, ask, content, questionnaires, said

LOCALES = st.sampled_from(["en", "fr", "es", "ar", "zh", "ru"])


def read(question: Question, locale: str = "en", **fields: str) -> tuple[object, str]:
    """The value of typed fields, and what is said about them."""
    problems, typed = Problems(), Typed(fields)
    value = read_answer(question, typed, locale, problems)
    try:
        problems.raise_if_any(typed)
    except FormInvalid as failed:
        (error,) = failed.errors
        assert error.name == f"a_{question.key}"
        return value, error.message.text
    return value, ""


@given(questionnaires())
def test_what_is_taken_away_comes_back_the_same(made: Content) -> None:
    assert msgspec.json.decode(msgspec.json.encode(made), type=Content) == made


@given(answered(), LOCALES)
def test_whatever_was_answered_is_read_back_from_its_own_form(
    made: tuple[Content, dict[str, object]], locale: str
) -> None:
    asked, answers = made
    for question in asked.questions():
        fields = answer_fields(question, answers[question.key], locale)
        assert set(fields) <= set(field_names(question))
        assert read(question, locale, **fields) == (answers[question.key], "")


@given(answered())
def test_what_depends_on_a_hidden_question_is_hidden(made: tuple[Content, dict[str, object]]) -> None:
    asked, answers = made
    found = shown(asked, answers)
    for section in asked.sections:
        for question in section.questions:
            conditions = [each for each in (section.only_if, question.only_if) if each]
            wanted = all(
                each.question in found.questions and is_answered(answers[each.question])
                for each in conditions
            )
            if question.key in found.questions:
                assert wanted
                assert section.key in found.sections
            elif wanted:
                assert any(each.values for each in conditions)


@given(answered())
def test_answers_to_what_is_not_asked_change_nothing(made: tuple[Content, dict[str, object]]) -> None:
    asked, answers = made
    found = shown(asked, answers)
    kept = {key: value for key, value in answers.items() if key in found.questions}
    assert shown(asked, kept) == found
    assert check_answers(asked, kept, "en") == check_answers(asked, answers, "en")
    assert {each.question.key for each in check_answers(asked, {}, "en")} <= shown(asked, {}).questions


@given(answered())
def test_what_can_be_answered_is_accepted(made: tuple[Content, dict[str, object]]) -> None:
    asked, answers = made
    for question in asked.questions():
        if is_answered(answers[question.key]) and question.kind is not QuestionKind.MATRIX:
            assert check_answer(question, answers[question.key]) is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
       st.sampled_from(QuestionKind))  # fmt: skip
def test_no_value_from_a_file_breaks_the_check(value: object, kind: QuestionKind) -> None:
    check_answer(ask("any", kind, required=True, most_words=2, least="1", most="9"), value)


def test_a_condition_that_points_forward_is_never_met() -> None:
    first = ask("first", only_if=Condition(question="second"))
    made = content(first, ask("second"))
    assert shown(made, {"first": "a", "second": "b"}).questions == {"second"}


def test_a_hidden_section_hides_what_later_ones_ask_because_of_it() -> None:
    started = ask("started", QuestionKind.ONE)
    why = ask("why", required=True)
    more = ask("more", required=True, only_if=Condition(question="why"))
    made = Content(
        sections=(
            Section(key="a", title=said("A"), questions=(started,)),
            Section(
                key="b",
                title=said("B"),
                questions=(why,),
                only_if=Condition(question="started", values=("yes",)),
            ),
            Section(key="c", title=said("C"), questions=(more,)),
        )
    )
    found = shown(made, {"started": "no", "why": "still here"})
    assert found.sections == {"a", "c"}
    assert found.questions == {"started"}
    assert check_answers(made, {"started": "no"}, "en") == ()
    assert [each.question.key for each in check_answers(made, {"started": "yes"}, "en")] == ["why"]


@pytest.mark.parametrize(
    ("typed", "locale", "number"),
    [
        ("12", "en", "12"),
        ("1,234", "en", "1234"),
        ("1,234", "fr", "1.234"),
        ("1 234,5", "fr", "1234.5"),
        ("1.234,50", "es", "1234.5"),
        ("1.234", "es", "1234"),
        ("1,234,567.5", "en", "1234567.5"),
        ("3,5", "ru", "3.5"),
        ("٣٫٥", "ar", "3.5"),
        ("١٢٬٠٠٠", "ar", "12000"),
        ("۱۲", "en", "12"),
        ("١٢,٥", "ar", "12.5"),
        ("−7", "en", "-7"),
        ("-0", "en", "0"),
        ("１２", "zh", "12"),
        ("twelve", "en", None),
        ("1.2.3", "en", None),
        ("1,23,4.5.6", "en", None),
        ("²", "en", None),
        ("1e9", "en", None),
        ("9" * 400, "en", None),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, locale: str, number: str | None) -> None:
    assert read_number(typed, locale) == number


def test_dates_are_read_in_other_digits_and_only_if_there_is_such_a_day() -> None:
    assert read_date("٢٧", "٣", "٢٠٢٧") == "2027-03-27"
    assert read_date("۲۷", "۰۳", "۲۰۲۷") == "2027-03-27"
    assert read_date("29", "2", "2027") is None
    assert read_date("1", "1", "27") is None
    day = ask("day", QuestionKind.DATE)
    assert read(day, a_day_day="29", a_day_month="2", a_day_year="2027")[1].startswith(
        "Write a day that exists"
    )
    assert read(day, a_day_day="29")[1] == "A date has a day, a month and a year."


def test_what_was_not_offered_is_told_at_the_question() -> None:
    assert read(ask("q", QuestionKind.ONE), a_q="maybe")[1] == "Choose from the answers that are offered."
    assert read(ask("q", QuestionKind.SCALE), a_q="6")[1] == "Choose from the answers that are offered."
    assert read(ask("q", QuestionKind.NUMBER), a_q="many")[1] == "Write a number, such as 12 or 12.5."
    twice = read(ask("q", QuestionKind.RANKING), a_q_yes="1", a_q_no="1")
    assert twice == (None, "Give each place only once.")
    assert read(ask("q", QuestionKind.RANKING), a_q_yes="٢", **{"a_q_it-depends": "1"})[0] == [
        "it-depends",
        "yes",
    ]


def test_limits_are_told_in_the_readers_own_digits_and_dates() -> None:
    words = check_answer(ask("q", QuestionKind.LONG, most_words=2), "one two three", "en")
    assert words is not None
    assert words.params == {"most": "2", "count": "3"}
    late = check_answer(ask("q", QuestionKind.DATE, most="2027-01-31"), "2027-02-01", "fr")
    assert late is not None
    assert late.params == {"most": "31 janvier 2027"}
    assert check_answer(ask("q", QuestionKind.NUMBER, least="0.5"), "0.4", "en") is not None
    assert check_answer(ask("q", QuestionKind.SEVERAL, most="1"), ["yes", "no"], "en") is not None
    assert check_answer(ask("q", QuestionKind.MATRIX, required=True), {"risk": "yes"}) is not None
    assert check_answer(ask("q", QuestionKind.FILES, required=True), None) is not None
    assert check_answer(ask("q", QuestionKind.FILES, required=True), None, files=1) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("Don't count twice", 3),
        ("one – two", 2),
        ("人工智能", 4),
        ("用 GPT-4 写作", 4),
        ("الذكاء الاصطناعي", 2),
    ],
)
def test_words_are_counted_as_word_processors_do(text: str, words: int) -> None:
    assert count_words(text) == words


def test_without_scripts_a_section_comes_again_when_an_answer_opens_more_of_it() -> None:
    made = content(ask("q", QuestionKind.ONE), ask("why", only_if=Condition(question="q", values=("no",))))
    before = view_section(made, made.sections[0], {}, "en")
    assert before.seen == "q"
    after = view_section(made, made.sections[0], {"q": "no"}, "en")
    assert was_unseen(after, Typed({"seen": before.seen}))
    assert not was_unseen(after, Typed({"seen": after.seen}))


def test_what_was_typed_and_could_not_be_read_is_shown_again() -> None:
    made = content(ask("q", QuestionKind.NUMBER), ask("d", QuestionKind.DATE), ask("s", QuestionKind.SEVERAL))
    typed = {"a_q": "many", "a_d_day": "31", "a_s_no": "yes"}
    number, day, several = view_section(made, made.sections[0], {"q": "5"}, "ar", typed=typed).questions
    assert number.value == "many"
    assert day.parts == ("31", "", "")
    assert [each.checked for each in several.options] == [False, True, False]
