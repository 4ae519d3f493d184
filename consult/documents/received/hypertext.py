"""An HTML tree read into the pieces that a draft is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from consult.documents.blocks import DocumentError
from consult.documents.crossing import heading_names
from consult.documents.dialect import MAX_RUNS, TOO_MANY_RUNS
from consult.documents.markup import Node
from consult.documents.received.counting import count
from consult.documents.received.footnotes import find_footnotes, without_way_back
from consult.documents.received.notes import NoteKind, Notes
from consult.documents.received.pictures import Pictures
from consult.documents.received.structure import (
    STRONG,
    Code,
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
from consult.documents.received.words import Words
from consult.documents.sanitising import collapse
from consult.kernel.messages import N_

LABEL_OPEN, LABEL_CLOSE = "\ue000", "\ue001"
_LABELLED = re.compile(f"\\s*{LABEL_OPEN}(\\d+) ([^{LABEL_CLOSE}]*){LABEL_CLOSE}\\s*")
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_LISTS = frozenset({"ul", "ol", "menu"})
_BLOCKS = frozenset({
    *_HEADINGS, *_LISTS, "address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "nav", "p", "pre",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
})  # fmt: skip
_MOST_COLUMNS = 60
_NUMBER_TYPES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


class HypertextReader:
    """Reads one tree."""

    def __init__(self, notes: Notes, pictures: Pictures, root: Node) -> None:
        self._notes = notes
        self._pictures = pictures
        self._root = root
        self._footnotes = find_footnotes(root)
        labels = {note_id: label for note_id, (label, _) in self._footnotes.items()}
        self._words = Words(notes, pictures, labels, _name_headings(root))
        self._bodies = {id(node) for _, node in self._footnotes.values()}

    def read(self) -> tuple[Piece, ...]:
        """Everything in reading order, the footnotes last. Raises DocumentError for more than a draft can hold."""
        pieces = tuple(islice(self._read_all(), MAX_RUNS + 1))
        if len(pieces) > MAX_RUNS:
            raise DocumentError(TOO_MANY_RUNS, params={"limit": MAX_RUNS})
        return pieces

    def _read_all(self) -> Iterator[Piece]:
        yield from self._read_inside(self._root)
        for label, node in self._footnotes.values():
            yield Footnote(label, tuple(self._parts(without_way_back(node))))

    def _read_inside(self, node: Node) -> Iterator[Piece]:
        """What stands in an element: words between its blocks are paragraphs of their own."""
        for child in _grouped(node.children):
            if isinstance(child, Node):
                if id(child) not in self._bodies and not self._words.leaves_out(child):
                    yield from self._read_block(child)
            else:
                yield from self._paragraph(child)

    def _read_block(self, node: Node) -> Iterator[Piece]:
        if node.tag in _HEADINGS:
            yield from self._paragraph(node.children, _HEADINGS[node.tag])
        elif node.tag in _LISTS:
            yield from self._list(node, 1)
        elif node.tag == "table":
            yield from self._table(node)
        elif node.tag == "pre":
            yield Code(node.text().strip("\n"))
        elif node.tag == "dt":
            yield Paragraph(tuple(_strong(self._spans(node.children))))
        elif node.tag == "blockquote":
            yield from (Quote(parts) for parts in (tuple(self._parts(node)),) if parts)
        elif node.tag != "hr":
            yield from self._read_inside(node)

    def _paragraph(self, nodes: Iterable[Node | str], level: int = 0) -> Iterator[Piece]:
        spans, figures = self._pictures.part(self._spans(nodes))
        item_level, label, spans = _part_label(spans)
        if text_of(spans).strip() or any(span.note for span in spans):
            yield Item(item_level, label, (spans,)) if item_level else Paragraph(spans, level)
        yield from figures

    def _list(self, node: Node, level: int) -> Iterator[Piece]:
        ordered = node.tag == "ol"
        items = [child for child in node.children if isinstance(child, Node) and child.tag == "li"]
        number = _number(node.attributes.get("start"), len(items) if "reversed" in node.attributes else 1)
        step = -1 if "reversed" in node.attributes else 1
        style = _NUMBER_TYPES.get(node.attributes.get("type", ""), "decimal")
        for child in node.children:
            if not isinstance(child, Node) or id(child) in self._bodies:
                continue
            if child.tag in _LISTS:
                yield from self._list(child, level + 1)
            elif not self._words.leaves_out(child):
                number = _number(child.attributes.get("value"), number)
                yield from self._item(child, level, f"{count(number, style)}." if ordered else "")
                number += step

    def _item(self, node: Node, level: int, label: str) -> Iterator[Piece]:
        parts: list[Spans] = []
        goes_on = False
        for inner in self._item_parts(node):
            if isinstance(inner, tuple):
                parts.append(inner)
                continue
            if parts:
                yield Item(level, label, tuple(parts), goes_on)
                goes_on, parts = True, []
            yield from self._list(inner, level + 1 if goes_on else level)
        if parts:
            yield Item(level, label, tuple(parts), goes_on)

    def _item_parts(self, node: Node) -> Iterator[Spans | Node]:
        """A list item's paragraphs and the lists in it, in order."""
        for child in _grouped(node.children):
            if not isinstance(child, Node):
                spans = self._in_words(child)
                if text_of(spans).strip() or any(span.note for span in spans):
                    yield spans
            elif child.tag in _LISTS:
                yield child
            elif child.tag == "table":
                self._notes.add(NoteKind.NESTED_TABLES, child.text())
                yield from self._parts(child)
            elif not self._words.leaves_out(child):
                yield from self._item_parts(child)

    def _parts(self, node: Node) -> Iterator[Spans]:
        """All paragraphs in an element; of lists and tables in it only the words."""
        for child in _grouped(node.children):
            if isinstance(child, Node):
                if not self._words.leaves_out(child):
                    yield from self._parts(child)
            else:
                spans = self._in_words(child)
                _, label, spans = _part_label(spans)
                if text_of(spans).strip() or any(span.note for span in spans):
                    yield (Span(f"{label} "), *spans) if label else spans

    def _table(self, table: Node) -> Iterator[Piece]:
        rows = list(_rows(table))
        if len(rows) > MAX_RUNS:
            raise DocumentError(TOO_MANY_RUNS, params={"limit": MAX_RUNS})
        for node in table.children:
            if isinstance(node, Node) and node.tag == "caption":
                yield from self._paragraph(node.children)
        if len(rows) == 1 and len(_cells(rows[0])) == 1:
            self._notes.add(NoteKind.BOXES, table.text())
            yield from self._read_inside(_cells(rows[0])[0])
            return
        read = [row for row in self._grid(rows) if any(text_of(cell).strip() for cell in row)]
        if not read:
            return
        if not any(cell.tag == "th" for cell in _cells(rows[0])):
            self._notes.add(NoteKind.TABLE_HEADERS, " ".join(text_of(cell) for cell in read[0]))
        yield Table(tuple(read))

    def _grid(self, rows: Sequence[Node]) -> Iterator[tuple[Spans, ...]]:
        """Rows in which merged cells stand once, at their first place."""
        reach: dict[int, int] = {}
        for row in rows:
            line: list[Spans] = []
            for cell in _cells(row):
                _skip_covered(line, reach)
                wide, high = (_number(cell.attributes.get(name), 1) for name in ("colspan", "rowspan"))
                words = self._cell(cell)
                if wide > 1 or high > 1:
                    self._notes.add(NoteKind.MERGED_CELLS, text_of(words))
                first = len(line)
                for column in range(first, first + min(max(wide, 1), _MOST_COLUMNS + 1)):
                    line.append(words if column == first else ())
                    reach[column] = high - 1
            _skip_covered(line, reach)
            if len(line) > _MOST_COLUMNS:
                raise DocumentError(
                    N_("A table has more than %(limit)s columns."), params={"limit": _MOST_COLUMNS}
                )
            yield tuple(line)

    def _cell(self, cell: Node) -> Spans:
        parts = list(self._parts(cell))
        if len(parts) > 1:
            nested = any(node.tag == "table" for node in cell.walk())
            words = " ".join(text_of(part) for part in parts)
            self._notes.add(NoteKind.NESTED_TABLES if nested else NoteKind.CELL_PARAGRAPHS, words)
        return tuple(span for part in parts for span in (Span(" "), *part))

    def _spans(self, nodes: Iterable[Node | str]) -> Spans:
        return tuple(span for node in nodes for span in self._words.read(node))

    def _in_words(self, nodes: Iterable[Node | str]) -> Spans:
        return tuple(self._pictures.in_words(self._spans(nodes)))


def _strong(spans: Spans) -> Iterator[Span]:
    return (Span(span.text, span.marks | {STRONG}, span.href, span.note) for span in spans)


def _skip_covered(line: list[Spans], reach: dict[int, int]) -> None:
    while reach.get(len(line), 0) > 0:
        reach[len(line)] -= 1
        line.append(())


def _grouped(children: Iterable[Node | str]) -> Iterator[Node | list[Node | str]]:
    """Blocks each alone, what stands in a line between them together."""
    run: list[Node | str] = []
    for child in children:
        if isinstance(child, Node) and _is_block(child):
            if run:
                yield run
                run = []
            yield child
        else:
            run.append(child)
    if run:
        yield run


def _is_block(node: Node) -> bool:
    """Also an inline element around a block, as `<a><h2>`."""
    if node.tag in _BLOCKS:
        return True
    return any(isinstance(child, Node) and _is_block(child) for child in node.children)


def _rows(table: Node) -> Iterator[Node]:
    for child in table.children:
        if isinstance(child, Node):
            if child.tag == "tr":
                yield child
            elif child.tag in ("thead", "tbody", "tfoot"):
                yield from _rows(child)


def _cells(row: Node) -> list[Node]:
    return [child for child in row.children if isinstance(child, Node) and child.tag in ("td", "th")]


def _part_label(spans: Spans) -> tuple[int, str, Spans]:
    """The list level and label that Word's numbering left at the beginning, and the spans after it."""
    for at, span in enumerate(spans):
        if found := _LABELLED.match(span.text):
            rest = Span(span.text[found.end() :], span.marks, span.href, span.note)
            return int(found[1]), found[2], (*spans[:at], rest, *spans[at + 1 :])
        if span.text.strip():
            break
    return 0, "", spans


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text.strip()) else otherwise


def _name_headings(root: Node) -> dict[str, str]:
    """Id of a heading, or of a place in it → what links to that heading call it."""
    headings = [node for node in root.walk() if node.tag in _HEADINGS and node.text().strip()]
    names = heading_names(collapse(node.text()) for node in headings)
    return {
        place: name
        for heading, name in zip(headings, names, strict=True)
        for node in heading.walk()
        if (place := node.attributes.get("id") or node.attributes.get("name"))
    }
