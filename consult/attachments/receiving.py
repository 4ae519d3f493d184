"""A complete upload, on its way from the folder of parts into the store: looked into, scanned, stored, noted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from anyio import to_thread
from sqlalchemy import delete

from consult.attachments.parts import Parts
from consult.attachments.problems import Problem
from consult.attachments.queries import find_upload, is_needed
from consult.attachments.running import check_file
from consult.attachments.scanning import is_harmful
from consult.attachments.service import Stored, keep, refuse
from consult.attachments.store import FileStore, sha256_of, store_of
from consult.db.database import Database
from consult.kernel.clock import Clock
from consult.models.submission import FileText
from consult.settings import Settings

AT_ONCE = 2
"""Files that one process has looked into, scanned and stored at the same time; others wait their turn."""
_TURNS: WeakKeyDictionary[Database, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Receiver:
    """What receiving needs of a site."""

    database: Database
    settings: Settings
    clock: Clock
    parts: Parts = field(init=False)
    store: FileStore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", Parts(self.settings.data_dir / "uploads"))
        object.__setattr__(self, "store", store_of(self.settings))

    async def finish(self, key: str) -> None:
        """Settle an upload whose last byte has arrived; nothing where another request is at it, or it is settled.

        Raises ScannerAwayError: the file waits, and the worker asks again.
        """
        with self.parts.finishing(key) as mine:
            if not mine:
                return
            async with self.database.reading() as session:
                attachment = await find_upload(session, key)
            if attachment is None or self.parts.received(key) != attachment.size:
                return
            async with _TURNS.setdefault(self.database, asyncio.Semaphore(AT_ONCE)):
                await self._settle(key, attachment.name)

    async def _settle(self, key: str, name: str) -> None:
        path, copy = self.parts.path(key), self.parts.path(f"{key}-copy")
        checked = await check_file(path, name, copy)
        problem = checked.problem
        if not problem and await is_harmful(path, self.settings.clamav):
            problem = Problem.VIRUS
        if problem:
            async with self.database.writing() as session:
                await refuse(session, key, Problem(problem))
        else:
            await self._store(key, path, copy if checked.cleaned else None, checked.ending)
        self.parts.remove(key)

    async def _store(self, key: str, path: Path, copy: Path | None, ending: str) -> None:
        sha256 = await to_thread.run_sync(self._put, path)
        copied = await to_thread.run_sync(self._put, copy) if copy else ""
        stored = Stored(ending, sha256, copied, copy.stat().st_size if copy else 0)
        async with self.database.writing() as session:
            kept = await keep(session, key, stored, self.clock.now())
        if kept is None:
            await self.drop_unused([sha256, copied])
            return
        # Whoever removed the last other file with these bytes may have taken them away before our row was there.
        await to_thread.run_sync(self._put, path)
        if copy:
            await to_thread.run_sync(self._put, copy)

    def _put(self, path: Path) -> str:
        sha256 = sha256_of(path)
        self.store.put(path, sha256)
        return sha256

    async def drop_unused(self, hashes: Iterable[str]) -> None:
        """Remove bytes that nothing stands on, and the text that was read from them.

        They are set aside first and looked for once more, so that a file that is added meanwhile keeps them.
        """
        for sha256 in sorted({each for each in hashes if each}):
            if await self._needed(sha256):
                continue
            await to_thread.run_sync(self.store.set_aside, sha256)
            if await self._needed(sha256):
                await to_thread.run_sync(self.store.bring_back, sha256)
                continue
            await to_thread.run_sync(self.store.discard, sha256)
            async with self.database.writing() as session:
                await session.execute(delete(FileText).where(FileText.sha256 == sha256))

    async def _needed(self, sha256: str) -> bool:
        async with self.database.reading() as session:
            return await is_needed(session, sha256)
