"""Draining the outbox: every event reaches every consumer at least once, in order, whatever dies in between.

An event is marked done only after all consumers have taken it, so a worker that is killed at any point takes it up
again; consumers therefore must not mind to see an event twice.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.kernel.clock import Clock
from consult.kernel.events import Event
from consult.models.ledger import OutboxEvent

log = structlog.get_logger()

BATCH = 500
RETRY_AFTER = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds until a failed event is tried again, by the number of failures; the last one repeats."""

MOST_ATTEMPTS = 10
"""An event that failed so often is parked: it stays in the outbox, undone, and is not tried again by itself."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MOST_HELD = 5000
LOCK = 0x434F4E53
"""PostgreSQL's advisory lock of whoever drains."""


@dataclass(frozen=True, slots=True)
class Recorded(Event):
    """An event as it stands in the outbox: its number, how often it failed, when it happened."""

    id: int = 0
    attempts: int = 0
    at: datetime = EARLIEST


class Consumer(Protocol):
    """Somebody who wants to know what happened."""

    async def consume(self, session: AsyncSession, events: Sequence[Recorded]) -> None:
        """Take events in their order. The session is for reading; taking an event twice must change nothing.

        Whatever is raised means that the events were not taken. OSError means that the machine was not able
        to (a full disk, say): it is tried again for as long as it takes.
        """
        ...


class Drain:
    """Hands events to consumers and remembers which ones have to wait after a failure."""

    def __init__(self, database: Database, consumers: Sequence[Consumer], clock: Clock) -> None:
        self._database = database
        self._consumers = tuple(consumers)
        self._clock = clock
        self._held: dict[int, float] = {}
        self._failures: dict[int, int] = {}

    async def drain(self) -> int:
        """Deal with one batch. Returns how many events were looked at; 0 when none is due.

        Raises DBAPIError when the database is away.
        """
        async with self._claim() as session:
            events = await self._due(session) if session else []
            if not events:
                return 0
            assert session is not None
            failures = await self._feed(session, events)
            if not self._database.is_sqlite:
                await self._settle(session, events, failures)
        if self._database.is_sqlite:
            async with self._database.writing() as session:
                await self._settle(session, events, failures)
        return len(events)

    @asynccontextmanager
    async def _claim(self) -> AsyncIterator[AsyncSession | None]:
        """A session in which to read events, None while another worker is at it.

        One worker at a time: with two, a comment posted and at once hidden could be indexed in the wrong order. On
        SQLite the worker's file lock sees to that, and reading takes no lock, so that nobody who posts has to wait.
        """
        opened = self._database.reading() if self._database.is_sqlite else self._database.writing()
        async with opened as session:
            yield session if await self._may_drain(session) else None

    async def _may_drain(self, session: AsyncSession) -> bool:
        if self._database.is_sqlite:
            return True
        taken = await session.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK})
        return bool(taken.scalar_one())

    async def _due(self, session: AsyncSession) -> list[Recorded]:
        self._let_go()
        if len(self._held) >= MOST_HELD:
            return []
        statement = (
            select(OutboxEvent)
            .where(OutboxEvent.done_at.is_(None), OutboxEvent.attempts < MOST_ATTEMPTS)
            .where(OutboxEvent.id.not_in(list(self._held)))
            .order_by(OutboxEvent.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        return [_recorded(row) for row in (await session.execute(statement)).scalars()]

    def _let_go(self) -> None:
        now = time.monotonic()
        self._held = {id: held for id, held in self._held.items() if held > now}

    async def _feed(self, session: AsyncSession, events: Sequence[Recorded]) -> dict[int, Exception]:
        failures: dict[int, Exception] = {}
        for consumer in self._consumers:
            failures |= await _hand_over(session, consumer, events)
        return failures

    async def _settle(
        self, session: AsyncSession, events: Sequence[Recorded], failures: Mapping[int, Exception]
    ) -> None:
        done = [event.id for event in events if event.id not in failures]
        blamed = [id for id, error in failures.items() if not isinstance(error, OSError)]
        now = self._clock.now()
        await session.execute(update(OutboxEvent).where(OutboxEvent.id.in_(done)).values(done_at=now))
        await session.execute(
            update(OutboxEvent).where(OutboxEvent.id.in_(blamed)).values(attempts=OutboxEvent.attempts + 1)
        )
        for event in events:
            if error := failures.get(event.id):
                self._hold(event, error)
            else:
                self._failures.pop(event.id, None)

    def _hold(self, event: Recorded, error: Exception) -> None:
        failed = max(self._failures.get(event.id, 0), event.attempts) + 1
        self._failures[event.id] = failed
        self._held[event.id] = time.monotonic() + RETRY_AFTER[min(failed, len(RETRY_AFTER)) - 1]
        parked = event.attempts + 1 >= MOST_ATTEMPTS and not isinstance(error, OSError)
        what = "event parked" if parked else "event failed"
        log.error(what, kind=event.kind, error=type(error).__name__, where=where(error), count=failed)


def _recorded(row: OutboxEvent) -> Recorded:
    return Recorded(row.kind, tuple(row.scopes), row.data, row.id, row.attempts, row.created_at)


async def _hand_over(
    session: AsyncSession, consumer: Consumer, events: Sequence[Recorded]
) -> dict[int, Exception]:
    """Give a consumer a batch; where that fails, one event at a time, so that a bad one stops no other.

    Whatever a consumer raises is caught here: it is logged, counted and tried again, never lost.
    """
    try:
        async with session.begin_nested():
            await consumer.consume(session, events)
    except OSError as error:
        return {event.id: error for event in events}
    except Exception as error:
        await _ping(session)
        if len(events) == 1:
            return {events[0].id: error}
        failures: dict[int, Exception] = {}
        for event in events:
            failures |= await _hand_over(session, consumer, [event])
        return failures
    return {}


async def _ping(session: AsyncSession) -> None:
    """Raises DBAPIError when it was the database that failed, and not the event."""
    await session.execute(text("SELECT 1"))


def where(error: BaseException) -> str:
    """The place in the code that raised, for the log."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


async def parked(session: AsyncSession) -> int:
    """How many events were given up."""
    statement = select(OutboxEvent.id).where(
        OutboxEvent.done_at.is_(None), OutboxEvent.attempts >= MOST_ATTEMPTS
    )
    return len((await session.execute(statement)).all())


async def unpark(session: AsyncSession) -> None:
    """Let parked events be tried again."""
    statement = update(OutboxEvent).where(
        OutboxEvent.done_at.is_(None), OutboxEvent.attempts >= MOST_ATTEMPTS
    )
    await session.execute(statement.values(attempts=0))
