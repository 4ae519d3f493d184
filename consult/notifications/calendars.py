"""Deadlines as calendars (RFC 5545): an event when each round opens and one when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event

from consult.consultations.deadline import say_instant
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.addresses import in_path
from consult.kernel.messages import N_
from consult.models.consultation import Consultation, Round
from consult.notifications.composing import one_line

REMIND = timedelta(days=1)


def deadline_calendar(consultation: Consultation, locale: str, base_url: str) -> bytes:
    """The calendar of a consultation (rounds and extensions loaded). Extending a round moves its event: the UID stays,
    SEQUENCE grows."""
    title = one_line(pick(consultation.title, locale).text)
    calendar = Calendar()
    calendar.add("prodid", "-//Frontier Model Forum//Consult//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    for round in consultation.rounds:
        page = f"{base_url}/{locale}/consultations/{in_path(consultation.slug)}"
        for what, made in (("opens", _opening(round, title, locale)), ("closes", _end(round, title, locale))):
            made.add("url", page)
            made.add("uid", _uid(consultation, round, what, base_url))
            calendar.add_component(made)
    return bytes(calendar.to_ical())


def _opening(round: Round, title: str, locale: str) -> Event:
    say = catalogue(locale).gettext
    event = _event(round, round.opens_at, say(N_("Open for comments: %(title)s")) % {"title": title}, locale)
    event.add("description", _closes(round, locale))
    return event


def _end(round: Round, title: str, locale: str) -> Event:
    say = catalogue(locale).gettext
    summary = say(N_("Comments close: %(title)s")) % {"title": title}
    event = _event(round, round.closes_at, summary, locale)
    event.add("description", "\n\n".join([_closes(round, locale), *_reasons(round, locale)]))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -REMIND)
    event.add_component(alarm)
    return event


def _event(round: Round, at: datetime, summary: str, locale: str) -> Event:
    changed = max((each.created_at for each in round.extensions), default=round.created_at)
    event = Event()
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", at)
    event.add("summary", summary, parameters={"LANGUAGE": locale})
    event.add("sequence", len(round.extensions))
    # Nobody is busy because comments close.
    event.add("transp", "TRANSPARENT")
    return event


def _closes(round: Round, locale: str) -> str:
    when = say_instant(round.closes_at, round.time_zone, locale)
    return catalogue(locale).gettext(N_("Closes %(when)s")) % {"when": when}


def _reasons(round: Round, locale: str) -> list[str]:
    say = catalogue(locale).gettext
    said = say(N_("Extended from %(old)s to %(new)s."))
    return [
        said
        % {
            "old": say_instant(each.from_at, round.time_zone, locale),
            "new": say_instant(each.to_at, round.time_zone, locale),
        }
        + f"\n{pick(each.reason, locale).text}"
        for each in round.extensions
    ]


def _uid(consultation: Consultation, round: Round, what: str, base_url: str) -> str:
    return f"{consultation.reference}-r{round.number}-{what}@{urlsplit(base_url).hostname}"
