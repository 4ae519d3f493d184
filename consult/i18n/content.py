"""Which language of a text a reader gets, and how it must be marked up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from consult.i18n.locales import direction
from consult.kernel.translated import Piece, Translated, digest


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text as shown: `lang` and `dir` for the markup, `is_fallback` where the reader's language has none."""

    text: str
    html: Markup
    lang: str
    dir: str
    is_fallback: bool = False
    stale: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


EMPTY = LocalText("", Markup(""), "en", "ltr")


def pick(content: Translated, lang: str) -> LocalText:
    """The text in `lang`, else the original."""
    if piece := content.texts.get(lang):
        return LocalText(piece.text, _stored(piece.html), lang, direction(lang), stale=content.is_stale(lang))
    if piece := content.texts.get(content.original):
        original = content.original
        return LocalText(piece.text, _stored(piece.html), original, direction(original), is_fallback=True)
    return EMPTY


def _stored(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - made safe when it was stored


def write(
    texts: Mapping[str, str],
    original: str,
    *,
    before: Translated | None = None,
    render: Callable[[str], str] | None = None,
) -> Translated:
    """A Translated from typed texts; blank ones are left out.

    A translation whose text did not change keeps the digest of the original it was made from, so it becomes stale
    when only the original was edited; one that was typed anew is taken to be of the present original.
    """
    fingerprint = digest(texts.get(original, "").strip())
    pieces: dict[str, Piece] = {}
    for lang, raw in texts.items():
        text = raw.strip()
        if not text:
            continue
        old = before.texts.get(lang) if before else None
        unchanged = old is not None and old.text == text
        of = "" if lang == original else (old.of if unchanged and old else fingerprint)
        pieces[lang] = Piece(text, render(text) if render else "", of)
    return Translated(original, pieces)
