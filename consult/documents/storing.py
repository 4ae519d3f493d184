"""Blocks as they are kept: from what was read and settled to rows, and from rows back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.documents.blocks import BlockKind, ParsedBlock, read_shape
from consult.documents.figures import base_name
from consult.documents.importing import Prepared
from consult.documents.settlement import Settlement
from consult.kernel.translated import digest
from consult.models.document import Block, BlockText, Version
from consult.models.translation import TranslationWork


@dataclass(frozen=True, slots=True)
class KeptText:
    """A row of block_texts."""

    source: str
    html: str
    plain: str
    of: str = ""
    joined_into: str = ""


@dataclass(frozen=True, slots=True)
class KeptBlock:
    """A row of blocks with its texts by language."""

    key: str
    kind: str
    shape: Mapping[str, Any]
    texts: Mapping[str, KeptText]

    def parsed(self, lang: str, original: str) -> ParsedBlock:
        """The block as it was read, in `lang` or, where it has no text in that, in `original`."""
        text = self.texts.get(lang) or self.texts[original]
        return ParsedBlock(
            BlockKind(self.kind),
            source=text.source,
            html=text.html,
            plain=text.plain,
            **read_shape(self.shape),
            src=str(self.shape.get("file", "")),
        )

    def same_as(self, later: KeptBlock) -> bool:
        """Whether `later` says nothing that this block does not."""
        return (self.kind, self.shape) == (
            later.kind,
            later.shape,
        ) and later.texts.items() <= self.texts.items()


def make_blocks(
    prepared: Prepared, settled: Mapping[str, Settlement], keys: Sequence[str], figures: Mapping[str, str]
) -> tuple[KeptBlock, ...]:
    """The blocks of a version. `figures`: file name → address."""
    return tuple(
        KeptBlock(
            key,
            block.kind,
            shape_of(block, figures),
            {
                prepared.original: KeptText(block.source, block.html, block.plain),
                **make_translations(settled, place, block.plain, keys),
            },
        )
        for place, (key, block) in enumerate(zip(keys, prepared.blocks, strict=True))
    )


def make_translations(
    settled: Mapping[str, Settlement], place: int, original: str, keys: Sequence[str]
) -> dict[str, KeptText]:
    """The translations of the block at `place`; languages that lack it are not there."""
    of = digest(original)
    found = {lang: settlement.texts.get(place) for lang, settlement in settled.items()}
    return {
        lang: KeptText(
            text.source, text.html, text.plain, of, "" if text.joined_into is None else keys[text.joined_into]
        )
        for lang, text in found.items()
        if text is not None
    }


def carry_translations(
    before: Sequence[KeptBlock], blocks: Sequence[KeptBlock], languages: Sequence[str]
) -> tuple[KeptBlock, ...]:
    """`blocks` with the translations into `languages` that the blocks of the same key had `before`.

    Each still says which original it was made from. Where words are part of another block's text and that block is
    gone, there is none.
    """
    had = {block.key: block.texts for block in before}
    kept = {block.key for block in blocks}

    def carried(block: KeptBlock) -> dict[str, KeptText]:
        texts = {lang: had.get(block.key, {}).get(lang) for lang in languages}
        return {
            lang: text
            for lang, text in texts.items()
            if text is not None and (not text.joined_into or text.joined_into in kept)
        }

    return tuple(replace(block, texts={**block.texts, **carried(block)}) for block in blocks)


async def insert_blocks(session: AsyncSession, version_id: int, blocks: Sequence[KeptBlock]) -> None:
    """Store blocks and texts in three statements, however many there are."""
    rows = [
        {"version_id": version_id, "key": block.key, "position": place, "kind": block.kind,
         "shape": dict(block.shape), "comment_count": 0}
        for place, block in enumerate(blocks)
    ]  # fmt: skip
    await session.execute(insert(Block), rows)
    await insert_texts(session, version_id, {block.key: block.texts for block in blocks})


async def insert_texts(
    session: AsyncSession, version_id: int, texts: Mapping[str, Mapping[str, KeptText]]
) -> None:
    """Store texts, by block key and language, of blocks that are there."""
    statement = select(Block.key, Block.id).where(Block.version_id == version_id)
    ids = {row.key: row.id for row in (await session.execute(statement)).all()}
    rows = [
        {"block_id": ids[key], "lang": lang, "source": text.source, "html": text.html, "plain": text.plain,
         "of": text.of, "joined_into": text.joined_into}
        for key, by_lang in texts.items()
        for lang, text in by_lang.items()
    ]  # fmt: skip
    if rows:
        await session.execute(insert(BlockText), rows)


async def replace_texts(
    session: AsyncSession, version_id: int, texts: Mapping[str, Mapping[str, KeptText]]
) -> None:
    """As `insert_texts`, in place of texts of the same block and language that are there."""
    for lang in dict.fromkeys(lang for by_lang in texts.values() for lang in by_lang):
        keys = [key for key, by_lang in texts.items() if lang in by_lang]
        blocks = select(Block.id).where(Block.version_id == version_id, Block.key.in_(keys))
        await session.execute(
            delete(BlockText).where(BlockText.lang == lang, BlockText.block_id.in_(blocks)),
            execution_options={"synchronize_session": False},
        )
    await insert_texts(session, version_id, texts)


async def carry_work(
    session: AsyncSession, before_id: int, version_id: int, languages: Sequence[str]
) -> None:
    """Translators go on with a new version where they were: their work on blocks of the same key comes along.

    It still says which original it was made from.
    """
    old, new = aliased(Block), aliased(Block)
    copied = (TranslationWork.lang, TranslationWork.source, TranslationWork.of, TranslationWork.revision,
              TranslationWork.ready, TranslationWork.actor_id, TranslationWork.saved_at)  # fmt: skip
    work = (
        select(new.id, *copied)
        .join(old, old.id == TranslationWork.block_id)
        .join(new, new.key == old.key)
        .where(old.version_id == before_id, new.version_id == version_id, TranslationWork.lang.in_(languages))
    )
    names = ["block_id", *(column.key for column in copied)]
    await session.execute(insert(TranslationWork).from_select(names, work))


async def load_kept(session: AsyncSession, version: Version) -> tuple[KeptBlock, ...]:
    """A version's blocks with all their texts, in reading order."""
    statement = (
        select(Block.key, Block.kind, Block.shape, BlockText.lang, BlockText.source, BlockText.html,
               BlockText.plain, BlockText.of, BlockText.joined_into)
        .join(BlockText, BlockText.block_id == Block.id)
        .where(Block.version_id == version.id)
        .order_by(Block.position)
    )  # fmt: skip
    found: dict[str, KeptBlock] = {}
    texts: dict[str, dict[str, KeptText]] = {}
    for row in (await session.execute(statement)).all():
        of_block = texts.setdefault(row.key, {})
        of_block[row.lang] = KeptText(row.source, row.html, row.plain, row.of, row.joined_into)
        found.setdefault(row.key, KeptBlock(row.key, row.kind, row.shape, of_block))
    return tuple(found.values())


def shape_of(block: ParsedBlock, figures: Mapping[str, str]) -> dict[str, Any]:
    """What rendering needs beside the text; what is empty is left out. `figures`: file name → address."""
    shape = {
        "level": block.level,
        "label": block.label,
        "ordered": block.ordered,
        "header": block.header,
        "group": block.group,
        "file": block.src,
        "src": figures.get(base_name(block.src), "") if block.src else "",
    }
    return {name: value for name, value in shape.items() if value}
