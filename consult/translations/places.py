"""What the addresses of translators' pages name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation
from consult.documents.service import find_draft
from consult.i18n.content import pick
from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation
from consult.models.document import Draft
from consult.translations.queue import languages_into
from consult.translations.views import Sheet, view_sheet
from consult.web.site import Ask, actor_of, locale_of

SHEET = "/desk/consultations/{slug:str}/drafts/{draft:str}/versions/{number:int}/translate/{lang:str}"
SHEET_AT = "/desk/consultations/{slug}/drafts/{draft}/versions/{number}/translate/{lang}"


@dataclass(frozen=True, slots=True)
class Place:
    """A version of a draft in one language."""

    consultation: Consultation
    draft: Draft
    sheet: Sheet


async def find_place(request: Ask, session: AsyncSession) -> Place:
    """The version and language that an address names. Raises NotFound."""
    params = request.path_params
    consultation = await get_consultation(session, params["slug"], actor_of(request))
    draft = await find_draft(session, consultation.id, params["draft"])
    versions = [each for each in draft.versions if each.number == params["number"]] if draft else []
    if draft is None or not versions or params["lang"] not in languages_into(consultation, versions[0]):
        raise NotFound
    sheet = view_sheet(consultation.slug, draft, versions[0], params["lang"], locale_of(request))
    return Place(consultation, draft, sheet)


def sheet_context(place: Place, locale: str) -> dict[str, Any]:
    """What every page about a version in one language says of it."""
    consultation = place.consultation
    return {
        "c": {"slug": consultation.slug, "title": pick(consultation.title, locale)},
        "sheet": place.sheet,
    }
