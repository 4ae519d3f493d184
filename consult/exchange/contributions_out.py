"""Contributions as the public may see them, for files and for the API: a stream of plain records.

Nothing of what is hidden, withdrawn or waiting is in it; a reply to such a one stands under the nearest one above that
is. Whatever the number, one batch is in memory at a time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.exchange.contributions_in import SOURCE
from consult.exchange.queries import AnyRow, Which, left_out, links_by_id, read_rows
from consult.models.contribution import State

BATCH = 1_000
PUBLIC = (State.PUBLISHED,)
EVERY = tuple(State)


class ContributionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A contribution as given away; instants are RFC 3339 in UTC.

    Of formal responses: whether it came in the extra time (`in_grace`) or `late`, how the organisation was `verified`, its
    `publication` (named, unnamed, confidential: then `text` is the public summary), the respondents' tie to the Forum's
    member companies (`interest`: member, funded, independent) and by which they are funded where that is public.
    """

    id: str
    parent_id: str | None
    thread: str
    reference: str
    url: str
    type: str
    lang: str
    created_at: datetime
    edited_at: datetime | None
    author: str | None
    organisation: str | None
    kind: str
    country: str | None
    title: str | None
    text: str
    draft: str | None
    block: str | None
    quote: str | None
    support: int
    disposition: str | None
    themes: list[str]
    in_grace: bool
    late: bool
    verified: str | None
    publication: str | None
    interest: str | None
    funder: str | None


class InternalContribution(ContributionRecord, frozen=True, kw_only=True):
    """The same for staff."""

    state: str


NAMES = ContributionRecord.__struct_fields__
INTERNAL_NAMES = InternalContribution.__struct_fields__


async def stream_records(
    database: Database, which: Which, base_url: str
) -> AsyncIterator[Sequence[ContributionRecord]]:
    """Records in batches, each read in a short transaction of its own."""
    after = 0
    links: Links | None = None
    while True:
        async with database.reading() as session:
            links = links or Links(await left_out(session, which))
            rows = await read_rows(session, which, after, BATCH)
            records = await make_records(session, rows, links, base_url, internal=len(which.states) > 1)
        if not rows:
            return
        yield records
        after = rows[-1].id


async def make_records(
    session: AsyncSession, rows: Sequence[AnyRow], links: Links, base_url: str, *, internal: bool = False
) -> list[ContributionRecord]:
    """The records of rows."""
    ends = await links.of(session, rows)
    made = []
    for row in rows:
        values = _values(row, ends[row.id], base_url)
        made.append(
            InternalContribution(state=row.state, **values) if internal else ContributionRecord(**values)
        )
    return made


def exported_id(source: str, source_id: str | None, reference: str) -> str:
    """What a contribution is called in files: its own id where it was brought in, so that it can be again."""
    if not source_id:
        return reference
    return source_id if source == SOURCE else f"{source}:{source_id}"


@dataclass(frozen=True, slots=True)
class Ends:
    """The exported ids of what a contribution answers and of the first of its thread."""

    parent: str | None
    thread: str


class Links:
    """Knows where each contribution hangs when some are left out."""

    def __init__(self, left_out: Mapping[int, int | None]) -> None:
        self._left_out = left_out

    async def of(self, session: AsyncSession, rows: Sequence[AnyRow]) -> dict[int, Ends]:
        """The ends of each row, by id."""
        parents = {row.id: self._step_over(row.parent_id) for row in rows}
        names = {row.id: exported_id(row.source, row.source_id, row.reference) for row in rows}
        wanted = {each for each in parents.values() if each} | {
            row.thread_id for row in rows if row.thread_id
        }
        for link in await links_by_id(session, sorted(wanted - names.keys())):
            names[link.id] = exported_id(link.source, link.source_id, link.reference)
        return {row.id: await self._ends(session, row, parents[row.id], names) for row in rows}

    def _step_over(self, id: int | None) -> int | None:
        while id is not None and id in self._left_out:
            id = self._left_out[id]
        return id

    async def _ends(
        self, session: AsyncSession, row: AnyRow, parent: int | None, names: Mapping[int, str]
    ) -> Ends:
        if parent is None:
            return Ends(None, names[row.id])
        if row.thread_id not in self._left_out:
            return Ends(names[parent], names[row.thread_id])
        return Ends(names[parent], await self._top(session, parent))

    async def _top(self, session: AsyncSession, id: int) -> str:
        """The first that is left of a thread whose own first one is left out."""
        while True:
            (link,) = await links_by_id(session, [id])
            above = self._step_over(link.parent_id)
            if above is None:
                return exported_id(link.source, link.source_id, link.reference)
            id = above


def _values(row: AnyRow, ends: Ends, base_url: str) -> dict[str, Any]:
    named = not row.anonymous
    return {
        "id": exported_id(row.source, row.source_id, row.reference),
        "parent_id": ends.parent,
        "thread": ends.thread,
        "reference": row.reference,
        "url": f"{base_url}/contributions/{row.reference}",
        "type": row.type,
        "lang": row.lang,
        "created_at": row.created_at,
        "edited_at": row.edited_at,
        "author": row.author_name or None if named else None,
        "organisation": row.organisation_name or None if named else None,
        "kind": row.kind,
        "country": row.country or None if named else None,
        "title": row.title or None,
        "text": row.text,
        "draft": row.draft,
        "block": row.block,
        "quote": row.exact or None,
        "support": row.support_count,
        "disposition": row.disposition,
        "themes": [],
        "in_grace": row.in_grace,
        "late": row.late,
        "verified": row.verified or None if named else None,
        "publication": row.publication or None,
        "interest": row.interest or None,
        "funder": row.funder or None if named else None,
    }
