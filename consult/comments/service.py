"""Posting comments. Flushes, never commits. What is changed of one that is there is in changing.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.counting import count_new
from consult.comments.telling import about
from consult.comments.written import Sending as Sending
from consult.comments.written import Written
from consult.consultations.queries import BriefConsultation, BriefRound, current_round
from consult.documents.anchors import from_quote
from consult.documents.queries import BlockPlace, versions_of_round
from consult.documents.succession import reopen_carrying
from consult.kernel.errors import Conflict, RoundClosed
from consult.kernel.messages import N_
from consult.kernel.references import contribution_reference
from consult.ledger.counters import take_number
from consult.ledger.outbox import emit_now
from consult.models.consultation import Consultation, Round, RoundState
from consult.models.contribution import (
    Anchor,
    Contribution,
    ContributionType,
    Place,
    State,
)
from consult.models.plain import insert_one
from consult.security.actor import Actor

_ANCHORS: Any = Anchor.__table__
_INSERT_ANCHOR = insert(_ANCHORS)
EMPTY_SELECTOR = {"exact": "", "prefix": "", "suffix": "", "start": 0, "end": 0}
"""Made once: building a statement takes longer than running it."""


async def post_comment(
    session: AsyncSession,
    consultation: Consultation | BriefConsultation,
    target: BlockPlace | Contribution | None,
    author: Actor,
    written: Written,
    sending: Sending,
    now: datetime,
) -> Contribution:
    """Add a comment on a block, under another one, or (None) on the consultation.

    Raises IntegrityError where it is there already under its `send_key`, which the caller answers with `find_sent`
    after a rollback: looking beforehand would cost every post a query. Raises RoundClosed, or Conflict where the
    parent is not open to replies; both not for what was sent before, which is returned.
    """
    try:
        return await _post(session, consultation, target, author, written, sending, now)
    except (RoundClosed, Conflict):
        if sending.send_key and (sent := await find_sent(session, author.id, sending.send_key)):
            return sent
        raise


async def _post(
    session: AsyncSession,
    consultation: Consultation | BriefConsultation,
    target: BlockPlace | Contribution | None,
    author: Actor,
    written: Written,
    sending: Sending,
    now: datetime,
) -> Contribution:
    round_ = await _accepting_round(session, consultation, target, sending, now)
    waits = consultation.first_posts_wait and not sending.as_forum and await _is_first(session, author.id)
    comment = _new_comment(consultation, target, author, written, now)
    comment.round_id = round_.id if round_ else None
    comment.in_grace = bool(round_ and round_.period.state(now) is RoundState.GRACE)
    if sending.as_forum:
        _speak_as_forum(comment)
    comment.state = State.PENDING if waits else State.PUBLISHED
    comment.send_key = sending.send_key or None
    await _add(session, consultation, comment, target, written)
    if not waits:
        await count_new(session, comment, target if isinstance(target, BlockPlace) else None)
    await emit_now(session, about("comment.waiting" if waits else "comment.posted", comment), now)
    return comment


async def find_sent(session: AsyncSession, author_id: int, send_key: str) -> Contribution | None:
    """What a person already sent with this key."""
    statement = select(Contribution).where(
        Contribution.author_id == author_id, Contribution.send_key == send_key
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def _accepting_round(
    session: AsyncSession,
    consultation: Consultation | BriefConsultation,
    target: object,
    sending: Sending,
    now: datetime,
) -> Round | BriefRound | None:
    """The round that takes this comment. The Forum may always answer in a thread. Raises RoundClosed."""
    round_ = current_round(consultation, now)
    if sending.as_forum and isinstance(target, Contribution):
        return round_
    if round_ is None or not round_.period.accepts(now, sending.begun_at):
        raise RoundClosed
    if isinstance(target, BlockPlace) and not await _takes_version(session, round_, target.version_id):
        raise RoundClosed(N_("This version is not open for comments. What you wrote is kept."))
    return round_


async def _takes_version(session: AsyncSession, round_: Round | BriefRound, version_id: int) -> bool:
    """Whether a round takes comments on a version; one that names none takes all."""
    brief = round_ if isinstance(round_, BriefRound) else None
    versions = brief.version_ids if brief else await versions_of_round(session, round_.id)
    return not versions or version_id in versions


async def _is_first(session: AsyncSession, author_id: int) -> bool:
    statement = select(Contribution.id).where(
        Contribution.author_id == author_id, Contribution.state == State.PUBLISHED
    )
    return (await session.execute(statement.limit(1))).first() is None


def _new_comment(
    consultation: Consultation | BriefConsultation,
    target: object,
    author: Actor,
    written: Written,
    now: datetime,
) -> Contribution:
    parent = target if isinstance(target, Contribution) else None
    if parent is not None and parent.state != State.PUBLISHED:
        raise Conflict(N_("The comment you answer is no longer public. What you wrote is kept."))
    place = Place.REPLY if parent else Place.BLOCK if target is not None else Place.CONSULTATION
    return Contribution(
        consultation_id=consultation.id,
        type=ContributionType.COMMENT,
        place=place,
        parent_id=parent.id if parent else None,
        thread_id=(parent.thread_id or parent.id) if parent else None,
        depth=parent.depth + 1 if parent else 0,
        author_id=author.id,
        author_name="" if written.anonymous else author.name,
        organisation_id=None if written.anonymous else author.organisation_id,
        organisation_name="" if written.anonymous else author.organisation,
        kind=author.kind,
        country="" if written.anonymous else author.country,
        verified="" if written.anonymous else author.verified,
        anonymous=written.anonymous,
        late=False,
        publication="",
        interest="",
        funder="",
        forum_voice=False,
        lang=written.lang,
        title="",
        text=written.text,
        html=written.html,
        source="",
        source_id=None,
        support_count=0,
        reply_count=0,
        created_at=now,
        edited_at=None,
    )


def _speak_as_forum(comment: Contribution) -> None:
    """The Forum's own voice has no name but the Forum's; who wrote it stays known by their account."""
    comment.forum_voice, comment.anonymous = True, False
    comment.author_name = comment.organisation_name = comment.country = ""
    comment.verified, comment.organisation_id, comment.kind = "", None, "individual"


async def _add(
    session: AsyncSession,
    consultation: Consultation | BriefConsultation,
    comment: Contribution,
    target: object,
    written: Written,
) -> None:
    number = await take_number(session, f"comment:{consultation.id}")
    comment.reference = contribution_reference(consultation.reference, comment.type, number)
    await insert_one(session, comment)
    if isinstance(target, BlockPlace):
        await session.execute(_INSERT_ANCHOR, _anchor(comment.id, target, written))
        if not target.newest:
            await reopen_carrying(session, [target.version_id])


def _anchor(contribution_id: int, target: BlockPlace, written: Written) -> dict[str, Any]:
    """Words that are not in the block (its text changed while reading) leave an anchor on the whole block."""
    found = from_quote(written.quote, target.plain, written.prefix, written.suffix) if written.quote else None
    values: dict[str, Any] = EMPTY_SELECTOR | {
        "contribution_id": contribution_id,
        "version_id": target.version_id,
        "block_id": target.block_id,
        "lang": target.lang,
        "made_here": True,
    }
    return values | ({name: getattr(found, name) for name in EMPTY_SELECTOR} if found else {})
