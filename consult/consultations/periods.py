"""Dates and times as staff type them, in a named zone: what a clock on the wall there shows, and when that is.

Twice a year such a clock jumps. A time that the clock skips does not exist and is refused; a time that it shows twice
is taken in the way that gives respondents more: the later one for an end, the earlier one for a beginning.
An end is exact: what is typed as 23:59 is 23:59:00, and is accepted strictly before it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from consult.i18n.zones import known_zones
from consult.kernel.errors import FormInvalid, invalid
from consult.kernel.messages import N_

_WRITTEN = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ]+(\d{2}):(\d{2})(?::(\d{2}))?")
YEARS = range(2000, 2101)


def parse_local(text: str, zone: str, field: str = "closes", *, earlier: bool = False) -> datetime:
    """The UTC instant of `2027-01-31 23:59` (or `…T23:59`, with seconds if wanted) in an IANA zone.

    Of a time that occurs twice the later instant, or the earlier one where `earlier`. Raises FormInvalid about
    `field` for what is no date and time or does not exist in the zone, and about `zone` for an unknown zone.
    """
    place = find_zone(zone)
    wall = _read_wall_time(text, field)
    local = wall.replace(tzinfo=place, fold=0 if earlier else 1)
    at = local.astimezone(UTC)
    if at.astimezone(place).replace(tzinfo=None) != wall:
        raise _skipped(wall, place, field)
    return at


def find_zone(zone: str, field: str = "zone") -> ZoneInfo:
    """The zone of an IANA name such as `Europe/Brussels`. Raises FormInvalid about `field`."""
    if zone != "UTC" and ("/" not in zone or zone not in known_zones()):
        raise invalid(
            field, N_("Choose a time zone such as Europe/Brussels; “%(zone)s” is not one."), zone=zone[:60]
        )
    return ZoneInfo(zone)


def say_local(at: datetime, zone: str) -> str:
    """An instant as `parse_local` reads it and as date fields want it: `2027-01-31T23:59`, with seconds if it has any."""
    local = at.astimezone(ZoneInfo(zone))
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")


def occurs_twice(at: datetime, zone: str) -> bool:
    """Whether the clock in the zone shows this instant's time a second time that day."""
    local = at.astimezone(ZoneInfo(zone))
    first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first != second


def _read_wall_time(text: str, field: str) -> datetime:
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise invalid(field, N_("Write the date and time as 2027-01-31 23:59."))
    parts = [int(part or 0) for part in found.groups()]
    if parts[0] not in YEARS:
        raise invalid(
            field, N_("The year must be between %(first)s and %(last)s."), first=YEARS[0], last=YEARS[-1]
        )
    try:
        return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 (a wall clock's time, given its zone above)
    except ValueError:
        raise invalid(field, N_("There is no such date or time. Check the day and the hour.")) from None


def _skipped(wall: datetime, zone: ZoneInfo, field: str) -> FormInvalid:
    last, first = _around_gap(wall, zone)
    return invalid(
        field,
        N_(
            "%(time)s does not exist in %(zone)s: the clocks are put forward then. "
            "Take %(before)s or %(after)s instead."
        ),
        time=f"{wall:%Y-%m-%d %H:%M}",
        zone=zone.key,
        before=f"{last:%Y-%m-%d %H:%M}",
        after=f"{first:%Y-%m-%d %H:%M}",
    )


def _around_gap(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The last whole minute before the clock jumps over `wall`, and the first time after the jump."""
    low, high = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    after = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    jump = high.replace(microsecond=0)
    before = (jump - timedelta(minutes=1)).astimezone(zone)
    return before, jump.astimezone(zone)
