"""The outline of a round's questions at the desk: the advice on it, what can be done now, and another order.

| address under /desk/consultations/{slug}/rounds/{number}/questions | what |
| --- | --- |
| (itself) | the outline |
| sections/{section}/move, asked/{question}/move | POST: `by` -1 or 1 |
| sections/{section}/remove, asked/{question}/remove | POST |
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.i18n.formats import formats
from consult.kernel.errors import FormInvalid
from consult.kernel.messages import N_
from consult.models.questionnaire import Content
from consult.questionnaires.advice import advise
from consult.questionnaires.composing import move_question, move_section, remove_question, remove_section
from consult.questionnaires.desk_views import view_outline
from consult.questionnaires.keeping import save
from consult.questionnaires.queries import Earlier, list_earlier
from consult.questionnaires.scene import ASKED, EDIT, HERE, SECTION, scene_context, scene_of
from consult.web.forms import form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, locale_of


async def show_overview(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The outline with what can be done."""
    scene, locale = await scene_of(request, session), locale_of(request)
    content = scene.content if scene.latest else Content()
    advice = advise(content, scene.languages, locale)
    earlier = await list_earlier(session, scene.round_.id) if scene.latest is None else []
    context = {
        **scene_context(request, scene),
        "form": form_state(failed, catalogue(locale)),
        "sections": view_outline(content, advice, locale),
        "advised": len(advice),
        "earlier": [(str(each.round_id), _name_round(each, locale)) for each in earlier],
    }
    return respond(request, "questionnaires/desk_overview.html", context, has_errors=failed is not None)


def _name_round(earlier: Earlier, locale: str) -> str:
    text = catalogue(locale).gettext(N_("%(reference)s, round %(number)s: %(title)s"))
    return text % {
        "reference": earlier.reference,
        "number": formats(locale).number(earlier.number),
        "title": pick(earlier.title, locale).text,
    }


@get(HERE, opt=EDIT)
async def overview(request: Ask, session: AsyncSession) -> Response[Any]:
    """The outline with what can be done."""
    return await show_overview(request, session)


CHANGE = {
    **EDIT,
    "redisplay": show_overview,
    "form_at": "/desk/consultations/{slug}/rounds/{number}/questions",
}


def _read_by(text: str) -> int:
    return {"up": -1, "down": 1}.get(text, 0)


@post(SECTION + "/move", opt=CHANGE)
async def post_move_section(request: Ask, session: AsyncSession, section: str) -> Response[Any]:
    """A section one place up or down."""
    by = _read_by((await read_form(request))["by"])
    scene = await scene_of(request, session)
    await save(request, session, scene, move_section(scene.content, section, by))
    return see_other(request, f"{scene.here}#s-{section}", notice="saved")


@post(ASKED + "/move", opt=CHANGE)
async def post_move_question(request: Ask, session: AsyncSession, question: str) -> Response[Any]:
    """A question one place up or down, into the next section at an end."""
    by = _read_by((await read_form(request))["by"])
    scene = await scene_of(request, session)
    await save(request, session, scene, move_question(scene.content, question, by))
    return see_other(request, f"{scene.here}#q-{question}", notice="saved")


@post(SECTION + "/remove", opt=CHANGE)
async def post_remove_section(request: Ask, session: AsyncSession, section: str) -> Response[Any]:
    """Without a section and its questions."""
    scene = await scene_of(request, session)
    await save(request, session, scene, remove_section(scene.content, section))
    return see_other(request, scene.here, notice="removed")


@post(ASKED + "/remove", opt=CHANGE)
async def post_remove_question(request: Ask, session: AsyncSession, question: str) -> Response[Any]:
    """Without a question."""
    scene = await scene_of(request, session)
    await save(request, session, scene, remove_question(scene.content, question))
    return see_other(request, scene.here, notice="removed")


HANDLERS = (overview, post_move_section, post_move_question, post_remove_section, post_remove_question)
