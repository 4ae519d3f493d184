"""Changing comments that are there: edit, withdraw, support, report, and who sees them. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.counting import count_again
from consult.comments.telling import emit_about
from consult.comments.written import Report as WrittenReport
from consult.comments.written import Written
from consult.consultations.queries import current_round
from consult.kernel.errors import Conflict, NotAllowed, RoundClosed
from consult.kernel.events import Event, activity_scope, consultation_scope
from consult.kernel.messages import N_
from consult.ledger.counters import tally_many
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation, RoundState
from consult.models.contribution import Anchor, Contribution, Report, Revision, State, Support
from consult.security.actor import Actor


async def edit_comment(
    session: AsyncSession, comment: Contribution, consultation: Consultation, written: Written, now: datetime
) -> None:
    """Change text or language, keeping the earlier text in public. Raises RoundClosed once the round has ended."""
    round_ = current_round(consultation, now)
    if round_ is None or not round_.period.accepts(now, comment.created_at):
        raise RoundClosed
    if comment.state not in (State.PUBLISHED, State.PENDING):
        raise Conflict
    if (comment.text, comment.lang) == (written.text, written.lang):
        return
    session.add(
        Revision(
            contribution_id=comment.id,
            text=comment.text,
            html=comment.html,
            lang=comment.lang,
            written_at=comment.edited_at or comment.created_at,
            replaced_at=now,
        )
    )
    if comment.state == State.PUBLISHED and comment.lang != written.lang and not comment.forum_voice:
        moved = {("lang", comment.lang): -1, ("lang", written.lang): 1}
        await tally_many(session, comment.consultation_id, moved)
    comment.text, comment.html, comment.lang = written.text, written.html, written.lang
    comment.edited_at = now
    emit_about(session, "comment.edited", comment, now)
    await session.flush()


async def withdraw_comment(session: AsyncSession, comment: Contribution, now: datetime) -> None:
    """Take a comment back: its text, earlier texts and quote are deleted, a stub stays."""
    if comment.state == State.WITHDRAWN:
        return
    await session.execute(delete(Revision).where(Revision.contribution_id == comment.id))
    await session.execute(
        update(Anchor)
        .where(Anchor.contribution_id == comment.id)
        .values(exact="", prefix="", suffix="", start=0, end=0)
    )
    comment.text = comment.html = comment.title = ""
    await set_state(session, comment, State.WITHDRAWN, now, kind="comment.withdrawn")


async def set_state(
    session: AsyncSession,
    comment: Contribution,
    state: State,
    now: datetime,
    *,
    kind: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Change who sees a contribution; counts follow; an event of `kind` tells the rest of the house."""
    was_public, is_public = comment.state == State.PUBLISHED, state == State.PUBLISHED
    comment.state = state
    if was_public != is_public:
        await count_again(session, comment, 1 if is_public else -1)
    emit_about(session, kind, comment, now, data)
    await session.flush()


async def set_support(
    session: AsyncSession,
    comment: Contribution,
    consultation: Consultation,
    actor: Actor,
    on: bool,
    now: datetime,
) -> None:
    """Support a comment, or no longer. Raises NotAllowed for one's own, RoundClosed outside a comment period."""
    round_ = current_round(consultation, now)
    if round_ is None or round_.period.state(now) is not RoundState.OPEN:
        raise RoundClosed(N_("Comments can be supported while the comment period is open."))
    if comment.author_id == actor.id:
        raise NotAllowed(N_("This is your own comment."))
    if comment.state != State.PUBLISHED:
        raise Conflict
    mine = (Support.contribution_id == comment.id, Support.user_id == actor.id)
    there = (await session.execute(select(Support).where(*mine))).first() is not None
    if there == on:
        return
    if on:
        session.add(Support(contribution_id=comment.id, user_id=actor.id, created_at=now))
    else:
        await session.execute(delete(Support).where(*mine))
    await session.flush()
    count = select(func.count()).select_from(Support).where(Support.contribution_id == comment.id)
    comment.support_count = (await session.execute(count)).scalar_one()
    scopes = (consultation_scope(comment.consultation_id), activity_scope(actor.id))
    known = {"contribution_id": comment.id, "consultation_id": comment.consultation_id}
    emit(session, Event("comment.supported", scopes, known), now)


async def report_comment(
    session: AsyncSession, comment: Contribution, actor: Actor, report: WrittenReport, now: datetime
) -> None:
    """Ask moderators to look; a second report by the same person replaces the first."""
    statement = select(Report).where(Report.contribution_id == comment.id, Report.user_id == actor.id)
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        found = Report(contribution_id=comment.id, user_id=actor.id, created_at=now)
        session.add(found)
    found.reason, found.text, found.settled_at = report.reason, report.text, None
    known = {"contribution_id": comment.id, "consultation_id": comment.consultation_id}
    emit(session, Event("comment.reported", ("moderation",), known), now)
    await session.flush()
