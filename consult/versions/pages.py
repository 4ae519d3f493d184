"""The page that compares two versions of a draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import answered_at, get_consultation
from consult.consultations.views import view_consultation
from consult.documents.queries import get_draft
from consult.documents.views import view_draft
from consult.i18n.content import pick
from consult.i18n.locales import language_name
from consult.kernel.addresses import with_query
from consult.kernel.events import consultation_scope
from consult.security.permissions import Permission
from consult.versions.comparing import load_comparison
from consult.versions.parts import Parts
from consult.versions.queries import common_languages, get_versions
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


@dataclass(frozen=True, slots=True)
class Ways:
    """Addresses of the same comparison; what one gets without choosing is not said in them."""

    here: str
    locale: str
    lang: str
    view: str

    def to(self, *, lang: str = "", view: str = "", start: str = "") -> str:
        """The page with another language or view, from a change on."""
        text, shown = lang or self.lang, view or self.view
        chosen = {"text": "" if text == self.locale else text, "view": "" if shown == VIEWS[0] else shown}
        return with_query(self.here, **chosen, **{"from": start})

    def languages(self, codes: Iterable[str], start: str) -> list[Choice]:
        """The languages in which the two can be compared."""
        return [
            Choice(language_name(code, self.locale), self.to(lang=code, start=start), code == self.lang)
            for code in codes
        ]


@get(COMPARE, opt={"permission": Permission.READ})
async def compare_versions(
    request: Ask, session: AsyncSession, slug: str, draft: str, first: int, second: int
) -> Response[Any]:
    """What changed from one version to a later one, why, and whom it answers; a long list of changes in parts.

    `from` is a change's id on the page: a part's address has its first one's, any other leads there.
    """
    locale, now = locale_of(request), site_of(request).clock.now()
    consultation = await get_consultation(session, slug, None)
    found = await get_draft(session, consultation.id, draft)
    old, new = get_versions(found, first, second)
    path = f"/consultations/{slug}/drafts/{draft}"
    if first >= second:
        return see_other(request, f"{path}/compare/{second}/{first}" if first > second else path)
    lang = _chosen(request.query_params.get("text", ""), locale, common_languages(old, new), new.original)
    view = _chosen(request.query_params.get("view", ""), "", VIEWS, VIEWS[0])
    comparison = await load_comparison(session, found, old, new, f"/{locale}{path}", lang, locale)
    way = Ways(f"/{locale}{path}/compare/{first}/{second}", locale, lang, view)
    parts = Parts(comparison, lang, way.to())
    part = parts.find(asked := request.query_params.get("from", ""))
    if asked != part.start:
        return Redirect(parts.address(part), status_code=303)
    shown = view_consultation(consultation, {}, await answered_at(session, consultation.id), locale, now)
    context = {
        "consultation": shown,
        "draft": view_draft(found, new, shown.address, locale),
        "old": old,
        "new": new,
        "note": pick(new.note, locale),
        "counts": comparison.counts(),
        "part": part,
        "parts": parts,
        "lang": lang,
        "view": view,
        "languages": way.languages(common_languages(old, new), part.start),
        "views": {name: way.to(view=name, start=part.start) for name in VIEWS},
        "text_address": with_query(f"/{locale}{path}", version=new.number, text=lang),
    }
    shared = Shared(frozenset({consultation_scope(consultation.id)}), shown.until, consultation.id)
    return respond(request, "versions/compare.html", context, shared=shared, section="consultations")


def _chosen(wanted: str, preferred: str, known: Sequence[str], default: str) -> str:
    return next((each for each in (wanted, preferred) if each in known), default)


HANDLERS = (compare_versions,)
