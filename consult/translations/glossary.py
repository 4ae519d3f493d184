"""Writing the glossary. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.content import write
from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.kernel.messages import N_
from consult.ledger.audit import record
from consult.models.translation import Term
from consult.security.actor import Actor

MOST_WORD = 120
MOST_MEANING = 1_000


async def save_term(
    session: AsyncSession,
    term: Term | None,
    words: Mapping[str, str],
    meanings: Mapping[str, str],
    original: str,
    actor: Actor,
    now: datetime,
) -> Term:
    """A new term where `term` is None. Raises FormInvalid: fields are `word-{language}` and `meaning-{language}`."""
    _check(words, meanings, original)
    if term is None:
        term = Term(words=write(words, original), meaning=write(meanings, original), created_at=now)
        session.add(term)
    else:
        term.words = write(words, original, before=term.words)
        term.meaning = write(meanings, original, before=term.meaning)
    record(session, actor, "term.saved", term.words.source, now)
    await session.flush()
    return term


async def remove_term(session: AsyncSession, term: Term, actor: Actor, now: datetime) -> None:
    """Take a term out of the glossary; texts stay as they are."""
    record(session, actor, "term.removed", term.words.source, now)
    await session.delete(term)
    await session.flush()


def _check(words: Mapping[str, str], meanings: Mapping[str, str], original: str) -> None:
    errors = [
        *_too_long(words, "word", MOST_WORD),
        *_too_long(meanings, "meaning", MOST_MEANING),
    ]
    if not words.get(original, "").strip():
        errors.append(FieldError(f"word-{original}", Message(N_("Write the term in its original language."))))
    if errors:
        raise FormInvalid(errors)


def _too_long(texts: Mapping[str, str], name: str, most: int) -> list[FieldError]:
    text = N_("Shorten this to %(most)d characters; it has %(length)d.")
    return [
        FieldError(f"{name}-{lang}", Message(text, {"most": most, "length": len(each)}))
        for lang, each in texts.items()
        if len(each) > most
    ]
