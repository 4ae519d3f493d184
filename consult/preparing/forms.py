"""The desk's forms for a version: its note, why a block changed, which block is which."""

from __future__ import annotations

import re
from dataclasses import dataclass

from consult.documents.markup import FigureWords
from consult.i18n.content import write
from consult.i18n.locales import language_name
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.preparing.arranging import Arrangement
from consult.preparing.mending import Ruling
from consult.preparing.service import Place
from consult.text.prose import is_renderable, render_prose
from consult.web.forms import Problems, Typed

MOST_NOTE = 5_000
MOST_REASON = 5_000
MOST_ALTERNATIVE = 1_000
MOST_CAPTION = 1_000
MOST_REFERENCES = 200
PICKED = "picked"
"""The boxes of contributions that are suggested."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a block changed, as typed; references are not looked up yet."""

    reason: Translated
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruled:
    """What was said of a block: the key of the new one, and of the old one ("" for none)."""

    ruling: Ruling
    key: str
    before: str


def note_fields(place: Place, locale: str) -> list[tuple[str, str]]:
    """The languages in which staff write about a version, with their names: the version's original first."""
    return [(code, language_name(code, locale)) for code in languages_of(place)]


def languages_of(place: Place) -> list[str]:
    """The version's original language, and those of the consultation."""
    return list(dict.fromkeys([place.version.original, *place.consultation.languages]))


def parse_note(typed: Typed, place: Place) -> Translated:
    """What a version is about. Raises FormInvalid."""
    problems = Problems()
    note = _read(typed, problems, "note", place, MOST_NOTE, None)
    problems.raise_if_any(typed)
    return note


def parse_explained(typed: Typed, place: Place, before: Translated | None) -> Explained:
    """Why a block changed. Raises FormInvalid."""
    problems = Problems()
    reason = _read(typed, problems, "reason", place, MOST_REASON, before)
    written = [each.upper() for each in re.split(r"[\s,;،、，]+", typed["references"]) if each]
    references = tuple(dict.fromkeys([*typed.all(PICKED), *written]))
    if len(references) > MOST_REFERENCES:
        problems.add("references", N_("That is more than %(most)s contributions."), most=MOST_REFERENCES)
    problems.raise_if_any(typed)
    return Explained(reason, references)


def parse_ruled(typed: Typed, held: Arrangement, key: str) -> Ruled:
    """What was said of a block, which may be an old one that is gone. Raises FormInvalid."""
    problems = Problems()
    is_old = key not in {piece.key for piece in held.pieces}
    if typed["ruling"] not in set(Ruling) - ({Ruling.NEW} if is_old else set()):
        problems.add("ruling", N_("Choose what is right."))
        problems.raise_if_any(typed)
    ruling, other = Ruling(typed["ruling"]), typed["block"]
    known = {piece.key for piece in held.pieces} if is_old else {block.key for block in held.before}
    if ruling is not Ruling.NEW and other not in known:
        problems.add("block", N_("Choose the block."))
    problems.raise_if_any(typed)
    return Ruled(ruling, other, key) if is_old else Ruled(ruling, key, "" if ruling is Ruling.NEW else other)


def parse_figure(typed: Typed, problems: Problems) -> FigureWords:
    """What a figure says; what is wrong is noted."""
    alternative, caption = typed["alternative"], typed["caption"]
    problems.require(
        alternative, "alternative", N_("Describe what the picture shows, for those who can't see it.")
    )
    problems.limit(alternative, "alternative", MOST_ALTERNATIVE)
    problems.limit(caption, "caption", MOST_CAPTION)
    return FigureWords(alternative, caption)


def _read(
    typed: Typed, problems: Problems, name: str, place: Place, most: int, before: Translated | None
) -> Translated:
    """A text in several languages; where the original is blank, the first language that was written is it."""
    texts = {lang: typed[f"{name}.{lang}"] for lang in languages_of(place)}
    written = [lang for lang, text in texts.items() if text]
    for lang in written:
        problems.limit(texts[lang], f"{name}.{lang}", most)
        if len(texts[lang]) <= most and not is_renderable(texts[lang]):
            problems.add(f"{name}.{lang}", N_("There are too many square brackets in this text."))
    original = written[0] if written else place.version.original
    if problems:
        return Translated(original)
    return write(texts, original, before=before, render=render_prose)
