"""What has been answered and what has not: the list from which editors answer one contribution or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation, list_consultations, tallies
from consult.consultations.views import Count, name_counts
from consult.i18n.catalogues import catalogue
from consult.i18n.locales import language_name
from consult.i18n.words import DISPOSITIONS, disposition_label, kind_name
from consult.kernel.addresses import with_query
from consult.kernel.errors import FormInvalid
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.responses import answer_desk, outcome_desk
from consult.responses.form_view import (
    LIST,
    Preview,
    asked_filter,
    form_context,
    is_fresh,
    list_address,
    preview_of,
)
from consult.responses.forms import parse_answer, parse_picked, picked_references
from consult.responses.giving import give
from consult.responses.queries import ANSWERS_PAGE, commented_blocks, list_answerable, read_id
from consult.responses.views import view_choices, view_in_context
from consult.security.actor import Actor
from consult.security.permissions import Permission
from consult.web.forms import FormState, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of


async def show_answers(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None, preview: Preview | None = None
) -> Response[bytes]:
    """The contributions of a consultation, to be narrowed, ticked and answered."""
    locale, actor = locale_of(request), actor_of(request)
    consultations = await list_consultations(session, actor)
    chosen = await _chosen(request, session, consultations, actor)
    context: dict[str, Any] = {"consultations": view_choices(consultations, locale), "chosen": None}
    if chosen is not None:
        context |= await _list_context(request, session, chosen)
    state = preview.state if preview else form_state(failed, catalogue(locale), {"original": locale})
    context |= form_context(request, state, preview)
    context["picked"] = frozenset(picked_references(state.values))
    context["fresh"] = is_fresh(failed, preview)
    return respond(request, "responses/answers.html", context, has_errors=bool(failed))


async def _chosen(
    request: Ask, session: AsyncSession, consultations: Sequence[Consultation], actor: Actor | None
) -> Consultation | None:
    """The consultation that the address names, else the only one."""
    slug = request.query_params.get("consultation", "")
    if not slug:
        return consultations[0] if len(consultations) == 1 else None
    return await get_consultation(session, slug, actor)


async def _list_context(request: Ask, session: AsyncSession, consultation: Consultation) -> dict[str, Any]:
    locale, wanted = locale_of(request), asked_filter(request)
    after = request.query_params.get("after", "")
    rows = await list_answerable(session, consultation.id, wanted, read_id(after))
    counts = (await tallies(session, [consultation.id]))[consultation.id]
    shown = rows[:ANSWERS_PAGE]
    more = list_address(request, after=shown[-1].id) if len(rows) > ANSWERS_PAGE else ""
    return {
        "chosen": view_choices([consultation], locale)[0],
        "items": await view_in_context(session, shown, locale),
        "seen": {row.id: row.decided_at.isoformat() if row.disposition else "none" for row in shown},
        "wanted": wanted,
        "filters": await _filter_choices(session, consultation, counts, locale),
        "answered": sum(counts.get("disposition", {}).values()),
        "total": sum(counts.get("type", {}).values()),
        "next": f"/{locale}{more}" if more else "",
        "first": f"/{locale}{list_address(request)}" if after else "",
        "clear": with_query(f"/{locale}{LIST}", consultation=consultation.slug),
        "tail": list_address(request).partition("?")[2],
    }


async def _filter_choices(
    session: AsyncSession, consultation: Consultation, counts: dict[str, dict[str, int]], locale: str
) -> dict[str, list[tuple[str, str]]]:
    """What each filter can be, with the numbers that the tallies know."""
    say = catalogue(locale).gettext
    every = [("", say(N_("All")))]
    answer = [("no", say(N_("Not answered yet"))), ("yes", say(N_("Answered")))]
    blocks = await commented_blocks(session, consultation.id)
    return {
        "answer": every + answer + [(kind, disposition_label(kind, locale)) for kind in DISPOSITIONS],
        "kind": every + _pairs(name_counts(counts.get("kind", {}), kind_name, locale)),
        "lang": every + _pairs(name_counts(counts.get("lang", {}), language_name, locale)),
        "block": every + [(each.key, f"{each.key} · {each.plain}") for each in blocks],
    }


def _pairs(counts: Sequence[Count]) -> list[tuple[str, str]]:
    return [(each.value, f"{each.label} ({each.count})") for each in counts]


@get(LIST, opt={"permission": Permission.ANSWER})
async def get_answers(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What has been answered and what has not."""
    return await show_answers(request, session)


@post(
    LIST, opt={"permission": Permission.ANSWER, "redisplay": show_answers, "form_at": LIST}, status_code=200
)
async def post_answers(request: Ask, session: AsyncSession) -> Response[Any]:
    """The same answer to everything ticked; all or none."""
    typed, locale, now = await read_form(request), locale_of(request), site_of(request).clock.now()
    answer, picked = parse_answer(typed, locale), parse_picked(typed)
    if typed["then"] == "preview":
        preview = Preview(FormState(typed.values), preview_of(answer, locale, now))
        return await show_answers(request, session, preview=preview)
    for reference, seen in picked.seen.items():
        await give(session, reference, answer, actor_needed(request), now, typed, seen)
    return see_other(request, list_address(request), "answered")


HANDLERS = (get_answers, post_answers, *answer_desk.HANDLERS, *outcome_desk.HANDLERS)
