"""A Word file's tracked changes, accepted or rejected as Word does it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.oxml.ns import qn

GONE = {"accepted": ("del", "moveFrom"), "rejected": ("ins", "moveTo")}
FRONT = 5
"""Paragraphs that the file says of itself before the text begins."""


def paragraphs(body: bytes, how: str) -> list[str]:
    """The text of each paragraph and table cell once all changes are accepted or rejected, without empty ones."""
    document = Document(io.BytesIO(body))
    gone = tuple(qn(f"w:{tag}") for tag in GONE[how])
    elements = list(document.element.body)[FRONT:]
    return [text for text in (tidy(each) for each in _texts(elements, gone)) if text]


def _texts(elements: list[Any], gone: tuple[str, ...]) -> Iterator[str]:
    text = ""
    for element in elements:
        if element.tag == qn("w:p"):
            text += _kept(element, gone)
            if not any(element.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{tag}") is not None for tag in gone):
                yield text
                text = ""
        elif element.tag == qn("w:tbl"):
            for row in element.findall(qn("w:tr")):
                if not any(row.find(f"{qn('w:trPr')}/{tag}") is not None for tag in gone):
                    yield from (_kept(cell, gone) for cell in row.iter(qn("w:p")))
    yield text


def _kept(paragraph: Any, gone: tuple[str, ...]) -> str:
    return "".join(
        node.text or ""
        for node in paragraph.iter(qn("w:t"), qn("w:delText"))
        if not any(parent.tag in gone for parent in node.iterancestors())
    )


def tidy(text: str) -> str:
    """White space as a reader sees it."""
    return re.sub(r"\s+", " ", text).strip()
