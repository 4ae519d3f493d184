"""Writing a consultation's outcome at the desk."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.unfinished import find_unfinished, forget_unfinished
from consult.consultations.queries import get_consultation, tallies
from consult.consultations.views import view_consultation
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid
from consult.models.response import Outcome
from consult.responses.form_view import language_fields
from consult.responses.forms import MOST_OUTCOME, OUTCOME_PARTS, parse_outcome, typed_from
from consult.responses.queries import find_outcome
from consult.responses.service import OutcomeTexts, publish_outcome, save_outcome
from consult.responses.views import OutcomeView, view_outcome
from consult.security.permissions import Permission
from consult.web.forms import FormState, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of

OUTCOME = "/desk/consultations/{slug:str}/outcome"
FORM_AT = "/desk/consultations/{slug}/outcome"


async def show_editor(
    request: Ask,
    session: AsyncSession,
    failed: FormInvalid | None = None,
    preview: tuple[FormState, OutcomeView] | None = None,
) -> Response[bytes]:
    """The three parts in each of the consultation's languages."""
    locale, actor, now = locale_of(request), actor_needed(request), site_of(request).clock.now()
    consultation = await get_consultation(session, request.path_params["slug"], actor)
    counts = (await tallies(session, [consultation.id]))[consultation.id]
    saved = await find_outcome(session, consultation.id)
    kept = await find_unfinished(session, actor.id, FORM_AT.format(slug=consultation.slug))
    initial = {"original": consultation.original, **_typed_of(saved), **(kept.fields if kept else {})}
    context = {
        "c": view_consultation(
            consultation, counts, saved.published_at if saved else None, locale, now, actor.zone
        ),
        "form": preview[0] if preview else form_state(failed, catalogue(locale), initial),
        "preview": preview[1] if preview else None,
        "saved": view_outcome(saved, locale) if saved else None,
        "complete": saved is not None and bool(saved.asked and saved.said and saved.did),
        "languages": [each for each in language_fields(locale) if each[0] in consultation.languages],
        "restored": bool(kept) and failed is None and preview is None,
        "limit": MOST_OUTCOME,
    }
    return respond(request, "responses/outcome_desk.html", context, has_errors=bool(failed))


def _typed_of(saved: Outcome | None) -> dict[str, str]:
    if saved is None:
        return {}
    parts = {
        name: typed
        for part in OUTCOME_PARTS
        for name, typed in typed_from(getattr(saved, part), part).items()
    }
    return {"original": saved.asked.original, **parts}


@get(OUTCOME, opt={"permission": Permission.ANSWER})
async def get_editor(request: Ask, session: AsyncSession, slug: str) -> Response[bytes]:
    """Write the outcome."""
    return await show_editor(request, session)


@post(
    OUTCOME,
    opt={"permission": Permission.ANSWER, "redisplay": show_editor, "form_at": FORM_AT},
    status_code=200,
)
async def post_editor(request: Ask, session: AsyncSession, slug: str) -> Response[Any]:
    """Keep what was written, or show it as readers would see it."""
    typed, actor, now = await read_form(request), actor_needed(request), site_of(request).clock.now()
    consultation = await get_consultation(session, slug, actor)
    saved = await find_outcome(session, consultation.id)
    before = OutcomeTexts(saved.asked, saved.said, saved.did) if saved else None
    texts = parse_outcome(typed, consultation.original, before)
    if typed["then"] == "preview":
        draft = Outcome(asked=texts.asked, said=texts.said, did=texts.did)
        shown = (FormState(typed.values), view_outcome(draft, locale_of(request)))
        return await show_editor(request, session, preview=shown)
    await save_outcome(session, consultation, texts, actor, now)
    await forget_unfinished(session, actor.id, FORM_AT.format(slug=slug))
    return see_other(request, FORM_AT.format(slug=slug), "saved")


@post(OUTCOME + "/publish", opt={"permission": Permission.ANSWER, "form_at": FORM_AT})
async def post_publish(request: Ask, session: AsyncSession, slug: str) -> Response[Any]:
    """Make the outcome public."""
    consultation = await get_consultation(session, slug, actor_of(request))
    await publish_outcome(session, consultation, actor_needed(request), site_of(request).clock.now())
    return see_other(request, f"/consultations/{slug}/outcome", "published")


HANDLERS = (get_editor, post_editor, post_publish)
