"""Which files there are: formats, and what each kind of file is made from and by. A new kind is one row of MAKINGS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Format:
    """A file format; `name` is a proper name in every language."""

    extension: str
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Making:
    """A kind of file: what gathers its content (of the shape of gathering.py's), of which type that is, and what makes
    each format of it.

    They are named (`module:name`, see `find`) and not imported: the worker gathers, a process of its own makes, and each
    loads only what it needs. `against`: it is made against an earlier version (`Rendition.base_id`).
    `with_comments`: it may be sent only as long as all that people said in it is public (freshness.py).
    """

    gather: str
    content: str
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
FILE_TEXT, REDLINE_TEXT = "consult.editions.content:FileText", "consult.versions.redline_content:RedlineText"
GATHERING = "consult.editions.gathering"
MAKINGS = {
    "text": Making(
        f"{GATHERING}:gather_text", FILE_TEXT, {"pdf": PDF, "docx": WORD, "epub": EPUB, "md": MARKDOWN}
    ),
    "annotated": Making(
        f"{GATHERING}:gather_annotated", FILE_TEXT, {"pdf": PDF, "docx": WORD}, with_comments=True
    ),
    "redline": Making(f"{GATHERING}:gather_redline_of", REDLINE_TEXT, REDLINED, against=True),
}
TEXT, ANNOTATED = "text", "annotated"


def find(name: str) -> Any:
    """What is named `module:name`. Raises ImportError, and OSError where a library of the machine is lacking."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
