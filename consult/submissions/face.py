"""The public face of a response: a contribution made of the public part alone, and of nobody's account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.counting import count_again, count_new
from consult.kernel.events import Event, activity_scope, responses_scope
from consult.ledger.counters import tally, traits
from consult.ledger.outbox import emit_now
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, ContributionType, Place, State
from consult.models.plain import insert_one
from consult.models.questionnaire import Content
from consult.models.response import Action, Decision
from consult.models.submission import Rule, Submission
from consult.security.actor import Actor
from consult.submissions.document import Document
from consult.submissions.public import PublicResponse, public_text, view_public

Counted = tuple[tuple[str, str], ...] | None
"""What a response counted as before, None where it was not public."""


async def get_face(session: AsyncSession, submission: Submission) -> Contribution:
    """The public face of a response that was sent."""
    statement = select(Contribution).where(Contribution.id == submission.contribution_id)
    return (await session.execute(statement)).scalar_one()


async def put_face(
    session: AsyncSession,
    submission: Submission,
    consultation: Consultation,
    content: Content,
    document: Document,
    actor: Actor,
    rule: Rule,
    now: datetime,
) -> tuple[Contribution, Counted]:
    """The public face, new or changed: made of the public part alone, and of nobody's account. It is still to be
    counted (`count_face`); a new one has no reference yet."""
    response = view_public(document, content, document.lang)
    is_first = submission.contribution_id is None
    face = _new_face(submission, consultation, now) if is_first else await get_face(session, submission)
    was = None if is_first or face.state != State.PUBLISHED else traits_of(face)
    show_face(face, submission, response)
    face.in_grace, face.late = rule is Rule.GRACE, rule is Rule.LATE
    face.state = await _state(session, face, consultation, actor)
    if is_first:
        await insert_one(session, face)
    else:
        face.edited_at = now
    return face, was


def _new_face(submission: Submission, consultation: Consultation, now: datetime) -> Contribution:
    return Contribution(
        reference=submission.key,  # nothing else in the site is called so
        consultation_id=consultation.id,
        round_id=submission.round_id,
        type=ContributionType.SUBMISSION,
        place=Place.CONSULTATION,
        lang=submission.lang,
        text="",
        html="",
        state=State.PENDING,
        created_at=now,
    )


def show_face(contribution: Contribution, submission: Submission, response: PublicResponse) -> None:
    """Give the public face what is public of a response, and nothing else."""
    text, html = public_text(response)
    contribution.text, contribution.html, contribution.lang = text, str(html), submission.lang
    contribution.author_name, contribution.organisation_name = response.name, response.organisation
    contribution.organisation_id = submission.organisation_id if response.is_named else None
    contribution.kind, contribution.country = response.kind, response.country
    contribution.verified, contribution.anonymous = response.verified, not response.is_named
    contribution.publication = response.publication
    contribution.interest, contribution.funder = response.interest, response.funder


async def _state(
    session: AsyncSession, face: Contribution, consultation: Consultation, actor: Actor
) -> State:
    """What moderators decided stays, also over a withdrawal; else it waits for them where nobody vouched for an address,
    corrections as well, or all first ones do."""
    if face.state == State.HIDDEN:
        return State.HIDDEN
    waits = not actor.confirmed or (face.state != State.PUBLISHED and consultation.first_posts_wait)
    waits = waits or (face.state == State.WITHDRAWN and await _was_hidden(session, face))
    return State.PENDING if waits else State.PUBLISHED


async def _was_hidden(session: AsyncSession, face: Contribution) -> bool:
    """Whether it was hidden when it was withdrawn."""
    settled = (Action.PUBLISH, Action.HIDE, Action.RESTORE)
    last = (
        select(Decision.action)
        .where(Decision.contribution_id == face.id, Decision.action.in_(settled))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return (await session.execute(last)).scalar_one_or_none() == Action.HIDE


def traits_of(contribution: Contribution) -> tuple[tuple[str, str], ...]:
    """What it counts as while it is public."""
    return traits(contribution.kind, contribution.country, contribution.lang, contribution.type)


async def count_face(session: AsyncSession, face: Contribution, was: Counted) -> None:
    """Count what a response shows now. What hides it counts by itself."""
    if was is not None:
        await recount(session, face, was)
        if face.state != State.PUBLISHED:
            await count_again(session, face, -1)
    elif face.state != State.PUBLISHED:
        return
    elif face.edited_at is None:
        await count_new(session, face, None)
    else:
        await count_again(session, face, 1)


async def recount(session: AsyncSession, contribution: Contribution, was: Sequence[tuple[str, str]]) -> None:
    """A public face that counted as `was` counts as what it shows now."""
    if was != (now_public := traits_of(contribution)):
        await tally(session, contribution.consultation_id, was, -1)
        await tally(session, contribution.consultation_id, now_public)


async def tell(
    session: AsyncSession, kind: str, submission: Submission, face: Contribution, now: datetime, **more: int
) -> None:
    """Say what happened to a response; `more` are numbers that belong to the event."""
    scopes = [responses_scope(face.consultation_id)]
    if submission.author_id is not None:
        scopes.append(activity_scope(submission.author_id))
    about = {
        "contribution_id": face.id,
        "consultation_id": face.consultation_id,
        "submission_id": submission.id,
    }
    await emit_now(session, Event(kind, tuple(scopes), {**about, **more}), now)
