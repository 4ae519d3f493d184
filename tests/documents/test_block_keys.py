"""A block has a name that stays: in every language, on every import, into the next version."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.keys import assign_keys
from consult.documents.markdown import parse_document
from consult.documents.matching.matches import carry_keys

FIRST = """\
# Charter

The Forum consults civil society on its design.

The Forum publishes what it was told.

- members
- observers

Repeated words.

Repeated words.
"""


def paragraph(text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> ParsedBlock:
    return ParsedBlock(kind, 0, text, text, text)


BLOCKS = st.lists(
    st.builds(
        paragraph,
        st.sampled_from(["a", "b", "the board decides", "the board will decide", ""]),
        st.sampled_from([BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.LIST_ITEM]),
    ),
    max_size=12,
)


@given(BLOCKS)
def test_keys_are_unique_usable_as_ids_and_the_same_every_time(blocks: list[ParsedBlock]) -> None:
    keys = assign_keys(blocks)
    assert len(set(keys)) == len(blocks)
    assert all(re.fullmatch("[a-z][a-z2-7]{6}", key) for key in keys)
    assert keys == assign_keys(blocks)


def test_a_block_keeps_its_key_when_it_is_edited_and_others_come_and_go() -> None:
    old = parse_document(FIRST)
    keys = assign_keys(old)
    edited = FIRST.replace("on its design", "on its design and funding")
    edited = edited.replace("- members\n", "- founding members\n- members\n").replace(
        "The Forum publishes", "It publishes"
    )
    new = parse_document(edited)
    carried = dict(
        zip([block.plain for block in new], carry_keys(list(zip(keys, old, strict=True)), new), strict=True)
    )
    was = dict(zip([block.plain for block in old], keys, strict=True))
    assert carried["Charter"] == was["Charter"]
    assert (
        carried["The Forum consults civil society on its design and funding."]
        == was["The Forum consults civil society on its design."]
    )
    assert carried["It publishes what it was told."] == was["The Forum publishes what it was told."]
    assert carried["members"] == was["members"]
    assert carried["founding members"] not in keys


def test_a_block_that_moved_keeps_its_key() -> None:
    old = [paragraph(f"Article {n} is about matter number {n * 7919}.") for n in range(6)]
    keys = assign_keys(old)
    new = [*old[1:], old[0]]
    assert carry_keys(list(zip(keys, old, strict=True)), new) == (*keys[1:], keys[0])


def test_a_heading_never_takes_over_a_paragraph() -> None:
    old = [paragraph("The same words")]
    assert carry_keys([("akeyxyz", old[0])], [paragraph("The same words", BlockKind.HEADING)]) != ("akeyxyz",)


@settings(deadline=None)
@given(BLOCKS, BLOCKS)
def test_no_key_is_used_twice(before: list[ParsedBlock], after: list[ParsedBlock]) -> None:
    keys = carry_keys(list(zip(assign_keys(before), before, strict=True)), after)
    assert len(keys) == len(set(keys)) == len(after)


@given(BLOCKS)
def test_an_unchanged_document_keeps_all_its_keys(blocks: list[ParsedBlock]) -> None:
    keys = assign_keys(blocks)
    assert carry_keys(list(zip(keys, blocks, strict=True)), blocks) == keys
