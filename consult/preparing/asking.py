"""Which version a desk's address is about, and what every page on it begins with."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation
from consult.documents.pending import draft_figures
from consult.preparing.service import Place, find_version, hold_version
from consult.preparing.views import view_head
from consult.web.site import Ask, actor_of, locale_of

DRAFT = "/desk/consultations/{slug:str}/drafts/{draft:str}"
ONE = DRAFT + "/versions/{number:int}"
ONE_AT = "/desk/consultations/{slug}/drafts/{draft}/versions/{number}"
"""As `ONE`, for `form_at`."""


async def place_of(request: Ask, session: AsyncSession, *, hold: bool = False) -> Place:
    """The version that an address names. With `hold` it is in preparation, and others who change it wait.

    Raises NotFound, and Conflict where it is held and public.
    """
    asked = request.path_params
    consultation = await get_consultation(session, asked["slug"], actor_of(request))
    find = hold_version if hold else find_version
    return await find(session, consultation, asked["draft"], int(asked["number"]))


async def figures_of(session: AsyncSession, place: Place) -> dict[str, str]:
    """File name → address of a draft's pictures."""
    found = await draft_figures(session, place.draft.id)
    return {file_name: f"/files/{place.draft.id}/{name}" for file_name, name in found.items()}


def head_of(request: Ask, place: Place) -> dict[str, Any]:
    """What every template here begins with."""
    return {"v": view_head(place, locale_of(request))}


def place_in_text(place: Place, key: str) -> str:
    """Where a block stands in the workbench's text (without locale), whichever part of it that is; "" for its beginning."""
    return address_of(place, f"/text?from={key}#b-{key}" if key else "/text")


def address_of(place: Place, tail: str = "") -> str:
    """The version's workbench, or what is under it (without locale)."""
    slug, draft = place.consultation.slug, place.draft.slug
    return f"/desk/consultations/{slug}/drafts/{draft}/versions/{place.version.number}{tail}"
