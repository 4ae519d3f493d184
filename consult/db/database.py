"""The database as the rest of the program holds it: sessions to read with and sessions to write with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from consult.db.changes import announce, make_changes
from consult.db.engine import WRITE, Turn, make_engine

TURN = "turn"
"""Key in `session.info`: the writer's turn."""
SCOPES = "scopes"
"""Key in `session.info`: the scopes that this transaction changes."""
ANNOUNCED = "announced"
"""Key in `session.info`: those of them whose change the commit will announce already."""

Writer = tuple[Turn, AsyncEngine]
"""What a writing session needs of its own, used again by the next one: making it takes as long as a statement."""


class Database:
    """Gives sessions on one engine. Writers commit where they were opened, on leaving without an error."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.engine: AsyncEngine = make_engine(url, pool_size=pool_size)
        self._askers = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self.changes = make_changes(url)
        self._queue = asyncio.Lock()
        self._idle: list[Writer] = []
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session whose transaction is rolled back at the end."""
        async with self._sessions() as session:
            yield session

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[AsyncSession]:
        """A session for one question, without a transaction around it: on PostgreSQL that is one way to the server and
        back instead of three."""
        async with self._sessions(bind=self._askers) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that commits on leaving, and rolls back when anything was raised."""
        turn, engine = self._idle.pop() if self._idle else self._writer()
        try:
            async with self._sessions(bind=engine, info={TURN: turn}) as session:
                yield session
                await self.commit(session)
        finally:
            turn.give_back()
            self._idle.append((turn, engine))

    def _writer(self) -> Writer:
        turn = Turn(self._queue)
        return turn, self.engine.execution_options(**{WRITE: turn})

    async def commit(self, session: AsyncSession) -> None:
        """Commit and let every process know which scopes changed. Also for commits between batches."""
        await session.flush()
        scopes = session.info.pop(SCOPES, None)
        if scopes is not None:
            await announce(session, frozenset(scopes))
        await session.commit()
        session.info[TURN].give_back()
        self.changes.note(frozenset((scopes or set()) | session.info.pop(ANNOUNCED, set())))

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()
