"""`GET /consultations` and `GET /consultations/{slug}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from litestar import Response, get
from litestar.params import QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from consult.api.answers import (
    USUAL,
    Cursor,
    Limit,
    answer,
    gives,
    next_address,
    problems,
    read_cursor,
    together,
)
from consult.api.shapes import (
    ConsultationList,
    ConsultationShape,
    Counts,
    ExtensionShape,
    LocalisedShape,
    RoundShape,
)
from consult.consultations.queries import get_consultation, list_consultations, published_outcomes, tallies
from consult.consultations.views import consultation_state
from consult.documents.queries import list_drafts
from consult.i18n.content import pick
from consult.models.consultation import Consultation, Round
from consult.models.response import Outcome
from consult.security.permissions import Permission
from consult.web.site import Ask, actor_of, site_of

READING = {"permission": Permission.READ}
Lang = Annotated[
    str | None, QueryParameter(max_length=35, description="The language of `title` and `summary`")
]


@get(
    "/consultations",
    opt=READING,
    summary="All public consultations",
    operation_id="listConsultations",
    responses={**gives(ConsultationList, "The newest first"), **problems(401, 422)},
)
async def list_all(
    request: Ask, session: AsyncSession, limit: Limit = USUAL, cursor: Cursor = None, lang: Lang = None
) -> Response[bytes]:
    """All public consultations, the newest first; with a token of staff, also those that are not public yet."""
    before = read_cursor(cursor)
    found = [
        each
        for each in await list_consultations(session, actor_of(request))
        if before is None or each.id < before
    ]
    shown = found[:limit]
    shapes = await _shape_all(request, session, shown, lang or "")
    more = next_address(request, shown[-1].id if len(found) > limit else None)
    return answer(request, ConsultationList(shapes, more))


@get(
    "/consultations/{slug:str}",
    opt=READING,
    summary="One consultation",
    operation_id="readConsultation",
    responses={**gives(ConsultationShape, "The consultation"), **problems(401, 404, 422)},
)
async def read_one(request: Ask, session: AsyncSession, slug: str, lang: Lang = None) -> Response[bytes]:
    """One consultation with its rounds, counts and the names of its drafts."""
    consultation = await get_consultation(session, slug, actor_of(request))
    drafts = [each.slug for each in await list_drafts(session, consultation.id)]
    (shape,) = await _shape_all(request, session, [consultation], lang or "", drafts)
    return answer(request, shape)


async def _shape_all(
    request: Ask,
    session: AsyncSession,
    found: Sequence[Consultation],
    lang: str,
    drafts: list[str] | None = None,
) -> list[ConsultationShape]:
    ids = [each.id for each in found]
    counts, outcomes = await tallies(session, ids), await published_outcomes(session, ids)
    site = site_of(request)
    return [
        _shape(each, counts[each.id].get("type", {}), outcomes.get(each.id), lang, site.clock.now(),
               site.settings.base_url, drafts)
        for each in found
    ]  # fmt: skip


def _shape(
    consultation: Consultation,
    counts: Mapping[str, int],
    outcome: Outcome | None,
    lang: str,
    now: datetime,
    base_url: str,
    drafts: list[str] | None,
) -> ConsultationShape:
    lang = lang if lang in consultation.title.texts else consultation.original
    return ConsultationShape(
        reference=consultation.reference,
        slug=consultation.slug,
        lang=lang,
        title=pick(consultation.title, lang).text,
        summary=pick(consultation.summary, lang).text,
        texts=_texts(consultation),
        state=consultation_state(consultation, outcome.published_at if outcome else None, now),
        languages=list(consultation.languages),
        topics=[topic.slug for topic in consultation.topics],
        url=f"{base_url}/consultations/{consultation.slug}",
        answer_promised_at=consultation.answer_promised_at,
        rounds=[_shape_round(each, consultation.original, now) for each in consultation.rounds],
        counts=Counts(counts.get("comment", 0), counts.get("submission", 0)),
        drafts=drafts,
    )


def _texts(consultation: Consultation) -> dict[str, LocalisedShape]:
    title, summary = consultation.title, consultation.summary
    return {
        lang: LocalisedShape(
            title.get(lang), summary.get(lang), title.is_stale(lang) or summary.is_stale(lang)
        )
        for lang in title.languages()
    }


def _shape_round(each: Round, lang: str, now: datetime) -> RoundShape:
    return RoundShape(
        number=each.number,
        state=each.period.state(now),
        opens_at=each.opens_at,
        closes_at=each.closes_at,
        grace_ends_at=each.period.grace_ends_at,
        time_zone=each.time_zone,
        extensions=[
            ExtensionShape(one.from_at, one.to_at, pick(one.reason, lang).text) for one in each.extensions
        ],
    )


HANDLERS = (together(list_all, read_one),)
