"""Lines out of a file of JSON Lines, plain or gzip, one at a time: a file of any size takes the same memory."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO

MOST_LINE = 2 * 2**20
"""Bytes of one line: the longest text that is taken, with every character escaped."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line of a file, counted from 1; `reason` says why there is nothing to be read in it, else ""."""

    number: int
    body: bytes
    reason: str = ""


class JsonLines:
    """The lines of a file that hold something. `at` and `size` are bytes of the file as it is stored."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        self._where: Callable[[], int] = lambda: 0

    @property
    def at(self) -> int:
        """How far it has been read."""
        return self._where()

    def __iter__(self) -> Iterator[RawLine]:
        with self._open() as stream:
            number = 0
            while True:
                number += 1
                try:
                    body = stream.readline(MOST_LINE + 1)
                    is_long = len(body) > MOST_LINE and _skip_line(stream)
                except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                    yield RawLine(number, b"", f"the compressed file can't be read from here on: {error}")
                    return
                if not body:
                    return
                if is_long:
                    yield RawLine(number, b"", f"the line is longer than {MOST_LINE:,} bytes")
                elif body := _bare(body, number):
                    yield RawLine(number, body)

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        with self._path.open("rb") as file:
            self._where = lambda: 0 if file.closed else _told(file)
            if file.peek(2)[:2] == GZIP:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield BufferedReader(unpacked)
            else:
                yield file


def _told(file: IO[bytes]) -> int:
    return os.lseek(file.fileno(), 0, os.SEEK_CUR)


def _bare(body: bytes, number: int) -> bytes:
    return (body.removeprefix(BYTE_ORDER_MARK) if number == 1 else body).strip(b" \t\r\n")


def _skip_line(stream: IO[bytes]) -> bool:
    """Read on to the end of a line that is too long."""
    while rest := stream.readline(MOST_LINE):
        if rest.endswith(b"\n"):
            break
    return True
