"""A version in preparation as a value: its blocks, and which of them is which of the version before.

Everything here is pure; `storing.py` beside it loads and keeps an arrangement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.keys import make_keys
from consult.documents.storing import KeptBlock, KeptText, shape_of
from consult.kernel.errors import Conflict
from consult.kernel.messages import N_

Link = tuple[str, str]
"""The key of a block of the version before and of the one here that it is; "" on one side where there is none."""

_NUMBER = re.compile(r"\d+")
_REFERENCE = re.compile(r'<sup id="fnref-[^"]*"><a href="#fn-([^"]+)">')
STAYS = N_("It can't be moved further: rows stay in their table, footnotes at the end.")
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
    """New blocks after a block, "" for the beginning; new footnotes go to the end."""
    at = held.place(key) + 1 if key else 0
    taken = [piece.key for piece in held.pieces] + [block.key for block in held.before]
    keys = make_keys(read, taken)
    made = [
        Piece("", _keep(held.original, new, block, figures))
        for new, block in zip(keys, _grouped(held, read), strict=True)
    ]
    notes = [piece for piece in made if piece.block.kind == BlockKind.FOOTNOTE]
    body = [piece for piece in made if piece.block.kind != BlockKind.FOOTNOTE]
    pieces = (*held.pieces[:at], *body, *held.pieces[at:], *notes)
    return renumber(replace(held, pieces=pieces))


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
    return renumber(replace(held, pieces=pieces, links=links, by_hand=by_hand))


def move_block(held: Arrangement, key: str, *, down: bool) -> Arrangement:
    """One place up or down; past a table as a whole. Raises Conflict where it can go no further."""
    place = held.place(key)
    step = 1 if down else -1
    target = place + step
    moved = held.pieces[place]
    if not 0 <= target < len(held.pieces) or not _may_pass(moved, held.pieces[target]):
        raise Conflict(STAYS)
    if _is_row(held.pieces[target]) and not _is_row(moved):
        while 0 <= target + step < len(held.pieces) and _same_table(
            held.pieces[target], held.pieces[target + step]
        ):
            target += step
    rest = [*held.pieces[:place], *held.pieces[place + 1 :]]
    return renumber(replace(held, pieces=(*rest[:target], moved, *rest[target:])))


def renumber(held: Arrangement) -> Arrangement:
    """Numbered items count on from the first of their list; each reference to a footnote has an id of its own."""
    numbers: dict[tuple[int, int], int] = {}
    seen: dict[str, int] = {}
    pieces = []
    for piece in held.pieces:
        block = _counted(piece.block, numbers)
        text = block.texts[held.original]
        html = _REFERENCE.sub(lambda mark: _referring(mark, seen), text.html)
        if html != text.html:
            block = replace(block, texts={**block.texts, held.original: replace(text, html=html)})
        pieces.append(replace(piece, block=block))
    return replace(held, pieces=tuple(pieces))


def _referring(mark: re.Match[str], seen: dict[str, int]) -> str:
    again = seen.get(mark[1], 0)
    seen[mark[1]] = again + 1
    suffix = f"-{again + 1}" if again else ""
    return f'<sup id="fnref-{mark[1]}{suffix}"><a href="#fn-{mark[1]}">'


def _counted(block: KeptBlock, numbers: dict[tuple[int, int], int]) -> KeptBlock:
    """An item with the number that follows; deeper lists begin anew after it."""
    if block.kind != BlockKind.LIST_ITEM:
        numbers.clear()
        return block
    group, level = int(block.shape.get("group", 0)), int(block.shape.get("level", 1))
    label = str(block.shape.get("label", ""))
    for deeper in [each for each in numbers if each[0] != group or each[1] > level]:
        del numbers[deeper]
    found = _NUMBER.search(label)
    if not block.shape.get("ordered") or not found:
        if label:
            numbers.pop((group, level), None)
        return block
    number = numbers.get((group, level), int(found[0]) - 1) + 1
    numbers[group, level] = number
    return replace(block, shape={**block.shape, "label": _NUMBER.sub(str(number), label, count=1)})


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


def _same_table(one: Piece, other: Piece) -> bool:
    return _is_row(one) and _is_row(other) and _group(one) == _group(other)


def _may_pass(moved: Piece, other: Piece) -> bool:
    if (moved.block.kind == BlockKind.FOOTNOTE) != (other.block.kind == BlockKind.FOOTNOTE):
        return False
    if not _is_row(moved):
        return True
    heads = moved.block.shape.get("header") or other.block.shape.get("header")
    return _same_table(moved, other) and not heads
