"""From the database to what the index holds: only what everybody may read, and only as they may read it.

A key is made of what never changes (references, block keys), so that what is no longer public can always be named
and taken out, whatever else about it changed meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.queries import public_texts
from consult.db.database import Database
from consult.documents.blocks import BlockKind
from consult.documents.sanitising import plain_text
from consult.i18n.locales import CODES
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation, Topic, consultation_topics
from consult.models.contribution import Contribution, ContributionType, State
from consult.models.document import Block, BlockText, Draft, Version
from consult.models.response import Disposition, Outcome
from consult.search.port import Entry, FilePage

BATCH = 1000
"""Contributions read, and given to the index, at once."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What entries take over from their consultation. `public` decides whether there are any."""

    id: int
    reference: str
    slug: str
    topics: tuple[str, ...]
    public: bool


@dataclass(frozen=True, slots=True)
class Change:
    """Entries to take in and keys to take out."""

    entries: list[Entry] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


async def load_subjects(session: AsyncSession) -> dict[int, Subject]:
    """Every consultation by id."""
    topics: dict[int, list[str]] = {}
    statement = select(consultation_topics.c.consultation_id, Topic.slug).join(Topic).order_by(Topic.slug)
    for consultation_id, slug in await session.execute(statement):
        topics.setdefault(consultation_id, []).append(slug)
    rows = await session.execute(
        select(Consultation.id, Consultation.reference, Consultation.slug, Consultation.published_at)
    )
    return {
        id: Subject(id, reference, slug, tuple(topics.get(id, ())), published_at is not None)
        for id, reference, slug, published_at in rows
    }


async def all_batches(database: Database) -> AsyncIterator[list[Entry]]:
    """Everything that can be found, some hundred or thousand at a time: memory does not grow with what there is.

    Each batch is read in a transaction of its own, so that a long rebuild holds nothing up; what changes meanwhile
    reaches the index as an update.
    """
    async with database.reading() as session:
        subjects = await load_subjects(session)
    public = [subject for subject in subjects.values() if subject.public]
    for subject in public:
        async with database.reading() as session:
            about = (await about_consultation(session, subject)).entries
            drafts = (await about_drafts(session, subject)).entries
        yield about + drafts
    last = 0
    while True:
        async with database.reading() as session:
            rows = await _contributions(session, last, Contribution.state == State.PUBLISHED)
            files = await _files(session, rows)
        if not rows:
            return
        last = rows[-1].id
        yield _sort_out(rows, subjects, files).entries


async def count_all(session: AsyncSession) -> int:
    """About how many entries there are, to show progress by."""
    contributions = (
        select(func.count()).select_from(Contribution).where(Contribution.state == State.PUBLISHED)
    )
    blocks = select(func.count()).select_from(BlockText)
    return sum([(await session.execute(each)).scalar_one() for each in (contributions, blocks)])


async def about_contributions(
    session: AsyncSession, subjects: dict[int, Subject], *conditions: ColumnElement[bool]
) -> AsyncIterator[Change]:
    """Contributions in batches: those that are public as entries, the others' keys as removed."""
    last = 0
    while rows := await _contributions(session, last, *conditions):
        last = rows[-1].id
        yield _sort_out(rows, subjects, await _files(session, rows))


async def _files(
    session: AsyncSession, rows: Sequence[Row[*tuple[Any, ...]]]
) -> dict[str, tuple[FilePage, ...]]:
    """The pages of public files, by their contribution's reference."""
    references = [row.reference for row in rows if row.type == ContributionType.SUBMISSION]
    texts = await public_texts(session, references)
    return {
        reference: tuple(FilePage(each.name, each.number, each.page, each.text) for each in found)
        for reference, found in texts.items()
    }


async def _contributions(
    session: AsyncSession, after: int, *conditions: ColumnElement[bool]
) -> Sequence[Row[*tuple[Any, ...]]]:
    columns = (
        Contribution.id, Contribution.type, Contribution.reference, Contribution.consultation_id, Contribution.state,
        Contribution.title, Contribution.html, Contribution.lang, Contribution.anonymous, Contribution.forum_voice,
        Contribution.author_name, Contribution.organisation_name, Contribution.kind, Contribution.country,
        Contribution.created_at, Disposition.kind.label("disposition"),
    )  # fmt: skip
    statement: Select[*tuple[Any, ...]] = (
        select(*columns)
        .outerjoin(Disposition, Disposition.contribution_id == Contribution.id)
        .where(Contribution.id > after, *conditions)
        .order_by(Contribution.id)
        .limit(BATCH)
    )
    return (await session.execute(statement)).all()


def _sort_out(
    rows: Iterable[Row[*tuple[Any, ...]]],
    subjects: dict[int, Subject],
    files: dict[str, tuple[FilePage, ...]],
) -> Change:
    change = Change()
    for row in rows:
        subject = subjects.get(row.consultation_id)
        if subject is not None and subject.public and row.state == State.PUBLISHED:
            change.entries.append(_of_contribution(row, subject, files.get(row.reference, ())))
        else:
            change.removed.append(f"{row.type}:{row.reference}")
    return change


def _of_contribution(row: Row[*tuple[Any, ...]], subject: Subject, pages: tuple[FilePage, ...]) -> Entry:
    """Nothing of a person who asked not to be named; what the Forum says is nobody's and of no kind.

    The title is the contribution's own: with its consultation's, every comment would be found by those words.
    """
    named = not row.anonymous and not row.forum_voice
    return Entry(
        key=f"{row.type}:{row.reference}",
        type=row.type,
        reference=row.reference,
        consultation=subject.slug,
        title=row.title,
        text=plain_text(row.html),
        lang=row.lang,
        author=row.author_name if named else "",
        organisation=row.organisation_name if named else "",
        kind="" if row.forum_voice else row.kind,
        topics=subject.topics,
        country=row.country if named else "",
        created_at=row.created_at,
        disposition=row.disposition or "",
        address=f"/contributions/{row.reference}",
        pages=pages,
    )


async def about_consultation(session: AsyncSession, subject: Subject) -> Change:
    """A consultation's own texts and its outcome, an entry a language."""
    statement = (
        select(
            Consultation.title, Consultation.summary, Consultation.asks, Consultation.published_at,
            Outcome.asked, Outcome.said, Outcome.did, Outcome.published_at.label("answered_at"),
        )
        .outerjoin(Outcome, Outcome.consultation_id == Consultation.id)
        .where(Consultation.id == subject.id)
    )  # fmt: skip
    row = (await session.execute(statement)).one()
    address = f"/consultations/{subject.slug}"
    texts = _of_texts(subject, "consultation", row.title, (row.summary, row.asks), row.published_at, address)
    outcome = _of_texts(
        subject, "outcome", row.title, (row.asked, row.said, row.did), row.answered_at, f"{address}/outcome"
    )
    possible = {
        f"{type}:{subject.reference}:{lang}" for type in ("consultation", "outcome") for lang in CODES
    }
    return _replacing([*texts, *outcome], possible, subject)


def _of_texts(
    subject: Subject,
    type: str,
    title: Translated,
    texts: Sequence[Translated | None],
    at: datetime | None,
    address: str,
) -> list[Entry]:
    """An entry for each language in which there is something beside the title; none without a date."""
    written = [text for text in texts if text is not None]
    langs = {lang for text in written for lang in text} | ({title.original} if written else set())
    if at is None:
        return []
    return [
        _by_forum(
            subject,
            f"{type}:{subject.reference}:{lang}",
            type,
            title.get(lang) or title.source,
            "\n\n".join(filter(None, (_plain(text, lang) for text in written))),
            lang,
            at,
            address,
        )
        for lang in sorted(langs)
    ]


def _plain(content: Translated, lang: str) -> str:
    piece = content.texts.get(lang)
    if piece is None:
        return ""
    return plain_text(piece.html) if piece.html else piece.text


def _by_forum(
    subject: Subject, key: str, type: str, title: str, text: str, lang: str, at: datetime, address: str
) -> Entry:
    return Entry(
        key=key,
        type=type,
        reference=subject.reference,
        consultation=subject.slug,
        title=title,
        text=text,
        lang=lang,
        author="",
        organisation="",
        kind="",
        topics=subject.topics,
        country="",
        created_at=at,
        disposition="",
        address=address,
    )


def _replacing(entries: list[Entry], possible: Iterable[str], subject: Subject) -> Change:
    """Entries in, every other possible key out; all out where the consultation is not public."""
    kept = {entry.key for entry in entries}
    if not subject.public:
        return Change([], sorted(kept.union(possible)))
    return Change(entries, sorted(set(possible) - kept))


async def about_drafts(session: AsyncSession, subject: Subject) -> Change:
    """The blocks of the newest published version of each draft, in every language they have."""
    statement: Select[*tuple[Any, ...]] = (
        select(Draft.slug, Draft.title, Version.id, Version.published_at)
        .join(Version, Version.draft_id == Draft.id)
        .where(Draft.consultation_id == subject.id, Version.published_at.is_not(None))
        .order_by(Draft.id, Version.number)
    )
    newest = {row.slug: row for row in await session.execute(statement)}
    entries = [entry for row in newest.values() for entry in await _of_blocks(session, row, subject)]
    return _replacing(entries, await _block_keys(session, subject), subject)


async def _of_blocks(session: AsyncSession, version: Row[*tuple[Any, ...]], subject: Subject) -> list[Entry]:
    """Each block's text under the heading above it; text that a translation joined into another block only there."""
    statement = (
        select(Block.key, Block.kind, BlockText.lang, BlockText.plain)
        .join(BlockText, BlockText.block_id == Block.id)
        .where(Block.version_id == version.id, BlockText.joined_into == "", BlockText.plain != "")
        .order_by(Block.position)
    )
    draft = f"{subject.reference}/{version.slug}"
    address = f"/consultations/{subject.slug}/drafts/{version.slug}/blocks"
    headings: dict[str, str] = {}
    entries: list[Entry] = []
    for key, kind, lang, plain in await session.execute(statement):
        above = version.title.get(lang) or version.title.source
        title = above if kind == BlockKind.HEADING else headings.get(lang, above)
        if kind == BlockKind.HEADING:
            headings[lang] = plain
        where = f"{address}/{key}?text={lang}"
        entries.append(
            _by_forum(
                subject,
                f"block:{draft}/{key}:{lang}",
                "block",
                title,
                plain,
                lang,
                version.published_at,
                where,
            )
        )
    return entries


async def _block_keys(session: AsyncSession, subject: Subject) -> set[str]:
    """Keys of all blocks of all versions, published or not."""
    statement = (
        select(Draft.slug, Block.key, BlockText.lang)
        .join(Version, Version.draft_id == Draft.id)
        .join(Block, Block.version_id == Version.id)
        .join(BlockText, BlockText.block_id == Block.id)
        .where(Draft.consultation_id == subject.id)
        .distinct()
    )
    rows = await session.execute(statement)
    return {f"block:{subject.reference}/{slug}/{key}:{lang}" for slug, key, lang in rows}
