"""What the worker does all day: drain the outbox, send mails, and once a minute what the clock asks for.

Nothing ends it but the order to stop or the death of the process that started it: whatever goes wrong (the database
restarted, the disk full) is logged and tried again, more and more slowly.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from consult.db.database import Database
from consult.kernel.clock import Clock
from consult.notifications.broadcasts import Broadcasts
from consult.notifications.draining import Drain, where
from consult.notifications.sending import Sender
from consult.notifications.upkeep import remove_done_events, remove_expired, remove_old_mails, write_beat
from consult.teams.lapsing import note_lapsed
from consult.teams.presence import forget_absent

log = structlog.get_logger()

LOOK_AGAIN = 1.0
"""Seconds after which the worker looks even if nobody said that there is something."""

BEAT_EVERY = timedelta(seconds=10)
MINUTE = 60.0
MEND_EVERY = 3.0
"""Seconds between two looks whether the index has to be made anew."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
LAST_WORDS = 10.0
"""Seconds that running work has to end in when the worker is told to stop."""


class Duties:
    """The worker's loops. `mend` has the index made anew where it is needed; `jobs` each do a piece of longer work
    and say whether there was any; `parent` is the process to end with, 0 for none."""

    def __init__(
        self,
        database: Database,
        drain: Drain,
        sender: Sender,
        broadcasts: Broadcasts,
        clock: Clock,
        *,
        mend: Callable[[], Awaitable[object]],
        jobs: Sequence[Callable[[], Awaitable[bool]]] = (),
        parent: int = 0,
    ) -> None:
        self._database = database
        self._drain = drain
        self._sender = sender
        self._broadcasts = broadcasts
        self._clock = clock
        self._mend = mend
        self._jobs = tuple(jobs)
        self._parent = parent
        self._beaten_at: datetime | None = None
        self._listening = False
        self._mail = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        loops = [
            asyncio.create_task(self._keep_doing(self._drain_once, stop)),
            asyncio.create_task(self._keep_doing(self._send_once, stop)),
            asyncio.create_task(self._keep_doing(lambda: self._each_minute(stop), stop)),
            asyncio.create_task(self._keep_doing(lambda: self._look_after_index(stop), stop)),
            *(asyncio.create_task(self._keep_doing(_piece(job, stop), stop)) for job in self._jobs),
        ]
        try:
            await stop.wait()
        finally:
            _, late = await asyncio.wait(loops, timeout=LAST_WORDS)
            for each in late:
                each.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self._sender.close()

    async def run_once(self) -> None:
        """Deal with all that is there now. Raises what goes wrong."""
        await self._mend()
        while await self._drain.drain() or await self._work():
            pass
        await self._do_minute()
        while await self._sender.send_due():
            pass
        await self._beat()
        await self._sender.close()

    async def _keep_doing(self, step: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """Repeat a step. The one place where every error is met: a worker that ends would lose nothing but time."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            if self._is_orphan():
                stop.set()
                return
            try:
                await step()
                pause = FIRST_PAUSE
            except Exception as error:
                log.error("worker failed", error=type(error).__name__, where=where(error))
                await self._let_go_of_database()
                await _pause(stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _let_go_of_database(self) -> None:
        """Connect anew next time: a database that was restarted or restored does not know the old connections."""
        self._listening = False
        await self._database.changes.stop()
        await self._database.close()

    def _is_orphan(self) -> bool:
        return bool(self._parent) and os.getppid() != self._parent

    async def _drain_once(self) -> None:
        if not self._listening:
            await self._database.changes.start()
            self._listening = True
        if await self._drain.drain():
            self._mail.set()
            await self._beat()
            return
        await self._beat()
        await self._database.changes.wait(LOOK_AGAIN)

    async def _send_once(self) -> None:
        self._mail.clear()
        if await self._sender.send_due():
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._mail.wait(), LOOK_AGAIN)

    async def _each_minute(self, stop: asyncio.Event) -> None:
        await self._do_minute()
        self._mail.set()
        await _pause(stop, MINUTE)

    async def _look_after_index(self, stop: asyncio.Event) -> None:
        await self._mend()
        await _pause(stop, MEND_EVERY)

    async def _work(self) -> bool:
        """A piece of each job. Whether any of them had something to do."""
        return any([await job() for job in self._jobs])

    async def _do_minute(self) -> None:
        async with self._database.reading() as session:
            await self._broadcasts.of_the_hour(session)
        now = self._clock.now()
        async with self._database.writing() as session:
            await remove_expired(session, now)
            await remove_done_events(session, now)
            await remove_old_mails(session, now)
            await forget_absent(session, now)
            await note_lapsed(session, now)

    async def _beat(self) -> None:
        """Say that the loop which feeds the index goes round."""
        now = self._clock.now()
        if self._beaten_at is not None and timedelta() <= now - self._beaten_at < BEAT_EVERY:
            return
        async with self._database.writing() as session:
            await write_beat(session, now)
        self._beaten_at = now


def _piece(job: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> Callable[[], Awaitable[None]]:
    """A step of a job's own loop: where there was nothing to do it looks again a moment later."""

    async def do() -> None:
        if not await job():
            await _pause(stop, LOOK_AGAIN)

    return do


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
