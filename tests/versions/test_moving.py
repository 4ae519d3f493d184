"""A block moves with what belongs to it, and past what belongs together; numbers follow."""

from __future__ import annotations

import pytest

from consult.documents.keys import make_keys
from consult.documents.markdown import parse_document
from consult.documents.storing import KeptBlock, KeptText, shape_of
from consult.kernel.errors import Conflict
from consult.preparing.arranging import Arrangement, Piece, remove_block
from consult.preparing.moving import may_move, move_block, with_own

LIST = """# Rules

before

1. one
   - a
   - b
2. two
   - c
3. three

after
"""
SECTIONS = """# Rules

## First

p

### Deep

q

## Second

r

### Under

s

x[^1]

[^1]: note
"""


def read(text: str) -> Arrangement:
    blocks = parse_document(text)
    return Arrangement(
        original="en",
        before=(),
        pieces=tuple(
            Piece("", KeptBlock(key, block.kind, shape_of(block, {}), {"en": KeptText(block.source, block.html, block.plain)}))
            for key, block in zip(make_keys(blocks, ()), blocks, strict=True)
        ),
        links=frozenset(),
    )  # fmt: skip


def key_of(held: Arrangement, words: str) -> str:
    return next(piece.key for piece in held.pieces if piece.block.texts["en"].plain == words)


def move(held: Arrangement, words: str, *, down: bool) -> Arrangement:
    return move_block(held, key_of(held, words), down=down)


def shown(held: Arrangement) -> str:
    """The text in a line: headings and others by their words, items with their marks and `>` for each level down."""
    return " ".join(_shown(piece.block) for piece in held.pieces)


def _shown(block: KeptBlock) -> str:
    deeper = ">" * (int(block.shape.get("level", 1)) - 1) if block.kind == "list_item" else ""
    label = str(block.shape.get("label", "")) if block.kind == "list_item" else ""
    return f"{deeper}{label}{block.texts['en'].plain}"


@pytest.mark.parametrize(
    ("words", "down", "then"),
    [
        ("one", True, "Rules before 1.two >•c 2.one >•a >•b 3.three after"),
        ("two", False, "Rules before 1.two >•c 2.one >•a >•b 3.three after"),
        ("three", False, "Rules before 1.one >•a >•b 2.three 3.two >•c after"),
        ("three", True, "Rules before 1.one >•a >•b 2.two >•c after 3.three"),
        ("a", True, "Rules before 1.one >•b >•a 2.two >•c 3.three after"),
        ("b", True, "Rules before 1.one >•a 2.two >•b >•c 3.three after"),
        ("c", False, "Rules before 1.one >•a >•b >•c 2.two 3.three after"),
        ("before", True, "Rules 1.one >•a >•b before 2.two >•c 3.three after"),
        ("after", False, "Rules before 1.one >•a >•b 2.two >•c after 3.three"),
    ],
)
def test_an_item_moves_with_what_is_under_it_and_the_numbers_follow(
    words: str, down: bool, then: str
) -> None:
    assert shown(move(read(LIST), words, down=down)) == then


def test_what_goes_up_past_a_list_passes_each_item_whole() -> None:
    held = move(move(read(LIST), "after", down=False), "after", down=False)
    assert shown(held) == "Rules before 1.one >•a >•b after 2.two >•c 3.three"
    assert shown(move(held, "after", down=False)) == "Rules before after 1.one >•a >•b 2.two >•c 3.three"


@pytest.mark.parametrize(("words", "down"), [("a", False), ("Rules", False), ("after", True)])
def test_an_item_stays_where_it_would_be_under_nothing(words: str, down: bool) -> None:
    held = read(LIST)
    assert not may_move(held, key_of(held, words), down=down)
    with pytest.raises(Conflict):
        move(held, words, down=down)


def test_numbers_begin_as_the_list_did_when_its_first_item_goes() -> None:
    held = read("# T\n\n3. x\n4. y\n   1. n\n   2. m\n5. z\n")
    assert shown(remove_block(held, key_of(held, "x"))) == "T 3.y >1.n >2.m 4.z"
    assert shown(remove_block(held, key_of(held, "n"))) == "T 3.x 4.y >1.m 5.z"
    assert shown(move(held, "n", down=True)) == "T 3.x 4.y >1.m >2.n 5.z"
    assert shown(move(move(held, "n", down=True), "n", down=True)) == "T 3.x 4.y >1.m 5.z >1.n"


@pytest.mark.parametrize(
    ("words", "down", "then"),
    [
        ("First", True, "Rules Second r Under s x1 First p Deep q note"),
        ("Second", False, "Rules Second r Under s x1 First p Deep q note"),
        ("Deep", True, "Rules First p Second r Deep q Under s x1 note"),
        ("Under", False, "Rules First p Deep q Under s x1 Second r note"),
        ("p", False, "Rules p First Deep q Second r Under s x1 note"),
        ("q", True, "Rules First p Deep Second q r Under s x1 note"),
    ],
)
def test_a_heading_moves_with_its_section(words: str, down: bool, then: str) -> None:
    held = read(SECTIONS)
    assert shown(move(held, words, down=down)) == then


def test_sections_stay_between_the_title_and_the_notes() -> None:
    held = read(SECTIONS)
    start, end = with_own(held, key_of(held, "First"))
    assert end - start == 4
    for words, down in (("Rules", True), ("First", False), ("Second", True), ("Under", True)):
        assert not may_move(held, key_of(held, words), down=down), words


def test_a_table_is_passed_as_a_whole_and_rows_stay_in_it() -> None:
    held = read("# T\n\n| h | i |\n| - | - |\n| a | b |\n| c | d |\n\nafter\n")
    assert shown(move(held, "after", down=False)) == "T after h i a b c d"
    assert shown(move(held, "a b", down=True)) == "T h i c d a b after"
    assert not may_move(held, key_of(held, "a b"), down=False)
    assert not may_move(held, key_of(held, "c d"), down=True)


def test_what_goes_on_in_an_item_stays_in_it() -> None:
    held = read("# T\n\n- one\n  - a\n\n  more\n- two\n")
    assert shown(move(held, "two", down=False)) == "T •two •one >•a more"
    assert not may_move(held, key_of(held, "more"), down=True)
