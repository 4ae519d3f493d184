"""Writing translations: work in progress, and publishing what is ready. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.anchors import QuoteSelector, Span, locate
from consult.documents.blocks import DocumentError
from consult.documents.service import lock_drafts
from consult.documents.storing import KeptText
from consult.documents.translating import keep_translations
from consult.kernel.errors import FieldError, FormInvalid, Message, invalid
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.models.contribution import Anchor
from consult.models.document import Block, Draft, Version
from consult.models.translation import TranslationWork
from consult.security.actor import Actor
from consult.translations.queries import Pair, get_pair, load_pairs
from consult.translations.states import BlockState
from consult.translations.wording import Wording, read_wording

CHANGED_MEANWHILE = N_(
    "Somebody else changed this translation in the meantime. Both texts are here: bring them together in the field and save again."
)
ORIGINAL_CHANGED = N_(
    "The original was changed in the meantime. Compare your translation with it and save again."
)


async def save_work(
    session: AsyncSession,
    version: Version,
    lang: str,
    key: str,
    source: str,
    seen: str,
    ready: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep a block's translation as work in progress.

    `seen` is `Pair.seen` as the translator had it in sight: where it is no longer so and the texts differ, nothing is
    kept. Raises FormInvalid about `text`, NotFound.
    """
    pair = await _locked(session, version, lang, key)
    wording = _read(pair, source)
    if seen != pair.seen and not (wording.source == pair.source and seen.endswith(pair.now)):
        told = CHANGED_MEANWHILE if seen.endswith(pair.now) else ORIGINAL_CHANGED
        raise invalid("text", told)
    if _is_public(pair, wording.source):
        await _delete_work(session, [pair.block_id], lang)
    else:
        await put_work(session, pair, lang, wording.source, ready, actor, now)


def _is_public(pair: Pair, source: str) -> bool:
    """Whether readers have this very translation, made from the present original."""
    text = pair.text
    return text is not None and (text.source, text.of, text.joined_into) == (source, pair.now, "")


async def put_work(
    session: AsyncSession,
    pair: Pair,
    lang: str,
    source: str,
    ready: bool,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Store work of the present original, whatever was there."""
    statement = select(TranslationWork).where(
        TranslationWork.block_id == pair.block_id, TranslationWork.lang == lang
    )
    work = (await session.execute(statement)).scalar_one_or_none()
    if work is None:
        work = TranslationWork(block_id=pair.block_id, lang=lang, revision=0)
        session.add(work)
    work.source, work.of, work.ready = source, pair.now, ready
    work.revision += 1
    work.actor_id, work.saved_at = actor.id if actor else None, now
    await session.flush()


async def discard_work(session: AsyncSession, version: Version, lang: str, key: str, seen: str) -> None:
    """Go back to the translation that is public. Raises FormInvalid where somebody changed the work meanwhile."""
    pair = await _locked(session, version, lang, key)
    if seen != pair.seen:
        raise invalid("text", CHANGED_MEANWHILE)
    await _delete_work(session, [pair.block_id], lang)


async def publish_work(
    session: AsyncSession,
    consultation: Consultation,
    draft: Draft,
    version: Version,
    lang: str,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Make what is ready public: how many blocks. The original never changes, and readers see the rest as before.

    Blocks whose words are part of another block's text get its new text. Raises FormInvalid where nothing is ready,
    or where a text no longer fits its block.
    """
    await lock_drafts(session, consultation.id)
    await session.refresh(version)
    await lock_blocks(session, version)
    pairs = await load_pairs(session, version, lang)
    ready = [pair for pair in pairs if pair.state is BlockState.READY]
    if not ready:
        raise invalid("", N_("Nothing is ready to be published. Tick “Ready” at the blocks that are done."))
    texts = {pair.key: _kept(pair, _read(pair, pair.source)) for pair in ready}
    texts.update(_followers(pairs, texts))
    by_language = {key: {lang: text} for key, text in texts.items()}
    await keep_translations(session, consultation, draft, version, by_language, [lang], actor, now)
    ids = {pair.key: pair.block_id for pair in pairs}
    await _find_quotes_again(session, {ids[key]: text.plain for key, text in texts.items()}, lang)
    await _delete_work(session, [pair.block_id for pair in ready], lang)
    return len(ready)


def _kept(pair: Pair, wording: Wording) -> KeptText:
    return KeptText(wording.source, wording.html, wording.plain, pair.now)


def _followers(pairs: Sequence[Pair], texts: Mapping[str, KeptText]) -> dict[str, KeptText]:
    """The text again for blocks that have no words of their own in this language."""
    return {
        pair.key: KeptText(holder.source, holder.html, holder.plain, pair.now, pair.text.joined_into)
        for pair in pairs
        if pair.key not in texts and pair.text and (holder := texts.get(pair.text.joined_into))
    }


async def _find_quotes_again(session: AsyncSession, plains: Mapping[int, str], lang: str) -> None:
    """Words that comments quote from these texts are where they are now, or marked nowhere; the quotes stay."""
    statement = select(Anchor).where(Anchor.block_id.in_(plains), Anchor.lang == lang, Anchor.exact != "")
    for anchor in (await session.execute(statement)).scalars():
        selector = QuoteSelector(anchor.exact, anchor.prefix, anchor.suffix, anchor.start, anchor.end)
        span = locate(selector, plains[anchor.block_id or 0]) or Span(0, 0)
        anchor.start, anchor.end = span.start, span.end


async def _locked(session: AsyncSession, version: Version, lang: str, key: str) -> Pair:
    await lock_blocks(session, version, key)
    return await get_pair(session, version, lang, key)


async def lock_blocks(session: AsyncSession, version: Version, key: str = "") -> None:
    """Nobody else saves translations of these blocks until this transaction ends."""
    statement = select(Block.id).where(Block.version_id == version.id).order_by(Block.id).with_for_update()
    await session.execute(statement.where(Block.key == key) if key else statement)


async def _delete_work(session: AsyncSession, block_ids: Sequence[int], lang: str) -> None:
    await session.execute(
        delete(TranslationWork).where(TranslationWork.block_id.in_(block_ids), TranslationWork.lang == lang)
    )


def _read(pair: Pair, source: str) -> Wording:
    try:
        return read_wording(pair.original, source)
    except DocumentError as error:
        raise FormInvalid([FieldError("text", Message(error.message, error.params))]) from None
