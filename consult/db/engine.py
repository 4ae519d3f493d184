"""The engine and what each connection is told first."""

import asyncio
import sqlite3
from select import POLLIN, poll
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from consult.db.sqlite_connection import connect

WRITE = "consult_write"
"""Execution option: a SQLite transaction begins IMMEDIATE, so that read-modify-write never loses an update. Its value
is the Turn that it waits for first."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
    "PRAGMA cache_size=-16000",
    "PRAGMA temp_store=MEMORY",
)


class Turn:
    """One writer's turn in this process, taken when its transaction begins.

    SQLite lets one transaction write at a time and the others sleep and try again, the longer the oftener they
    failed: some wait for seconds. In a queue each waits for those before it.
    """

    def __init__(self, queue: asyncio.Lock) -> None:
        self._queue = queue
        self._mine = False

    async def take(self) -> None:
        """Wait for it. Taking it again, for another transaction of the same writer, changes nothing."""
        if not self._mine:
            await self._queue.acquire()
            self._mine = True

    def give_back(self) -> None:
        """Let the next one write."""
        if self._mine:
            self._mine = False
            self._queue.release()


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine for SQLite (aiosqlite) or PostgreSQL (psycopg)."""
    sqlite = is_sqlite(url)
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        connect_args={"async_creator_fn": connect} if sqlite else {},
    )
    if sqlite:
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    else:
        event.listen(engine.sync_engine, "checkout", _refuse_ended)
    return engine


def is_sqlite(url: str) -> bool:
    """Whether an address names a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def sync_url(url: str) -> str:
    """The same database for a synchronous driver (migrations)."""
    return url.replace("sqlite+aiosqlite://", "sqlite://")


def prepare_sqlite(connection: sqlite3.Connection) -> None:
    """Set durability, referential integrity and patience on a new connection."""
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late and is never IMMEDIATE: `_begin_sqlite` does it.
    connection.isolation_level = None
    prepare_sqlite(connection)


def _refuse_ended(connection: Any, _record: object, _proxy: object) -> None:
    """A connection that nobody uses has nothing to say, unless its server has ended it: that is seen without asking it."""
    driver, look = connection.driver_connection, poll()
    if driver.closed:
        raise DisconnectionError
    look.register(driver.fileno(), POLLIN)
    if look.poll(0):
        raise DisconnectionError


def _begin_sqlite(connection: Connection) -> None:
    turn: Turn | None = connection.get_execution_options().get(WRITE)
    if turn is None:
        connection.exec_driver_sql("BEGIN")
        return
    driver: Any = connection.connection.dbapi_connection
    driver.run_async(lambda _: turn.take())
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    driver.driver_connection.writes = True
