"""Staff type what a clock on the wall shows; twice a year that clock jumps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.consultations.periods import find_zone, occurs_twice, parse_local, say_local
from consult.i18n.zones import offered_zones
from consult.kernel.errors import FormInvalid

BRUSSELS, NEW_YORK = "Europe/Brussels", "America/New_York"


def refusal(text: str, zone: str) -> tuple[str, str]:
    """The field and the sentence with which a time is refused."""
    with pytest.raises(FormInvalid) as failed:
        parse_local(text, zone)
    (error,) = failed.value.errors
    return error.name, error.message.text % error.message.params


@pytest.mark.parametrize("text", ["2027-01-31 23:59", "2027-01-31T23:59", " 2027-01-31T23:59:00 "])
def test_a_time_is_what_a_clock_in_the_zone_shows(text: str) -> None:
    assert parse_local(text, BRUSSELS) == datetime(2027, 1, 31, 22, 59, tzinfo=UTC)
    assert parse_local(text, NEW_YORK) == datetime(2027, 2, 1, 4, 59, tzinfo=UTC)


def test_seconds_can_be_given() -> None:
    assert parse_local("2027-01-31 23:59:59", "UTC") == datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert say_local(datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC), "UTC") == "2027-01-31T23:59:59"


@pytest.mark.parametrize(
    ("text", "zone", "before", "after"),
    [
        ("2027-03-28 02:30", BRUSSELS, "2027-03-28 01:59", "2027-03-28 03:00"),
        ("2027-03-28 02:00", BRUSSELS, "2027-03-28 01:59", "2027-03-28 03:00"),
        ("2027-03-14 02:59", NEW_YORK, "2027-03-14 01:59", "2027-03-14 03:00"),
        ("2027-10-03 02:15", "Australia/Lord_Howe", "2027-10-03 01:59", "2027-10-03 02:30"),
        ("2011-12-30 10:00", "Pacific/Apia", "2011-12-29 23:59", "2011-12-31 00:00"),
    ],
)
def test_a_time_that_the_clock_skips_is_refused_with_the_nearest_that_exist(
    text: str, zone: str, before: str, after: str
) -> None:
    field, sentence = refusal(text, zone)
    assert field == "closes"
    assert before in sentence
    assert after in sentence
    parse_local(before, zone)
    parse_local(after, zone)


@pytest.mark.parametrize(
    ("text", "zone", "first", "second"),
    [
        ("2027-10-31 02:30", BRUSSELS, (2027, 10, 31, 0, 30), (2027, 10, 31, 1, 30)),
        ("2027-11-07 01:30", NEW_YORK, (2027, 11, 7, 5, 30), (2027, 11, 7, 6, 30)),
    ],
)
def test_of_a_time_shown_twice_respondents_get_the_longer_period(
    text: str, zone: str, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    closes, opens = parse_local(text, zone), parse_local(text, zone, "opens", earlier=True)
    assert closes == datetime(*second, tzinfo=UTC)  # type: ignore[arg-type, misc]
    assert opens == datetime(*first, tzinfo=UTC)  # type: ignore[arg-type, misc]
    assert occurs_twice(closes, zone)
    assert occurs_twice(opens, zone)


def test_an_ordinary_time_occurs_once() -> None:
    assert not occurs_twice(parse_local("2027-10-31 03:00", BRUSSELS), BRUSSELS)
    assert not occurs_twice(parse_local("2027-10-31 01:59", BRUSSELS), BRUSSELS)


@pytest.mark.parametrize(
    "zone", ["Europe", "Mars/Olympus", "../etc/passwd", "", "CET", "Europe/Brussels\x00", "localtime"]
)
def test_what_is_no_zone_is_refused(zone: str) -> None:
    assert refusal("2027-01-31 23:59", zone)[0] == "zone"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2027-02-30 10:00",
        "2027-01-31 24:00",
        "31/01/2027 10:00",
        "0001-01-01 00:00",
        "9999-12-31 23:59",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert refusal(text, BRUSSELS)[0] == "closes"


def test_every_zone_offered_is_accepted() -> None:
    assert {BRUSSELS, NEW_YORK, "Asia/Kathmandu", "UTC"} <= set(offered_zones())
    for zone in offered_zones():
        find_zone(zone)


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)),  # noqa: DTZ001
    st.sampled_from(
        [BRUSSELS, NEW_YORK, "Asia/Tehran", "Pacific/Apia", "Africa/Casablanca", "Antarctica/Troll"]
    ),
)
def test_any_end_that_is_kept_is_read_back_the_same(wall: datetime, zone: str) -> None:
    text = f"{wall:%Y-%m-%d %H:%M}"
    try:
        at = parse_local(text, zone)
    except FormInvalid:
        return
    assert say_local(at, zone).replace("T", " ") == text
    assert parse_local(say_local(at, zone), zone) == at
