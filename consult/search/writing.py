"""Writing to one Whoosh index: commits of small segments, and merging them without anybody waiting.

A commit writes one new segment and touches no other. Segments of like size are merged when there are MERGED of them:
written anew from their stored entries into a folder of their own while commits go on, and then put in place of the
old ones by a commit of its own that also repeats what was deleted meanwhile.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.writing import PostingPool, SegmentWriter

from consult.search.port import Entry
from consult.search.postings import WholeListCodec
from consult.search.schema import SCHEMA, document, entry_of
from consult.search.segments import SegmentView

NAME = "MAIN"
MERGED = 8
LARGEST_MERGE = 10_000
"""Documents; segments that would make a larger one stay as they are until the next rebuild."""

MOST_DELETED = 0.3
"""A segment with a larger share of deleted documents is written anew."""

MEMORY_MB = 128
BETWEEN_BREATHS = 64
"""Postings that a merge writes between two looks whether an update waits; about a millisecond."""

Find = Callable[[W3Segment], SegmentView]


def create_index(folder: Path) -> None:
    """An index without entries."""
    FileStorage(str(folder)).create().create_index(SCHEMA, NAME)


def _writer(folder: Path, memory_mb: int = MEMORY_MB) -> SegmentWriter:
    index = FileStorage(str(folder)).open_index(NAME)
    return SegmentWriter(
        index, codec=WholeListCodec(), compound=False, limitmb=memory_mb, timeout=10.0, delay=0.01
    )


def write_all(folder: Path, entries: Iterable[Entry], progress: Callable[[int], None] | None) -> list[Entry]:
    """Write an index's first segment. Returns entries whose key came before, which only an update can take in."""
    writer, seen, again, done = _writer(folder), set[str](), list[Entry](), 0
    try:
        for done, entry in enumerate(entries, 1):
            if entry.key in seen:
                again.append(entry)
            else:
                seen.add(entry.key)
                writer.add_document(**document(entry))
            if progress and done % 100 == 0:
                progress(done)
        writer.commit(merge=False)
    finally:
        if not writer.is_closed:
            writer.cancel()
    if progress:
        progress(done)
    return again


def commit(folder: Path, find: Find, entries: Sequence[Entry], removed: Sequence[str]) -> None:
    """One update as one commit. `find` opens a segment."""
    newest = {entry.key: entry for entry in entries}
    writer = _writer(folder)
    try:
        for key in {*newest, *removed}:
            _delete(writer.segments, find, key)
        for entry in newest.values():
            if entry.key not in removed:
                writer.add_document(**document(entry))
        writer.commit(merge=False)
    finally:
        if not writer.is_closed:
            writer.cancel()


def _delete(segments: Sequence[W3Segment], find: Find, key: str) -> None:
    for segment in segments:
        for doc in find(segment).postings("key", key).ids:
            segment.delete_document(int(doc))


class PatientPool(PostingPool):
    """Whoosh's sorted postings, handed out with pauses in which another thread can do its update."""

    def __init__(self, writer: SegmentWriter, breathe: Callable[[], object]) -> None:
        super().__init__(writer.temp_storage(), writer.newsegment, limitmb=MEMORY_MB)  # type: ignore[no-untyped-call]
        self._breathe = breathe

    def iter_postings(self) -> Iterator[tuple[Any, ...]]:
        """All postings in order."""
        for number, posting in enumerate(super().iter_postings()):  # type: ignore[no-untyped-call]
            if number % BETWEEN_BREATHS == 0:
                self._breathe()
            yield posting


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged segment that waits in a folder of its own: which document of which old segment each of its own was."""

    folder: Path
    sources: dict[str, list[int]]


def segments_to_merge(segments: Sequence[W3Segment]) -> list[W3Segment]:
    """The segments that should become one now; none where all is well."""
    tiers: dict[int, list[W3Segment]] = {}
    for segment in segments:
        live = segment.doc_count_all() - segment.deleted_count()
        if live < LARGEST_MERGE and segment.deleted_count() > MOST_DELETED * segment.doc_count_all():
            return [segment]
        tiers.setdefault(_tier(live), []).append(segment)
    for _, tier in sorted(tiers.items()):
        chosen = tier[: MERGED * 8]
        if len(chosen) >= MERGED and sum(s.doc_count_all() for s in chosen) <= LARGEST_MERGE:
            return chosen
    return []


def _tier(documents: int) -> int:
    tier = 0
    while documents >= MERGED:
        documents, tier = documents // MERGED, tier + 1
    return tier


def prepare_merge(
    folder: Path, find: Find, segments: Sequence[W3Segment], breathe: Callable[[], object]
) -> Merge:
    """Write the living entries of some segments as one segment, beside the index; `breathe` is called before each."""
    place = folder / "merging"
    shutil.rmtree(place, ignore_errors=True)
    create_index(place)
    sources: dict[str, list[int]] = {}
    writer = _writer(place)
    writer.pool = PatientPool(writer, breathe)
    try:
        for segment in segments:
            kept = [doc for doc in range(segment.doc_count_all()) if not segment.is_deleted(doc)]
            sources[segment.segment_id()] = kept
            for entry in _entries(find(segment), kept):
                breathe()
                writer.add_document(**document(entry))
        writer.commit(merge=False)
    finally:
        if not writer.is_closed:
            writer.cancel()
    return Merge(place, sources)


def _entries(view: SegmentView, docs: Sequence[int]) -> Iterator[Entry]:
    return (entry_of(view.shown(doc)) for doc in docs)


def finish_merge(folder: Path, merge: Merge) -> None:
    """Put a merged segment in the place of those it was made from; call it while holding the right to commit."""
    writer = _writer(folder)
    current = {segment.segment_id(): segment for segment in writer.segments}
    if not merge.sources.keys() <= current.keys():
        writer.cancel()
        return
    merged = TOC.read(FileStorage(str(merge.folder)), NAME).segments
    base = 0
    for source, kept in merge.sources.items():
        for number, doc in enumerate(kept, base):
            if current[source].is_deleted(doc):
                merged[0].delete_document(number)
        base += len(kept)
    for segment in merged:
        for file in merge.folder.glob(f"{segment.segment_id()}.*"):
            file.replace(folder / file.name)
    others = [segment for segment in writer.segments if segment.segment_id() not in merge.sources]
    writer.commit(mergetype=_replaced_by([*merged, *others]))
    shutil.rmtree(merge.folder, ignore_errors=True)


def _replaced_by(segments: list[W3Segment]) -> Callable[[Any, Any], list[W3Segment]]:
    return lambda _writer, _segments: segments
