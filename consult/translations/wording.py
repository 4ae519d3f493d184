"""The Markdown of one block's translation, read as the document's own Markdown is, so that it fits its original."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.dialect import footnote_place
from consult.documents.markdown import parse_document
from consult.documents.sanitising import plain_text, sanitise
from consult.kernel.messages import N_

MOST_CHARACTERS = 50_000
MOST_CELLS = 60

MISFITS: dict[BlockKind, str] = {
    BlockKind.HEADING: N_("This is a heading: write it on one line, without “#”."),
    BlockKind.PARAGRAPH: N_("This is a paragraph: write no headings, lists, tables or figures."),
    BlockKind.LIST_ITEM: N_("This is one item of a list: write its text only, without the list's mark."),
    BlockKind.TABLE_ROW: N_("This is a row of a table: part its cells with “|”, all on one line."),
    BlockKind.FIGURE: N_("This is a figure: keep the form of the original, with a text alternative."),
    BlockKind.QUOTE: N_("This is a quotation: begin each line with “>”."),
    BlockKind.CODE: N_("This is code: keep the lines that begin and end it."),
    BlockKind.FOOTNOTE: N_("This is a footnote: write its text only, without its mark."),
}
"""What is said where the text is not of its block's kind."""

_NOTE = re.compile(r'<sup id="(fnref-[^"]+)"><a href="#fn-([^"]+)"')
_NOTE_LABEL = re.compile(r"\[\^([^\]\s]+)\]")
_DEFINITION = re.compile(r"^\[[^\]^][^\]]*\]:\s")


@dataclass(frozen=True, slots=True)
class Original:
    """A block of the original language, as far as its translation depends on it."""

    kind: BlockKind
    shape: Mapping[str, Any]
    source: str
    html: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A translation that fits: its Markdown, safe HTML and plain text, as in block_texts."""

    source: str
    html: str
    plain: str


def read_wording(original: Original, source: str) -> Wording:
    """The translation of a block. Raises DocumentError, in words for the translator, where it does not fit."""
    text = source.strip("\n").rstrip()
    if not text.strip():
        raise DocumentError(N_("Write the translation."))
    if len(text) > MOST_CHARACTERS:
        raise DocumentError(
            N_("A paragraph is longer than %(limit)s characters."), params={"limit": MOST_CHARACTERS}
        )
    read = _READERS[original.kind](original, text)
    if not read.plain:
        raise DocumentError(MISFITS[original.kind])
    return Wording(read.source, _with_note_places(original.html, read.html), read.plain)


def count_cells(row: str) -> int:
    """How many cells a table row's Markdown has, 0 where it is no row."""
    for cells in range(1, MOST_CELLS):
        blocks = parse_document(f"{row}\n{_delimiter(cells)}\n")
        if len(blocks) == 1 and blocks[0].kind is BlockKind.TABLE_ROW:
            return cells
    return 0


def _delimiter(cells: int) -> str:
    return "|" + " --- |" * cells


def _read_heading(original: Original, text: str) -> Wording:
    marks = "#" * int(original.shape.get("level", 1))
    words, definitions = _part(text)
    if words.lstrip().startswith("#"):
        raise DocumentError(MISFITS[original.kind])
    return _one(original, f"{marks} {' '.join(words.split())}{definitions}")


def _read_paragraph(original: Original, text: str) -> Wording:
    """Several paragraphs are one text with breaks, as where an import joined them."""
    blocks = _blocks(original, text)
    if any(block.kind is not BlockKind.PARAGRAPH for block in blocks):
        raise DocumentError(MISFITS[original.kind])
    if len(blocks) == 1:
        return Wording(blocks[0].source, blocks[0].html, blocks[0].plain)
    html = sanitise("<br>\n<br>\n".join(block.html for block in blocks))
    return Wording("\n\n".join(block.source for block in blocks), html, plain_text(html))


def _read_item(original: Original, text: str) -> Wording:
    return _one(original, "- " + indent(text, "  ").lstrip())


def _read_row(original: Original, text: str) -> Wording:
    row, definitions = _part(text)
    cells, wanted = count_cells(row), count_cells(_part(original.source)[0])
    if not cells:
        raise DocumentError(MISFITS[original.kind])
    if wanted and cells != wanted:
        raise DocumentError(
            N_("Cells in this row: %(found)s. In the original: %(wanted)s."),
            params={"found": cells, "wanted": wanted},
        )
    width = max(original.html.count("<td"), original.html.count("<th"), cells)
    if original.shape.get("header"):
        return _one(original, f"{row}\n{_delimiter(cells)}{definitions}")
    head = "|" + " x |" * width
    return _one(original, f"{head}\n{_delimiter(width)}\n{row}{definitions}", leave=1)


def _read_figure(original: Original, text: str) -> Wording:
    blocks = _blocks(original, text)
    if len(blocks) != 1 or blocks[0].kind is not BlockKind.FIGURE:
        raise DocumentError(MISFITS[original.kind])
    if blocks[0].src != original.shape.get("file", ""):
        raise DocumentError(
            N_("Keep the figure's file name: %(name)s."), params={"name": original.shape.get("file", "")}
        )
    if ("<figcaption" in original.html) != ("<figcaption" in blocks[0].html):
        raise DocumentError(
            N_("Write a caption in quotation marks after the file name where the original has one.")
        )
    return Wording(blocks[0].source, blocks[0].html, blocks[0].plain)


def _read_as_it_stands(original: Original, text: str) -> Wording:
    return _one(original, text)


def _read_footnote(original: Original, text: str) -> Wording:
    label = str(original.shape.get("label", "1"))
    return _one(original, f"x[^{label}]\n\n[^{label}]: " + indent(text, "    ").lstrip(), leave=1)


_READERS: dict[BlockKind, Callable[[Original, str], Wording]] = {
    BlockKind.HEADING: _read_heading,
    BlockKind.PARAGRAPH: _read_paragraph,
    BlockKind.LIST_ITEM: _read_item,
    BlockKind.TABLE_ROW: _read_row,
    BlockKind.FIGURE: _read_figure,
    BlockKind.QUOTE: _read_as_it_stands,
    BlockKind.CODE: _read_as_it_stands,
    BlockKind.FOOTNOTE: _read_footnote,
}


def _one(original: Original, text: str, *, leave: int = 0) -> Wording:
    """The one block of the original's kind in `text`, after the first `leave` blocks, which only frame it."""
    blocks = _blocks(original, text)[leave:]
    if len(blocks) != 1 or blocks[0].kind is not original.kind:
        raise DocumentError(MISFITS[original.kind])
    return Wording(blocks[0].source, blocks[0].html, blocks[0].plain)


def _blocks(original: Original, text: str) -> list[ParsedBlock]:
    """What the text is as a document. Footnotes that the original refers to are there to be referred to."""
    is_note = original.kind is BlockKind.FOOTNOTE
    if original.kind is not BlockKind.CODE:
        _keep_marks(original.source, text.partition("]: ")[2] if is_note else text)
    places = {label for _, label in _NOTE.findall(original.html)}
    labels = [each for each in dict.fromkeys(_labels(original.source)) if footnote_place(each) in places]
    frame = "".join(f"\n\n[^{label}]: note" for label in labels if label != original.shape.get("label"))
    blocks = parse_document(text + frame)
    return [block for block in blocks if block.kind is original.kind or block.label not in labels]


def _keep_marks(original: str, text: str) -> None:
    wanted, found = Counter(_labels(original)), Counter(_labels(text))
    if wanted and wanted != found:
        marks = " ".join(f"[^{label}]" for label in wanted.elements())
        raise DocumentError(
            N_("Keep the footnote marks of the original: %(marks)s."), params={"marks": marks}
        )
    if found and not wanted:
        raise DocumentError(N_("The original has no footnote mark here."))


def _labels(source: str) -> Iterator[str]:
    return (found[1] for found in _NOTE_LABEL.finditer(source))


def _part(text: str) -> tuple[str, str]:
    """The text without the link definitions at its end, and these, with the blank line before them."""
    lines = text.split("\n")
    at = len(lines)
    while at > 1 and _DEFINITION.match(lines[at - 1]):
        at -= 1
    definitions = "\n".join(lines[at:])
    return "\n".join(lines[:at]).rstrip(), f"\n\n{definitions}" if definitions else ""


def _with_note_places(original: str, html: str) -> str:
    """Footnote marks with the ids that they have in the original: a second one of a label has an id of its own."""
    places: dict[str, list[str]] = {}
    for place, label in _NOTE.findall(original):
        places.setdefault(label, []).append(place)
    return _NOTE.sub(lambda mark: _placed(mark, places), html)


def _placed(mark: re.Match[str], places: Mapping[str, list[str]]) -> str:
    waiting = places.get(mark[2])
    return mark[0].replace(mark[1], waiting.pop(0), 1) if waiting else mark[0]
