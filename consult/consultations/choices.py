"""What the desk's forms offer to choose from: the site's languages."""

from __future__ import annotations

from consult.i18n.locales import BY_CODE, CODES, language_name


def language_options(locale: str) -> list[tuple[str, str]]:
    """The site's languages to choose from, each by its name here and its own."""
    return [(code, _both_names(code, locale)) for code in CODES]


def _both_names(code: str, locale: str) -> str:
    own, here = BY_CODE[code].name, language_name(code, locale)
    return own if own == here else f"{here} – {own}"
