"""The desk's front page, "what needs me today", and the audit log.

| address | what | who |
| --- | --- | --- |
| /desk | what waits, only as far as one's role can deal with it | moderators and above |
| /desk/log | who did what at the desk | administrators |
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.desk.queries import (
    LogFilter,
    asking_organisations,
    closing_rounds,
    consultations_at_work,
    drafts_by_consultation,
    failed_mails,
    known_actions,
    open_reports,
    pending_posts,
    read_log,
    unanswered,
    unsettled_imports,
    versions_in_preparation,
)
from consult.desk.views import (
    CursorPager,
    action_options,
    log_query,
    view_closing,
    view_log_line,
    view_queue,
    view_to_complete,
    view_to_place,
    view_to_publish,
    view_to_settle,
    view_unanswered,
)
from consult.kernel.addresses import with_query
from consult.models.response import Audit
from consult.places.queries import drafts_with_unsure
from consult.security.map import allows
from consult.security.permissions import Permission
from consult.translations.queue import translation_queue
from consult.web.respond import actor_needed, respond
from consult.web.site import Ask, locale_of, site_of

MOST_ASKED = 100
"""Characters of a filter that are looked at."""


@get("/desk", opt={"permission": Permission.DESK})
async def show_today(request: Ask, session: AsyncSession) -> Response[Any]:
    """What needs the person who asks, today."""
    actor = actor_needed(request)
    context: dict[str, Any] = {
        "may_edit": allows(Permission.EDIT, actor),
        "may_answer": allows(Permission.ANSWER, actor),
        "may_administer": allows(Permission.ADMINISTER, actor),
        **await _moderation(request, session),
    }
    if context["may_edit"]:
        context |= await _editing(request, session)
    if context["may_administer"]:
        now = site_of(request).clock.now()
        context["mails"] = view_queue(await failed_mails(session), locale_of(request), now)
    return respond(request, "desk/today.html", context)


async def _moderation(request: Ask, session: AsyncSession) -> dict[str, Any]:
    locale, now = locale_of(request), site_of(request).clock.now()
    return {
        "pending": view_queue(await pending_posts(session), locale, now),
        "reports": view_queue(await open_reports(session), locale, now),
    }


async def _editing(request: Ask, session: AsyncSession) -> dict[str, Any]:
    locale, now, zone = locale_of(request), site_of(request).clock.now(), actor_needed(request).zone
    at_work = await consultations_at_work(session)
    drafts = await drafts_by_consultation(session, [each.id for each in at_work])
    complete = [view_to_complete(each, drafts[each.id], locale) for each in at_work]
    return {
        "organisations": view_queue(await asking_organisations(session), locale, now),
        "closing": [view_closing(each, locale, now, zone) for each in await closing_rounds(session, now)],
        "to_answer": [view_unanswered(each, locale, now) for each in await unanswered(session, now)],
        "to_settle": [view_to_settle(*each, locale, now) for each in await unsettled_imports(session)],
        "to_place": [view_to_place(each, locale) for each in await drafts_with_unsure(session)],
        "to_publish": [
            view_to_publish(*each, locale, now) for each in await versions_in_preparation(session)
        ],
        "to_complete": [each for each in complete if each.gaps],
        "to_translate": [
            line
            for line in await translation_queue(
                session, [(each, drafts[each.id]) for each in at_work], locale
            )
            if line.progress.to_do or line.progress.ready
        ],
    }


@get("/desk/log", opt={"permission": Permission.ADMINISTER})
async def show_log(request: Ask, session: AsyncSession) -> Response[Any]:
    """Who did what at the desk, the newest first."""
    query, locale = request.query_params, locale_of(request)
    wanted = LogFilter(*(query.get(name, "").strip()[:MOST_ASKED] for name in ("about", "person", "action")))
    before, after = _cursor(query.get("before", "")), _cursor(query.get("after", ""))
    lines, more = await read_log(session, wanted, before, after)
    context = {
        "lines": [view_log_line(each, locale) for each in lines],
        "wanted": wanted,
        "actions": action_options(await known_actions(session), locale),
        "pager": _log_pager(f"/{locale}/desk/log", wanted, lines, more, before, after),
    }
    return respond(request, "desk/log.html", context)


def _cursor(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def _log_pager(
    address: str, wanted: LogFilter, lines: list[Audit], more: bool, before: int, after: int
) -> CursorPager:
    if not lines:
        return CursorPager(with_query(address, **log_query(wanted)) if before or after else "", "")
    newer = bool(before) or (bool(after) and more)
    older = bool(after) or more
    return CursorPager(
        with_query(address, **log_query(wanted), after=lines[0].id) if newer else "",
        with_query(address, **log_query(wanted), before=lines[-1].id) if older else "",
    )


HANDLERS = (show_today, show_log)
