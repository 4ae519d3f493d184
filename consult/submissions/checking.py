"""What is still missing before a response can be sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.kernel.messages import N_
from consult.models.submission import Interest, Publication
from consult.questionnaires.checking import check_answers
from consult.questionnaires.conditions import is_answered
from consult.submissions.gathering import Working

MOST_SUMMARY = 10_000


def check_complete(working: Working) -> None:
    """Raises FormInvalid with all that is missing; an error's name is the question's key, or the field of "who you are"."""
    if errors := list(missing(working)):
        raise FormInvalid(errors)


def missing(working: Working) -> Iterator[FieldError]:
    """All that is missing or can't be sent as it is, in the order of the pages."""
    yield from _who(working)
    files = Counter(each.question for each in working.files)
    for problem in check_answers(working.content, working.values, working.submission.lang, files):
        yield FieldError(problem.question.key, problem.message)
    if not any(is_answered(value) for value in working.values.values()) and not working.files:
        yield FieldError("", Message(N_("Nothing is answered yet.")))
    if working.has_unsettled:
        text = N_("A file is not complete, or was refused. Finish it or remove it before you send.")
        yield FieldError("files", Message(text))


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
