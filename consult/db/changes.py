"""What did anybody commit since I last asked? The port that page caches and the worker ask.

On SQLite `PRAGMA data_version` on a connection kept for it sees every other connection's commits and takes some
microseconds; which scopes changed is then read from the outbox. On PostgreSQL the commit carries a NOTIFY.
"""

import asyncio
import json
import sqlite3
import time
from contextlib import suppress
from typing import Protocol

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.engine import is_sqlite

CHANNEL = "consult_changes"
EVERYTHING = frozenset({"*"})
"""Nothing is known of what changed: forget all."""

LOOK_EVERY = 0.1
"""Seconds between two looks at a SQLite file while somebody waits for a commit."""


class Changes(Protocol):
    """A feed of changed scopes."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def poll(self) -> frozenset[str]:
        """Scopes changed since the last call; EVERYTHING where that can't be known."""
        ...

    def note(self, scopes: frozenset[str]) -> None:
        """This process committed a change of these scopes."""
        ...

    async def wait(self, timeout: float) -> None:
        """Return when anybody has committed since the last wait, or after `timeout` seconds."""
        ...


def make_changes(url: str) -> Changes:
    """The feed for a database's address."""
    return SqliteChanges(url) if is_sqlite(url) else PostgresChanges(url)


class SqliteChanges:
    """Asks the file. Everything happens in poll(), in the calling thread."""

    def __init__(self, url: str) -> None:
        self._path = make_url(url).database or ""
        self._connection: sqlite3.Connection | None = None
        self._data_version = -1
        self._waited_version = -1
        self._last_event = 0

    async def start(self) -> None:
        self._connection = sqlite3.connect(self._path, isolation_level=None, timeout=1)
        self._connection.execute("PRAGMA query_only=ON")
        self._last_event = self._newest_event()

    async def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def note(self, scopes: frozenset[str]) -> None:
        """Nothing to do: poll() sees this process's commits as well."""

    def poll(self) -> frozenset[str]:
        if self._connection is None:
            return EVERYTHING
        try:
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if version == self._data_version:
                return frozenset()
            changed = self._changed_scopes()
        except sqlite3.OperationalError:
            return EVERYTHING
        self._data_version = version
        return changed

    async def wait(self, timeout: float) -> None:
        until = time.monotonic() + timeout
        while not self._committed_since_last_wait():
            left = until - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(LOOK_EVERY, left))

    def _committed_since_last_wait(self) -> bool:
        if self._connection is None:
            return False
        try:
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.OperationalError:
            return False
        before, self._waited_version = self._waited_version, version
        return bool(version != before)

    def _newest_event(self) -> int:
        assert self._connection is not None
        return int(self._connection.execute("SELECT coalesce(max(id), 0) FROM outbox").fetchone()[0])

    def _changed_scopes(self) -> frozenset[str]:
        assert self._connection is not None
        rows = self._connection.execute(
            "SELECT id, scopes FROM outbox WHERE id > ? ORDER BY id LIMIT 5000", (self._last_event,)
        ).fetchall()
        if not rows:
            return frozenset()
        # A gap before the first row means that events were removed unseen.
        unseen = rows[0][0] > self._last_event + 1 or len(rows) == 5000
        self._last_event = self._newest_event() if unseen else rows[-1][0]
        return EVERYTHING if unseen else frozenset(scope for _, raw in rows for scope in json.loads(raw))


class PostgresChanges:
    """Listens. While the listening connection is down nothing is known, and poll() says so."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._changed: set[str] = set()
        self._listening = False
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._committed = asyncio.Event()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._listen())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), 5)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def note(self, scopes: frozenset[str]) -> None:
        self._changed |= scopes

    def poll(self) -> frozenset[str]:
        if not self._listening:
            return EVERYTHING
        changed, self._changed = frozenset(self._changed), set()
        return changed

    async def wait(self, timeout: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._committed.wait(), timeout)
        self._committed.clear()

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow()
            except psycopg.Error:
                self._listening = False
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._changed |= EVERYTHING
            self._listening = True
            self._ready.set()
            self._committed.set()
            async for notice in connection.notifies():
                self._changed.update(json.loads(notice.payload))
                self._committed.set()


async def announce(session: AsyncSession, scopes: frozenset[str]) -> None:
    """Make the running transaction tell PostgreSQL's listeners when it commits; SQLite needs nothing.

    Events without scopes are announced too: no page changes, but the worker has something to do.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_notify(:channel, :payload)"), announcement(scopes))


def announcement(scopes: frozenset[str]) -> dict[str, str]:
    """What `pg_notify` is given: channel and payload."""
    payload = json.dumps(sorted(scopes))
    if len(payload) > 7000:
        payload = json.dumps(sorted(EVERYTHING))
    return {"channel": CHANNEL, "payload": payload}
