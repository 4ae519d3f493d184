"""The search engine on Whoosh: its index on disk, our own matching and counting over it.

Whoosh keeps the terms, postings and stored entries and commits them safely; ranking and counting documents one at a
time in Python is what takes it long, so posting lists are read whole into numpy arrays and evaluated there.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import TypeVar

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, LockError

from consult.search.answering import answer
from consult.search.folder import IndexFolder
from consult.search.port import Condition, EngineState, Entry, Query, Results, SearchUnavailable
from consult.search.rebuild import rebuild
from consult.search.snapshots import UNREADABLE, Snapshot, Snapshots
from consult.search.suggestions import beginnings
from consult.search.writing import NAME, commit, finish_merge, prepare_merge, segments_to_merge

CALM = 0.3
"""Seconds without an update after which segments are merged."""

MOST_SEGMENTS = 64
"""Segments from which on they are merged even while updates keep coming."""

Answer = TypeVar("Answer")


class WhooshEngine:
    """A SearchEngine in one folder, for any number of processes: all may search, one at a time commits."""

    def __init__(self, folder: Path, merge: bool = True) -> None:
        """`merge` False leaves small segments alone, for a process that only writes once."""
        self._folder = IndexFolder(folder)
        self._snapshots = Snapshots(self._folder)
        self._merge = merge
        self._merging: Thread | None = None
        self._starting = Lock()
        self._quiet = Event()
        self._quiet.set()
        self._last_update = 0.0
        self._closed = False

    def search(self, query: Query) -> Results:
        """Answer from the newest commit of any process."""
        return self._ask(lambda snapshot: answer(query, snapshot))

    def suggest(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """Titles, organisations and words that begin so."""
        return self._ask(lambda snapshot: beginnings(prefix, limit, snapshot))

    def _ask(self, question: Callable[[Snapshot], Answer]) -> Answer:
        """The answer of the newest snapshot; of the next one if its files went away under the question."""
        snapshot = self._snapshots.current()
        while True:
            try:
                return question(snapshot)
            except UNREADABLE as error:
                newest = self._snapshots.current()
                if newest is snapshot:
                    self._folder.mark_broken(repr(error))
                    raise SearchUnavailable from error
                snapshot = newest

    def update(self, entries: Iterable[Entry], removed: Iterable[str] = ()) -> None:
        """Commit to the live index, and to the journal of a rebuild if one is going on."""
        taken, gone = tuple(entries), tuple(removed)
        self._quiet.clear()
        try:
            with self._folder.updating():
                self._take(taken, gone)
        finally:
            self._last_update = monotonic()
            self._quiet.set()
        self._start_merging()

    def _take(self, entries: Sequence[Entry], removed: Sequence[str]) -> None:
        journaled = self._note_for_rebuild(entries, removed)
        try:
            self._commit(entries, removed)
        except SearchUnavailable:
            if not journaled:
                raise

    def _note_for_rebuild(self, entries: Sequence[Entry], removed: Sequence[str]) -> bool:
        journal = self._folder.journal
        if not journal.exists() or not self._folder.being_rebuilt():
            return False
        journal.append(entries, removed)
        return True

    def _commit(self, entries: Sequence[Entry], removed: Sequence[str]) -> None:
        live = self._folder.live()
        if live is None:
            raise SearchUnavailable
        self._snapshots.current()
        try:
            commit(live, lambda segment: self._snapshots.view(live, segment), entries, removed)
        except (LockError, *UNREADABLE) as error:
            # A full disk leaves the index as it was; whether it is damaged, the next look at it says.
            raise SearchUnavailable from error
        self._snapshots.current()

    def _start_merging(self) -> None:
        with self._starting:
            if self._merge and not self._closed and (self._merging is None or not self._merging.is_alive()):
                self._merging = Thread(target=self._merge_segments, name="search-merge", daemon=True)
                self._merging.start()

    def _merge_segments(self) -> None:
        """Merge, when updates pause, until nothing is left to merge.

        A failure is not lost: the next search or update meets it too.
        """
        try:
            while not self._closed and self._merge_once():
                pass
        except (SearchUnavailable, LockError, *UNREADABLE):
            return

    def _merge_once(self) -> bool:
        live = self._folder.live()
        if live is None:
            return False
        present = TOC.read(FileStorage(str(live)), NAME).segments
        segments = segments_to_merge(present)
        if not segments:
            return False
        if len(present) < MOST_SEGMENTS and monotonic() - self._last_update < CALM:
            sleep(CALM / 4)
            return True
        merge = prepare_merge(
            live, lambda segment: self._snapshots.view(live, segment), segments, self._let_updates_pass
        )
        with self._folder.updating():
            if self._folder.live() == live:
                finish_merge(live, merge)
        return True

    def _let_updates_pass(self) -> None:
        """Wait while an update is at it: merging has time, and Python runs one thread at once."""
        self._quiet.wait(timeout=1.0)

    def rebuild(self, entries: Iterable[Entry], progress: Callable[[int], None] | None = None) -> None:
        """Make the index anew; see consult.search.rebuild."""
        try:
            rebuild(self._folder, entries, progress)
        except LockError as error:
            raise SearchUnavailable from error

    def state(self) -> EngineState:
        """How the index is. Opens what a search would open."""
        rebuilding = self._folder.being_rebuilt()
        try:
            if self._folder.live() is None:
                return EngineState(
                    Condition.REBUILDING if rebuilding else Condition.EMPTY, detail="no index yet"
                )
            documents, detail = self._snapshots.current().documents, self._folder.broken()
        except SearchUnavailable as error:
            documents, detail = 0, self._folder.broken() or repr(error.__cause__ or "made by another version")
        if rebuilding:
            return EngineState(Condition.REBUILDING, documents, detail)
        return EngineState(Condition.BROKEN if detail else Condition.READY, documents, detail)

    def close(self) -> None:
        """Wait for a merge to end and let go of all files."""
        with self._starting:
            self._closed = True
        if self._merging is not None:
            self._merging.join()
        self._snapshots.forget()
