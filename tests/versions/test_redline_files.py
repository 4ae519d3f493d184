"""Readers take a redline away: who accepts its changes in Word has the new version, who rejects them the old one."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.documents.blocks import BlockKind
from consult.documents.sanitising import plain_text
from consult.documents.views import BlockView
from consult.versions.redline_content import RedlineText, redline_parts
from consult.versions.redline_files import redline_docx, redline_html
from consult.versions.redline_reading import read_cells
from tests.documents import covenant
from tests.versions.following import Two, two_lists, two_versions
from tests.versions.tracked import paragraphs, tidy

BEFORE = datetime(2026, 3, 1, tzinfo=UTC)
AFTER = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
OLD = """# Rules

The Forum meets **twice** a year in public, and [minutes](https://forum.test/minutes) are kept.

Anybody may speak for three minutes. Whoever speaks says for whom.

This rule goes away altogether, since nobody ever followed it.

1. Members vote in person or by letter before the end of the meeting.
2. Votes are counted by two members who are drawn by lot.

| Body | Seats |
| --- | --- |
| Board | nine |
| Council | twelve |
"""
NEW = """# Rules

The Forum meets **four times** a year in public, and [minutes](https://forum.test/minutes) are kept.

Anybody may speak for three minutes.

Whoever speaks says for whom.

1. Votes are counted by two members who are drawn by lot.
2. Members vote in person or by letter before the end of the meeting.

| Body | Seats |
| --- | --- |
| Board | eleven |
| Council | twelve |
| Bureau | three |
"""


def redline_of(two: Two, lang: str = "en") -> RedlineText:
    return RedlineText(
        title="Rules", title_lang="en", about="FMF-2026-01", reference="FMF-2026-01-D1-V2", locale="en",
        lang=lang, before=1, after=2, published_before=BEFORE, published_after=AFTER,
        address="https://consult.test/en/compare", parts=redline_parts(two.old, two.new, two.relations),
    )  # fmt: skip


def as_read(blocks: dict[str, BlockView]) -> list[str]:
    """Each block's words without white space or list labels, table rows cell by cell."""
    return [
        _words(text)
        for block in blocks.values()
        for text in (
            map(plain_text, read_cells(str(block.html)))
            if block.kind is BlockKind.TABLE_ROW
            else [f"{block.label if block.kind is BlockKind.LIST_ITEM else ''}{plain_text(str(block.html))}"]
        )
        if _words(text)
    ]


def _words(text: str) -> str:
    return re.sub(r"\s+", "", text)


def as_written(body: bytes, how: str) -> list[str]:
    return [_words(text) for text in paragraphs(body, how)]


@pytest.mark.parametrize("how", ["accepted", "rejected"])
def test_changes_are_tracked_so_that_word_can_take_or_leave_them(how: str) -> None:
    two = two_versions(OLD, NEW)
    found = as_written(redline_docx(redline_of(two)), how)
    assert "".join(found) == "".join(as_read(two.new if how == "accepted" else two.old))


def test_changes_have_an_author_and_the_day_of_the_version() -> None:
    body = redline_docx(redline_of(two_versions(OLD, NEW)))
    xml = zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml").decode()
    assert 'w:author="Frontier Model Forum" w:date="2026-09-01T08:30:00Z"' in xml
    assert {"w:ins ", "w:del "} <= set(re.findall(r"<(w:(?:ins|del) )", xml))
    ids = re.findall(r"<w:(?:ins|del|moveFrom|moveTo) w:id=\"(\d+)\"", xml)
    assert len(ids) == len(set(ids)) > 5
    assert Document(io.BytesIO(body)).core_properties.author == "Frontier Model Forum"


def test_a_move_is_one_in_word_with_both_ends_named_alike() -> None:
    moved = "The board reports to the council every spring, and to the public in the autumn of each year."
    rest = "\n\n".join(
        f"Paragraph {word} stays where it is, and says what it said." for word in ("one", "two", "six")
    )
    two = two_versions(f"{moved}\n\n{rest}", f"{rest}\n\n{moved.replace('spring', 'winter')}")
    body = redline_docx(redline_of(two))
    xml = zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml").decode()
    names = re.findall(r"<w:move(From|To)RangeStart [^>]*w:name=\"([^\"]+)\"", xml)
    assert [end for end, _ in names] == ["From", "To"]
    assert names[0][1] == names[1][1]
    assert xml.count("RangeEnd") == 2
    assert as_written(body, "accepted") == as_read(two.new)
    assert as_written(body, "rejected") == as_read(two.old)


def test_arabic_runs_from_right_to_left_and_chinese_has_its_fonts() -> None:
    arabic = two_versions(
        "يجتمع المنتدى مرتين في السنة علنا.", "يجتمع المنتدى أربع مرات في السنة علنا.", "ar"
    )
    xml = _document(redline_docx(redline_of(arabic, "ar")))
    assert "<w:bidi/>" in xml
    assert "<w:rtl/>" in xml
    assert 'w:bidi="ar"' in xml
    chinese = two_versions("论坛每年公开举行两次会议。", "论坛每年公开举行四次会议。", "zh")
    xml = _document(redline_docx(redline_of(chinese, "zh")))
    assert 'w:eastAsia="SimSun"' in xml
    assert ">两</w:delText>" in xml
    assert ">四</w:t>" in xml


@pytest.mark.parametrize(("lang", "mark"), [("ar", "<w:bCs/>"), ("zh", '<w:em w:val="underDot"/>')])
def test_scripts_without_italics_have_emphasis_of_their_own(lang: str, mark: str) -> None:
    old, new = (
        ("المنتدى *مرتين* علنا.", "المنتدى *أربعا* علنا.")
        if lang == "ar"
        else ("论坛*公开*会。", "论坛*公共*会。")
    )
    body = redline_docx(redline_of(two_versions(old, new, lang), lang))
    assert mark in _document(body)
    assert not re.search(r"<w:i(?:Cs)?/>", _document(body))
    styles = Document(io.BytesIO(body)).styles
    assert styles["Subtitle"].font.italic is None


def _document(body: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml").decode()


SENTENCES = st.lists(
    st.sampled_from(["The Forum meets. ", "Votes are *counted*. ", "Nobody is `left` out. ", "Minutes are kept. ",
                     "[Rules](https://forum.test) apply. ", "Money is public. "]),
    min_size=1, max_size=4,
).map("".join)  # fmt: skip
TEXTS = st.lists(SENTENCES, min_size=1, max_size=6).map("\n\n".join)


@given(TEXTS, TEXTS)
@settings(max_examples=40, deadline=None)
def test_whatever_was_changed_nothing_is_lost_in_word(before: str, after: str) -> None:
    two = two_versions(before, after)
    body = redline_docx(redline_of(two))
    assert "".join(as_written(body, "accepted")) == "".join(as_read(two.new))
    assert sorted("".join(as_written(body, "rejected"))) == sorted("".join(as_read(two.old)))


@pytest.mark.skipif(not covenant.COVENANT.is_dir(), reason="the Covenant is not here")
@pytest.mark.parametrize("lang", ["en", "zh", "fr"])
def test_the_covenant_can_be_taken_either_way(lang: str) -> None:
    two = two_lists(covenant.blocks("1.4", lang), covenant.blocks("2.1", lang), lang)
    body = redline_docx(redline_of(two, lang))
    assert "".join(as_written(body, "accepted")) == "".join(as_read(two.new))
    assert sorted("".join(as_written(body, "rejected"))) == sorted("".join(as_read(two.old)))


def test_the_page_for_paper_says_what_changed_without_colour_and_fetches_nothing() -> None:
    html = redline_html(redline_of(two_versions(OLD, NEW)))
    assert html.startswith("<!DOCTYPE html>")
    assert html.count("<style>") == 1
    assert "<del>twice</del>" in html
    assert "<ins>four times</ins>" in html
    assert re.search(r"<td>\s*<del>nine</del><ins>eleven</ins>\s*</td>", html)
    assert not re.search(r"</td>\s*<(?:ins|del)>", html)
    assert not re.search(r"<(?:img|link|script|iframe)\b|url\(|@import", html)
    assert tidy(html).count("<table>") == 1


def test_the_page_for_paper_becomes_a_pdf_in_which_changes_are_said() -> None:
    weasyprint = pytest.importorskip("weasyprint")
    html = redline_html(redline_of(two_versions(OLD, NEW)))
    body = weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    assert body.startswith(b"%PDF-")
