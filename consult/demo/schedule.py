"""When the demo's comment periods begin and end, relative to the day on which it is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from consult.models.consultation import CommentPeriod

DAY = timedelta(days=1)
LATE = time(23, 59)


@dataclass(frozen=True, slots=True)
class Schedule:
    """One consultation's calendar: `extended_to` and `extended_at` where its period was made longer."""

    created_at: datetime
    period: CommentPeriod
    promised_at: datetime
    extended_at: datetime | None = None
    extended_to: datetime | None = None
    answered_at: datetime | None = None

    @property
    def closes_at(self) -> datetime:
        """The end that holds now."""
        return self.extended_to or self.period.closes_at

    def at(self, fraction: float, now: datetime) -> datetime:
        """An instant in that part of the period that has passed."""
        end = min(self.closes_at, now - timedelta(minutes=20))
        return self.period.opens_at + (end - self.period.opens_at) * min(max(fraction, 0.0), 0.999)


def make_schedule(state: str, zone: str, now: datetime) -> Schedule:
    """The calendar of a consultation that shall be in `state` now. Raises KeyError for an unknown state."""
    return MAKERS[state](zone, now)


def _evening(zone: str, at: datetime) -> datetime:
    """23:59 in the zone on the day of an instant."""
    local = at.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date(), LATE, ZoneInfo(zone))


def _period(zone: str, opens_at: datetime, closes_at: datetime, grace: timedelta) -> CommentPeriod:
    return CommentPeriod(opens_at, closes_at, zone, grace)


def _scheduled(zone: str, now: datetime) -> Schedule:
    opens = _evening(zone, now + 8 * DAY) + timedelta(hours=9, minutes=1)
    period = _period(zone, opens, _evening(zone, now + 50 * DAY), timedelta(hours=24))
    return Schedule(now - 3 * DAY, period, now + 90 * DAY)


def _open(zone: str, now: datetime) -> Schedule:
    opens = _evening(zone, now - 24 * DAY) + timedelta(hours=9, minutes=1)
    period = _period(zone, opens, _evening(zone, now + 5 * DAY), timedelta(hours=12))
    return Schedule(
        opens - 5 * DAY,
        period,
        now + 70 * DAY,
        extended_at=now - 2 * DAY,
        extended_to=_evening(zone, now + 19 * DAY),
    )


def _closing_today(zone: str, now: datetime) -> Schedule:
    """Ends at a full hour some hours from now, whatever the time of day at which the demo is made."""
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=8)
    return Schedule(now - 34 * DAY, _period(zone, now - 28 * DAY, end, timedelta(hours=2)), now + 45 * DAY)


def _in_grace(zone: str, now: datetime) -> Schedule:
    end = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    return Schedule(now - 40 * DAY, _period(zone, now - 35 * DAY, end, timedelta(hours=48)), now + 40 * DAY)


def _closed(zone: str, now: datetime) -> Schedule:
    period = _period(zone, now - 60 * DAY, _evening(zone, now - 12 * DAY), timedelta(hours=12))
    return Schedule(now - 66 * DAY, period, now + 20 * DAY)


def _answered(zone: str, now: datetime) -> Schedule:
    period = _period(zone, now - 150 * DAY, _evening(zone, now - 105 * DAY), timedelta(hours=12))
    return Schedule(now - 160 * DAY, period, now - 30 * DAY, answered_at=now - 36 * DAY)


MAKERS = {
    "scheduled": _scheduled,
    "open": _open,
    "closing-today": _closing_today,
    "in-grace": _in_grace,
    "closed": _closed,
    "answered": _answered,
}
