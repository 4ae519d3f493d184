"""Pieces of a received document written as Markdown in the dialect of documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from consult.documents.labels import begins_with_label, is_label
from consult.documents.received.lines import escape, spell_line
from consult.documents.received.notes import NoteKind, Notes
from consult.documents.received.structure import (
    BREAK,
    CODE,
    Code,
    Figure,
    Footnote,
    Item,
    Paragraph,
    Piece,
    Quote,
    Span,
    Spans,
    Table,
    text_of,
)
from consult.documents.sanitising import collapse

MOST_DEPTH = 8
_DIGITS = re.compile(r"\d{1,9}[.)]")


def spell(pieces: Iterable[Piece], notes: Notes) -> str:
    """Markdown of a whole document; what its looks lost is noted."""
    speller = _Speller(notes)
    chunks: list[str] = []
    for is_item, run in groupby(pieces, lambda piece: isinstance(piece, Item)):
        if is_item:
            chunks.append(speller.items([piece for piece in run if isinstance(piece, Item)]))
        else:
            chunks.extend(speller.piece(piece) for piece in run)
    return "\n\n".join(chunk for chunk in chunks if chunk.strip()) + "\n"


class _Speller:
    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def piece(self, piece: Piece) -> str:
        """Anything but a list item."""
        match piece:
            case Paragraph():
                return self._paragraph(piece)
            case Table():
                return self._table(piece)
            case Quote():
                lines = self._parts(piece.parts).split("\n")
                return "\n".join(f"> {line}".rstrip() for line in lines)
            case Code():
                longest = max((len(run) for run in re.findall("`+", piece.text)), default=0)
                fence = "`" * max(3, longest + 1)
                return f"{fence}\n{piece.text}\n{fence}"
            case Figure():
                return f"![{escape(collapse(piece.alternative))}](<{piece.src}>)"
            case Footnote():
                return f"[^{piece.label}]: " + _indent(self._parts(piece.parts), 4)
            case _:
                return ""

    def items(self, items: Sequence[Item]) -> str:
        """A run of list items, each indented to hang from the one that it belongs to."""
        written = ""
        above: list[tuple[int, int]] = []
        last: Item | None = None
        for item in items:
            while above and above[-1][0] >= item.level + item.goes_on:
                above.pop()
            if len(above) >= MOST_DEPTH:
                self._notes.add(NoteKind.DEPTH, text_of(item.parts[0]))
                above.pop()
            column = above[-1][1] if above else 0
            marker, prefix = _mark(item, bool(above))
            body = (f"{escape(prefix)} " if prefix else "") + self._parts(item.parts)
            loose = not marker or _is_loose(item, last)
            written += ("\n\n" if loose else "\n") if last else ""
            written += " " * column + marker + _indent(body, column + len(marker))
            if marker:
                above.append((item.level, column + len(marker)))
            last = item
        return written

    def _parts(self, parts: Iterable[Spans]) -> str:
        return "\n\n".join(self._line(part) for part in parts)

    def _paragraph(self, piece: Paragraph) -> str:
        if not piece.level:
            return self._line(piece.spans)
        spans = (
            Span(span.text, span.marks & {CODE}, span.href, span.note) for span in _in_one_line(piece.spans)
        )
        words = self._line(tuple(spans), within=True)
        return f"{'#' * piece.level} " + re.sub(r"#+$", lambda found: "\\" + found.group(), words)

    def _table(self, table: Table) -> str:
        width = max(len(row) for row in table.rows)
        rows = [[*(self._cell(cell) for cell in row), *[""] * (width - len(row))] for row in table.rows]
        rows.insert(1, ["---"] * width)
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)

    def _cell(self, spans: Spans) -> str:
        return self._line(tuple(_in_one_line(spans)), within=True).replace("\\|", "|").replace("|", "\\|")

    def _line(self, spans: Spans, *, within: bool = False) -> str:
        written, as_it_was = spell_line(spans, within=within)
        if not as_it_was:
            self._notes.add(NoteKind.EMPHASIS, text_of(spans))
        return written


def _mark(item: Item, nested: bool) -> tuple[str, str]:
    """How a list item begins, and what of its label must stand in its text instead."""
    label = item.label
    if item.goes_on:
        return "", ""
    if not label:
        return "- ", ""
    if _DIGITS.fullmatch(label):
        return f"{label} ", ""
    if is_label(label):
        return (f"{label} " if begins_with_label(f"{label} x") else f"{label}  "), ""
    return ("- " if nested else ""), label


def _is_loose(item: Item, last: Item | None) -> bool:
    """Whether a blank line must part an item from the one before it."""
    return (
        last is None
        or len(item.parts) > 1
        or len(last.parts) > 1
        or item.goes_on
        or last.goes_on
        or (item.level > last.level and bool(item.label))
    )


def _in_one_line(spans: Spans) -> Iterator[Span]:
    return (Span(" ") if span == BREAK else span for span in spans)


def _indent(text: str, by: int) -> str:
    """All lines but the first moved to the right."""
    return re.sub(r"\n(?=[^\n])", "\n" + " " * by, text)
