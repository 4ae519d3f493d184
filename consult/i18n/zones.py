"""Time zones to choose from, by region and as places are called in the reader's language."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

from babel.dates import get_timezone_location

from consult.i18n.catalogues import catalogue
from consult.i18n.locales import babel_locale
from consult.kernel.messages import N_

REGIONS = {
    "Africa": N_("Africa"),
    "America": N_("Americas"),
    "Antarctica": N_("Antarctica"),
    "Arctic": N_("Arctic"),
    "Asia": N_("Asia"),
    "Atlantic": N_("Atlantic"),
    "Australia": N_("Australia"),
    "Europe": N_("Europe"),
    "Indian": N_("Indian Ocean"),
    "Pacific": N_("Pacific"),
}
"""The first parts of zones' names."""

Options = tuple[tuple[str, str | list[tuple[str, str]]], ...]


@cache
def known_zones() -> frozenset[str]:
    """Every name of the IANA database."""
    return frozenset(available_timezones())


@cache
def offered_zones() -> tuple[str, ...]:
    """One zone for each place of the IANA database's `zone.tab`, and UTC first."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return ("UTC", *sorted(row[2] for row in rows if row[2] in known_zones()))


@lru_cache(maxsize=8)
def zone_options(locale: str) -> Options:
    """For a form: `UTC`, then (region, [(zone, place)]) with places in order."""
    say = catalogue(locale).gettext
    groups: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for zone in offered_zones()[1:]:
        groups[zone.partition("/")[0]].append((zone, _place(zone, locale)))
    named = tuple(
        (say(REGIONS[region]), sorted(zones, key=lambda each: each[1].casefold()))
        for region, zones in groups.items()
        if zones
    )
    return (("UTC", "UTC"), *named)


def _place(zone: str, locale: str) -> str:
    place = get_timezone_location(zone, locale=babel_locale(locale), return_city=True)
    return place or zone.rpartition("/")[2].replace("_", " ")
