"""An organisation's word on a response: who signed it off, and who signs it too. Flushes, never commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import Conflict
from consult.kernel.messages import N_
from consult.models.people import MemberRole, Membership, Organisation
from consult.models.submission import Submission, SubmissionState
from consult.models.team import SignOff, SignOffState
from consult.security.actor import Actor
from consult.submissions.document import read_document
from consult.submissions.queries import last_sending, roles_from
from consult.teams.steps import note_step

STILL_SIGNS = exists().where(
    Membership.user_id == SignOff.settled_by,
    Membership.organisation_id == SignOff.organisation_id,
    Membership.role.in_(roles_from(MemberRole.SIGNATORY)),
)
"""Whoever gave a sign-off may still sign for its organisation."""


async def co_signing(session: AsyncSession, submission: Submission, answered: str) -> list[str]:
    """Names of the other organisations whose sign-off holds for the text of this digest, in the order they were asked.

    Whoever signed has to be a signatory still, unless this very text was sent with their word.
    """
    statement = (
        select(Organisation.name, STILL_SIGNS)
        .join(SignOff, SignOff.organisation_id == Organisation.id)
        .where(
            SignOff.submission_id == submission.id,
            SignOff.lead.is_(False),
            SignOff.state == SignOffState.SIGNED,
            SignOff.answered == answered,
            # Whose verification was taken back meanwhile is no longer known to be who signed.
            Organisation.verified_by != "",
        )
        .order_by(SignOff.asked_at, SignOff.organisation_id)
    )
    found = (await session.execute(statement)).all()
    sent = await _sent_with(session, submission, answered) if not all(still for _, still in found) else ()
    return [name for name, still in found if still or name in sent]


async def _sent_with(session: AsyncSession, submission: Submission, answered: str) -> tuple[str, ...]:
    """The co-signatories of what was sent, where it is this very text."""
    if submission.state != SubmissionState.SENT or submission.answered != answered:
        return ()
    sending = await last_sending(session, submission.id)
    return read_document(sending.text).co_signed if sending is not None and sending.text else ()


async def may_sign(session: AsyncSession, user_id: int | None, organisation_id: int) -> bool:
    """Whether a person is a signatory of an organisation."""
    return await member_role(session, user_id or 0, organisation_id) in roles_from(MemberRole.SIGNATORY)


async def member_role(session: AsyncSession, user_id: int, organisation_id: int) -> str:
    """What a person may do for an organisation, "" for nothing."""
    statement = select(Membership.role).where(
        Membership.user_id == user_id, Membership.organisation_id == organisation_id
    )
    return (await session.execute(statement)).scalar_one_or_none() or ""


async def organisation_name(session: AsyncSession, organisation_id: int) -> str:
    """What an organisation is called."""
    statement = select(Organisation.name).where(Organisation.id == organisation_id)
    return (await session.execute(statement)).scalar_one()


async def sign_at_sending(
    session: AsyncSession, submission: Submission, actor: Actor, answered: str, now: datetime
) -> None:
    """See that an organisation's response is signed off as it is sent: a signatory who sends it signs it with that.

    Raises Conflict where a drafter sends what no signatory has signed off in this form.
    """
    if submission.organisation_id is None:
        return
    lead = await session.get(SignOff, (submission.id, submission.organisation_id))
    is_signed = lead is not None and lead.state == SignOffState.SIGNED and lead.answered == answered
    if lead and is_signed and await may_sign(session, lead.settled_by, submission.organisation_id):
        return
    if not await may_sign(session, actor.id, submission.organisation_id):
        raise Conflict(
            N_("A signatory of your organisation has to sign this off, as it is now, before it is sent.")
        )
    found = await sign_off(session, submission, submission.organisation_id, actor, answered, now)
    data = {"organisation": await organisation_name(session, found.organisation_id)}
    await note_step(session, submission.id, "signed-sending", actor, now, data)


async def check_may_withdraw(
    session: AsyncSession, submission: Submission, actor: Actor, now: datetime
) -> None:
    """What was sent with a signatory's word is withdrawn by one, and that is kept. Raises Conflict for a drafter."""
    if submission.organisation_id is None:
        return
    if not await may_sign(session, actor.id, submission.organisation_id):
        raise Conflict(N_("A signatory of your organisation has to withdraw its response."))
    data = {"organisation": await organisation_name(session, submission.organisation_id)}
    await note_step(session, submission.id, "withdrawn", actor, now, data)


async def check_may_hide_file(session: AsyncSession, submission: Submission, actor: Actor) -> None:
    """A file that is public with a signatory's word is taken back by one. Raises Conflict for a drafter."""
    if submission.organisation_id is None:
        return
    if not await may_sign(session, actor.id, submission.organisation_id):
        raise Conflict(
            N_("A signatory of your organisation has to remove a public file or keep it confidential.")
        )


async def sign_off(
    session: AsyncSession,
    submission: Submission,
    organisation_id: int,
    actor: Actor,
    answered: str,
    now: datetime,
) -> SignOff:
    """The organisation's word that the text of this digest is theirs. That the actor is a signatory is the caller's to know."""
    found = await session.get(SignOff, (submission.id, organisation_id))
    if found is None:
        found = SignOff(
            submission_id=submission.id,
            organisation_id=organisation_id,
            lead=organisation_id == submission.organisation_id,
            asked_by=actor.id,
            asked_at=now,
        )
        session.add(found)
    found.state, found.answered = SignOffState.SIGNED, answered
    found.settled_by, found.settled_name, found.settled_at = actor.id, actor.name, now
    found.lapsed_at = None
    await session.flush()
    return found
