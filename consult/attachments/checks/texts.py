"""Plain texts and tables: anything that reads as text in a known encoding and holds no controls."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from consult.attachments.checks.bytes_in import file_chunks
from consult.attachments.problems import FileRefusedError, Problem

ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
"""Tried in this order where no byte order mark says more."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def check_text(path: Path) -> str:
    """Its encoding. Raises FileRefusedError where it reads as no text."""
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), "")
    for encoding in (marked,) if marked else ENCODINGS:
        if _reads(path, encoding):
            return encoding
    raise FileRefusedError(Problem.CONTROLS)


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for chunk in file_chunks(path):
            if _CONTROLS.search(decoder.decode(chunk)):
                return False
        return not _CONTROLS.search(decoder.decode(b"", final=True))
    except UnicodeDecodeError:
        return False
