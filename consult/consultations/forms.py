"""The desk's forms: what was typed, as values. Every language of the site has fields, named such as `title-fr`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar

from consult.consultations.fields import LIMITS, ConsultationFields, RoundFields, check_fields
from consult.consultations.periods import find_zone, parse_local, say_local
from consult.i18n.content import write
from consult.i18n.locales import CODES
from consult.kernel.errors import FormInvalid
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation, Round, Topic
from consult.web.forms import Problems, Typed

Found = TypeVar("Found")
AT_ONCE = "at-once"
"""Value of `begins` where a round opens when the form is sent."""


@dataclass(frozen=True, slots=True)
class ExtensionFields:
    """A later end and its public reason; `from_at` is the end that the form showed (RFC 3339)."""

    closes_at: datetime
    reason: Translated
    from_at: str


def parse_consultation(typed: Typed) -> ConsultationFields:
    """A consultation as typed. Raises FormInvalid."""
    problems = Problems()
    original = typed["original"] if typed["original"] in CODES else CODES[0]
    fields = ConsultationFields(
        slug=typed["slug"].lower(),
        original=original,
        languages=tuple(code for code in CODES if typed.checked(f"language-{code}")),
        topics=tuple(_ticked(typed, "topic-")),
        first_posts_wait=typed.checked("first_posts_wait"),
        answer_promised_at=_read_day(typed["promised"], problems),
        current=frozenset(code for code in CODES if typed.checked(f"current-{code}")),
        seen=typed["seen"],
        **{name: texts_by_language(typed, name) for name in LIMITS},
    )
    for error in check_fields(fields):
        problems.add(error.name, error.message.text, **error.message.params)
    problems.raise_if_any(typed)
    return fields


def texts_by_language(typed: Typed, name: str) -> dict[str, str]:
    """The texts of `name-en`, `name-fr` …"""
    return {code: typed[f"{name}-{code}"] for code in CODES}


def consultation_values(consultation: Consultation) -> dict[str, str]:
    """The form's values for what is saved."""
    values = {
        "slug": consultation.slug,
        "original": consultation.original,
        "promised": consultation.answer_promised_at.date().isoformat()
        if consultation.answer_promised_at
        else "",
        "first_posts_wait": "yes" if consultation.first_posts_wait else "",
        **{f"language-{code}": "yes" for code in consultation.languages},
        **{f"topic-{topic.slug}": "yes" for topic in consultation.topics},
    }
    for name in LIMITS:
        content: Translated = getattr(consultation, name)
        values |= {f"{name}-{lang}": piece.text for lang, piece in content.texts.items()}
    return values


def parse_round(typed: Typed, now: datetime) -> RoundFields:
    """A comment period as typed, its times in the zone chosen. Raises FormInvalid."""
    problems = Problems()
    zone = typed["zone"]
    _attempt(lambda: find_zone(zone).key, problems)
    problems.raise_if_any(typed)
    at_once = typed["begins"] == AT_ONCE
    opens = (
        now
        if at_once
        else _attempt(lambda: parse_local(typed["opens"], zone, "opens", earlier=True), problems)
    )
    closes = _attempt(lambda: parse_local(typed["closes"], zone), problems)
    grace, late = _read_minutes(typed["grace"], problems), _read_days(typed["late"], problems)
    problems.raise_if_any(typed)
    assert opens is not None
    assert closes is not None
    return RoundFields(
        opens,
        closes,
        zone,
        grace,
        tuple(int(each) for each in _ticked(typed, "version-") if is_id(each)),
        late,
    )


def is_id(text: str) -> bool:
    """Whether a text is an id as we write it."""
    return text.isascii() and text.isdecimal() and len(text) <= 15


def round_values(round_: Round, version_ids: Iterable[int]) -> dict[str, str]:
    """The form's values for a round that is kept."""
    return {
        "zone": round_.time_zone,
        "begins": "at",
        "opens": say_local(round_.opens_at, round_.time_zone),
        "closes": say_local(round_.closes_at, round_.time_zone),
        "grace": str(round_.grace_minutes),
        "late": str(round_.late_days),
        **{f"version-{each}": "yes" for each in version_ids},
    }


def parse_extension(typed: Typed, zone: str, original: str) -> ExtensionFields:
    """A later end in the round's own zone and the reason, whose original language is needed. Raises FormInvalid."""
    problems = Problems()
    closes = _attempt(lambda: parse_local(typed["closes"], zone), problems)
    reason = write(texts_by_language(typed, "reason"), original)
    text = N_("Say why, in the consultation's original language. The reason is public.")
    problems.require(reason.source, f"reason-{original}", text)
    problems.raise_if_any(typed)
    assert closes is not None
    return ExtensionFields(closes, reason, typed["from_at"])


def topic_values(topic: Topic) -> dict[str, str]:
    """The form's values for a topic that is kept."""
    names = {f"name-{lang}": piece.text for lang, piece in topic.name.texts.items()}
    return {"slug": topic.slug, "original": topic.name.original, **names}


def _ticked(typed: Typed, prefix: str) -> Iterable[str]:
    return (
        name.removeprefix(prefix) for name, value in typed.values.items() if name.startswith(prefix) and value
    )


def _read_day(text: str, problems: Problems) -> datetime | None:
    """The last second, in UTC, of a day written 2027-01-31: what is promised for a day is kept on that day."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59), UTC)
    except ValueError:
        problems.add("promised", N_("Write the date as 2027-01-31."))
        return None


def _read_minutes(text: str, problems: Problems) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        problems.add("grace", N_("Write the grace as a number of minutes, such as 60."))
        return 0
    return int(text)


def _read_days(text: str, problems: Problems) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        problems.add("late", N_("Write the late lane as a number of days, such as 14."))
        return 0
    return int(text)


def _attempt(read: Callable[[], Found], problems: Problems) -> Found | None:
    """What `read` gives; its errors join the problems."""
    try:
        return read()
    except FormInvalid as failed:
        for error in failed.errors:
            problems.add(error.name, error.message.text, **error.message.params)
        return None


def without_empty(values: Mapping[str, str]) -> dict[str, str]:
    """Values to carry in hidden fields."""
    return {name: value for name, value in values.items() if value and name not in ("csrf", "step")}
