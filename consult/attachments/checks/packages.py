"""Files that are ZIP packages: Word and Excel (ECMA-376, part 2), OpenDocument (OASIS ODF 1.3, part 2)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812

from consult.attachments.checks.bytes_in import OLE, refuse_virus
from consult.attachments.checks.markup import check_markup
from consult.attachments.problems import FileRefusedError, Problem

MOST_PARTS = 5_000
MOST_UNPACKED = 300_000_000
MOST_MARKUP = 100_000_000
"""Of one part that is XML."""
MOST_RATIO = 150
RATIO_FROM = 2_000_000
"""Small parts are let be: a page of spaces packs a thousandfold."""
CHUNK = 1 << 18
_MAIN = {
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
}
_PROGRAMS = (
    "vbaproject",
    "vbadata",
    "activex",
    "macrosheets",
    "xl/customui",
    "basic/",
    "scripts/",
    "dialogs/script",
)
_INSIDE = ("/embeddings/", "object ", "objectreplacements/")
_ARCHIVES = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08", b"MZ", b"\x7fELF")
_BROKEN = (BadZipFile, ZlibError, EOFError, OSError, RuntimeError, NotImplementedError, ValueError, KeyError)


def check_package(path: Path) -> str:
    """The ending of what it is. Raises FileRefusedError."""
    try:
        with ZipFile(path) as archive:
            _check_end(path, archive)
            _check_directory(archive.infolist())
            return _check_parts(archive)
    except FileRefusedError:
        raise
    except _BROKEN:
        raise FileRefusedError(Problem.DAMAGED) from None


def _check_end(path: Path, archive: ZipFile) -> None:
    """Nothing before the first part and nothing after the directory."""
    with path.open("rb") as file:
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, size - 22 - len(archive.comment)))
        end = file.read()
    if not end.startswith(b"PK\x05\x06") or archive.comment:
        raise FileRefusedError(Problem.MIXED)


def _check_directory(parts: list[ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise FileRefusedError(Problem.UNPACKS)
    seen: set[str] = set()
    for part in parts:
        name = part.filename.replace("\\", "/")
        if part.flag_bits & 0x1:
            raise FileRefusedError(Problem.ENCRYPTED)
        if name.lower() in seen or name.startswith("/") or ".." in posixpath.normpath(name).split("/"):
            raise FileRefusedError(Problem.DAMAGED)
        if part.file_size > RATIO_FROM and part.file_size > MOST_RATIO * max(part.compress_size, 1):
            raise FileRefusedError(Problem.UNPACKS)
        seen.add(name.lower())
        _check_name(name.lower(), part)


def _check_name(name: str, part: ZipInfo) -> None:
    if part.is_dir():
        return
    if any(word in name if "/" not in word else name.startswith(word) for word in _PROGRAMS):
        raise FileRefusedError(Problem.MACROS)
    if any(word in f"/{name}" if word.startswith("/") else name.startswith(word) for word in _INSIDE):
        raise FileRefusedError(Problem.EMBEDDED)


def _check_parts(archive: ZipFile) -> str:
    unpacked = 0
    for part in archive.infolist():
        start = b""
        with archive.open(part) as opened:
            start = opened.read(16)
        _check_start(start)
        unpacked += refuse_virus(_chunks(archive, part, MOST_UNPACKED - unpacked))
        if _is_markup(part, start):
            if part.file_size > MOST_MARKUP:
                raise FileRefusedError(Problem.UNPACKS)
            with archive.open(part) as opened:
                check_markup(part.filename, opened)
    return _kind(archive)


def _chunks(archive: ZipFile, part: ZipInfo, most: int) -> Iterator[bytes]:
    """What really unpacks, whatever the directory says."""
    with archive.open(part) as opened:
        while chunk := opened.read(CHUNK):
            most -= len(chunk)
            if most < 0:
                raise FileRefusedError(Problem.UNPACKS)
            yield chunk


def _check_start(start: bytes) -> None:
    if start.startswith(OLE):
        raise FileRefusedError(Problem.MACROS)
    if start.startswith(_ARCHIVES):
        raise FileRefusedError(Problem.EMBEDDED)


def _is_markup(part: ZipInfo, start: bytes) -> bool:
    named = part.filename.lower().endswith((".xml", ".rels", ".rdf", ".svg", ".vml"))
    return (named or start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")) and part.file_size > 0


def _kind(archive: ZipFile) -> str:
    names = set(archive.namelist())
    if "mimetype" in names:
        if archive.read("mimetype").strip() == b"application/vnd.oasis.opendocument.text":
            return "odt"
        raise FileRefusedError(Problem.UNKNOWN)
    types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if b"macroEnabled" in types or b"vbaProject" in types:
        raise FileRefusedError(Problem.MACROS)
    for content, ending in _MAIN.items():
        if content in types:
            return ending
    raise FileRefusedError(Problem.UNKNOWN)
