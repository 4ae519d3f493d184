"""A long draft in portions that a page shows one at a time.

Where it is parted depends on the version's original alone, so a portion has the same address in all languages and for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from consult.documents.blocks import BlockKind
from consult.documents.dialect import footnote_place
from consult.documents.render import begins_item, belonging, page_levels

FULL = 24_000
"""The weight of a portion: letters, with BLOCK more for what stands around each block. About 10 kB compressed."""
MOST = 30_000
"""A text up to this weight is not parted, so that no portion is a mere remainder."""
BLOCK = 100
IN_CONTENTS = 80
"""Most lines of a table of contents: it is sent with every portion."""
DENSE = {"zh": 3, "ja": 3, "ko": 3, "ar": 2, "ru": 2}
"""Bytes of a letter beside those of a Latin one, by language."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is known of a block without its texts. `letters`: the length of the original; level, label … as in ParsedBlock."""

    id: int
    key: str
    kind: BlockKind
    level: int
    label: str
    ordered: bool
    group: int
    letters: int
    comment_count: int
    header: bool = False

    @property
    def note(self) -> str:
        """The part of a footnote's address after `#fn-`."""
        return footnote_place(self.label)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its level on the page (2-6) and its portion's number from 0."""

    id: int
    key: str
    level: int
    portion: int


@dataclass(frozen=True, slots=True)
class Parted:
    """A version's pieces in reading order and in portions; each piece is in one portion, notes at the end of theirs."""

    pieces: tuple[Piece, ...]
    portions: tuple[tuple[Piece, ...], ...]

    def find(self, key: str) -> int | None:
        """The number of the portion that has a block, None where none has."""
        return next(
            (at for at, portion in enumerate(self.portions) if any(p.key == key for p in portion)), None
        )

    def headings(self) -> tuple[Heading, ...]:
        """All headings, with the levels that the whole text gives them."""
        of = {piece.key: at for at, portion in enumerate(self.portions) for piece in portion}
        levels = page_levels(self.pieces)
        return tuple(
            Heading(self.pieces[at].id, self.pieces[at].key, level, of[self.pieces[at].key])
            for at, level in levels.items()
        )

    def head_before(self, number: int) -> tuple[Piece, ...]:
        """The head of a table that goes on in a portion, as it stands in one before."""
        first = self.portions[number][0] if self.portions[number] else None
        if first is None or first.kind != BlockKind.TABLE_ROW or first.header:
            return ()
        earlier = (piece for portion in self.portions[:number] for piece in portion)
        return tuple(piece for piece in earlier if piece.header and piece.group == first.group)

    def levels_before(self, number: int) -> list[int]:
        """The headings' own levels that come before a portion."""
        return [piece.level for portion in self.portions[:number] for piece in portion if _is_heading(piece)]


def part(pieces: Sequence[Piece], referred: Mapping[str, str], lang: str = "en") -> Parted:
    """A version in portions. `referred`: a note's place (footnote_place) → key of the first block that refers to it.

    A portion begins with a heading of high rank where one is near; lists and tables are parted only where they alone
    are too long.
    """
    dense = DENSE.get(lang, 1)
    texts = [piece for piece in pieces if piece.kind != BlockKind.FOOTNOTE]
    notes = _notes_by_block(pieces, referred, texts[-1].key if texts else "")
    weights = {
        piece.key: sum(each.letters * dense + BLOCK for each in (piece, *notes.get(piece.key, ())))
        for piece in texts
    }
    if not texts or sum(weights.values()) <= MOST:
        return Parted(tuple(pieces), (tuple(pieces),))
    runs = list(_runs(texts, weights))
    portions = [[piece for run in portion for piece in run] for portion in _fill(runs, weights)]
    return Parted(
        tuple(pieces),
        tuple((*own, *(note for piece in own for note in notes.get(piece.key, ()))) for own in portions),
    )


def _is_heading(piece: Piece) -> bool:
    return piece.kind == BlockKind.HEADING


def _notes_by_block(
    pieces: Sequence[Piece], referred: Mapping[str, str], last: str
) -> dict[str, list[Piece]]:
    notes: dict[str, list[Piece]] = {}
    for piece in pieces:
        if piece.kind == BlockKind.FOOTNOTE:
            notes.setdefault(referred.get(piece.note, last), []).append(piece)
    return notes


Run = list[Piece]


def _runs(texts: Sequence[Piece], weights: Mapping[str, int]) -> Iterator[Run]:
    """What is not to be parted: single blocks, lists, tables; of too long ones as much as a portion holds."""
    for _, numbered in groupby(enumerate(texts), lambda pair: belonging(*pair)):
        run: Run = []
        weight = 0
        for piece in (piece for _, piece in numbered):
            if run and weight + weights[piece.key] > FULL:
                end = _last_item(run)
                yield run[:end]
                run = run[end:]
                weight = sum(weights[each.key] for each in run)
            run.append(piece)
            weight += weights[piece.key]
        yield run


def _last_item(run: Run) -> int:
    """Where the run's last whole item ends, its end where it has but one."""
    ends = [at for at in range(len(run) // 2, len(run)) if at and begins_item(run[at], run[0])]
    return ends[-1] if ends and run[0].kind == BlockKind.LIST_ITEM else len(run)


def _fill(runs: Sequence[Run], weights: Mapping[str, int]) -> Iterator[Sequence[Run]]:
    sizes = [sum(weights[piece.key] for piece in run) for run in runs]
    left, start = sum(sizes), 0
    while left > MOST:
        end = _end(runs, sizes, start)
        yield runs[start:end]
        left -= sum(sizes[start:end])
        start = end
    if start < len(runs):
        yield runs[start:]


def _end(runs: Sequence[Run], sizes: Sequence[int], start: int) -> int:
    """Where a portion that begins at run `start` ends: before the highest heading of its second half, else when it is full."""
    best, rank, weight = 0, 7, sizes[start]
    at = start + 1
    while at < len(runs) and weight <= FULL:
        here = runs[at][0]
        if not _is_heading(runs[at - 1][-1]):
            level = here.level if _is_heading(here) and weight >= FULL // 2 else 7
            if level <= rank:
                best, rank = at, level
        weight += sizes[at]
        at += 1
    return best or start + 1


def in_contents(headings: Sequence[Heading], current: int) -> list[Heading]:
    """The headings that a page lists: all where these are few, else the deeper ones of its own portion only.

    As far as there is room with those that other portions begin with, the nearest first.
    """
    shown: list[Heading] = []
    for deepest in (6, 5, 4, 3, 2, 1):
        shown = [each for each in headings if each.level <= deepest or each.portion == current]
        if len(shown) <= IN_CONTENTS:
            break
    begins = {each.portion: each for each in reversed(headings)}
    nearest = sorted(begins.values(), key=lambda each: abs(each.portion - current))
    kept = list(dict.fromkeys(each.key for each in (*shown, *nearest)))[:IN_CONTENTS]
    return [each for each in headings if each.key in set(kept)]


def above(headings: Sequence[Heading], number: int, first: Piece) -> list[Heading]:
    """The headings that a portion's first block stands under, the highest first."""
    under: list[Heading] = []
    for each in headings:
        if each.portion > number or (each.portion == number and each.key != first.key):
            break
        while under and under[-1].level >= each.level:
            under.pop()
        if each.key == first.key:
            break
        under.append(each)
    return under
