"""All comments of a version whose passage is gone: /consultations/{slug}/drafts/{draft}/gone."""

from __future__ import annotations

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.filters import read_after
from consult.comments.places import ON_PAGE, gone_from, view_gone
from consult.consultations.queries import answered_at, get_consultation
from consult.consultations.views import view_consultation
from consult.documents.pages import DRAFT
from consult.documents.queries import get_draft, get_version
from consult.documents.views import view_draft
from consult.kernel.addresses import with_query
from consult.kernel.events import consultation_scope
from consult.security.permissions import Permission
from consult.web.respond import Shared, respond
from consult.web.site import Ask, locale_of, site_of


@get(f"{DRAFT}/gone", opt={"permission": Permission.READ})
async def read_gone(request: Ask, session: AsyncSession) -> Response[bytes]:
    """A page of them, each with the passage that it was about."""
    locale, number = locale_of(request), request.query_params.get("version", "")
    consultation = await get_consultation(session, request.path_params["slug"], None)
    draft = await get_draft(session, consultation.id, request.path_params["draft"])
    version = get_version(draft, number)
    answered = await answered_at(session, consultation.id)
    view = view_consultation(consultation, {}, answered, locale, site_of(request).clock.now())
    rows = await gone_from(session, version.id, ON_PAGE + 1, read_after(request))
    address = f"/{locale}{view.address}/drafts/{draft.slug}/gone"
    more = len(rows) > ON_PAGE
    context = {
        "consultation": view,
        "draft": view_draft(draft, version, view.address, locale),
        "items": await view_gone(session, rows[:ON_PAGE], locale),
        "next": with_query(address, version=number, after=rows[ON_PAGE - 1].id) if more else "",
        "may_comment": view.state == "open",
    }
    scopes = frozenset({consultation_scope(consultation.id)})
    shared = Shared(scopes, view.until, consultation.id)
    return respond(request, "places/gone.html", context, shared=shared, section="consultations")


HANDLERS = (read_gone,)
