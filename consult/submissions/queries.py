"""Formal responses as their own people may see them: whoever began one, or the members of its organisation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution
from consult.models.people import MemberRole, Membership, Organisation, User
from consult.models.response import Disposition
from consult.models.submission import (
    Answer,
    Attachment,
    AttachmentState,
    SetAside,
    Submission,
    SubmissionSending,
    SubmissionState,
)
from consult.models.team import SignOff, SignOffState
from consult.security.actor import Actor

LADDER = (MemberRole.DRAFTER, MemberRole.SIGNATORY, MemberRole.OWNER)
"""Roles from least to most."""


def roles_from(least: MemberRole) -> tuple[MemberRole, ...]:
    """The roles that may do what `least` may."""
    return LADDER[LADDER.index(least) :]


def own_by(actor: Actor, least: MemberRole = MemberRole.DRAFTER) -> ColumnElement[bool]:
    """Responses of a person: their own, and those of organisations for which they may do what `least` may."""
    return _own_by(actor.id, least)


def _own_by(user_id: int | BindParameter[int], least: MemberRole) -> ColumnElement[bool]:
    member = exists().where(
        Membership.organisation_id == Submission.organisation_id,
        Membership.user_id == user_id,
        Membership.role.in_(roles_from(least)),
    )
    alone = Submission.organisation_id.is_(None) & (Submission.author_id == user_id)
    return or_(alone, member)


async def get_own(
    session: AsyncSession,
    key: str,
    actor: Actor,
    *,
    least: MemberRole = MemberRole.DRAFTER,
    hold: bool = False,
) -> Submission:
    """A response for whoever may write it. `hold` it to change it. Raises NotFound, also for other people's."""
    found = await session.execute(_own(least, hold=hold), {"own_key": key, "user_id": actor.id})
    return _found(found.scalar_one_or_none())


@cache
def _own(least: MemberRole, *, hold: bool) -> Select[Submission]:
    """Made once: building a statement takes longer than running it."""
    statement = select(Submission).where(
        Submission.key == bindparam("own_key"), _own_by(bindparam("user_id"), least)
    )
    if hold:
        statement = statement.with_for_update(of=Submission).execution_options(populate_existing=True)
    return statement


async def get_readable(session: AsyncSession, key: str, actor: Actor) -> Submission:
    """As `get_own`, also for signatories of organisations that were asked to co-sign. Raises NotFound."""
    asked = exists().where(
        SignOff.submission_id == Submission.id,
        SignOff.organisation_id == Membership.organisation_id,
        SignOff.state != SignOffState.DECLINED,
        Membership.user_id == actor.id,
        Membership.role.in_(roles_from(MemberRole.SIGNATORY)),
    )
    statement = select(Submission).where(Submission.key == key, or_(own_by(actor), asked))
    return _found((await session.execute(statement)).scalar_one_or_none())


def _found(submission: Submission | None) -> Submission:
    if submission is None:
        raise NotFound
    return submission


async def find_in_round(
    session: AsyncSession, round_id: int, actor: Actor, organisation_id: int | None
) -> Submission | None:
    """The response that a person, or their organisation, has in a round."""
    statement = select(Submission).where(Submission.round_id == round_id, own_by(actor))
    of = (
        Submission.organisation_id.is_(None)
        if organisation_id is None
        else Submission.organisation_id == organisation_id
    )
    latest = statement.where(of).order_by(Submission.id.desc()).limit(1)
    return (await session.execute(latest)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class OwnSubmission:
    """A response in a list of one's own."""

    submission: Submission
    round: Round
    consultation: Consultation
    contribution: Contribution | None


def _with_round() -> Select[Submission, Round, Consultation, Contribution | None]:
    return (
        select(Submission, Round, Consultation, Contribution)
        .join(Round, Round.id == Submission.round_id)
        .join(Consultation, Consultation.id == Round.consultation_id)
        .outerjoin(Contribution, Contribution.id == Submission.contribution_id)
    )


async def list_own(session: AsyncSession, actor: Actor) -> list[OwnSubmission]:
    """All responses of a person and their organisations, the latest saved first."""
    statement = _with_round().where(own_by(actor)).order_by(Submission.saved_at.desc(), Submission.id.desc())
    return [OwnSubmission(*row) for row in (await session.execute(statement)).all()]


async def list_in_round(session: AsyncSession, round_id: int, actor: Actor) -> list[tuple[Submission, str]]:
    """A person's responses to a round and those of their organisations, each with the organisation's name."""
    statement = (
        select(Submission, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Submission.organisation_id)
        .where(Submission.round_id == round_id, own_by(actor))
        .order_by(Submission.id)
    )
    return [(row[0], row[1] or "") for row in await session.execute(statement)]


async def organisation_of(session: AsyncSession, submission: Submission) -> Organisation | None:
    """The organisation that a response is one of."""
    if submission.organisation_id is None:
        return None
    statement = select(Organisation).where(Organisation.id == submission.organisation_id)
    return (await session.execute(statement)).scalar_one()


async def answers_of(session: AsyncSession, submission_id: int) -> dict[str, Answer]:
    """The working answers by question."""
    found = await session.execute(_ANSWERS, {"submission_id": submission_id})
    return {each.question: each for each in found.scalars()}


_ANSWERS = select(Answer).where(Answer.submission_id == bindparam("submission_id"))


async def kept_files(session: AsyncSession, submission_id: int) -> Sequence[Attachment]:
    """Files that are complete and allowed, in order; confidential ones as well."""
    statement = (
        select(Attachment)
        .where(Attachment.submission_id == submission_id, Attachment.state == AttachmentState.KEPT)
        .order_by(Attachment.position, Attachment.id)
    )
    return (await session.execute(statement)).scalars().all()


async def open_set_asides(session: AsyncSession, submission_id: int) -> Sequence[SetAside]:
    """Texts that were typed over somebody else's and wait to be settled, oldest first."""
    statement = select(SetAside).where(SetAside.submission_id == submission_id, SetAside.settled_at.is_(None))
    return (await session.execute(statement.order_by(SetAside.id))).scalars().all()


async def name_people(session: AsyncSession, ids: Iterable[int | None]) -> dict[int, str]:
    """Names of people by id."""
    statement = select(User.id, User.name).where(User.id.in_({each for each in ids if each is not None}))
    return {row.id: row.name for row in await session.execute(statement)}


async def sendings_of(session: AsyncSession, submission_id: int) -> Sequence[SubmissionSending]:
    """All sendings, the first one first."""
    statement = select(SubmissionSending).where(SubmissionSending.submission_id == submission_id)
    return (await session.execute(statement.order_by(SubmissionSending.number))).scalars().all()


async def find_sending(session: AsyncSession, submission_id: int, number: int) -> SubmissionSending | None:
    """A sending by its number."""
    statement = select(SubmissionSending).where(
        SubmissionSending.submission_id == submission_id, SubmissionSending.number == number
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def last_sending(session: AsyncSession, submission_id: int) -> SubmissionSending | None:
    """The sending that counts."""
    statement = select(SubmissionSending).where(SubmissionSending.submission_id == submission_id)
    latest = statement.order_by(SubmissionSending.number.desc()).limit(1)
    return (await session.execute(latest)).scalar_one_or_none()


async def dispositions_of(session: AsyncSession, contribution_ids: Sequence[int]) -> dict[int, Disposition]:
    """What became of contributions."""
    if not contribution_ids:
        return {}
    statement = select(Disposition).where(Disposition.contribution_id.in_(contribution_ids))
    return {each.contribution_id: each for each in (await session.execute(statement)).scalars()}


async def reference_of(session: AsyncSession, contribution_id: int) -> str:
    """The public reference of a contribution."""
    statement = select(Contribution.reference).where(Contribution.id == contribution_id)
    return (await session.execute(statement)).scalar_one()


async def get_by_contribution(session: AsyncSession, contribution_id: int) -> Submission | None:
    """The response behind a public contribution; None for a comment, or for one that was imported."""
    statement = select(Submission).where(Submission.contribution_id == contribution_id)
    return (await session.execute(statement)).scalar_one_or_none()


async def signed_off(session: AsyncSession, submission_id: int) -> Sequence[SignOff]:
    """Sign-offs that were asked for, the own organisation's first."""
    statement = select(SignOff).where(SignOff.submission_id == submission_id)
    ordered = statement.order_by(SignOff.lead.desc(), SignOff.asked_at, SignOff.organisation_id)
    return (await session.execute(ordered)).scalars().all()


IN_THE_LOG = (SubmissionState.SENT, SubmissionState.WITHDRAWN, SubmissionState.REMOVED)
"""States of responses that were sent at least once."""
