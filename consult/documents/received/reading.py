"""One file of a draft, told by its content and not by its name: Word, HTML or Markdown."""

from __future__ import annotations

import codecs
import re

from consult.documents.blocks import DocumentError
from consult.documents.importing import decode
from consult.documents.received.hypertext import HypertextReader
from consult.documents.received.notes import NoteKind, Notes
from consult.documents.received.package import MOST_BYTES
from consult.documents.received.pictures import HTML_HOW, Pictures
from consult.documents.received.received import Received
from consult.documents.received.spelling import spell
from consult.documents.received.tree import MOST_BYTES as MOST_HTML
from consult.documents.received.tree import count_scripts, read_tree
from consult.documents.received.word import read_docx
from consult.kernel.messages import N_

_ZIP, _OLE, _PDF, _RTF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-", b"{\\rtf"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PRIVATE = re.compile("[\ue000-\ue003]")


def read_file(name: str, body: bytes) -> Received:
    """Any file that a draft's text may come in. Raises DocumentError, before much is read where it is too large.

    Of a Word or HTML file no line is named: its editor sees none.
    """
    if len(body) > MOST_BYTES:
        raise DocumentError(
            N_("The file is larger than %(most)s MB. Make its pictures smaller, or part the document."),
            params={"most": MOST_BYTES // 1_000_000},
        )
    _refuse_others(body)
    if not body.startswith(_ZIP) and not _is_html(name, body):
        return Received(decode(body))
    try:
        return read_docx(body) if body.startswith(_ZIP) else read_html(body)
    except DocumentError as error:
        raise DocumentError(error.message, params=error.params) from None


def _is_html(name: str, body: bytes) -> bool:
    """A whole page by its content; a piece of one, which Markdown may begin with as well, also by its name."""
    if _HTML.match(
        body[:8192].decode("utf-16", "ignore").encode() if body.startswith(_UTF_16) else body[:4096]
    ):
        return True
    return name.lower().endswith((".html", ".htm")) and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read_html(body: bytes) -> Received:
    """An HTML file's text in Markdown. Raises DocumentError."""
    if len(body) > MOST_HTML:
        raise DocumentError(
            N_("The HTML file is larger than %(most)s MB."), params={"most": MOST_HTML // 1_000_000}
        )
    html, notes = _PRIVATE.sub("", _decode_html(body)), Notes()
    pictures = Pictures(notes)
    if scripts := count_scripts(html):
        notes.add(NoteKind.SCRIPTS, count=scripts)
    pieces = HypertextReader(notes, pictures, read_tree(html)).read()
    pictures.refuse_silent(HTML_HOW)
    return Received(spell(pieces, notes), pictures.files, notes.all())


def _refuse_others(body: bytes) -> None:
    if body.startswith(_OLE):
        if _ENCRYPTED in body:
            raise DocumentError(
                N_("This Word file is locked with a password. Save it without one and choose it again.")
            )
        raise DocumentError(
            N_("This is a file of an old Word. Open it, save it as .docx, and choose that file.")
        )
    if body.startswith((_PDF, _RTF)):
        raise DocumentError(N_("This is not a Word document. Save it as .docx, HTML or Markdown."))


def _decode_html(body: bytes) -> str:
    """By its byte order mark, by what it declares, else as UTF-8. Raises DocumentError."""
    if body.startswith(_UTF_16):
        return body.decode("utf-16", "replace")
    declared = _CHARSET.search(body[:4096])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    try:
        return decode(body) if name in ("utf-8", "utf8") else body.decode(name)
    except (LookupError, UnicodeDecodeError):
        return decode(body)
