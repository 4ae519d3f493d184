"""What tests stand on: a real database of each kind, the real application, people with roles."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import httpx
import pytest

from consult.db import migrate
from consult.db.database import Database
from consult.kernel.clock import SetClock
from consult.settings import ROOT, Settings
from tests.databases import Databases
from tests.people import Site

DATA = Path(os.environ.get("CONSULT_TEST_DATA", ROOT.parent / "shared" / "data"))
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LONG = (
    "tests/browser/test_whole_way.py",
    "tests/security/",
    "tests/web/test_shared_pages.py",
    "tests/comments/",
    "tests/editions/",
    "tests/audits/",
)
"""What takes longest begins first: a file that one process begins last is waited for by the others."""
IN_TURNS = (
    "tests/accounts/",
    "tests/api/",
    "tests/cli/",
    "tests/comments/test_own_comments.py",
    "tests/comments/test_posting.py",
    "tests/comments/test_waiting_and_hidden.py",
    "tests/consultations/",
    "tests/desk/",
    "tests/documents/",
    "tests/exchange/test_archives.py",
    "tests/exchange/test_bringing_in.py",
    "tests/exchange/test_taking_out.py",
    "tests/responses/",
    "tests/search/",
    "tests/security/",
    "tests/submissions/test_responding.py",
    "tests/teams/",
    "tests/web/",
    "tests/attachments/",
    "tests/offline/",
    "tests/organisations/",
    "tests/publication/",
    "tests/questionnaires/",
    "tests/receipts/test_pages.py",
    "tests/translations/",
    "tests/versions/",
    "tests/editions/",
    "tests/moderation/",
    "tests/notifications/",
)
"""Tests of pages and files whose SQL is the same for both databases: each runs on one of them, half of them on each.
`CONSULT_TEST_BOTH=yes` runs all of them on both."""
DATABASES = tuple(os.environ.get("CONSULT_TEST_DATABASES", "sqlite,postgresql").split(","))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of IN_TURNS on one database each; files of LONG first, in its order; the others as they were."""
    if len(DATABASES) > 1 and not os.environ.get("CONSULT_TEST_BOTH"):
        others = [item for item in items if _has_its_turn_elsewhere(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]
    places = {item.nodeid.partition("::")[0]: len(LONG) for item in items}
    for path in places:
        places[path] = next((at for at, begin in enumerate(LONG) if path.startswith(begin)), len(LONG))
    items.sort(key=lambda item: places[item.nodeid.partition("::")[0]])


def _has_its_turn_elsewhere(item: pytest.Item) -> bool:
    """Whether a test of IN_TURNS runs on the other database, as a digest of its name decides."""
    if not item.nodeid.startswith(IN_TURNS) or not isinstance(item, pytest.Function):
        return False
    params = item.callspec.params if hasattr(item, "callspec") else {}
    if params.get("database_url") not in DATABASES:
        return False
    of = crc32(item.originalname.encode()) % len(DATABASES)
    return bool(params["database_url"] != DATABASES[of])


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Databases]:
    """Databases of a PostgreSQL server, started for this process."""
    databases = Databases(tmp_path_factory.mktemp(f"postgres-{worker_id}"))
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    migrate.upgrade(f"sqlite+aiosqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database, of each kind in turn."""
    if request.param == "sqlite":
        path = tmp_path / "consult.sqlite3"
        path.write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
        yield f"sqlite:///{path}"
    else:
        databases: Databases = request.getfixturevalue("postgres")
        name = databases.take()
        yield databases.address(name)
        databases.give_back(name)


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at NOW until it is moved."""
    return SetClock(NOW)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a site of its own."""
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        base_url="https://consult.test",
        secret_key="a secret for tests only",
        log_level="error",
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The database alone."""
    found = Database(settings.url)
    yield found
    await found.close()


@pytest.fixture
async def site(settings: Settings, clock: SetClock) -> AsyncIterator[Site]:
    """The running application with its people."""
    async with Site.running(settings, clock) as running:
        yield running


@pytest.fixture
async def reader(site: Site) -> httpx.AsyncClient:
    """A browser of somebody who is not signed in."""
    return site.browser()


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
