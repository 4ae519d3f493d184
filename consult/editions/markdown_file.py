"""A version as a Markdown file: the edition's own text under a front matter that says what it is."""

from __future__ import annotations

from collections.abc import Iterator

from consult.editions.content import FileText
from consult.i18n.catalogues import catalogue
from consult.i18n.locales import language_name
from consult.kernel.messages import N_


def make_markdown(text: FileText) -> bytes:
    """What follows the front matter is, byte for byte, the text whose SHA-256 the front matter names."""
    matter = "\n".join(f"{name}: {_quoted(value)}" for name, value in _matter(text))
    return f"---\n{matter}\n---\n{text.source}".encode()


def _matter(text: FileText) -> Iterator[tuple[str, str]]:
    yield "title", text.title
    yield "reference", text.reference
    yield "address", text.address
    yield "publisher", "Frontier Model Forum"
    yield "date", text.published_at.date().isoformat()
    yield "lang", text.lang
    yield "sha256", text.sha256
    if text.note:
        yield "note", text.note
    if text.is_translation:
        say = catalogue(text.locale).gettext
        original = language_name(text.original, text.locale)
        yield (
            "translation",
            say(N_("This is a translation. The original is in %(language)s.")) % {"language": original},
        )
    if stale := [block.key for block in text.blocks if block.stale]:
        yield "stale", " ".join(stale)
    if missing := [block.key for block in text.blocks if block.is_fallback]:
        yield "untranslated", " ".join(missing)


def _quoted(value: str) -> str:
    """A YAML 1.2 double-quoted scalar on one line."""
    return '"' + " ".join(value.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'
