"""PDF: every object walked, those in object streams too, for what runs, opens or carries something (ISO 32000-2, 12.6)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from consult.attachments.checks.bytes_in import file_chunks, mapped, refuse_second_file
from consult.attachments.problems import FileRefusedError, Problem

KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA", "/AA"})
"""Entries of dictionaries, whatever they hold."""
VALUES = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/Movie", "/Sound",
                    "/RichMedia", "/RichMediaExecute", "/FileAttachment", "/EmbeddedFile", "/3D"})  # fmt: skip
"""Of /S, /Type and /Subtype: actions and annotations."""
_IN_PLAIN = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData)(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
DEEPEST = 60
LONGEST_NAME = 64
"""Bytes, with every letter in hexadecimal."""
_BROKEN = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError)
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def check_pdf(path: Path) -> str:
    """ "pdf". Raises FileRefusedError."""
    with mapped(path) as body:
        end = body.rfind(b"%%EOF")
        if end < 0:
            raise FileRefusedError(Problem.DAMAGED)
        refuse_second_file(body[end + 5 :])
    _refuse_plain(path)
    try:
        with path.open("rb") as file:
            _check_objects(PdfReader(file, strict=False))
    except FileRefusedError:
        raise
    except _BROKEN:
        raise FileRefusedError(Problem.DAMAGED) from None
    return "pdf"


def _refuse_plain(path: Path) -> None:
    """What stands in the file as it is, with names written in hexadecimal too (7.3.5): readers mend what a table of
    objects leaves out, so an object that is not in it may still run."""
    before = b""
    for chunk in file_chunks(path):
        looked_at = before + chunk
        if _IN_PLAIN.search(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), looked_at)):
            raise FileRefusedError(Problem.SCRIPTS)
        before = looked_at[-LONGEST_NAME:]


def _check_objects(reader: PdfReader) -> None:
    if reader.is_encrypted:
        raise FileRefusedError(Problem.ENCRYPTED)
    _walk(reader)
    if not len(reader.pages):
        raise FileRefusedError(Problem.DAMAGED)


def _walk(reader: PdfReader) -> None:
    _look_at(reader.trailer, 0)
    for id, generation in _ids(reader):
        found = reader.get_object(IndirectObject(id, generation, reader))
        _look_at(found, 0)
        if isinstance(found, StreamObject):
            reader.resolved_objects.clear()  # what was looked at need not be kept: pictures are most of a large file


def _ids(reader: PdfReader) -> Iterator[tuple[int, int]]:
    for generation, objects in reader.xref.items():
        for id in list(objects):
            yield id, generation
    for id in list(reader.xref_objStm):
        yield id, 0


def _look_at(found: object, depth: int) -> None:
    """One object and what is written inside of it; references are met in their own turn. Raises FileRefusedError."""
    if depth > DEEPEST:
        raise FileRefusedError(Problem.DAMAGED)
    if isinstance(found, DictionaryObject):
        _refuse_what_acts(found)
        for name in found:
            _look_at(found.raw_get(name), depth + 1)
    elif isinstance(found, ArrayObject):
        for each in list.__iter__(found):
            _look_at(each, depth + 1)


def _refuse_what_acts(found: DictionaryObject) -> None:
    if not KEYS.isdisjoint(found):
        raise FileRefusedError(Problem.SCRIPTS)
    for key in ("/S", "/Type", "/Subtype"):
        value = found.raw_get(key) if key in found else None
        if isinstance(value, NameObject) and value in VALUES:
            raise FileRefusedError(Problem.SCRIPTS)
