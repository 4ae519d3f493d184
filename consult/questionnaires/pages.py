"""What a round asks, for everybody: before one begins a response, on paper, and with the history of its wording."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.deadline import Deadline, make_deadline
from consult.consultations.queries import current_round, get_consultation
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.i18n.words import choices
from consult.kernel.errors import NotFound
from consult.kernel.events import consultation_scope
from consult.models.consultation import Consultation, Round
from consult.questionnaires.asked_views import view_asked, view_editions
from consult.questionnaires.queries import find_passages, list_editions, rounds_that_ask
from consult.questionnaires.wording import PUBLICATIONS, READERS
from consult.security.permissions import Permission
from consult.web.respond import Shared, respond
from consult.web.site import Ask, locale_of, site_of

HERE = "/consultations/{slug:str}/questions"


@get(HERE, opt={"permission": Permission.READ})
async def read_questions(request: Ask, session: AsyncSession, slug: str) -> Response[Any]:
    """What a round asks: the one in progress, or the one that the query names."""
    consultation = await get_consultation(session, slug, None)
    locale, now = locale_of(request), site_of(request).clock.now()
    asking = await rounds_that_ask(session, [each.id for each in consultation.rounds])
    rounds = [each for each in consultation.rounds if each.id in asking]
    round_ = _chosen(request, consultation, rounds, now)
    editions = await list_editions(session, round_.id)
    content, address = editions[-1].read(), f"/consultations/{consultation.slug}"
    passages = await find_passages(session, consultation.id, consultation.slug, content.questions(), locale)
    context = {
        "title": pick(consultation.title, locale),
        "reference": consultation.reference,
        "address": address,
        "number": round_.number,
        "several": len(consultation.rounds) > 1,
        "period": _deadline(round_, f"/{locale}{address}/deadline.ics", locale, now),
        "intro": pick(content.intro, locale) if content.intro else None,
        "sections": view_asked(content, passages, locale),
        "editions": view_editions(editions, locale),
        "publications": [each for each in choices(PUBLICATIONS, locale) if each[0] in content.publications],
        "per_answer": content.per_answer,
        "paired": content.paired,
        "readers": catalogue(locale).gettext(READERS[content.readers].label),
        "others": [each.number for each in rounds if each is not round_],
    }
    until = round_.period.next_change(now)
    shared = Shared(frozenset({consultation_scope(consultation.id)}), until, consultation.id)
    return respond(request, "questionnaires/asked.html", context, shared=shared, section="consultations")


def _deadline(round_: Round, ics: str, locale: str, now: datetime) -> Deadline:
    return make_deadline(round_.period, round_.extensions, locale, now, ics=ics)


def _chosen(request: Ask, consultation: Consultation, asking: Sequence[Round], now: datetime) -> Round:
    """The round of the query, else the one that matters now, else the last one that asks. Raises NotFound."""
    wanted = str(request.query_params.get("round", ""))
    if wanted:
        found = [each for each in asking if str(each.number) == wanted]
    else:
        current = current_round(consultation, now)
        found = [each for each in asking if current and each.id == current.id] or list(asking[-1:])
    if not found:
        raise NotFound
    return found[0]


HANDLERS = (read_questions,)
