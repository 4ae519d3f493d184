"""A redline as a Word file with tracked changes (ECMA-376 part 1, 17.13.5): accepted it is the new version, else the old one.

A block that was moved is a move of Word's; where its words changed too, the old ones stand where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm

from consult.documents.blocks import BlockKind
from consult.editions.word_parts import AUTHOR, EAST_ASIAN, describe, direct, element, file_of, slants
from consult.i18n.catalogues import catalogue
from consult.i18n.formats import formats
from consult.i18n.locales import direction
from consult.kernel.messages import N_
from consult.versions.redline_content import RedlineBlock, RedlinePart, RedlineText
from consult.versions.redline_reading import Break, Piece, read_cells, read_pieces

INSERTED, DELETED, MOVED_FROM, MOVED_TO = "ins", "del", "moveFrom", "moveTo"
STYLES = {
    BlockKind.QUOTE: "Quote",
    BlockKind.FIGURE: "Caption",
    BlockKind.LIST_ITEM: "List Paragraph",
}


def make_word(text: RedlineText) -> bytes:
    """The whole file."""
    writer = _Writer(text)
    writer.write()
    return file_of(writer.document)


class _Writer:
    def __init__(self, text: RedlineText) -> None:
        self.document: WordDocument = Document()
        self._text = text
        self._at = text.published_after.strftime("%Y-%m-%dT%H:%M:%SZ")
        self._marks = 0

    def write(self) -> None:
        describe(self.document, self._text, self._text.published_after)
        self._front()
        for _, run in groupby(
            self._text.parts, key=lambda part: (part.is_row, part.is_row and part.block.group)
        ):
            parts = list(run)
            if parts[0].is_row:
                self._table(parts)
            else:
                for part in parts:
                    self._part(part)

    def _front(self) -> None:
        text = self._text
        say, fmt = catalogue(text.locale).gettext, formats(text.locale)
        versions = say(N_("Version %(new)s compared with version %(old)s")) % {
            "new": fmt.number(text.after), "old": fmt.number(text.before)
        }  # fmt: skip
        self._said(AUTHOR, "en")
        self._said(text.title, text.title_lang, "Title")
        self._said(versions, text.locale, "Subtitle")
        self._said(f"{text.reference} · {fmt.date(text.published_after)}", text.locale)
        self._said(text.address, text.locale)

    def _said(self, words: str, lang: str, style: str = "Normal") -> None:
        paragraph = self._paragraph(lang, style)
        paragraph.append(_run(Piece(words), lang))

    def _part(self, part: RedlinePart) -> None:
        blocks = [*part.news, *part.olds] if part.news else list(part.olds)
        block = blocks.pop(0)
        whole = _whole(part)
        pieces = [each for each in read_pieces(str(part.inline)) if _is_shown(each, part)]
        paragraph = self._paragraph(block.lang, _style(block), block)
        name = part.move
        if name:
            self._range(paragraph, whole, name, "Start")
        self._label(paragraph, part, block, whole)
        for each in pieces:
            if isinstance(each, Piece):
                self._words(paragraph, each, block.lang, whole)
                continue
            self._end(paragraph, whole or each.op)
            if each.op == INSERTED and len(part.news) > 1:
                block = blocks.pop(0)
            paragraph = self._paragraph(block.lang, _style(block), block)
        if name:
            self._range(paragraph, whole, name, "End")
        self._end(paragraph, whole)

    def _label(self, paragraph: Any, part: RedlinePart, block: RedlineBlock, whole: str) -> None:
        if not block.label:
            return
        if part.label_before and not part.move:
            self._words(paragraph, Piece(part.label_before, DELETED), block.lang, whole)
            self._words(paragraph, Piece(block.label, INSERTED), block.lang, whole)
            self._words(paragraph, Piece("\u00a0"), block.lang, whole)
        else:
            self._words(paragraph, Piece(f"{block.label}\u00a0"), block.lang, whole)

    def _table(self, parts: Sequence[RedlinePart]) -> None:
        rows = [(part, read_cells(str(part.inline))) for part in parts]
        table: Any = self.document.add_table(
            len(rows), max([1, *(len(cells) for _, cells in rows)]), "Table Grid"
        )
        if direction(parts[0].block.lang) == "rtl":
            table._tbl.tblPr.append(element("bidiVisual"))
        for (part, cells), row in zip(rows, table.rows, strict=True):
            whole = {MOVED_FROM: DELETED, MOVED_TO: INSERTED}.get(_whole(part), _whole(part))
            properties = row._tr.get_or_add_trPr()
            if part.block.header:
                properties.append(element("tblHeader"))
            if whole:
                properties.append(self._mark(whole))
            for cell, html in zip(row.cells, cells, strict=False):
                self._cell(cell.paragraphs[0], html, part, whole)
        self.document.add_paragraph()

    def _cell(self, paragraph: Any, html: str, part: RedlinePart, whole: str) -> None:
        lang = part.block.lang
        direct(paragraph, lang)
        for each in read_pieces(html):
            if isinstance(each, Piece) and _is_shown(each, part):
                self._words(paragraph._p, each, lang, whole, part.block.header)
        self._end(paragraph._p, whole)

    def _words(self, paragraph: Any, piece: Piece, lang: str, whole: str, bold: bool = False) -> None:
        """Words within the mark that they need. What is new in a block that was moved is inserted, not moved."""
        op = piece.op if whole == MOVED_TO and piece.op else whole or piece.op
        made = _run(piece, piece.lang or lang, deleted=op == DELETED, bold=bold)
        if op:
            mark = self._mark(op)
            mark.append(made)
            made = mark
        if piece.href:
            link = OxmlElement("w:hyperlink")
            id_ = self.document.part.relate_to(piece.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link.set(qn("r:id"), id_)
            link.append(made)
            made = link
        paragraph.append(made)

    def _end(self, paragraph: Any, op: str) -> None:
        """A paragraph's end that was inserted or deleted: without it, it is one with the next."""
        if op:
            properties = _properties(paragraph)
            found = element("rPr")
            found.append(self._mark(op))
            properties.append(found)

    def _range(self, paragraph: Any, whole: str, name: str, end: str) -> None:
        made = self._mark(f"{whole}Range{end}") if end == "Start" else element(f"{whole}Range{end}")
        if end == "Start":
            made.set(qn("w:name"), name)
            self._begun = self._marks
        made.set(qn("w:id"), str(self._begun))
        paragraph.append(made)

    def _mark(self, tag: str) -> Any:
        self._marks += 1
        return element(tag, id=self._marks, author=AUTHOR, date=self._at)

    def _paragraph(self, lang: str, style: str, block: RedlineBlock | None = None) -> Any:
        paragraph: Any = self.document.add_paragraph(style=style)
        if block is not None and block.kind == BlockKind.LIST_ITEM:
            paragraph.paragraph_format.left_indent = Cm(0.7 * min(block.level, 9))
        direct(paragraph, lang)
        return paragraph._p


def _whole(part: RedlinePart) -> str:
    """What became of all of a part, "" where only some of its words changed."""
    if part.move:
        return MOVED_FROM if part.left else MOVED_TO
    if part.olds and part.news:
        return ""
    return INSERTED if part.news else DELETED


def _is_shown(each: Piece | Break, part: RedlinePart) -> bool:
    """What is deleted in a block that was moved stands where it was."""
    return not (part.move and not part.left and each.op == DELETED)


def _style(block: RedlineBlock) -> str:
    if block.kind == BlockKind.HEADING:
        return f"Heading {min(max(block.level, 1), 9)}"
    return STYLES.get(BlockKind(block.kind), "Normal")


def _run(piece: Piece, lang: str, *, deleted: bool = False, bold: bool = False) -> Any:
    run = element("r")
    properties = element("rPr")
    properties.extend(_look(piece, lang, bold))
    run.append(properties)
    for at, line in enumerate(piece.text.split("\n")):
        if at:
            run.append(element("br"))
        if line:
            words = element("delText" if deleted else "t")
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            words.text = line
            run.append(words)
    return run


def _look(piece: Piece, lang: str, bold: bool) -> Iterator[Any]:
    """In the order that the schema wants."""
    east, right_to_left = EAST_ASIAN.get(lang[:2], ""), direction(lang) == "rtl"
    yield from _letters(piece, lang, bold)
    if piece.href:
        yield element("u", val="single")
    if piece.raised or piece.lowered:
        yield element("vertAlign", val="superscript" if piece.raised else "subscript")
    if right_to_left:
        yield element("rtl")
    if piece.italic and east:
        yield element("em", val="underDot")
    yield element("lang", **{"bidi" if right_to_left else "eastAsia" if east else "val": lang})


def _letters(piece: Piece, lang: str, bold: bool) -> Iterator[Any]:
    """Fonts, weight and slant; emphasis in Arabic is weight."""
    if piece.code:
        yield element("rFonts", ascii="Courier New", hAnsi="Courier New", cs="Courier New")
    elif east := EAST_ASIAN.get(lang[:2], ""):
        yield element("rFonts", hint="eastAsia", eastAsia=east)
    if piece.bold or bold or (piece.italic and direction(lang) == "rtl"):
        yield from (element("b"), element("bCs"))
    if piece.italic and slants(lang):
        yield from (element("i"), element("iCs"))


def _properties(paragraph: Any) -> Any:
    return paragraph.get_or_add_pPr()
