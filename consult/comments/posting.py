"""Receiving a comment: from a request to the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from litestar import Response
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.unfinished import forget_unfinished
from consult.comments.forms import parse_comment
from consult.comments.service import Sending, find_sent, post_comment
from consult.comments.written import Written
from consult.consultations.queries import BriefConsultation
from consult.documents.queries import BlockPlace
from consult.kernel.translated import digest
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, State
from consult.security.tokens import read_instant
from consult.web.forms import Typed, read_form
from consult.web.respond import actor_needed, see_other
from consult.web.site import Ask, locale_of, site_of


@dataclass(frozen=True, slots=True)
class Received:
    """A comment's form as it was sent, and what it says."""

    typed: Typed
    written: Written


async def read_comment(request: Ask) -> Received:
    """Read the form. Raises FormInvalid. Best done before the first query, from which on other writers wait."""
    typed = await read_form(request)
    return Received(typed, parse_comment(typed, locale_of(request)))


async def receive_comment(
    request: Ask,
    session: AsyncSession,
    consultation: Consultation | BriefConsultation,
    target: BlockPlace | Contribution | None,
    received: Received | None = None,
    *,
    as_forum: bool = False,
) -> Contribution:
    """Post what was received, read now where it was not yet. Raises FormInvalid, RoundClosed, Conflict."""
    actor = actor_needed(request)
    received = received or await read_comment(request)
    typed, written = received.typed, received.written
    action = request.scope["path"].removeprefix(f"/{locale_of(request)}")
    kept_from = await forget_unfinished(session, actor.id, action)
    sending = Sending(_send_key(typed, written), _begun_at(request, typed, kept_from), as_forum)
    now = site_of(request).clock.now()
    try:
        return await post_comment(session, consultation, target, actor, written, sending, now)
    except IntegrityError:
        # The same form, sent twice in the same moment: the other one has committed by now.
        await session.rollback()
        if sent := await find_sent(session, actor.id, sending.send_key):
            return sent
        raise


def _send_key(typed: Typed, written: Written) -> str:
    """What a resend shares with what it resends: the form and its words. Other words in a form that the browser's
    back button brought back are another comment."""
    key = typed["send_key"][:60]
    return f"{key}:{digest(written.text)}" if key else ""


def _begun_at(request: Ask, typed: Typed, kept_from: datetime | None) -> datetime | None:
    """When it was begun, as far as we can vouch for it: our signature in the form, or the text kept here."""
    signed = read_instant(site_of(request).settings.secret_key, "begun", typed["begun"])
    return min((at for at in (signed, kept_from) if at is not None), default=None)


def to_comment(request: Ask, comment: Contribution, address: str) -> Response[None]:
    """After posting, for browsers without scripts: where the comment now stands."""
    if comment.state == State.PENDING:
        return see_other(request, f"/contributions/{comment.reference}", "waiting")
    return see_other(request, f"{address}#c-{comment.reference}", "posted")
