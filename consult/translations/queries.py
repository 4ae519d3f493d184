"""Originals with their translations and what translators work on; the glossary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.documents.blocks import BlockKind
from consult.kernel.errors import NotFound
from consult.kernel.translated import digest
from consult.models.document import Block, BlockText, Version
from consult.models.people import User
from consult.models.translation import Term, TranslationWork
from consult.translations.states import BlockState, Progress, count_progress, state_of
from consult.translations.wording import Original


@dataclass(frozen=True, slots=True)
class Text:
    """A public translation. `of`: digest of the original it was made from."""

    source: str
    of: str
    joined_into: str


@dataclass(frozen=True, slots=True)
class Work:
    """A translation in progress; `by` is who saved it last."""

    source: str
    of: str
    revision: int
    ready: bool
    saved_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A block's original and what there is of its translation into one language."""

    block_id: int
    key: str
    position: int
    original: Original
    plain: str
    text: Text | None
    work: Work | None

    @property
    def now(self) -> str:
        """The digest of the present original."""
        return digest(self.plain)

    @property
    def state(self) -> BlockState:
        """Where the translation stands."""
        text_of = self.text.of if self.text else None
        work_of, ready = (self.work.of, self.work.ready) if self.work else (None, False)
        return state_of(self.now, text_of, work_of, ready)

    @property
    def source(self) -> str:
        """The Markdown that a translator goes on from: work in progress, else the public translation."""
        if self.work:
            return self.work.source
        return self.text.source if self.text and not self.text.joined_into else ""

    @property
    def made_from(self) -> str:
        """The digest of the original that `source` was made from, "" where there is none."""
        made = self.work or self.text
        return made.of if made else ""

    @property
    def changed_from(self) -> str:
        """The digest of the earlier original that the work, else the public translation, was made from; "" where the
        original has not changed since."""
        made = [each.of for each in (self.work, self.text) if each and each.of != self.now]
        return made[0] if made else ""

    @property
    def seen(self) -> str:
        """What a translator has in sight: another value means that somebody changed something in the meantime."""
        revision = self.work.revision if self.work else 0
        return f"{revision}-{digest(self.text.source) if self.text else ''}-{self.now}"


async def load_pairs(
    session: AsyncSession, version: Version, lang: str, keys: Collection[str] = ()
) -> list[Pair]:
    """All blocks of a version in reading order, or those of `keys`, in one statement."""
    original, text = aliased(BlockText), aliased(BlockText)
    columns: list[Any] = [
        *(Block.id, Block.key, Block.position, Block.kind, Block.shape),
        *(original.source, original.html, original.plain),
        *(text.source.label("target"), text.of, text.joined_into),
        *(TranslationWork.source.label("work_source"), TranslationWork.of.label("work_of")),
        *(TranslationWork.revision, TranslationWork.ready, TranslationWork.saved_at, User.name),
    ]
    statement = (
        select(*columns)
        .join(original, and_(original.block_id == Block.id, original.lang == version.original))
        .outerjoin(text, and_(text.block_id == Block.id, text.lang == lang))
        .outerjoin(TranslationWork, and_(TranslationWork.block_id == Block.id, TranslationWork.lang == lang))
        .outerjoin(User, User.id == TranslationWork.actor_id)
        .where(Block.version_id == version.id)
        .order_by(Block.position)
    )
    if keys:
        statement = statement.where(Block.key.in_(keys))
    return [_pair(row) for row in (await session.execute(statement)).all()]


async def get_pair(session: AsyncSession, version: Version, lang: str, key: str) -> Pair:
    """One block. Raises NotFound."""
    found = await load_pairs(session, version, lang, (key,))
    if not found:
        raise NotFound
    return found[0]


def _pair(row: Any) -> Pair:
    return Pair(
        block_id=row.id,
        key=row.key,
        position=row.position,
        original=Original(BlockKind(row.kind), row.shape, row.source, row.html),
        plain=row.plain,
        text=Text(row.target, row.of, row.joined_into) if row.target is not None else None,
        work=Work(row.work_source, row.work_of, row.revision, row.ready, row.saved_at, row.name or "")
        if row.work_source is not None
        else None,
    )


async def count_states(
    session: AsyncSession, versions: Mapping[int, Collection[str]]
) -> dict[tuple[int, str], Progress]:
    """How far the translations are, by version id and language. `versions`: version id → languages to count."""
    now, texts, works = await _digests(session, versions)
    found: dict[tuple[int, str], list[BlockState]] = defaultdict(list)
    for (version_id, block_id), of_now in now.items():
        for lang in versions[version_id]:
            work_of, ready = works.get((block_id, lang), (None, False))
            state = state_of(of_now, texts.get((block_id, lang)), work_of, ready)
            found[version_id, lang].append(state)
    return {place: count_progress(states) for place, states in found.items()}


async def _digests(
    session: AsyncSession, versions: Iterable[int]
) -> tuple[
    dict[tuple[int, int], str], dict[tuple[int, str], str], dict[tuple[int, str], tuple[str | None, bool]]
]:
    """(version, block) → the original's digest; (block, language) → the text's `of`; the same of work, and readiness."""
    ids = list(versions)
    blocks = (
        select(Block.version_id, Block.id, BlockText.plain)
        .join(Version, Version.id == Block.version_id)
        .join(BlockText, and_(BlockText.block_id == Block.id, BlockText.lang == Version.original))
        .where(Block.version_id.in_(ids))
    )
    now = {(row.version_id, row.id): digest(row.plain) for row in (await session.execute(blocks)).all()}
    texts = select(BlockText.block_id, BlockText.lang, BlockText.of).join(
        Block, Block.id == BlockText.block_id
    )
    texts = texts.where(Block.version_id.in_(ids), BlockText.of != "")
    work = select(
        TranslationWork.block_id, TranslationWork.lang, TranslationWork.of, TranslationWork.ready
    ).join(Block, Block.id == TranslationWork.block_id)
    work = work.where(Block.version_id.in_(ids))
    return (
        now,
        {(row.block_id, row.lang): row.of for row in (await session.execute(texts)).all()},
        {(row.block_id, row.lang): (row.of, row.ready) for row in (await session.execute(work)).all()},
    )


async def earlier_originals(
    session: AsyncSession, version: Version, wanted: Mapping[str, str]
) -> dict[str, str]:
    """The originals that translations were made from: `wanted` and the answer are by block key, digest and plain text.

    They are found in the earlier versions of the draft; what none of them has is not in the answer.
    """
    if not wanted:
        return {}
    statement = (
        select(Block.key, BlockText.plain)
        .join(Version, Version.id == Block.version_id)
        .join(BlockText, and_(BlockText.block_id == Block.id, BlockText.lang == Version.original))
        .where(
            Version.draft_id == version.draft_id,
            Version.number < version.number,
            Version.original == version.original,
            Block.key.in_(list(wanted)),
        )
    )
    rows = (await session.execute(statement)).all()
    return {row.key: row.plain for row in rows if digest(row.plain) == wanted[row.key]}


async def find_change(session: AsyncSession, version: Version, lang: str, key: str) -> tuple[str, str] | None:
    """A block's original as it was when its public translation was made and as it is now; None where the translation
    is of the present original, or where that earlier original is not known."""
    pairs = await load_pairs(session, version, lang, (key,))
    text = pairs[0].text if pairs else None
    if text is None or text.of == pairs[0].now:
        return None
    before = await earlier_originals(session, version, {key: text.of})
    return (before[key], pairs[0].plain) if key in before else None


async def list_terms(session: AsyncSession) -> Sequence[Term]:
    """The whole glossary, the oldest term first."""
    return (await session.execute(select(Term).order_by(Term.id))).scalars().all()


async def get_term(session: AsyncSession, term_id: int) -> Term:
    """One term. Raises NotFound."""
    found = await session.get(Term, term_id)
    if found is None:
        raise NotFound
    return found
