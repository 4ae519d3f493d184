"""Mails to those who write and sign an organisation's response. None of them repeats a word of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.kernel.addresses import in_path
from consult.models.consultation import Consultation, Round
from consult.models.people import MemberRole, Membership, Organisation, User
from consult.models.submission import Submission, SubmissionState
from consult.models.team import SignOff, SignOffState
from consult.notifications.composing import Composer
from consult.notifications.draining import Recorded
from consult.notifications.people import Recipient, find_recipients
from consult.notifications.post import MailDraft, once_key
from consult.submissions.document import read_document
from consult.submissions.queries import find_sending, reference_of, roles_from

SENT = ("submission.sent", "submission.corrected")
ENDED = (SubmissionState.WITHDRAWN, SubmissionState.REMOVED)
SETTLED = {
    "sign-off.signed": "signed",
    "sign-off.declined": "declined",
    "sign-off.taken-back": "taken-back",
    "sign-off.ended": "ended",
}
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Shared:
    """An organisation's response; `signing` is the organisation whose sign-off it is about."""

    submission: Submission
    consultation: Consultation
    lead: Organisation
    signing: Organisation

    @property
    def is_own(self) -> bool:
        """Whether it is about the sign-off of the organisation that responds."""
        return self.lead.id == self.signing.id


class TeamLetters:
    """Writes the mails to teams and to co-signing organisations."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    async def about(self, session: AsyncSession, event: Recorded) -> list[MailDraft]:
        """The mails that an event asks for."""
        if event.kind in SENT:
            return await self._sent(session, event)
        if event.kind == "submission.ended":
            return await self._ended(session, event)
        if not event.kind.startswith("sign-off."):
            return []
        found = await find_shared(session, event.data["submission_id"], event.data["organisation_id"])
        if found is None:
            return []
        if event.kind in ("sign-off.asked", "sign-off.invited"):
            return await self._asked(session, event, found)
        if event.kind == "sign-off.lapsed":
            return await self._lapsed(session, event, found)
        return await self._settled(session, event, found)

    async def _asked(self, session: AsyncSession, event: Recorded, found: Shared) -> list[MailDraft]:
        """To those who may sign; at most one an hour, however often somebody asks."""
        asker = await session.get(User, event.data["actor_id"])
        context = {"asker": asker.name if asker else "", "is_own": found.is_own}
        about = _hourly(event, found.signing.id)
        people = await _people(session, found.signing.id, MemberRole.SIGNATORY, event.data["actor_id"])
        return [self._draft("sign_asked", found, about, each, "/team/read", context) for each in people]

    async def _settled(self, session: AsyncSession, event: Recorded, found: Shared) -> list[MailDraft]:
        """To the team that writes the response; each thing at most once an hour, however often it is done."""
        about = _hourly(event, found.signing.id, SETTLED[event.kind])
        signer = await session.get(User, event.data["actor_id"])
        context = {
            "state": SETTLED[event.kind],
            "signer": signer.name if signer else "",
            "is_own": found.is_own,
            "reason": event.data["words"],
            "is_sent": found.submission.sent_at is not None,
        }
        people = await _people(session, found.lead.id, MemberRole.DRAFTER, event.data["actor_id"])
        return [self._draft("sign_settled", found, about, each, "/team", context) for each in people]

    async def _lapsed(self, session: AsyncSession, event: Recorded, found: Shared) -> list[MailDraft]:
        """To those who may sign anew."""
        people = await _people(session, found.signing.id, MemberRole.SIGNATORY, 0)
        context = {"is_own": found.is_own}
        return [self._draft("sign_lapsed", found, event.id, each, "/team/read", context) for each in people]

    async def _sent(self, session: AsyncSession, event: Recorded) -> list[MailDraft]:
        """To the other members, and to the organisations that were asked to co-sign; at most once an hour, but for who stands
        in it no longer, or does now."""
        sending = await find_sending(session, event.data["submission_id"], event.data["sending"])
        found = await find_shared(session, event.data["submission_id"], 0)
        if found is None or sending is None or not sending.text:
            return []
        sent = read_document(sending.text)
        sender = await session.get(User, sending.sent_by)
        context = {
            "sender": sender.name if sender else "",
            "reference": sent.reference,
            "is_again": sending.number > 1,
            "stands_in_it": True,
        }
        people = await _people(session, found.lead.id, MemberRole.DRAFTER, sending.sent_by or 0)
        about = _hourly(event, found.lead.id)
        drafts = [self._draft("team_sent", found, about, each, "/receipt", context) for each in people]
        for organisation in await _co_signing(session, found.submission.id):
            named = {**context, "stands_in_it": organisation.name in sent.co_signed}
            shared = Shared(found.submission, found.consultation, found.lead, organisation)
            people = await _people(session, organisation.id, MemberRole.SIGNATORY, sending.sent_by or 0)
            about = _hourly(event, organisation.id, "in" if named["stands_in_it"] else "out")
            drafts += [self._draft("team_sent", shared, about, each, "/team/read", named) for each in people]
        return drafts

    async def _ended(self, session: AsyncSession, event: Recorded) -> list[MailDraft]:
        """To all members, and to the organisations that signed: it was withdrawn, or taken down by the Forum, which tells
        whoever began it by itself."""
        found = await find_shared(session, event.data["submission_id"], 0)
        if found is None or found.submission.state not in ENDED:
            return []
        told = found.submission.author_id if found.submission.ended_note else None
        context = {
            "reference": await reference_of(session, event.data["contribution_id"]),
            "is_removed": found.submission.state == SubmissionState.REMOVED,
        }
        people = await _people(session, found.lead.id, MemberRole.DRAFTER, told or 0)
        drafts = [self._draft("team_ended", found, event.id, each, "", context) for each in people]
        for organisation in await _co_signing(session, found.submission.id):
            shared = Shared(found.submission, found.consultation, found.lead, organisation)
            people = await _people(session, organisation.id, MemberRole.SIGNATORY, 0)
            drafts += [
                self._draft("team_ended", shared, event.id, each, "/team/read", context) for each in people
            ]
        return drafts

    def _draft(
        self, kind: str, found: Shared, about: object, person: Recipient, page: str, context: dict[str, Any]
    ) -> MailDraft:
        locale, consultation, key = person.locale, found.consultation, found.submission.key
        everything = {
            "about": self._composer.about(
                locale, consultation.title, consultation.reference, consultation.slug
            ),
            "address": self._composer.address(locale, f"/respond/{in_path(key)}{page}"),
            "lead": found.lead.name,
            "organisation": found.signing.name,
            "is_co_signing": not found.is_own,
            **context,
        }
        words = self._composer.compose(kind, locale, everything)
        once = once_key(kind, f"response-{found.submission.id}", about, person.id)
        return MailDraft(once, person.id, person.email, kind, locale, words)


async def find_shared(session: AsyncSession, submission_id: int, organisation_id: int) -> Shared | None:
    """An organisation's response and the organisation that signs (0: its own); None for one person's."""
    lead, signing = aliased(Organisation), aliased(Organisation)
    statement = (
        select(Submission, Consultation, lead, signing)
        .join(Round, Round.id == Submission.round_id)
        .join(Consultation, Consultation.id == Round.consultation_id)
        .join(lead, lead.id == Submission.organisation_id)
        .join(signing, signing.id == (organisation_id or Submission.organisation_id))
        .where(Submission.id == submission_id)
    )
    row = (await session.execute(statement)).first()
    return Shared(*row) if row else None


def _hourly(event: Recorded, *about: object) -> str:
    """What a mail is about, so that the first one goes out at once and another of its kind not within the hour."""
    return "-".join(map(str, (*about, int(event.at.timestamp()) // HOUR)))


async def _people(
    session: AsyncSession, organisation_id: int, least: MemberRole, but: int
) -> Sequence[Recipient]:
    statement = select(Membership.user_id).where(
        Membership.organisation_id == organisation_id,
        Membership.role.in_(roles_from(least)),
        Membership.user_id != but,
    )
    return await find_recipients(session, (await session.execute(statement)).scalars())


async def _co_signing(session: AsyncSession, submission_id: int) -> Sequence[Organisation]:
    """Organisations that have signed the response at some time."""
    statement = (
        select(Organisation)
        .join(SignOff, SignOff.organisation_id == Organisation.id)
        .where(SignOff.submission_id == submission_id, SignOff.lead.is_(False))
        .where(SignOff.state == SignOffState.SIGNED)
        .order_by(SignOff.asked_at, Organisation.id)
    )
    return (await session.execute(statement)).scalars().all()
