"""Under which rule a response is taken, by the clock alone."""

from __future__ import annotations

from datetime import datetime

from consult.models.consultation import CommentPeriod, RoundState
from consult.models.submission import Rule


def rule_at(period: CommentPeriod, begun_at: datetime, now: datetime) -> Rule | None:
    """The rule for a response begun at `begun_at` and sent at `now`; None where it can't be sent.

    In the extra time only what was begun before the end counts as in time; whatever else comes after the end goes into
    the late lane, where the round has one.
    """
    state = period.state(now)
    if state is RoundState.OPEN:
        return Rule.IN_TIME
    if state is RoundState.GRACE and period.opens_at <= begun_at < period.closes_at:
        return Rule.GRACE
    is_late = period.closes_at <= now < period.late_ends_at and bool(period.late)
    return Rule.LATE if is_late else None


def may_begin(period: CommentPeriod, now: datetime) -> bool:
    """Whether a response begun now could be sent."""
    return rule_at(period, now, now) is not None


def may_correct(period: CommentPeriod, begun_at: datetime, sent_as: str, now: datetime) -> bool:
    """Whether what was sent under a rule can be corrected or withdrawn by its people: until the round ends, and what came
    late until the late lane does."""
    rule = rule_at(period, begun_at, now)
    return rule is not None and (rule is not Rule.LATE or sent_as == Rule.LATE)


def ends_at(period: CommentPeriod, begun_at: datetime) -> datetime:
    """The last instant (exclusive) at which a response begun then is taken at all."""
    if period.late:
        return period.late_ends_at
    return period.grace_ends_at if begun_at < period.closes_at else period.closes_at
