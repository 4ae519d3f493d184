"""Lists are cited as (a), (iv) or 1.2: those labels survive in Markdown and on the page."""

from __future__ import annotations

from dataclasses import asdict
from types import SimpleNamespace

import pytest

from consult.documents.blocks import BlockKind
from consult.documents.markdown import parse_document
from consult.documents.render import regroup


def labels(text: str) -> list[tuple[str, int, str]]:
    blocks = parse_document(text)
    return [(block.label, block.level, block.plain) for block in blocks if block.kind is BlockKind.LIST_ITEM]


def test_items_in_letters_and_roman_numbers_keep_their_labels_and_depth() -> None:
    text = "(a) first\n(b) second\n    goes on\n    (i) deeper\n    (ii) and deeper\n\n(c) third\n"
    assert labels(text) == [
        ("(a)", 1, "first"),
        ("(b)", 1, "second goes on"),
        ("(i)", 2, "deeper"),
        ("(ii)", 2, "and deeper"),
        ("(c)", 1, "third"),
    ]


@pytest.mark.parametrize("label", ["(a)", "a)", "(1)", "(iv)", "XII)", "1.2)", "（一）", "(أ)", "(bb)"])
def test_a_label_in_brackets_needs_one_space(label: str) -> None:
    assert labels(f"{label} text") == [(label, 1, "text")]


@pytest.mark.parametrize("label", ["a.", "B.", "ii.", "1.2", "1.2.3.", "4.a"])
def test_a_label_that_could_begin_a_sentence_needs_two_spaces(label: str) -> None:
    assert labels(f"{label}  text") == [(label, 1, "text")]
    assert labels(f"{label} text") == []


def test_a_line_that_begins_so_by_chance_stays_in_its_paragraph() -> None:
    (block,) = parse_document("as was said in section 4\n(a) of the charter")
    assert block.plain == "as was said in section 4 (a) of the charter"
    assert labels("No.  5 is open.\n\nMr.  Smith") == []


def test_such_lists_stand_in_others_and_others_in_them() -> None:
    text = "1. one\n   (a) x\n   (b) y\n2. two\n   - z\n"
    assert [(label, level) for label, level, _ in labels(text)] == [
        ("1.", 1), ("(a)", 2), ("(b)", 2), ("2.", 1), ("•", 2)
    ]  # fmt: skip
    assert labels("(a) x\n\n> quoted\n\n```\n(b) code\n```\n") == [("(a)", 1, "x")]


def test_an_item_can_be_read_again_from_its_own_source() -> None:
    item = next(block for block in parse_document("1.1  See *this*\n") if block.label)
    assert (item.label, item.source) == ("1.1", "See *this*")


def test_in_a_quotation_the_label_is_part_of_the_words() -> None:
    (block,) = parse_document("> as follows:\n>\n> (a) this\n")
    assert block.plain == "as follows: (a) this"


def test_a_page_writes_labels_itself_only_where_a_browser_would_number_otherwise() -> None:
    def labelled(text: str) -> list[bool]:
        blocks = [SimpleNamespace(**asdict(block), key="") for block in parse_document(text)]
        return [nested.labelled for group in regroup(blocks) for nested in group.lists]

    assert labelled("1. one\n2. two\n") == [False]
    assert labelled("3. three\n4. four\n") == [False]
    assert labelled("- one\n") == [False]
    assert labelled("(a) one\n(b) two\n") == [True]
    assert labelled("1. one\n3. three\n") == [True]
    assert labelled("1.1  one\n") == [True]
