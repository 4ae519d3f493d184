"""What the site holds of one person: what they wrote and what became of it, and all of it to take away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.links import Purpose
from consult.accounts.queries import find_profile
from consult.kernel.translated import Translated
from consult.models.base import Base
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, Report, Revision, State, Support
from consult.models.ledger import Mail, Subscription, Unfinished
from consult.models.people import ApiToken, Membership, OrganisationRequest, SignedIn
from consult.models.response import Action, Decision, Disposition
from consult.models.submission import Answer, Attachment, SetAside, Submission, SubmissionSending
from consult.models.team import TeamNote


@dataclass(frozen=True, slots=True)
class Written:
    """A contribution of somebody's own; `hidden_reason` is the moderator's where it is hidden."""

    contribution: Contribution
    slug: str
    title: Translated
    disposition: Disposition | None
    hidden_reason: Translated | None


async def list_written(session: AsyncSession, user_id: int, before: int, most: int) -> list[Written]:
    """A person's contributions, the newest first, with ids below `before` (0: any)."""
    statement = (
        select(Contribution, Consultation.slug, Consultation.title, Disposition)
        .join(Consultation, Consultation.id == Contribution.consultation_id)
        .outerjoin(Disposition, Disposition.contribution_id == Contribution.id)
        .where(Contribution.author_id == user_id)
        .order_by(Contribution.id.desc())
        .limit(most)
    )
    if before:
        statement = statement.where(Contribution.id < before)
    rows = (await session.execute(statement)).all()
    reasons = await _hidden_reasons(session, [row[0].id for row in rows if row[0].state == State.HIDDEN])
    return [Written(*row, reasons.get(row[0].id)) for row in rows]


async def name_consultations(session: AsyncSession, slugs: Iterable[str]) -> dict[str, Translated]:
    """Titles of public consultations by slug."""
    statement = select(Consultation.slug, Consultation.title).where(
        Consultation.slug.in_(list(slugs)), Consultation.published_at.is_not(None)
    )
    return {row.slug: row.title for row in await session.execute(statement)}


async def take_away(session: AsyncSession, user_id: int) -> dict[str, Any]:
    """Everything that is kept of a person, as JSON values; secrets only by when they were made. Raises NotFound."""
    user, organisation = await find_profile(session, user_id)
    own = select(Contribution.id).where(Contribution.author_id == user_id)
    return {
        "account": _columns(user, but={"password_hash"}),
        "organisation": _columns(organisation, but={"verify_token"}) if organisation else None,
        "memberships": await _rows(session, select(Membership).where(Membership.user_id == user_id)),
        "organisation_requests": await _rows(
            session, select(OrganisationRequest).where(OrganisationRequest.user_id == user_id)
        ),
        "contributions": await _rows(session, select(Contribution).where(Contribution.author_id == user_id)),
        "earlier_texts": await _rows(session, select(Revision).where(Revision.contribution_id.in_(own))),
        "decisions": await _rows(session, select(Decision).where(Decision.contribution_id.in_(own))),
        "answers": await _rows(session, select(Disposition).where(Disposition.contribution_id.in_(own))),
        "responses": await _responses(session, user_id),
        "team_notes": await _rows(session, select(TeamNote).where(TeamNote.user_id == user_id)),
        "supports": await _rows(session, select(Support).where(Support.user_id == user_id)),
        "reports": await _rows(session, select(Report).where(Report.user_id == user_id)),
        "unfinished": await _rows(session, select(Unfinished).where(Unfinished.user_id == user_id)),
        "follows": await _rows(session, select(Subscription).where(Subscription.user_id == user_id)),
        "mails": await _mails(session, user_id),
        "sessions": await _rows(session, select(SignedIn).where(SignedIn.user_id == user_id)),
        "tokens": await _rows(session, select(ApiToken).where(ApiToken.user_id == user_id)),
    }


async def _responses(session: AsyncSession, user_id: int) -> list[dict[str, Any]]:
    """Formal responses that a person began: as they stand, what was received of each, and its receipts.

    One of an organisation only while they are a member: what the others wrote there since is not theirs to take.
    """
    member = exists().where(
        Membership.user_id == user_id,
        Membership.organisation_id == Submission.organisation_id,
        Membership.role != "",
    )
    own = select(Submission).where(
        Submission.author_id == user_id, Submission.organisation_id.is_(None) | member
    )
    responses = await _rows(session, own.order_by(Submission.id))
    for each in responses:
        of = each["id"]
        each["answers"] = await _rows(session, select(Answer).where(Answer.submission_id == of))
        each["set_aside"] = await _rows(session, select(SetAside).where(SetAside.submission_id == of))
        each["files"] = await _rows(session, select(Attachment).where(Attachment.submission_id == of))
        sendings = select(SubmissionSending).where(SubmissionSending.submission_id == of)
        each["sendings"] = await _rows(session, sendings.order_by(SubmissionSending.number))
    return responses


NOT_OURS_TO_SHOW = frozenset(
    {"token_hash", "actor_id", "send_key", "once", "unsubscribe", "error", "edited_by", "sent_by"}
)


async def _mails(session: AsyncSession, user_id: int) -> list[dict[str, Any]]:
    """Mails to a person. A link that lets somebody in is read in the mailbox and nowhere else: who sits at a browser
    that was left signed in must not get a new password by it."""
    found = await _rows(session, select(Mail).where(Mail.user_id == user_id))
    words = frozenset({"text", "html", "subject"})
    return [
        {name: value for name, value in mail.items() if mail["kind"] not in set(Purpose) or name not in words}
        for mail in found
    ]


async def _hidden_reasons(session: AsyncSession, ids: Sequence[int]) -> dict[int, Translated]:
    if not ids:
        return {}
    latest = (
        select(func.max(Decision.id))
        .where(Decision.contribution_id.in_(ids), Decision.action == Action.HIDE)
        .group_by(Decision.contribution_id)
    )
    statement = select(Decision.contribution_id, Decision.reason).where(Decision.id.in_(latest))
    return {row.contribution_id: row.reason for row in await session.execute(statement)}


async def _rows(session: AsyncSession, statement: Select[Any]) -> list[dict[str, Any]]:
    found = (await session.execute(statement)).scalars()
    return [_columns(row, NOT_OURS_TO_SHOW) for row in found]


def _columns(row: Base, but: Set[str] = frozenset()) -> dict[str, Any]:
    names = [column.key for column in row.__mapper__.columns]
    return {name: getattr(row, name) for name in names if name not in but}
