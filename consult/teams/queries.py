"""Who shares a response, what they did, and who is asked to sign: for members and for co-signing organisations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation, Round
from consult.models.people import MemberRole, Membership, Organisation, User
from consult.models.submission import Answer, Submission, SubmissionState
from consult.models.team import SignOff, SignOffState
from consult.security.actor import Actor
from consult.submissions.queries import get_own, get_readable, roles_from

SIGNS = roles_from(MemberRole.SIGNATORY)
"""Roles that may sign off."""


async def get_shared(
    session: AsyncSession,
    key: str,
    actor: Actor,
    *,
    least: MemberRole = MemberRole.DRAFTER,
    hold: bool = False,
) -> Submission:
    """As `get_own`, of organisations only. Raises NotFound."""
    found = await get_own(session, key, actor, least=least, hold=hold)
    if found.organisation_id is None:
        raise NotFound
    return found


async def get_signable(
    session: AsyncSession, key: str, actor: Actor, organisation_id: int, *, hold: bool = False
) -> Submission:
    """A response for somebody who may give an organisation's word on it: the own one's, or one that was asked to co-sign.

    `hold` it to change it. Raises NotFound.
    """
    found = await get_readable(session, key, actor)
    organisations = await signs_for(session, found, actor)
    if organisation_id not in {each.id for each in organisations}:
        raise NotFound
    if hold:
        held = select(Submission).where(Submission.id == found.id).with_for_update(of=Submission)
        await session.execute(held.execution_options(populate_existing=True))
    return found


async def signs_for(session: AsyncSession, submission: Submission, actor: Actor) -> Sequence[Organisation]:
    """For which organisations a person may sign a response, its own one first."""
    asked = select(SignOff.organisation_id).where(
        SignOff.submission_id == submission.id, SignOff.state != SignOffState.DECLINED
    )
    statement = (
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == actor.id, Membership.role.in_(SIGNS))
        .where(Organisation.id.in_(asked) | (Organisation.id == (submission.organisation_id or 0)))
        .order_by((Organisation.id == (submission.organisation_id or 0)).desc(), Organisation.fold)
    )
    return (await session.execute(statement)).scalars().all()


async def is_member(session: AsyncSession, submission: Submission, actor: Actor) -> bool:
    """Whether a person writes the response, rather than only reads it to co-sign."""
    statement = select(Membership.role).where(
        Membership.user_id == actor.id, Membership.organisation_id == (submission.organisation_id or 0)
    )
    return bool((await session.execute(statement)).scalar_one_or_none())


@dataclass(frozen=True, slots=True)
class Signing:
    """A sign-off that was asked for, with whose it is and who asked."""

    sign_off: SignOff
    organisation: Organisation
    asked_by: str


async def sign_offs_of(session: AsyncSession, submission_id: int) -> list[Signing]:
    """The sign-offs of a response, its own organisation's first."""
    statement = (
        select(SignOff, Organisation, func.coalesce(User.name, ""))
        .join(Organisation, Organisation.id == SignOff.organisation_id)
        .outerjoin(User, User.id == SignOff.asked_by)
        .where(SignOff.submission_id == submission_id)
        .order_by(SignOff.lead.desc(), SignOff.asked_at, SignOff.organisation_id)
    )
    return [Signing(*row) for row in (await session.execute(statement)).all()]


@dataclass(frozen=True, slots=True)
class AskedToSign:
    """A response that a person may sign: for `organisation`, asked by `lead` (the same where it is their own)."""

    submission: Submission
    sign_off: SignOff
    organisation: Organisation
    lead: Organisation
    round: Round
    consultation: Consultation


async def asked_to_sign(session: AsyncSession, actor: Actor) -> list[AskedToSign]:
    """What a person is asked to sign off or to co-sign, or has signed, the latest asked first.

    The own organisation's responses are here only while they are asked for; co-signed ones stay, for they are nowhere
    else.
    """
    lead = aliased(Organisation)
    statement = (
        select(Submission, SignOff, Organisation, lead, Round, Consultation)
        .join(SignOff, SignOff.submission_id == Submission.id)
        .join(Organisation, Organisation.id == SignOff.organisation_id)
        .join(lead, lead.id == Submission.organisation_id)
        .join(Round, Round.id == Submission.round_id)
        .join(Consultation, Consultation.id == Round.consultation_id)
        .join(Membership, Membership.organisation_id == SignOff.organisation_id)
        .where(Membership.user_id == actor.id, Membership.role.in_(SIGNS))
        .where(Submission.state != SubmissionState.REMOVED, SignOff.state != SignOffState.DECLINED)
        .where(SignOff.lead.is_(False) | (SignOff.state == SignOffState.ASKED))
        .order_by(SignOff.asked_at.desc(), Submission.id.desc())
    )
    return [AskedToSign(*row) for row in (await session.execute(statement)).all()]


@dataclass(frozen=True, slots=True)
class LastWord:
    """Who last saved an answer, and when."""

    question: str
    name: str
    at: datetime


async def last_words(session: AsyncSession, submission_id: int) -> list[LastWord]:
    """Who last saved each answer, the latest first."""
    statement = (
        select(Answer.question, func.coalesce(User.name, ""), Answer.edited_at)
        .outerjoin(User, User.id == Answer.edited_by)
        .where(Answer.submission_id == submission_id)
        .order_by(Answer.edited_at.desc(), Answer.question)
    )
    return [LastWord(*row) for row in (await session.execute(statement)).all()]
