"""The worker's part: keep editions of what was published before there were any, and make files piece by piece."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog

from consult.db.database import Database
from consult.documents.keeping import keep_editions, next_without_editions
from consult.editions.content import MADE_BY, digest_of_content
from consult.editions.formats import MAKINGS, find
from consult.editions.freshness import PARTED, mark_of_comments, remove_unfit
from consult.editions.gathering import Order
from consult.editions.maker_process import MakerProcess
from consult.editions.making import Made
from consult.editions.service import (
    UNAVAILABLE,
    Batch,
    ask_for_texts,
    look_again,
    note_failure,
    store_file,
    take_batch,
    version_of,
)
from consult.kernel.clock import Clock
from consult.kernel.errors import NotFound

log = structlog.get_logger()

MINUTE = timedelta(minutes=1)


class FileMaker:
    """`make_one` does a piece of what is to be done, and says whether there was anything. `close` when it is not
    called any more."""

    def __init__(self, database: Database, base_url: str, clock: Clock) -> None:
        self._database = database
        self._base_url = base_url
        self._clock = clock
        self._asked = 0
        self._looked = False
        self._removed_at: datetime | None = None
        self._mark = mark_of(base_url)
        self._process = MakerProcess()

    async def make_one(self) -> bool:
        """Editions first, then the files of one text in one language."""
        await self._remove_unfit()
        if await self._keep_old() or await self._ask():
            return True
        async with self._database.writing() as session:
            batch = await take_batch(session, self._clock.now())
        if batch is None:
            await self.close()
            return False
        await self._make(batch)
        return True

    async def close(self) -> None:
        """Let go of the process that makes files: it stays while there is something to make, and no longer."""
        await self._process.end()

    async def _remove_unfit(self) -> None:
        """Once a minute: what was hidden or withdrawn is not to lie about in a file."""
        now = self._clock.now()
        if self._removed_at is not None and now - self._removed_at < MINUTE:
            return
        async with self._database.writing() as session:
            await remove_unfit(session)
        self._removed_at = now

    async def _keep_old(self) -> bool:
        """Editions of one version that was published before they were kept."""
        async with self._database.reading() as session:
            if await next_without_editions(session) is None:
                return False
        async with self._database.writing() as session:
            version = await next_without_editions(session)
            if version is not None:
                await keep_editions(session, version, version.published_at or self._clock.now())
        return version is not None

    async def _ask(self) -> bool:
        """Ask for files of editions that came since; once, look at what another release left."""
        async with self._database.reading() as session:
            newest = await ask_for_texts(session, sys.maxsize, self._clock.now())
        if self._looked and newest == self._asked:
            return False
        async with self._database.writing() as session:
            if not self._looked:
                await look_again(session, self._mark, self._clock.now())
            self._asked = await ask_for_texts(session, self._asked, self._clock.now())
        self._looked = True
        return True

    async def _make(self, batch: Batch) -> None:
        try:
            content, mark = await self._gather(batch)
        except NotFound:
            await self._settle(batch, {}, dict.fromkeys(batch.ids, Made(error="not public")), final=True)
            return
        digests = {each: f"{self._mark}-{digest_of_content(content, each)[:48]}{mark}" for each in batch.ids}
        wanted = [each for each in batch.ids if batch.contents[each] != digests[each]]
        made = await self._process.make(batch.what, wanted, content) if wanted else {}
        await self._settle(batch, digests, made)

    async def _gather(self, batch: Batch) -> tuple[Any, str]:
        """The content, and the mark of its comments; anew where something was hidden or said meanwhile."""
        making, before = MAKINGS[batch.what], ""
        while True:
            async with self._database.reading() as session:
                version = await version_of(session, batch.version_id)
                order = Order(version, batch.lang, self._base_url, batch.base_id)
                content = await find(making.gather)(session, order)
            if not making.with_comments:
                return content, ""
            async with self._database.reading() as session:
                after = PARTED + await mark_of_comments(session, batch.version_id)
            if before == after:
                return content, after
            before = after

    async def _settle(
        self, batch: Batch, digests: dict[str, str], made: dict[str, Made], *, final: bool = False
    ) -> None:
        now = self._clock.now()
        async with self._database.writing() as session:
            for format_, id_ in batch.ids.items():
                file = made.get(format_)
                if file is None or file.body:
                    await store_file(session, id_, digests[format_], file.body if file else None, now)
                    continue
                error = f"{UNAVAILABLE}: {file.error}" if file.unavailable else file.error
                log.warning("file not made", what=batch.what, format=format_, error=error)
                await note_failure(session, id_, batch.attempts, error, now, final=final or file.unavailable)


def mark_of(base_url: str) -> str:
    """What the digest of a file's content begins with: which release made it, for a site at which address."""
    return sha256(f"{MADE_BY} {base_url}".encode()).hexdigest()[:8]
