"""Proof that every file of a response is in the store, and is what it was when it was received."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.queries import stored_files
from consult.attachments.store import FileMissingError, FileStore


async def check_files(session: AsyncSession, store: FileStore) -> AsyncIterator[str]:
    """Each is there, as long as it says, with the SHA-256 that it lies under and that a receipt may name."""
    for sha256, size in await stored_files(session):
        said = await to_thread.run_sync(_look_at, store, sha256, size)
        if said:
            yield f"{sha256}: {said}"


def _look_at(store: FileStore, sha256: str, size: int) -> str:
    found, length = hashlib.sha256(), 0
    try:
        for chunk in store.chunks(sha256):
            found.update(chunk)
            length += len(chunk)
    except FileMissingError:
        return "is not in the file store"
    if found.hexdigest() != sha256:
        return "is not what was received"
    return "" if length == size else f"says {size} bytes, has {length}"
