"""What changed between two texts, word by word; sign by sign where a script writes without spaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from rapidfuzz.distance import Indel

from consult.documents.words import saying, word_spans

ALIKE = 0.5
"""Where less than this part of the shorter text is in the other, both are shown whole: deleted, and inserted."""
SHORT = 4
"""What stays between two changes and says no more than this, in letters, is shown as changed with them."""


class Op(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and what became of it."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens old[old_from:old_to] and new[new_from:new_to]: the same, or one having taken the other's place."""

    same: bool
    old_from: int
    old_to: int
    new_from: int
    new_to: int


def split_words(text: str) -> list[str]:
    """A text as words, marks and what is between them; joined they are the text."""
    tokens: list[str] = []
    at = 0
    for start, end in word_spans(text):
        if start > at:
            tokens.append(text[at:start])
        tokens.append(text[start:end])
        at = end
    return [*tokens, text[at:]] if at < len(text) else tokens


def diff_words(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of both texts in reading order, what was deleted before what was inserted."""
    before, after = split_words(old), split_words(new)
    return tuple(piece for run in runs(before, after) for piece in _pieces(run, before, after))


def runs(old: Sequence[str], new: Sequence[str]) -> list[Run]:
    """How to make `new` of `old`, in runs that a person can read."""
    found = [
        Run(op.tag == "equal", op.src_start, op.src_end, op.dest_start, op.dest_end)
        for op in Indel.opcodes(old, new)
    ]
    whole = Run(False, 0, len(old), 0, len(new))
    shared = sum(saying("".join(old[run.old_from : run.old_to]).strip()) for run in found if run.same)
    shorter = min(saying("".join(old)), saying("".join(new)))
    if old and new and shared < ALIKE * shorter:
        return [whole]
    return list(
        _joined(
            [
                run if run.same and not _is_slight(at, found, old) else _changed(run)
                for at, run in enumerate(found)
            ]
        )
    )


def _is_slight(at: int, found: Sequence[Run], old: Sequence[str]) -> bool:
    """Whether a run that stays is only a bridge between two changes: read as one change they are clearer."""
    if not 0 < at < len(found) - 1:
        return False
    run = found[at]
    words = [token for token in old[run.old_from : run.old_to] if any(sign.isalnum() for sign in token)]
    return saying("".join(words)) <= SHORT and len(words) <= 1


def _changed(run: Run) -> Run:
    return Run(False, run.old_from, run.old_to, run.new_from, run.new_to)


def _joined(found: Sequence[Run]) -> Iterator[Run]:
    for same, group in groupby(found, lambda run: run.same):
        members = list(group)
        first, last = members[0], members[-1]
        yield Run(same, first.old_from, last.old_to, first.new_from, last.new_to)


def _pieces(run: Run, old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    before = "".join(old[run.old_from : run.old_to])
    after = "".join(new[run.new_from : run.new_to])
    if run.same:
        yield Piece(Op.SAME, after)
        return
    if before:
        yield Piece(Op.DELETED, before)
    if after:
        yield Piece(Op.INSERTED, after)
