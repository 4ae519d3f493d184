"""A version's text written as Markdown reads back as the same blocks, in every language."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from consult.documents.alignment import align
from consult.documents.blocks import BlockKind, DocumentError, ParsedBlock
from consult.documents.importing import prepare
from consult.documents.keys import assign_keys
from consult.documents.markdown import parse_document
from consult.documents.settlement import settle
from consult.documents.storing import KeptBlock, make_blocks
from consult.documents.writing import blocks_in, reads_as, write_document
from consult.settings import ROOT
from tests.conftest import DATA

DRAFTS = sorted((ROOT / "consult" / "demo" / "content" / "drafts").rglob("*.md"))
COVENANT = sorted((DATA / "covenant").rglob("*.md"))

WORDS = st.sampled_from(
    ["Forum", "members", "the", "الأعضاء", "公众", "café", "*share*", "**what**", "`code`", "[link](https://x.example/a_b)",
     "[ref]", "[it][ref]", "a\\*b", "1.", "-", "+", "#", "x[^n]", "https://x.example/", "1 < 2", "&amp;", "|", "=", "~~", "_a_"]
)  # fmt: skip
PHRASE = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
LINES = st.lists(PHRASE, min_size=1, max_size=3).map("\n".join)


def _indent(by: int, text: str) -> str:
    return text.replace("\n", "\n" + " " * by)


def _list_of(items: list[str], marker: str, gap: str) -> str:
    marks = ["-" if marker == "-" else f"{n}{marker}" for n in range(3, 3 + len(items))]
    return gap.join(f"{m} {_indent(len(m) + 1, item)}" for m, item in zip(marks, items, strict=True))


LISTS = st.recursive(
    LINES,
    lambda inner: st.builds(
        lambda own, items, marker, gap, after: (
            f"{own}\n\n{_list_of(items, marker, gap)}" + (f"\n\n{after}" if after else "")
        ),
        PHRASE,
        st.lists(inner, min_size=1, max_size=3),
        st.sampled_from(["-", ".", ")"]),
        st.sampled_from(["\n", "\n\n"]),
        st.one_of(st.just(""), PHRASE),
    ),
    max_leaves=6,
)
LIST = st.builds(
    _list_of, st.lists(LISTS, min_size=1, max_size=3), st.sampled_from(["-", ".", ")"]), st.just("\n")
)
CELL = st.lists(WORDS.filter(lambda word: word != "|"), max_size=3).map(" ".join)
TABLE = st.builds(
    lambda head, rows: (
        "| "
        + " | ".join(head)
        + " |\n| --- | :-: |\n"
        + "\n".join("| " + " | ".join(row) + " |" for row in rows)
    ),
    st.lists(CELL, min_size=2, max_size=2),
    st.lists(st.lists(CELL, min_size=1, max_size=3), max_size=3),
)
PIECE = st.one_of(
    LINES,
    st.builds(lambda level, text: "#" * level + " " + text, st.integers(1, 6), PHRASE),
    st.builds(lambda text, rule: f"{text}\n{rule}", LINES, st.sampled_from(["===", "---"])),
    LIST,
    TABLE,
    LISTS.map(lambda text: "> " + text.replace("\n", "\n> ")),
    LINES.map(lambda text: f"```py\n{text}\n```"),
    LINES.map(lambda text: "    " + text.replace("\n", "\n    ")),
    st.just('![Three bodies](bodies.svg "How they\\" work")'),
    st.just("***"),
)
DOCUMENT = st.lists(PIECE, min_size=1, max_size=6).map(
    lambda pieces: "\n\n".join(
        [*pieces, 'See[^n].\n\n[^n]: A note.\n\n    It goes on.\n\n[ref]: <https://y.example> "Y"']
    )
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("- a\n\n- b\n\n***\n\n- c\n\nSee[^n].\n\n[^n]: x")
@example("1. a\n\n   7) b\n\n   after\n\n2. c")
@example("- a\n\n      indented code\n\ntext\n\n    code")
@given(DOCUMENT)
def test_what_is_written_reads_back_as_it_was(text: str) -> None:
    try:
        blocks = parse_document(text)
    except DocumentError:
        return
    written = write_document(blocks)
    assert [_said(block) for block in parse_document(written)] == [_said(block) for block in blocks]


def _said(block: ParsedBlock) -> tuple[object, ...]:
    return (block.kind, block.level, block.label, block.ordered, block.header, block.src, block.plain)


@pytest.mark.parametrize("path", [*DRAFTS, *COVENANT], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_drafts_that_were_published_read_back_with_their_links(path: Path) -> None:
    blocks = parse_document(path.read_text("utf-8"))
    read = parse_document(write_document(blocks))
    assert [(*_said(block), block.html) for block in read] == [
        (*_said(block), block.html) for block in blocks
    ]


def _kept(files: dict[str, str]) -> tuple[KeptBlock, ...]:
    prepared = prepare(files)
    return make_blocks(prepared, prepared.settled({}), assign_keys(prepared.blocks), {})


def test_texts_that_an_editor_joined_stand_once_and_what_is_not_translated_in_the_original() -> None:
    kept = _kept(
        {
            "en": "# Rules\n\nMinutes are public in [1].\n\nThe Forum meets twice a year.\n\nIt decides.\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n[1]: https://a.example",
            "es": "# Reglas\n\nLas actas son públicas en [1]. El Foro se reúne dos veces al año.\n\nDecide.\n\n[1]: https://b.example",
        }
    )
    blocks = blocks_in(kept, "es", "en")
    written = write_document(blocks)
    assert reads_as(written, blocks)
    assert written.count("El Foro se reúne") == 1
    assert "| 1 | 2 |" in written


@pytest.mark.skipif(not COVENANT, reason="the Covenant's translations are not here")
@pytest.mark.parametrize("lang", ["ar", "zh", "ru", "es", "fr"])
def test_translations_that_do_not_pair_block_by_block_read_back(lang: str) -> None:
    folder = DATA / "covenant" / "1.4"
    original, translation = (
        parse_document((folder / f"{each}.md").read_text("utf-8")) for each in ("en", lang)
    )
    settled = settle(original, translation, align(original, translation))
    keys = assign_keys(original)
    kept = _kept({each: (folder / f"{each}.md").read_text("utf-8") for each in ("en", lang)})
    assert len(kept) == len(keys)
    assert settled.texts
    blocks = blocks_in(kept, lang, "en")
    assert reads_as(write_document(blocks), blocks)
    assert any(block.kind is BlockKind.HEADING for block in blocks)
