"""Where the sign-offs of a response stand, compared with its text as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import MemberRole
from consult.models.submission import Submission, SubmissionState
from consult.organisations.queries import membership_of
from consult.security.actor import Actor
from consult.submissions.document import Document, read_document, substance
from consult.submissions.queries import last_sending
from consult.submissions.targets import Target
from consult.teams.digesting import document_now
from consult.teams.queries import SIGNS, sign_offs_of
from consult.teams.steps import steps_of
from consult.teams.views import SignLine, no_sign_off, view_sign_off


@dataclass(frozen=True, slots=True)
class Standing:
    """`document` is what would be sent now, `answered` its digest. `own` is the own organisation's sign-off, `others` those
    of co-signing ones. `waiting` have signed this very text after it was sent: it is sent again to add them.
    """

    document: Document
    answered: str
    own: SignLine
    others: tuple[SignLine, ...]
    is_sent: bool
    role: MemberRole | None

    @property
    def waiting(self) -> tuple[SignLine, ...]:
        """Co-signing organisations whose sign-off holds and is not in what was sent."""
        signed = tuple(each for each in self.others if each.state == "signed" and not each.is_sent)
        return signed if self.is_sent else ()

    @property
    def may_sign(self) -> bool:
        """Whether the reader signs off for the own organisation."""
        return self.role in SIGNS

    @property
    def may_send(self) -> bool:
        """Whether the reader may send the response as it is: a signatory signs with that, a drafter sends what is signed."""
        return self.role is not None and (self.may_sign or self.own.state == "signed")


async def find_standing(
    session: AsyncSession, submission: Submission, target: Target, actor: Actor, own_name: str, locale: str
) -> Standing:
    """Where a shared response stands for one of its readers."""
    organisation_id = submission.organisation_id or 0
    document = await document_now(session, submission, target)
    answered = substance(document)
    words = await _reasons(session, submission.id)
    sent_with = await _sent_with(session, submission, answered)
    lines = [
        view_sign_off(each, answered, sent_with, words, locale)
        for each in await sign_offs_of(session, submission.id)
    ]
    own = next((each for each in lines if each.organisation_id == organisation_id), None)
    return Standing(
        document=document,
        answered=answered,
        own=own or no_sign_off(organisation_id, own_name, locale),
        others=tuple(each for each in lines if each.organisation_id != organisation_id),
        is_sent=submission.state == SubmissionState.SENT,
        role=await membership_of(session, actor.id, organisation_id),
    )


async def _sent_with(session: AsyncSession, submission: Submission, answered: str) -> tuple[str, ...]:
    """Organisations whose word is in the sending that counts; the own one's is, where it is this very text."""
    sending = await last_sending(session, submission.id)
    if submission.state != SubmissionState.SENT or sending is None or not sending.text:
        return ()
    sent = read_document(sending.text)
    own = (sent.respondent.organisation,) if submission.answered == answered else ()
    return (*sent.co_signed, *own)


async def _reasons(session: AsyncSession, submission_id: int) -> Mapping[str, str]:
    """Why organisations declined last, by name."""
    newest_first = await steps_of(session, submission_id)
    declined = [each.data for each in reversed(newest_first) if each.kind == "declined"]
    return {each["organisation"]: each.get("words", "") for each in declined}
