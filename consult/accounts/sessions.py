"""Signed-in browsers: a session begins at sign-in with a new token and ends at sign-out."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.events import Event, account_scope
from consult.ledger.outbox import emit
from consult.models.people import SignedIn
from consult.security.tokens import new_token, token_hash


async def begin_session(session: AsyncSession, user_id: int, days: int, now: datetime) -> str:
    """A new session's token, for the cookie."""
    token = new_token()
    await session.execute(delete(SignedIn).where(SignedIn.user_id == user_id, SignedIn.expires_at <= now))
    session.add(
        SignedIn(
            token_hash=token_hash(token),
            user_id=user_id,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    await session.flush()
    return token


async def end_session(session: AsyncSession, session_id: int, user_id: int, now: datetime) -> None:
    """Sign one browser out."""
    await session.execute(delete(SignedIn).where(SignedIn.id == session_id))
    emit(session, Event("session.ended", (account_scope(user_id),)), now)


async def end_all_sessions(session: AsyncSession, user_id: int, now: datetime, but: int = 0) -> None:
    """Sign a person out everywhere, but for one session."""
    await session.execute(delete(SignedIn).where(SignedIn.user_id == user_id, SignedIn.id != but))
    emit(session, Event("session.ended", (account_scope(user_id),)), now)
