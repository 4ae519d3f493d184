"""Writing translations of versions that are there. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.crossing import link_headings
from consult.documents.importing import Choices, Prepared
from consult.documents.keeping import keep_editions
from consult.documents.service import announce, lock_drafts
from consult.documents.storing import KeptText, load_kept, make_translations, replace_texts
from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.kernel.messages import N_
from consult.ledger.audit import record
from consult.models.consultation import Consultation
from consult.models.document import Draft, Version
from consult.security.actor import Actor


async def add_translations(
    session: AsyncSession,
    consultation: Consultation,
    draft: Draft,
    version: Version,
    prepared: Prepared,
    choices: Choices,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Whole translations in languages that a version lacks. Raises FormInvalid for a language that is there."""
    settled = prepared.settled(choices)
    await lock_drafts(session, consultation.id)
    await session.refresh(version)
    refuse_present(version, prepared.translations)
    kept = await load_kept(session, version)
    keys = [block.key for block in kept]
    texts = {
        block.key: make_translations(settled, place, block.texts[version.original].plain, keys)
        for place, block in enumerate(kept)
    }
    await keep_translations(
        session, consultation, draft, version, texts, list(prepared.translations), actor, now
    )


async def keep_translations(
    session: AsyncSession,
    consultation: Consultation,
    draft: Draft,
    version: Version,
    texts: Mapping[str, Mapping[str, KeptText]],
    languages: Sequence[str],
    actor: Actor | None,
    now: datetime,
) -> None:
    """Store translations by block key and language, in place of those that are there; the original never changes.

    All translations of a version, public or not, come in here; others hear of it where readers can see them.
    """
    await replace_texts(session, version.id, await _linked(session, version, texts))
    version.languages = list(dict.fromkeys([*version.languages, *languages]))
    if version.published_at is not None:
        await keep_editions(session, version, now)
        announce(session, consultation, version, now)
    about = f"{consultation.reference}/{draft.slug}/{version.number}"
    record(session, actor, "draft.translated", f"{about} {' '.join(languages)}", now)
    await session.flush()


async def _linked(
    session: AsyncSession, version: Version, texts: Mapping[str, Mapping[str, KeptText]]
) -> dict[str, dict[str, KeptText]]:
    """The texts with their links to headings, whose places only the whole version knows."""
    kept = await load_kept(session, version)
    whole = link_headings(
        [replace(block, texts={**block.texts, **texts.get(block.key, {})}) for block in kept]
    )
    return {
        block.key: {lang: block.texts[lang] for lang in texts[block.key]}
        for block in whole
        if block.key in texts
    }


def refuse_present(version: Version, languages: Mapping[str, object]) -> None:
    """Raises FormInvalid for languages that a version has."""
    text = N_("This version has this language already. To change its text, bring in a new version.")
    errors = [FieldError(f"text-{lang}", Message(text)) for lang in languages if lang in version.languages]
    if errors:
        raise FormInvalid(errors)
