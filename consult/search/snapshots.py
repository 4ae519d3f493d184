"""The index as it was after one commit: its open segments and what of them is alive.

Asking whether another process committed costs one listing of a small folder; a new commit opens its own segment only.
"""

import os
import pickle
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import FileFormatError
from whoosh.index import TOC
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import CorruptIndexError

from consult.search.folder import IndexFolder
from consult.search.port import SearchUnavailable
from consult.search.postings import Mask
from consult.search.segments import SegmentView
from consult.search.writing import NAME

UNREADABLE = (
    OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, AssertionError, NameError, ImportError,
    OverflowError, MemoryError, struct.error, zlib.error, pickle.PickleError, CorruptIndexError, FileFormatError,
    WhooshIndexError,
)  # fmt: skip
"""What reading damaged files of an index was seen to raise: Whoosh unpickles and unpacks without checking."""

ATTEMPTS = 4
_TOC_NAME = re.compile(rf"_{NAME}_(\d+)\.toc")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a search reads. `parts` are segments with the mask of their living documents."""

    folder: Path
    generation: int
    parts: tuple[tuple[SegmentView, Mask], ...]
    documents: int
    mean_length: float
    languages: frozenset[str]


class Snapshots:
    """The newest snapshot of the live index, for all threads of a process."""

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._lock = Lock()
        self._views: dict[str, SegmentView] = {}
        self._current: Snapshot | None = None

    def current(self) -> Snapshot:
        """The snapshot after the last commit of any process. Raises SearchUnavailable."""
        with self._lock:
            for attempt in range(ATTEMPTS):
                live = self._folder.live()
                if live is None:
                    raise SearchUnavailable
                try:
                    return self._refreshed(live)
                except UNREADABLE as error:
                    # A commit may have removed files between the listing and the reading: look again.
                    if attempt == ATTEMPTS - 1:
                        self._folder.mark_broken(repr(error))
                        raise SearchUnavailable from error
        raise SearchUnavailable

    def _refreshed(self, live: Path) -> Snapshot:
        generation = newest_generation(live)
        current = self._current
        if current is None or (current.folder, current.generation) != (live, generation):
            current = self._current = self._open(live, generation)
        return current

    def _open(self, live: Path, generation: int) -> Snapshot:
        storage = FileStorage(str(live))
        segments = TOC.read(storage, NAME, generation).segments
        views = {s.segment_id(): self._views.get(s.segment_id()) or SegmentView(storage, s) for s in segments}
        self._views = views
        parts = tuple((views[s.segment_id()], living(s)) for s in segments)
        documents = sum(int(mask.sum()) for _, mask in parts)
        length = sum(float(view.lengths[mask].sum()) for view, mask in parts)
        languages = frozenset(lang for view, _ in parts for lang in view.column("lang").values)
        return Snapshot(live, generation, parts, documents, length / max(documents, 1), languages)

    def view(self, folder: Path, segment: W3Segment) -> SegmentView:
        """A segment opened for a writer; the one that searches use, if they do."""
        return self._views.get(segment.segment_id()) or SegmentView(FileStorage(str(folder)), segment)

    def forget(self) -> None:
        """Close everything."""
        with self._lock:
            self._views, self._current = {}, None


def living(segment: W3Segment) -> Mask:
    """The mask of a segment's documents that are not deleted."""
    mask = np.ones(segment.doc_count_all(), np.bool_)
    mask[list(segment.deleted_docs())] = False
    return mask


def newest_generation(live: Path) -> int:
    """The number of the newest table of contents. Raises FileNotFoundError where there is none."""
    found = [int(match[1]) for name in os.listdir(live) if (match := _TOC_NAME.fullmatch(name))]
    if not found:
        raise FileNotFoundError(f"no table of contents in {live.name}")
    return max(found)
