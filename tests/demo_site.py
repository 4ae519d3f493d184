"""A site filled with the demo, made once and copied: what audits over all pages walk through."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from consult.db import migrate
from consult.db.database import Database
from consult.demo.loader import load_demo
from consult.kernel.clock import SystemClock
from consult.models.people import Role
from consult.settings import Settings


@dataclass(frozen=True, slots=True)
class DemoSite:
    """Where the made demo lies, to be copied by each test that changes it."""

    folder: Path

    def settings(self, folder: Path, base_url: str, *, demo: bool = True) -> Settings:
        """Settings of a copy in `folder`."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Settings(
            data_dir=folder,
            base_url=base_url,
            secret_key="a secret for tests only",
            demo=demo,
            log_level="error",
        )


def make_demo(folder: Path) -> DemoSite:
    """Make the demo in an empty folder."""
    settings = Settings(data_dir=folder, secret_key="a secret for tests only", demo=True)
    migrate.upgrade(settings.url)

    async def fill() -> None:
        database = Database(settings.url)
        await load_demo(database, SystemClock())
        await database.close()

    asyncio.run(fill())
    with sqlite3.connect(folder / "consult.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return DemoSite(folder)


ROLES = tuple(Role)
