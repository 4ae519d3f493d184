"""The files of responses in a whole site's archive: `files/SHA-256`, as they are, beside the tables."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import Connection, select, union

from consult.attachments.store import CHUNK, FileMissingError, FileStore
from consult.models.submission import Attachment, AttachmentState


def hashes_in(connection: Connection) -> list[str]:
    """The SHA-256 of every file that the database names, in one view of it."""
    received = select(Attachment.sha256).where(Attachment.state == AttachmentState.KEPT)
    public = select(Attachment.public_sha256).where(Attachment.public_sha256 != "")
    return sorted(connection.execute(union(received, public)).scalars())


def pack_files(archive: zipfile.ZipFile, store: FileStore, hashes: Iterable[str]) -> dict[str, int]:
    """Copy in what the database names, and what else there is: a file that was taken out of a response after a sending
    is still named by its receipt. Those that are gone by now are left out; `consult verify` says which are missing."""
    sizes = {}
    for sha256 in sorted({*hashes, *store.names()}):
        try:
            chunks = store.chunks(sha256)
        except FileMissingError:
            continue
        # What responses hold is packed already.
        with archive.open(zipfile.ZipInfo(_member(sha256)), "w", force_zip64=True) as out:
            sizes[sha256] = sum(out.write(chunk) for chunk in chunks)
    return sizes


def is_whole(archive: zipfile.ZipFile, sha256: str) -> bool:
    """Whether a file in the archive is what its name says."""
    found = hashlib.sha256()
    for chunk in _chunks(archive, sha256):
        found.update(chunk)
    return found.hexdigest() == sha256


def unpack_files(archive: zipfile.ZipFile, store: FileStore, files: Mapping[str, int]) -> None:
    """Put the archive's files into a store."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        for sha256 in files:
            with path.open("wb") as out:
                for chunk in _chunks(archive, sha256):
                    out.write(chunk)
            store.put(path, sha256)


def _chunks(archive: zipfile.ZipFile, sha256: str) -> Iterator[bytes]:
    with archive.open(_member(sha256)) as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def _member(sha256: str) -> str:
    return f"files/{sha256}"
