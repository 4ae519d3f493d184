"""PDF files: what a screen reader and a search in them find, by Poppler's tools."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from consult.documents.blocks import BlockKind
from consult.editions.content import FileText
from consult.editions.pdf import make_pdf
from tests.editions.test_files import charter

pytestmark = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="needs Poppler's tools: apt-get install poppler-utils"
)
LANGUAGES = ("en", "ar", "zh")
MADE: dict[str, tuple[FileText, bytes]] = {}


@pytest.fixture(params=LANGUAGES)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[FileText, Path]:
    """The charter and its PDF."""
    lang = str(request.param)
    if lang not in MADE:
        MADE[lang] = (text := charter(lang), make_pdf(text))
    (file := tmp_path / "text.pdf").write_bytes(MADE[lang][1])
    return MADE[lang][0], file


def tool(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _inflated(pdf: bytes) -> bytes:
    """A PDF's objects without their compression."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompressobj().decompress(each) for each in streams if each.startswith(b"x"))


def test_a_pdf_is_tagged_and_says_its_title_language_and_standard(made: tuple[FileText, Path]) -> None:
    text, file = made
    about = tool("pdfinfo", file)
    assert "Tagged:          yes" in about
    assert re.search(rf"^Title: +{re.escape(text.title)} ", about, re.MULTILINE)
    assert 'pdfuaid:part="1"' in tool("pdfinfo", "-meta", file)
    objects = _inflated(file.read_bytes())
    assert b"/Lang (%s)" % text.lang.encode() in objects
    assert b"/DisplayDocTitle true" in objects


def test_a_pdf_has_bookmarks_of_all_headings(made: tuple[FileText, Path]) -> None:
    text, file = made
    outline = tool("pdftohtml", "-xml", "-stdout", "-i", file).partition("<outline>")[2]
    marks = [_plain(each) for each in re.findall(r"<item[^>]*>(.*?)</item>", outline)]
    headings = [_plain(_words(block.html)) for block in text.blocks if block.kind == BlockKind.HEADING]
    assert marks[: len(headings)] == headings
    assert outline.count("<outline>") >= 2


def test_a_pdf_has_the_structure_of_the_text(made: tuple[FileText, Path]) -> None:
    text, file = made
    tags = [
        line.split()[0].strip(":") for line in tool("pdfinfo", "-struct", file).splitlines() if line.strip()
    ]
    kinds = [block.kind for block in text.blocks]
    assert tags.count("H1") == 1
    assert tags.count("H2") + tags.count("H3") >= kinds.count(BlockKind.HEADING) - 1
    assert tags.count("LI") >= kinds.count(BlockKind.LIST_ITEM)
    assert tags.count("TR") >= kinds.count(BlockKind.TABLE_ROW)
    assert tags.count("Figure") == kinds.count(BlockKind.FIGURE)
    assert {"BlockQuote", "TH", "TD", "Link", "Caption"} <= set(tags)
    assert b"/Alt " in _inflated(file.read_bytes())


def test_the_words_of_a_pdf_come_out_in_their_order(made: tuple[FileText, Path]) -> None:
    text, file = made
    said = tool("pdftotext", file, "-")
    if text.lang == "ar":
        assert _share_in_order(text, said) > 0.97
        assert "FMF-2026-01-D1-V2" in said
        return
    without_spaces = _plain(said).replace(" ", "")
    for block in text.blocks:
        if block.kind not in (BlockKind.TABLE_ROW, BlockKind.FIGURE, BlockKind.FOOTNOTE):
            assert _plain(_words(block.html)).replace(" ", "") in without_spaces, block.html


def _share_in_order(text: FileText, said: str) -> float:
    """Of neighbours in a line of Arabic: where both stand next to each other, how many as written.

    Words with vowel signs are left out: Poppler puts them where the sign stands on the page.
    """
    found = {pair for line in said.splitlines() for pair in _neighbours(_plain(line).split())}
    wanted = {pair for block in text.blocks for pair in _neighbours(_plain(_words(block.html)).split())}
    right, turned = len(wanted & found), len({(after, before) for before, after in wanted} & found - wanted)
    assert right > 0.75 * len(wanted)
    return right / (right + turned)


def _neighbours(words: list[str]) -> Iterable[tuple[str, str]]:
    plain = re.compile("[\u0621-\u064a]+")
    return (pair for pair in itertools.pairwise(words) if all(plain.fullmatch(each) for each in pair))


def _words(html: str) -> str:
    return re.sub("<[^>]+>", " ", html)


def _plain(text: str) -> str:
    """Letters and digits with single spaces, without what steers directions."""
    kept = (
        " " if unicodedata.category(each)[0] in "PSZC" and unicodedata.category(each) != "Cf" else each
        for each in unicodedata.normalize("NFC", text)
        if unicodedata.category(each) != "Cf"
    )
    return " ".join("".join(kept).split())


def test_a_pdf_fetches_nothing_but_the_texts_own_figures(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>canary</text></svg>')
    text = charter("en")
    hostile = [
        replace(block, html=f'<img src="file://{secret}">{block.html}') if n == 1 else block
        for n, block in enumerate(text.blocks)
    ]
    body = _inflated(make_pdf(replace(text, blocks=tuple(hostile))))
    assert body.startswith(b"%PDF")
    assert b"canary" not in body
