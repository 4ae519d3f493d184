"""Changing a questionnaire: what stays, what is refused, what is advised."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.kernel.errors import FormInvalid
from consult.models.questionnaire import Condition, Content, Question, QuestionKind
from consult.questionnaires.advice import advise, reachable
from consult.questionnaires.carrying import read_file, write_file
from consult.questionnaires.composing import move_question, put_question, with_original
from consult.questionnaires.conditions import shown
from consult.questionnaires.shapes import differences, shape_of
from consult.questionnaires.validating import find_flaws
from tests.questionnaires.asked import answered, ask, content, options, questionnaires, said


def reworded(made: Content) -> Content:
    """Every question in other words."""
    for section in made.sections:
        for question in section.questions:
            changed = msgspec.structs.replace(
                question, label=said("In other words", fr="Autrement"), help=said("More.")
            )
            made = put_question(made, section.key, changed)
    return made


@given(questionnaires())
def test_other_words_are_the_same_shape_and_a_file_brings_back_the_same(made: Content) -> None:
    assert shape_of(reworded(made)) == shape_of(made)
    assert differences(made, reworded(made), "en") == ()
    assert find_flaws(made, "en") == []
    assert read_file(write_file(made, "en"), "en") == made


@given(questionnaires(), st.data())
def test_whatever_is_more_than_words_is_another_shape_and_is_named(
    made: Content, data: st.DataObject
) -> None:
    everything = [(section.key, question) for section in made.sections for question in section.questions]
    if not everything:
        return
    at, question = data.draw(st.sampled_from(everything))
    changed = msgspec.structs.replace(question, required=not question.required)
    other = put_question(made, at, changed)
    assert shape_of(other) != shape_of(made)
    (message,) = differences(made, other, "en")
    assert message.text.startswith("Whether “%(question)s” has to be answered")


@given(questionnaires(), st.data())
def test_moving_keeps_every_question_and_never_points_forward(made: Content, data: st.DataObject) -> None:
    if not made.questions():
        return
    key = data.draw(st.sampled_from([each.key for each in made.questions()]))
    try:
        moved = move_question(made, key, data.draw(st.sampled_from([-1, 1])))
    except FormInvalid:
        return
    assert sorted(each.key for each in moved.questions()) == sorted(each.key for each in made.questions())
    assert find_flaws(moved, "en") == []


@given(answered())
def test_what_somebody_is_asked_can_be_reached(made: tuple[Content, dict[str, object]]) -> None:
    asked, answers = made
    found = shown(asked, answers)
    assert found.questions | found.sections <= reachable(asked)


def advice_on(*questions: Question) -> list[str]:
    return [each.message.text for each in advise(content(*questions), ["en"], "en")]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (ask("a", QuestionKind.SCALE, high_label=None), "The ends of the scale have no words"),
        (
            ask("a", QuestionKind.ONE, options=(*options("yes"), *options("yes"))),
            "Two answers have the same words",
        ),
        (ask("a", help=said("word " * 100)), "The help is longer than"),
        (ask("a", QuestionKind.SECTION), "It names no section of the draft"),
    ],
)
def test_what_makes_a_question_hard_to_answer_is_said(question: Question, words: str) -> None:
    assert any(each.startswith(words) for each in advice_on(question))


def test_a_needed_question_that_nobody_can_be_asked_is_found() -> None:
    choice = ask("choice", QuestionKind.ONE)
    both = ask("both", only_if=Condition(question="choice", values=("yes",)))
    never = ask("never", required=True, only_if=Condition(question="choice", values=("gone",)))
    assert "It has to be answered, but its condition can never be met, so nobody is asked." in advice_on(
        choice, never
    )
    assert advice_on(choice, both) == []
    assert any(
        "An earlier question has the same words" in each
        for each in advice_on(ask("a", label=said("Why?")), ask("b", label=said("why?")))
    )


def test_words_first_written_in_another_language_come_along_where_they_are_there() -> None:
    made = content(ask("q", label=said("Why?", fr="Pourquoi ?", ar="لماذا؟")))
    french = with_original(made, "fr", keeps_places=True)
    label = french.questions()[0].label
    assert (label.original, label.source) == ("fr", "Pourquoi ?")
    assert not label.is_stale("en")
    assert not label.is_stale("ar")
