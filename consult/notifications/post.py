"""Mails in the books: drafts become rows, once each, and what was hidden meanwhile is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.ledger import Mail, MailState
from consult.notifications.composing import Composed


@dataclass(frozen=True, slots=True)
class MailDraft:
    """A mail to be kept. `once` names it for ever: see `once_key`. `user_id` is None for an address without an account."""

    once: str
    user_id: int | None
    recipient: str
    kind: str
    locale: str
    words: Composed
    unsubscribe: str = ""


def once_key(kind: str, topic: str, about: object, user_id: int | str) -> str:
    """`reply/FMF-2026-01-C0042/FMF-2026-01-C0050/7`: the same happening makes the same key.

    Mails with the same topic (a thread, a consultation) belong together in the reader's mail program.
    """
    return f"{kind}/{topic}/{about}/{user_id}"


def topic_of(once: str) -> str:
    """What a mail belongs to."""
    return once.split("/")[1]


async def is_kept(session: AsyncSession, once: str) -> bool:
    """Whether the mail was made before."""
    return (await session.execute(select(Mail.id).where(Mail.once == once))).first() is not None


async def keep_mails(session: AsyncSession, drafts: Sequence[MailDraft], now: datetime) -> None:
    """Put mails on their way; those made before stay as they are."""
    if not drafts:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Mail).on_conflict_do_nothing(index_elements=["once"])
    await session.execute(statement, [_row(draft, now) for draft in drafts])


async def take_back(session: AsyncSession, onces: Sequence[str]) -> None:
    """What these mails are about is no longer public: unsent ones are dropped, kept texts of sent ones blanked."""
    if not onces:
        return
    chosen = Mail.once.in_(onces)
    await session.execute(delete(Mail).where(chosen, Mail.state != MailState.SENT))
    await session.execute(update(Mail).where(chosen).values(text="", html="", subject=""))


def _row(draft: MailDraft, now: datetime) -> dict[str, object]:
    return {
        "once": draft.once,
        "user_id": draft.user_id,
        "recipient": draft.recipient,
        "kind": draft.kind,
        "locale": draft.locale,
        "subject": draft.words.subject,
        "text": draft.words.text,
        "html": draft.words.html,
        "unsubscribe": draft.unsubscribe,
        "state": MailState.WAITING,
        "attempts": 0,
        "error": "",
        "created_at": now,
        "next_at": now,
    }
