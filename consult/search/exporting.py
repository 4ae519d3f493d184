"""Results to take away: as a table, as JSON Lines, as a bibliography. Only what the public may see, read afresh."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.db.database import Database
from consult.i18n.content import pick
from consult.i18n.formats import iso
from consult.models.contribution import Anchor, Contribution, State
from consult.models.document import Block, Draft, Version
from consult.models.response import Disposition
from consult.search.entries import about_consultation, about_drafts, load_subjects
from consult.search.forms import run_search
from consult.search.port import DEEPEST, Entry, Hit, Query, Results, SearchEngine
from consult.search.queries import CONTRIBUTIONS, look_around

AT_ONCE = 500
"""Results that are asked for, and held in memory, at once."""

COLUMNS = (
    "reference", "type", "consultation", "consultation_title", "title", "text", "lang", "author", "organisation",
    "kind", "country", "created_at", "edited_at", "draft", "block", "quote", "parent_id", "thread", "support",
    "disposition", "url", "in_grace", "late", "verified", "publication", "interest", "funder",
)  # fmt: skip
"""The table's columns."""

Record = dict[str, Any]


async def first_results(engine: SearchEngine, query: Query) -> Results:
    """The first part of what is taken away, so that a missing index is said before a file begins.

    Raises SearchUnavailable.
    """
    return await run_search(engine, replace(query, page=1, size=AT_ONCE))


async def records(
    database: Database, engine: SearchEngine, first: Results, base_url: str
) -> AsyncIterator[list[Record]]:
    """All results down to DEEPEST, in parts. Each part reads the database in a session of its own, closed before it is sent.

    Raises SearchUnavailable where the index goes away meanwhile: the file then ends broken, not complete.
    """
    results, seen = first, set[str]()
    for page in range(1, DEEPEST // AT_ONCE + 1):
        if page > 1:
            results = await run_search(engine, replace(first.query, page=page))
        fresh = [hit for hit in results.items if hit.key not in seen]
        seen.update(hit.key for hit in fresh)
        if fresh:
            async with database.reading() as session:
                part = await _read(session, fresh, base_url, first.query.locale)
            yield part
        if page * AT_ONCE >= results.total:
            return


async def _read(session: AsyncSession, hits: Sequence[Hit], base_url: str, locale: str) -> list[Record]:
    around = await look_around(session, hits)
    public = [hit for hit in hits if around.is_public(hit)]
    found = {
        **await _contributions(session, public, base_url),
        **await _texts(session, public, base_url),
    }
    titles = {slug: pick(title, locale).text for slug, title in around.titles.items()}
    return [
        {**found[hit.key], "consultation": hit.consultation, "consultation_title": titles[hit.consultation]}
        for hit in public
        if hit.key in found
    ]


async def _contributions(session: AsyncSession, hits: Sequence[Hit], base_url: str) -> dict[str, Record]:
    references = [hit.reference for hit in hits if hit.type in CONTRIBUTIONS]
    if not references:
        return {}
    parent, thread = aliased(Contribution), aliased(Contribution)
    statement: Select[*tuple[Any, ...]] = (
        select(
            Contribution, parent.reference.label("parent"), thread.reference.label("thread"),
            Draft.slug.label("draft"), Block.key.label("block"), Anchor.exact, Disposition.kind.label("disposition"),
        )
        .outerjoin(parent, parent.id == Contribution.parent_id)
        .outerjoin(thread, thread.id == Contribution.thread_id)
        .outerjoin(Anchor, and_(Anchor.contribution_id == Contribution.id, Anchor.made_here))
        .outerjoin(Block, Block.id == Anchor.block_id)
        .outerjoin(Version, Version.id == Block.version_id)
        .outerjoin(Draft, Draft.id == Version.draft_id)
        .outerjoin(Disposition, Disposition.contribution_id == Contribution.id)
        .where(Contribution.reference.in_(references), Contribution.state == State.PUBLISHED)
    )  # fmt: skip
    rows = (await session.execute(statement)).all()
    return {
        f"{row.Contribution.type}:{row.Contribution.reference}": _of_contribution(row, base_url)
        for row in rows
    }


def _of_contribution(row: Row[*tuple[Any, ...]], base_url: str) -> Record:
    """A contribution in the form in which it can be brought in again."""
    each: Contribution = row.Contribution
    named = not each.anonymous and not each.forum_voice
    return {
        "id": each.reference,
        "reference": each.reference,
        "type": each.type,
        "title": each.title,
        "text": each.text,
        "lang": each.lang,
        "author": each.author_name if named else "",
        "organisation": each.organisation_name if named else "",
        "verified": each.verified if named else "",
        "kind": "" if each.forum_voice else each.kind,
        "country": each.country if named else "",
        "created_at": iso(each.created_at),
        "edited_at": _iso(each.edited_at),
        "draft": row.draft,
        "block": row.block,
        "quote": row.exact,
        "parent_id": row.parent,
        "thread": row.thread or each.reference,
        "support": each.support_count,
        "disposition": row.disposition,
        "themes": [],
        "url": f"{base_url}/contributions/{each.reference}",
        "in_grace": each.in_grace,
        "late": each.late,
        "publication": each.publication,
        "interest": each.interest,
        "funder": each.funder if named else "",
    }


def _iso(at: datetime | None) -> str | None:
    return iso(at) if at else None


async def _texts(session: AsyncSession, hits: Sequence[Hit], base_url: str) -> dict[str, Record]:
    """What the Forum wrote: consultations, parts of drafts, outcomes."""
    wanted = {hit.key for hit in hits if hit.type not in CONTRIBUTIONS}
    slugs = {hit.consultation for hit in hits if hit.key in wanted}
    if not wanted:
        return {}
    entries: list[Entry] = []
    for subject in (await load_subjects(session)).values():
        if subject.slug in slugs:
            entries += (await about_consultation(session, subject)).entries
            entries += (await about_drafts(session, subject)).entries
    return {entry.key: _of_entry(entry, base_url) for entry in entries if entry.key in wanted}


def _of_entry(entry: Entry, base_url: str) -> Record:
    return {
        "id": entry.key,
        "reference": entry.reference,
        "type": entry.type,
        "title": entry.title,
        "text": entry.text,
        "lang": entry.lang,
        "author": "Frontier Model Forum",
        "created_at": iso(entry.created_at),
        "url": f"{base_url}{entry.address}",
    }


Writer = Callable[[AsyncIterator[list[Record]]], AsyncIterator[bytes]]


async def write_jsonl(parts: AsyncIterator[list[Record]]) -> AsyncIterator[bytes]:
    """An object a line (JSON Lines); what is not known is left out."""
    async for part in parts:
        kept = ({name: value for name, value in each.items() if value not in ("", None)} for each in part)
        yield b"".join(msgspec.json.encode(each) + b"\n" for each in kept)


async def write_csv(parts: AsyncIterator[list[Record]]) -> AsyncIterator[bytes]:
    """A table (RFC 4180) in UTF-8 with its mark, by which spreadsheets know it; no cell is a formula."""
    yield b"\xef\xbb\xbf" + _csv([COLUMNS])
    async for part in parts:
        yield _csv([neutral(each.get(column)) for column in COLUMNS] for each in part)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@\t\r＝＋－＠]")


def neutral(value: object) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe before what could be one."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


async def write_bibtex(parts: AsyncIterator[list[Record]]) -> AsyncIterator[bytes]:
    """A bibliography in BibTeX, an @misc each, in UTF-8 as Biber and most reference managers read it."""
    async for part in parts:
        yield "\n".join(_bibtex(each) for each in part).encode() + b"\n"


def _bibtex(each: Record) -> str:
    name = each.get("author") or "Name withheld"
    who = f"{name} ({each['organisation']})" if each.get("organisation") else name
    fields = {
        "author": f"{{{_plain(who)}}}",
        "title": _plain(each["title"] or f"{each['reference']} on: {each['consultation_title']}"),
        "howpublished": "Frontier Model Forum, Consult",
        "year": each["created_at"][:4],
        "month": str(int(each["created_at"][5:7])),
        "day": str(int(each["created_at"][8:10])),
        "note": _plain(each["reference"]),
        "langid": _plain(each["lang"]),
        "url": _plain(each["url"]),
    }
    body = ",\n".join(f"  {key} = {{{value}}}" for key, value in fields.items())
    return f"@misc{{{re.sub(r'[^A-Za-z0-9_:.-]', '-', each['id'])},\n{body}\n}}\n"


def _plain(text: str) -> str:
    """Braces would end a field; a backslash would begin a command."""
    return " ".join(text.translate(str.maketrans("{}\\", "()/")).split())


FILES: dict[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "jsonl": ("application/jsonl; charset=utf-8", write_jsonl),
    "bib": ("application/x-bibtex; charset=utf-8", write_bibtex),
}
"""Media type and writer of each kind of file, by its ending."""
