"""Staff bring in a draft from Word: what it says and how it is cited survive, and what does not is said."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document
from docx.enum.dml import MSO_THEME_COLOR
from docx.oxml.ns import qn
from docx.shared import Inches

from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.markdown import parse_document
from consult.documents.received.notes import NoteKind
from consult.documents.received.received import Received
from consult.documents.received.word import read_docx
from tests.conftest import DATA
from tests.documents.word_files import W, changed, dot, numbered, paragraph, saved, word_file

COVENANT = DATA / "covenant" / "2.1" / "en.md"


def blocks_of(file: bytes) -> tuple[ParsedBlock, ...]:
    return parse_document(read_docx(file).markdown)


def said(file: bytes) -> list[tuple[str, str, int, str]]:
    return [(block.kind, block.label, block.level, block.plain) for block in blocks_of(file)]


def items(file: bytes) -> list[tuple[str, int, str]]:
    return [
        (block.label, block.level, block.plain)
        for block in blocks_of(file)
        if block.kind is BlockKind.LIST_ITEM
    ]


def kinds(received: Received) -> set[NoteKind]:
    return {note.kind for note in received.notes}


def test_headings_paragraphs_lists_quotations_and_looks_survive() -> None:
    document = Document()
    document.add_heading("Charter", 0)
    document.add_heading("Scope", 1)
    line = document.add_paragraph("Members ")
    line.add_run("must").bold = True
    line.add_run(" answer in ")
    line.add_run("good time").italic = True
    line.add_run(", all 10")
    line.add_run("2").font.superscript = True
    document.add_paragraph("one", style="List Bullet")
    document.add_paragraph("deeper", style="List Bullet 2")
    document.add_paragraph("first", style="List Number")
    document.add_paragraph("So it was said.", style="Intense Quote")
    assert read_docx(saved(document)).markdown == (
        "# Charter\n\n## Scope\n\nMembers **must** answer in *good time*, all 10²\n\n"
        "- one\n  - deeper\n1. first\n\n> So it was said.\n"
    )


def test_headings_are_known_in_styles_of_other_languages_and_in_styles_based_on_them() -> None:
    body = paragraph("Portée", style="Titre2") + paragraph("Membres", style="Ours")
    body += '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>By level</w:t></w:r></w:p>'
    assert said(word_file(body)) == [
        ("heading", "", 1, "Charter"),
        ("heading", "", 2, "Portée"),
        ("heading", "", 2, "Membres"),
        ("heading", "", 3, "By level"),
    ]


def test_automatic_numbers_of_headings_are_part_of_the_text() -> None:
    numbering = numbered(("decimal", "%1."), ("decimal", "%1.%2"))
    body = (
        paragraph("Scope", style="Titre2", list_id=1)
        + paragraph("Members", style="Titre2", list_id=1)
        + paragraph("Who", style="Ours", list_id=1, level=1)
    )
    assert [plain for _, _, _, plain in said(word_file(body, numbering=numbering))] == [
        "Charter", "1. Scope", "2. Members", "2.1 Who",
    ]  # fmt: skip


def test_automatic_numbers_of_paragraphs_are_labels_as_word_shows_them() -> None:
    numbering = numbered(
        ("decimal", "%1."), ("lowerLetter", "(%2)"), ("lowerRoman", "(%3)"), ("decimal", "%1.%4")
    )
    levels = (0, 1, 1, 2, 2, 1, 0, 1, 3)
    body = "".join(paragraph(f"p{at}", list_id=1, level=level) for at, level in enumerate(levels))
    assert items(word_file(body, numbering=numbering)) == [
        ("1.", 1, "p0"), ("(a)", 2, "p1"), ("(b)", 2, "p2"), ("(i)", 3, "p3"), ("(ii)", 3, "p4"), ("(c)", 2, "p5"),
        ("2.", 1, "p6"), ("(a)", 2, "p7"), ("2.1", 3, "p8"),
    ]  # fmt: skip


def test_a_list_that_goes_on_after_a_paragraph_goes_on_counting_and_a_new_one_starts_again() -> None:
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    lists = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    lists += f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{again}</w:num>'
    body = (
        paragraph("one", list_id=1) + paragraph("between") + paragraph("two", list_id=1)
        + paragraph("new one", list_id=2) + paragraph("new two", list_id=2)
    )  # fmt: skip
    file = word_file(body, numbering=numbered(("upperLetter", "%1)"), lists=lists))
    assert items(file) == [("A)", 1, "one"), ("B)", 1, "two"), ("A)", 1, "new one"), ("B)", 1, "new two")]


def test_numbers_come_from_a_paragraphs_style_as_well() -> None:
    body = (
        paragraph("one", style="Clause")
        + paragraph("two", style="Clause")
        + paragraph("none", style="Clause").replace(
            "</w:pPr>", '<w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>'
        )
    )
    file = word_file(body, numbering=numbered(("decimal", "%1.")))
    assert said(file)[1:] == [
        ("list_item", "1.", 1, "one"),
        ("list_item", "2.", 1, "two"),
        ("paragraph", "", 0, "none"),
    ]


@pytest.mark.parametrize(
    ("style", "text", "label"),
    [("upperRoman", "%1.", "III."), ("arabicAbjad", "(%1)", "(ج)"), ("chineseCounting", "（%1）", "（三）"),
     ("decimalZero", "%1.", "03."), ("lowerLetter", "%1.", "c."), ("decimal", "(%1)", "(3)")],
)  # fmt: skip
def test_numbers_of_many_kinds_are_labels(style: str, text: str, label: str) -> None:
    body = "".join(paragraph(each, list_id=1) for each in ("x", "y", "z"))
    assert items(word_file(body, numbering=numbered((style, text))))[2] == (label, 1, "z")


def test_a_number_that_can_be_no_label_stands_in_the_text() -> None:
    body = paragraph("Everybody may join.", list_id=1)
    file = word_file(body, numbering=numbered(("decimal", "Article %1:")))
    assert said(file)[1] == ("paragraph", "", 0, "Article 1: Everybody may join.")


def test_a_number_of_an_unknown_kind_is_said() -> None:
    received = read_docx(word_file(paragraph("x", list_id=1), numbering=numbered(("cardinalText", "(%1)"))))
    assert "(1) x" in received.markdown
    assert kinds(received) == {NoteKind.NUMBERS}


def test_text_that_looks_like_markdown_stays_text() -> None:
    lines = ["# not a heading", "1. typed", "(a) typed", "- typed", "a * b * c", "[x](y) <b> &amp; `c`", "1986\\. x", "> x",
             "a_b _c_ __d__", "+ x", "=== ", "***", "| a | b |", "![x](y)", "[^1]"]  # fmt: skip
    file = word_file("".join(paragraph(line.replace("&", "&amp;").replace("<", "&lt;")) for line in lines))
    assert said(file)[1:] == [("paragraph", "", 0, line.strip()) for line in lines]


def test_chinese_emphasis_that_markdown_cannot_say_is_left_off_and_noted() -> None:
    body = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>“注意：”</w:t></w:r><w:r><w:t>请所有成员</w:t></w:r></w:p>"
    received = read_docx(word_file(body))
    assert parse_document(received.markdown)[1].plain == "“注意：”请所有成员"
    assert kinds(received) <= {NoteKind.EMPHASIS}


def test_footnotes_and_links_survive() -> None:
    notes = (
        f'<w:footnotes {W}><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> The members.</w:t></w:r></w:p>'
        "</w:footnote></w:footnotes>"
    )
    body = (
        '<w:p><w:r><w:t>Who we are</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t xml:space="preserve">, see </w:t></w:r>'
        '<w:hyperlink r:id="l" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        "<w:r><w:t>the site</w:t></w:r></w:hyperlink></w:p>"
    )
    links = {"l": ("hyperlink", "https://example.org/a", True), "f": ("footnotes", "footnotes.xml", False)}
    blocks = blocks_of(word_file(body, links=links, parts={"word/footnotes.xml": notes}))
    assert blocks[1].html.startswith('Who we are<sup id="fnref-1"><a href="#fn-1"')
    assert '<a href="https://example.org/a"' in blocks[1].html
    assert (blocks[2].kind, blocks[2].label, blocks[2].plain) == (BlockKind.FOOTNOTE, "1", "The members.")


def test_a_table_keeps_its_cells_and_says_how_merged_ones_were_parted() -> None:
    document = Document()
    document.add_heading("Charter", 1)
    table = document.add_table(3, 3)
    for row, texts in zip(
        table.rows, (("Body", "Seats", "Term"), ("Board", "4 | 5", ""), ("Council", "9", "1")), strict=True
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 1).merge(table.cell(1, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    received = read_docx(saved(document))
    rows = [block for block in parse_document(received.markdown) if block.kind is BlockKind.TABLE_ROW]
    assert rows[0].header
    assert rows[1].html == "<td>Board Council</td>\n<td>4 | 5</td>\n<td></td>"
    assert rows[2].html == "<td></td>\n<td>9</td>\n<td>1</td>"
    assert NoteKind.MERGED_CELLS in kinds(received)


def with_picture(alternative: str) -> bytes:
    document = Document()
    document.add_heading("Charter", 1)
    document.add_paragraph("Before").add_run().add_picture(BytesIO(dot()), width=Inches(1))
    shown = document.element.body.find(f".//{qn('wp:docPr')}")
    shown.set("descr", alternative)
    return saved(document)


def test_a_picture_is_taken_out_as_a_figure_with_its_alternative() -> None:
    received = read_docx(with_picture("Two boxes and an arrow"))
    figure = parse_document(received.markdown)[-1]
    assert (figure.kind, figure.src, figure.plain) == (
        BlockKind.FIGURE,
        "image1.png",
        "Two boxes and an arrow",
    )
    assert set(received.figures) == {"image1.png"}
    assert received.figures["image1.png"] == dot()


def test_a_picture_without_an_alternative_is_refused_by_name() -> None:
    with pytest.raises(DocumentError, match="View Alt Text") as refused:
        read_docx(with_picture(""))
    assert refused.value.params == {"names": "“image1.png” (“Before”)"}


@pytest.mark.parametrize("change", ["ins", "del", "moveFrom", "moveTo"])
def test_tracked_changes_are_refused_with_how_to_accept_them(change: str) -> None:
    body = f'<w:p><w:{change} w:id="1" w:author="A"><w:r><w:t>new</w:t></w:r></w:{change}></w:p>'
    with pytest.raises(DocumentError, match="Accept All Changes"):
        read_docx(word_file(body))


def test_what_can_not_come_along_is_noted() -> None:
    document = Document()
    document.add_heading("Charter", 1)
    line = document.add_paragraph("Everybody may join")
    line.add_run(" or not").font.hidden = True
    line.add_run(", says nobody").font.strike = True
    line.runs[0].font.color.theme_color = MSO_THEME_COLOR.ACCENT_1
    document.add_comment(line.runs, text="Really?", author="A")
    document.sections[0].header.paragraphs[0].text = "Draft of May"
    received = read_docx(saved(document))
    assert parse_document(received.markdown)[1].plain == "Everybody may join, says nobody"
    assert kinds(received) == {NoteKind.COMMENTS, NoteKind.HEADERS, NoteKind.HIDDEN, NoteKind.CROSSED_OUT}
    lost = {note.kind for note in received.notes if note.loses}
    assert lost == {NoteKind.HIDDEN, NoteKind.CROSSED_OUT}


def test_equations_text_boxes_and_objects_are_noted() -> None:
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    body = (
        f"<w:p><w:r><w:t>Where </w:t></w:r><m:oMath {math}><m:r><m:t>x=2</m:t></m:r></m:oMath></w:p>"
        "<w:p><w:r><w:t>Beside</w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent>"
        "</w:pict></w:r></w:p><w:p><w:r><w:object/></w:r><w:r><w:drawing/></w:r></w:p>"
    )
    received = read_docx(word_file(body))
    assert [block.plain for block in parse_document(received.markdown)] == [
        "Charter",
        "Where x=2",
        "Beside",
        "In a box",
    ]
    assert kinds(received) == {NoteKind.EQUATIONS, NoteKind.TEXT_BOXES, NoteKind.OBJECTS, NoteKind.DRAWINGS}


def test_cross_references_to_headings_lead_there_and_others_keep_their_words() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF _Ref1 \\r \\h </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1.</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    body = (
        '<w:bookmarkStart w:id="1" w:name="_Ref1"/>' + paragraph("Scope", style="Titre2", list_id=1)
        + f'<w:p><w:r><w:t xml:space="preserve">See section </w:t></w:r>{field}<w:r><w:t xml:space="preserve"> and </w:t></w:r>'
        + '<w:fldSimple w:instr=" REF _Ref1 "><w:r><w:t>Scope</w:t></w:r></w:fldSimple><w:r><w:t xml:space="preserve">, not </w:t></w:r>'
        + '<w:hyperlink w:anchor="nowhere"><w:r><w:t>this</w:t></w:r></w:hyperlink></w:p>'
    )  # fmt: skip
    received = read_docx(word_file(body, numbering=numbered(("decimal", "%1."))))
    assert received.markdown.endswith("See section [1.](<#1-scope>) and [Scope](<#1-scope>), not this\n")
    assert [(note.kind, note.examples) for note in received.notes] == [(NoteKind.CROSS_REFERENCES, ("this",))]


def test_a_table_of_contents_is_left_out() -> None:
    contents = '<w:p><w:pPr><w:pStyle w:val="TOC1"/></w:pPr><w:r><w:t>Charter 1</w:t></w:r></w:p>'
    styles = f'<w:styles {W}><w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style></w:styles>'
    heading = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Charter</w:t></w:r></w:p>'
    received = read_docx(changed(word_file(contents, heading=heading), {"word/styles.xml": styles}))
    assert received.markdown == "# Charter\n"
    assert kinds(received) == {NoteKind.CONTENTS}


def test_a_file_without_a_heading_is_refused_with_what_to_do() -> None:
    document = Document()
    document.add_paragraph("Text")
    with pytest.raises(DocumentError, match="Heading 1"):
        read_docx(saved(document))


@pytest.mark.skipif(not COVENANT.is_file(), reason="the Covenant is not here")
def test_the_covenant_through_word_is_the_covenant() -> None:
    wanted = parse_document(COVENANT.read_text(encoding="utf-8"))
    document = Document()
    for block in wanted:
        if block.kind is BlockKind.HEADING:
            document.add_heading(block.plain, block.level)
        else:
            document.add_paragraph(
                block.plain, style="List Bullet" if block.kind is BlockKind.LIST_ITEM else None
            )
    shape = [(block.kind, block.level, block.label, block.plain, bool(block.group)) for block in wanted]
    found = blocks_of(saved(document))
    assert [
        (block.kind, block.level, block.label, block.plain, bool(block.group)) for block in found
    ] == shape
