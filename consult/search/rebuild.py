"""Making a new index beside the live one, with no update lost.

While it is written, updates go to the live index and into the journal. Then the journal is done again on the new
index, its last part while no update can come in, and the new index becomes the live one in one step. A rebuild that
dies leaves the live index as it was; its lock is gone with it, and the next one removes what it left.
"""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filestore import FileStorage

from consult.search.folder import IndexFolder
from consult.search.port import Entry
from consult.search.segments import SegmentView
from consult.search.writing import commit, create_index, write_all

ROUNDS = 5
"""Times that the journal is caught up with before updates have to wait for the last part."""


def rebuild(folder: IndexFolder, entries: Iterable[Entry], progress: Callable[[int], None] | None) -> None:
    """Replace the live index by one of these entries and of all updates since the call.

    Raises SearchUnavailable when another process rebuilds.
    """
    with folder.rebuilding():
        with folder.updating():
            place = folder.new()
            folder.journal.start()
        try:
            create_index(place)
            again = write_all(place, entries, progress)
            catch_up = _Replay(folder, place)
            catch_up.take(again)
            for _ in range(ROUNDS):
                if not catch_up.read():
                    break
            with folder.updating():
                catch_up.read()
                folder.make_live(place)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        finally:
            folder.journal.end()


class _Replay:
    """Does the journal's updates on the new index, from where it last stopped."""

    def __init__(self, folder: IndexFolder, place: Path) -> None:
        self._folder = folder
        self._place = place
        self._offset = 0
        self._views: dict[str, SegmentView] = {}

    def take(self, entries: list[Entry]) -> None:
        if entries:
            commit(self._place, self._find, entries, ())

    def read(self) -> int:
        """Do what came since; how many updates that were."""
        batches, self._offset = self._folder.journal.read(self._offset)
        newest: dict[str, Entry | None] = {}
        for batch in batches:
            newest |= {entry.key: entry for entry in batch.entries} | dict.fromkeys(batch.removed)
        if newest:
            gone = [key for key, entry in newest.items() if entry is None]
            commit(self._place, self._find, [entry for entry in newest.values() if entry], gone)
        return len(batches)

    def _find(self, segment: W3Segment) -> SegmentView:
        name = segment.segment_id()
        if name not in self._views:
            self._views[name] = SegmentView(FileStorage(str(self._place)), segment)
        return self._views[name]
