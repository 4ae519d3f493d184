"""A received document between its file and Markdown: blocks of spans, without anything that a draft can't hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STRONG, EMPHASIS, CODE, RAISED, LOWERED = "strong", "em", "code", "sup", "sub"


@dataclass(frozen=True, slots=True)
class Span:
    """Words that look alike. `href`: where they lead; `note`: a reference to the footnote of that label instead."""

    text: str
    marks: frozenset[str] = frozenset()
    href: str = ""
    note: str = ""


BREAK = Span("\n")
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """level: a heading's 1-6, 0 for a paragraph. name: what links within the document call it, "" for none."""

    spans: Spans
    level: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A list item at a depth from 1; label "" for a bullet; parts: its paragraphs. goes_on: after a nested list."""

    level: int
    label: str
    parts: tuple[Spans, ...]
    goes_on: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first row is the header."""

    rows: tuple[tuple[Spans, ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    parts: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """src: a file name without folders."""

    src: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Footnote:
    label: str
    parts: tuple[Spans, ...]


Piece = Paragraph | Item | Table | Quote | Code | Figure | Footnote
Figures = Mapping[str, bytes]


def text_of(spans: Sequence[Span]) -> str:
    """What the spans say, without their looks."""
    return "".join(span.text for span in spans)
