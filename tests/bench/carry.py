"""`python -m tests.bench.carry`: what the worker does for comments of a new version, without its other work."""

from __future__ import annotations

import asyncio

from consult.db.database import Database
from consult.kernel.clock import SystemClock
from consult.places.jobs import Carrier
from consult.settings import load_settings


async def carry() -> None:
    """Carry until nothing waits."""
    database = Database(load_settings().url)
    try:
        await Carrier(database, SystemClock()).carry_all()
    finally:
        await database.changes.stop()
        await database.close()


if __name__ == "__main__":
    asyncio.run(carry())
