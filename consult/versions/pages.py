"""The page that compares two versions of a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation, published_outcomes
from consult.consultations.views import view_consultation
from consult.documents.queries import get_draft
from consult.documents.views import view_draft
from consult.i18n.content import pick
from consult.i18n.locales import language_name
from consult.kernel.addresses import with_query
from consult.kernel.events import consultation_scope
from consult.security.permissions import Permission
from consult.versions.comparing import load_comparison
from consult.versions.queries import common_languages, get_versions
from consult.versions.views import KINDS
from consult.web.respond import Shared, respond, see_other
from consult.web.site import Ask, locale_of, site_of

COMPARE = "/consultations/{slug:str}/drafts/{draft:str}/compare/{first:int}/{second:int}"
VIEWS = ("inline", "side")


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to look at the same two versions."""

    label: str
    address: str
    current: bool


@get(COMPARE, opt={"permission": Permission.READ})
async def compare_versions(
    request: Ask, session: AsyncSession, slug: str, draft: str, first: int, second: int
) -> Response[Any]:
    """Every change from one version to a later one, why it was made, and whom it answers."""
    locale, now = locale_of(request), site_of(request).clock.now()
    consultation = await get_consultation(session, slug, None)
    found = await get_draft(session, consultation.id, draft)
    old, new = get_versions(found, first, second)
    path = f"/consultations/{slug}/drafts/{draft}"
    if first >= second:
        return see_other(request, f"{path}/compare/{second}/{first}" if first > second else path)
    languages = common_languages(old, new)
    lang = _chosen(request.query_params.get("text", ""), locale, languages, new.original)
    view = _chosen(request.query_params.get("view", ""), "", VIEWS, VIEWS[0])
    outcome = (await published_outcomes(session, [consultation.id])).get(consultation.id)
    shown = view_consultation(consultation, {}, outcome.published_at if outcome else None, locale, now)
    comparison = await load_comparison(session, found, old, new, f"/{locale}{path}", lang, locale)
    here = f"/{locale}{path}/compare/{first}/{second}"
    context = {
        "consultation": shown,
        "draft": view_draft(found, new, shown.address, locale),
        "old": old,
        "new": new,
        "note": pick(new.note, locale),
        "comparison": comparison,
        "counts": [(KINDS[kind], count) for kind in KINDS if (count := comparison.count(kind))],
        "lang": lang,
        "view": view,
        "languages": [
            Choice(language_name(code, locale), with_query(here, text=code, view="" if view == "inline" else view),
                   code == lang)
            for code in languages
        ],
        "views": {name: with_query(here, text=lang, view="" if name == "inline" else name) for name in VIEWS},
        "text_address": with_query(f"/{locale}{path}", version=new.number, text=lang),
    }  # fmt: skip
    shared = Shared(frozenset({consultation_scope(consultation.id)}), shown.until, consultation.id)
    return respond(request, "versions/compare.html", context, shared=shared, section="consultations")


def _chosen(wanted: str, preferred: str, known: tuple[str, ...] | list[str], default: str) -> str:
    return next((each for each in (wanted, preferred) if each in known), default)


HANDLERS = (compare_versions,)
