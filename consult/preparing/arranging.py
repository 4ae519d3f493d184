"""A version in preparation as a value: its blocks, and which of them is which of the version before.

Everything here is pure; `storing.py` beside it loads and keeps an arrangement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.keys import make_keys
from consult.documents.storing import KeptBlock, KeptText, shape_of
from consult.kernel.errors import Conflict
from consult.kernel.messages import N_
from consult.preparing.numbering import first_numbers, renumber

Link = tuple[str, str]
"""The key of a block of the version before and of the one here that it is; "" on one side where there is none."""

HEADS_TABLE = N_("This row heads its table. Remove the other rows first.")
REFERRED_TO = N_("The text still refers to this footnote.")


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, and the key under which it is stored ("" where it is not yet)."""

    was: str
    block: KeptBlock

    @property
    def key(self) -> str:
        """The block's key."""
        return self.block.key


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`before` are the blocks of the version before (none for a first one), `links` which block is which.

    `by_hand` are the links that an editor decided; ("", key) there says that a block is new.
    """

    original: str
    before: tuple[KeptBlock, ...]
    pieces: tuple[Piece, ...]
    links: frozenset[Link]
    by_hand: frozenset[Link] = frozenset()

    def place(self, key: str) -> int:
        """Where a block stands. Raises Conflict where it is gone."""
        for place, piece in enumerate(self.pieces):
            if piece.key == key:
                return place
        raise Conflict(N_("This block is no longer there."))

    def neighbour(self, key: str) -> str:
        """The key of the block before, of the first one the key after; "" where there is no other."""
        place, keys = self.place(key), [piece.key for piece in self.pieces]
        return keys[place - 1] if place else next(iter(keys[1:2]), "")

    def parsed(self) -> list[ParsedBlock]:
        """The blocks in the original language, as they were read."""
        return [piece.block.parsed(self.original, self.original) for piece in self.pieces]

    def befores(self, key: str) -> list[str]:
        """The keys of the blocks of the version before that a block is, or holds."""
        return [before for before, after in sorted(self.links) if after == key and before]


def replace_block(
    held: Arrangement, key: str, read: Sequence[ParsedBlock], figures: Mapping[str, str]
) -> Arrangement:
    """A block with other words. Where it became several, the first is still this block.

    Translations stay, and are stale where the words differ; `figures`: file name → address.
    """
    place = held.place(key)
    was = held.pieces[place]
    head, *rest = _grouped(held, read)
    first = _keep(held.original, key, head, figures)
    changed = replace(was, block=replace(first, texts={**was.block.texts, **first.texts}))
    pieces = (*held.pieces[:place], changed, *held.pieces[place + 1 :])
    return insert_after(replace(held, pieces=pieces), key, rest, figures)


def insert_after(
    held: Arrangement, key: str, read: Sequence[ParsedBlock], figures: Mapping[str, str]
) -> Arrangement:
    """New blocks after a block, "" for the beginning; new footnotes go to the end.

    What is no row goes after the whole of a table, and what is no footnote before them all.
    """
    at = _opening(held, key, read)
    taken = [piece.key for piece in held.pieces] + [block.key for block in held.before]
    keys = make_keys(read, taken)
    made = [
        Piece("", _keep(held.original, new, block, figures))
        for new, block in zip(keys, _grouped(held, read), strict=True)
    ]
    notes = [piece for piece in made if piece.block.kind == BlockKind.FOOTNOTE]
    body = [piece for piece in made if piece.block.kind != BlockKind.FOOTNOTE]
    pieces = (*held.pieces[:at], *body, *held.pieces[at:], *notes)
    return in_new_order(held, pieces)


def _opening(held: Arrangement, key: str, read: Sequence[ParsedBlock]) -> int:
    at, pieces = held.place(key) + 1 if key else 0, held.pieces
    row = pieces[at - 1] if at and _is_row(pieces[at - 1]) else None
    joins = bool(row and read and read[0].group == _group(row) and read[0].kind is BlockKind.TABLE_ROW)
    while (
        row and not joins and at < len(pieces) and _is_row(pieces[at]) and _group(pieces[at]) == _group(row)
    ):
        at += 1
    return min(at, sum(piece.block.kind != BlockKind.FOOTNOTE for piece in pieces))


def remove_block(held: Arrangement, key: str) -> Arrangement:
    """Without a block. Raises Conflict for a footnote in use, and for the head of a table that has rows."""
    place = held.place(key)
    gone, others = held.pieces[place], (*held.pieces[:place], *held.pieces[place + 1 :])
    block = gone.block.parsed(held.original, held.original)
    if block.kind is BlockKind.FOOTNOTE and any(
        f"[^{block.label}]" in piece.block.texts[held.original].source for piece in others
    ):
        raise Conflict(REFERRED_TO)
    if block.header and any(_group(piece) == block.group for piece in others if _is_row(piece)):
        raise Conflict(HEADS_TABLE)
    links, by_hand = (
        frozenset(link for link in each if link[1] != key) for each in (held.links, held.by_hand)
    )
    pieces = tuple(_without(piece, key) for piece in others)
    return in_new_order(replace(held, links=links, by_hand=by_hand), pieces, was=held.pieces)


def in_new_order(held: Arrangement, pieces: Sequence[Piece], *, was: Sequence[Piece] = ()) -> Arrangement:
    """With its pieces in another order, counted anew. With `was` numbered lists begin as they did there."""
    first = first_numbers([piece.block for piece in was])
    blocks = renumber([piece.block for piece in pieces], held.original, first)
    counted = (replace(piece, block=block) for piece, block in zip(pieces, blocks, strict=True))
    return replace(held, pieces=tuple(counted))


def _keep(original: str, key: str, block: ParsedBlock, figures: Mapping[str, str]) -> KeptBlock:
    text = KeptText(block.source, block.html, block.plain)
    return KeptBlock(key, block.kind, shape_of(block, figures), {original: text})


def _grouped(held: Arrangement, read: Sequence[ParsedBlock]) -> list[ParsedBlock]:
    """New lists and tables, whose group numbers are negative, under numbers that are free."""
    free = count(1 + max((block.group for block in held.parsed()), default=0))
    given: dict[int, int] = {}
    for block in read:
        if block.group < 0 and block.group not in given:
            given[block.group] = next(free)
    return [replace(block, group=given.get(block.group, block.group)) for block in read]


def _without(piece: Piece, key: str) -> Piece:
    """Without the translations whose words stand in the text of a block that is gone."""
    texts = {lang: text for lang, text in piece.block.texts.items() if text.joined_into != key}
    return replace(piece, block=replace(piece.block, texts=texts))


def _group(piece: Piece) -> int:
    return int(piece.block.shape.get("group", 0))


def _is_row(piece: Piece) -> bool:
    return piece.block.kind == BlockKind.TABLE_ROW
