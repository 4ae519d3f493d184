"""Dates, numbers, lists and lengths of time as readers of a language write them (CLDR, by Babel)."""

import datetime as dt
from collections.abc import Sequence
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_timedelta,
    get_timezone_location,
    get_timezone_name,
)
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from consult.i18n.locales import babel_locale

SPANS = ((86400, 2 * 86400), (3600, 2 * 3600), (60, 2 * 60))
"""Seconds in a day, hour, minute, and from how many seconds on each is used."""


@lru_cache(maxsize=4096)
def _decimal(value: int | float, locale: Locale) -> str:
    """A page says the same few numbers over and over."""
    return format_decimal(value, locale=locale)


class Formats:
    """Formatting for one interface language; instants are shown in `zone` where none is given."""

    def __init__(self, locale: str, zone: str = "UTC") -> None:
        self._locale = babel_locale(locale)
        self._zone = ZoneInfo(zone)

    def date(self, value: dt.date | dt.datetime, zone: str = "") -> str:
        """`15 December 2026`."""
        return format_date(self._local(value, zone), "long", self._locale)

    def short_date(self, value: dt.date | dt.datetime, zone: str = "") -> str:
        """`15 Dec 2026`."""
        return format_date(self._local(value, zone), "medium", self._locale)

    def datetime(self, value: dt.datetime, zone: str = "") -> str:
        """`15 December 2026, 23:59`, in the zone."""
        local = self._local(value, zone)
        assert isinstance(local, dt.datetime)
        day = format_date(local, "long", self._locale)
        return f"{day}{self._comma}{self.time(value, zone)}"

    def time(self, value: dt.datetime, zone: str = "") -> str:
        """`23:59`."""
        return format_datetime(self._local(value, zone), "HH:mm", locale=self._locale)

    @property
    def colon(self) -> str:
        """Between a label and what it names: `Author: `, `Auteur : `."""
        return {"fr": "\u00a0: ", "zh": "："}.get(self._locale.language, ": ")

    @property
    def _comma(self) -> str:
        return {"ar": "، ", "zh": " "}.get(self._locale.language, ", ")

    def number(self, value: int | float) -> str:
        """`12,345`."""
        return _decimal(value, self._locale)

    def percent(self, value: float) -> str:
        """`45%` of 0.45."""
        return format_percent(value, locale=self._locale)

    def list(self, items: Sequence[str]) -> str:
        """`English, French and Spanish`."""
        return format_list([*items], locale=self._locale)

    def span(self, length: dt.timedelta) -> str:
        """`3 days`, `47 hours`, `95 minutes`: whole units, counted downwards; a unit is used from two on."""
        seconds = max(int(length.total_seconds()), 1)
        for size, least in SPANS:
            if seconds >= least:
                # Babel takes the largest unit of which there are at least `threshold`.
                return format_timedelta(
                    seconds // size * size, threshold=seconds // size, locale=self._locale
                )
        return format_timedelta(seconds, threshold=seconds, locale=self._locale)

    def zone_name(self, zone: str, at: dt.datetime) -> str:
        """`Brussels (UTC+1)`: the place and its distance from UTC at that instant."""
        offset = at.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()
        if zone in ("UTC", "Etc/UTC"):
            return "UTC"
        city = get_timezone_location(zone, locale=self._locale, return_city=True) or zone
        return f"{city} ({utc_offset(offset)})"

    def zone_title(self, zone: str) -> str:
        """A zone's generic name, for lists of zones."""
        return get_timezone_name(zone, locale=self._locale)

    def _local(self, value: dt.date | dt.datetime, zone: str) -> dt.date | dt.datetime:
        if not isinstance(value, dt.datetime):
            return value
        return value.astimezone(ZoneInfo(zone) if zone else self._zone)


def utc_offset(offset: dt.timedelta) -> str:
    """`UTC+1`, `UTC−3:30`, `UTC`."""
    minutes = int(offset.total_seconds() // 60)
    if not minutes:
        return "UTC"
    sign = "+" if minutes > 0 else "\u2212"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def iso(at: dt.datetime) -> str:
    """RFC 3339 in UTC, to the second: `2026-12-15T22:59:00Z`."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def formats(locale: str, zone: str = "UTC") -> Formats:
    """The Formats of a language and a zone."""
    return Formats(locale, zone)
