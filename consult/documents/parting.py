"""Blocks that were split or merged, found among what has no pair.

A part is told by its words: most of them stand in the whole, and not in the other parts of it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from consult.documents.blocks import ParsedBlock
from consult.documents.likeness import Likeness, may_be_same
from consult.documents.pairing import Pairs

Parts = list[tuple[int, int]]
"""Places (old, new): a block that was split has several pairs, blocks that were merged share their second place."""

# How much of a part's words must come from the whole: where it stands next to another part of it, and elsewhere.
_BESIDE, _ELSEWHERE = 0.45, 0.65
# Fewer words than this are in any long block by chance.
_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class _Side:
    """Pieces without a pair on one side, and the blocks of the other side that they may be parts of.

    partners: whole → the piece it is paired with already; whole_of turns that round. bags: words by place.
    """

    pieces: Sequence[int]
    piece_bags: Sequence[Counter[int]]
    whole_bags: Sequence[Counter[int]]
    partners: Mapping[int, int]
    whole_of: Mapping[int, int]


def find_parts(
    old: Sequence[ParsedBlock], new: Sequence[ParsedBlock], pairs: Pairs, likeness: Likeness
) -> Parts:
    """The pairs, and with them the other parts of blocks that were split and the other blocks that were merged."""
    backwards = {after: before for before, after in pairs.items()}
    added = [place for place in range(len(new)) if place not in backwards]
    removed = [place for place in range(len(old)) if place not in pairs]
    edited = [before for before, after in pairs.items() if old[before].plain != new[after].plain]
    split = _Side(added, likeness.bags_new, likeness.bags_old, pairs, backwards)
    candidates = likeness.candidates([*removed, *edited], added) + _beside(split, set(edited))
    found = _assign(split, [(j, i) for i, j in candidates if may_be_same(old[i], new[j])], likeness.weigh)
    parts = {*pairs.items(), *((i, j) for j, i in found.items())}
    return sorted(parts | _merges(old, new, pairs, found, likeness))


def _merges(
    old: Sequence[ParsedBlock],
    new: Sequence[ParsedBlock],
    pairs: Pairs,
    splits: Mapping[int, int],
    likeness: Likeness,
) -> set[tuple[int, int]]:
    split = set(splits.values())
    removed = [place for place in range(len(old)) if place not in pairs and place not in split]
    backwards = {after: before for before, after in pairs.items() if before not in split}
    edited = [after for after, before in backwards.items() if old[before].plain != new[after].plain]
    added = [place for place in range(len(new)) if place not in pairs.values() and place not in splits]
    side = _Side(removed, likeness.bags_old, likeness.bags_new, backwards, pairs)
    candidates = likeness.candidates(removed, [*added, *edited])
    candidates += [(i, j) for j, i in _beside(side, set(edited))]
    found = _assign(side, [(i, j) for i, j in candidates if may_be_same(old[i], new[j])], likeness.weigh)
    return set(found.items())


def _beside(side: _Side, wholes: set[int]) -> list[tuple[int, int]]:
    """Pieces with the wholes of the nearest pairs before and after them, as (whole, piece)."""
    found = []
    pieces = set(side.pieces)
    for piece in side.pieces:
        for step in (-1, 1):
            at = piece + step
            if at in pieces and step > 0:
                continue
            whole = side.whole_of.get(at)
            if whole in wholes:
                found.append((whole, piece))
    return found


def _assign(
    side: _Side, candidates: Iterable[tuple[int, int]], weigh: Callable[[Counter[int]], float]
) -> dict[int, int]:
    """Piece → whole, the surest first; what one part has taken of a whole another can't take."""
    left: dict[int, Counter[int]] = {}
    parts: dict[int, set[int]] = defaultdict(set)

    def share(piece: int, whole: int) -> float:
        if whole not in left:
            partner = side.partners.get(whole)
            left[whole] = side.whole_bags[whole] - (
                side.piece_bags[partner] if partner is not None else Counter()
            )
            parts[whole] |= {partner} if partner is not None else set()
        bag = side.piece_bags[piece]
        shared = bag & left[whole]
        return weigh(shared) / weigh(bag) if shared.total() >= _LEAST_WORDS else 0.0

    found: dict[int, int] = {}
    scored = sorted(((-share(piece, whole), piece, whole) for piece, whole in set(candidates)))
    for _, piece, whole in scored:
        if piece in found:
            continue
        near = parts[whole] & {piece - 1, piece + 1}
        if share(piece, whole) >= (_BESIDE if near else _ELSEWHERE):
            found[piece] = whole
            left[whole] = left[whole] - side.piece_bags[piece]
            parts[whole].add(piece)
    return found
