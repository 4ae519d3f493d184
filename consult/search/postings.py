"""Whoosh's posting lists as numpy arrays: a whole list at once instead of one document at a time in Python."""

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float32]

BLOCK = 512
"""Postings in a block; Whoosh's own 128 is made for skipping, which reading whole lists never does."""


@dataclass(frozen=True, slots=True)
class Postings:
    """One term in one segment: document numbers in order, weights, and where asked the packed positions of each."""

    ids: Ids
    weights: Scores
    positions: bytes = b""

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return self.ids.nbytes + self.weights.nbytes + len(self.positions)


NOTHING = Postings(np.empty(0, np.int64), np.empty(0, np.float32))


class WholeListMatcher(W3LeafMatcher):
    """Whoosh's own matcher, that can also read its list to the end in one go."""

    _data: tuple[tuple[int, ...], float | tuple[float, ...] | None, tuple[bytes, ...]]

    def copy(self) -> "WholeListMatcher":
        """Another matcher at the same place; whole lists need none."""
        return copy(self)

    def read_all(self, positions: bool) -> Postings:
        """The list from its beginning. `positions` makes it carry the values too."""
        self.reset()  # type: ignore[no-untyped-call]
        ids: list[Ids] = []
        weights: list[Scores] = []
        values: list[bytes] = []
        while True:
            self._read_data()  # type: ignore[no-untyped-call]
            steps, block_weights, block_values = self._data
            ids.append(np.cumsum(np.array(steps, np.int64)))
            weights.append(_weights(block_weights, len(steps)))
            if positions:
                values.extend(block_values)
            if self._lastblock:
                return Postings(np.concatenate(ids), np.concatenate(weights), b"".join(values))
            self._next_block()  # type: ignore[no-untyped-call]


def _weights(stored: float | tuple[float, ...] | None, count: int) -> Scores:
    if stored is None or isinstance(stored, float):
        return np.full(count, 1.0 if stored is None else stored, np.float32)
    return np.array(stored, np.float32)


class WholeListCodec(W3Codec):
    """Whoosh's index format, read in whole lists."""

    def __init__(self) -> None:
        super().__init__(blocklimit=BLOCK, compression=1)  # type: ignore[no-untyped-call]

    def postings_reader(self, dbfile, terminfo, format_, term=None, scorer=None):  # type: ignore[no-untyped-def]
        """A matcher with `read_all`."""
        offset, length = terminfo.extent()
        return WholeListMatcher(dbfile, offset, length, format_, term=term, scorer=scorer)  # type: ignore[no-untyped-call]
