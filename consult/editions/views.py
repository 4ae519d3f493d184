"""What templates see of a version's record and its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from consult.editions.formats import ANNOTATED, FORMATS, MAKINGS, TEXT
from consult.editions.names import FileName
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import language_name
from consult.models.document import Version
from consult.models.version import Edition


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file to take away; `address` has no locale where it is the file itself."""

    name: str
    format: str
    address: str


@dataclass(frozen=True, slots=True)
class EditionView:
    """A text as it was published: its hash, and where it can be had for ever."""

    number: int
    sha256: str
    made_at: datetime
    address: str
    file_name: str


@dataclass(frozen=True, slots=True)
class LanguageView:
    """A version in one language: the newest edition, the earlier ones, the files."""

    code: str
    name: str
    is_original: bool
    edition: EditionView | None
    earlier: tuple[EditionView, ...]
    files: tuple[FileLink, ...]
    annotated: tuple[FileLink, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The version before or after; `address` without locale."""

    number: int
    reference: str
    address: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class RecordView:
    """A version's record. Addresses are without locale; `address` is the record's own, `text` the reading page's."""

    reference: str
    title: LocalText
    number: int
    published_at: datetime
    original: str
    note: LocalText
    correction: bool
    address: str
    text: str
    before: Neighbour | None
    after: Neighbour | None


def view_languages(version: Version, editions: Iterable[Edition], locale: str) -> tuple[LanguageView, ...]:
    """The languages of a version in its own order, the original first. Editions: the newest of each first."""
    by_lang = {lang: list(found) for lang, found in groupby(editions, key=lambda edition: edition.lang)}
    return tuple(_view_language(version, lang, by_lang.get(lang, ()), locale) for lang in version.languages)


def _view_language(version: Version, lang: str, editions: Sequence[Edition], locale: str) -> LanguageView:
    views = [_view_edition(version.reference, edition) for edition in editions]
    return LanguageView(
        lang,
        language_name(lang, locale),
        lang == version.original,
        views[0] if views else None,
        tuple(views[1:]),
        file_links(version.reference, lang),
        _pages(version.reference, lang),
    )


def file_links(reference: str, lang: str) -> tuple[FileLink, ...]:
    """The files of a version's text in a language."""
    names = (FileName(reference, lang, format_) for format_ in MAKINGS[TEXT].makers)
    return tuple(FileLink(FORMATS[name.format].name, name.format, name.address) for name in names)


def _pages(reference: str, lang: str) -> tuple[FileLink, ...]:
    """The pages of the annotated files, which are made when somebody asks."""
    names = (FileName(reference, lang, format_, ANNOTATED) for format_ in MAKINGS[ANNOTATED].makers)
    return tuple(FileLink(FORMATS[name.format].name, name.format, name.page) for name in names)


def _view_edition(reference: str, edition: Edition) -> EditionView:
    name = FileName(reference, edition.lang, "md", edition=edition.number)
    return EditionView(edition.number, edition.sha256, edition.made_at, name.address, str(name))


def view_neighbour(version: Version | None) -> Neighbour | None:
    """A neighbouring version, where there is one."""
    if version is None or version.published_at is None:
        return None
    return Neighbour(
        version.number, version.reference, f"/versions/{version.reference}", version.published_at
    )


def note_of(version: Version, locale: str) -> LocalText:
    """What is new in a version."""
    return pick(version.note, locale)
