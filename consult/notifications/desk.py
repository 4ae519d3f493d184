"""The desk's page of mails: what waits, what failed and why, and sending it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.kernel.errors import NotFound
from consult.kernel.messages import N_
from consult.ledger.audit import record
from consult.models.ledger import Mail, MailState
from consult.notifications.draining import parked, unpark
from consult.notifications.queries import unsent_mails
from consult.notifications.sending import send_again
from consult.security.permissions import Permission
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

KIND_NAMES: dict[str, str] = {
    "confirm": N_("Confirm an address"),
    "reset": N_("Choose a new password"),
    "email": N_("Confirm a new address"),
    "known": N_("You already have an account"),
    "reply": N_("A reply"),
    "moderated": N_("A moderator's decision"),
    "answered": N_("The Forum's answer"),
    "extended": N_("A comment period extended"),
    "opened": N_("A comment period opened"),
    "closing": N_("Closing soon"),
    "outcome": N_("An outcome"),
}
"""What each kind of mail is called."""


@dataclass(frozen=True, slots=True)
class UnsentMail:
    """A mail that has not gone out. `error` is the server's code or a short name, "" before the first attempt."""

    id: int
    kind: str
    recipient: str
    failed: bool
    attempts: int
    error: str
    created_at: datetime
    next_at: datetime


def view_unsent(mail: Mail, locale: str) -> UnsentMail:
    """The view of a row."""
    kind = catalogue(locale).gettext(KIND_NAMES.get(mail.kind, mail.kind))
    failed = mail.state == MailState.FAILED
    return UnsentMail(
        mail.id, kind, mail.recipient, failed, mail.attempts, mail.error, mail.created_at, mail.next_at
    )


@get("/desk/mail", opt={"permission": Permission.ADMINISTER})
async def show_mails(request: Ask, session: AsyncSession) -> Response[bytes]:
    """Mails that have not gone out."""
    locale = locale_of(request)
    mails = [view_unsent(mail, locale) for mail in await unsent_mails(session)]
    context = {
        "failed": [mail for mail in mails if mail.failed],
        "waiting": [mail for mail in mails if not mail.failed],
        "parked": await parked(session),
    }
    return respond(request, "notifications/desk_mail.html", context)


@post(
    "/desk/mail/{mail_id:int}/retry",
    opt={"permission": Permission.ADMINISTER, "form_at": "/desk/mail"},
)
async def retry_mail(request: Ask, session: AsyncSession, mail_id: int) -> Response[Any]:
    """Send a mail again, now."""
    now = site_of(request).clock.now()
    mail = await send_again(session, mail_id, now)
    if mail is None:
        raise NotFound
    record(session, actor_needed(request), "mail.retried", f"mail {mail_id}", now)
    return see_other(request, "/desk/mail", notice="mail-retried")


@post("/desk/mail/events/retry", opt={"permission": Permission.ADMINISTER, "form_at": "/desk/mail"})
async def retry_events(request: Ask, session: AsyncSession) -> Response[Any]:
    """Deal again with what the worker had given up."""
    await unpark(session)
    record(session, actor_needed(request), "events.retried", "outbox", site_of(request).clock.now())
    return see_other(request, "/desk/mail", notice="events-retried")


HANDLERS = (show_mails, retry_mail, retry_events)
