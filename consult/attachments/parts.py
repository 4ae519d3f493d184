"""Uploads as they arrive: one file for each in a folder that all web processes share, grown piece by piece.

How much has arrived is the file's length and nothing else. Pieces are written under a lock and at the offset that they
name, so that two tabs, a resend, or a piece that overtakes another change nothing in what is there.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KEY = re.compile(r"[A-Za-z0-9_-]{10,60}")


class WrongOffsetError(ValueError):
    """A piece that begins after the end of what has arrived; `received` says where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


class TooMuchError(ValueError):
    """More than was announced."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The folder of unfinished uploads."""

    folder: Path

    def path(self, key: str) -> Path:
        """Where an upload's bytes are. Raises ValueError for what is no key."""
        if not KEY.fullmatch(key):
            raise ValueError(key)
        return self.folder / key

    def received(self, key: str) -> int:
        """How many bytes have arrived."""
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, key: str, offset: int, piece: bytes, size: int) -> int:
        """Write a piece at `offset`; bytes that are there already are passed over. How much has arrived then.

        Raises WrongOffsetError where something before it is missing, TooMuchError beyond `size`.
        """
        if offset + len(piece) > size:
            raise TooMuchError
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(self.path(key)) as handle:
            there = os.fstat(handle).st_size
            if offset > there:
                raise WrongOffsetError(there)
            fresh = memoryview(piece)[there - offset :]
            while fresh:
                written = os.pwrite(handle, fresh, there)
                there, fresh = there + written, fresh[written:]
            return there

    def remove(self, key: str) -> None:
        """Forget an upload."""
        self.path(key).unlink(missing_ok=True)
        for what in ("finishing", "copy"):
            self.path(f"{key}-{what}").unlink(missing_ok=True)

    def old(self, seconds: float) -> Iterator[str]:
        """Keys of uploads to which nothing came for so long."""
        if not self.folder.exists():
            return
        for path in self.folder.iterdir():
            try:
                if time.time() - path.stat().st_mtime > seconds:
                    yield path.name
            except FileNotFoundError:
                continue

    @contextmanager
    def finishing(self, key: str) -> Iterator[bool]:
        """Whether nobody else is finishing this upload; nobody else will meanwhile."""
        handle = os.open(self.path(f"{key}-finishing"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield _try_lock(handle)
        finally:
            os.close(handle)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
