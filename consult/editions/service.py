"""Which files are to be made, and what became of them. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.keeping import newest_editions
from consult.editions.formats import MAKINGS, TEXT
from consult.models.document import Version
from consult.models.version import Edition, Rendition, RenditionState

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""After the first, second and third attempt that failed; the fourth is the last."""
PATIENCE = timedelta(minutes=10)
"""How long whoever makes a file is left in peace; after that it is taken to have died."""
UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Batch:
    """Files of one content that are made together, by format."""

    version_id: int
    what: str
    base_id: int
    lang: str
    ids: Mapping[str, int]
    contents: Mapping[str, str]
    attempts: int


async def ask_for(
    session: AsyncSession,
    version_id: int,
    what: str,
    lang: str,
    formats: Sequence[str],
    now: datetime,
    base_id: int = 0,
) -> None:
    """Have files made; one that is there is looked at again, and made anew only where its content has changed."""
    same = _same(version_id, what, base_id, lang)
    there = {row.format: row for row in (await session.execute(select(Rendition).where(same))).scalars()}
    for format_ in formats:
        if (row := there.get(format_)) is None:
            session.add(
                Rendition(version_id=version_id, what=what, base_id=base_id, lang=lang, format=format_, asked_at=now)
            )  # fmt: skip
        else:
            row.state, row.attempts, row.asked_at = RenditionState.WAITING, 0, now
    await session.flush()


async def ask_for_texts(session: AsyncSession, after: int, now: datetime) -> int:
    """Have the files of all editions made that came after the edition `after` (an id). The newest edition's id."""
    newest = (await session.execute(select(func.max(Edition.id)))).scalar_one() or 0
    if newest <= after:
        return newest
    ids = select(Edition.version_id).where(Edition.id > after).distinct()
    versions = list((await session.execute(ids)).scalars())
    kept = select(Rendition.version_id, Rendition.lang, Rendition.format).where(
        Rendition.what == TEXT, Rendition.version_id.in_(versions)
    )
    there = {tuple(row) for row in await session.execute(kept)}
    for edition in await newest_editions(session, versions):
        missing = [
            each for each in MAKINGS[TEXT].makers if (edition.version_id, edition.lang, each) not in there
        ]
        if missing:
            await ask_for(session, edition.version_id, TEXT, edition.lang, missing, now)
    return newest


async def look_again(session: AsyncSession, mark: str, now: datetime) -> None:
    """Files that another release made (their content does not begin with `mark`), or that a machine could not make
    which may have been given what it lacked."""
    await session.execute(
        update(Rendition)
        .where(
            or_(
                and_(Rendition.state == RenditionState.READY, Rendition.what == TEXT,
                     Rendition.content.not_like(f"{mark}%")),
                and_(Rendition.state == RenditionState.FAILED, Rendition.error.like(f"{UNAVAILABLE}%")),
            )
        )
        .values(state=RenditionState.WAITING, attempts=0, asked_at=now)
    )  # fmt: skip


async def take_batch(session: AsyncSession, now: datetime) -> Batch | None:
    """The next files to be made, theirs for PATIENCE. What failed before is made alone, to fail alone.

    What was asked for last comes first: readers wait for the newest version, not for what a release makes anew.
    """
    due = and_(Rendition.state == RenditionState.WAITING, Rendition.asked_at <= now)
    first = (
        select(Rendition)
        .where(due)
        .order_by(Rendition.attempts, Rendition.asked_at.desc(), Rendition.id)
        .limit(1)
    )
    row = (await session.execute(first.with_for_update(skip_locked=True))).scalar_one_or_none()
    if row is None:
        return None
    rows: Sequence[Rendition] = [row]
    if not row.attempts:
        same = and_(due, _same(row.version_id, row.what, row.base_id, row.lang), Rendition.attempts == 0)
        rows = (
            (await session.execute(select(Rendition).where(same).with_for_update(skip_locked=True)))
            .scalars()
            .all()
        )
    for each in rows:
        each.attempts, each.asked_at = each.attempts + 1, now + PATIENCE
    await session.flush()
    return Batch(row.version_id, row.what, row.base_id, row.lang, {each.format: each.id for each in rows},
                 {each.format: each.content for each in rows}, row.attempts)  # fmt: skip


async def store_file(
    session: AsyncSession, rendition_id: int, content: str, body: bytes | None, now: datetime
) -> None:
    """A file was made; without `body` the one that is there says this already."""
    values = {"state": RenditionState.READY, "content": content, "error": "", "attempts": 0}
    if body is not None:
        values |= {"body": body, "made_at": now}
    await session.execute(update(Rendition).where(Rendition.id == rendition_id).values(**values))


async def note_failure(
    session: AsyncSession, rendition_id: int, attempts: int, error: str, now: datetime, *, final: bool = False
) -> None:
    """A file could not be made: again later, but not for ever."""
    gives_up = final or attempts > len(PAUSES)
    state = RenditionState.FAILED if gives_up else RenditionState.WAITING
    again = now if gives_up else now + PAUSES[attempts - 1]
    statement = update(Rendition).where(Rendition.id == rendition_id)
    await session.execute(statement.values(state=state, error=error[:290], asked_at=again))


async def try_again(session: AsyncSession, rendition_id: int, now: datetime) -> bool:
    """Make a file that failed, now. Whether there is one."""
    row = await session.get(Rendition, rendition_id)
    if row is None or row.state == RenditionState.READY:
        return False
    row.state, row.attempts, row.asked_at = RenditionState.WAITING, 0, now
    await session.flush()
    return True


async def version_of(session: AsyncSession, version_id: int) -> Version:
    """A version that is there."""
    return await session.get_one(Version, version_id)


def _same(version_id: int, what: str, base_id: int, lang: str) -> ColumnElement[bool]:
    return and_(
        Rendition.version_id == version_id,
        Rendition.what == what,
        Rendition.base_id == base_id,
        Rendition.lang == lang,
    )
