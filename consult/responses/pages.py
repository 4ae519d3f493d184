"""The outcome as everybody reads it."""

from __future__ import annotations

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.views import view_contributions
from consult.consultations.queries import get_consultation, published_outcomes, tallies
from consult.consultations.views import view_consultation
from consult.documents.queries import list_drafts
from consult.i18n.words import DISPOSITIONS, disposition_label
from consult.kernel.addresses import with_query
from consult.kernel.errors import NotFound
from consult.kernel.events import scopes_with_responses
from consult.responses.queries import ANSWERS_PAGE, list_answered, read_id
from consult.responses.views import count_answers, view_answered, view_outcome
from consult.security.permissions import Permission
from consult.versions.summary import changes_of
from consult.web.respond import Shared, respond
from consult.web.site import Ask, locale_of, site_of


@get("/consultations/{slug:str}/outcome", opt={"permission": Permission.READ})
async def get_outcome(
    request: Ask, session: AsyncSession, slug: str, answer: str = "", after: str = ""
) -> Response[bytes]:
    """We asked, you said, we did; the numbers; every answer. Not there before it is published."""
    locale, now = locale_of(request), site_of(request).clock.now()
    consultation = await get_consultation(session, slug, None)
    outcome = (await published_outcomes(session, [consultation.id])).get(consultation.id)
    if outcome is None:
        raise NotFound
    counts = (await tallies(session, [consultation.id]))[consultation.id]
    view = view_consultation(consultation, counts, outcome.published_at, locale, now)
    kind = answer if answer in DISPOSITIONS else ""
    rows = await list_answered(session, consultation.id, kind, read_id(after))
    answered = view_answered(await view_contributions(session, rows[:ANSWERS_PAGE], locale))
    address = f"/{locale}{view.address}/outcome"
    more = (
        with_query(address, answer=kind, after=rows[ANSWERS_PAGE - 1].id) if len(rows) > ANSWERS_PAGE else ""
    )
    context = {
        "c": view,
        "outcome": view_outcome(outcome, locale),
        "answers": count_answers(counts.get("disposition", {}), locale, address),
        "answered": answered,
        "texts": await changes_of(
            session, await list_drafts(session, consultation.id), f"/{locale}{view.address}", locale
        ),
        "chosen": disposition_label(kind, locale) if kind else "",
        "address": address,
        "first": with_query(address, answer=kind) if after else "",
        "next": f"{more}#answers" if more else "",
    }
    shared = Shared(scopes_with_responses(consultation.id), view.until, consultation.id)
    return respond(request, "responses/outcome.html", context, section="consultations", shared=shared)


HANDLERS = (get_outcome,)
