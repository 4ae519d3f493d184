"""The worker's longer work on versions: comments carried over, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

from anyio import to_thread

from consult.db.database import Database
from consult.kernel.clock import Clock
from consult.places.carrying import (
    AnchorRow,
    find_places,
    finish,
    keep_places,
    load_matches,
    load_text,
    waiting_anchors,
)
from consult.places.steps import Step, next_step

AT_ONCE = 2000
"""Comments whose places are found at once: reading both versions costs as much for one as for these."""
KEPT_AT_ONCE = 200
"""Places kept in one transaction, well under 0.2 s: everybody who posts waits for it on SQLite."""
LOOK_AROUND_EVERY = 60.0
"""Seconds between two looks whether a comment was missed."""


class Carrier:
    """Finds the places of earlier comments in later versions. Killed at any point it goes on where it was."""

    def __init__(
        self, database: Database, clock: Clock, progress: Callable[[int], None] | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._progress = progress or (lambda _: None)
        self._looked_at: float | None = None

    async def carry_some(self) -> bool:
        """Carry a piece. Whether there was anything to do."""
        async with self._database.reading() as session:
            thorough = self._is_time_to_look()
            step = await next_step(session, thorough=thorough)
            if step is None:
                return False
            self._looked_at = None if thorough else self._looked_at
            anchors = await waiting_anchors(session, step, AT_ONCE)
        if anchors:
            await self._carry(step, anchors)
        else:
            async with self._database.writing() as session:
                await finish(session, step, self._clock.now())
        return True

    async def carry_all(self) -> None:
        """Carry until nothing waits."""
        while await self.carry_some():
            pass

    def _is_time_to_look(self) -> bool:
        if self._looked_at is not None and monotonic() - self._looked_at < LOOK_AROUND_EVERY:
            return False
        self._looked_at = monotonic()
        return True

    async def _carry(self, step: Step, anchors: Sequence[AnchorRow]) -> None:
        languages = {row.lang for row in anchors}
        async with self._database.reading() as session:
            old = await load_text(session, step.before_id, languages)
            new = await load_text(session, step.version_id, languages)
            matches = await load_matches(session, step, old, new)
        rows = await to_thread.run_sync(find_places, step, anchors, old, new, matches)
        for start in range(0, len(rows), KEPT_AT_ONCE):
            end = start + KEPT_AT_ONCE
            async with self._database.writing() as session:
                done = await keep_places(
                    session, step, anchors[start:end], rows[start:end], self._clock.now()
                )
            self._progress(done)
