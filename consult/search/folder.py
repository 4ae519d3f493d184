"""The folder of an index on disk: which index is live, who may write, who rebuilds, and what arrived meanwhile.

    live.json         which folder answers, and of which version; replaced in one step
    index-…/          a Whoosh index
    update.lock       held while anything is committed to the live index
    rebuild.lock      held as long as a rebuild lives
    journal.jsonl     updates since the rebuild began, to be done again on the new index
    broken.txt        what a search found unreadable, so that the worker hears of it

Locks are the operating system's (flock): those of a dead process are gone with it.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from consult.search.port import Entry, SearchUnavailable
from consult.search.schema import VERSION

PATIENCE = 30.0
"""Seconds to wait for another process's update."""

GLANCE = 0.5
"""Seconds to wait for the right to rebuild: processes that only look whether somebody does hold it for a moment."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One update: entries in, keys out."""

    entries: tuple[Entry, ...]
    removed: tuple[str, ...]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Batch).decode


class IndexFolder:
    """Paths and locks under one root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def live(self) -> Path | None:
        """The index that answers; None where there is none. Raises SearchUnavailable if it is of another version."""
        try:
            pointer = json.loads((self.root / "live.json").read_bytes())
            folder, version = self.root / str(pointer["folder"]), pointer["version"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SearchUnavailable from error
        if version != VERSION:
            raise SearchUnavailable
        return folder

    def new(self) -> Path:
        """An empty folder for a new index; what earlier attempts left behind is removed."""
        with suppress(SearchUnavailable):
            self._remove_all_but(self.live())
        folder = self.root / f"index-{time.time_ns()}"
        folder.mkdir(parents=True)
        return folder

    def make_live(self, folder: Path) -> None:
        """Let a folder answer from now on, in one step, and remove the others."""
        pointer = self.root / "live.json.new"
        with pointer.open("w") as out:
            json.dump({"folder": folder.name, "version": VERSION}, out)
            out.flush()
            os.fsync(out.fileno())
        pointer.replace(self.root / "live.json")
        (self.root / "broken.txt").unlink(missing_ok=True)
        self._remove_all_but(folder)

    def _remove_all_but(self, kept: Path | None) -> None:
        for folder in self.root.glob("index-*"):
            if kept is None or folder.name != kept.name:
                shutil.rmtree(folder, ignore_errors=True)

    def mark_broken(self, detail: str) -> None:
        """Note that the live index can't be read. Notes what it can: the disk may be the trouble."""
        with suppress(OSError):
            (self.root / "broken.txt").write_text(detail, encoding="utf-8")

    def broken(self) -> str:
        """What was noted, or ""."""
        with suppress(OSError):
            return (self.root / "broken.txt").read_text(encoding="utf-8")
        return ""

    @contextmanager
    def updating(self) -> Iterator[None]:
        """Hold the right to commit. Raises SearchUnavailable when somebody else holds it for too long."""
        with self._locked("update.lock", PATIENCE):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Hold the right to rebuild. Raises SearchUnavailable when somebody else does."""
        with self._locked("rebuild.lock", GLANCE):
            yield

    def being_rebuilt(self) -> bool:
        """Whether a living process rebuilds."""
        try:
            with self._locked("rebuild.lock", 0.0, fcntl.LOCK_SH):
                return False
        except SearchUnavailable:
            return (self.root / "rebuild.lock").exists()

    @contextmanager
    def _locked(self, name: str, patience: float, kind: int = fcntl.LOCK_EX) -> Iterator[None]:
        deadline = time.monotonic() + patience
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            file = os.open(self.root / name, os.O_CREAT | os.O_RDWR, 0o644)
        except OSError as error:
            raise SearchUnavailable from error
        try:
            while not _try_lock(file, kind):
                if time.monotonic() >= deadline:
                    raise SearchUnavailable
                time.sleep(0.01)
            yield
        finally:
            os.close(file)

    @property
    def journal(self) -> "Journal":
        """The updates since a rebuild began."""
        return Journal(self.root / "journal.jsonl")


def _try_lock(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Journal:
    """Updates in the order they came, one a line. A line that a dying process left unfinished is not one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def start(self) -> None:
        """Begin with nothing."""
        self._path.write_bytes(b"")

    def exists(self) -> bool:
        """Whether a rebuild wants to hear of updates."""
        return self._path.exists()

    def append(self, entries: Sequence[Entry], removed: Sequence[str]) -> None:
        """Note an update."""
        line = _encode(Batch(tuple(entries), tuple(removed)))
        with self._path.open("ab") as out:
            out.write(line + b"\n")

    def read(self, offset: int) -> tuple[list[Batch], int]:
        """The updates from a place on, and the place after them."""
        with self._path.open("rb") as source:
            source.seek(offset)
            lines = source.read()
        whole = lines[: lines.rfind(b"\n") + 1]
        return [_decode(line) for line in whole.splitlines()], offset + len(whole)

    def end(self) -> None:
        """Forget all."""
        self._path.unlink(missing_ok=True)
