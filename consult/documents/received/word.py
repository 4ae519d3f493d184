"""Word files (.docx): taken apart, made simple, read by mammoth as HTML, and from there as any other HTML."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZipFile

import mammoth
from lxml import etree

from consult.documents.blocks import DocumentError
from consult.documents.dialect import MAX_RUN_CHARACTERS, TOO_LONG_A_RUN
from consult.documents.received.hypertext import HypertextReader
from consult.documents.received.notes import NoteKind, Notes
from consult.documents.received.numbering import Numbering
from consult.documents.received.package import DAMAGED, Package, Relationship
from consult.documents.received.pictures import WORD_HOW, Pictures
from consult.documents.received.received import Received
from consult.documents.received.simplifying import Simplifier, has_title
from consult.documents.received.spelling import spell
from consult.documents.received.structure import Paragraph
from consult.documents.received.styles import Styles
from consult.documents.received.tree import read_tree
from consult.documents.received.word_pictures import WordPictures
from consult.documents.sanitising import is_safe_link
from consult.kernel.messages import N_

MOST_DEPTH = 64
_MOST_TAGS_IN_A_RUN = 40_000
_PARTS = ("footnotes", "endnotes")
_ROLES = ("h1", "h2", "h3", "h4", "h5", "h6", "quote", "code", "p")
_STYLE_MAP = """
p[style-name='h1'] => h1:fresh
p[style-name='h2'] => h2:fresh
p[style-name='h3'] => h3:fresh
p[style-name='h4'] => h4:fresh
p[style-name='h5'] => h5:fresh
p[style-name='h6'] => h6:fresh
p[style-name='quote'] => blockquote > p:fresh
p[style-name='code'] => pre:separator('\\n')
p[style-name='p'] => p:fresh
r[style-name='code'] => code
"""
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_P = "http://schemas.openxmlformats.org/package/2006/relationships"
_PACKAGE_LINKS = f'<Relationships xmlns="{_P}"><Relationship Id="d" Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>'
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def read_docx(body: bytes) -> Received:
    """A Word file's text in Markdown. Raises DocumentError, saying what to do in Word.

    Takes some seconds for a long document: not to be called where others wait.
    """
    package, notes = Package(body), Notes()
    pictures = Pictures(notes)
    html = _to_html(_simplified(package, pictures, notes))
    pieces = HypertextReader(notes, pictures, read_tree(html)).read()
    pictures.refuse_silent(WORD_HOW)
    if not any(isinstance(piece, Paragraph) and piece.level for piece in pieces):
        raise DocumentError(
            N_("The document has no heading. In Word, give its title the style “Title” or “Heading 1”.")
        )
    return Received(spell(pieces, notes), pictures.files, notes.all())


def _simplified(package: Package, pictures: Pictures, notes: Notes) -> dict[str, bytes]:
    """The parts of a package in which only what mammoth is to read is left."""
    document = _read(package, package.document)
    styles = Styles(_related(package, "styles"))
    numbering = Numbering(_related(package, "numbering"), styles)
    simplifier = Simplifier(styles, numbering, notes, has_title(document, styles))
    parts = {
        "_rels/.rels": _PACKAGE_LINKS.encode(),
        "[Content_Types].xml": _TYPES.encode(),
        "word/styles.xml": _styles(),
    }
    _note_surroundings(package, notes)
    present = [name for name in _PARTS if package.related(package.document, name)]
    for name in ("document", *present):
        part = package.document if name == "document" else package.related(package.document, name)
        root = document if name == "document" else _read(package, part)
        links = package.relationships(part)
        simplifier.simplify(root, WordPictures(package, links, pictures, notes), links)
        parts[f"word/{name}.xml"] = etree.tostring(root)
        parts[f"word/_rels/{name}.xml.rels"] = _links(links, notes)
    if len([name for name in present if _has_notes(parts[f"word/{name}.xml"])]) > 1:
        notes.add(NoteKind.NOTE_NUMBERS)
    return parts


def _to_html(parts: Mapping[str, bytes]) -> str:
    packed = BytesIO()
    with ZipFile(packed, "w") as zip_:
        for name, body in parts.items():
            zip_.writestr(name, body)
    packed.seek(0)
    result = mammoth.convert_to_html(
        packed, style_map=_STYLE_MAP, include_default_style_map=False, include_embedded_style_map=False,
        external_file_access=False,
    )  # fmt: skip
    return str(result.value)


def _read(package: Package, part: str) -> etree._Element:
    """A part with text in it. Raises DocumentError for one nested deeper, or with longer paragraphs, than any document
    is written."""
    root = package.xml(part)
    depth = length = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        length = 0 if element.tag.endswith("}p") else length + 1
        if depth > MOST_DEPTH:
            raise DocumentError(N_("Lists or quotes are nested too deep."))
        if length > _MOST_TAGS_IN_A_RUN:
            raise DocumentError(TOO_LONG_A_RUN, params={"limit": MAX_RUN_CHARACTERS})
    if etree.QName(root).localname not in ("document", *_PARTS):
        raise DocumentError(DAMAGED)
    return root


def _related(package: Package, name: str) -> etree._Element | None:
    part = package.related(package.document, name)
    return package.xml(part) if part else None


def _note_surroundings(package: Package, notes: Notes) -> None:
    for each in package.relationships(package.document).values():
        kind = each.type.rpartition("/")[2]
        if each.external or each.target not in package or kind not in ("header", "footer", "comments"):
            continue
        root = package.xml(each.target)
        if kind == "comments":
            count = sum(1 for _ in root.iterfind("{*}comment"))
            if count:
                notes.add(NoteKind.COMMENTS, count=count)
        elif words := " ".join(text.text or "" for text in root.iter("{*}t")).strip():
            notes.add(NoteKind.HEADERS, words)


def _links(links: Mapping[str, Relationship], notes: Notes) -> bytes:
    """Only links of the text, and only those that a reader may follow."""
    root = etree.Element(f"{{{_P}}}Relationships")
    for name, link in links.items():
        if not link.external or not link.type.endswith("/hyperlink"):
            continue
        target = link.target if is_safe_link(link.target) else f"about:{link.target}"
        attributes = {"Id": name, "Type": f"{_R}/hyperlink", "Target": target, "TargetMode": "External"}
        etree.SubElement(root, f"{{{_P}}}Relationship", attributes)
    written: bytes = etree.tostring(root)
    return written


def _styles() -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{role}"><w:name w:val="{role}"/></w:style>'
        for role in _ROLES
    )
    code = '<w:style w:type="character" w:styleId="code"><w:name w:val="code"/></w:style>'
    return f'<w:styles xmlns:w="{_W}">{styles}{code}</w:styles>'.encode()


def _has_notes(part: bytes) -> bool:
    """Beside the two lines that part notes from the text."""
    return part.count(b"<w:footnote ") + part.count(b"<w:endnote ") > 2
