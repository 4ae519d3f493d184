"""Going back: withdrawing what was sent, dropping changes since, deleting what was never sent. Each asks first."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid, NotFound
from consult.models.submission import SubmissionState
from consult.receipts.signing import load_signer
from consult.security.permissions import Permission
from consult.submissions.ending import withdraw_submission
from consult.submissions.going_back import delete_unsent, go_back
from consult.submissions.own_page import KEY, address_of, context_of, find_own
from consult.submissions.queries import sendings_of
from consult.teams.sign_offs import check_may_withdraw
from consult.web.forms import form_state
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

WITHDRAW = f"{KEY}/withdraw"
DISCARD = f"{KEY}/discard"
DELETE = f"{KEY}/delete"


async def show_withdraw(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """Says what withdrawing does, before it is done."""
    own = await find_own(request, session)
    if own.submission.state != SubmissionState.SENT:
        raise NotFound
    context = context_of(request, own, form=form_state(failed, catalogue(locale_of(request))))
    return respond(request, "submissions/withdraw.html", context, has_errors=bool(failed))


@get(WITHDRAW, opt={"permission": Permission.RESPOND})
async def withdraw_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks before a response is withdrawn."""
    return await show_withdraw(request, session)


@post(WITHDRAW, opt={"permission": Permission.RESPOND, "redisplay": show_withdraw})
async def withdraw(request: Ask, session: AsyncSession) -> Response[Any]:
    """Take a response back: its text is no longer public; what was written can be changed and sent again."""
    site = site_of(request)
    load_signer(site.settings)
    own = await find_own(request, session, hold=True)
    await check_may_withdraw(session, own.submission, actor_needed(request), site.clock.now())
    await withdraw_submission(session, own.submission, own.target.round, site.clock.now())
    return see_other(request, address_of(own.submission), "response-withdrawn")


@get(DISCARD, opt={"permission": Permission.RESPOND})
async def discard_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks before changes since the last sending are thrown away."""
    own = await find_own(request, session)
    if not await sendings_of(session, own.submission.id):
        raise NotFound
    return respond(request, "submissions/discard.html", context_of(request, own))


@post(DISCARD, opt={"permission": Permission.RESPOND})
async def discard(request: Ask, session: AsyncSession) -> Response[Any]:
    """Go back to what was sent."""
    own = await find_own(request, session, hold=True)
    sendings = await sendings_of(session, own.submission.id)
    if not sendings or not sendings[-1].text:
        raise NotFound
    actor, now = actor_needed(request), site_of(request).clock.now()
    await go_back(session, own.submission, sendings[-1], actor.id, now)
    return see_other(request, address_of(own.submission), "response-went-back")


@get(DELETE, opt={"permission": Permission.RESPOND})
async def delete_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks before an unsent response is deleted."""
    own = await find_own(request, session)
    if own.submission.state != SubmissionState.BEGUN:
        raise NotFound
    return respond(request, "submissions/delete.html", context_of(request, own))


@post(DELETE, opt={"permission": Permission.RESPOND})
async def delete(request: Ask, session: AsyncSession) -> Response[Any]:
    """Delete an unsent response, with its files."""
    own = await find_own(request, session, hold=True)
    actor = actor_needed(request)
    slug = own.target.consultation.slug
    await delete_unsent(session, own.submission, actor)
    return see_other(request, f"/consultations/{slug}/respond", "response-deleted")


HANDLERS = (withdraw_page, withdraw, discard_page, discard, delete_page, delete)
