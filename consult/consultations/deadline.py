"""The deadline object: one value for page, list, mail, API and calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.formats import formats, iso, utc_offset
from consult.i18n.locales import babel_locale
from consult.models.consultation import CommentPeriod, Extension, RoundState

LAST_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """The earlier and the later end in words, and why."""

    from_text: str
    to_text: str
    reason: LocalText


@dataclass(frozen=True, slots=True)
class Deadline:
    """A comment period as shown at one instant; `until` is when these words stop being true."""

    state: str
    opens_at: datetime
    closes_at: datetime
    iso: str
    text: str
    opens_text: str
    left: str
    ics: str
    extended: tuple[ExtensionView, ...]
    last_day: bool
    grace_text: str
    until: datetime | None
    local_text: str = ""


def make_deadline(
    period: CommentPeriod,
    extensions: Sequence[Extension],
    locale: str,
    now: datetime,
    *,
    ics: str = "",
    zone: str = "",
) -> Deadline:
    """The deadline object for a language; `zone` is a signed-in reader's own, where known."""
    state = period.state(now)
    shown_at = period.opens_at if state is RoundState.SCHEDULED else period.closes_at
    return Deadline(
        state=state,
        opens_at=period.opens_at,
        closes_at=period.closes_at,
        iso=iso(shown_at),
        text=say_instant(period.closes_at, period.time_zone, locale),
        opens_text=say_instant(period.opens_at, period.time_zone, locale),
        left=_say_left(state, period, locale, now),
        ics=ics,
        extended=tuple(_say_extension(each, period.time_zone, locale) for each in extensions),
        last_day=state is RoundState.OPEN and period.closes_at - now <= LAST_DAY,
        grace_text=_say_grace(period, locale),
        until=_words_change_at(state, period, now),
        local_text=_say_locally(shown_at, period.time_zone, zone, locale),
    )


def say_instant(at: datetime, zone: str, locale: str) -> str:
    """`15 December 2026, 23:59 Brussels time (UTC+1)`."""
    moment = formats(locale).datetime(at, zone)
    if zone in ("UTC", "Etc/UTC"):
        return f"{moment} UTC"
    city = get_timezone_location(zone, locale=babel_locale(locale), return_city=True)
    offset = utc_offset(at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta())
    return catalogue(locale).gettext("%(moment)s %(city)s time (%(offset)s)") % {
        "moment": moment,
        "city": city,
        "offset": offset,
    }


def _say_left(state: RoundState, period: CommentPeriod, locale: str, now: datetime) -> str:
    say = catalogue(locale).gettext
    end = {RoundState.OPEN: period.closes_at, RoundState.GRACE: period.grace_ends_at}.get(state)
    if end is None:
        return ""
    span = formats(locale).span(end - now)
    if state is RoundState.GRACE:
        return say("%(span)s left to finish what was begun in time") % {"span": span}
    return say("%(span)s left") % {"span": span}


def _say_extension(extension: Extension, zone: str, locale: str) -> ExtensionView:
    return ExtensionView(
        say_instant(extension.from_at, zone, locale),
        say_instant(extension.to_at, zone, locale),
        pick(extension.reason, locale),
    )


def _say_grace(period: CommentPeriod, locale: str) -> str:
    say = catalogue(locale).gettext
    ends = {
        "end": say_instant(period.grace_ends_at, period.time_zone, locale),
        "late": say_instant(period.late_ends_at, period.time_zone, locale) if period.late else "",
    }
    if period.late and period.grace:
        text = say(
            "Whatever you begin before the end can still be sent until %(end)s, and is marked as such. "
            "After that only formal responses are taken, until %(late)s, and are labelled as late; unsent text stays yours."
        )
    elif period.late:
        text = say(
            "After the end only formal responses are taken, until %(late)s, and are labelled as late. "
            "Unsent text stays yours."
        )
    elif period.grace:
        text = say(
            "Whatever you begin before the end can still be sent until %(end)s, and is marked as such. "
            "After that nothing is accepted; unsent text stays yours."
        )
    else:
        text = say("Nothing is accepted after the end. Unsent text stays yours.")
    return text % ends


def _say_locally(at: datetime, zone: str, own: str, locale: str) -> str:
    if not own or at.astimezone(ZoneInfo(own)).utcoffset() == at.astimezone(ZoneInfo(zone)).utcoffset():
        return ""
    return say_instant(at, own, locale)


def _words_change_at(state: RoundState, period: CommentPeriod, now: datetime) -> datetime | None:
    """When the state or the words for the time left change: at whole days, hours, minutes before the end."""
    change = period.next_change(now)
    end = {RoundState.OPEN: period.closes_at, RoundState.GRACE: period.grace_ends_at}.get(state)
    if end is None:
        return change
    left = end - now
    unit = timedelta(days=1) if left >= timedelta(days=2) else timedelta(hours=1)
    if left < timedelta(hours=2):
        unit = timedelta(minutes=1)
    if left < timedelta(minutes=2):
        unit = timedelta(seconds=1)
    words = now + (left % unit or unit) + timedelta(microseconds=1)
    last_day = end - LAST_DAY
    return min(at for at in (change, words, last_day if last_day > now else None) if at is not None)
