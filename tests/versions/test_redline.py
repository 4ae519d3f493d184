"""Two texts in one: what was inserted and deleted can be read out of it again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.documents.markdown import parse_document
from consult.documents.sanitising import plain_text, sanitise
from consult.documents.wording import Op, diff_words
from consult.versions.redline import new_side, old_side, redline

WORDS = st.sampled_from(
    ["the", "board", "meets", "**in public**", "[rules](https://example.org/a)", "*soon*", "&", "<b>", "42%",
     "المجلس", "يجتمع", "علنًا", "论坛", "公开会议", "`code`", "e\u0301te\u0301", "—", "(a)"]
)  # fmt: skip
TEXTS = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)


def without(html: str, name: str) -> str:
    """The HTML without its elements of that name, the other marks taken away."""
    return re.sub(r"</?(?:ins|del)>", "", re.sub(rf"<{name}>.*?</{name}>", "", html, flags=re.DOTALL))


def block(markdown: str) -> str:
    (found,) = parse_document(markdown)
    return found.html


def joined(html: str) -> str:
    """Its words: where an element was parted by a change, white space tells nothing."""
    return plain_text(html).replace(" ", "")


@given(TEXTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_without_the_deleted_it_is_the_new_text_and_without_the_inserted_the_old(old: str, new: str) -> None:
    before, after = block("x " + old), block("x " + new)
    html = str(redline(before, after))
    assert joined(without(html, "del")) == joined(after)
    assert joined(without(html, "ins")) == joined(before)
    assert joined(str(old_side(before, after))) == joined(before)
    assert joined(str(new_side(before, after))) == joined(after)


@given(TEXTS, TEXTS)
@settings(max_examples=100, deadline=None)
def test_what_comes_out_is_as_safe_as_what_went_in_and_every_tag_closes(old: str, new: str) -> None:
    html = str(redline(block("x " + old), block("x " + new)))
    marked = re.sub(r"</?(?:ins|del)>", "", html)
    assert sanitise(marked) == marked


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("less than one million", "less than two million", "less than [-one-]{+two+} million"),
        ("论坛为社区提供服务。", "论坛为所有社区提供安全服务。", "论坛为{+所有+}社区提供{+安全+}服务。"),
        (
            "يجتمع المجلس مرة في السنة",
            "يجتمع المجلس مرتين في السنة",
            "يجتمع المجلس [-مرة-]{+مرتين+} في السنة",
        ),
        ("all of it", "nothing here stayed", "[-all of it-]{+nothing here stayed+}"),
        ("a b", "a b", "a b"),
        ("", "new", "{+new+}"),
    ],
)
def test_changes_are_told_in_words_that_a_person_would_mark(old: str, new: str, expected: str) -> None:
    marks = {Op.SAME: "%s", Op.DELETED: "[-%s-]", Op.INSERTED: "{+%s+}"}
    assert "".join(marks[piece.op] % piece.text for piece in diff_words(old, new)) == expected


def test_one_letter_words_between_two_changes_do_not_make_confetti() -> None:
    pieces = diff_words("the old rule of a house stands", "the new law of a street stands")
    assert [piece.op for piece in pieces].count(Op.DELETED) <= 2


def test_a_table_row_is_compared_cell_by_cell() -> None:
    old, new = (
        "<td>Board</td>\n<td>twice a year</td>",
        "<td>Board</td>\n<td>three times a year</td>\n<td>in public</td>",
    )
    html = str(redline(old, new))
    assert html.count("<td>") == 3
    assert "<td>Board</td>" in html
    assert "<td><ins>in public</ins></td>" in html


def test_a_paragraph_that_is_gone_stays_a_paragraph() -> None:
    html = str(redline("<p>one two three</p><p>four five</p>", "<p>one two three</p>"))
    assert html == "<p>one two three</p><p><del>four five</del></p>"


def test_emphasis_and_links_survive_around_a_change() -> None:
    html = str(
        redline("be <strong>less than one</strong> of many", "be <strong>less than two</strong> of many")
    )
    assert html == "be <strong>less than <del>one</del><ins>two</ins></strong> of many"


def test_all_of_a_row_that_came_or_went_is_marked_cell_by_cell_and_nothing_between_its_cells() -> None:
    row = "<td>Bureau</td>\n<td>three</td>"
    for html, name in ((redline("", row), "ins"), (redline(row, ""), "del")):
        assert html == f"<td><{name}>Bureau</{name}></td>\n<td><{name}>three</{name}></td>"
