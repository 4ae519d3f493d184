"""Blocks of two versions in pairs: those that say the same, then edits from the surest to the likely ones."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

from consult.documents.blocks import ParsedBlock
from consult.documents.matching.leads import Leads
from consult.documents.matching.likeness import Likeness, may_be_same
from consult.documents.matching.order import Gaps, in_order

Pairs = dict[int, int]
"""Place in the old version → place in the new one."""

# How alike two blocks must be, by what stands around them: anywhere; in the same gap between pairs that kept their
# order; where one neighbour pairs as well; where both do.
_ANYWHERE, _SAME_GAP, _ONE_NEIGHBOUR, _BOTH_NEIGHBOURS = 0.46, 0.34, 0.28, 0.24
# A few words are alike by chance: where no neighbour speaks for them they must be more so.
_SHORT, _ANYWHERE_SHORT, _SAME_GAP_SHORT = 6, 0.62, 0.45
# A gap of more pairs than this is compared only along its diagonal, so many blocks to each side.
_SMALL_GAP, _BAND = 400, 3
# What is surest is paired first, so that the gaps are small where little is asked for.
_FLOORS = (0.7, 0.46, 0.38, 0.3, 0.0, 0.0, 0.0)


def pair_edits(
    old: Sequence[ParsedBlock], new: Sequence[ParsedBlock], same: Pairs, likeness: Likeness, leads: Leads
) -> Pairs:
    """Each old block with the one new block that it is, where there is one; `same` are those that say the same."""
    pairs = dict(same)
    sought = leads.pairs(*unpaired(old, new, pairs))
    for floor in _FLOORS:
        found = _edits(old, new, pairs, sought, likeness, floor)
        pairs.update(found)
        if not found and not floor:
            break
    return pairs


def _identities(blocks: Sequence[ParsedBlock]) -> list[Hashable]:
    return [(block.kind, block.plain, block.src) for block in blocks]


def unpaired(
    old: Sequence[ParsedBlock], new: Sequence[ParsedBlock], pairs: Pairs
) -> tuple[list[int], list[int]]:
    """Places of both versions that have no pair."""
    taken = set(pairs.values())
    return (
        [place for place in range(len(old)) if place not in pairs],
        [place for place in range(len(new)) if place not in taken],
    )


def pair_same(old: Sequence[ParsedBlock], new: Sequence[ParsedBlock]) -> Pairs:
    """What says the same: first what is there once, then what stands beside such a pair, then in order."""
    ours, theirs = _identities(old), _identities(new)
    pairs: Pairs = {}
    for olds, news in _alike(ours, theirs, range(len(ours)), range(len(theirs))):
        if len(olds) == len(news) == 1:
            pairs[olds[0]] = news[0]
    _spread(ours, theirs, pairs, 1)
    _spread(ours, theirs, pairs, -1)
    gaps = _gaps(pairs)
    _zip_alike(
        [(gaps.of_old(place), identity) for place, identity in enumerate(ours)],
        [(gaps.of_new(place), identity) for place, identity in enumerate(theirs)],
        pairs,
    )
    _zip_alike(ours, theirs, pairs)
    return pairs


def _alike(
    ours: Sequence[Hashable], theirs: Sequence[Hashable], olds: Sequence[int], news: Sequence[int]
) -> Iterator[tuple[list[int], list[int]]]:
    places: dict[Hashable, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place in olds:
        places[ours[place]][0].append(place)
    for place in news:
        places[theirs[place]][1].append(place)
    return iter(places.values())


def _zip_alike(ours: Sequence[Hashable], theirs: Sequence[Hashable], pairs: Pairs) -> None:
    taken = set(pairs.values())
    olds = [place for place in range(len(ours)) if place not in pairs]
    news = [place for place in range(len(theirs)) if place not in taken]
    for before, after in _alike(ours, theirs, olds, news):
        pairs.update(zip(before, after, strict=False))


def _spread(ours: Sequence[Hashable], theirs: Sequence[Hashable], pairs: Pairs, step: int) -> None:
    """Blocks that are there several times pair where the blocks next to them do."""
    taken = set(pairs.values())
    for old in sorted(pairs, reverse=step < 0):
        i, j = old + step, pairs[old] + step
        while 0 <= i < len(ours) and 0 <= j < len(theirs) and i not in pairs and j not in taken:
            if ours[i] != theirs[j]:
                break
            pairs[i] = j
            taken.add(j)
            i, j = i + step, j + step


def _gaps(pairs: Pairs) -> Gaps:
    sides = sorted(pairs.items())
    return Gaps(dict(in_order(sides, [1.0] * len(sides))))


def _edits(
    old: Sequence[ParsedBlock],
    new: Sequence[ParsedBlock],
    pairs: Pairs,
    sought: set[tuple[int, int]],
    likeness: Likeness,
    floor: float,
) -> Pairs:
    """One round: whatever is alike enough where it stands, the surest first."""
    around = _Surroundings(len(old), len(new), pairs)
    margins = []
    for i, j in sought.union(around.near()):
        if i in pairs or j in around.taken or not may_be_same(old[i], new[j]):
            continue
        needed = around.needed(
            i, j, short=min(len(likeness.old.terms[i]), len(likeness.new.terms[j])) < _SHORT
        )
        margin = likeness.score(i, j) - max(needed, floor)
        if margin >= 0:
            margins.append((-margin, abs(i - j), i, j))
    found: Pairs = {}
    used: set[int] = set()
    for _, _, i, j in sorted(margins):
        if i not in found and j not in used:
            found[i] = j
            used.add(j)
    return found


class _Surroundings:
    """What stands around blocks that have no pair yet."""

    def __init__(self, olds: int, news: int, pairs: Pairs) -> None:
        self._size = (olds, news)
        self._pairs = {**pairs, -1: -1, olds: news}
        self.taken = set(pairs.values())
        self._gaps = _gaps(pairs)

    def needed(self, i: int, j: int, *, short: bool) -> float:
        """How alike the two must be to be one block."""
        neighbours = sum(self._pairs.get(i + step) == j + step for step in (-1, 1))
        if neighbours:
            return _BOTH_NEIGHBOURS if neighbours == 2 else _ONE_NEIGHBOUR
        if self._gaps.of_old(i) == self._gaps.of_new(j):
            return _SAME_GAP_SHORT if short else _SAME_GAP
        return _ANYWHERE_SHORT if short else _ANYWHERE

    def near(self) -> Iterator[tuple[int, int]]:
        """Pairs to compare because both stand in one gap."""
        olds: dict[int, list[int]] = defaultdict(list)
        news: dict[int, list[int]] = defaultdict(list)
        for place in range(self._size[0]):
            if place not in self._pairs:
                olds[self._gaps.of_old(place)].append(place)
        for place in range(self._size[1]):
            if place not in self.taken:
                news[self._gaps.of_new(place)].append(place)
        for gap in olds.keys() & news.keys():
            yield from _pairs_of_gap(olds[gap], news[gap])


def _pairs_of_gap(olds: list[int], news: list[int]) -> Iterator[tuple[int, int]]:
    everything = len(olds) * len(news) <= _SMALL_GAP
    for number, i in enumerate(olds):
        pace = number * len(news) // len(olds)
        band = news if everything else news[max(0, pace - _BAND) : pace + _BAND + 1]
        yield from ((i, j) for j in band)
