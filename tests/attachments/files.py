"""Files, good and hostile, made by the tests themselves."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from docx import Document
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from weasyprint import HTML
from xlsxwriter import Workbook

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
ODT_XML = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0">{scripts}<office:body><office:text>'
    "<text:p>{words}</text:p></office:text></office:body></office:document-content>"
)
META_XML = (
    '<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:creator>Zelda Hidden</dc:creator></office:meta>'
    "</office:document-meta>"
)


def pdf(*pages: str, author: str = "Zelda Hidden") -> bytes:
    body = "".join(f'<p style="break-after: page">{page}</p>' for page in pages)
    return HTML(string=f'<meta name="author" content="{author}"><title>T</title>{body}').write_pdf()  # type: ignore[no-any-return]


def changed_pdf(change: str) -> bytes:
    """A PDF with something in it that runs."""
    writer = PdfWriter(BytesIO(pdf("A page")))
    match change:
        case "javascript":
            action = {"/S": "/JavaScript", "/JS": "app.alert(1)"}
            writer._root_object[NameObject("/OpenAction")] = _dictionary(action)
        case "attached":
            writer.add_attachment("inner.txt", b"x")
        case "launch":
            action = {"/S": "/Launch", "/F": "cmd.exe"}
            writer._root_object[NameObject("/OpenAction")] = _dictionary(action)
        case "additional":
            writer.pages[0][NameObject("/AA")] = _dictionary({})
        case "xfa":
            writer._root_object[NameObject("/AcroForm")] = _dictionary({"/XFA": "x"})
        case "encrypted":
            writer.encrypt("secret", algorithm="AES-256")
    return written(writer)


def hidden_in_object_stream() -> bytes:
    """A script in an object that stands compressed in a stream of objects, where no search of the bytes finds it."""
    inner = b"5 0 << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    packed = zlib.compress(inner)
    parts = [b"%PDF-1.5\n"]
    offsets = {}

    def add(number: int, content: bytes) -> None:
        offsets[number] = sum(map(len, parts))
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))

    add(1, b"<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R >>")
    add(2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    add(3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>")
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
        len(packed),
        packed,
    )
    add(4, stream)
    rows = [b"\x00" + bytes(5)]
    rows += [struct.pack(">BIB", 1, offsets[number], 0) for number in (1, 2, 3, 4)]
    rows.append(struct.pack(">BIB", 2, 4, 0))
    table_at = sum(map(len, parts))
    rows.append(struct.pack(">BIB", 1, table_at, 0))
    table = b"".join(rows)
    head = b"<< /Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Length %d >>\nstream\n" % len(table)
    parts.append(b"6 0 obj\n" + head + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % table_at)
    return b"".join(parts)


def _dictionary(values: Mapping[str, str]) -> DictionaryObject:
    return DictionaryObject(
        {NameObject(key): NameObject(value) if value.startswith("/") else TextStringObject(value) for key, value in values.items()}
    )  # fmt: skip


def written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(words: str = "Members share what they learn.", author: str = "Zelda Hidden") -> bytes:
    document = Document()
    document.add_paragraph(words)
    document.core_properties.author = author
    document.core_properties.last_modified_by = author
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx(words: str = "Sheet of numbers", author: str = "Zelda Hidden") -> bytes:
    out = BytesIO()
    book = Workbook(out)
    book.set_properties({"author": author})
    book.add_worksheet("One").write(0, 0, words)
    book.close()
    return out.getvalue()


def odt(words: str = "Open words", scripts: str = "", more: Mapping[str, bytes] | None = None) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", ZIP_STORED)
        archive.writestr("content.xml", ODT_XML.format(words=words, scripts=scripts))
        archive.writestr("meta.xml", META_XML)
        for name, body in (more or {}).items():
            archive.writestr(name, body)
    return out.getvalue()


def with_parts(
    package: bytes, parts: Mapping[str, bytes], *, replace: tuple[bytes, bytes] = (b"", b"")
) -> bytes:
    """A package with further parts, or with words replaced in all of its parts."""
    out = BytesIO()
    with ZipFile(BytesIO(package)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for part in source.infolist():
            body = source.read(part)
            target.writestr(part.filename, body.replace(*replace) if replace[0] else body)
        for name, body in parts.items():
            target.writestr(name, body)
    return out.getvalue()


def bomb() -> bytes:
    return with_parts(docx(), {"word/media/big.bin": bytes(80_000_000)})


def many_parts() -> bytes:
    return with_parts(docx(), {f"word/media/{number}.txt": b"x" for number in range(5_100)})


def said_encrypted(package: bytes) -> bytes:
    """A package whose directory says that its parts are encrypted."""
    body = bytearray(package)
    at = body.find(b"PK\x01\x02")
    while at >= 0:
        body[at + 8] |= 1
        at = body.find(b"PK\x01\x02", at + 4)
    return bytes(body)


def climbing() -> bytes:
    out = BytesIO(docx())
    with ZipFile(out, "a") as archive:
        archive.writestr(ZipInfo("word/../../../etc/passwd"), "x")
    return out.getvalue()


def png(width: int = 30, height: int = 20) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


def png_with_words(words: bytes = b"Author\0Zelda Hidden") -> bytes:
    body = png()
    chunk = b"tEXt" + words
    packed = struct.pack(">I", len(words)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return body[:33] + packed + body[33:]


def huge_png() -> bytes:
    """A few bytes that say they are a picture of 10,000 million pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    first = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + first + png()[33:]


def jpeg(gps: bool = True) -> bytes:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "Zelda Hidden"
    if gps:
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    Image.new("RGB", (40, 30), "orange").save(out, "JPEG", exif=exif, comment=b"Zelda Hidden")
    return out.getvalue()
