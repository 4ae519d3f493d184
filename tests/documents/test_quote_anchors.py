"""A reader marks words within a block; the mark finds them again and the page shows it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.documents.anchors import QuoteSelector, Span, describe, from_quote, locate
from consult.documents.blocks import DocumentError
from consult.documents.markdown import parse_document
from consult.documents.marking import mark
from consult.documents.sanitising import plain_text
from tests.documents.test_document_blocks import TEXTS

PLAIN = "The board decides. The members meet. The board answers."


def test_marked_words_are_found_where_they_were() -> None:
    for start, end in ((4, 9), (41, 46), (0, len(PLAIN))):
        assert locate(describe(PLAIN, start, end), PLAIN) == Span(start, end)


def test_words_are_found_by_their_neighbours_after_the_text_grew() -> None:
    second = describe(PLAIN, 41, 46)
    longer = "To begin with, the board is chosen. " + PLAIN
    found = locate(second, longer)
    assert found is not None
    assert longer[found.start :] == "board answers."


def test_without_neighbours_the_nearest_occurrence_is_taken() -> None:
    assert locate(QuoteSelector("board", "", "", 38, 43), PLAIN) == Span(41, 46)


def test_words_that_are_gone_are_not_found() -> None:
    assert locate(describe(PLAIN, 19, 30), "The board decides.") is None
    assert from_quote("  ", PLAIN) is None
    with pytest.raises(ValueError, match="no words"):
        describe(PLAIN, 5, 5)


def test_a_browsers_selection_may_hold_other_white_space() -> None:
    selector = from_quote(" board\n  answers", PLAIN, prefix="meet. The ")
    assert selector is not None
    assert (selector.exact, selector.start) == ("board answers", 41)
    twice = from_quote("board", PLAIN, prefix="meet. The ")
    assert twice is not None
    assert twice.start == 41


def test_a_mark_goes_around_words_across_inline_elements() -> None:
    html = 'a <em>b &amp; c</em> d <a href="https://e.org" title="x > y">e</a>'
    assert plain_text(html) == "a b & c d e"
    assert mark(html, [(4, 9, "C1")]) == (
        'a <em>b <mark class="quote" id="quote-C1" data-ref="C1">&amp; c</mark></em>'
        '<mark class="quote" data-ref="C1"> d</mark> <a href="https://e.org" title="x > y">e</a>'
    )


def test_marks_that_overlap_share_their_words() -> None:
    assert mark("abcd", [(0, 3, "C1"), (1, 4, "C2")]) == (
        '<mark class="quote" id="quote-C1" data-ref="C1">a</mark>'
        '<mark class="quote" id="quote-C2" data-ref="C1 C2">bc</mark>'
        '<mark class="quote" data-ref="C2">d</mark>'
    )


def test_no_mark_stands_between_the_cells_of_a_row() -> None:
    row = "<td>a</td>\n<td>b</td>"
    marked = mark(row, [(0, 3, "C1")])
    assert "</td>\n<td>" in marked
    assert marked.count("<mark") == 2


def test_a_reference_can_not_break_out_of_its_attribute() -> None:
    assert '"><b>' not in mark("abc", [(0, 1, '"><b>')])


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["C1", "C2", "C3"])), max_size=4
)


def shown(html: str, opened: str = "<mark", closed: str = "</mark>") -> str:
    """The text inside marks."""
    parts = html.split(opened)[1:]
    return "".join(plain_text("<i" + part.split(closed)[0]).replace(" ", "") for part in parts)


@settings(max_examples=150, deadline=None)
@given(TEXTS, SPANS)
def test_marking_changes_neither_text_nor_markup(text: str, spans: list[tuple[int, int, str]]) -> None:
    try:
        blocks = parse_document(text)
    except DocumentError:
        return
    for block in blocks:
        marked = mark(block.html, spans)
        assert plain_text(marked) == block.plain
        assert without_marks(marked) == block.html
        covered = {at for start, end, _ in spans for at in range(start, end)}
        expected = "".join(c for at, c in enumerate(block.plain) if at in covered)
        assert shown(marked) == expected.replace(" ", "")


def without_marks(html: str) -> str:
    for reference in ("C1", "C2", "C3"):
        html = html.replace(f' id="quote-{reference}"', "")
    for references in ("C1", "C2", "C3"):
        html = html.replace(f'<mark class="quote" data-ref="{references}">', "")
    head, *rest = html.split('<mark class="quote" data-ref="')
    return (head + "".join(part.partition(">")[2] for part in rest)).replace("</mark>", "")
