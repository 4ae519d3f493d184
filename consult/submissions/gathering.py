"""From the working text to the document that would be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.queries import list_attachments
from consult.models.consultation import Consultation, Round
from consult.models.people import Organisation
from consult.models.questionnaire import TEXTS, Content
from consult.models.submission import Answer, Attachment, AttachmentState, Publication, Submission
from consult.questionnaires.conditions import Shown, is_answered, shown
from consult.submissions.document import Document, Respondent, SentAnswer, SentFile
from consult.submissions.queries import answers_of
from consult.submissions.redacting import valid_marks


@dataclass(frozen=True, slots=True)
class Working:
    """All that a response holds now."""

    submission: Submission
    content: Content
    answers: Mapping[str, Answer]
    attachments: Sequence[Attachment]
    organisation: Organisation | None

    @property
    def files(self) -> tuple[Attachment, ...]:
        """Files that are complete and allowed."""
        return tuple(each for each in self.attachments if each.state == AttachmentState.KEPT)

    @property
    def asked(self) -> Shown:
        """The sections and questions that are shown after these answers."""
        return shown(self.content, self.values)

    @property
    def sent_files(self) -> tuple[Attachment, ...]:
        """Those that go along when it is sent: not those of questions that are not asked."""
        if not self.files:
            return ()
        asked = self.asked.questions
        return tuple(each for each in self.files if not each.question or each.question in asked)

    @property
    def has_unsettled(self) -> bool:
        """Whether files have not arrived, or were refused: a response waits for them, or they are removed."""
        return len(self.files) < len(self.attachments)

    @property
    def values(self) -> dict[str, object]:
        """The answers' values by question."""
        return {key: answer.value for key, answer in self.answers.items()}


async def gather(session: AsyncSession, submission: Submission, content: Content) -> Working:
    """What a response holds now: three queries."""
    answers = await answers_of(session, submission.id)
    attachments = await list_attachments(session, submission.id)
    organisation = None
    if submission.organisation_id is not None:
        found = select(Organisation).where(Organisation.id == submission.organisation_id)
        organisation = (await session.execute(found)).scalar_one()
    return Working(submission, content, answers, attachments, organisation)


def compose(working: Working, consultation: Consultation, round_: Round) -> Document:
    """The document as it would be sent now, without reference, number, nonce and co-signatories.

    Answers to questions that are not shown are left out: they were given before another answer hid the question.
    """
    submission = working.submission
    asked = working.asked.questions
    return Document(
        consultation=consultation.reference,
        round=round_.number,
        edition=submission.edition,
        lang=submission.lang,
        publication=submission.publication,
        respondent=respondent_of(submission, working.organisation),
        answers=tuple(_answers(working, asked)),
        files=tuple(_file(each) for each in working.sent_files),
        summary=submission.summary if submission.publication == Publication.CONFIDENTIAL else "",
    )


def respondent_of(submission: Submission, organisation: Organisation | None) -> Respondent:
    """Who responds: the verified organisation's own name and kind where it is one's response, else as typed."""
    typed = {
        "name": submission.name,
        "interest": submission.interest,
        "funder": submission.funder,
    }
    if organisation is None:
        return Respondent(
            organisation=submission.organisation_name,
            kind=submission.kind,
            country=submission.country,
            **typed,
        )
    return Respondent(
        organisation=organisation.name,
        verified=organisation.verified_by,
        kind=organisation.kind,
        country=organisation.country,
        **typed,
    )


def _answers(working: Working, asked: frozenset[str]) -> Iterable[SentAnswer]:
    for question in working.content.questions():
        answer = working.answers.get(question.key)
        if answer is None or question.key not in asked or not is_answered(answer.value):
            continue
        is_text = question.kind in TEXTS and working.content.paired
        marks = valid_marks(str(answer.value), answer.marks, answer.marked) if is_text else ()
        private = answer.private and working.content.per_answer
        yield SentAnswer(question=question.key, value=answer.value, private=private, marks=marks)


def _file(each: Attachment) -> SentFile:
    return SentFile(
        name=each.name,
        size=each.size,
        sha256=each.sha256,
        media_type=each.media_type,
        question=each.question,
        private=each.private,
    )
