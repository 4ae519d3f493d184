"""The receipt by mail: to whoever sent a response, with the receipt's file; nothing of the response itself."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.clock import Clock
from consult.models.consultation import Consultation, Round
from consult.models.people import User
from consult.models.submission import Submission, SubmissionSending
from consult.notifications.composing import Composer, language_for
from consult.notifications.post import MailDraft, once_key
from consult.receipts.files import armour
from consult.receipts.gathering import gather_file
from consult.receipts.signing import Signer
from consult.receipts.views import view_receipt

KIND = "receipt"


@dataclass(frozen=True, slots=True)
class Sent:
    """A sending with all that its mail tells of: the response, who sent it, the round and its consultation."""

    sending: SubmissionSending
    submission: Submission
    person: User
    round: Round
    consultation: Consultation

    @property
    def recipient(self) -> str:
        """The address given with the response, else the account's; "" where there is none to write to."""
        own = "" if self.person.guest or self.person.closed_at else self.person.email
        return self.submission.email or own

    @property
    def is_proven(self) -> bool:
        """Whether the recipient has shown that the address is theirs."""
        person = self.person
        confirmed = not person.guest and person.confirmed_at is not None
        return confirmed and self.recipient.lower() == person.email

    def once(self, reference: str) -> str:
        """The mail's key. To an address that nobody has proven goes at most one an hour, from whomever: anyone can name
        any, and send as often as they like."""
        if self.is_proven:
            return once_key(KIND, reference, f"s{self.sending.number}", self.person.id)
        hour = int(self.sending.sent_at.timestamp()) // 3600
        return once_key(KIND, "unproven", f"h{hour}", sha256(self.recipient.lower().encode()).hexdigest())


class ReceiptLetters:
    """Writes these mails."""

    def __init__(self, composer: Composer, signer: Signer, clock: Clock) -> None:
        self._composer = composer
        self._signer = signer
        self._clock = clock

    async def of_sending(self, session: AsyncSession, submission_id: int, number: int) -> list[MailDraft]:
        """One mail, none where the sending or the address is gone."""
        sent = await _find(session, submission_id, number)
        if sent is None or not sent.recipient or not sent.sending.receipt:
            return []
        content = await gather_file(session, sent.sending, self._signer, self._clock.now())
        person, locale = sent.person, language_for(sent.person.locale)
        receipt = view_receipt(content["receipt"], locale, sent.round.time_zone, person.zone)
        consultation = sent.consultation
        context = {
            "about": self._composer.about(
                locale, consultation.title, consultation.reference, consultation.slug
            ),
            "receipt": receipt,
            "armour": armour(content),
            "address": self._composer.address(locale, f"/respond/{sent.submission.key}/receipt"),
            "check": self._composer.address(locale, "/receipts"),
        }
        words = self._composer.compose(KIND, locale, context)
        return [MailDraft(sent.once(receipt.reference), person.id, sent.recipient, KIND, locale, words)]


async def _find(session: AsyncSession, submission_id: int, number: int) -> Sent | None:
    statement = (
        select(SubmissionSending, Submission, User, Round, Consultation)
        .join(Submission, Submission.id == SubmissionSending.submission_id)
        .join(User, User.id == func.coalesce(SubmissionSending.sent_by, Submission.author_id))
        .join(Round, Round.id == Submission.round_id)
        .join(Consultation, Consultation.id == Round.consultation_id)
        .where(SubmissionSending.submission_id == submission_id, SubmissionSending.number == number)
    )
    row = (await session.execute(statement)).first()
    return Sent(*row) if row else None
