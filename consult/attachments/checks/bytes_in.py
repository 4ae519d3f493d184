"""Bytes that are looked for in whatever a file holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path

from consult.attachments.problems import FileRefusedError, Problem

CHUNK = 1 << 20
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The agreed test file of virus scanners, in two parts so that none of them finds it here."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Compound files: old Office documents, encrypted new ones, and embedded programs (MS-CFB, 2.2)."""
ZIP_END = b"PK\x05\x06"
_PAGES = (b"<html", b"<script", b"<?php", b"<svg", b"<!doctype html")


@contextmanager
def mapped(path: Path) -> Iterator[mmap]:
    """A local file as if it were bytes: what is looked at is in memory only as long as the system has room for it."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as body:
        yield body


def file_chunks(path: Path) -> Iterable[bytes]:
    """A local file's bytes, some at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def refuse_virus(chunks: Iterable[bytes]) -> int:
    """Read all, and raise FileRefusedError where the agreed test virus is among it. How many bytes there were."""
    before, total = b"", 0
    for chunk in chunks:
        total += len(chunk)
        if EICAR in before + chunk:
            raise FileRefusedError(Problem.VIRUS)
        before = (before + chunk)[-len(EICAR) :]
    return total


def refuse_second_file(rest: bytes) -> None:
    """What follows a file's end may be nothing that another program would open. Raises FileRefusedError."""
    if ZIP_END in rest or rest.lstrip().startswith((b"%PDF", b"PK\x03\x04", b"MZ", OLE)):
        raise FileRefusedError(Problem.MIXED)
    low = rest.lower()
    if any(mark in low for mark in _PAGES):
        raise FileRefusedError(Problem.MIXED)
