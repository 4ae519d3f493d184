"""An editor brings in Word and HTML files at the desk and reads what could not come along before it is kept."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select

from consult.documents.storing import load_kept
from consult.models.document import Draft, Figure, Import, Version
from consult.models.people import Role
from tests.documents.test_desk_drafts import FIELDS, NEW, kept, send
from tests.documents.word_files import changed, dot, numbered, paragraph, saved, word_file
from tests.people import Site

HTML = (
    b"<!doctype html><h1>Charte</h1><p>Tous peuvent venir.<script>x()</script></p><p><s>Nul</s> ne paie.</p>"
)


def charter(alternative: str = "A red dot") -> bytes:
    document = Document()
    document.add_heading("Charter", 0)
    document.add_paragraph("Everybody may join.")
    document.add_paragraph("Nobody pays.").add_run(" Or do they?").font.hidden = True
    if alternative:
        document.add_paragraph().add_run().add_picture(BytesIO(dot()))
        document.element.body.xpath(".//wp:docPr")[0].set("descr", alternative)
    return saved(document)


def word(lang: str, body: bytes) -> tuple[str, tuple[str, bytes, str]]:
    return (f"file-{lang}", (f"{lang}.docx", body, "application/octet-stream"))


async def test_a_word_file_and_its_html_translation_become_a_draft(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    files = [word("en", charter()), ("file-fr", ("fr.html", HTML, "text/html"))]
    sent = await send(editor, NEW, FIELDS, files)
    assert sent.status_code == 303, sent.text
    page = await editor.get(sent.headers["location"])
    assert "What could not come along as it was" in page.text
    assert "Hidden text is left out." in page.text
    assert '<bdi lang="en">“Or do they?”</bdi>' in page.text
    assert "Scripts are left out." in page.text
    assert "Check this" in page.text
    chosen = {"number": "1", "choice-fr-o3t": "missing"}
    assert (await editor.post_form(sent.headers["location"], chosen)).status_code == 303
    async with site.database.reading() as session:
        version = (await session.execute(select(Version))).scalar_one()
        blocks = await load_kept(session, version)
        figure = (await session.execute(select(Figure))).scalar_one()
    assert [block.texts["en"].plain for block in blocks] == [
        "Charter", "Everybody may join.", "Nobody pays.", "A red dot",
    ]  # fmt: skip
    assert [block.texts["fr"].plain for block in blocks[:3]] == [
        "Charte",
        "Tous peuvent venir.",
        "Nul ne paie.",
    ]
    assert (figure.body, figure.file_name) == (dot(), "image1.png")


async def test_an_editor_goes_on_in_markdown(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    await send(editor, NEW, FIELDS, [word("en", charter(""))])
    async with site.database.reading() as session:
        waiting = (await session.execute(select(Import))).scalar_one()
    assert waiting.files == {"en": "# Charter\n\nEverybody may join.\n\nNobody pays.\n"}
    assert waiting.notes == {"en": [{"kind": "hidden", "count": 1, "examples": ["Or do they?"]}]}


async def test_markdown_has_nothing_to_note(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    sent = await send(editor, NEW, FIELDS, [("file-en", ("en.md", b"# Charter\n\nText.\n", "text/markdown"))])
    assert "could not come along" not in (await editor.get(sent.headers["location"])).text


async def test_a_reader_sees_the_labels_that_people_cite(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    body = "".join(
        paragraph(text, list_id=1, level=level) for text, level in (("Aim", 0), ("Learn", 1), ("Share", 1))
    )
    file = word_file(body, numbering=numbered(("decimal", "%1.1"), ("lowerLetter", "(%2)")))
    sent = await send(editor, NEW, FIELDS, [word("en", file)])
    await editor.post_form(sent.headers["location"], {"number": "1"})
    page = (await site.browser().get("/en/consultations/charter/drafts/rules")).text
    assert page.count("block-list--labelled") == 2
    assert [f'<span class="item__label">{label}</span>' in page for label in ("1.1", "(a)", "(b)")] == [
        True
    ] * 3


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (word_file('<w:p><w:ins w:id="1"><w:r><w:t>x</w:t></w:r></w:ins></w:p>'), "Accept All Changes"),
        (word_file("", parts={"word/vbaProject.bin": b"x"}), "holds macros"),
        (b"PK\x03\x04" + b"\x00" * 13_000_000, "larger than 12 MB"),
        (
            word_file("", parts={"word/media/a.png": b"\x00" * 70_000_000}),
            "Unpacked, this file is far larger",
        ),
        (word_file("<w:sdt>" * 100 + "</w:sdt>" * 100), "nested too deep"),
        (
            word_file("<w:p>" + "<w:r><w:t>a</w:t></w:r><w:r><w:t>b</w:t></w:r>" * 10_000 + "</w:p>"),
            "longer than 50000",
        ),
        (
            changed(word_file(""), {"word/document.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}),
            "damaged",
        ),
        (b"<!doctype html>" + b"<ul><li>x" * 10_000, "nested too deep"),
        (b"# A\n\n" + b"- " * 10_000 + b"x", "nested too deep"),
        (b"# A\n\n![A cat](https://elsewhere.example/a.png)", "The figure is not a file of this draft"),
        (charter(" "), "“image1.png”"),
    ],
)
async def test_a_file_that_cannot_be_taken_says_what_to_do_and_nothing_is_kept(
    site: Site, body: bytes, says: str
) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    refused = await send(editor, NEW, FIELDS, [word("en", body)])
    assert refused.status_code == 422
    assert says in refused.text
    assert 'href="#text-en"' in refused.text
    assert [await kept(site, table) for table in (Draft, Import, Figure)] == [0, 0, 0]


async def test_after_an_error_a_word_file_is_to_be_chosen_again(site: Site) -> None:
    await site.consultation()
    editor = await site.signed_in(Role.EDITOR)
    refused = await send(
        editor, NEW, {**FIELDS, "slug": "No Name", "title-en": "Ours"}, [word("en", charter())]
    )
    assert refused.status_code == 422
    assert "Choose this file again." in refused.text
    assert "Choose the picture files again." not in refused.text
    assert 'value="Ours"' in refused.text
