"""Where a block of a version in preparation stands: moving it, and taking it out.

| address under …/versions/{number}/blocks/{key} | what |
| --- | --- |
| place | what it stands between; what would move along |
| move, remove | POST |
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.preparing import refuse_published
from consult.preparing.arranging import Arrangement, remove_block
from consult.preparing.asking import address_of, head_of, place_in_text, place_of
from consult.preparing.editing import BLOCK
from consult.preparing.keeping import load_arrangement
from consult.preparing.moving import may_move, move_block, with_own
from consult.preparing.service import fingerprint, rearrange, refuse_overtaken
from consult.preparing.views import view_text
from consult.security.permissions import Permission
from consult.web.forms import read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, locale_of


@get(BLOCK + "/place", opt={"permission": Permission.EDIT})
async def show_place(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """A block between its neighbours, with what moves along."""
    place = await place_of(request, session)
    refuse_published(place.version)
    held = await load_arrangement(session, place.version, place.last)
    start, end = with_own(held, key)
    around = [*held.pieces[max(start - 1, 0) : start], held.pieces[start], *held.pieces[end : end + 1]]
    views = {
        view.key: view
        for view in view_text([each.block for each in around], held.original, locale_of(request))
    }
    context = {
        **head_of(request, place),
        "key": key,
        "seen": fingerprint(held, key),
        "block": views[key],
        "before": views[around[0].key] if start else None,
        "after": views[around[-1].key] if end < len(held.pieces) else None,
        "along": end - start - 1,
        "may_go_up": may_move(held, key, down=False),
        "may_go_down": may_move(held, key, down=True),
    }
    return respond(request, "preparing/place.html", context)


@post(BLOCK + "/move", opt={"permission": Permission.EDIT})
async def post_move(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Move a block, with what belongs to it, one place up or down."""
    typed = await read_form(request)
    place = await place_of(request, session, hold=True)
    await rearrange(session, place, lambda held: move_block(held, key, down=typed["to"] == "down"))
    return see_other(request, address_of(place, f"/blocks/{key}/place"), notice="saved")


@post(BLOCK + "/remove", opt={"permission": Permission.EDIT})
async def post_remove(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Take a block out. Raises Conflict where somebody else changed it since it was seen."""
    typed = await read_form(request)
    place = await place_of(request, session, hold=True)
    neighbour = ""

    def work(held: Arrangement) -> Arrangement:
        nonlocal neighbour
        refuse_overtaken(held, key, typed["seen"])
        neighbour = held.neighbour(key)
        return remove_block(held, key)

    await rearrange(session, place, work)
    return see_other(request, place_in_text(place, neighbour), notice="removed")


HANDLERS = (show_place, post_move, post_remove)
