"""The moderators' side: what waits, one contribution with its decisions, and deciding."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.unfinished import find_unfinished, forget_unfinished
from consult.attachments.queries import public_files
from consult.comments.queries import get_contribution, rows_by_id
from consult.i18n.catalogues import catalogue
from consult.i18n.words import GROUNDS, VERDICTS, choices
from consult.kernel.addresses import with_query
from consult.kernel.errors import Conflict, FormInvalid
from consult.models.contribution import State
from consult.models.response import Action
from consult.moderation.forms import MOST_REASON, decided, parse_verdict
from consult.moderation.queries import QUEUE_PAGE, count_waiting, decisions_on, list_waiting, open_reports
from consult.moderation.service import decide, mark, possible_actions
from consult.moderation.views import view_decision, view_reports, view_waiting
from consult.responses.form_view import is_fresh, language_fields
from consult.responses.queries import lock_contribution
from consult.responses.views import view_in_context
from consult.security.map import allows
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

QUEUE = "/desk/moderation"
ONE = "/desk/contributions/{reference:str}"
ONE_AT = "/desk/contributions/{reference}"
DECIDE_AT = ONE_AT + "/decide"
NOTICE = {
    Action.PUBLISH: "published",
    Action.HIDE: "hidden",
    Action.RESTORE: "restored",
    Action.DISMISS: "dismissed",
}


@get(QUEUE, opt={"permission": Permission.MODERATE})
async def get_queue(request: Ask, session: AsyncSession, after: str = "") -> Response[bytes]:
    """First posts and reports, oldest first."""
    locale = locale_of(request)
    found = await list_waiting(session, read_cursor(after))
    shown = found[:QUEUE_PAGE]
    last = shown[-1] if len(found) > QUEUE_PAGE else None
    context = {
        "items": await view_waiting(session, shown, locale),
        "total": await count_waiting(session),
        "next": with_query(f"/{locale}{QUEUE}", after=make_cursor(last.since, last.contribution_id))
        if last
        else "",
        "first": f"/{locale}{QUEUE}" if after else "",
    }
    return respond(request, "moderation/queue.html", context)


def make_cursor(since: datetime, contribution_id: int) -> str:
    """`1795521600000000.42`: microseconds since 1970 and an id."""
    whole = since - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{(whole.days * 86400 + whole.seconds) * 10**6 + whole.microseconds}.{contribution_id}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """What `make_cursor` made; None for anything else."""
    microseconds, _, number = text.partition(".")
    if not (microseconds.isdecimal() and number.isdecimal()) or len(microseconds) > 17 or len(number) > 18:
        return None
    seconds, rest = divmod(int(microseconds), 10**6)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), int(number)


async def show_one(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[bytes]:
    """One contribution, its whole text, its reports and decisions, and the form to decide."""
    locale, actor = locale_of(request), actor_needed(request)
    contribution, _ = await get_contribution(session, request.path_params["reference"], actor)
    (item,) = await view_in_context(session, await rows_by_id(session, [contribution.id]), locale)
    reports = (await open_reports(session, [contribution.id]))[contribution.id]
    kept = await find_unfinished(session, actor.id, DECIDE_AT.format(reference=contribution.reference))
    initial = {"original": locale, "action": request.query_params.get("action", "")} | (
        kept.fields if kept else {}
    )
    form = form_state(failed, catalogue(locale), initial)
    actions = possible_actions(State(contribution.state), bool(reports))
    decisions = await decisions_on(session, contribution.id)
    present = mark(decisions[0].Decision.id if decisions else 0, contribution.html)
    context = {
        "item": item,
        "files": await public_files(session, contribution.id, waiting=True),
        "reports": view_reports(reports, locale),
        "decisions": [view_decision(each, by, locale) for each, by in decisions],
        "form": form,
        "seen": present if is_fresh(failed, None) else form.value("seen"),
        "actions": [each for each in choices(VERDICTS, locale) if each[0] in actions],
        "grounds": choices(GROUNDS, locale),
        "languages": language_fields(locale),
        "limit": MOST_REASON,
        "restored": bool(kept) and failed is None,
        "may_answer": allows(Permission.ANSWER, actor)
        and contribution.state == State.PUBLISHED
        and not contribution.forum_voice,
    }
    return respond(request, "moderation/one.html", context, has_errors=bool(failed))


@get(ONE, opt={"permission": Permission.MODERATE})
async def get_one(request: Ask, session: AsyncSession, reference: str) -> Response[bytes]:
    """A contribution as moderators see it."""
    return await show_one(request, session)


@post(ONE + "/decide", opt={"permission": Permission.MODERATE, "redisplay": show_one, "form_at": ONE_AT})
async def post_decision(request: Ask, session: AsyncSession, reference: str) -> Response[Any]:
    """Publish, hide, restore, or dismiss reports."""
    locale, actor, typed = locale_of(request), actor_needed(request), await read_form(request)
    verdict = parse_verdict(typed, locale)
    contribution = await lock_contribution(session, reference)
    try:
        await decide(session, contribution, verdict, actor, site_of(request).clock.now())
    except Conflict as error:
        raise decided(error, typed, locale, actor.zone) from None
    target = DECIDE_AT.format(reference=contribution.reference)
    await forget_unfinished(session, actor.id, target)
    back = QUEUE if typed["from"] == "queue" else ONE_AT.format(reference=contribution.reference)
    return see_other(request, back, NOTICE[verdict.action])


HANDLERS = (get_queue, get_one, post_decision)
