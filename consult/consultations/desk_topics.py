"""The desk's pages on topics, the subjects that consultations are found by."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.choices import language_options
from consult.consultations.desk_queries import get_topic, uses_of_topics
from consult.consultations.desk_views import language_sections, view_topic
from consult.consultations.forms import texts_by_language, topic_values
from consult.consultations.queries import list_topics
from consult.consultations.service import create_topic, edit_topic
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.i18n.locales import CODES
from consult.kernel.errors import FormInvalid
from consult.models.consultation import Topic
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

TOPICS = "/desk/topics"
EDIT = {"permission": Permission.EDIT}


@get(TOPICS, opt=EDIT)
async def show_topics(request: Ask, session: AsyncSession) -> Response[Any]:
    """All topics and how many consultations have them."""
    used, locale = await uses_of_topics(session), locale_of(request)
    topics = [view_topic(each, used, locale) for each in await list_topics(session)]
    return respond(request, "consultations/desk_topics.html", {"topics": topics})


async def show_new(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form for a new topic."""
    return _show_form(request, None, failed)


@get(TOPICS + "/new", opt=EDIT)
async def new_topic(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a new topic."""
    return await show_new(request, session)


@post(TOPICS + "/new", opt={**EDIT, "redisplay": show_new, "form_at": TOPICS + "/new"})
async def post_new(request: Ask, session: AsyncSession) -> Response[Any]:
    """Make a topic."""
    typed, now = await read_form(request), site_of(request).clock.now()
    names = texts_by_language(typed, "name")
    await create_topic(session, typed["slug"].lower(), names, typed["original"], actor_needed(request), now)
    return see_other(request, TOPICS, notice="saved")


async def show_edit(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form with a topic's names."""
    return _show_form(request, await get_topic(session, request.path_params["topic"]), failed)


@get(TOPICS + "/{topic:str}/edit", opt=EDIT)
async def edit_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form with a topic's names."""
    return await show_edit(request, session)


@post(TOPICS + "/{topic:str}/edit", opt={**EDIT, "redisplay": show_edit, "form_at": TOPICS + "/{topic}/edit"})
async def post_edit(request: Ask, session: AsyncSession, topic: str) -> Response[Any]:
    """Keep a topic's names."""
    typed, now = await read_form(request), site_of(request).clock.now()
    found = await get_topic(session, topic)
    names = texts_by_language(typed, "name")
    await edit_topic(session, found, names, typed["original"], actor_needed(request), now)
    return see_other(request, TOPICS, notice="saved")


def _show_form(request: Ask, topic: Topic | None, failed: FormInvalid | None) -> Response[Any]:
    locale = locale_of(request)
    values = topic_values(topic) if topic else {"original": locale}
    form = form_state(failed, catalogue(locale), {} if failed else values)
    original = form.value("original") if form.value("original") in CODES else locale
    context = {
        "form": form,
        "name": pick(topic.name, locale) if topic else None,
        "slug": topic.slug if topic else "",
        "stale": {code: bool(topic and topic.name.is_stale(code)) for code in CODES},
        "languages": language_options(locale),
        "sections": language_sections(None, original, locale),
    }
    return respond(request, "consultations/desk_topic.html", context, has_errors=failed is not None)


HANDLERS = (show_topics, new_topic, post_new, edit_page, post_edit)
