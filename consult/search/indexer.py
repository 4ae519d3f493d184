"""Keeping the index true: what happened goes in as it happens, and where there is no index a new one is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event as Flag

import structlog
from anyio import from_thread, to_thread
from sqlalchemy import ColumnElement
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.kernel.events import Event
from consult.models.contribution import Contribution
from consult.search.entries import (
    Change,
    Subject,
    about_consultation,
    about_contributions,
    about_drafts,
    all_batches,
    load_subjects,
)
from consult.search.port import Entry, Query, SearchEngine, SearchUnavailable

log = structlog.get_logger()

OF_CONTRIBUTIONS = frozenset(
    {"comment.posted", "comment.edited", "comment.withdrawn", "comment.moderated", "disposition.given", "files.changed",
     "submission.sent", "submission.corrected", "submission.narrowed", "submission.ended"}
)  # fmt: skip
OF_CONSULTATIONS = frozenset({"consultation.changed", "outcome.published"})
IDS_AT_ONCE = 500
"""Ids in one condition; SQLite and PostgreSQL both take far more."""


class IndexUpdateError(OSError):
    """There is an index, but it took no update now: to be tried again for as long as it takes."""


class SearchConsumer:
    """The worker's consumer of events for search. Nothing that is wrong with an index ever holds up mail."""

    def __init__(self, engine: SearchEngine, database: Database) -> None:
        self._engine = engine
        self._database = database
        self._rebuilding: asyncio.Task[None] | None = None

    async def consume(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Bring what the events are about up to date. Raises IndexUpdateError, which means: try again.

        Without a usable index the events need nothing: they are in the database that it is made from next.
        """
        try:
            await index_events(session, self._engine, events)
        except SearchUnavailable as error:
            if not await self.mend():
                raise IndexUpdateError("the search index took no update") from error

    async def mend(self) -> bool:
        """Begin to make the index anew where that is needed; whether it was. Cheap: to be asked every few seconds."""
        if self._rebuilding is not None and not self._rebuilding.done():
            return False
        state = await to_thread.run_sync(self._engine.state)
        if not state.needs_rebuild:
            return False
        log.warning("index rebuild", condition=str(state.condition), detail=state.detail)
        self._rebuilding = asyncio.create_task(self._rebuild())
        return True

    async def _rebuild(self) -> None:
        try:
            await rebuild_index(self._database, self._engine)
        except (SearchUnavailable, SQLAlchemyError, OSError) as error:
            # Another process may be at it, or disk or database be away; the next look decides.
            log.error("index rebuild failed", error=type(error).__name__)

    async def mended(self) -> None:
        """Wait for a rebuild that was begun."""
        if self._rebuilding is not None:
            await self._rebuilding

    async def stop(self) -> None:
        """Give up a rebuild that is going on; the old index, if any, stays."""
        if self._rebuilding is not None:
            self._rebuilding.cancel()
            await asyncio.gather(self._rebuilding, return_exceptions=True)


async def index_events(session: AsyncSession, engine: SearchEngine, events: Sequence[Event]) -> None:
    """Put the present state of all that the events are about into the index.

    Doing it again changes nothing. Raises SearchUnavailable.
    """
    async for change in _changes(session, engine, _Touched.by(events)):
        if change.entries or change.removed:
            await to_thread.run_sync(engine.update, change.entries, change.removed)


@dataclass(slots=True)
class _Touched:
    """Ids of what events are about; `ranges` of contributions from first to last."""

    contributions: set[int] = field(default_factory=set)
    ranges: set[tuple[int, int]] = field(default_factory=set)
    consultations: set[int] = field(default_factory=set)
    drafts: set[int] = field(default_factory=set)

    @classmethod
    def by(cls, events: Sequence[Event]) -> _Touched:
        touched = cls()
        for event in events:
            touched.take(event)
        return touched

    def take(self, event: Event) -> None:
        data = event.data
        if event.kind in OF_CONTRIBUTIONS:
            self.contributions.add(data["contribution_id"])
        elif event.kind == "contributions.imported":
            self.ranges.add((data["first_id"], data["last_id"]))
        elif event.kind in OF_CONSULTATIONS and "consultation_id" in data:
            self.consultations.add(data["consultation_id"])
        elif event.kind == "draft.published":
            self.drafts.add(data["consultation_id"])

    def __bool__(self) -> bool:
        return bool(self.contributions or self.ranges or self.consultations or self.drafts)


async def _changes(session: AsyncSession, engine: SearchEngine, touched: _Touched) -> AsyncIterator[Change]:
    if not touched:
        return
    subjects = await load_subjects(session)
    for id in sorted(touched.consultations & subjects.keys()):
        async for change in _of_consultation(session, engine, subjects[id]):
            yield change
    for id in sorted(touched.drafts & subjects.keys()):
        yield await about_drafts(session, subjects[id])
    for condition in _conditions(touched):
        async for change in about_contributions(session, subjects, condition):
            yield change


def _conditions(touched: _Touched) -> Iterator[ColumnElement[bool]]:
    """Which contributions, some hundred ids or one range at a time."""
    ids = sorted(touched.contributions)
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield Contribution.id.in_(ids[start : start + IDS_AT_ONCE])
    for first, last in sorted(touched.ranges):
        yield Contribution.id.between(first, last)


async def _of_consultation(
    session: AsyncSession, engine: SearchEngine, subject: Subject
) -> AsyncIterator[Change]:
    """A consultation's texts; with it all that it holds, where that is found under other facts now."""
    whole = await to_thread.run_sync(_is_out_of_date, engine, subject)
    if whole:
        yield await about_drafts(session, subject)
        mine = Contribution.consultation_id == subject.id
        async for change in about_contributions(session, {subject.id: subject}, mine):
            yield change
    yield await about_consultation(session, subject)


def _is_out_of_date(engine: SearchEngine, subject: Subject) -> bool:
    """Whether the index has what it should not, lacks all of it, or has it under other topics.

    The index itself is asked, so that a change that was interrupted is taken up again.
    """
    found = engine.search(Query("", {"consultation": (subject.slug,)}, size=1))
    if not subject.public or not found.total:
        return True
    topics = {value.value: value.count for value in found.facets["topic"]}
    return topics != dict.fromkeys(subject.topics, found.total)


async def rebuild_index(
    database: Database, engine: SearchEngine, progress: Callable[[int], None] | None = None
) -> None:
    """Make the index anew from the database, in a thread, while the old one answers. `progress` hears how many.

    Raises SearchUnavailable when another process is at it.
    """
    stopped = Flag()
    entries = _pulled(all_batches(database), stopped)
    try:
        await to_thread.run_sync(engine.rebuild, entries, progress, abandon_on_cancel=True)
    finally:
        stopped.set()


def _pulled(batches: AsyncIterator[list[Entry]], stopped: Flag) -> Iterator[Entry]:
    """Entries for the engine's thread, read on the event loop a batch at a time.

    Raises SearchUnavailable after a stop, so that half an index never takes the place of a whole one.
    """
    while True:
        if stopped.is_set():
            raise SearchUnavailable
        batch = from_thread.run(_next, batches)
        if batch is None:
            return
        yield from batch


async def _next(batches: AsyncIterator[list[Entry]]) -> list[Entry] | None:
    return await anext(batches, None)
