"""A text that exists in several languages, one of them the original."""

import hashlib
from collections.abc import Iterator

import msgspec


def digest(text: str) -> str:
    """A short fingerprint of a text (first 16 hexadecimal digits of its SHA-256)."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """One language's text; `html` where it is Markdown; `of` the digest of the original it was made from."""

    text: str
    html: str = ""
    of: str = ""


class Translated(msgspec.Struct, frozen=True):
    """`texts` by language; `texts[original]` is what the others are translations of."""

    original: str = "en"
    texts: dict[str, Piece] = {}

    def __bool__(self) -> bool:
        return bool(self.source)

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    @property
    def source(self) -> str:
        """The original text, "" where nothing was written."""
        piece = self.texts.get(self.original)
        return piece.text if piece else ""

    def get(self, lang: str) -> str:
        """The text in one language, "" where there is none."""
        piece = self.texts.get(lang)
        return piece.text if piece else ""

    def is_stale(self, lang: str) -> bool:
        """Whether the translation was made from an original that has changed since."""
        piece = self.texts.get(lang)
        return bool(piece and lang != self.original and piece.of != digest(self.source))

    def languages(self) -> tuple[str, ...]:
        """Languages it can be read in, the original first."""
        rest = sorted(lang for lang in self.texts if lang != self.original)
        return (self.original, *rest) if self.source else tuple(rest)
