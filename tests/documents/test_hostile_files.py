"""Files made to do harm, or only too large: each is refused in words, and nothing is fetched."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from posixpath import join, normpath
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document

from consult.documents.blocks import DocumentError
from consult.documents.markdown import parse_document
from consult.documents.received.notes import NoteKind
from consult.documents.received.package import MOST_BYTES
from consult.documents.received.reading import read_file
from consult.settings import ROOT
from tests.documents.word_files import HEADING, W, changed, dot, numbered, paragraph, saved, word_file

MOST_SECONDS = 2
"""Of processor time until a file is refused."""
MOST_MEMORY = 300
"""MB that reading a file adds."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would open a connection fails the test."""

    def refuse(*_: object) -> None:
        raise AssertionError("a file was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def refused(body: bytes, name: str = "draft.docx") -> str:
    begun = time.process_time()
    with pytest.raises(DocumentError) as error:
        read_file(name, body)
    assert time.process_time() - begun < MOST_SECONDS
    assert error.value.line is None
    return str(error.value)


def plain_file() -> bytes:
    document = Document()
    document.add_heading("Charter", 1)
    return saved(document)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return file.getvalue()


def test_a_file_of_fifty_megabytes_is_refused_unread() -> None:
    assert "larger than 12 MB" in refused(b"PK\x03\x04" + b"\x00" * 50_000_000)
    assert MOST_BYTES == 12_000_000


@pytest.mark.parametrize("name", ["word/media/image1.png", "word/document.xml", "word/other.xml"])
def test_a_zip_bomb_is_refused_by_what_it_says_it_unpacks_to(name: str) -> None:
    assert "far larger" in refused(changed(plain_file(), {name: b"\x00" * 70_000_000}))


def test_many_small_parts_that_are_large_together_are_refused() -> None:
    parts = {f"word/{number}.xml": b"<a>" * 300_000 for number in range(80)}
    assert "far larger" in refused(changed(plain_file(), dict(parts)))
    assert "far larger" in refused(zipped({f"word/{number}": b"" for number in range(2_001)}))


def test_xml_of_more_tags_than_a_document_has_is_refused() -> None:
    many = "".join(f"<w:r><w:t>{number:x}</w:t></w:r>" for number in range(210_000))
    assert "far larger" in refused(word_file(f"<w:p>{many}</w:p>"))
    assert "15000 paragraphs" in refused(
        word_file("".join(paragraph(f"{number:x}") for number in range(15_001)))
    )


@pytest.mark.parametrize(
    "body",
    [
        "<w:p>" + "".join(f"<w:r><w:t>{n:x}</w:t></w:r>" for n in range(66_000)) + "</w:p>",
        "<w:p>" + "".join(f"<w:hyperlink w:anchor='a{n:x}'><w:r><w:t>{n:x}</w:t></w:r></w:hyperlink>" for n in range(49_000)) + "</w:p>",
        "".join(f"<w:bookmarkStart w:id='{n:x}' w:name='{n:x}'/>" for n in range(390_000)) + "<w:p/>",
        "<w:p>" + "".join(f"<w:r><w:footnoteReference w:id='{n:x}'/></w:r>" for n in range(90_000)) + "</w:p>",
        "<w:p>" + "".join(f"<w:r><w:br w:clear='{n:x}'/></w:r>" for n in range(90_000)) + "</w:p>",
    ],
    ids=["runs", "links", "bookmarks", "notes", "breaks"],
)  # fmt: skip
def test_a_paragraph_of_more_than_anybody_writes_is_refused_at_once(body: str) -> None:
    assert "A paragraph is longer than 50000 characters." in refused(word_file(body))


def test_bookmarks_in_a_row_cost_no_more_than_others() -> None:
    marks = "".join(f"<w:bookmarkStart w:id='{n:x}' w:name='{n:x}'/>" for n in range(4_000))
    begun = time.process_time()
    assert read_file("x.docx", word_file(f"{marks}{paragraph('Text')}{marks}")).markdown.endswith("Text\n")
    assert time.process_time() - begun < 5


MEASURED = """
import sys
from consult.documents.blocks import DocumentError
from consult.documents.received.reading import read_file
from consult.translations.bringing import read_file as read_units
from consult.translations.units import FileRefusedError
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024
read_file("x.html", b"<!doctype html><h1>x</h1>")
body, before = open(sys.argv[1], "rb").read(), peak()
try:
    read_units(body, "fr") if sys.argv[2] == "x.xlf" else read_file(sys.argv[2], body)
except (DocumentError, FileRefusedError) as error:
    print(peak() - before, error)
"""


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("x.docx", lambda: changed(plain_file(), {"word/document.xml": b"<a>" * 20_000_000}), "far larger"),
        ("x.docx", lambda: _lying(), "damaged"),
        ("x.docx", lambda: word_file("".join(f"<w:p w:id='{n:x}'/>" for n in range(390_000))), "more than 15000"),
        ("x.html", lambda: b"<!doctype html>" + b"<b>" * 1_900_000, "nested too deep"),
        ("x.xlf", lambda: b"<a>" * 2_600_000, "more than 15000"),
        ("x.xlf", lambda: b"<x " + b" ".join(b'a%d="x"' % n for n in range(600_000)) + b"/>", "not an XLIFF 2 file"),
    ],
    ids=["bomb", "lie", "paragraphs", "html", "xliff", "attributes"],
)  # fmt: skip
def test_refusing_a_file_takes_little_memory(
    name: str, body: Callable[[], bytes], says: str, tmp_path: Path
) -> None:
    (file := tmp_path / "file").write_bytes(body())
    command = [sys.executable, "-c", MEASURED, str(file), name]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    memory, _, words = said.partition(" ")
    assert says in words
    assert int(memory) < MOST_MEMORY


def _lying() -> bytes:
    """A part that unpacks to a thousand times what the directory says of it."""
    file = bytearray(changed(plain_file(), {"word/document.xml": b"<a>" * 15_000_000}))
    at = file.rfind(b"word/document.xml") - 46
    assert file[at : at + 4] == b"PK\x01\x02"
    file[at + 24 : at + 28] = (1_000).to_bytes(4, "little")
    return bytes(file)


def test_an_archive_within_a_file_is_not_opened() -> None:
    inner = zipped({"a.zip": zipped({"b": b"\x00" * 50_000_000})})
    assert (
        read_file("x.docx", changed(plain_file(), {"word/embeddings/a.zip": inner})).markdown == "# Charter\n"
    )


@pytest.mark.parametrize(
    "body",
    [b"PK\x03\x04 but no zip", zipped({"a.txt": b"x"})[:60], zipped({"[Content_Types].xml": b"<a/>"})],
    ids=[
        "no zip",
        "a zip cut short",
        "a zip of something else",
    ],  # by itself each id would hold the time of making
)
def test_what_is_no_word_file_is_refused(body: bytes) -> None:
    assert "damaged" in (said := refused(body)) or "not a Word document" in said


def test_files_of_other_programs_are_refused_with_what_to_do() -> None:
    assert "not a Word document" in refused(
        zipped({"mimetype": b"application/vnd.oasis", "content.xml": b"<a/>"})
    )
    assert "old Word" in refused(OLE + b"\x00" * 1000)
    assert "password" in refused(OLE + b"\x00" * 500 + "EncryptedPackage".encode("utf-16-le"))
    assert "not a Word document" in refused(b"%PDF-1.7 x")


def test_macros_are_refused_by_name_and_by_type() -> None:
    assert "macros" in refused(changed(plain_file(), {"word/vbaProject.bin": b"x"}))
    with ZipFile(BytesIO(plain_file())) as file:
        types = file.read("[Content_Types].xml").replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml",
        )
    assert "macros" in refused(changed(plain_file(), {"[Content_Types].xml": types}))


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://elsewhere.example/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    ],
)
def test_entities_and_document_types_are_refused_in_every_part(doctype: str) -> None:
    inside = f"{doctype}<w:document {W}><w:body>{HEADING}<w:p><w:r><w:t>&e;&c;</w:t></w:r></w:p></w:body></w:document>"
    assert "damaged" in refused(changed(plain_file(), {"word/document.xml": inside}))
    assert "damaged" in refused(changed(plain_file(), {"word/styles.xml": f"{doctype}<w:styles {W}/>"}))


def test_pictures_and_templates_on_other_hosts_are_never_fetched() -> None:
    drawing = (
        '<w:p><w:r><w:drawing xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><a:blip r:link="p"/></w:drawing></w:r></w:p>'
    )
    links = {
        "p": ("image", "http://elsewhere.example/pixel.png", True),
        "t": ("attachedTemplate", "file://elsewhere/t.dotm", True),
        "s": ("subDocument", "http://elsewhere.example/sub.docx", True),
    }
    received = read_file("x.docx", word_file(drawing + paragraph("Text"), links=links))
    assert received.markdown == "# Charter\n\nText\n"
    assert [note.kind for note in received.notes] == [NoteKind.REMOTE_PICTURES]


def test_pictures_on_other_hosts_are_left_out_of_a_page_and_named() -> None:
    page = b"<!doctype html><h1>T</h1><p>a<img src='http://e.example/x.png' alt=Cat><img src='//e.example/y.png'></p>"
    received = read_file("x.html", page)
    assert (received.markdown, received.figures) == ("# T\n\na\n", {})
    assert [(note.kind, note.count) for note in received.notes] == [(NoteKind.REMOTE_PICTURES, 2)]


@pytest.mark.parametrize("target", ["../../etc/passwd.png", "media/../../../x.png", "media/..%2f..%2fx.png"])
def test_a_picture_is_kept_under_its_own_name_wherever_it_says_it_is(target: str) -> None:
    inside = normpath(join("/word", target)).lstrip("/")
    drawing = (
        '<w:p><w:r><w:drawing xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxml'
        'formats.org/officeDocument/2006/relationships"><a:docPr descr="A dot"/><a:blip r:embed="p"/></w:drawing></w:r></w:p>'
    )
    received = read_file(
        "x.docx", word_file(drawing, links={"p": ("image", target, False)}, parts={inside: dot()})
    )
    assert list(received.figures.values()) == [dot()]
    assert all("/" not in name and "\\" not in name for name in received.figures)


def test_a_link_to_a_place_outside_the_package_leads_nowhere() -> None:
    links = {"p": ("image", "../../../etc/passwd", False)}
    drawing = (
        '<w:p><w:r><w:drawing xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><a:blip r:embed="p"/></w:drawing></w:r></w:p>'
    )
    assert read_file("x.docx", word_file(drawing, links=links)).figures == {}


def test_xml_and_lists_nested_without_end_are_refused() -> None:
    deep = "<w:sdt><w:sdtContent>" * 5_000 + "</w:sdtContent></w:sdt>" * 5_000
    assert refused(word_file(deep))
    less = "<w:sdt><w:sdtContent>" * 60 + "</w:sdtContent></w:sdt>" * 60
    assert "nested too deep" in refused(word_file(less))
    assert "nested too deep" in refused(b"<html><body>" + b"<ol><li>x" * 10_000, "x.html")
    for nested in (
        b"- " * 10_000 + b"x",
        b"> " * 10_000 + b"x",
        b"".join(b"  " * n + b"- x\n" for n in range(1_300)),
    ):
        with pytest.raises(DocumentError, match="nested too deep"):
            parse_document(read_file("x.md", b"# T\n\n" + nested).markdown)
    tables = "<w:tbl><w:tr><w:tc>" * 5_000 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 5_000
    assert refused(word_file(tables))
    assert "nested too deep" in refused(b"<!doctype html>" + b"<b>" * 1_900_000, "x.html")
    assert "larger than 6 MB" in refused(b"<!doctype html>" + b"<b>" * 3_400_000, "x.html")


def test_lists_a_little_too_deep_are_kept_at_the_eighth_level() -> None:
    received = read_file("x.html", b"<!doctype html>" + b"<ul><li>x" * 30)
    assert max(block.level for block in parse_document(received.markdown)) == 8
    assert [note.kind for note in received.notes] == [NoteKind.DEPTH]
    items = "".join(paragraph(f"{n:x}", list_id=1, level=n) for n in range(10_000))
    levels = numbered(*(("decimal", f"%{level}.") for level in range(1, 10)))
    nested = parse_document(read_file("x.docx", word_file(items, numbering=levels)).markdown)
    assert {block.level for block in nested[1:]} <= set(range(9))


@pytest.mark.parametrize(
    "page",
    [
        b"<b>x</b>" * 40_000,
        b"<table>" + b"<tr><td colspan=1000 rowspan=65534>x" * 14_000,
        b"<p>" * 100_000 + b"<p>x" * 16_000,
        b"<p>" + b"[*_`" * 300_000,
        b"".join(b"<a id=r%d href='#n'>1</a>" % number for number in range(20_000)) + b"<div id=n>" + b"<a href='#z'>y</a>" * 20_000,
    ],
)  # fmt: skip
def test_pages_that_would_take_minutes_are_refused_or_read_in_seconds(page: bytes) -> None:
    begun = time.monotonic()
    with suppress(DocumentError):
        read_file("x.html", b"<!doctype html><h1>T</h1>" + page)
    assert time.monotonic() - begun < 15


def test_a_document_of_one_block_is_a_document() -> None:
    assert read_file("x.docx", plain_file()).markdown == "# Charter\n"
    assert "no heading" in refused(word_file("", heading=paragraph("Only text")))


def test_direction_controls_that_reach_past_their_paragraph_are_taken_out() -> None:
    received = read_file("x.docx", word_file(paragraph("safe\u202egnp.exe") + paragraph("\u2067ok\u2069")))
    assert [block.plain for block in parse_document(received.markdown)[1:]] == [
        "safegnp.exe",
        "\u2067ok\u2069",
    ]


def test_text_that_word_is_told_to_show_in_another_order_comes_as_it_is_read() -> None:
    turned = '<w:p><w:r><w:t>Pay </w:t></w:r><w:bdo w:val="rtl"><w:r><w:t>001</w:t></w:r></w:bdo><w:dir w:val="rtl"><w:r><w:t> now</w:t></w:r></w:dir></w:p>'
    assert read_file("x.docx", word_file(turned)).markdown == "# Charter\n\nPay 001 now\n"
    assert (
        read_file("x.html", b"<!doctype html><h1>T</h1><p>Pay <bdo dir=rtl>001</bdo></p>").markdown
        == "# T\n\nPay 001\n"
    )
    written = parse_document("# T\n\nPay \u202e001\u202c, \u202d\u0627\u0628\u202c, \u2067\u0627 1\u2069\n")
    assert written[1].plain == "Pay \u202b001\u202c, \u202a\u0627\u0628\u202c, \u2067\u0627 1\u2069"


def test_the_content_says_what_a_file_is_and_not_its_name() -> None:
    assert read_file("charter.md", plain_file()).markdown == "# Charter\n"
    assert read_file("charter.docx", b"<!DOCTYPE html><h1>Charter</h1>").markdown == "# Charter\n"
    assert read_file("charter.html", b"# Charter\n").markdown == "# Charter\n"
    assert read_file("charter.md", b'<p align="center">Hi</p>\n').markdown == '<p align="center">Hi</p>\n'


def test_marks_of_our_own_in_a_file_mean_nothing() -> None:
    body = paragraph("\ue0021\ue003 \ue0001 (x)\ue001 text")
    assert read_file("x.docx", word_file(body)).markdown == "# Charter\n\n1 1 (x) text\n"
    assert read_file("x.html", "<!doctype html><p>\ue0029\ue003x".encode()).markdown == "9x\n"
