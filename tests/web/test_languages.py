"""Six languages: how dates, numbers and lists are written, which language somebody gets, and what a text is in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from consult.i18n.catalogues import Catalogue, catalogue
from consult.i18n.content import pick, write
from consult.i18n.detection import detect
from consult.i18n.formats import formats, iso, utc_offset
from consult.i18n.locales import CODES, LOCALES, countries, country_name, direction, language_name
from consult.i18n.negotiation import accepted_languages, negotiate
from consult.kernel.errors import Message

AT = datetime(2026, 12, 15, 22, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en", "15 December 2026, 23:59"),
        ("fr", "15 décembre 2026, 23:59"),
        ("es", "15 de diciembre de 2026, 23:59"),
        ("ar", "15 ديسمبر 2026، 23:59"),
        ("zh", "2026年12月15日 23:59"),
        ("ru", "15 декабря 2026\u202fг., 23:59"),
    ],
)
def test_an_instant_is_written_in_its_zone(locale: str, shown: str) -> None:
    assert formats(locale).datetime(AT, "Europe/Brussels").replace("\u200f", "") == shown
    assert formats(locale).date(AT, "Asia/Shanghai") == formats(locale).date(date(2026, 12, 16))
    assert formats(locale, "Asia/Shanghai").time(AT) == "06:59"


@pytest.mark.parametrize(
    ("locale", "number", "half", "listed"),
    [
        ("en", "1,234,567.5", "45%", "A, B and C"),
        ("fr", "1\u202f234\u202f567,5", "45\xa0%", "A, B et C"),
        ("es", "1.234.567,5", "45\xa0%", "A, B y C"),
        ("zh", "1,234,567.5", "45%", "A、B和C"),
        ("ru", "1\xa0234\xa0567,5", "45\xa0%", "A, B и C"),
    ],
)
def test_numbers_shares_and_lists(locale: str, number: str, half: str, listed: str) -> None:
    assert formats(locale).number(1234567.5) == number
    assert formats(locale).percent(0.45) == half
    assert formats(locale).list(["A", "B", "C"]) == listed


def test_arabic_numbers_and_lists() -> None:
    assert formats("ar").list(["أ", "ب", "ج"]) == "أ وب وج"
    assert formats("ar").number(12).strip("\u200e") in ("12", "١٢")


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(days=8), "8 days"), (timedelta(days=2), "2 days"), (timedelta(hours=47, minutes=59), "47 hours"),
        (timedelta(hours=2), "2 hours"), (timedelta(minutes=119, seconds=59), "119 minutes"),
        (timedelta(minutes=2), "2 minutes"), (timedelta(seconds=119), "119 seconds"), (timedelta(seconds=1), "1 second"),
        (timedelta(microseconds=1), "1 second"),
    ],
)  # fmt: skip
def test_the_time_that_is_left_is_never_more_than_there_is(length: timedelta, shown: str) -> None:
    assert formats("en").span(length) == shown


def test_spans_follow_each_languages_plurals() -> None:
    assert [formats("ru").span(timedelta(days=n)) for n in (2, 5, 21)] == ["2 дня", "5 дней", "21 день"]
    assert formats("ar").span(timedelta(days=2)) == "يومان"
    assert formats("zh").span(timedelta(hours=3)).replace(" ", "") == "3小时"


def test_zones_are_named_by_their_city_and_what_their_clocks_show_then() -> None:
    winter, summer = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    assert formats("en").zone_name("Europe/Brussels", winter) == "Brussels (UTC+1)"
    assert formats("fr").zone_name("Europe/Brussels", summer) == "Bruxelles (UTC+2)"
    assert formats("en").zone_name("America/St_Johns", winter).endswith("(UTC\u22123:30)")
    assert formats("ru").zone_name("UTC", winter) == "UTC"
    assert utc_offset(timedelta(0)) == "UTC"
    assert utc_offset(timedelta(hours=5, minutes=45)) == "UTC+5:45"
    assert iso(AT) == "2026-12-15T22:59:30Z"


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "en"), ("fr", "fr"), ("FR-be, en;q=0.5", "fr"), ("de, es;q=0.3", "es"), ("zh-Hant-TW", "zh"),
        ("zh_CN", "zh"), ("en;q=0.1, ru;q=0.9", "ru"), ("en ; q=0.1 , ar; q=0.9", "ar"), ("fr;q=0, es;q=0.1", "es"),
        ("*", "en"), ("xx, yy", "en"), ("fr;q=nonsense, es", "es"), ("fr;q=nan", "en"), (";;;,,,", "en"),
        ("\xff\x00", "en"), ("ru-RU,ru;q=0.8", "ru"), ("es-419", "es"), ("a" * 5000, "en"), ("fr;q=", "en"),
    ],
)  # fmt: skip
def test_which_language_a_browser_gets(header: str, locale: str) -> None:
    assert negotiate(header) == locale


def test_languages_are_asked_for_in_the_order_of_their_weight() -> None:
    assert accepted_languages("fr;q=0.2, en, es;q=0.9, ar;q=0") == ["en", "es", "fr"]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("The board should meet in public and publish what it decides.", "en"),
        ("Le conseil devrait se réunir en public et publier ses décisions.", "fr"),
        ("El consejo debería reunirse en público y publicar sus decisiones.", "es"),
        ("يجب أن يجتمع المجلس علنا وأن ينشر قراراته للجميع.", "ar"),
        ("理事会应当公开开会并公布其决定。", "zh"),
        ("理事會應當公開開會並公布其決定。", "zh"),
        ("同意", "zh"),
        ("Совет должен заседать открыто и публиковать свои решения.", "ru"),
        ("理事会は公開で開催されるべきです。", "ja"),
        ("The word カタカナ is Japanese, and this sentence about it is English.", "en"),
        ("I agree with the proposal on AI 人工智能 governance as it is written here.", "en"),
        ("我们支持の新条款，但应当说明其适用范围和时间。", "zh"),
        ("OK", "fr"), ("", "fr"), ("12345 !!! 😀", "fr"), ("https://example.org", "fr"),
    ],
)  # fmt: skip
def test_what_language_a_text_is_in(text: str, lang: str) -> None:
    if text.startswith("https"):
        assert detect(text, "fr")
    else:
        assert detect(text, "fr") == lang


def test_a_translation_is_stale_once_its_original_changed() -> None:
    first = write({"en": "One", "fr": "Un", "es": " "}, "en")
    assert set(first) == {"en", "fr"}
    assert not pick(first, "fr").stale
    second = write({"en": "Two", "fr": "Un"}, "en", before=first)
    shown = pick(second, "fr")
    assert (shown.text, shown.lang, shown.stale) == ("Un", "fr", True)
    third = write({"en": "Two", "fr": "Deux"}, "en", before=second)
    assert not pick(third, "fr").stale
    assert pick(write({"en": "One", "fr": "Un"}, "en", before=second), "fr").stale is False


def test_who_has_no_translation_gets_the_original_marked_as_such() -> None:
    content = write({"ar": "نص", "fr": "Texte"}, "ar", render=lambda text: f"<p>{text}</p>")
    shown = pick(content, "zh")
    assert (shown.text, shown.lang, shown.dir, shown.is_fallback) == ("نص", "ar", "rtl", True)
    assert shown.html == "<p>نص</p>"
    assert not pick(write({}, "en"), "fr")
    assert not pick(write({"fr": "Seul"}, "en"), "es")


def test_direction_goes_by_language_and_script() -> None:
    assert [direction(each) for each in CODES] == ["ltr", "ltr", "ltr", "rtl", "ltr", "ltr"]
    assert [direction(each) for each in ("ar-EG", "AR", "fa", "az-Arab", "ar-Latn", "ur_PK", "")] == [
        "rtl", "rtl", "rtl", "rtl", "ltr", "rtl", "ltr",
    ]  # fmt: skip


def test_every_language_names_the_others_and_every_country() -> None:
    for locale in CODES:
        assert len({language_name(each, locale) for each in CODES}) == len(CODES)
        assert len(countries(locale)) > 240
        assert country_name("FR", locale)
    assert language_name("x-none", "en") == "x-none"
    assert country_name("", "en") == ""
    assert [each.name for each in LOCALES][3] == "العربية"


COUNTS = {
    "en": (0, 1, 2),
    "fr": (0, 1, 2),
    "es": (0, 1, 2),
    "ar": (0, 1, 2, 3, 11, 100),
    "zh": (0, 1),
    "ru": (1, 2, 5),
}


@pytest.mark.parametrize("locale", [code for code in CODES if code != "en"])
def test_plurals_follow_the_rules_of_each_language(locale: str) -> None:
    one, many = "%(count)s supports this", "%(count)s support this"
    said = {catalogue(locale).ngettext(one, many, n) for n in COUNTS[locale]}
    assert len(said) >= (1 if locale == "zh" else 2)
    assert all("%(count)s" in each or locale == "ar" for each in said)
    assert not said & {one, many}
    for number in range(200):
        assert catalogue(locale).ngettext(one, many, number)


def test_a_message_may_hold_another_and_what_is_missing_is_english() -> None:
    inner = Message("Please sign in first.")
    assert "%" not in catalogue("fr").say(Message("%(a)s!", {"a": inner}))
    assert catalogue("ru").say(Message("No catalogue has this.")) == "No catalogue has this."
    assert Catalogue("xx").ngettext("one", "many", 1) == "one"
    assert Catalogue("xx").ngettext("one", "many", 0) == "many"
