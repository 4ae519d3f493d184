"""The demo's mailbox: what the site would have sent, for a site that sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.locales import direction
from consult.models.ledger import Mail
from consult.notifications.queries import kept_mail, kept_mails
from consult.security.permissions import Permission
from consult.web.respond import respond
from consult.web.site import Ask


@dataclass(frozen=True, slots=True)
class MailView:
    """A mail as the mailbox shows it: its text as paragraphs of lines."""

    id: int
    subject: str
    recipient: str
    lang: str
    dir: str
    created_at: datetime
    paragraphs: Sequence[Sequence[str]]


def view_mail(mail: Mail) -> MailView:
    """The view of a row."""
    paragraphs = [part.splitlines() for part in mail.text.strip().split("\n\n") if part.strip()]
    return MailView(
        mail.id,
        mail.subject,
        mail.recipient,
        mail.locale,
        direction(mail.locale),
        mail.created_at,
        paragraphs,
    )


@get("/demo/mail", opt={"permission": Permission.DEMO})
async def show_mailbox(request: Ask, session: AsyncSession) -> Response[bytes]:
    """All mails, the newest first."""
    mails = [view_mail(mail) for mail in await kept_mails(session)]
    return respond(request, "notifications/mailbox.html", {"mails": mails})


@get("/demo/mail/{mail_id:int}", opt={"permission": Permission.DEMO})
async def show_mail(request: Ask, session: AsyncSession, mail_id: int) -> Response[bytes]:
    """One mail with its links."""
    return respond(request, "notifications/mail.html", {"mail": view_mail(await kept_mail(session, mail_id))})


HANDLERS = (show_mailbox, show_mail)
