"""Which files a response takes, and how much of them: the one table that checks, pages and documents are made from."""

from __future__ import annotations

from dataclasses import dataclass

from consult.kernel.messages import N_

MOST_FILES = 20
MOST_BYTES = 50_000_000
"""Of all files of a response together."""
PIECE = 1_000_000
"""The largest piece that is taken at once."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file. `label` is a msgid; `paged`: its text is quoted with the page."""

    ending: str
    media_type: str
    label: str
    paged: bool = False


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

KINDS: dict[str, FileKind] = {
    kind.ending: kind
    for kind in (
        FileKind("pdf", "application/pdf", N_("PDF document"), paged=True),
        FileKind("docx", _WORD, N_("Word document")),
        FileKind("odt", "application/vnd.oasis.opendocument.text", N_("OpenDocument text")),
        FileKind("xlsx", _SHEET, N_("Excel sheet")),
        FileKind("csv", "text/csv", N_("Table as text (CSV)")),
        FileKind("txt", "text/plain", N_("Text")),
        FileKind("png", "image/png", N_("PNG picture")),
        FileKind("jpg", "image/jpeg", N_("JPEG picture")),
    )
}
"""By ending."""
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS.values()}
PICTURES = frozenset({"png", "jpg"})
ACCEPT = ",".join(f".{ending}" for ending in (*KINDS, "jpeg"))
"""For a form's file field."""


def kind_of(media_type: str) -> FileKind | None:
    """The kind with a media type, without parameters."""
    return BY_MEDIA_TYPE.get(media_type.partition(";")[0])
