"""Word files made for tests: by python-docx where Word's own would do, by hand where it would not."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from struct import pack
from zipfile import ZIP_DEFLATED, ZipFile
from zlib import compress, crc32

from docx.document import Document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
P = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADING = '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Charter</w:t></w:r></w:p>'
STYLES = """<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Titre2"><w:name w:val="Titre 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Ours"><w:name w:val="Our chapter"/><w:basedOn w:val="Titre2"/></w:style>
<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>"""


def dot() -> bytes:
    """A picture of one red dot."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", crc32(kind + body))

    header = chunk(b"IHDR", pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", compress(b"\x00\xff\x00\x00")) + chunk(b"IEND", b"")


def saved(document: Document) -> bytes:
    """A document of python-docx as a file."""
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def changed(file: bytes, parts: Mapping[str, str | bytes]) -> bytes:
    """A file with some of its parts changed or added."""
    made = BytesIO()
    with ZipFile(BytesIO(file)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, body in parts.items():
            new.writestr(name, body)
    return made.getvalue()


def word_file(
    body: str,
    *,
    numbering: str = "",
    links: Mapping[str, tuple[str, str, bool]] | None = None,
    parts: Mapping[str, str | bytes] | None = None,
    heading: str = HEADING,
) -> bytes:
    """A file by hand. `links`: id → (type, target, whether it is outside)."""
    given = {
        "styles": ("styles", "styles.xml", False),
        "numbering": ("numbering", "numbering.xml", False),
        **(links or {}),
    }
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as new:
        new.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        new.writestr("_rels/.rels", _relationships({"d": ("officeDocument", "word/document.xml", False)}))
        new.writestr("word/document.xml", f"<w:document {W}><w:body>{heading}{body}</w:body></w:document>")
        new.writestr("word/_rels/document.xml.rels", _relationships(given))
        new.writestr("word/styles.xml", f"<w:styles {W}>{STYLES}</w:styles>")
        new.writestr("word/numbering.xml", f"<w:numbering {W}>{numbering}</w:numbering>")
        for name, content in (parts or {}).items():
            new.writestr(name, content)
    return made.getvalue()


def paragraph(text: str, *, list_id: int = 0, level: int = 0, style: str = "", look: str = "") -> str:
    """A paragraph's XML."""
    listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>' if list_id else ""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f'<w:p><w:pPr>{styled}{listed}</w:pPr><w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def numbered(
    *levels: tuple[str, str], lists: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
) -> str:
    """A list's levels as (number format, text such as `%1.%2`)."""
    written = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (style, text) in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="0">{written}</w:abstractNum>{lists}'


def _relationships(links: Mapping[str, tuple[str, str, bool]]) -> str:
    written = "".join(
        f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{target}"{" TargetMode=" + chr(34) + "External" + chr(34) if outside else ""}/>'
        for name, (kind, target, outside) in links.items()
    )
    return f'<Relationships xmlns="{P}">{written}</Relationships>'
