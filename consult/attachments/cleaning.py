"""Copies without metadata: who wrote a file, on which machine, where a picture was taken. The content stays as it is."""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zlib import crc32

from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject

from consult.attachments.checks.bytes_in import mapped
from consult.attachments.checks.pictures import jpeg_segments, png_chunks

SEEN_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs", b"sBIT",
                         b"bKGD", b"cICP", b"acTL", b"fcTL", b"fdAT"})  # fmt: skip
"""Chunks of a PNG that change how it looks (PNG, 4.7)."""
APP0, APP1, APP2, APP14, APP15, COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_DATED = (1980, 1, 1, 0, 0, 0)
_PERSONAL = re.compile(
    r"(author|creator|lastModifiedBy|initials|userName|providerId|userId|displayName|rsid\w*)$"
)
_NOBODY = "Author"
COPIED = 256 * 1024


def clean(path: Path, ending: str, target: Path) -> bool:
    """Write a copy without metadata. False where the kind has none to remove."""
    cleaner = _CLEANERS.get(ending)
    if cleaner is None:
        return False
    with target.open("wb") as out:
        cleaner(path, out)
    return True


def _clean_png(path: Path, out: IO[bytes]) -> None:
    with mapped(path) as body:
        out.write(body[:8])
        for kind, start, end in png_chunks(body):
            if kind in SEEN_CHUNKS:
                out.write(_without_name(body[start:end]))


def _without_name(chunk: bytes) -> bytes:
    """The name of a colour profile goes, the profile stays."""
    if chunk[4:8] != b"iCCP":
        return chunk
    _, _, rest = chunk[8:-4].partition(b"\0")
    data = b"iCCP" + b"profile\0" + rest
    return struct.pack(">I", len(data) - 4) + data + struct.pack(">I", crc32(data))


def _clean_jpeg(path: Path, out: IO[bytes]) -> None:
    """Only what the picture is drawn by: JFIF, colour profile, Adobe's marker; of Exif which side is up."""
    with mapped(path) as body:
        out.write(b"\xff\xd8")
        for marker, start, end in jpeg_segments(body):
            segment = body[start:end]
            if marker == APP1 and (up := _orientation(segment)):
                out.write(_exif_of(up))
            elif _is_drawn(marker, segment):
                out.write(segment)


def _is_drawn(marker: int, segment: bytes) -> bool:
    if marker == APP2:
        return segment[4:16] == b"ICC_PROFILE\0"
    return marker in (APP0, APP14) or not (APP0 <= marker <= APP15 or marker == COMMENT)


def _orientation(segment: bytes) -> int:
    """1 to 8 as the camera was held, 0 for unknown (Exif 3.0, 4.6.5.1.6)."""
    if segment[4:10] != b"Exif\0\0":
        return 0
    tiff = segment[10:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 10:
        return 0
    (at,) = struct.unpack(f"{order}I", tiff[4:8])
    if at + 2 > len(tiff):
        return 0
    (entries,) = struct.unpack(f"{order}H", tiff[at : at + 2])
    for number in range(min(entries, 500)):
        entry = tiff[at + 2 + number * 12 : at + 14 + number * 12]
        if len(entry) == 12 and struct.unpack(f"{order}H", entry[:2])[0] == 0x0112:
            (value,) = struct.unpack(f"{order}H", entry[8:10])
            return int(value) if 1 < value <= 8 else 0
    return 0


def _exif_of(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    body = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _clean_pdf(path: Path, out: IO[bytes]) -> None:
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


def _clean_package(path: Path, out: IO[bytes]) -> None:
    """Each part as it was, with neither dates nor names of authors; parts that hold nothing else are emptied of them."""
    with ZipFile(path) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for part in source.infolist():
            if _tells(part.filename):
                continue
            if part.filename.lower().endswith((".xml", ".rels")):
                target.writestr(_plain_part(part), _without_people(part.filename, source.read(part)))
                continue
            with source.open(part) as opened, target.open(_plain_part(part), "w") as copied:
                shutil.copyfileobj(opened, copied, COPIED)


def _tells(name: str) -> bool:
    """Thumbnails show what was there before; they are no part of the document."""
    return name.lower().startswith(("thumbnails/", "docprops/thumbnail"))


def _plain_part(part: ZipInfo) -> ZipInfo:
    plain = ZipInfo(part.filename, _DATED)
    plain.compress_type = part.compress_type
    plain.external_attr = 0
    return plain


def _without_people(name: str, body: bytes) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    root = etree.fromstring(body, parser)
    low = name.lower()
    if low.startswith("docprops/") or low == "meta.xml":
        for each in list(root.iter()):
            if isinstance(each.tag, str) and not len(each) and each is not root:
                each.text = ""
        _empty_properties(root, low)
    elif low.endswith(".rels"):
        _drop_thumbnail(root)
    else:
        _forget_authors(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _empty_properties(root: etree._Element, low: str) -> None:
    holder = root.find("{*}meta") if low == "meta.xml" else root
    if holder is not None:
        for each in list(holder):
            holder.remove(each)


def _drop_thumbnail(root: etree._Element) -> None:
    for each in list(root):
        if str(each.get("Type", "")).endswith("/thumbnail"):
            root.remove(each)


def _forget_authors(root: etree._Element) -> None:
    """Authors of comments and tracked changes become "Author", numbers of editing sessions go."""
    for each in root.iter():
        if not isinstance(each.tag, str):
            continue
        if (
            etree.QName(each).localname in ("author", "creator", "creator-initials", "sender-initials")
            and each.text
        ):
            each.text = _NOBODY
        for attribute in list(each.attrib):
            local = etree.QName(attribute).localname
            if not _PERSONAL.search(local):
                continue
            if local.startswith("rsid"):
                del each.attrib[attribute]
            else:
                each.set(attribute, _NOBODY)


_CLEANERS: dict[str, Callable[[Path, IO[bytes]], None]] = {
    "png": _clean_png,
    "jpg": _clean_jpeg,
    "pdf": _clean_pdf,
    "docx": _clean_package,
    "odt": _clean_package,
    "xlsx": _clean_package,
}
