"""Mending the matching by hand: which block of the version before a block is."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.preparing import refuse_published
from consult.documents.storing import KeptBlock
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid, NotFound
from consult.kernel.messages import N_
from consult.preparing.arranging import Arrangement
from consult.preparing.asking import ONE, ONE_AT, address_of, head_of, place_of
from consult.preparing.forms import parse_ruled
from consult.preparing.keeping import load_arrangement
from consult.preparing.mending import Ruling, rule
from consult.preparing.service import rearrange
from consult.preparing.views import block_options, ruling_choices, view_side
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, locale_of

AT = ONE + "/matching/{key:str}"


async def show_ruling(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """One block, the blocks that it was found to be, and the form that says otherwise."""
    place, locale = await place_of(request, session), locale_of(request)
    refuse_published(place.version)
    held = await load_arrangement(session, place.version, place.last)
    key = str(request.path_params["key"])
    new = next((piece.block for piece in held.pieces if piece.key == key), None)
    old = {block.key: block for block in held.before}
    if new is None and key not in old:
        raise NotFound
    befores = held.befores(key) if new else []
    form = form_state(failed, catalogue(locale), _present(befores, is_old=new is None))
    context = {
        **head_of(request, place),
        "key": key,
        "is_old": new is None,
        "block": view_side(new or old[key], held.original, locale),
        "befores": [view_side(old[each], held.original, locale) for each in befores],
        "choices": ruling_choices(locale, is_old=new is None),
        "options": block_options(_groups(held, is_old=new is None), held.original, locale),
        "form": form,
    }
    return respond(request, "preparing/matching.html", context, has_errors=bool(form.errors))


def _present(befores: list[str], *, is_old: bool) -> dict[str, str]:
    """The form as the matching stands."""
    if is_old:
        return {"ruling": Ruling.IS}
    return {"ruling": Ruling.IS if befores else Ruling.NEW, "block": befores[0] if befores else ""}


def _groups(held: Arrangement, *, is_old: bool) -> list[tuple[str, list[KeptBlock]]]:
    """The blocks to choose from: those that have no other side first."""
    if is_old:
        blocks, linked = [piece.block for piece in held.pieces], {key for _, key in held.links}
        labels = (N_("Blocks that are new"), N_("All other blocks"))
    else:
        blocks, linked = list(held.before), {before for before, _ in held.links}
        labels = (N_("Blocks that were removed"), N_("All other blocks"))
    return [
        (labels[0], [block for block in blocks if block.key not in linked]),
        (labels[1], [block for block in blocks if block.key in linked]),
    ]


@get(AT, opt={"permission": Permission.EDIT})
async def ruling_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Which block of the version before a block is."""
    return await show_ruling(request, session)


@post(
    AT,
    opt={"permission": Permission.EDIT, "redisplay": show_ruling, "form_at": ONE_AT + "/matching/{key}"},
)
async def post_ruling(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Keep what an editor says; it is never found anew."""
    typed = await read_form(request)
    place = await place_of(request, session, hold=True)

    def work(held: Arrangement) -> Arrangement:
        ruled = parse_ruled(typed, held, key)
        return rule(held, ruled.key, ruled.ruling, ruled.before)

    await rearrange(session, place, work)
    return see_other(request, address_of(place, "#changes"), notice="saved")


HANDLERS = (ruling_page, post_ruling)
