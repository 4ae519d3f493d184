"""What readers narrow comments to, in the address and as links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consult.comments.queries import Filters
from consult.i18n.catalogues import catalogue
from consult.i18n.locales import language_name
from consult.i18n.words import KINDS, kind_name
from consult.kernel.messages import N_
from consult.web.site import Ask

ANSWERED = {"yes": N_("Answered"), "no": N_("Not answered yet")}


@dataclass(frozen=True, slots=True)
class FilterBar:
    """The form of filters: where it goes, what is chosen, what can be."""

    address: str
    kept: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]
    answered: tuple[tuple[str, str], ...]
    chosen: Filters
    clear: str


def read_filters(request: Ask) -> Filters:
    """Filters of the address; unknown values count as none."""
    query = request.query_params
    lang = query.get("lang", "")
    return Filters(
        kind=query.get("kind", "") if query.get("kind", "") in KINDS else "",
        lang=lang if lang.replace("-", "").isalnum() and len(lang) <= 12 else "",
        answered=query.get("answered", "") if query.get("answered", "") in ANSWERED else "",
    )


def read_after(request: Ask) -> int:
    """The id of the last contribution of the page before, 0 for the first page and for what is no id."""
    after = request.query_params.get("after", "")
    return int(after) if after.isascii() and after.isdigit() and len(after) <= 9 else 0


def filter_bar(address: str, chosen: Filters, languages: Sequence[str], locale: str) -> FilterBar:
    """The bar for a page at `address` (with locale)."""
    path, _, query = address.partition("?")
    say = catalogue(locale).gettext
    pairs = [part.partition("=") for part in query.split("&") if part]
    codes = [*languages, *([chosen.lang] if chosen.lang and chosen.lang not in languages else [])]
    return FilterBar(
        address=path,
        kept=tuple((name, value) for name, _, value in pairs),
        kinds=tuple((kind, kind_name(kind, locale)) for kind in KINDS),
        languages=tuple((code, language_name(code, locale)) for code in codes),
        answered=tuple((value, say(name)) for value, name in ANSWERED.items()),
        chosen=chosen,
        clear=address,
    )
