"""Excerpts: the part of a text where what was asked for stands densest, as safe HTML with marks.

Words are marked as the language of the text finds them, so a search for `evaluate` marks `evaluating`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import escape

from consult.search.languages import fold, fold_run, pairs, primary, stems, tokens
from consult.search.matching import forms
from consult.search.query import Beginning, Leaf, Phrase, Run, Word

LENGTH = 220
"""Characters of an excerpt, about."""

LOOKED_THROUGH, SEARCHED = 3_000, 60_000
"""Characters that are looked through for the best place, and for any place where there was none by then."""

_SENTENCE_END = re.compile(r"[.!?…。!?؟۔]['\"”’»)\]]*\s+|[。!?]|\n+")
_SPACE = re.compile(r"\s+")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Needles:
    """What to mark: surfaces and stems, beginnings, pairs and single characters of unspaced scripts."""

    forms: frozenset[str]
    beginnings: tuple[str, ...]
    characters: frozenset[str]
    """Folded pairs, and single characters where one was asked for alone."""


def needles(leaves: Iterable[Leaf], langs: tuple[str, ...]) -> Needles:
    """What the leaves of a query that look into texts want to see marked."""
    words: set[str] = set()
    characters: set[str] = set()
    beginnings = []
    for leaf in leaves:
        match leaf:
            case Word(written, "" | "title"):
                words |= forms(written, langs)
            case Phrase(terms, "" | "title"):
                words.update(terms)
                characters.update(_characters("".join(term for term in terms if len(term) == 1)))
            case Run(text, "" | "title"):
                characters.update(_characters(text))
            case Beginning(prefix, "" | "title"):
                beginnings.append(prefix)
    return Needles(frozenset(words), tuple(beginnings), frozenset(characters))


def _characters(run: str) -> list[str]:
    return pairs(run) or list(run)


def spans(text: str, lang: str, wanted: Needles) -> list[Span]:
    """The places in a text to be marked, in order, touching ones joined."""
    found: list[Span] = []
    known: dict[str, bool] = {}
    lang = primary(lang)
    for start, end, word, unspaced in tokens(text[:SEARCHED]):
        if start > LOOKED_THROUGH and found:
            break
        if unspaced:
            found.extend(_in_run(start, fold_run(word), wanted))
            continue
        if word not in known:
            known[word] = _wanted(word, lang, wanted)
        if known[word]:
            found.append((start, end))
    return list(_joined(found))


def _wanted(word: str, lang: str, wanted: Needles) -> bool:
    surface = fold(word)
    if surface in wanted.forms or surface.startswith(wanted.beginnings):
        return True
    return any(stem in wanted.forms for stem in stems(word, lang))


def _in_run(start: int, run: str, wanted: Needles) -> Iterator[Span]:
    for i in range(len(run)):
        if run[i] in wanted.characters:
            yield start + i, start + i + 1
        if run[i : i + 2] in wanted.characters:
            yield start + i, start + min(i + 2, len(run))


def _joined(found: list[Span]) -> Iterator[Span]:
    last: Span | None = None
    for start, end in found:
        if last is not None and start <= last[1]:
            last = (last[0], max(end, last[1]))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last


def excerpt(text: str, lang: str, wanted: Needles) -> str:
    """About LENGTH characters of a text as safe HTML: escaped, with `<mark>`, `…` where something was left out."""
    marks = spans(text, lang, wanted)
    start, end = _window(text, marks)
    body = "".join(_marked(text, start, end, marks))
    before = "… " if text[:start].strip() else ""
    after = " …" if text[end:].strip() else ""
    return f"{before}{_SPACE.sub(' ', body).strip()}{after}"


def marked(text: str, lang: str, wanted: Needles) -> str:
    """The whole of a short text as safe HTML with `<mark>`; "" where there is nothing to mark."""
    marks = spans(text, lang, wanted)
    return "".join(_marked(text, 0, len(text), marks)) if marks else ""


def _marked(text: str, start: int, end: int, marks: list[Span]) -> Iterator[str]:
    at = start
    for first, last in ((max(first, start), min(last, end)) for first, last in marks):
        if first < last:
            yield f"{escape(text[at:first])}<mark>{escape(text[first:last])}</mark>"
            at = last
    yield str(escape(text[at:end]))


def _window(text: str, marks: list[Span]) -> Span:
    """The stretch to show: where marks of most different words stand, begun at a sentence if one begins near."""
    if len(text) <= LENGTH * 1.2:
        return 0, len(text)
    first = _densest(text, marks)
    start = _beginning(text, first)
    return start, _ending(text, start + LENGTH, [last for begin, last in marks if begin < start + LENGTH])


def _densest(text: str, marks: list[Span]) -> int:
    best, place = 0, 0
    starts = [start for start, _ in marks]
    for i, start in enumerate(starts):
        inside = marks[i : bisect_left(starts, start + LENGTH * 3 // 4)]
        different = len({text[a:b].lower() for a, b in inside})
        if different * 4 + len(inside) > best:
            best, place = different * 4 + len(inside), start
    return place


def _beginning(text: str, first: int) -> int:
    """Where to begin so that `first` is well inside: after a sentence's end, else between words."""
    earliest = max(0, first - LENGTH // 3)
    if earliest == 0:
        return 0
    ends = [match.end() for match in _SENTENCE_END.finditer(text, earliest, first)]
    if ends:
        return ends[-1]
    space = text.find(" ", earliest, first)
    return space + 1 if space >= 0 else earliest


def _ending(text: str, wanted: int, mark_ends: list[int]) -> int:
    """Where to end: at a sentence's end or between words, not inside a mark of usual length."""
    least = min(max([wanted - 40, *mark_ends[-1:]]), wanted + 40)
    if wanted + 60 >= len(text):
        return len(text)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, least, wanted + 60)]
    if ends:
        return ends[-1]
    space = text.rfind(" ", least, wanted + 60)
    return max(space, least) if space >= 0 else max(wanted, least)
