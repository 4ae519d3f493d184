"""Numbers, dates and lengths as people write them, in any script of digits."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from babel.numbers import get_decimal_symbol, get_group_symbol

from consult.i18n.locales import babel_locale

MOST_DIGITS = 30
"""Digits of a number that is taken; more are a slip."""

# Scripts written without spaces, where a sign counts as word processors count it: Thai, Lao, Burmese, Khmer, kana,
# ideographs. `questions.js` has the same list.
_UNSPACED = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
# What stands in numbers and says nothing: marks of direction, spaces between groups, apostrophes between groups.
_SILENT = re.compile("[\u200e\u200f\u061c\\s\u00a0\u202f'\u2019\u066c]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[.,]\d{3})+")


def western_digits(text: str) -> str:
    """The text with the digits of every script as 0 to 9."""
    return "".join(_digit(sign) for sign in text)


def _digit(sign: str) -> str:
    return sign if sign.isascii() else str(unicodedata.decimal(sign, sign))


def read_number(text: str, locale: str = "en") -> str | None:
    """A decimal number as text ("12.5"), None where this is none.

    A single comma or point parts the decimals, unless the language parts thousands by it and three digits follow.
    """
    clean = _SILENT.sub("", western_digits(text)).replace("\u066b", ".").replace("\u2212", "-")
    number = _with_point(clean, locale)
    if not _NUMBER.fullmatch(number) or sum(sign.isdigit() for sign in number) > MOST_DIGITS:
        return None
    return say_plain(Decimal(number))


def _with_point(text: str, locale: str) -> str:
    commas, points = text.count(","), text.count(".")
    if commas and points:
        last = "," if text.rindex(",") > text.rindex(".") else "."
        other = "." if last == "," else ","
        return text.replace(other, "").replace(last, ".") if text.count(last) == 1 else ""
    sign = "," if commas else "."
    is_group = commas + points > 1 or sign == get_group_symbol(babel_locale(locale), numbering_system="latn")
    if is_group and _GROUPED.fullmatch(text):
        return text.replace(sign, "")
    return text.replace(",", ".")


def say_plain(number: Decimal) -> str:
    """A number without exponent, needless zeros or minus before nought."""
    plain = format(number.normalize(), "f")
    return "0" if plain in ("-0", "0") else plain


def to_decimal(text: str) -> Decimal | None:
    """A number from its stored text."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def write_number(text: str, locale: str) -> str:
    """A stored number as a field of the language's form shows it: no groups, the language's own decimal sign."""
    return text.replace(".", get_decimal_symbol(babel_locale(locale), numbering_system="latn"))


def read_date(day: str, month: str, year: str) -> str | None:
    """ "2026-12-01" of three fields, None where there is no such day."""
    parts = [western_digits(each.strip()) for each in (year, month, day)]
    if not all(each.isascii() and each.isdecimal() for each in parts) or len(parts[0]) != 4:
        return None
    try:
        return date(*(int(each[:4]) for each in parts)).isoformat()
    except ValueError:
        return None


def to_date(text: str) -> date | None:
    """A day from its stored text."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def count_words(text: str) -> int:
    """How many words a text has: what spaces part; each sign where a script writes without spaces."""
    signs = len(_UNSPACED.findall(text))
    rest = _UNSPACED.sub(" ", text).split()
    return signs + sum(1 for word in rest if any(sign.isalnum() for sign in word))
