"""The interface's languages, and how any language is written. A table that pages, tests and docs are made from."""

from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError


@dataclass(frozen=True, slots=True)
class InterfaceLocale:
    """A language of the interface: its code in addresses, its CLDR name, its own name for itself."""

    code: str
    cldr: str
    name: str


LOCALES = (
    InterfaceLocale("en", "en_GB", "English"),
    InterfaceLocale("fr", "fr", "Français"),
    InterfaceLocale("es", "es", "Español"),
    InterfaceLocale("ar", "ar", "العربية"),
    InterfaceLocale("zh", "zh_Hans", "中文"),
    InterfaceLocale("ru", "ru", "Русский"),
)
CODES = tuple(locale.code for locale in LOCALES)
BY_CODE = {locale.code: locale for locale in LOCALES}
DEFAULT = "en"

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})


@lru_cache(maxsize=512)
def direction(lang: str) -> str:
    """`rtl` or `ltr` for a BCP 47 tag, by its primary language or script subtag."""
    parts = lang.lower().replace("_", "-").split("-")
    if any(part in ("arab", "hebr", "syrc", "thaa") for part in parts[1:]):
        return "rtl"
    return "rtl" if parts[0] in RIGHT_TO_LEFT and "latn" not in parts[1:] else "ltr"


@lru_cache(maxsize=512)
def babel_locale(code: str) -> Locale:
    """Babel's Locale of an interface language or of any BCP 47 tag; English where CLDR knows none."""
    name = BY_CODE[code].cldr if code in BY_CODE else code.replace("-", "_")
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@lru_cache(maxsize=2048)
def language_name(code: str, locale: str) -> str:
    """A language's name in the reader's language: `Arabic`, `arabe`; the tag itself where CLDR has no name."""
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(babel_locale(locale))
    except (UnknownLocaleError, ValueError):
        name = None
    return name or code


@lru_cache(maxsize=2048)
def country_name(code: str, locale: str) -> str:
    """A country's name in the reader's language, from its ISO 3166-1 alpha-2 code."""
    return str(babel_locale(locale).territories.get(code.upper(), code)) if code else ""


@lru_cache(maxsize=16)
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """All (code, name) of countries in the reader's language, ordered by name."""
    names = babel_locale(locale).territories
    found = [(c, str(n)) for c, n in names.items() if len(c) == 2 and c.isalpha() and c not in NOT_COUNTRIES]
    return tuple(sorted(found, key=lambda pair: pair[1].casefold()))


NOT_COUNTRIES = frozenset(
    {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"}
)

OFFERED = (
    "am", "ar", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko",
    "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sv", "sw", "th", "tr", "uk", "ur", "vi", "zh", "zh-Hant",
)  # fmt: skip
"""Languages a contribution can be said to be in; detection may name others."""
