"""How texts of any language become terms: the same for what is indexed and for what is asked.

A text is cut into tokens by script first, because a pattern such as `\\w+` swallows the Chinese after a Latin letter:

- words (scripts that put spaces between them) become a *surface*, folded so that case, accents, Arabic vowel signs
  and letter variants, ё and full-width forms do not matter, and *stems* in the language of the text (Snowball). Both
  the stem of the word as written and that of the folded word are kept: Spanish stems depend on accents, and people
  type `evaluacion`.
- runs of scripts without spaces (Chinese, Japanese, Korean, Thai, …) become single characters and pairs of
  neighbours, Traditional Chinese as Simplified, character by character (OpenCC), so that offsets stay.
- references such as `FMF-2026-01-C0042` stay whole.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import Stemmer
from opencc import OpenCC

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "fa": "persian", "fi": "finnish", "fr": "french", "hi": "hindi",
    "hu": "hungarian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
"""Languages whose words are reduced to stems; the words of all others are found as they are written."""

SCRIPTS = {
    "ar": "Arab", "fa": "Arab", "el": "Grek", "hi": "Deva", "ru": "Cyrl", "sr": "Cyrl", "ta": "Taml",
}  # fmt: skip
"""The script of languages with stems; Latin where not named."""

_SCRIPT_STARTS = (
    (0x0041, "Latn"), (0x0370, "Grek"), (0x0400, "Cyrl"), (0x0530, ""), (0x0600, "Arab"), (0x0700, ""),
    (0x0750, "Arab"), (0x0780, ""), (0x0900, "Deva"), (0x0980, ""), (0x0B80, "Taml"), (0x0C00, ""),
    (0x1E00, "Latn"), (0x1F00, "Grek"), (0x2000, ""),
)  # fmt: skip

_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF),
    (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF),
    (0xFF66, 0xFFDC), (0x20000, 0x323AF),
)  # fmt: skip

_MARKED = (
    (0x0300, 0x0DFF),
    (0x0F00, 0x0FFF),
    (0x1200, 0x177F),
    (0x1800, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xA660, 0xABFF),
)
"""Where Unicode has marks that stand on letters."""

LONGEST_WORD = 64
_ELIDED = frozenset(
    [
        "l",
        "d",
        "j",
        "m",
        "t",
        "s",
        "n",
        "c",
        "qu",
        "jusqu",
        "lorsqu",
        "puisqu",
        "quoiqu",
        "quelqu",
        "all",
        "dell",
        "nell",
        "sull",
        "un",
    ]
)
_APOSTROPHES = "'\u2019\u02bc\uff07"
_JOINERS = "\u200c\u200d\u00ad"


class Token(NamedTuple):
    """A piece of a text, `text[start:end]`; `unspaced` for a run of a script that writes without spaces."""

    start: int
    end: int
    text: str
    unspaced: bool = False


def _char_class(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def _marks() -> str:
    """The marks that stand on letters of spaced scripts: vowel signs, accents."""
    codes = (code for first, last in _MARKED for code in range(first, last + 1))
    return "".join(chr(code) for code in codes if unicodedata.category(chr(code))[0] == "M")


@cache
def _token_pattern() -> re.Pattern[str]:
    unspaced = _char_class(_UNSPACED)
    letters = rf"[^\W_{unspaced}]+"
    letters = f"{letters}(?:[{_marks()}{_JOINERS}]+(?:{letters})?)*"
    word = f"{letters}(?:[{_APOSTROPHES}]{letters})*"
    reference = r"[A-Za-z]{2,8}-\d{4}-\d{2,}(?:-[A-Za-z]+\d+)?(?![\w-])"
    return re.compile(f"(?P<unspaced>[{unspaced}]+)|(?P<reference>{reference})|(?P<word>{word})")


def tokens(text: str) -> Iterator[Token]:
    """The words, references and unspaced runs of a text, with their places in it as given."""
    for match in _token_pattern().finditer(text):
        start, end = match.span()
        if match.lastgroup == "unspaced":
            yield Token(start, end, match.group(), True)
        else:
            skipped, word = bare(match.group())
            yield Token(start + skipped, end, word, False)


@lru_cache(maxsize=65536)
def bare(word: str) -> tuple[int, str]:
    """A word without apostrophes: (how many characters of elision were cut off its front, the rest).

    `l'intelligence` is intelligence, `Forum's` is Forum, `don't` is dont.
    """
    if word.isalnum():
        return 0, word[:LONGEST_WORD]
    parts = re.split(f"[{_APOSTROPHES}]", re.sub(f"[{_JOINERS}]", "", word))
    skipped = 0
    while len(parts) > 1 and parts[0].lower() in _ELIDED:
        skipped += len(parts.pop(0)) + 1
    if len(parts) > 1 and parts[-1].lower() == "s":
        parts.pop()
    return skipped, "".join(parts)[:LONGEST_WORD]


_ARABIC = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "", "ؤ": "", "ة": "ه", "ک": "ك", "ھ": "ه",
        "ۀ": "ه", "ە": "ه", "ـ": "", "ء": "",
    }
)  # fmt: skip
_PLAIN_LETTERS = str.maketrans(
    {"ё": "е", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


@lru_cache(maxsize=65536)
def lower(word: str) -> str:
    """Case and compatibility forms folded, accents kept (NFKC, case folding)."""
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", word).casefold()


@lru_cache(maxsize=131072)
def fold(word: str) -> str:
    """A word's surface: what two ways of writing the same word share."""
    if word.isascii():
        return word.lower()
    letters = []
    base = ""
    for char in unicodedata.normalize("NFKD", lower(word).translate(_ARABIC)):
        if unicodedata.category(char) != "Mn":
            base = char
        elif base < "\u0400" or "\u0590" <= base < "\u0780":
            continue
        letters.append(char)
    text = unicodedata.normalize("NFC", "".join(letters)).translate(_PLAIN_LETTERS)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text) or word


@cache
def _stemmer(lang: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(STEMMERS[lang], 0)


@lru_cache(maxsize=131072)
def stems(word: str, lang: str) -> tuple[str, ...]:
    """A word's stems in a language (its primary subtag), folded; none for languages and scripts without stems."""
    if lang not in STEMMERS or script(word) != SCRIPTS.get(lang, "Latn"):
        return ()
    stem = _stemmer(lang).stemWord
    written, folded = fold(stem(lower(word))), stem(fold(word))
    return (written,) if written == folded else (written, folded)


@lru_cache(maxsize=65536)
def script(word: str) -> str:
    """The script of a word's first letter as ISO 15924, "" where no language with stems uses it."""
    first = ord(unicodedata.normalize("NFKC", word[:1])[0]) if word else 0
    found = ""
    for start, name in _SCRIPT_STARTS:
        if first < start:
            break
        found = name
    return found


@lru_cache(maxsize=512)
def primary(lang: str) -> str:
    """The primary language subtag of a BCP 47 tag: `zh-Hant` is zh."""
    return lang.replace("_", "-").split("-")[0].lower()


class _Simplified(dict[int, str]):
    """Character → the Simplified Chinese character that stands for it; filled as characters turn up."""

    def __init__(self) -> None:
        super().__init__()
        self._converter = OpenCC("t2s")

    def __missing__(self, code: int) -> str:
        char = unicodedata.normalize("NFKC", chr(code)).casefold()
        simple: str = self._converter.convert(char) if len(char) == 1 else chr(code)
        self[code] = simple if len(simple) == 1 else chr(code)
        return self[code]


@cache
def _simplified() -> _Simplified:
    return _Simplified()


def fold_run(run: str) -> str:
    """An unspaced run as it is indexed, of the same length: Simplified, compatibility forms folded."""
    return run.translate(_simplified())


def pairs(run: str) -> list[str]:
    """The neighbouring pairs of a folded run's characters."""
    return [run[i : i + 2] for i in range(len(run) - 1)]
