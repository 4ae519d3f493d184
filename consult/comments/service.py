"""Writing comments: post, edit, withdraw, support, report, and the change of a state. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached

from consult.comments.written import Report as WrittenReport
from consult.comments.written import Sending as Sending
from consult.comments.written import Written
from consult.consultations.queries import BriefConsultation, BriefRound, current_round
from consult.documents.anchors import from_quote
from consult.documents.queries import BlockPlace, versions_of_round
from consult.documents.succession import reopen_carrying
from consult.kernel.errors import Conflict, NotAllowed, RoundClosed
from consult.kernel.events import Event, activity_scope, consultation_scope
from consult.kernel.messages import N_
from consult.kernel.references import contribution_reference
from consult.ledger.counters import take_numbers, tally, tally_many, traits
from consult.ledger.outbox import emit, emit_now
from consult.models.consultation import Consultation, Round, RoundState
from consult.models.contribution import (
    Anchor,
    Contribution,
    ContributionType,
    Place,
    Report,
    Revision,
    State,
    Support,
)
from consult.models.document import Block
from consult.models.response import Disposition
from consult.security.actor import Actor

CONTRIBUTIONS: Any = Contribution.__table__
_BLOCKS: Any = Block.__table__
_ANCHORS: Any = Anchor.__table__
_INSERT_COMMENT = insert(CONTRIBUTIONS).returning(CONTRIBUTIONS.c.id)
_INSERT_ANCHOR = insert(_ANCHORS)
_COUNT_REPLY = (
    update(CONTRIBUTIONS)
    .where(CONTRIBUTIONS.c.id == bindparam("of"))
    .values(reply_count=CONTRIBUTIONS.c.reply_count + bindparam("by"))
)
_COUNT_ON_BLOCK = update(_BLOCKS).where(_BLOCKS.c.id == bindparam("of")).values(
    comment_count=_BLOCKS.c.comment_count + bindparam("by")
)  # fmt: skip
_ITS_BLOCKS = select(_ANCHORS.c.block_id).where(_ANCHORS.c.contribution_id == bindparam("thread"))
_COUNT_ON_ITS_BLOCKS = update(_BLOCKS).where(_BLOCKS.c.id.in_(_ITS_BLOCKS)).values(
    comment_count=_BLOCKS.c.comment_count + bindparam("by")
)  # fmt: skip
"""A thread stands on a block of each version that it was carried to."""
EMPTY_SELECTOR = {"exact": "", "prefix": "", "suffix": "", "start": 0, "end": 0}
"""Statements of the way that every posted comment takes, made once: building one takes longer than running it."""


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
        await _count_new(session, comment, target if isinstance(target, BlockPlace) else None)
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
        anonymous=written.anonymous,
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
    comment.organisation_id, comment.kind = None, "individual"


async def _add(
    session: AsyncSession,
    consultation: Consultation | BriefConsultation,
    comment: Contribution,
    target: object,
    written: Written,
) -> None:
    number = await take_numbers(session, f"comment:{consultation.id}")
    comment.reference = contribution_reference(consultation.reference, comment.type, number)
    await _insert(session, comment)
    if isinstance(target, BlockPlace):
        await session.execute(_INSERT_ANCHOR, _anchor(comment.id, target, written))
        if not target.newest:
            await reopen_carrying(session, [target.version_id])


async def _insert(session: AsyncSession, comment: Contribution) -> None:
    """One plain INSERT: what the unit of work does around it costs as much as the rest of the post."""
    names = [column.key for column in CONTRIBUTIONS.columns if column.key != "id"]
    values = {name: getattr(comment, name) for name in names}
    comment.id = (await session.execute(_INSERT_COMMENT, values)).scalar_one()
    make_transient_to_detached(comment)
    session.add(comment)


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


async def _count_new(session: AsyncSession, comment: Contribution, block: BlockPlace | None) -> None:
    """As `_count`, of a comment that nobody can have answered yet."""
    await _count_around(session, comment, block, 1)
    if not comment.forum_voice:
        pairs = traits(comment.kind, comment.country, comment.lang, comment.type)
        await tally(session, comment.consultation_id, pairs)


async def _count(session: AsyncSession, comment: Contribution, by: int) -> None:
    """Keep tallies, the block's count and the thread's count of replies true.

    Contributions first, tallies last, here and in `_count_new`: writers wait for each other in one order.
    """
    await _count_around(session, comment, None, by)
    if not comment.forum_voice:
        await tally(session, comment.consultation_id, await _tallied(session, comment), by)


async def _count_around(
    session: AsyncSession, comment: Contribution, block: BlockPlace | None, by: int
) -> None:
    """The thread's first contribution comes before blocks: whoever carries a thread over holds it and waits for us."""
    if comment.thread_id is not None:
        await session.execute(_COUNT_REPLY, {"of": comment.thread_id, "by": by})
    if block is not None:
        await session.execute(_COUNT_ON_BLOCK, {"of": block.block_id, "by": by})
    elif comment.place != Place.CONSULTATION:
        await session.execute(_COUNT_ON_ITS_BLOCKS, {"thread": comment.thread_id or comment.id, "by": by})


async def _tallied(session: AsyncSession, comment: Contribution) -> list[tuple[str, str]]:
    """What a public contribution adds to the tallies: who spoke, and that it was answered."""
    pairs = traits(comment.kind, comment.country, comment.lang, comment.type)
    answer = select(Disposition.kind).where(Disposition.contribution_id == comment.id)
    given = (await session.execute(answer)).scalar_one_or_none()
    return [*pairs, ("disposition", given)] if given else [*pairs]


def emit_about(
    session: AsyncSession,
    kind: str,
    comment: Contribution,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Say that something happened to a contribution."""
    emit(session, about(kind, comment, data), now)


def about(kind: str, comment: Contribution, data: Mapping[str, Any] | None = None) -> Event:
    """An event about a contribution; its author's own pages change with it."""
    scopes = [consultation_scope(comment.consultation_id)]
    if comment.author_id is not None:
        scopes.append(activity_scope(comment.author_id))
    known = {"contribution_id": comment.id, "consultation_id": comment.consultation_id, **(data or {})}
    return Event(kind, tuple(scopes), known)


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
        await _count(session, comment, 1 if is_public else -1)
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
