"""A block's translation is read as the document is, so that it fits where it will stand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consult.documents.blocks import DocumentError, ParsedBlock
from consult.documents.importing import prepare
from consult.documents.markdown import parse_document
from consult.settings import ROOT
from consult.translations.wording import Original, count_cells, read_wording
from tests.conftest import DATA

DEMO = ROOT / "consult" / "demo" / "content" / "drafts"
TEXT = """# Charter

See [the rules][r] and the note[^1], twice[^1].

- An item
  with two lines.

1. Numbered

| who | when |
| --- | --- |
| board | May |

> Said so.

![A cat](cat.png "On a mat")

```
code[^1]
```

[^1]: A note.
[r]: https://example.org/rules
"""
BLOCKS = parse_document(TEXT)


def original(block: ParsedBlock) -> Original:
    shape = {"level": block.level, "label": block.label, "header": block.header, "file": block.src}
    return Original(block.kind, shape, block.source, block.html)


def block(start: str) -> Original:
    return next(original(each) for each in BLOCKS if each.source.startswith(start))


def stored(folder: str) -> Iterator[tuple[Original, str, str]]:
    """Every pair of the demo's drafts: original, translation's source and HTML."""
    files = {path.stem: path.read_text(encoding="utf-8") for path in sorted((DEMO / folder).glob("*.md"))}
    prepared = prepare({"en": files.pop("en"), **files})
    for settled in prepared.settled({}).values():
        for place, text in settled.texts.items():
            if text.joined_into is None:
                yield original(prepared.blocks[place]), text.source, text.html


@pytest.mark.parametrize("folder", ["charter", "disclosure"])
def test_every_translation_of_the_demo_reads_as_it_was_stored(folder: str) -> None:
    for of, source, html in stored(folder):
        assert read_wording(of, source).html == html


def test_every_original_is_a_fitting_translation_of_itself() -> None:
    for each in BLOCKS:
        wording = read_wording(original(each), each.source)
        assert (wording.html, wording.plain) == (each.html, each.plain), each.source


@pytest.mark.skipif(not (DATA / "covenant").is_dir(), reason="the Covenant's translations are not here")
def test_the_covenant_reads_as_it_was_stored() -> None:
    paths = sorted((DATA / "covenant").rglob("*.md"))
    for path in paths:
        for each in parse_document(path.read_text(encoding="utf-8")):
            assert read_wording(original(each), each.source).html == each.html, each.source


@pytest.mark.parametrize(
    ("start", "text", "says"),
    [
        ("Charter", "", "Write the translation."),
        ("Charter", "# Charte", "This is a heading"),
        ("See", "# Voyez[^1] encore[^1]", "This is a paragraph"),
        ("See", "Voyez la note[^1].", "Keep the footnote marks of the original: [^1] [^1]."),
        ("An item", "- Un\n- Deux", "one item of a list"),
        ("An item", "Un[^1]", "The original has no footnote mark here."),
        ("| board", "| conseil |", "Cells in this row: 1. In the original: 2."),
        ("| board", "conseil", "This is a row of a table"),
        ("| who", "| qui | quand | où |", "Cells in this row: 3. In the original: 2."),
        ("> Said", "Dit.", "This is a quotation"),
        ("![A cat]", "![Un chat](dog.png \"Sur un tapis\")", "Keep the figure's file name: cat.png."),
        ("![A cat]", "![Un chat](cat.png)", "Write a caption in quotation marks"),
        ("![A cat]", "![](cat.png)", "has no text alternative"),
        ("![A cat]", "Un chat", "This is a figure"),
        ("```", "code", "This is code"),
        ("A note", "[^1]: Une note.", "The original has no footnote mark here."),
        ("Charter", "\x00", "can't be stored"),
    ],
)  # fmt: skip
def test_what_does_not_fit_says_why(start: str, text: str, says: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_wording(block(start), text)
    assert says in str(refused.value)


def test_what_fits_keeps_links_marks_and_cells() -> None:
    see = read_wording(
        block("See"), "Voyez [les règles][r], la note[^1] et encore[^1].\n\n[r]: https://example.org/regles"
    )
    assert 'href="https://example.org/regles"' in see.html
    assert 'id="fnref-1"' in see.html
    assert 'id="fnref-1-2"' in see.html
    row = read_wording(block("| board"), "| conseil \\| bureau | mai |")
    assert row.html == "<td>conseil | bureau</td>\n<td>mai</td>"
    assert read_wording(block("Charter"), "Une\ncharte").plain == "Une charte"
    assert read_wording(block("A note"), "Une note.").plain == "Une note."
    assert "<script" not in read_wording(block("An item"), "un <script>alert(1)</script>").html


def test_bidi_controls_that_do_not_pair_are_left_out() -> None:
    assert read_wording(block("Charter"), "a\u202eb").source == "ab"


@pytest.mark.parametrize(
    ("row", "cells"), [("| a | b |", 2), ("a | b | c", 3), ("a", 0), ("", 0), ("| a |", 1)]
)
def test_cells_are_counted_as_a_reader_sees_them(row: str, cells: int) -> None:
    assert count_cells(row) == cells
