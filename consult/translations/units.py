"""Translations as agencies' tools exchange them, whatever the format of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consult.documents.dialect import TOO_MANY_RUNS
from consult.kernel.characters import fit_for_xml
from consult.kernel.messages import N_
from consult.models.document import Version
from consult.translations.queries import Pair
from consult.translations.states import BlockState

MOST_BYTES = 8 * 2**20
"""Of a file that is brought in."""
MOST_UNITS = 15_000
"""A draft has no more blocks."""
NOTE = "Markdown: keep marks such as **, [ ]( ), | and [^1] around the words that they belong to."
"""Said to translators beside each unit, in English as such tools are."""
_REGION = re.compile(r"[a-z]{2}|\d{3}")
_WRITTEN_OTHERWISE = frozenset({"pt-br", "zh-hk", "zh-mo", "zh-tw"})
"""Regions whose texts are another translation than those of the language alone."""


class FileRefusedError(ValueError):
    """A file that can't be taken; `message` is a msgid with places for `params`."""

    def __init__(self, message: str, /, **params: object) -> None:
        self.message, self.params = message, params
        super().__init__(message % params)


@dataclass(frozen=True, slots=True)
class Unit:
    """A block in a file. `of`: digest of the original in the file; `seen`: `Pair.seen` when the file was made;
    `previous`: the original that a stale translation was made from, "" where it is not stale or that is unknown."""

    key: str
    kind: str
    source: str
    target: str
    of: str
    seen: str
    state: BlockState
    previous: str = ""


@dataclass(frozen=True, slots=True)
class UnitsFile:
    """A version in one language. `name` is the version's reference."""

    name: str
    original: str
    lang: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """A translation as a file brought it back; `of` and `seen` are "" where the file lost them.

    `unfinished`: the file still says that nobody has translated it.
    """

    key: str
    target: str
    of: str = ""
    seen: str = ""
    unfinished: bool = False


def make_units(version: Version, lang: str, pairs: Sequence[Pair], before: Mapping[str, str]) -> UnitsFile:
    """A version for a file, in reading order. `before`: earlier originals of stale translations by block key.

    Blocks whose words are part of another block's text in this language are left out: that one has them.
    """
    units = tuple(
        Unit(
            pair.key,
            pair.original.kind,
            fit_for_xml(pair.original.source),
            fit_for_xml(pair.source),
            pair.now,
            pair.seen,
            pair.state,
            fit_for_xml(before.get(pair.key, "")),
        )
        for pair in pairs
        if pair.work or not (pair.text and pair.text.joined_into)
    )
    return UnitsFile(version.reference, version.original, lang, units)


def decode_file(body: bytes) -> str:
    """A file's text. Raises FileRefusedError where it is too large, empty or not UTF-8."""
    if len(body) > MOST_BYTES:
        raise FileRefusedError(N_("The file is larger than %(limit)s MB."), limit=MOST_BYTES // 2**20)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefusedError(
            N_("This file is not UTF-8 text. Save it as plain text in UTF-8 and choose it again.")
        ) from None
    if not text.strip():
        raise FileRefusedError(N_("There is no text in it."))
    return text


def check_amount(count: int, most: int = MOST_UNITS) -> None:
    """Raises FileRefusedError, before a file is read, for more in it than comes of any draft."""
    if count > most:
        raise FileRefusedError(TOO_MANY_RUNS, limit=MOST_UNITS)


def check_language(found: str, lang: str) -> None:
    """Raises FileRefusedError where a file is for another language. Tools make `fr-FR` or `fr_FR` of `fr`."""
    tag, _, region = found.replace("_", "-").lower().partition("-")
    whole = f"{tag}-{region}".rstrip("-")
    same_writing = _REGION.fullmatch(region) and whole not in _WRITTEN_OTHERWISE
    if whole != lang.lower() and not (same_writing and tag == lang.lower()):
        raise FileRefusedError(
            N_("The file is for the language “%(found)s”, not “%(lang)s”."), found=found[:40], lang=lang
        )
