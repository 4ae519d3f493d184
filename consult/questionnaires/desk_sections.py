"""The desk's pages on one section: its words and its condition.

| address under /desk/consultations/{slug}/rounds/{number}/questions | what |
| --- | --- |
| sections/new, sections/{section} | a section's form |
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid
from consult.questionnaires.composing import find_section, put_section
from consult.questionnaires.desk_views import view_choices, view_word_fields
from consult.questionnaires.forms import parse_section, section_values
from consult.questionnaires.keeping import refuse_overtaken, save, seen_by
from consult.questionnaires.scene import AT, EDIT, HERE, SECTION, scene_context, scene_of
from consult.web.forms import form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, locale_of


async def show_section(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """A section's form; at `sections/new` an empty one."""
    scene, locale = await scene_of(request, session), locale_of(request)
    frame, key = scene.frame, request.path_params.get("section", "")
    section = find_section(frame.content, key) if key else None
    values = {} if failed or section is None else section_values(section)
    form = form_state(failed, catalogue(locale), values)
    texts = {"title": section.title if section else None, "help": section.help if section else None}
    context = {
        **scene_context(request, scene),
        "form": form,
        "key": key,
        "languages": view_word_fields(texts, frame, locale),
        "choices": view_choices(frame.content, key, locale),
        "asks": len(section.questions) if section else 0,
        "seen": seen_by(section, form.value("seen"), failed) if section else "",
    }
    return respond(request, "questionnaires/desk_section.html", context, has_errors=failed is not None)


@get(HERE + "/sections/new", opt=EDIT)
async def new_section(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a new section."""
    return await show_section(request, session)


@get(SECTION, opt=EDIT)
async def section_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """A section's form."""
    return await show_section(request, session)


@post(HERE + "/sections/new", opt={**EDIT, "redisplay": show_section, "form_at": AT + "/sections/new"})
async def post_new_section(request: Ask, session: AsyncSession) -> Response[Any]:
    """Add a section at the end."""
    typed = await read_form(request)
    scene = await scene_of(request, session)
    made = parse_section(typed, None, scene.frame)
    await save(request, session, scene, put_section(scene.content, made))
    return see_other(request, f"{scene.here}#s-{made.key}", notice="saved")


@post(SECTION, opt={**EDIT, "redisplay": show_section, "form_at": AT + "/sections/{section}"})
async def post_section(request: Ask, session: AsyncSession, section: str) -> Response[Any]:
    """Keep a section's words and condition."""
    typed = await read_form(request)
    scene = await scene_of(request, session)
    before = find_section(scene.frame.content, section)
    refuse_overtaken(before, typed)
    made = parse_section(typed, before, scene.frame)
    await save(request, session, scene, put_section(scene.content, made))
    return see_other(request, f"{scene.here}#s-{made.key}", notice="saved")


HANDLERS = (new_section, section_page, post_new_section, post_section)
