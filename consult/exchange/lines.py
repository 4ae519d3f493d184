"""One line of an import, read and checked: the form of INTERFACES' "Contributions as JSON Lines"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from babel.core import get_global

from consult.documents.blocks import DocumentError
from consult.documents.intake import MAX_COMMENT_CHARACTERS
from consult.documents.markdown import render_comment
from consult.i18n.detection import detect
from consult.i18n.locales import countries
from consult.models.contribution import ContributionType
from consult.models.people import Kind, VerifiedBy
from consult.models.submission import Interest, Publication

FIELDS = frozenset(
    {"id", "parent_id", "type", "lang", "created_at", "edited_at", "author", "organisation", "kind", "country", "title",
     "text", "draft", "block", "quote", "in_grace", "late", "verified", "publication", "interest", "funder"}
)  # fmt: skip
MOST_TEXT = 200_000
MOST_NAME = 300
MOST_QUOTE = 5_000
AHEAD = timedelta(days=1)
"""How far in the future a clock somewhere else may have been."""

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_SPACES = re.compile(r"\s+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class LineRefusedError(ValueError):
    """What is wrong with a line, in words for whoever made the file. `id` is the line's own, where it could be read."""

    def __init__(self, reason: str, id: str = "") -> None:
        super().__init__(reason)
        self.id = id


class Prepared(msgspec.Struct, frozen=True, array_like=True):
    """A line that can be taken: everything but its place among the others."""

    line: int
    id: str
    parent: str
    type: str
    text: str
    html: str
    lang: str
    created_at: datetime
    edited_at: datetime | None
    author: str
    organisation: str
    kind: str
    country: str
    title: str
    draft: str
    block: str
    quote: str
    in_grace: bool = False
    late: bool = False
    verified: str = ""
    publication: str = ""
    interest: str = ""
    funder: str = ""


class Reader:
    """Reads lines. `extra` counts the fields that are not ours, by name."""

    def __init__(self, fallback_lang: str, type_: str, now: datetime) -> None:
        self._fallback = fallback_lang
        self._type = type_
        self._now = now
        self.extra: dict[str, int] = {}

    def read(self, number: int, body: bytes) -> Prepared:
        """The line. Raises LineRefusedError."""
        values = self._ours(_decode(body))
        id = _identifier(values, "id")
        if not id:
            raise LineRefusedError("it has no id")
        try:
            return self._prepare(number, id, values)
        except LineRefusedError as refused:
            raise LineRefusedError(str(refused), id) from None

    def _ours(self, values: Mapping[str, Any]) -> dict[str, Any]:
        for name in values.keys() - FIELDS:
            if name in self.extra or len(self.extra) < 200:
                self.extra[name] = self.extra.get(name, 0) + 1
        return {name: value for name, value in values.items() if name in FIELDS and value is not None}

    def _prepare(self, number: int, id: str, values: Mapping[str, Any]) -> Prepared:
        text = _text(values)
        block, draft = _name(values, "block"), _name(values, "draft")
        if bool(block) != bool(draft):
            raise LineRefusedError("draft and block go together")
        return Prepared(
            line=number,
            id=id,
            parent=_identifier(values, "parent_id"),
            type=self._type or _type(values),
            text=text,
            html=render(text),
            lang=_language(values) or detect(text, self._fallback),
            created_at=self._instant(values, "created_at") or self._now,
            edited_at=self._instant(values, "edited_at"),
            author=_name(values, "author"),
            organisation=_name(values, "organisation"),
            kind=_kind(values),
            country=_country(values),
            title=_name(values, "title"),
            draft=draft,
            block=block,
            quote=_string(values, "quote", MOST_QUOTE),
            in_grace=_yes(values, "in_grace"),
            late=_yes(values, "late"),
            verified=_one_or_none(values, "verified", frozenset(VerifiedBy)),
            publication=_one_or_none(values, "publication", frozenset(Publication)),
            interest=_one_or_none(values, "interest", frozenset(Interest)),
            funder=_name(values, "funder"),
        )

    def _instant(self, values: Mapping[str, Any], name: str) -> datetime | None:
        written = _string(values, name, 60)
        at = read_instant(written) if written else None
        if written and at is None:
            raise LineRefusedError(f"{name} “{written}” is no time of ISO 8601 such as 2026-01-31T12:00:00Z")
        if at is not None and at > self._now + AHEAD:
            raise LineRefusedError(f"{name} “{written}” is in the future")
        return at


def read_instant(written: str) -> datetime | None:
    """The instant of an ISO 8601 date or time, in UTC where it names no zone; None where it is none."""
    try:
        at = datetime.fromisoformat(written)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def render(text: str) -> str:
    """Safe HTML of a text. One that is longer than people type is read part by part, parted between paragraphs."""
    try:
        if len(text) <= MAX_COMMENT_CHARACTERS:
            return render_comment(text)
        return "\n".join(render_comment(part) for part in parts(text, MAX_COMMENT_CHARACTERS))
    except DocumentError as error:
        raise LineRefusedError(f"its text can't be taken: {error}") from None


def parts(text: str, most: int) -> list[str]:
    """The text in pieces of at most `most` characters, parted where it hurts least: paragraph, line, word."""
    found: list[str] = []
    while len(text) > most:
        at = next((at for mark in ("\n\n", "\n", " ") if (at := text.rfind(mark, most // 2, most)) > 0), most)
        found.append(text[:at])
        text = text[at:].lstrip("\n ")
    return [*found, text] if text else found


def _decode(body: bytes) -> Mapping[str, Any]:
    try:
        values = msgspec.json.decode(body)
    except RecursionError:
        raise LineRefusedError("its JSON is nested too deep") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LineRefusedError(f"it is no JSON in UTF-8: {error}") from None
    if not isinstance(values, dict):
        raise LineRefusedError("it is no JSON object")
    return values


def _string(values: Mapping[str, Any], name: str, most: int) -> str:
    value = values.get(name, "")
    if not isinstance(value, str):
        raise LineRefusedError(f"{name} is not a text")
    if _UNSTORABLE.search(value):
        raise LineRefusedError(f"{name} has a character in it that can't be stored")
    if len(value) > most:
        raise LineRefusedError(f"{name} has {len(value):,} characters; at most {most:,} are taken")
    return value.strip()


def _name(values: Mapping[str, Any], name: str) -> str:
    return _SPACES.sub(" ", _string(values, name, MOST_NAME))


def _identifier(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, "")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _string(values, name, MOST_NAME)


def _text(values: Mapping[str, Any]) -> str:
    if "text" not in values:
        raise LineRefusedError("it has no text")
    text = _string(values, "text", MOST_TEXT).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not any(character.isalnum() for character in text):
        raise LineRefusedError("its text is empty of words")
    return text


def _type(values: Mapping[str, Any]) -> str:
    written = _string(values, "type", 40) or ContributionType.COMMENT
    return _one_of(written, "type", frozenset(ContributionType))


def _kind(values: Mapping[str, Any]) -> str:
    written = re.sub(r"[\s_]+", "-", _string(values, "kind", 60).lower())
    return _one_of(written or Kind.INDIVIDUAL, "kind", frozenset(Kind))


def _one_of(value: str, name: str, known: frozenset[str]) -> str:
    if value not in known:
        raise LineRefusedError(f"{name} “{value}” is none of {', '.join(sorted(known))}")
    return value


def _one_or_none(values: Mapping[str, Any], name: str, known: frozenset[str]) -> str:
    written = _string(values, name, 60)
    return _one_of(written, name, known) if written else ""


def _yes(values: Mapping[str, Any], name: str) -> bool:
    value = values.get(name, False)
    if not isinstance(value, bool):
        raise LineRefusedError(f"{name} is neither true nor false")
    return value


def _country(values: Mapping[str, Any]) -> str:
    written = _string(values, "country", 60).upper()
    if not written:
        return ""
    code = written if len(written) == 2 else next(iter(get_global("territory_aliases").get(written, ())), "")
    if code not in _country_codes():
        raise LineRefusedError(f"country “{written}” is no code of ISO 3166 such as FR")
    return code


@cache
def _country_codes() -> frozenset[str]:
    return frozenset(code for code, _ in countries("en"))


def _language(values: Mapping[str, Any]) -> str:
    written = _string(values, "lang", 60).replace("_", "-")
    if not written or written.lower() == "und":
        return ""
    if len(written) > 35 or not _TAG.fullmatch(written):
        raise LineRefusedError(f"lang “{written}” is no language tag of BCP 47 such as pt-BR")
    primary, *rest = written.split("-")
    return "-".join([primary.lower(), *(_subtag(part) for part in rest)])


def _subtag(part: str) -> str:
    """Script as in `Hant`, region as in `BR`, anything else small (RFC 5646, 2.1.1)."""
    cases: dict[int, Callable[[str], str]] = {4: str.title, 2: str.upper}
    return cases.get(len(part), str.lower)(part)
