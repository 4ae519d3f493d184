"""The pictures of a received file: taken out to be kept as figures, each with its text alternative."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from consult.documents.blocks import DocumentError
from consult.documents.figures import base_name
from consult.documents.received.notes import NoteKind, Notes
from consult.documents.received.structure import Figure, Span, Spans
from consult.documents.sanitising import is_local_name
from consult.kernel.messages import N_

OPEN, CLOSE = "\ue002", "\ue003"
_MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
_DATA = re.compile(r"data:image/(png|jpe?g|svg\+xml);base64,([A-Za-z0-9+/=\s]+)", re.IGNORECASE)
_SUFFIXES = {"png": "png", "jpeg": "jpg", "jpg": "jpg", "svg+xml": "svg"}
_MOST_NAMED = 5


class Pictures:
    """Gathers figures while a file is read; in the text each is a mark of two private characters and its number."""

    def __init__(self, notes: Notes) -> None:
        self.files: dict[str, bytes] = {}
        self._notes = notes
        self._figures: list[Figure] = []
        self._silent: list[str] = []

    def add(self, name: str, alternative: str, body: bytes | None = None, near: str = "") -> str:
        """Take a picture; `near` are words by which its author finds it. The mark that stands for it in the text."""
        if body is not None:
            self.files[name] = body
        if not alternative.strip():
            self._silent.append(f"“{name}” (“{near}”)" if near else f"“{name}”")
        self._figures.append(Figure(name, alternative))
        return f"{OPEN}{len(self._figures) - 1}{CLOSE}"

    def mark(self, address: str, alternative: str | None) -> str:
        """A picture of an HTML file by its address: written into it, beside it, or on another website."""
        if found := _DATA.fullmatch(address.strip()):
            try:
                body = b64decode(found[2])
            except NotBase64:
                body = b""
            name = f"picture-{len(self.files) + 1}.{_SUFFIXES[found[1].lower()]}"
            return self.add(name, alternative or "", body)
        name = base_name(unquote(address.strip()))
        if ":" in address or address.startswith("//") or not is_local_name(name):
            self._notes.add(NoteKind.REMOTE_PICTURES, alternative or name)
            return ""
        if alternative == "":
            self._notes.add(NoteKind.DECORATIONS)
            return ""
        return self.add(name, alternative or "")

    def refuse_silent(self, how: str) -> None:
        """Raises DocumentError where a picture has no text alternative. `how`: a msgid with `%(names)s`."""
        if self._silent:
            names = ", ".join(self._silent[:_MOST_NAMED])
            more = len(self._silent) - _MOST_NAMED
            raise DocumentError(how, params={"names": names + (f" (+{more})" if more > 0 else "")})

    def part(self, spans: Spans) -> tuple[Spans, tuple[Figure, ...]]:
        """Spans without their pictures, and the pictures."""
        figures = [self._figures[int(at)] for span in spans for at in _MARK.findall(span.text)]
        if not figures:
            return spans, ()
        return tuple(
            Span(_MARK.sub("", span.text), span.marks, span.href, span.note) for span in spans
        ), tuple(figures)

    def in_words(self, spans: Sequence[Span]) -> Iterator[Span]:
        """Spans in which a picture is its text alternative, where a draft can't show one."""
        for span in spans:
            for at in _MARK.findall(span.text):
                self._notes.add(NoteKind.INLINE_FIGURES, self._figures[int(at)].alternative)
                self.files.pop(self._figures[int(at)].src, None)
            text = _MARK.sub(lambda found: self._figures[int(found[1])].alternative, span.text)
            yield Span(text, span.marks, span.href, span.note)


HTML_HOW = N_(
    "These pictures have no text alternative: %(names)s. Write what each shows into its alt attribute."
)
WORD_HOW = N_(
    "These pictures have no text alternative: %(names)s. In Word, click each with the right button, choose “View Alt Text”, and write what it shows."
)
