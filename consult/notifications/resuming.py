"""Mails with the way back to a response that was begun."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.guests import find_for_address, mailed_to, make_resume_link, want_resume_link
from consult.accounts.links import LASTS, Purpose
from consult.accounts.service import NO_PASSWORD
from consult.db.database import Database
from consult.kernel.addresses import in_path
from consult.models.consultation import Consultation, Round
from consult.models.people import User
from consult.models.submission import Submission
from consult.notifications.composing import Composer, language_for
from consult.notifications.draining import Recorded
from consult.notifications.post import MailDraft, is_kept, keep_mails, once_key


async def want_resume_mails(database: Database, email: str, now: datetime) -> None:
    """A mail for each of the newest responses of an address."""
    async with database.writing() as session:
        for user_id, key in await find_for_address(session, email):
            want_resume_link(session, user_id, key, now)


async def make_resume_mail(database: Database, composer: Composer, event: Recorded, now: datetime) -> None:
    """The link and its mail in one transaction. Whoever has a password gets the response's own address instead, where
    they sign in: a link that lets somebody in is better not left in mailboxes for days."""
    once = once_key(Purpose.RESUME, "account", event.id, event.data["user_id"])
    async with database.writing() as session:
        found = await _find(session, event.data["user_id"], event.data["data"])
        if found is None or await is_kept(session, once):
            return
        user, submission, consultation = found
        locale, signs_in = language_for(user.locale), user.password_hash == NO_PASSWORD
        path = f"/respond/{in_path(submission.key)}"
        if signs_in:
            token = await make_resume_link(session, user, submission, now)
            path = f"/respond/resume/{token}"
        context = {
            "about": composer.about(locale, consultation.title, consultation.reference, consultation.slug),
            "address": composer.address(locale, path),
            "signs_in": signs_in,
            "lasts": LASTS[Purpose.RESUME],
            "again": composer.address(locale, "/respond/resume"),
        }
        words = composer.compose(Purpose.RESUME, locale, context)
        draft = MailDraft(once, user.id, mailed_to(user, submission), Purpose.RESUME, locale, words)
        await keep_mails(session, [draft], now)


async def _find(
    session: AsyncSession, user_id: int, key: str
) -> tuple[User, Submission, Consultation] | None:
    statement = (
        select(User, Submission, Consultation)
        .select_from(Submission)
        .join(Round, Round.id == Submission.round_id)
        .join(Consultation, Consultation.id == Round.consultation_id)
        .join(User, User.id == user_id)
        .where(Submission.key == key, User.closed_at.is_(None))
    )
    row = (await session.execute(statement)).first()
    return (row[0], row[1], row[2]) if row else None
