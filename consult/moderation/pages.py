"""The public log of moderation."""

from __future__ import annotations

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import list_consultations
from consult.i18n.catalogues import catalogue
from consult.i18n.words import ACTIONS, action_label
from consult.kernel.addresses import with_query
from consult.kernel.events import SITE
from consult.kernel.messages import N_
from consult.moderation.queries import LOG_PAGE, LOG_SCOPE, LogFilter, count_decisions, list_log
from consult.moderation.views import view_log, view_years
from consult.responses.queries import read_id
from consult.responses.views import view_choices
from consult.security.permissions import Permission
from consult.web.respond import Shared, respond
from consult.web.site import Ask, locale_of


@get("/log", opt={"permission": Permission.READ})
async def get_log(
    request: Ask, session: AsyncSession, consultation: str = "", action: str = "", before: str = ""
) -> Response[bytes]:
    """Every decision of moderators, the newest first; never the text nor who wrote it."""
    locale = locale_of(request)
    public = view_choices(await list_consultations(session, None), locale)
    slug = consultation if consultation in {each.slug for each in public} else ""
    wanted = LogFilter(slug, action if action in ACTIONS else "")
    rows = await list_log(session, wanted, read_id(before))
    address = with_query(f"/{locale}/log", consultation=wanted.consultation, action=wanted.action)
    join = "&" if "?" in address else "?"
    say = catalogue(locale).gettext
    context = {
        "entries": [view_log(row, locale) for row in rows[:LOG_PAGE]],
        "years": view_years(await count_decisions(session, wanted.consultation)),
        "action_names": [action_label(each, locale) for each in ACTIONS],
        "wanted": wanted,
        "consultations": [
            ("", say(N_("All"))),
            *((each.slug, f"{each.reference} · {each.title}") for each in public),
        ],
        "actions": [("", say(N_("All"))), *((each, action_label(each, locale)) for each in ACTIONS)],
        "first": address if before else "",
        "next": f"{address}{join}before={rows[LOG_PAGE - 1].Decision.id}" if len(rows) > LOG_PAGE else "",
    }
    return respond(request, "moderation/log.html", context, shared=Shared(frozenset({LOG_SCOPE, SITE})))


HANDLERS = (get_log,)
