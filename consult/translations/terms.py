"""The glossary's terms in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from consult.documents.marking import mark
from consult.models.translation import Term

UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})
"""Languages written without spaces between words: a term is found wherever it stands."""
_ARABIC_BEFORE = "(?:[وفبكل]?ال|[وفبكل])?"
SHORT = 3
"""Words up to this length are found as they are, longer ones also with an ending."""
_MARK = re.compile(r'<mark class="quote"(?: id="[^"]*")? data-ref="[^"]*">')


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A term where it stands in a text, as code points of its plain text."""

    term: Term
    start: int
    end: int


def find_terms(plain: str, lang: str, terms: Iterable[Term]) -> list[Occurrence]:
    """Where terms stand in a text of a language, in reading order; of two at one place the longer one counts."""
    found = [
        Occurrence(term, match.start(), match.end())
        for term in terms
        if (word := term.words.get(lang).strip())
        for match in _pattern(word, lang.partition("-")[0]).finditer(plain)
    ]
    found.sort(key=lambda each: (each.start, -each.end))
    kept: list[Occurrence] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


@lru_cache(maxsize=4096)
def _pattern(word: str, lang: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(part) for part in word.split())
    if lang in UNSPACED:
        return re.compile(words, re.IGNORECASE)
    before = _ARABIC_BEFORE if lang == "ar" else ""
    ending = r"\w*" if len(word) > SHORT else ""
    return re.compile(rf"(?<!\w){before}{words}{ending}(?!\w)", re.IGNORECASE)


def mark_terms(html: str, found: Sequence[Occurrence]) -> str:
    """The same HTML with `<mark class="term">` around each term."""
    spans = [(each.start, each.end, "term") for each in found]
    return _MARK.sub('<mark class="term">', mark(html, spans))
