"""The desk's pages of places: where comments of earlier versions stand in this one, as far as an editor has to look.

| address under /desk/consultations/{slug}/drafts/{draft}/versions/{number}/places | what |
| --- | --- |
| (itself) | one comment whose place is not sure, then the next; what is gone listed apart; `?comment=` any other |
| /{reference} | POST: it stands there, or here, or nowhere |
| /{reference}/undo | POST: as if nobody had decided |
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.filters import read_after
from consult.comments.queries import rows_by_id
from consult.documents.anchors import from_quote
from consult.documents.desk_imports import HOME, find_consultation
from consult.documents.queries import get_draft, get_version, load_blocks
from consult.documents.views import view_blocks
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.addresses import with_query
from consult.kernel.errors import FormInvalid, NotFound, invalid
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.models.document import Draft, Version
from consult.places.deciding import Spot, confirm_place, put_at, take_away, undo_decision
from consult.places.queries import (
    GONE_ON_PAGE,
    Carried,
    count_unsure,
    find_carried,
    list_gone,
    next_unsure,
)
from consult.places.steps import count_places, find_step
from consult.places.views import PlaceToDecide, seen, view_gone_line, view_place
from consult.responses.views import view_in_context
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

PLACES = "/desk/consultations/{slug:str}/drafts/{draft:str}/versions/{number:int}/places"
PLACES_AT = HOME + "/drafts/{draft}/versions/{number}/places"
MOST_ASKED = 100
MOST_WORDS = 5_000
KEYS = "123456789"


async def _find(request: Ask, session: AsyncSession) -> tuple[Consultation, Draft, Version]:
    consultation = await find_consultation(request, session)
    draft = await get_draft(session, consultation.id, request.path_params["draft"])
    return consultation, draft, get_version(draft, str(request.path_params["number"]))


def _address(request: Ask) -> str:
    return PLACES_AT.format(**{name: request.path_params[name] for name in ("slug", "draft", "number")})


async def show_places(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """One comment at a time, and what is gone."""
    consultation, draft, version = await _find(request, session)
    locale, query, path = locale_of(request), request.query_params, request.path_params
    wanted = path.get("reference", "") or query.get("comment", "")
    reference = wanted or await next_unsure(session, version.id, read_after(request))
    carried = await find_carried(session, version.id, reference) if reference else None
    search = query.get("q", "").strip()[:MOST_ASKED]
    context = {
        "c": {"slug": consultation.slug, "title": pick(consultation.title, locale)},
        "draft": {"slug": draft.slug, "title": pick(draft.title, locale)},
        "number": version.number,
        "address": f"/{locale}{_address(request)}",
        "form": form_state(failed, catalogue(locale)),
        "place": await _view(request, session, version, carried, search) if carried else None,
        "item": await _in_context(session, carried, locale) if carried else None,
        "search": search,
        "keys": KEYS,
        "decided": await _decided(session, version, query.get("decided", "")),
        "unsure": await count_unsure(session, version.id),
        **await _progress(session, version),
        **await _gone(request, session, version),
    }
    return respond(request, "places/desk.html", context, has_errors=bool(failed))


async def _view(
    request: Ask, session: AsyncSession, version: Version, carried: Carried, search: str
) -> PlaceToDecide:
    rows = await load_blocks(session, version, carried.anchor.lang)
    return view_place(carried, view_blocks(rows, "", locale_of(request)), search)


async def _in_context(session: AsyncSession, carried: Carried, locale: str) -> Any:
    """The comment alone: what it was about is shown beside it."""
    (item,) = await view_in_context(session, await rows_by_id(session, [carried.thread.id]), locale)
    return replace(item, about=None)


async def _decided(session: AsyncSession, version: Version, reference: str) -> str:
    """The reference of what was decided last, if it still is: it can be undone."""
    if not reference:
        return ""
    carried = await find_carried(session, version.id, reference)
    return carried.thread.reference if carried.anchor.by_hand else ""


async def _progress(session: AsyncSession, version: Version) -> dict[str, Any]:
    """How far carrying has come; nothing once it is done."""
    step = await find_step(session, version.id) if version.carried_at is None else None
    done, of = await count_places(session, step) if step else (0, 0)
    return {"done": done, "of": of if done < of else 0}


async def _gone(request: Ask, session: AsyncSession, version: Version) -> dict[str, Any]:
    query = request.query_params.get("gone", "")
    after = int(query) if query.isascii() and query.isdigit() and len(query) <= 15 else 0
    rows = await list_gone(session, version.id, after)
    shown = rows[:GONE_ON_PAGE]
    more = f"/{locale_of(request)}{_address(request)}"
    return {
        "gone": [view_gone_line(row) for row in shown],
        "more_gone": with_query(more, gone=shown[-1].id) if len(rows) > len(shown) else "",
    }


@get(PLACES, opt={"permission": Permission.EDIT})
async def read_places(request: Ask, session: AsyncSession) -> Response[Any]:
    """One comment at a time, and what is gone."""
    return await show_places(request, session)


@post(
    PLACES + "/{reference:str}",
    opt={"permission": Permission.EDIT, "redisplay": show_places, "form_at": PLACES_AT},
)
async def post_place(request: Ask, session: AsyncSession, reference: str) -> Response[Any]:
    """It stands where it is proposed, somewhere else, or nowhere; then the next one."""
    _, _, version = await _find(request, session)
    typed = await read_form(request)
    carried = await find_carried(session, version.id, reference, hold=True)
    if typed["seen"] != seen(carried.anchor):
        raise invalid("", N_("Somebody decided this meanwhile. Look at it again."))
    actor, now = actor_needed(request), site_of(request).clock.now()
    what, _, key = typed["do"].partition(":")
    if what == "confirm":
        await confirm_place(session, version, carried, actor, now)
    elif what == "gone":
        await take_away(session, version, carried, actor, now)
    else:
        spot = await _spot(session, version, carried, key, typed["words"][:MOST_WORDS])
        await put_at(session, version, carried, spot, actor, now)
    return see_other(request, f"{_address(request)}?decided={carried.thread.reference}")


async def _spot(session: AsyncSession, version: Version, carried: Carried, key: str, words: str) -> Spot:
    """The block with these words, else with those that were marked when the comment was made, if it has them.

    Raises FormInvalid.
    """
    rows = await load_blocks(session, version, carried.made.lang, key) if key else []
    if not rows:
        raise invalid("", N_("Choose the text that the comment is about."))
    row = rows[0]
    found = from_quote(words or carried.made.exact, row.plain)
    if words.strip() and found is None:
        raise invalid("words", N_("These words are not in the text that you chose."))
    return Spot(row.id, row.key, row.lang, row.plain, found)


@post(PLACES + "/{reference:str}/undo", opt={"permission": Permission.EDIT, "form_at": PLACES_AT})
async def post_undo(request: Ask, session: AsyncSession, reference: str) -> Response[Any]:
    """Take a decision back; the comment is shown again."""
    _, _, version = await _find(request, session)
    carried = await find_carried(session, version.id, reference, hold=True)
    if not carried.anchor.by_hand:
        raise NotFound
    await undo_decision(session, version, carried, actor_needed(request), site_of(request).clock.now())
    return see_other(request, f"{_address(request)}?comment={carried.thread.reference}")


HANDLERS = (read_places, post_place, post_undo)
