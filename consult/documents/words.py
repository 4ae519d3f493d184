"""The words of a block's text, in any script, for comparing two texts of one language.

What a word is follows Unicode's UAX 29 roughly: letters, digits and the marks on them; where a script writes
without spaces, each sign is a word of its own.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

_UNSPACED = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana, ideographs
)
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Arabic's stretching sign and the joiners that shape letters: they say nothing.
_JOINERS = "\u0640\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Words:
    """A text's words and signs in order: `folded[n]` stands at text[starts[n]:ends[n]]."""

    folded: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.folded)


def read_words(text: str, *, signs: bool = False) -> Words:
    """The words of a text, folded so that case, forms and vowel marks make no difference.

    With `signs` each punctuation mark is a word too, so that a place next to one can be told.
    """
    found = list((_with_signs() if signs else _pattern()).finditer(text))
    return Words(
        tuple(_fold(each.group()) for each in found),
        tuple(each.start() for each in found),
        tuple(each.end() for each in found),
    )


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each word and each punctuation mark of a text begins and ends."""
    return (found.span() for found in _with_signs().finditer(text))


def saying(text: str) -> int:
    """How much a text says, in letters: an ideograph says about what three of them say."""
    return len(text) + 2 * len(_IDEOGRAPH.findall(text))


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in parts if sign not in _JOINERS and not unicodedata.combining(sign)) or word


@cache
def _marks() -> str:
    """Every mark that stands on a letter: Python's `\\w` leaves them out and would break words at them."""
    return "".join(
        re.escape(chr(code)) for code in range(0x300, 0xFE30) if unicodedata.category(chr(code))[0] == "M"
    )


@cache
def _word() -> str:
    marks = _marks()
    return rf"[{_UNSPACED}][{marks}]*|(?:(?![{_UNSPACED}])[^\W_])(?:(?![{_UNSPACED}])[^\W_]|[{marks}{_JOINERS}])*"


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(_word())


@cache
def _with_signs() -> re.Pattern[str]:
    return re.compile(rf"{_word()}|[^\s]")
