"""A SQLite connection that crosses to its thread once a statement.

aiosqlite hands each call to the connection's thread and waits: making a cursor, executing, fetching and closing are
four crossings, each of which costs more than most of our statements. Here all of it is done in one, and a rollback of
nothing in none. What streams many rows still fetches them as it goes.

Once a transaction holds the lock for writing nothing waits for anybody until its commit, and what it does are small
looks-up and changes: these are done on the spot. Taking the lock and the commit, which waits for the disk, cross.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, TypeVar

from aiosqlite import Connection

AT_ONCE = 256
"""Rows that are fetched with the statement itself."""

Row = tuple[Any, ...]
Done = TypeVar("Done")


class OneCrossing(Connection):
    """An aiosqlite connection whose cursors are `Cursor`s. `writes`: its transaction holds the lock for writing."""

    writes = False

    def cursor(self) -> Cursor:  # type: ignore[override]
        """A cursor; nothing happens before it executes."""
        return Cursor(self)

    async def commit(self) -> None:
        """Commit; what comes next crosses again."""
        self.writes = False
        await super().commit()

    async def rollback(self) -> None:
        """Roll back, where there is something to roll back."""
        self.writes = False
        if self.in_transaction:
            await super().rollback()

    async def cross(self, work: Callable[[sqlite3.Connection], Done]) -> Done:
        """Do `work`, in the connection's thread where it might wait."""
        if self.writes:
            return work(self._conn)
        done: Done = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return done


class Cursor:
    """A cursor as SQLAlchemy's adapter asks for it (PEP 249, awaited)."""

    def __init__(self, connection: OneCrossing) -> None:
        self._connection = connection
        self._open: sqlite3.Cursor | None = None
        self._rows: deque[Row] = deque()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Execute, take the first rows, and close if these are all."""

        def work(connection: sqlite3.Connection) -> None:
            self._take(connection.execute(sql, parameters))

        await self._connection.cross(work)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Cursor:
        """Execute once for each of `parameters`."""

        def work(connection: sqlite3.Connection) -> None:
            self._take(connection.executemany(sql, parameters))

        await self._connection.cross(work)
        return self

    def _take(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = deque(cursor.fetchmany(AT_ONCE)) if cursor.description else deque()
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        if len(self._rows) < AT_ONCE:
            cursor.close()
        else:
            self._open = cursor

    async def fetchall(self) -> list[Row]:
        """All rows that are left."""
        found = [*self._rows, *(await self._more(None))]
        self._rows.clear()
        return found

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next rows."""
        wanted = size or self.arraysize
        if len(self._rows) < wanted:
            self._rows.extend(await self._more(wanted - len(self._rows)))
        return [self._rows.popleft() for _ in range(min(wanted, len(self._rows)))]

    async def fetchone(self) -> Row | None:
        """The next row."""
        return next(iter(await self.fetchmany(1)), None)

    async def _more(self, size: int | None) -> list[Row]:
        cursor = self._open
        if cursor is None:
            return []
        return await self._connection.cross(
            lambda _: cursor.fetchall() if size is None else cursor.fetchmany(size)
        )

    async def __aiter__(self) -> AsyncIterator[Row]:
        while rows := await self.fetchmany(AT_ONCE):
            for row in rows:
                yield row

    async def close(self) -> None:
        """Let go of the statement."""
        cursor, self._open = self._open, None
        if cursor is not None:
            await self._connection.cross(lambda _: cursor.close())


def connect(database: str, **options: Any) -> OneCrossing:
    """A connection to be awaited. Its thread does not keep the process alive."""
    connection = OneCrossing(lambda: sqlite3.connect(database, **options), AT_ONCE)
    connection._thread.daemon = True
    return connection
