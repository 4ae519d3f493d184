"""The desk's pages on one question, with its live preview.

| address under /desk/consultations/{slug}/rounds/{number}/questions | what |
| --- | --- |
| sections/{section}/new?kind=one | a new question; without `kind` the kinds to choose from |
| asked/{question}?kind=long | a question; with `kind` answered in another way |
| sections/{section}/preview, asked/{question}/preview | POST: what a question would look like |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.i18n.words import choices
from consult.kernel.errors import FormInvalid, NotFound
from consult.models.questionnaire import Question, QuestionKind, Section
from consult.questionnaires.advice import advise_question
from consult.questionnaires.composing import find_question, find_section, put_question
from consult.questionnaires.desk_views import (
    earlier_in,
    say_advice,
    view_choices,
    view_question_fields,
)
from consult.questionnaires.forms import (
    fresh_rows,
    lists_of,
    parse_question,
    question_values,
    sketch_question,
    with_step,
)
from consult.questionnaires.keeping import refuse_overtaken, save, seen_by
from consult.questionnaires.previews import preview_language, preview_question
from consult.questionnaires.queries import list_places
from consult.questionnaires.scene import ASKED, AT, EDIT, SECTION, Scene, scene_context, scene_of
from consult.questionnaires.wording import KINDS
from consult.web.forms import FormState, Typed, form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, locale_of


@dataclass(frozen=True, slots=True)
class Composed:
    """The question that a form is about: None where it is new."""

    scene: Scene
    section: Section
    question: Question | None
    kind: QuestionKind

    @property
    def at(self) -> str:
        """The form's address, without locale."""
        if self.question is not None:
            return f"{self.scene.here}/asked/{self.question.key}"
        return f"{self.scene.here}/sections/{self.section.key}/new"


async def _composed(request: Ask, session: AsyncSession, kind: str) -> Composed | None:
    """What the address is about. None for a new question whose kind is not chosen yet. Raises NotFound, Conflict."""
    scene = await scene_of(request, session)
    frame = scene.frame
    if key := request.path_params.get("question"):
        around = find_question(frame.content, key)
        wanted = around.question.kind if frame.fixed or not kind else _kind(kind)
        return Composed(scene, around.section, around.question, wanted)
    section = find_section(frame.content, request.path_params["section"])
    if frame.fixed:
        raise NotFound
    return Composed(scene, section, None, _kind(kind)) if kind else None


def _kind(text: str) -> QuestionKind:
    if text not in KINDS:
        raise NotFound
    return QuestionKind(text)


async def show_question(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """A question's form with its preview, or the kinds to choose from."""
    typed = {name: str(value) for name, value in failed.values.items()} if failed else {}
    kind = typed.get("kind") or str(request.query_params.get("kind", ""))
    composed = await _composed(request, session, kind)
    if composed is None:
        return await _show_kinds(request, session)
    values = typed or (question_values(composed.question) if composed.question else {"high": "5", "low": "1"})
    form = form_state(failed, catalogue(locale_of(request)), {} if failed else values)
    return await _respond(request, session, composed, form, values, failed)


async def _show_kinds(request: Ask, session: AsyncSession) -> Response[Any]:
    scene = await scene_of(request, session)
    context = {
        **scene_context(request, scene),
        "section": request.path_params["section"],
        "kinds": choices(KINDS, locale_of(request)),
    }
    return respond(request, "questionnaires/desk_kinds.html", context)


async def _respond(
    request: Ask,
    session: AsyncSession,
    composed: Composed,
    form: FormState,
    values: Mapping[str, str],
    failed: FormInvalid | None,
    *,
    block: str = "",
) -> Response[Any]:
    scene, locale, question = composed.scene, locale_of(request), composed.question
    frame, orders = scene.frame, _orders(composed, values)
    lang = preview_language(request, scene, values.get("in", ""))
    typed = Typed({**values, **{f"{name}-order": " ".join(order) for name, order in orders.items()}})
    sketch = sketch_question(typed, composed.kind, question, frame)
    earlier = view_choices(frame.content, earlier_in(frame.content, composed.section, question), locale)
    context = {
        **scene_context(request, scene),
        "form": form,
        "key": question.key if question else "",
        "at": composed.at,
        "kind": composed.kind,
        "kind_name": catalogue(locale).gettext(KINDS[composed.kind].label),
        "kinds": choices(KINDS, locale),
        "languages": view_question_fields(composed.kind, question, orders, frame, locale),
        "orders": {name: " ".join(order) for name, order in orders.items()},
        "choices": earlier,
        "places": await _places(session, composed, locale),
        "preview": await preview_question(request, session, scene, sketch, lang),
        "advice": _advice(sketch, scene, locale),
        "written": bool(sketch.label and sketch.label.source.strip()),
        "seen": seen_by(question, form.value("seen"), failed) if question else "",
    }
    has_errors = bool(failed and failed.errors)
    return respond(request, "questionnaires/desk_question.html", context, block=block, has_errors=has_errors)


def _orders(composed: Composed, values: Mapping[str, str]) -> dict[str, list[str]]:
    """The keys of answers and rows to write in; where only words may change no more than there are."""
    fixed = composed.scene.frame.fixed
    orders: dict[str, list[str]] = {}
    for name in lists_of(composed.kind):
        given = list(dict.fromkeys(values.get(f"{name}-order", "").split()))
        orders[name] = given or ([] if fixed else fresh_rows([], 4))
    return orders


async def _places(session: AsyncSession, composed: Composed, locale: str) -> list[tuple[str, str]]:
    if composed.kind is not QuestionKind.SECTION:
        return []
    found = await list_places(session, composed.scene.consultation.id, locale)
    return [(each.value, each.title) for each in found]


def _advice(sketch: Question, scene: Scene, locale: str) -> tuple[str, ...]:
    advice = advise_question(sketch, scene.languages, locale)
    return say_advice(advice, locale).get(sketch.key, ())


@get(SECTION + "/new", opt=EDIT)
async def new_question(request: Ask, session: AsyncSession) -> Response[Any]:
    """The form for a new question, or the kinds to choose from."""
    return await show_question(request, session)


@get(ASKED, opt=EDIT)
async def question_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """A question's form."""
    return await show_question(request, session)


@post(SECTION + "/new", opt={**EDIT, "redisplay": show_question, "form_at": AT + "/sections/{section}/new"})
async def post_new_question(request: Ask, session: AsyncSession) -> Response[Any]:
    """Add a question at the end of a section."""
    return await _keep_question(request, session)


@post(ASKED, opt={**EDIT, "redisplay": show_question, "form_at": AT + "/asked/{question}"})
async def post_question(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep a question, or change its form."""
    return await _keep_question(request, session)


async def _keep_question(request: Ask, session: AsyncSession) -> Response[Any]:
    typed = await read_form(request)
    composed = await _composed(request, session, typed["kind"])
    if composed is None:
        raise NotFound
    if typed["step"] not in ("", "save"):
        changed = FormInvalid([], with_step(typed.values, typed["step"]))
        response = await show_question(request, session, changed)
        response.status_code = 200
        return response
    scene = composed.scene
    if composed.question is not None:
        refuse_overtaken(composed.question, typed)
    made = parse_question(typed, composed.kind, composed.question, scene.frame)
    await save(request, session, scene, put_question(scene.content, composed.section.key, made))
    return see_other(request, f"{scene.here}#q-{made.key}", notice="saved")


async def _preview(request: Ask, session: AsyncSession) -> Response[Any]:
    """The page, or for htmx its preview; nothing is kept."""
    typed = await read_form(request)
    composed = await _composed(request, session, typed["kind"])
    if composed is None:
        raise NotFound
    form = form_state(FormInvalid([], typed.values), catalogue(locale_of(request)))
    response = await _respond(
        request, session, composed, form, typed.values, FormInvalid([], typed.values), block="preview"
    )
    response.status_code = 200
    return response


@post(SECTION + "/preview", opt=EDIT, status_code=200)
async def preview_new(request: Ask, session: AsyncSession) -> Response[Any]:
    """What a new question would look like."""
    return await _preview(request, session)


@post(ASKED + "/preview", opt=EDIT, status_code=200)
async def preview_asked(request: Ask, session: AsyncSession) -> Response[Any]:
    """What a question would look like."""
    return await _preview(request, session)


HANDLERS = (
    new_question,
    question_page,
    post_new_question,
    post_question,
    preview_new,
    preview_asked,
)
