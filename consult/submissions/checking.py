"""What is still missing before a response can be sent."""

from __future__ import annotations

from collections.abc import Iterator

from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.kernel.messages import N_
from consult.models.questionnaire import UPLOADS, Question, QuestionKind
from consult.models.submission import Interest, Publication
from consult.questionnaires.checking import check_answer
from consult.questionnaires.conditions import shown
from consult.submissions.gathering import Working

MOST_SUMMARY = 10_000


def check_complete(working: Working) -> None:
    """Raises FormInvalid with all that is missing; an error's name is the question's key, or the field of "who you are"."""
    if errors := list(missing(working)):
        raise FormInvalid(errors)


def missing(working: Working) -> Iterator[FieldError]:
    """All that is missing or can't be sent as it is, in the order of the pages."""
    yield from _who(working)
    asked = shown(working.content, working.values).questions
    for question in working.content.questions():
        if question.key in asked and (problem := _problem(question, working)):
            yield FieldError(question.key, problem)
    if not any(_is_given(each.key, working) for each in working.content.questions()):
        yield FieldError("", Message(N_("Nothing is answered yet.")))


def _problem(question: Question, working: Working) -> Message | None:
    if question.kind in UPLOADS:
        lacks = question.required and not any(each.question == question.key for each in working.files)
        say = (
            N_("Add your prepared document.") if question.kind is QuestionKind.DOCUMENT else N_("Add a file.")
        )
        return Message(say) if lacks else None
    answer = working.answers.get(question.key)
    return check_answer(question, answer.value if answer else None)


def _is_given(key: str, working: Working) -> bool:
    answer = working.answers.get(key)
    has_file = any(each.question == key for each in working.files)
    return has_file or (answer is not None and answer.value not in (None, "", [], {}))


def _who(working: Working) -> Iterator[FieldError]:
    submission = working.submission
    if not submission.name:
        yield FieldError("name", Message(N_("Write your name. How it is published, you choose below.")))
    if submission.interest not in set(Interest):
        yield FieldError("interest", Message(N_("Say how you are tied to the Forum's member companies.")))
    if submission.interest == Interest.FUNDED and not submission.funder:
        yield FieldError("funder", Message(N_("Say which member company funds you.")))
    if submission.publication not in working.content.publications:
        yield FieldError("publication", Message(N_("Choose how your response is published.")))
    if submission.publication == Publication.CONFIDENTIAL and not submission.summary:
        yield FieldError("summary", Message(N_("Write a summary that everybody may read.")))
    if len(submission.summary) > MOST_SUMMARY:
        most = {"most": MOST_SUMMARY, "length": len(submission.summary)}
        text = N_("Shorten this to %(most)d characters; it has %(length)d.")
        yield FieldError("summary", Message(text, most))
