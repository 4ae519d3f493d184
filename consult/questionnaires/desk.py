"""The desk's pages on a round's questions as a whole. The outline is in `desk_outline.py`, the forms about one section in
`desk_sections.py`, about one question in `desk_questions.py`.

| address under /desk/consultations/{slug}/rounds/{number}/questions | what |
| --- | --- |
| begin | POST: from nothing, just a letter, or as in another round |
| settings | the introduction, how answers may be published |
| preview?in=ar | all of it as respondents see it, in any language |
| file | taken away as JSON; POST: brought in |
| ready, take-back, reword, discard | POST |
| publish | other words for what people are being asked, with a public note |
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.i18n.words import choices
from consult.kernel.errors import Conflict, FormInvalid, NotFound, invalid
from consult.kernel.messages import N_
from consult.models.questionnaire import Content
from consult.questionnaires import desk_outline, desk_questions, desk_sections
from consult.questionnaires.advice import advise
from consult.questionnaires.carrying import MOST_BYTES, read_file, write_file
from consult.questionnaires.composing import letter_only, with_original
from consult.questionnaires.desk_outline import show_overview
from consult.questionnaires.desk_views import view_outline, view_word_fields
from consult.questionnaires.forms import Frame, parse_note, parse_settings, settings_values
from consult.questionnaires.keeping import refuse_overtaken, save, seen_by
from consult.questionnaires.letters import letter_words
from consult.questionnaires.previews import preview_language, preview_questionnaire
from consult.questionnaires.queries import latest_edition, list_earlier
from consult.questionnaires.scene import EDIT, HERE, Scene, scene_context, scene_of
from consult.questionnaires.service import (
    NOT_NOW,
    begin_questions,
    begin_rewording,
    discard_rewording,
    make_ready,
    publish_rewording,
    take_back,
)
from consult.questionnaires.stages import Stage
from consult.questionnaires.wording import PUBLICATIONS, READERS
from consult.web.forms import form_of, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of


def _form_at(tail: str = "") -> str:
    return "/desk/consultations/{slug}/rounds/{number}/questions" + tail


@post(HERE + "/begin", opt={**EDIT, "redisplay": show_overview, "form_at": _form_at()})
async def post_begin(request: Ask, session: AsyncSession) -> Response[Any]:
    """Begin: with nothing, with a letter, or with what another round asked."""
    typed = await read_form(request)
    scene = await scene_of(request, session)
    how = typed["how"]
    if how == "copy":
        content = await _copied(session, scene, typed["from"])
    elif how == "letter":
        content = letter_only(*letter_words(scene.languages))
    else:
        content = Content()
    await begin_questions(
        session, scene.consultation, scene.round_, content, actor_needed(request), scene.now
    )
    return see_other(request, scene.here, notice="saved")


async def _copied(session: AsyncSession, scene: Scene, wanted: str) -> Content:
    known = {str(each.round_id): each for each in await list_earlier(session, scene.round_.id)}
    if wanted not in known:
        raise invalid("from", N_("Choose a round to copy from."))
    found = await latest_edition(session, known[wanted].round_id)
    if found is None:
        raise NotFound
    is_own = any(each.id == known[wanted].round_id for each in scene.consultation.rounds)
    return with_original(found.read(), scene.consultation.original, keeps_places=is_own)


async def show_settings(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The introduction and how answers may be published."""
    scene, locale = await scene_of(request, session), locale_of(request)
    frame = scene.frame
    values = {} if failed else settings_values(frame.content)
    form = form_state(failed, catalogue(locale), values)
    context = {
        **scene_context(request, scene),
        "form": form,
        "languages": view_word_fields({"intro": frame.content.intro}, frame, locale),
        "publications": choices(PUBLICATIONS, locale),
        "readers": choices(READERS, locale),
        "seen": seen_by(frame.content, form.value("seen"), failed),
    }
    return respond(request, "questionnaires/desk_settings.html", context, has_errors=failed is not None)


@get(HERE + "/settings", opt=EDIT)
async def settings_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The introduction and how answers may be published."""
    return await show_settings(request, session)


@post(HERE + "/settings", opt={**EDIT, "redisplay": show_settings, "form_at": _form_at("/settings")})
async def post_settings(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep the introduction and how answers may be published."""
    typed = await read_form(request)
    scene = await scene_of(request, session)
    frame = scene.frame
    refuse_overtaken(frame.content, typed)
    await save(request, session, scene, parse_settings(typed, frame))
    return see_other(request, scene.here, notice="saved")


@get(HERE + "/preview", opt=EDIT)
async def preview_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """All of it as respondents see it."""
    scene, locale = await scene_of(request, session), locale_of(request)
    lang = preview_language(request, scene, request.query_params.get("in", ""))
    content = scene.content
    context = {
        **scene_context(request, scene),
        "preview": await preview_questionnaire(request, session, scene, lang),
        "intro": pick(content.intro, lang) if content.intro else None,
        "sections": view_outline(content, advise(content, scene.languages, locale), locale),
    }
    return respond(request, "questionnaires/desk_preview.html", context)


@get(HERE + "/file", opt=EDIT)
async def take_away(request: Ask, session: AsyncSession) -> Response[bytes]:
    """The questionnaire as a file."""
    scene = await scene_of(request, session)
    body = write_file(scene.content, scene.consultation.original)
    name = f"{scene.consultation.reference}-round-{scene.round_.number}-questions.json"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }
    return Response(body, media_type="application/json", headers=headers)


@post(
    HERE + "/file",
    opt={**EDIT, "redisplay": show_overview, "form_at": _form_at()},
    request_max_body_size=2 * MOST_BYTES,
)
async def bring_in(request: Ask, session: AsyncSession) -> Response[Any]:
    """Ask what a file says, instead of what is asked so far."""
    sent = (await form_of(request)).get("file")
    body = await sent.read() if isinstance(sent, UploadFile) else b""
    if not body:
        raise invalid("file", N_("Choose a questionnaire's file."))
    scene = await scene_of(request, session)
    content = read_file(body, scene.consultation.original)
    actor = actor_needed(request)
    if scene.latest is None:
        await begin_questions(session, scene.consultation, scene.round_, content, actor, scene.now)
    else:
        await save(request, session, scene, content)
    return see_other(request, scene.here, notice="saved")


@post(HERE + "/ready", opt=EDIT)
async def post_ready(request: Ask, session: AsyncSession) -> Response[Any]:
    """Show the questions in public, and ask them once the round opens."""
    scene = await scene_of(request, session)
    await make_ready(session, scene.consultation, scene.round_, actor_needed(request), scene.now)
    return see_other(request, scene.here, notice="saved")


@post(HERE + "/take-back", opt=EDIT)
async def post_take_back(request: Ask, session: AsyncSession) -> Response[Any]:
    """Work on the questions once more before the round opens."""
    scene = await scene_of(request, session)
    await take_back(session, scene.consultation, scene.round_, actor_needed(request), scene.now)
    return see_other(request, scene.here, notice="saved")


@post(HERE + "/reword", opt=EDIT)
async def post_reword(request: Ask, session: AsyncSession) -> Response[Any]:
    """Prepare other words for what people are being asked."""
    scene = await scene_of(request, session)
    await begin_rewording(session, scene.consultation, scene.round_, actor_needed(request), scene.now)
    return see_other(request, scene.here)


@post(HERE + "/discard", opt=EDIT)
async def post_discard(request: Ask, session: AsyncSession) -> Response[Any]:
    """Forget the words that were being prepared."""
    scene = await scene_of(request, session)
    await discard_rewording(session, scene.consultation, scene.round_, actor_needed(request), scene.now)
    return see_other(request, scene.here, notice="removed")


async def show_publish(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The public note that goes with other words."""
    scene, locale = await scene_of(request, session), locale_of(request)
    if scene.stage is not Stage.REWORDING:
        raise Conflict(NOT_NOW)
    frame = Frame(scene.content, scene.languages)
    context = {
        **scene_context(request, scene),
        "form": form_state(failed, catalogue(locale)),
        "languages": view_word_fields({"note": None}, frame, locale),
    }
    return respond(request, "questionnaires/desk_publish.html", context, has_errors=failed is not None)


@get(HERE + "/publish", opt=EDIT)
async def publish_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The public note that goes with other words."""
    return await show_publish(request, session)


@post(HERE + "/publish", opt={**EDIT, "redisplay": show_publish, "form_at": _form_at("/publish")})
async def post_publish(request: Ask, session: AsyncSession) -> Response[Any]:
    """Ask in the new words from now on."""
    typed = await read_form(request)
    scene = await scene_of(request, session)
    note = parse_note(typed, scene.languages)
    await publish_rewording(session, scene.consultation, scene.round_, note, actor_needed(request), scene.now)
    return see_other(request, scene.here, notice="published")


HANDLERS = (
    post_begin,
    settings_page,
    post_settings,
    preview_page,
    take_away,
    bring_in,
    post_ready,
    post_take_back,
    post_reword,
    post_discard,
    publish_page,
    post_publish,
    *desk_outline.HANDLERS,
    *desk_sections.HANDLERS,
    *desk_questions.HANDLERS,
)
"""The desk's pages on a round's questions."""
