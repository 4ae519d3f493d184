"""What has to be thrown away in time, and the worker's sign of life."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.ledger import Counter, Mail, MailState, OutboxEvent
from consult.models.people import Attempt, Link, SignedIn

BEAT = "worker:beat"
KEEP_EVENTS = timedelta(days=1)
KEEP_SENT = timedelta(days=90)
KEEP_FAILED = timedelta(days=30)


async def write_beat(session: AsyncSession, now: datetime) -> None:
    """Note that the worker lives; the value is in seconds since 1970."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"name": BEAT, "value": int(now.timestamp())}
    statement = dialect.insert(Counter).values(values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": values["value"]})
    )


async def worker_beat_age(session: AsyncSession, now: datetime) -> timedelta | None:
    """How long ago the worker last said that it lives; None where none ever ran."""
    value = (await session.execute(select(Counter.value).where(Counter.name == BEAT))).scalar_one_or_none()
    return None if value is None else timedelta(seconds=max(0, int(now.timestamp()) - value))


async def remove_expired(session: AsyncSession, now: datetime) -> None:
    """Delete sessions, links and throttle counters whose time is over."""
    await session.execute(delete(SignedIn).where(SignedIn.expires_at <= now))
    await session.execute(delete(Link).where(Link.expires_at <= now))
    await session.execute(delete(Attempt).where(Attempt.window_ends_at <= now))


async def remove_done_events(session: AsyncSession, now: datetime) -> None:
    """Delete events that were dealt with a day ago.

    The newest row always stays: SQLite gives out numbers from the highest one on, and page caches remember it.
    """
    newest = select(func.max(OutboxEvent.id)).scalar_subquery()
    await session.execute(
        delete(OutboxEvent)
        .where(OutboxEvent.done_at <= now - KEEP_EVENTS, OutboxEvent.id < newest)
        .execution_options(synchronize_session=False)
    )


async def remove_old_mails(session: AsyncSession, now: datetime) -> None:
    """Delete the records of mails that were sent or given up long ago."""
    for state, keep in ((MailState.SENT, KEEP_SENT), (MailState.FAILED, KEEP_FAILED)):
        statement = delete(Mail).where(Mail.state == state, Mail.next_at <= now - keep)
        await session.execute(statement.execution_options(synchronize_session=False))
