"""What kept its order when pieces moved, and where each piece stands between those that did."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence


def in_order(pairs: Sequence[tuple[int, int]], weights: Sequence[float]) -> frozenset[tuple[int, int]]:
    """The heaviest part of the pairs (before, after) in which both places only rise: the rest has moved.

    Heaviest increasing subsequence by a Fenwick tree of maxima, in n log n. No two pairs may share a place.
    """
    ranks = {after: rank + 1 for rank, after in enumerate(sorted(after for _, after in pairs))}
    best: list[tuple[float, int]] = [(0.0, -1)] * (len(pairs) + 1)
    came_from = [-1] * len(pairs)
    for number in sorted(range(len(pairs)), key=lambda each: pairs[each][0]):
        rank = ranks[pairs[number][1]]
        weight, came_from[number] = _most_up_to(best, rank - 1)
        _raise_from(best, rank, (weight + weights[number], number))
    number = _most_up_to(best, len(pairs))[1]
    kept = set()
    while number >= 0:
        kept.add(pairs[number])
        number = came_from[number]
    return frozenset(kept)


def _most_up_to(tree: list[tuple[float, int]], at: int) -> tuple[float, int]:
    most = (0.0, -1)
    while at > 0:
        most = max(most, tree[at])
        at -= at & -at
    return most


def _raise_from(tree: list[tuple[float, int]], at: int, value: tuple[float, int]) -> None:
    while at < len(tree):
        tree[at] = max(tree[at], value)
        at += at & -at


class Gaps:
    """The gaps between pairs that kept their order: two places stand in the same gap if nothing parts them."""

    def __init__(self, kept: Mapping[int, int]) -> None:
        self._olds = sorted(kept)
        self._news = sorted(kept.values())

    def of_old(self, place: int) -> int:
        """The number of the gap before which so many pairs stand."""
        return bisect_left(self._olds, place)

    def of_new(self, place: int) -> int:
        """The same for a place of the new version."""
        return bisect_left(self._news, place)
