"""What types of results, filters and their values are called in a reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from babel.dates import format_skeleton

from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.i18n.locales import babel_locale, country_name, language_name
from consult.i18n.words import disposition_label, kind_name
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.search.port import TIMELINE
from consult.search.queries import Surroundings

TYPE_NAMES: dict[str, str] = {
    "consultation": N_("Consultation"),
    "block": N_("Part of a draft"),
    "comment": N_("Comment"),
    "submission": N_("Formal response"),
    "outcome": N_("Outcome"),
}
"""What each type of result is called."""

FACET_NAMES: dict[str, str] = {
    "type": N_("What it is"),
    "consultation": N_("Consultation"),
    "lang": N_("Language"),
    "kind": N_("Kind of organisation"),
    "topic": N_("Topic"),
    "year": N_("Year"),
    "disposition": N_("The Forum’s answer"),
    "country": N_("Country"),
    TIMELINE: N_("Month"),
}
"""What each filter is called."""


class Labels:
    """What values of filters are called in the reader's language."""

    def __init__(self, around: Surroundings, locale: str) -> None:
        self._locale = locale
        self._tables: dict[str, dict[str, Translated]] = {
            "consultation": around.titles,
            "topic": around.topics,
        }
        self._namers: dict[str, Callable[[str, str], str]] = {
            "type": type_name,
            "lang": language_name,
            "kind": kind_name,
            "disposition": disposition_label,
            "country": country_name,
            TIMELINE: month_name,
        }

    def of(self, facet: str, value: str) -> tuple[str, str]:
        """(label, its language where that is not the page's)."""
        if value in self._tables.get(facet, {}):
            text = pick(self._tables[facet][value], self._locale)
            return text.text, text.lang if text.is_fallback else ""
        namer = self._namers.get(facet)
        return (namer(value, self._locale) if namer else value), ""


def type_name(type: str, locale: str) -> str:
    """A type of result in the reader's language."""
    return catalogue(locale).gettext(TYPE_NAMES.get(type, type))


def month_name(month: str, locale: str) -> str:
    """`Nov 2026` of `2026-11`; anything else as it is."""
    try:
        first = dt.date.fromisoformat(f"{month}-01")
    except ValueError:
        return month
    return format_skeleton("yMMM", first, locale=babel_locale(locale))


def facet_name(facet: str, locale: str) -> str:
    """A filter's name in the reader's language."""
    return catalogue(locale).gettext(FACET_NAMES[facet])
