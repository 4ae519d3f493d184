"""Words that are kept back: what is marked is left out, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.kernel.translated import digest
from consult.submissions.redacting import (
    UnevenMarks,
    read_marks,
    settle,
    signs_for,
    valid_marks,
    with_marks,
    without,
)

TEXTS = st.text(alphabet="ab[]{}⟦ \nعר中é", max_size=60)
SPANS = st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=6)


@given(TEXTS, SPANS)
def test_marks_in_a_form_are_the_spans_that_are_kept(text: str, spans: list[tuple[int, int]]) -> None:
    settled, signs = settle(spans, len(text)), signs_for(text)
    assert read_marks(with_marks(text, settled, signs), signs) == (text, settled)


@given(TEXTS, SPANS)
def test_the_public_text_is_all_but_the_marked_words(text: str, spans: list[tuple[int, int]]) -> None:
    settled = settle(spans, len(text))
    marked = {at for start, end in settled for at in range(start, end)}
    assert without(text, settled, "") == "".join(sign for at, sign in enumerate(text) if at not in marked)


@given(TEXTS.filter(bool), TEXTS.filter(bool), SPANS)
def test_a_text_that_changed_since_it_was_marked_is_kept_back_whole(
    text: str, before: str, spans: list[tuple[int, int]]
) -> None:
    expected = settle(spans, len(text)) if text == before else ((0, len(text)),)
    assert valid_marks(text, spans, digest(before)) == expected


@pytest.mark.parametrize("typed", ["one [[two", "one]] two", "[[one [[two]]", "[[one]] two]]", "]][["])
def test_a_mark_that_is_not_closed_is_told(typed: str) -> None:
    with pytest.raises(UnevenMarks):
        read_marks(typed, ("[[", "]]"))
