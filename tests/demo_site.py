"""A site filled with the demo, made once and copied: what audits over all pages walk through.

Where the worker's work is to be there as well (its files take it half a minute), one site serves all processes of a run.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from consult.db import migrate
from consult.db.database import Database
from consult.demo.loader import load_demo
from consult.editions.worker import mark_of
from consult.kernel.clock import SystemClock
from consult.models.people import Role
from consult.settings import Settings
from consult.worker import run_worker

SHARED = "CONSULT_TEST_SHARED"
"""Names the folder in the environment that all processes of one run of all tests share."""


@dataclass(frozen=True, slots=True)
class DemoSite:
    """Where the made demo lies, to be copied by each test that changes it."""

    folder: Path

    def settings(self, folder: Path, base_url: str, *, demo: bool = True) -> Settings:
        """Settings of a copy in `folder`."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        _take_over_files(folder / "consult.sqlite3", base_url)
        return Settings(
            data_dir=folder,
            base_url=base_url,
            secret_key="a secret for tests only",
            demo=demo,
            log_level="error",
        )


def make_demo(folder: Path) -> DemoSite:
    """Make the demo in an empty folder."""
    settings = _settings(folder)
    migrate.upgrade(settings.url)

    async def fill() -> None:
        database = Database(settings.url)
        await load_demo(database, settings, SystemClock())
        await database.close()

    asyncio.run(fill())
    _write_down(folder)
    return DemoSite(folder)


def worked_demo(folder: Path) -> DemoSite:
    """The demo after its worker has done everything: index, mails, files. Made by whoever comes first in a run."""
    place = Path(os.environ.get(SHARED, folder))
    with _alone(place):
        made = place / "worked-demo"
        if not made.exists():
            making = place / "demo-in-the-making"
            make_demo(making)
            asyncio.run(_work(_settings(making)))
            _write_down(making)
            making.rename(made)
    return DemoSite(made)


async def _work(settings: Settings) -> None:
    """Not by signals: whoever makes the demo need not be a process's main thread."""
    await run_worker(settings, SystemClock(), stop=asyncio.Event(), once=True)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    with (place / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _settings(folder: Path) -> Settings:
    return Settings(data_dir=folder, secret_key="a secret for tests only", demo=True, log_level="error")


def _write_down(folder: Path) -> None:
    """Everything into the one file that is copied."""
    with sqlite3.connect(folder / "consult.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _take_over_files(database: Path, base_url: str) -> None:
    """Files that are there count as made for the copy's address; its worker would make all of them again."""
    with sqlite3.connect(database) as connection:
        mark = mark_of(base_url)
        connection.execute(
            "UPDATE renditions SET content = ? || substr(content, ?) WHERE content <> ''",
            (mark, len(mark) + 1),
        )


ROLES = tuple(Role)
