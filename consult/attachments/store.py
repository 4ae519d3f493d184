"""Where bytes of files lie: under their SHA-256, on disk or in a bucket, never where the web server looks for pages.

Both stores are used from threads. What is put is durable when `put` returns.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import S3Store

from consult.settings import Settings, SettingsError

CHUNK = 128 * 1024
"""Bytes read at once: all that a download holds in memory."""
SET_ASIDE = "set-aside"


class FileMissingError(LookupError):
    """There are no bytes under this SHA-256."""


class FileStore(Protocol):
    """Files by their SHA-256 (hex)."""

    def put(self, path: Path, sha256: str) -> None:
        """Take a copy of a local file in. Doing it again changes nothing. Raises OSError."""

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The bytes, some at a time. Raises FileMissingError before the first."""

    def __contains__(self, sha256: str) -> bool:
        """Whether it is there."""

    def set_aside(self, sha256: str) -> None:
        """Take it away so that it can be brought back: whoever removes looks once more before it is for ever."""

    def bring_back(self, sha256: str) -> None:
        """Undo `set_aside`."""

    def discard(self, sha256: str) -> None:
        """Remove for ever what was set aside."""

    def names(self) -> Iterator[str]:
        """Every SHA-256 that there is."""


class DiskStore:
    """Files in a folder: `ab/cdef…`, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _place(self, sha256: str, folder: str = "") -> Path:
        return self._folder / folder / sha256[:2] / sha256[2:]

    def put(self, path: Path, sha256: str) -> None:
        """Copied beside its place, made durable, then moved in one step."""
        place = self._place(sha256)
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = place.with_name(f".{uuid4().hex}")
        try:
            with path.open("rb") as source, open(partial, "xb", opener=_private) as target:
                shutil.copyfileobj(source, target, CHUNK)
                target.flush()
                os.fsync(target.fileno())
            partial.replace(place)
            _sync_folder(place.parent)
        finally:
            partial.unlink(missing_ok=True)

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The bytes, CHUNK at a time."""
        try:
            file = self._place(sha256).open("rb")
        except FileNotFoundError:
            raise FileMissingError(sha256) from None
        return _read(file)

    def __contains__(self, sha256: str) -> bool:
        return self._place(sha256).exists()

    def set_aside(self, sha256: str) -> None:
        """Moved; nothing where it is gone already."""
        _move(self._place(sha256), self._place(sha256, SET_ASIDE))

    def bring_back(self, sha256: str) -> None:
        """Moved back."""
        _move(self._place(sha256, SET_ASIDE), self._place(sha256))

    def discard(self, sha256: str) -> None:
        """Removed."""
        self._place(sha256, SET_ASIDE).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """By walking the folder."""
        for place in sorted(self._folder.glob("??/[!.]*")):
            yield place.parent.name + place.name


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        source.replace(target)
    except FileNotFoundError:
        return


class BucketStore:
    """Files in a bucket that speaks S3's protocol, through obstore."""

    def __init__(self, store: S3Store, prefix: str = "") -> None:
        self._store = store
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def _place(self, sha256: str, folder: str = "files") -> str:
        return f"{self._prefix}{folder}/{sha256[:2]}/{sha256[2:]}"

    def put(self, path: Path, sha256: str) -> None:
        """Sent in parts that are smaller than the file."""
        if sha256 not in self:
            obstore.put(self._store, self._place(sha256), path, chunk_size=5 * 2**20, max_concurrency=1)

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """As they arrive."""
        try:
            found = obstore.get(self._store, self._place(sha256))
        except (NotFoundError, FileNotFoundError):
            raise FileMissingError(sha256) from None
        return (bytes(chunk) for chunk in found.stream(min_chunk_size=CHUNK))

    def __contains__(self, sha256: str) -> bool:
        try:
            obstore.head(self._store, self._place(sha256))
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    def set_aside(self, sha256: str) -> None:
        """Renamed; nothing where it is gone already."""
        self._rename(self._place(sha256), self._place(sha256, SET_ASIDE))

    def bring_back(self, sha256: str) -> None:
        """Renamed back."""
        self._rename(self._place(sha256, SET_ASIDE), self._place(sha256))

    def _rename(self, source: str, target: str) -> None:
        try:
            obstore.rename(self._store, source, target)
        except (NotFoundError, FileNotFoundError):
            return

    def discard(self, sha256: str) -> None:
        """Removed."""
        try:
            obstore.delete(self._store, self._place(sha256, SET_ASIDE))
        except (NotFoundError, FileNotFoundError):
            return

    def names(self) -> Iterator[str]:
        """By listing the bucket."""
        start = f"{self._prefix}files/"
        for batch in obstore.list(self._store, prefix=start):
            for each in batch:
                yield str(each["path"]).removeprefix(start).replace("/", "")


@lru_cache(maxsize=8)
def _make(address: str, data_dir: Path) -> FileStore:
    if not address:
        return DiskStore(data_dir / "files")
    parts = urlsplit(address)
    if parts.scheme == "file" and parts.path:
        return DiskStore(Path(parts.path))
    if parts.scheme != "s3" or not parts.hostname:
        raise SettingsError("file_store is s3://bucket?endpoint=https://…&region=…, or file:///a/folder")
    options = dict(parse_qsl(parts.query))
    config = {**({"endpoint": options["endpoint"]} if "endpoint" in options else {}), "region": options.get("region", "us-east-1")}  # fmt: skip
    plain = options.get("endpoint", "").startswith("http:")
    store = S3Store(parts.hostname, config=config, client_options={"allow_http": plain})  # type: ignore[arg-type]
    return BucketStore(store, parts.path)


def store_of(settings: Settings) -> FileStore:
    """The store that the settings name. Keys of a bucket come from the environment as its tools take them
    (`AWS_ACCESS_KEY_ID` …). Raises SettingsError."""
    return _make(settings.file_store, settings.data_dir)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a local file (hex)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
