"""Blocks that were split or merged, found among what has no pair.

A part is told by its words: most of them stand in the whole, and not in the other parts of it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from consult.documents.blocks import ParsedBlock
from consult.documents.matching.leads import Leads
from consult.documents.matching.likeness import Likeness, may_be_same
from consult.documents.matching.pairing import Pairs

Parts = list[tuple[int, int]]
"""Places (old, new): a block that was split has several pairs, blocks that were merged share their second place."""

# How much of a part's words must come from the whole: where it stands next to another part of it, and elsewhere.
_BESIDE, _ELSEWHERE = 0.45, 0.65
# Fewer words than this are in any long block by chance.
_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class _Side:
    """Blocks without a pair, and the blocks of the other side that they may be parts of.

    words, whole_words: how often each block has each word. partners: whole → the part it is paired with already;
    whole_of turns that round.
    """

    pieces: Collection[int]
    words: Sequence[Counter[int]]
    whole_words: Sequence[Counter[int]]
    partners: Mapping[int, int]
    whole_of: Mapping[int, int]


def find_parts(
    old: Sequence[ParsedBlock], new: Sequence[ParsedBlock], pairs: Pairs, likeness: Likeness, leads: Leads
) -> Parts:
    """The pairs, and with them the other parts of blocks that were split and the other blocks that were merged."""
    splits = _find_splits(old, new, pairs, likeness, leads)
    merges = _find_merges(old, new, pairs, splits, likeness, leads)
    return sorted({*pairs.items(), *((i, j) for j, i in splits.items()), *merges.items()})


def _find_splits(
    old: Sequence[ParsedBlock], new: Sequence[ParsedBlock], pairs: Pairs, likeness: Likeness, leads: Leads
) -> dict[int, int]:
    """New place → old place of parts beside the one that the block is paired with."""
    backwards = {after: before for before, after in pairs.items()}
    added = [place for place in range(len(new)) if place not in backwards]
    edited = {before for before, after in pairs.items() if old[before].plain != new[after].plain}
    wholes = [place for place in range(len(old)) if place not in pairs or place in edited]
    side = _Side(added, likeness.new.bags, likeness.old.bags, pairs, backwards)
    candidates = {(piece, whole) for whole, piece in leads.of_new(wholes, added)} | _beside(side, edited)
    return _assign(side, [(j, i) for j, i in candidates if may_be_same(old[i], new[j])], likeness)


def _find_merges(
    old: Sequence[ParsedBlock],
    new: Sequence[ParsedBlock],
    pairs: Pairs,
    splits: Mapping[int, int],
    likeness: Likeness,
    leads: Leads,
) -> dict[int, int]:
    """Old place → new place of blocks that went into one that another is paired with."""
    split = set(splits.values())
    backwards = {after: before for before, after in pairs.items()}
    removed = [place for place in range(len(old)) if place not in pairs and place not in split]
    edited = {
        after
        for before, after in pairs.items()
        if before not in split and old[before].plain != new[after].plain
    }
    added = (place for place in range(len(new)) if place not in backwards and place not in splits)
    side = _Side(removed, likeness.old.bags, likeness.new.bags, backwards, pairs)
    candidates = leads.of_old(removed, [*added, *edited]) | _beside(side, edited)
    return _assign(side, [(i, j) for i, j in candidates if may_be_same(old[i], new[j])], likeness)


def _beside(side: _Side, wholes: Collection[int]) -> set[tuple[int, int]]:
    """Pieces with those wholes that the blocks next to them are paired with."""
    return {
        (piece, whole)
        for step in (-1, 1)
        for piece in side.pieces
        if (whole := side.whole_of.get(piece + step)) is not None and whole in wholes
    }


def _assign(side: _Side, candidates: Iterable[tuple[int, int]], likeness: Likeness) -> dict[int, int]:
    """Piece → whole, the surest first; what one part has taken of a whole another can't take."""
    wholes: dict[int, _Whole] = {}
    for _, whole in candidates:
        if whole not in wholes:
            wholes[whole] = _Whole(side, whole, likeness)
    found: dict[int, int] = {}
    scored = sorted((-wholes[whole].share(piece), piece, whole) for piece, whole in candidates)
    for share, piece, whole in scored:
        if piece in found or -share < _BESIDE:
            continue
        needed = _BESIDE if wholes[whole].parts & {piece - 1, piece + 1} else _ELSEWHERE
        if wholes[whole].share(piece) >= needed:
            wholes[whole].give(piece)
            found[piece] = whole
    return found


class _Whole:
    """A block with those of its words that no part has taken yet."""

    def __init__(self, side: _Side, place: int, likeness: Likeness) -> None:
        self._words, self._likeness = side.words, likeness
        self._left = dict(side.whole_words[place])
        self.parts: set[int] = set()
        if place in side.partners:
            self.give(side.partners[place])

    def share(self, piece: int) -> float:
        """How much of a piece's words are still to be had here."""
        words, left, weights = self._words[piece], self._left, self._likeness.weights
        taken = {term: min(words[term], left[term]) for term in words.keys() & left.keys()}
        if sum(taken.values()) < _LEAST_WORDS:
            return 0.0
        all_of_it = sum(weights[term] * count for term, count in words.items())
        return sum(weights[term] * count for term, count in taken.items()) / all_of_it

    def give(self, piece: int) -> None:
        """A piece takes its words away."""
        self.parts.add(piece)
        for term, count in self._words[piece].items():
            if term in self._left:
                self._left[term] = max(0, self._left[term] - count)
