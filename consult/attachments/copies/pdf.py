"""PDF without authors, programs, dates and earlier revisions."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject


def clean_pdf(path: Path, out: IO[bytes]) -> None:
    """Written anew from its pages' objects: no information dictionary, no XMP, no earlier revisions, no authors of notes."""
    with path.open("rb") as file:
        writer = PdfWriter()
        writer.clone_document_from_reader(PdfReader(file, strict=False))
    writer.metadata = None
    for each in writer._objects:
        if isinstance(each, DictionaryObject):
            _forget_in(each)
    _forget_in(writer._root_object)
    writer.write(out)


def _forget_in(found: DictionaryObject) -> None:
    for key in ("/Metadata", "/PieceInfo", "/LastModified"):
        found.pop(key, None)
    if "/Rect" in found:
        for key in ("/T", "/M", "/CreationDate", "/NM") if found.get("/Subtype") != "/Widget" else ("/M",):
            if not isinstance(found.get(key), IndirectObject):
                found.pop(key, None)
