"""Drafts, versions and blocks as readers may see them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.documents.blocks import BlockKind, read_shape
from consult.documents.portions import Parted, Piece, part
from consult.kernel.errors import NotFound
from consult.kernel.translated import digest
from consult.models.consultation import Consultation, round_versions
from consult.models.document import Block, BlockText, Draft, Version


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block with its text in the language asked for, or in the original where that has none."""

    id: int
    key: str
    kind: str
    shape: dict[str, Any]
    comment_count: int
    lang: str
    html: str
    plain: str
    is_fallback: bool
    stale: bool
    joined_into: str


async def list_drafts(session: AsyncSession, consultation_id: int) -> Sequence[Draft]:
    """A consultation's drafts that have a published version, with their versions."""
    statement = (
        select(Draft)
        .options(selectinload(Draft.versions))
        .where(
            Draft.consultation_id == consultation_id, Draft.versions.any(Version.published_at.is_not(None))
        )
        .order_by(Draft.position, Draft.id)
    )
    return (await session.execute(statement)).scalars().all()


async def get_draft(session: AsyncSession, consultation_id: int, slug: str) -> Draft:
    """One draft with its versions. Raises NotFound."""
    statement = select(Draft).options(selectinload(Draft.versions))
    statement = statement.where(Draft.consultation_id == consultation_id, Draft.slug == slug)
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def published_versions(draft: Draft) -> list[Version]:
    """The versions that readers may see, the newest last."""
    return [version for version in draft.versions if version.published_at is not None]


def get_version(draft: Draft, number: str) -> Version:
    """The published version of that number, the newest where `number` is empty. Raises NotFound."""
    versions = published_versions(draft)
    wanted = [version for version in versions if not number or str(version.number) == number]
    if not wanted:
        raise NotFound
    return wanted[-1]


async def load_blocks(session: AsyncSession, version: Version, lang: str, key: str = "") -> list[BlockRow]:
    """The blocks of a version in `lang`, in reading order; only the one with `key` where that is given."""
    statement = _texts_in(version, lang)
    if key:
        statement = statement.where(Block.key == key)
    return _chosen((await session.execute(statement)).all(), lang, version.original)


async def load_some_blocks(
    session: AsyncSession, version: Version, lang: str, ids: Collection[int]
) -> list[BlockRow]:
    """Those blocks of a version in `lang`, in reading order."""
    statement = _texts_in(version, lang).where(Block.id.in_(ids))
    return _chosen((await session.execute(statement)).all(), lang, version.original)


def _texts_in(version: Version, lang: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Block.id, Block.key, Block.kind, Block.shape, Block.comment_count, BlockText.lang, BlockText.html,
               BlockText.plain, BlockText.of, BlockText.joined_into)
        .join(BlockText, BlockText.block_id == Block.id)
        .where(Block.version_id == version.id, BlockText.lang.in_({lang, version.original}))
        .order_by(Block.position)
    )  # fmt: skip


async def load_parted(session: AsyncSession, version: Version) -> Parted:
    """A version in portions, without its texts."""
    asked = {"version": version.id, "original": version.original}
    rows = (await session.execute(_PIECES, asked)).all()
    pieces = tuple(_piece(row) for row in rows)
    noted = any(piece.kind is BlockKind.FOOTNOTE for piece in pieces)
    html = (await session.execute(_REFERRING, asked)).all() if noted else []
    referred: dict[str, str] = {}
    for key, text in html:
        for place in _REFERENCE.findall(text):
            referred.setdefault(place, key)
    return part(pieces, referred, version.original)


def _piece(row: Any) -> Piece:
    return Piece(row.id, row.key, BlockKind(row.kind), letters=row.letters, comment_count=row.comment_count,
                 **read_shape(row.shape))  # fmt: skip


def _chosen(rows: Sequence[Any], lang: str, original: str) -> list[BlockRow]:
    texts: dict[int, dict[str, Any]] = {}
    for row in rows:
        texts.setdefault(row.id, {})[row.lang] = row
    return [_choose(of_block, lang, original) for of_block in texts.values()]


def _choose(texts: dict[str, Any], lang: str, original: str) -> BlockRow:
    from_original = texts[original]
    row = texts.get(lang, from_original)
    return BlockRow(
        id=row.id,
        key=row.key,
        kind=row.kind,
        shape=row.shape,
        comment_count=row.comment_count,
        lang=row.lang,
        html=row.html,
        plain=row.plain,
        is_fallback=row.lang != lang,
        stale=row.lang != original and row.of != digest(from_original.plain),
        joined_into=row.joined_into,
    )


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """A block of a public version, with its text in the language that the reader saw.

    `newest`: no later version is public, as far as is known.
    """

    block_id: int
    version_id: int
    lang: str
    plain: str
    newest: bool = False


_BLOCKS: Any = Block.__table__
_TEXTS: Any = BlockText.__table__
_VERSIONS: Any = Version.__table__
_DRAFTS: Any = Draft.__table__
_LATER = _VERSIONS.alias("later")
_HAS_LATER = (
    select(_LATER.c.id)
    .where(
        _LATER.c.draft_id == _VERSIONS.c.draft_id,
        _LATER.c.number > _VERSIONS.c.number,
        _LATER.c.published_at.is_not(None),
    )
    .exists()
)
_REFERENCE = re.compile(r'href="#fn-([\w-]+)"')
_PIECES = (
    select(_BLOCKS.c.id, _BLOCKS.c.key, _BLOCKS.c.kind, _BLOCKS.c.shape, _BLOCKS.c.comment_count,
           func.length(_TEXTS.c.plain).label("letters"))
    .join(_TEXTS, _TEXTS.c.block_id == _BLOCKS.c.id)
    .where(_BLOCKS.c.version_id == bindparam("version"), _TEXTS.c.lang == bindparam("original"))
    .order_by(_BLOCKS.c.position)
)  # fmt: skip
_REFERRING = (
    select(_BLOCKS.c.key, _TEXTS.c.html)
    .join(_TEXTS, _TEXTS.c.block_id == _BLOCKS.c.id)
    .where(_BLOCKS.c.version_id == bindparam("version"), _TEXTS.c.lang == bindparam("original"))
    .where(_TEXTS.c.html.contains('href="#fn-'), _BLOCKS.c.kind != BlockKind.FOOTNOTE.value)
    .order_by(_BLOCKS.c.position)
)
_BLOCK = (
    select(_BLOCKS.c.id, _BLOCKS.c.version_id, _TEXTS.c.lang, _TEXTS.c.plain, _HAS_LATER.label("has_later"))
    .join(_TEXTS, and_(_TEXTS.c.block_id == _BLOCKS.c.id, _TEXTS.c.joined_into == ""))
    .join(_VERSIONS, _VERSIONS.c.id == _BLOCKS.c.version_id)
    .join(_DRAFTS, _DRAFTS.c.id == _VERSIONS.c.draft_id)
    .where(
        _DRAFTS.c.consultation_id == bindparam("consultation"),
        _DRAFTS.c.slug == bindparam("draft"),
        _VERSIONS.c.published_at.is_not(None),
        _BLOCKS.c.key == bindparam("key"),
        or_(_TEXTS.c.lang == bindparam("lang"), _TEXTS.c.of == ""),
    )
    .order_by(_VERSIONS.c.number.desc(), (_TEXTS.c.lang == bindparam("lang")).desc())
    .limit(1)
)
"""Made once, over tables: every comment on a block asks it."""
_BLOCK_OF_NUMBER = _BLOCK.where(_VERSIONS.c.number == bindparam("number"))


async def find_block(
    session: AsyncSession, consultation_id: int, draft: str, version: str, key: str, lang: str
) -> BlockPlace:
    """One block in one statement; the newest version where `version` is empty. Raises NotFound."""
    number = int(version) if version.isascii() and version.isdigit() and len(version) <= 9 else 0
    asked = {"consultation": consultation_id, "draft": draft, "key": key, "lang": lang, "number": number}
    row = (await session.execute(_BLOCK_OF_NUMBER if version else _BLOCK, asked)).first()
    if row is None:
        raise NotFound
    return BlockPlace(row.id, row.version_id, row.lang, row.plain, not row.has_later)


async def versions_of_round(session: AsyncSession, round_id: int) -> frozenset[int]:
    """Ids of the versions that a round takes comments on."""
    statement = select(round_versions.c.version_id).where(round_versions.c.round_id == round_id)
    return frozenset((await session.execute(statement)).scalars())


async def find_place(session: AsyncSession, block_id: int) -> tuple[Consultation, Draft, Version, Block]:
    """Where a block stands. Raises NotFound."""
    statement = (
        select(Consultation, Draft, Version, Block)
        .join(Draft, Draft.consultation_id == Consultation.id)
        .join(Version, Version.draft_id == Draft.id)
        .join(Block, Block.version_id == Version.id)
        .where(Block.id == block_id)
    )
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2], row[3]
