"""Whatever a file is called and however it arrives: properties that hold for all names and all orders of pieces."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from consult.attachments.kinds import KINDS
from consult.attachments.names import LONGEST, clean_name, disposition, with_ending
from consult.attachments.parts import Parts, WrongOffsetError

ANY_NAME = st.text(max_size=400)
KEY = "a-key-of-an-upload"


@given(ANY_NAME)
def test_a_name_is_safe_on_every_system_and_stays_as_it_is_when_cleaned_again(given_name: str) -> None:
    name = clean_name(given_name)
    assert 0 < len(name) <= LONGEST
    assert not set(name) & set('<>:"/\\|?*')
    assert name not in (".", "..")
    assert not name.startswith(".")
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in name)
    assert not set(name) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")
    assert clean_name(name) == name


@given(ANY_NAME, st.sampled_from(sorted(KINDS)))
def test_a_name_ends_as_what_the_file_is(given_name: str, ending: str) -> None:
    name = with_ending(clean_name(given_name), KINDS[ending])
    assert name.lower().rpartition(".")[2] in {ending, "jpeg", "jpe", "text", "md"}
    assert len(name) <= LONGEST
    assert with_ending(name, KINDS[ending]) == name


@given(ANY_NAME)
def test_a_header_carries_a_name_in_ascii_that_is_read_back_whole(given_name: str) -> None:
    name = clean_name(given_name)
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    message = EmailMessage()
    message["content-disposition"] = header
    assert message["content-disposition"].content_disposition == "attachment"
    assert message.get_filename() is not None


Piece = tuple[int, int]


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=1, max_size=400),
    st.lists(st.tuples(st.integers(0, 420), st.integers(0, 200)), max_size=30),
)
def test_pieces_in_any_order_never_make_another_file(body: bytes, pieces: list[Piece]) -> None:
    with TemporaryDirectory() as folder:
        parts = Parts(Path(folder))
        for offset, length in pieces:
            _try(lambda at=offset, many=length: parts.append(KEY, at, body[at : at + many], len(body)))  # type: ignore[misc]
            there = parts.received(KEY)
            assert parts.path(KEY).read_bytes() == body[:there] if there else True
        received = parts.received(KEY)
        assert parts.append(KEY, received, body[received:], len(body)) == len(body)
        assert parts.path(KEY).read_bytes() == body


def _try(work: Callable[[], int]) -> None:
    try:
        work()
    except (WrongOffsetError, ValueError):
        return
