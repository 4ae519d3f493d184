"""The tree over the log's entries, as RFC 9162, section 2.1 has it: hashes in, roots and proofs out.

Only hashes of full subtrees are kept, by (level, place): level 0 are the entries' own, and place counts from the left. Every
other hash is made of a few of them, so that a root and a proof cost as many steps as the log's length has binary digits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

Node = tuple[int, int]
"""Level and place of a full subtree."""
Span = tuple[int, int]
"""A subtree's first entry and how many it has."""
Hashes = Mapping[Node, bytes]

EMPTY = hashlib.sha256(b"").digest()


def hash_leaf(entry: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_pair(left: bytes, right: bytes) -> bytes:
    """The hash of a subtree of two."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def siblings_of(number: int) -> list[Node]:
    """The full subtrees that an entry with this number completes larger ones with, the smallest first."""
    found, level, place = [], 0, number
    while place & 1:
        found.append((level, place - 1))
        level, place = level + 1, place >> 1
    return found


def append(number: int, entry: bytes, siblings: Hashes) -> Iterator[tuple[Node, bytes]]:
    """The full subtrees that are there with an entry and were not before it."""
    hash_, level, place = hash_leaf(entry), 0, number
    yield (0, number), hash_
    while place & 1:
        hash_ = hash_pair(siblings[level, place - 1], hash_)
        level, place = level + 1, place >> 1
        yield (level, place), hash_


def inclusion_spans(number: int, size: int) -> list[Span]:
    """The subtrees whose hashes prove that an entry is among the first `size` (2.1.3.1), in order of the proof."""
    spans: list[Span] = []
    first, count = 0, size
    while count > 1:
        half = _left(count)
        if number < first + half:
            spans.append((first + half, count - half))
            count = half
        else:
            spans.append((first, half))
            first, count = first + half, count - half
    return spans[::-1]


def consistency_spans(earlier: int, size: int) -> list[Span]:
    """The subtrees whose hashes prove that the first `earlier` entries are the same among `size` (2.1.4.1)."""
    spans: list[Span] = []
    first, count, old, whole = 0, size, earlier, True
    while old != count:
        half = _left(count)
        if old <= half:
            spans.append((first + half, count - half))
            count = half
        else:
            spans.append((first, half))
            first, count, old, whole = first + half, count - half, old - half, False
    return [*([] if whole else [(first, count)]), *spans[::-1]]


def _left(count: int) -> int:
    """The largest power of two below `count`, which is at least 2."""
    return 1 << (count - 1).bit_length() - 1


def nodes_of(span: Span) -> list[Node]:
    """The full subtrees that a subtree consists of, from the left."""
    first, count = span
    found: list[Node] = []
    while count:
        level = count.bit_length() - 1
        found.append((level, first >> level))
        first, count = first + (1 << level), count - (1 << level)
    return found


def hash_of(span: Span, hashes: Hashes) -> bytes:
    """A subtree's hash, made of those of its full subtrees. Raises KeyError where one is missing."""
    nodes = nodes_of(span)
    if not nodes:
        return EMPTY
    found = hashes[nodes[-1]]
    for node in reversed(nodes[:-1]):
        found = hash_pair(hashes[node], found)
    return found


class Growing:
    """A tree made from entries as they come; it holds only the full subtrees that are not yet part of a larger one."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self.size = 0

    def add(self, entry: bytes) -> list[tuple[Node, bytes]]:
        """Take the next entry. The full subtrees that it completes, the smallest first."""
        hash_, level, place = hash_leaf(entry), 0, self.size
        found = [((0, place), hash_)]
        while place & 1:
            hash_ = hash_pair(self._waiting.pop(), hash_)
            level, place = level + 1, place >> 1
            found.append(((level, place), hash_))
        self._waiting.append(hash_)
        self.size += 1
        return found

    @property
    def root(self) -> bytes:
        """The root over all entries so far."""
        if not self._waiting:
            return EMPTY
        found = self._waiting[-1]
        for each in reversed(self._waiting[:-1]):
            found = hash_pair(each, found)
        return found


def is_included(entry: bytes, number: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Whether a path proves that `entry` has this number among the `size` entries under `root` (2.1.3.2)."""
    if not 0 <= number < size:
        return False
    place, last, found = number, size - 1, hash_leaf(entry)
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = hash_pair(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = hash_pair(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root
