"""Under which rule a response is taken, minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from consult.models.consultation import CommentPeriod
from consult.models.submission import Rule
from consult.submissions.rules import ends_at, may_begin, may_correct, rule_at

OPENS = datetime(2026, 11, 1, 9, tzinfo=UTC)
CLOSES = datetime(2026, 11, 30, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAIN = CommentPeriod(OPENS, CLOSES, "UTC", timedelta(hours=2))
LATE = CommentPeriod(OPENS, CLOSES, "UTC", timedelta(hours=2), timedelta(days=3))
IN_GRACE, AFTER, LAST = CLOSES + MINUTE, CLOSES + timedelta(hours=2), CLOSES + timedelta(days=3, hours=2)


@pytest.mark.parametrize(
    ("period", "begun", "now", "rule"),
    [
        (PLAIN, OPENS, OPENS - MINUTE, None),
        (PLAIN, OPENS, CLOSES - MINUTE, Rule.IN_TIME),
        (PLAIN, CLOSES - MINUTE, IN_GRACE, Rule.GRACE),
        (PLAIN, CLOSES, IN_GRACE, None),
        (PLAIN, OPENS, AFTER, None),
        (LATE, CLOSES - MINUTE, IN_GRACE, Rule.GRACE),
        (LATE, CLOSES, IN_GRACE, Rule.LATE),
        (LATE, OPENS, AFTER, Rule.LATE),
        (LATE, AFTER, LAST - MINUTE, Rule.LATE),
        (LATE, OPENS, LAST, None),
    ],
)
def test_the_rule_follows_from_when_it_was_begun_and_sent(
    period: CommentPeriod, begun: datetime, now: datetime, rule: Rule | None
) -> None:
    assert rule_at(period, begun, now) is rule


def test_who_comes_after_the_end_can_begin_only_where_there_is_a_late_lane() -> None:
    assert [may_begin(PLAIN, at) for at in (OPENS, IN_GRACE, AFTER)] == [True, False, False]
    assert [may_begin(LATE, at) for at in (OPENS, IN_GRACE, AFTER, LAST)] == [True, True, True, False]


def test_what_was_sent_in_time_is_not_corrected_through_the_late_lane() -> None:
    assert may_correct(LATE, OPENS, Rule.IN_TIME, IN_GRACE)
    assert not may_correct(LATE, OPENS, Rule.IN_TIME, AFTER)
    assert may_correct(LATE, OPENS, Rule.LATE, AFTER)


def test_the_last_moment_is_the_one_after_which_nothing_is_taken() -> None:
    for period in (PLAIN, LATE):
        for begun in (OPENS, CLOSES):
            last = ends_at(period, begun)
            assert rule_at(period, begun, last) is None
            assert rule_at(period, begun, last - MINUTE) is not None or begun > last - MINUTE
