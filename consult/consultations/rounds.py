"""Writing comment periods: flush, never commit.

What may be done follows from the clock. Scheduled: everything. Open or in its grace: only a later end, with a public
reason; in the grace that opens the round again. Closed: nothing; a new round is needed. Nothing ever gets shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.fields import MOST_GRACE_MINUTES, MOST_LATE_DAYS, MOST_REASON
from consult.consultations.periods import find_zone
from consult.kernel.errors import Conflict, FieldError, FormInvalid, Message, invalid
from consult.kernel.events import SITE, Event, consultation_scope
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.ledger.audit import record
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation, Extension, Round, RoundState, round_versions
from consult.models.document import Draft, Version
from consult.security.actor import Actor


async def open_round(
    session: AsyncSession,
    consultation: Consultation,
    opens_at: datetime,
    closes_at: datetime,
    time_zone: str,
    grace_minutes: int,
    version_ids: Sequence[int] | None,
    actor: Actor | None,
    now: datetime,
    late_days: int = 0,
) -> Round:
    """A comment period from `opens_at` (not before `now`) up to and without `closes_at`.

    `version_ids` are the versions it takes comments on; None: the newest published one of each draft.
    Raises FormInvalid about opens, closes, zone, grace or versions. Tells followers if the consultation is public.
    """
    others = await _lock_rounds(session, consultation.id)
    new = Round(
        consultation_id=consultation.id,
        number=max((each.number for each in others), default=0) + 1,
        opens_at=opens_at,
        closes_at=closes_at,
        time_zone=time_zone,
        grace_minutes=grace_minutes,
        late_days=late_days,
        created_at=now,
        extensions=[],
    )
    _check_period(new, others, now)
    session.add(new)
    await session.flush()
    await _put_versions(session, consultation, new, version_ids)
    session.expire(consultation, ["rounds"])
    _emit_round(session, consultation, new, now)
    record(session, actor, "round.opened", _about(consultation, new), now)
    return new


async def edit_round(
    session: AsyncSession,
    round_: Round,
    opens_at: datetime,
    closes_at: datetime,
    time_zone: str,
    grace_minutes: int,
    version_ids: Sequence[int] | None,
    actor: Actor | None,
    now: datetime,
    late_days: int = 0,
) -> None:
    """Change everything of a round that has not opened. Raises Conflict once it has, and FormInvalid."""
    consultation = await _consultation_of(session, round_)
    others = [each for each in await _lock_rounds(session, consultation.id) if each is not round_]
    if round_.period.state(now) is not RoundState.SCHEDULED:
        raise Conflict(N_("This round has opened. Its period can be extended, but not changed otherwise."))
    round_.opens_at, round_.closes_at = opens_at, closes_at
    round_.time_zone, round_.grace_minutes = time_zone, grace_minutes
    round_.late_days = late_days
    _check_period(round_, others, now)
    await session.flush()
    await session.execute(delete(round_versions).where(round_versions.c.round_id == round_.id))
    await _put_versions(session, consultation, round_, version_ids)
    _emit(session, "consultation.changed", consultation.id, {}, now)
    record(session, actor, "round.edited", _about(consultation, round_), now)


async def extend_round(
    session: AsyncSession,
    round_: Round,
    closes_at: datetime,
    reason: Translated,
    actor: Actor | None,
    now: datetime,
) -> Extension:
    """A later end, kept in public with its reason. Raises Conflict for a closed round, FormInvalid for an end that
    is not later than the present one and than `now`, that reaches into the next round, or a missing reason.
    """
    consultation = await _consultation_of(session, round_)
    others = [each for each in await _lock_rounds(session, consultation.id) if each is not round_]
    if round_.period.state(now) is RoundState.CLOSED:
        raise Conflict(N_("This round has closed. Open a new round instead."))
    check_extension(round_, closes_at, reason, others, now)
    extension = Extension(
        round_id=round_.id,
        from_at=round_.closes_at,
        to_at=closes_at,
        reason=reason,
        actor_id=actor.id if actor else None,
        actor_name=actor.name if actor else "",
        created_at=now,
    )
    session.add(extension)
    round_.closes_at = closes_at
    await session.flush()
    session.expire(round_, ["extensions"])
    _emit_extension(session, consultation, round_, extension, now)
    record(session, actor, "round.extended", _about(consultation, round_), now)
    return extension


async def add_versions(
    session: AsyncSession,
    round_: Round,
    version_ids: Sequence[int],
    actor: Actor | None,
    now: datetime,
) -> None:
    """Let a round that has not closed take comments on more versions; none is ever taken away from an open round.

    Raises Conflict for a closed round, FormInvalid about versions.
    """
    if round_.period.state(now) is RoundState.CLOSED:
        raise Conflict(N_("This round has closed. Open a new round instead."))
    consultation = await _consultation_of(session, round_)
    present = select(round_versions.c.version_id).where(round_versions.c.round_id == round_.id)
    known = set((await session.execute(present)).scalars())
    await _put_versions(session, consultation, round_, [each for each in version_ids if each not in known])
    _emit(session, "consultation.changed", consultation.id, {}, now)
    record(session, actor, "round.versions-added", _about(consultation, round_), now)


async def announce_rounds(session: AsyncSession, consultation: Consultation, now: datetime) -> None:
    """A consultation became public: its rounds that have not ended are news now."""
    statement = select(Round).where(Round.consultation_id == consultation.id, Round.closes_at > now)
    for each in (await session.execute(statement)).scalars():
        _emit_round(session, consultation, each, now)


async def _consultation_of(session: AsyncSession, round_: Round) -> Consultation:
    return await session.get_one(Consultation, round_.consultation_id)


async def _lock_rounds(session: AsyncSession, consultation_id: int) -> list[Round]:
    """All rounds of a consultation as they are now; others who want to change them wait for this transaction."""
    await session.execute(select(Consultation.id).where(Consultation.id == consultation_id).with_for_update())
    statement = select(Round).where(Round.consultation_id == consultation_id).order_by(Round.number)
    fresh = statement.execution_options(populate_existing=True)
    return list((await session.execute(fresh)).scalars())


def _check_period(round_: Round, others: Sequence[Round], now: datetime) -> None:
    find_zone(round_.time_zone)
    errors: list[FieldError] = []
    if round_.opens_at < now:
        errors.append(_error("opens", N_("The beginning is in the past. Choose a later time.")))
    if round_.closes_at <= max(round_.opens_at, now):
        errors.append(_error("closes", N_("The end must be later than the beginning.")))
    if not 0 <= round_.grace_minutes <= MOST_GRACE_MINUTES:
        errors.append(_error("grace", N_("The grace is from 0 minutes to 7 days (10,080 minutes).")))
    if not 0 <= round_.late_days <= MOST_LATE_DAYS:
        errors.append(_error("late", N_("The late lane is from 0 to 60 days.")))
    if not errors and _meets_another(round_, others):
        errors.append(
            _error("closes", N_("This meets another round of the consultation. Rounds follow one another."))
        )
    if errors:
        raise FormInvalid(errors)


def _meets_another(round_: Round, others: Sequence[Round]) -> bool:
    """Whether a round would share time, grace included, with another or come before one of a lower number."""
    return any(
        round_.opens_at < each.period.grace_ends_at
        if each.number < round_.number
        else each.opens_at < round_.period.grace_ends_at
        for each in others
    )


def check_extension(
    round_: Round, closes_at: datetime, reason: Translated, others: Sequence[Round], now: datetime
) -> None:
    """Raises FormInvalid for what `extend_round` would refuse; `others` may hold the round itself."""
    errors: list[FieldError] = []
    if closes_at <= round_.closes_at:
        errors.append(
            _error(
                "closes", N_("The new end must be later than the present one. A period is never shortened.")
            )
        )
    elif closes_at <= now:
        errors.append(_error("closes", N_("The new end is in the past. Choose a later time.")))
    elif any(round_.closes_at <= each.opens_at < closes_at + _grace(round_) for each in others):
        errors.append(
            _error("closes", N_("This meets another round of the consultation. Rounds follow one another."))
        )
    if not reason:
        text = N_("Say why, in the consultation's original language. The reason is public.")
        errors.append(_error(f"reason-{reason.original}", text))
    errors += [
        _error(f"reason-{lang}", N_("Keep the reason under 1,000 characters."))
        for lang in reason
        if len(reason.get(lang)) >= MOST_REASON
    ]
    if errors:
        raise FormInvalid(errors)


def _grace(round_: Round) -> timedelta:
    return round_.period.grace


async def _put_versions(
    session: AsyncSession, consultation: Consultation, round_: Round, version_ids: Sequence[int] | None
) -> None:
    if version_ids is None:
        version_ids = await _newest_published(session, consultation.id)
    elif set(version_ids) - await _own_versions(session, consultation.id):
        raise invalid("versions", N_("Choose from the published versions of this consultation's drafts."))
    rows = [{"round_id": round_.id, "version_id": each} for each in dict.fromkeys(version_ids)]
    if rows:
        await session.execute(insert(round_versions), rows)


async def _newest_published(session: AsyncSession, consultation_id: int) -> list[int]:
    newest = (
        select(Version.draft_id, func.max(Version.number).label("number"))
        .join(Draft, Draft.id == Version.draft_id)
        .where(Draft.consultation_id == consultation_id, Version.published_at.is_not(None))
        .group_by(Version.draft_id)
        .subquery()
    )
    statement = select(Version.id).join(
        newest, (newest.c.draft_id == Version.draft_id) & (newest.c.number == Version.number)
    )
    return list((await session.execute(statement)).scalars())


async def _own_versions(session: AsyncSession, consultation_id: int) -> set[int]:
    statement = select(Version.id).join(Draft, Draft.id == Version.draft_id)
    statement = statement.where(Draft.consultation_id == consultation_id, Version.published_at.is_not(None))
    return set((await session.execute(statement)).scalars())


def _emit_round(session: AsyncSession, consultation: Consultation, round_: Round, now: datetime) -> None:
    """A round of an unpublished consultation is no news: followers are told when that is published."""
    kind = "consultation.changed" if consultation.published_at is None else "round.opened"
    data = {} if consultation.published_at is None else {"round_id": round_.id}
    _emit(session, kind, consultation.id, data, now)


def _emit_extension(
    session: AsyncSession, consultation: Consultation, round_: Round, extension: Extension, now: datetime
) -> None:
    public = consultation.published_at is not None
    data = {"round_id": round_.id, "extension_id": extension.id} if public else {}
    _emit(session, "round.extended" if public else "consultation.changed", consultation.id, data, now)


def _emit(
    session: AsyncSession, kind: str, consultation_id: int, data: dict[str, int], now: datetime
) -> None:
    scopes = (consultation_scope(consultation_id), SITE)
    emit(session, Event(kind, scopes, {"consultation_id": consultation_id, **data}), now)


def _about(consultation: Consultation, round_: Round) -> str:
    return f"{consultation.reference}/{round_.number}"


def _error(name: str, text: str) -> FieldError:
    return FieldError(name, Message(text))
