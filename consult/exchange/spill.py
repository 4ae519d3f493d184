"""The lines of an import between reading and writing: in a file, so that memory does not grow with them.

Lines come in as they stand and go out with every parent before its replies; what can't be put in order is named.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from consult.exchange.lines import Prepared
from consult.exchange.queries import Placed

CHUNK = 1_000
_SCHEMA = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA cache_size=-8000",
    "CREATE TABLE lines (line INTEGER PRIMARY KEY, id TEXT UNIQUE, parent TEXT, body BLOB, rank INTEGER)",
    "CREATE INDEX parents ON lines (parent, line)",
    "CREATE TABLE refused (id TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID",
    "CREATE TABLE placed (id TEXT PRIMARY KEY, key INTEGER, thread INTEGER, depth INTEGER, block INTEGER) WITHOUT ROWID",
    "BEGIN",
)


class Spill:
    """A temporary database; `close` removes it."""

    def __init__(self) -> None:
        # A database without a name lives in a file that is gone with this process, however it ends.
        self._connection = sqlite3.connect("", isolation_level=None)
        for statement in _SCHEMA:
            self._connection.execute(statement)
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Prepared).decode

    def close(self) -> None:
        """Remove the file."""
        self._connection.close()

    def add(self, one: Prepared) -> int:
        """Keep a line. 0, or the number of the earlier line that has its id."""
        insert = "INSERT OR IGNORE INTO lines (line, id, parent, body) VALUES (?, ?, ?, ?)"
        taken = self._connection.execute(insert, (one.line, one.id, one.parent, self._encode(one)))
        return 0 if taken.rowcount else self._number("SELECT line FROM lines WHERE id = ?", one.id)

    def note_refused(self, id: str, line: int) -> None:
        """Remember that a line with this id was refused, for what stands under it."""
        self._connection.execute("INSERT OR IGNORE INTO refused VALUES (?, ?)", (id, line))

    def foreign_parents(self) -> Iterator[list[str]]:
        """Ids of parents that are on no line, in chunks."""
        query = (
            "SELECT DISTINCT parent FROM lines l WHERE parent <> '' "
            "AND NOT EXISTS (SELECT 1 FROM lines p WHERE p.id = l.parent)"
        )
        yield from ([row[0] for row in rows] for rows in _chunks(self._connection.execute(query)))

    def place(self, found: Iterable[tuple[str, Placed]]) -> None:
        """Remember where contributions stand that are in the database."""
        rows = ((id, one.key, one.thread, one.depth, one.block) for id, one in found)
        self._connection.executemany("INSERT OR REPLACE INTO placed VALUES (?, ?, ?, ?, ?)", rows)

    def placed(self, id: str) -> Placed | None:
        """Where a contribution stands, None where it is not known to be in the database."""
        query = "SELECT key, thread, depth, block FROM placed WHERE id = ?"
        row = self._connection.execute(query, (id,)).fetchone()
        return Placed(*row) if row else None

    def put_in_order(self) -> None:
        """Rank the lines: as in the file, but each reply after its parent. What has no way up stays without rank."""
        top = self._number("SELECT coalesce(max(line), 0) FROM lines", None)
        done = bytearray(top + 1)
        rank = 0
        scan = self._connection.execute("SELECT line, id, parent FROM lines ORDER BY line")
        for at, id, parent in scan:
            if done[at] or not self._may_stand(parent, done):
                continue
            waiting = [(at, id)]
            while waiting:
                line, id = waiting.pop()
                rank += 1
                done[line] = 1
                self._connection.execute("UPDATE lines SET rank = ? WHERE line = ?", (rank, line))
                waiting += self._passed_over(id, at)
        self._connection.execute("CREATE INDEX ranks ON lines (rank) WHERE rank IS NOT NULL")

    def _may_stand(self, parent: str, done: bytearray) -> bool:
        if not parent:
            return True
        line = self._number("SELECT line FROM lines WHERE id = ?", parent)
        return bool(done[line]) if line else self.placed(parent) is not None

    def _passed_over(self, id: str, at: int) -> Sequence[tuple[int, str]]:
        """Replies on lines before `at`, where reading is now: they had to wait. The last one first."""
        query = "SELECT line, id FROM lines WHERE parent = ? AND line < ? ORDER BY line DESC"
        return self._connection.execute(query, (id, at)).fetchall()

    def strays(self) -> Iterator[tuple[int, str, str]]:
        """Lines that can't be placed: (line, id, reason)."""
        while waiting := deque(self._first_strays()):
            while waiting:
                line, id, reason = waiting.popleft()
                self._connection.execute("UPDATE lines SET rank = 0 WHERE line = ?", (line,))
                self.note_refused(id, line)
                waiting += self._below(id, line)
                yield line, id, reason
        circles = "SELECT line, id, parent FROM lines WHERE rank IS NULL ORDER BY line"
        for line, id, parent in self._connection.execute(circles):
            yield line, id, f"its parents lead back to itself, beginning with “{parent}”"

    def _first_strays(self) -> list[tuple[int, str, str]]:
        """Lines without place whose parent is no such line itself."""
        query = (
            "SELECT l.line, l.id, l.parent, r.line FROM lines l LEFT JOIN refused r ON r.id = l.parent "
            "WHERE l.rank IS NULL AND NOT EXISTS (SELECT 1 FROM lines p WHERE p.id = l.parent AND p.rank IS NULL) "
            "ORDER BY l.line LIMIT 10000"
        )
        rows = self._connection.execute(query).fetchall()
        return [(line, id, _why(parent, refused_on)) for line, id, parent, refused_on in rows]

    def _below(self, id: str, line: int) -> list[tuple[int, str, str]]:
        query = "SELECT line, id FROM lines WHERE parent = ? AND rank IS NULL ORDER BY line"
        return [(below, its_id, _why(id, line)) for below, its_id in self._connection.execute(query, (id,))]

    def count(self) -> int:
        """How many lines have a place."""
        return self._number("SELECT count(*) FROM lines WHERE rank > 0", None)

    def batches(self, size: int = CHUNK) -> Iterator[list[Prepared]]:
        """The lines that have a place, in order."""
        after = 0
        query = "SELECT rank, body FROM lines WHERE rank > ? ORDER BY rank LIMIT ?"
        while rows := self._connection.execute(query, (after, size)).fetchall():
            after = rows[-1][0]
            yield [self._decode(body) for _, body in rows]

    def _number(self, query: str, value: object) -> int:
        row = self._connection.execute(query, () if value is None else (value,)).fetchone()
        return int(row[0]) if row else 0


def _why(parent: str, refused_on: int | None) -> str:
    if refused_on:
        return f"it answers line {refused_on}, which was refused"
    return f"it answers “{parent}”, which is neither in this file nor in the consultation"


def _chunks(cursor: sqlite3.Cursor) -> Iterator[list[tuple[str]]]:
    while rows := cursor.fetchmany(500):
        yield rows
