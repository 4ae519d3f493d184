"""Which files there are: formats, and what each kind of file is made from and by. A new kind is one row of MAKINGS."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.editions.content import FileText
from consult.editions.gathering import Order, gather_annotated, gather_redline_of, gather_text
from consult.versions.redline_content import RedlineText

Gather = Callable[[AsyncSession, Order], Awaitable[Any]]
"""What a file is made from. Raises NotFound where there is nothing public to make."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format; `name` is a proper name in every language."""

    extension: str
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Making:
    """A kind of file: how its content is gathered, of which type that is, and `module:function` by format.

    The functions are named and not imported: they run in a process of their own, and only there is loaded what they
    need. `against`: it is made against an earlier version (`Rendition.base_id`).
    `with_comments`: it may be sent only as long as all that people said in it is public (freshness.py).
    """

    gather: Gather
    content: type
    makers: Mapping[str, str]
    against: bool = False
    with_comments: bool = False


FORMATS = {
    "pdf": Format("pdf", "application/pdf", "PDF"),
    "docx": Format("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"),
    "epub": Format("epub", "application/epub+zip", "EPUB"),
    "md": Format("md", "text/markdown; charset=utf-8", "Markdown"),
}
PDF, WORD = "consult.editions.pdf:make_pdf", "consult.editions.word:make_docx"
EPUB, MARKDOWN = "consult.editions.epub:make_epub", "consult.editions.markdown_file:make_markdown"
REDLINED = {
    "pdf": "consult.versions.redline_pdf:redline_pdf",
    "docx": "consult.versions.redline_files:redline_docx",
}
MAKINGS = {
    "text": Making(gather_text, FileText, {"pdf": PDF, "docx": WORD, "epub": EPUB, "md": MARKDOWN}),
    "annotated": Making(gather_annotated, FileText, {"pdf": PDF, "docx": WORD}, with_comments=True),
    "redline": Making(gather_redline_of, RedlineText, REDLINED, against=True),
}
TEXT, ANNOTATED = "text", "annotated"
