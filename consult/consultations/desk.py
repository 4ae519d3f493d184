"""The desk's pages on consultations: list, overview, texts, publication. Rounds and topics have files of their own.

| address under /desk | what |
| --- | --- |
| consultations | all of them, also those not public |
| consultations/new, consultations/{slug}/edit | texts, languages, topics |
| consultations/{slug} | what is there, what is missing, what can be done |
| consultations/{slug}/publish, …/unpublish | POST |
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations import desk_rounds, desk_topics
from consult.consultations.choices import language_options
from consult.consultations.desk_queries import drafts_of, versions_by_round, waiting_imports
from consult.consultations.desk_views import (
    find_gaps,
    language_sections,
    name_texts,
    view_desk_round,
    view_draft_line,
    view_import,
    view_versions,
)
from consult.consultations.forms import consultation_values, parse_consultation
from consult.consultations.queries import (
    get_consultation,
    list_consultations,
    list_topics,
    published_outcomes,
    tallies,
)
from consult.consultations.service import (
    CHANGED_MEANWHILE,
    create_consultation,
    edit_consultation,
    fingerprint,
    missing_texts,
    publish_consultation,
    unpublish_consultation,
)
from consult.consultations.views import ConsultationView, view_consultation
from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import CODES
from consult.kernel.errors import Conflict, FormInvalid
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.security.permissions import Permission
from consult.translations.queue import translation_queue
from consult.web.forms import FormState, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of

LIST = "/desk/consultations"
ONE = LIST + "/{slug:str}"


@get(LIST, opt={"permission": Permission.EDIT})
async def show_list(request: Ask, session: AsyncSession) -> Response[Any]:
    """All consultations, the newest first."""
    found = await list_consultations(session, actor_of(request))
    views = await _view_all(request, session, list(found))
    return respond(request, "consultations/desk_list.html", {"consultations": views})


async def _view_all(request: Ask, session: AsyncSession, found: list[Consultation]) -> list[ConsultationView]:
    ids = [each.id for each in found]
    counts, outcomes = await tallies(session, ids), await published_outcomes(session, ids)
    locale, now, zone = locale_of(request), site_of(request).clock.now(), actor_needed(request).zone
    return [
        view_consultation(
            each,
            counts[each.id],
            outcomes[each.id].published_at if each.id in outcomes else None,
            locale,
            now,
            zone,
        )
        for each in found
    ]


@get(ONE, opt={"permission": Permission.EDIT})
async def show_overview(request: Ask, session: AsyncSession, slug: str) -> Response[Any]:
    """What is there, what is missing, what can be done."""
    consultation = await get_consultation(session, slug, actor_of(request))
    locale, now, zone = locale_of(request), site_of(request).clock.now(), actor_needed(request).zone
    drafts = await drafts_of(session, consultation.id)
    versions, taken = view_versions(drafts, locale), await versions_by_round(session, consultation.id)
    lines = [view_draft_line(draft, consultation.languages, locale) for draft in drafts]
    (view,) = await _view_all(request, session, [consultation])
    context = {
        "c": view,
        "gaps": find_gaps(consultation, lines, locale),
        "drafts": lines,
        "translations": await translation_queue(session, [(consultation, drafts)], locale),
        "imports": [view_import(each, locale) for each in await waiting_imports(session, consultation.id)],
        "rounds": [
            view_desk_round(each, versions, taken.get(each.id, ()), locale, now, zone)
            for each in consultation.rounds
        ],
        "unpublishable": all(each.opens_at > now for each in consultation.rounds),
        "publishable": not missing_texts(consultation),
    }
    return respond(request, "consultations/desk_overview.html", context)


async def show_new(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form for a new consultation."""
    return await _show_form(request, session, None, failed)


@get(LIST + "/new", opt={"permission": Permission.EDIT})
async def new_consultation(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a new consultation."""
    return await show_new(request, session)


@post(LIST + "/new", opt={"permission": Permission.EDIT, "redisplay": show_new, "form_at": LIST + "/new"})
async def post_new(request: Ask, session: AsyncSession) -> Response[Any]:
    """Make a consultation; it is not public yet."""
    fields = parse_consultation(await read_form(request))
    consultation = await create_consultation(
        session, fields, actor_needed(request), site_of(request).clock.now()
    )
    return see_other(request, f"{LIST}/{consultation.slug}", notice="created")


async def show_edit(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form with a consultation's texts."""
    consultation = await get_consultation(session, request.path_params["slug"], actor_of(request))
    return await _show_form(request, session, consultation, failed)


@get(ONE + "/edit", opt={"permission": Permission.EDIT})
async def edit_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form with a consultation's texts."""
    return await show_edit(request, session)


@post(
    ONE + "/edit",
    opt={"permission": Permission.EDIT, "redisplay": show_edit, "form_at": LIST + "/{slug}/edit"},
)
async def post_edit(request: Ask, session: AsyncSession, slug: str) -> Response[Any]:
    """Keep a consultation's texts."""
    consultation = await get_consultation(session, slug, actor_of(request))
    fields = parse_consultation(await read_form(request))
    await edit_consultation(
        session, consultation, fields, actor_needed(request), site_of(request).clock.now()
    )
    return see_other(request, f"{LIST}/{consultation.slug}", notice="saved")


@post(ONE + "/publish", opt={"permission": Permission.EDIT})
async def post_publish(request: Ask, session: AsyncSession, slug: str) -> Response[Any]:
    """Make a consultation public. Raises Conflict where a text is missing in its original language."""
    consultation = await get_consultation(session, slug, actor_of(request))
    if missing := missing_texts(consultation):
        text = N_("Write this in the original language before you publish: %(texts)s.")
        raise Conflict(text, texts=name_texts(missing, locale_of(request)))
    await publish_consultation(session, consultation, actor_needed(request), site_of(request).clock.now())
    return see_other(request, f"{LIST}/{slug}", notice="published")


@post(ONE + "/unpublish", opt={"permission": Permission.EDIT})
async def post_unpublish(request: Ask, session: AsyncSession, slug: str) -> Response[Any]:
    """Take a consultation back before any round has opened."""
    consultation = await get_consultation(session, slug, actor_of(request))
    await unpublish_consultation(session, consultation, actor_needed(request), site_of(request).clock.now())
    return see_other(request, f"{LIST}/{slug}", notice="unpublished")


async def _show_form(
    request: Ask, session: AsyncSession, consultation: Consultation | None, failed: FormInvalid | None
) -> Response[Any]:
    locale = locale_of(request)
    # Unticked boxes leave no trace in what was typed, so what is saved must not fill a failed form.
    saved = consultation_values(consultation) if consultation else _fresh_values(locale)
    form = form_state(failed, catalogue(locale), {} if failed else saved)
    original = form.value("original") if form.value("original") in CODES else locale
    context = {
        "form": form,
        "sections": language_sections(consultation, original, locale),
        "topics": _topic_choices(await list_topics(session), locale),
        "languages": language_options(locale),
        "title": pick(consultation.title, locale) if consultation else None,
        "reference": consultation.reference if consultation else "",
        "slug": consultation.slug if consultation else "",
        "fixed": bool(consultation and consultation.published_at),
        "seen": _seen(consultation, form, failed),
    }
    return respond(request, "consultations/desk_form.html", context, has_errors=failed is not None)


def _seen(consultation: Consultation | None, form: FormState, failed: FormInvalid | None) -> str:
    """The fingerprint that the form will be compared by: renewed only when its sender was told of a change."""
    told = failed is not None and any(each.message.text == CHANGED_MEANWHILE for each in failed.errors)
    if failed is not None and not told:
        return form.value("seen")
    return fingerprint(consultation) if consultation else ""


def _fresh_values(locale: str) -> dict[str, str]:
    return {"original": locale, **{f"language-{code}": "yes" for code in CODES}}


def _topic_choices(topics: Any, locale: str) -> list[tuple[str, LocalText]]:
    return [(topic.slug, pick(topic.name, locale)) for topic in topics]


HANDLERS = (
    show_list,
    show_overview,
    new_consultation,
    post_new,
    edit_page,
    post_edit,
    post_publish,
    post_unpublish,
    *desk_rounds.HANDLERS,
    *desk_topics.HANDLERS,
)
