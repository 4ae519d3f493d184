"""A version as a Word file: headings, lists and tables of Word's own, notes at the end, languages and directions marked.

python-docx can't make footnotes; each reference leads to its note at the end, and back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.shared import Cm

from consult.documents.blocks import BlockKind
from consult.documents.markup import BLOCKS, Node, read_html
from consult.documents.render import Group, GroupKind, regroup
from consult.editions.content import FileBlock, FileComment, FileText
from consult.editions.page import has_own_title
from consult.editions.word_inline import Inline, Style
from consult.editions.word_parts import AUTHOR, Numbering, describe, direct, element, file_of, language
from consult.i18n.catalogues import Catalogue, catalogue
from consult.i18n.formats import formats
from consult.i18n.locales import direction, language_name
from consult.kernel.messages import N_

WIDTH = Cm(16)
DRAWABLE = ("image/png", "image/jpeg")


def make_docx(text: FileText) -> bytes:
    """The whole file."""
    writer = _Writer(text)
    writer.write()
    return file_of(writer.document)


class _Writer:
    def __init__(self, text: FileText) -> None:
        self.document: WordDocument = Document()
        self._text = text
        self._words: Catalogue = catalogue(text.locale)
        self._inline = Inline()
        self._numbering = Numbering(self.document)

    def write(self) -> None:
        self._describe()
        self._front()
        titled = has_own_title(self._text)
        for place, group in enumerate(regroup(self._text.blocks, 1 if titled else 2)):
            if titled and place == 0:
                self._after(group.blocks[0])
            else:
                self._group(group)

    def _describe(self) -> None:
        text = self._text
        styles: Any = self.document.styles
        styles["Normal"].element.get_or_add_rPr().append(language(text.lang))
        describe(self.document, text, text.published_at)
        self.document.core_properties.version = str(text.number)
        section: Any = self.document.sections[0]
        footer = section.footer.paragraphs[0]
        direct(footer, text.locale)
        self._inline.say(footer, f"{text.reference} · {text.address}", text.locale)

    def _front(self) -> None:
        text = self._text
        self._line(AUTHOR, "en")
        self._line(text.title, text.title_lang, "Title")
        self._line(text.about, text.about_lang, "Subtitle")
        for fact in self._facts():
            self._line(fact, text.locale)
        self._inline.link(self._paragraph(text.locale), text.address, text.address, text.locale)
        if text.note:
            self._line(text.note, text.note_lang)
        if text.is_translation:
            original = language_name(text.original, text.locale)
            self._remark(
                N_("This is a translation. The original is in %(language)s."), {"language": original}
            )

    def _facts(self) -> Iterator[str]:
        text, fmt, say = self._text, formats(self._text.locale), self._words.gettext
        version = say(N_("Version %(number)s")) % {"number": fmt.number(text.number)}
        correction = f" · {say(N_('Correction of the version before'))}" if text.correction else ""
        yield f"{text.reference} · {version}{correction} · {fmt.date(text.published_at)}"
        if text.annotated:
            count = text.comment_count
            said = self._words.ngettext(
                "With %(count)s public comment", "With %(count)s public comments", count
            )
            yield said % {"count": fmt.number(count)}

    def _group(self, group: Group[FileBlock]) -> None:
        match group.kind:
            case GroupKind.TABLE:
                self._table(group)
            case GroupKind.FOOTNOTES:
                self._notes(group.blocks)
            case _:
                for block in group.blocks:
                    self._block(block, group.level)
                    self._after(block)

    def _block(self, block: FileBlock, level: int) -> None:
        match block.kind:
            case BlockKind.HEADING:
                paragraph = self._paragraph(block.lang, f"Heading {min(level, 9)}")
                self._inline.bookmark(paragraph, f"b-{block.key}")
                self._inline.write(paragraph, read_html(block.html), block.lang)
            case BlockKind.LIST_ITEM:
                self._item(block)
            case BlockKind.FIGURE:
                self._figure(block)
            case BlockKind.CODE:
                self._inline.say(self._paragraph("en"), read_html(block.html).text(), "en", Style(code=True))
            case BlockKind.QUOTE:
                self._flow(read_html(block.html), block.lang, "Quote")
            case _:
                self._flow(read_html(block.html), block.lang)

    def _item(self, block: FileBlock) -> None:
        style = "List Number" if block.ordered else "List Bullet"
        paragraphs = self._flow(read_html(block.html), block.lang, style if block.label else "List Continue")
        for paragraph in paragraphs[1:]:
            paragraph.style = self.document.styles["List Continue"]
        if block.label and paragraphs:
            self._numbering.apply(paragraphs[0], block.group, min(block.level, 9), block.label, block.ordered)

    def _flow(self, root: Node, lang: str, style: str = "") -> list[Any]:
        """Block elements as paragraphs, phrases between them as one; what a list within says begins with its label."""
        made: list[Any] = []
        phrase: list[Node | str] = []
        for child in [*root.children, Node("p")]:
            if not (isinstance(child, Node) and child.tag in BLOCKS):
                phrase.append(child)
                continue
            if "".join(each if isinstance(each, str) else each.text() for each in phrase).strip():
                paragraph = self._paragraph(lang, style)
                self._inline.write(paragraph, Node(children=phrase), lang)
                made.append(paragraph)
            phrase = []
            made += self._flow(child, lang, style) if child.children else []
        return made

    def _figure(self, block: FileBlock) -> None:
        picture = self._text.figures.get(block.src)
        if picture is not None and picture.type in DRAWABLE:
            shape = self.document.add_picture(BytesIO(picture.body))
            if shape.width > WIDTH:
                shape.height, shape.width = int(shape.height * WIDTH / shape.width), WIDTH
            shape._inline.docPr.set("descr", block.alternative)
        else:
            # Word takes no SVG without a second picture of it: the words that stand for it, then.
            self._inline.say(self._paragraph(block.lang), block.alternative, block.lang, Style(italic=True))
        if block.caption:
            self._line(block.caption, block.lang, "Caption")

    def _table(self, group: Group[FileBlock]) -> None:
        rows = [list(read_html(block.html).elements("th", "td")) for block in group.blocks]
        table = self.document.add_table(len(rows), max(map(len, rows)), "Table Grid")
        if direction(group.blocks[0].lang) == "rtl":
            table._tbl.tblPr.append(element("bidiVisual"))
        for block, cells, row in zip(group.blocks, rows, table.rows, strict=True):
            if block.header:
                row._tr.get_or_add_trPr().append(element("tblHeader"))
            for cell, node in zip(row.cells, cells, strict=False):
                paragraph = cell.paragraphs[0]
                direct(paragraph, block.lang)
                self._inline.write(paragraph, node, block.lang, Style(bold=block.header))
        self._paragraph(group.blocks[0].lang)
        for block in group.blocks:
            self._after(block)

    def _notes(self, blocks: Sequence[FileBlock]) -> None:
        self._line(self._words.gettext(N_("Notes")), self._text.locale, "Heading 2")
        for block in blocks:
            paragraph = self._paragraph(block.lang)
            self._inline.note(paragraph, block.label, block.lang)
            root = read_html(block.html)
            flat = Node(children=[each for child in root.children for each in _within(child)])
            self._inline.write(paragraph, flat, block.lang)
            self._after(block)

    def _after(self, block: FileBlock) -> None:
        """What is said of a block's translation, and its comments."""
        if block.is_fallback:
            self._remark(
                N_("Not translated yet: this is the original in %(language)s."),
                {"language": language_name(block.lang, self._text.locale)},
            )
        elif block.stale:
            self._remark(N_("The original has changed since this translation was made."), {})
        for comment in block.comments:
            self._comment(comment)

    def _comment(self, comment: FileComment) -> None:
        say, fmt, locale = self._words.gettext, formats(self._text.locale), self._text.locale
        who = " · ".join(comment.who) if comment.html else say(N_("This comment is not public any more."))
        spoken = (
            f" · {language_name(comment.lang, locale)}" if comment.html and comment.lang != locale else ""
        )
        head = self._indented(locale, comment.depth)
        self._inline.say(head, f"{who} · {fmt.date(comment.at)}{spoken} · ", locale, Style(bold=True))
        self._inline.link(head, comment.address, comment.reference, locale)
        if comment.quote:
            quote = self._indented(comment.quote_lang, comment.depth)
            self._inline.say(quote, comment.quote, comment.quote_lang, Style(italic=True))
        for paragraph in self._flow(read_html(comment.html), comment.lang):
            _push(paragraph, comment.depth)
        if comment.decision:
            answer = self._indented(locale, comment.depth)
            said = say(N_("The Forum's answer: %(decision)s")) % {"decision": comment.decision}
            self._inline.say(answer, said, locale, Style(bold=True))
            if comment.reason:
                self._inline.say(answer, f" – {comment.reason}", comment.reason_lang)

    def _indented(self, lang: str, depth: int) -> Any:
        paragraph = self._paragraph(lang)
        _push(paragraph, depth)
        return paragraph

    def _remark(self, text: str, params: dict[str, object]) -> None:
        said = self._words.gettext(text)
        self._inline.say(self._paragraph(self._text.locale), said % params if params else said,
                         self._text.locale, Style(italic=True))  # fmt: skip

    def _line(self, words: str, lang: str, style: str = "") -> None:
        self._inline.say(self._paragraph(lang, style), words, lang)

    def _paragraph(self, lang: str, style: str = "") -> Any:
        paragraph = self.document.add_paragraph(style=style or None)
        direct(paragraph, lang)
        return paragraph


def _push(paragraph: Any, depth: int) -> None:
    paragraph.paragraph_format.left_indent = Cm(1 + 0.5 * min(depth, 6))


def _within(child: Node | str) -> list[Node | str]:
    """A block element's own content, parted from what follows by a space."""
    if isinstance(child, Node) and child.tag in BLOCKS:
        return [each for inner in child.children for each in _within(inner)] + [" "]
    return [child]
