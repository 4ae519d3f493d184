"""The worker's part: read the texts of public files, ask again where the scanner was away, throw away what was given up."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from anyio import to_thread
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.kinds import kind_of
from consult.attachments.queries import (
    contributions_with,
    find_upload,
    next_unread,
    stored_files,
    waiting_uploads,
)
from consult.attachments.receiving import Receiver
from consult.attachments.running import read_file
from consult.attachments.scanning import ScannerAwayError
from consult.attachments.store import FileMissingError
from consult.attachments.work import Read
from consult.db.database import Database
from consult.kernel.clock import Clock
from consult.kernel.events import Event, consultation_scope
from consult.ledger.outbox import emit
from consult.models.submission import Attachment, AttachmentState, FileText
from consult.settings import Settings

log = structlog.get_logger()
GIVEN_UP = timedelta(days=3)
"""An upload to which nothing came for so long is over."""
REFUSED_SHOWN = timedelta(days=1)
MOST_ATTEMPTS = 3
MISSING = "missing"


@dataclass
class FileKeeper:
    """`do_one` does a piece of what is to be done, and says whether there was anything."""

    database: Database
    settings: Settings
    clock: Clock
    _done_at: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._receiver = Receiver(self.database, self.settings, self.clock)

    async def do_one(self) -> bool:
        """The text of one file; now and then, what the clock asks for."""
        await self._every(timedelta(minutes=1), self._ask_again)
        await self._every(timedelta(hours=1), self._give_up)
        await self._every(timedelta(days=1), self._sweep)
        return await self._read_one()

    async def _every(self, pause: timedelta, work: Callable[[], Awaitable[None]]) -> None:
        now = self.clock.now()
        last = self._done_at.get(work.__name__)
        if last is None or now - last >= pause:
            await work()
            self._done_at[work.__name__] = now

    async def _read_one(self) -> bool:
        async with self.database.reading() as session:
            found = await next_unread(session, MOST_ATTEMPTS)
        if found is None:
            return False
        read = await self._read(found)
        async with self.database.writing() as session:
            await self._note(session, found, read)
        return True

    async def _read(self, found: Attachment) -> Read:
        kind = kind_of(found.media_type)
        if kind is None:
            return Read()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            try:
                await to_thread.run_sync(self._fetch, found.sha256, path)
            except FileMissingError:
                return Read(problem=MISSING)
            return await read_file(path, kind.ending)

    def _fetch(self, sha256: str, path: Path) -> None:
        with path.open("wb") as file:
            for chunk in self._receiver.store.chunks(sha256):
                file.write(chunk)

    async def _note(self, session: AsyncSession, found: Attachment, read: Read) -> None:
        """Keep the text; the contributions whose file it is are found by it from now on."""
        now = self.clock.now()
        statement = select(FileText).where(FileText.sha256 == found.sha256)
        text = (await session.execute(statement)).scalar_one_or_none()
        if text is None:
            text = FileText(sha256=found.sha256, attempts=0)
            session.add(text)
        text.pages, text.problem, text.attempts = list(read.pages), read.problem, text.attempts + 1
        text.read_at = None if read.problem and text.attempts < MOST_ATTEMPTS else now
        if read.problem:
            log.warning("file not read", problem=read.problem)
            return
        for contribution_id, consultation_id in await contributions_with(session, found.sha256):
            data = {"contribution_id": contribution_id, "consultation_id": consultation_id}
            emit(session, Event("files.changed", (consultation_scope(consultation_id),), data), now)

    async def _ask_again(self) -> None:
        """Files that arrived and were not settled: the scanner was away, or the process that was at it ended."""
        async with self.database.reading() as session:
            waiting = await waiting_uploads(session)
        for each in waiting:
            if self._receiver.parts.received(each.key) < each.size:
                continue
            try:
                await self._receiver.finish(each.key)
            except ScannerAwayError:
                log.warning("virus scanner gives no answer")
                return

    async def _give_up(self) -> None:
        """Uploads that nobody goes on with, and refused files that were shown for a day."""
        now, parts = self.clock.now(), self._receiver.parts
        async with self.database.writing() as session:
            await session.execute(
                delete(Attachment).where(
                    Attachment.state == AttachmentState.REFUSED, Attachment.created_at < now - REFUSED_SHOWN
                )
            )
            for each in await waiting_uploads(session, begun_before=now - GIVEN_UP):
                if parts.received(each.key) < each.size:
                    await session.delete(each)
        for name in await to_thread.run_sync(lambda: list(parts.old(GIVEN_UP.total_seconds()))):
            key = name.removesuffix("-finishing").removesuffix("-copy")
            async with self.database.reading() as session:
                if await find_upload(session, key) is None:
                    await to_thread.run_sync(parts.remove, key)

    async def _sweep(self) -> None:
        """Bytes that nothing stands on: what a deleted response or account left behind."""
        async with self.database.reading() as session:
            needed = {row[0] for row in await stored_files(session)}
        there = await to_thread.run_sync(lambda: set(self._receiver.store.names()))
        await self._receiver.drop_unused(there - needed)
