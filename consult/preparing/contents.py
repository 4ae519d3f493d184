"""The text of a version in preparation, part by part, each block with its actions: parted as readers get it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.contents import Around, look_around, view_contents, view_portion
from consult.documents.preparing import refuse_published
from consult.documents.queries import load_parted, load_some_blocks
from consult.documents.views import view_blocks
from consult.preparing.asking import ONE, address_of, head_of, place_of
from consult.preparing.service import Place
from consult.security.permissions import Permission
from consult.web.respond import respond
from consult.web.site import Ask, locale_of


@get(ONE + "/text", opt={"permission": Permission.EDIT})
async def show_text(request: Ask, session: AsyncSession) -> Response[Any]:
    """A part of the text with the contents of the whole; `from` is the key of a block that stands in it."""
    place, locale = await place_of(request, session), locale_of(request)
    refuse_published(place.version)
    around = await _look_around(request, session, place)
    rows = await load_some_blocks(session, place.version, place.version.original, around.ids)
    texts, own = {row.id: row for row in rows}, {piece.id for piece in around.own}
    context = {
        **head_of(request, place),
        "blocks": view_blocks([row for row in rows if row.id in own], "", locale),
        "portion": view_portion(around, texts),
        "outline": view_contents(around, texts),
        "total": len(around.parted.pieces),
    }
    return respond(request, "preparing/text.html", context)


async def _look_around(request: Ask, session: AsyncSession, place: Place) -> Around:
    parted = await load_parted(session, place.version)
    here = f"/{locale_of(request)}{address_of(place, '/text')}"
    starts = ["", *(f"?from={portion[0].key}" for portion in parted.portions[1:])]
    return look_around(
        parted, parted.find(request.query_params.get("from", "")) or 0, lambda at: here + starts[at]
    )
