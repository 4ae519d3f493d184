"""From a file's bytes to its kind. The name decides nothing but whether a text is called a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from consult.attachments.checks.bytes_in import OLE, file_chunks, refuse_virus
from consult.attachments.checks.texts import check_text
from consult.attachments.loading import load
from consult.attachments.problems import FileRefusedError, Problem

Check = Callable[[Path], str]
"""Gives the ending of what it is. Raises FileRefusedError."""
HERE = "consult.attachments.checks"
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", f"{HERE}.pdf:check_pdf"),
    (b"PK\x03\x04", f"{HERE}.packages:check_package"),
    (b"\x89PNG\r\n\x1a\n", f"{HERE}.pictures:check_png"),
    (b"\xff\xd8\xff", f"{HERE}.pictures:check_jpeg"),
)
"""How files begin, and the check of what begins so."""
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"{\\rtf",
    b"GIF8",
    b"RIFF",
    b"II*\x00",
    b"MM\x00*",
)


def decide(path: Path, name: str) -> str:
    """The ending of the kind that a file is of. Raises FileRefusedError."""
    if not refuse_virus(file_chunks(path)):
        raise FileRefusedError(Problem.EMPTY)
    with path.open("rb") as file:
        start = file.read(16)
    if start.startswith(OLE):
        raise FileRefusedError(Problem.OLD_OFFICE)
    for signature, name_of_check in SIGNATURES:
        if start.startswith(signature):
            check: Check = load(name_of_check)
            return check(path)
    if start.startswith(_PROGRAMS):
        raise FileRefusedError(Problem.UNKNOWN)
    check_text(path)
    return "csv" if name.lower().endswith(".csv") else "txt"
