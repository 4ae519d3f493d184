"""Moving blocks up and down as editors think of them: a heading with its section, a list item with what is under it.

What is passed is passed whole as well: nothing comes to stand between a heading's section or an item and what belongs to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from consult.documents.blocks import BlockKind
from consult.kernel.errors import Conflict
from consult.kernel.messages import N_
from consult.preparing.arranging import Arrangement, Piece, in_new_order

STAYS = N_(
    "It can't be moved further: rows stay in their table, items within a list under an item, footnotes at the end."
)

Span = tuple[int, int]
"""Places of pieces: from the first to before the second."""


def move_block(held: Arrangement, key: str, *, down: bool) -> Arrangement:
    """One place up or down, with what belongs to it. Raises Conflict where it can go no further."""
    mine = with_own(held, key)
    passed = (_below if down else _above)(held.pieces, mine)
    if passed is None:
        raise Conflict(STAYS)
    first, second = (mine, passed) if down else (passed, mine)
    pieces = held.pieces
    swapped = (*pieces[: first[0]], *pieces[slice(*second)], *pieces[slice(*first)], *pieces[second[1] :])
    return in_new_order(held, swapped, was=pieces)


def may_move(held: Arrangement, key: str, *, down: bool) -> bool:
    """Whether there is somewhere to go."""
    mine = with_own(held, key)
    return (_below if down else _above)(held.pieces, mine) is not None


def with_own(held: Arrangement, key: str) -> Span:
    """A block with what moves along."""
    return _with_own(held.pieces, held.place(key))


def _with_own(pieces: Sequence[Piece], at: int) -> Span:
    """A block with what belongs to it."""
    if pieces[at].block.kind == BlockKind.HEADING:
        return at, _next_heading(pieces, at + 1, _level(pieces[at]))
    if _begins_item(pieces[at]):
        return at, _end_of_item(pieces, at)
    return at, at + 1


def _below(pieces: Sequence[Piece], mine: Span) -> Span | None:
    """What a block passes on its way down, None where it stays."""
    start, end = mine
    if end == len(pieces):
        return None
    moved, other = pieces[start], pieces[end]
    if moved.block.kind == BlockKind.HEADING:
        if other.block.kind != BlockKind.HEADING:
            return None
        deepest = _level(moved) if _level(other) == _level(moved) else 6
        return end, _next_heading(pieces, end + 1, deepest)
    if _begins_item(moved) and _level(moved) > 1:
        return _below_item(pieces, mine)
    if not _may_pass(moved, other):
        return None
    return end, _end_of_whole(pieces, end, moved)


def _above(pieces: Sequence[Piece], mine: Span) -> Span | None:
    """What a block passes on its way up, None where it stays."""
    start = mine[0]
    if start == 0:
        return None
    moved, other = pieces[start], pieces[start - 1]
    if moved.block.kind == BlockKind.HEADING:
        return _section_above(pieces, start)
    if _begins_item(moved) and _level(moved) > 1:
        return _item_above(pieces, start)
    if not _may_pass(moved, other):
        return None
    return _start_of_whole(pieces, start - 1, moved), start


def _next_heading(pieces: Sequence[Piece], at: int, deepest: int) -> int:
    """Where the next heading of a level up to `deepest` stands, or the text ends before its notes."""
    while at < len(pieces) and not _is_note(pieces[at]):
        if pieces[at].block.kind == BlockKind.HEADING and _level(pieces[at]) <= deepest:
            break
        at += 1
    return at


def _section_above(pieces: Sequence[Piece], start: int) -> Span | None:
    """The section before, or the beginning of the one that this one is in: it then ends the section before that."""
    level = _level(pieces[start])
    for at in range(start - 1, -1, -1):
        if pieces[at].block.kind == BlockKind.HEADING and _level(pieces[at]) <= level:
            is_first = not any(each.block.kind == BlockKind.HEADING for each in pieces[:at])
            return None if is_first and _level(pieces[at]) < level else (at, start)
    return None


def _below_item(pieces: Sequence[Piece], mine: Span) -> Span | None:
    """The next item beside this one; past the last of them, the item after the one that these are in."""
    start, end = mine
    level, other = _level(pieces[start]), pieces[end]
    if not _same_list(pieces[start], other) or _level(other) < level - 1:
        return None
    if _level(other) < level:
        return end, end + 1
    return end, _end_of_item(pieces, end) if _begins_item(other) else end + 1


def _item_above(pieces: Sequence[Piece], start: int) -> Span | None:
    """The item before this one; past the first of them, the item that they are in, if another stands before it."""
    moved = pieces[start]
    level = _level(moved)
    at = start - 1
    while at >= 0 and _same_list(moved, pieces[at]) and not _bounds(pieces[at], level):
        at -= 1
    if at < 0 or not _same_list(moved, pieces[at]) or _level(pieces[at]) < level - 1:
        return None
    if _level(pieces[at]) == level or not _begins_item(pieces[at]):
        return at, start
    has_other = at > 0 and _same_list(moved, pieces[at - 1]) and _level(pieces[at - 1]) >= level - 1
    return (at, start) if has_other else None


def _bounds(piece: Piece, level: int) -> bool:
    """Whether a block of a list stands higher than an item of a level, or begins one beside it."""
    return _level(piece) < level or (_level(piece) == level and _begins_item(piece))


def _end_of_item(pieces: Sequence[Piece], at: int) -> int:
    """Where an item ends with what goes on and deeper in it."""
    item, end = pieces[at], at + 1
    while end < len(pieces) and _same_list(item, pieces[end]):
        if _bounds(pieces[end], _level(item)):
            break
        end += 1
    return end


def _start_of_whole(pieces: Sequence[Piece], at: int, moved: Piece) -> int:
    """Where that begins which `moved` can't stand within: a table, an item of a list."""
    if _is_row(pieces[at]) and not _is_row(moved):
        while at and _same_table(pieces[at], pieces[at - 1]):
            at -= 1
    elif _begins_item(moved) or not _is_item(moved):
        while at and not _bounds(pieces[at], 1) and _same_list(pieces[at], pieces[at - 1]):
            at -= 1
    return at


def _end_of_whole(pieces: Sequence[Piece], at: int, moved: Piece) -> int:
    """Where it ends."""
    if _is_row(pieces[at]) and not _is_row(moved):
        end = at + 1
        while end < len(pieces) and _same_table(pieces[at], pieces[end]):
            end += 1
        return end
    if _begins_item(pieces[at]) and (_begins_item(moved) or not _is_item(moved)):
        return _end_of_item(pieces, at)
    return at + 1


def _may_pass(moved: Piece, other: Piece) -> bool:
    if _is_note(moved) != _is_note(other):
        return False
    if _is_item(moved) and not _begins_item(moved):
        return _same_list(moved, other) and not _begins_item(other)
    if not _is_row(moved):
        return True
    heads = moved.block.shape.get("header") or other.block.shape.get("header")
    return _same_table(moved, other) and not heads


def _level(piece: Piece) -> int:
    return int(piece.block.shape.get("level", 1))


def _group(piece: Piece) -> int:
    return int(piece.block.shape.get("group", 0))


def _is_note(piece: Piece) -> bool:
    return piece.block.kind == BlockKind.FOOTNOTE


def _is_item(piece: Piece) -> bool:
    return piece.block.kind == BlockKind.LIST_ITEM


def _begins_item(piece: Piece) -> bool:
    return _is_item(piece) and bool(piece.block.shape.get("label"))


def _is_row(piece: Piece) -> bool:
    return piece.block.kind == BlockKind.TABLE_ROW


def _same_list(one: Piece, other: Piece) -> bool:
    return _is_item(one) and _is_item(other) and _group(one) == _group(other)


def _same_table(one: Piece, other: Piece) -> bool:
    return _is_row(one) and _is_row(other) and _group(one) == _group(other)
