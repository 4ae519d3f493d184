"""A site filled with the demo, made once for all processes of a run and copied: what audits over all pages walk through."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
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


def plain_demo(folder: Path) -> DemoSite:
    """The demo before its worker has done anything. `folder` is for where no run's folder is shared."""
    return _made_once(folder, "plain-demo", _fill)


def worked_demo(folder: Path) -> DemoSite:
    """The demo after its worker has done everything: index, mails, files."""
    plain = plain_demo(folder)

    def let_work(making: Path) -> None:
        shutil.copytree(plain.folder, making)
        asyncio.run(_work(_settings(making)))

    return _made_once(folder, "worked-demo", let_work)


def _made_once(folder: Path, name: str, make: Callable[[Path], None]) -> DemoSite:
    """Made by whoever comes first in a run."""
    place = Path(os.environ.get(SHARED, folder))
    with _alone(place, name):
        made = place / name
        if not made.exists():
            making = place / f"{name}-in-the-making"
            make(making)
            _write_down(making)
            making.rename(made)
    return DemoSite(made)


def _fill(folder: Path) -> None:
    settings = _settings(folder)
    migrate.upgrade(settings.url)

    async def fill() -> None:
        database = Database(settings.url)
        await load_demo(database, settings, SystemClock())
        await database.close()

    asyncio.run(fill())


async def _work(settings: Settings) -> None:
    """Not by signals: whoever makes the demo need not be a process's main thread."""
    await run_worker(settings, SystemClock(), stop=asyncio.Event(), once=True)


@contextmanager
def _alone(place: Path, name: str) -> Iterator[None]:
    with (place / f"{name}.lock").open("w") as lock:
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


if __name__ == "__main__":
    worked_demo(Path(os.environ[SHARED]))
