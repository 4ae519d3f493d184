"""What staff say about a consultation, as values: the desk's forms and the shell both make them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from consult.i18n.locales import CODES
from consult.kernel.errors import FieldError, Message
from consult.kernel.messages import N_
from consult.text.prose import is_renderable

MOST_TITLE = 200
MOST_SUMMARY = 600
MOST_PROSE = 10_000
MOST_REASON = 1_000
MOST_GRACE_MINUTES = 7 * 24 * 60
MOST_LATE_DAYS = 60
LIMITS = {"title": MOST_TITLE, "summary": MOST_SUMMARY, "asks": MOST_PROSE, "use": MOST_PROSE}
"""The texts of a consultation and their most characters; asks and use are Markdown."""
MARKDOWN = frozenset({"asks", "use"})

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RESERVED = frozenset({"new", "feed", "deadline"})


@dataclass(frozen=True, slots=True)
class ConsultationFields:
    """Texts are by language. `topics` are slugs. `seen` is the fingerprint of what was edited, "" not to ask.

    `current` names languages whose unchanged translations are confirmed to say what the original says now.
    """

    slug: str
    original: str
    languages: tuple[str, ...]
    title: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)
    use: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    first_posts_wait: bool = False
    answer_promised_at: datetime | None = None
    current: frozenset[str] = frozenset()
    seen: str = ""


@dataclass(frozen=True, slots=True)
class RoundFields:
    """A comment period as typed. `version_ids` None: the newest published version of each draft."""

    opens_at: datetime
    closes_at: datetime
    time_zone: str
    grace_minutes: int = 0
    version_ids: tuple[int, ...] | None = None
    late_days: int = 0


def check_fields(fields: ConsultationFields) -> list[FieldError]:
    """What is wrong with a consultation's fields; field names are those of the desk's form."""
    return [*check_slug(fields.slug), *_check_languages(fields), *_check_texts(fields)]


def check_slug(slug: str) -> list[FieldError]:
    """What is wrong with a name used in addresses."""
    if slug in _RESERVED:
        return [_error("slug", N_("This site uses this address itself. Choose another."))]
    if not _SLUG.fullmatch(slug) or len(slug) > 60:
        text = N_("Use up to 60 small letters a to z, digits and single hyphens, such as code-of-practice.")
        return [_error("slug", text)]
    return []


def _check_languages(fields: ConsultationFields) -> list[FieldError]:
    used = {fields.original, *fields.languages}
    if not used <= set(CODES):
        return [_error("original", N_("Choose from the languages of this site."))]
    return []


def _check_texts(fields: ConsultationFields) -> list[FieldError]:
    errors = [each for name in LIMITS for each in _check_lengths(name, getattr(fields, name))]
    if not fields.title.get(fields.original, "").strip():
        errors.insert(
            0,
            _error(f"title-{fields.original}", N_("Give the consultation a title in its original language.")),
        )
    return errors


def _check_lengths(name: str, texts: Mapping[str, str]) -> Iterable[FieldError]:
    most = LIMITS[name]
    for lang, text in texts.items():
        if len(text) > most:
            message = N_("Shorten this to %(most)d characters; it has %(length)d.")
            yield FieldError(f"{name}-{lang}", Message(message, {"most": most, "length": len(text)}))
        elif name in MARKDOWN and not is_renderable(text):
            yield _error(f"{name}-{lang}", N_("There are too many square brackets in this text."))


def _error(name: str, text: str) -> FieldError:
    return FieldError(name, Message(text))
