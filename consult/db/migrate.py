"""Bringing a database up to date, and saying whether it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url

from consult.db.engine import is_sqlite, prepare_sqlite, sync_url
from consult.settings import ROOT

MIGRATIONS = ROOT / "migrations"


@contextmanager
def connect(url: str) -> Iterator[Connection]:
    """A synchronous connection to the same database."""
    engine = create_engine(sync_url(url))
    if is_sqlite(url):
        event.listen(engine, "connect", lambda connection, _record: prepare_sqlite(connection))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def config(connection: Connection) -> Config:
    """Alembic's configuration for a connection."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["connection"] = connection
    return made


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision, by default the newest; creates what is not there."""
    if is_sqlite(url) and (path := make_url(url).database):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    with connect(url) as connection:
        command.upgrade(config(connection), revision)
        connection.commit()


def newest() -> str:
    """The newest revision that this program knows."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(made).get_current_head() or ""


def knows(revision: str) -> bool:
    """Whether a revision is one of this program's."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return any(each.revision == revision for each in ScriptDirectory.from_config(made).walk_revisions())


def current(url: str) -> str:
    """The revision of a database, "" for an empty one."""
    if is_sqlite(url) and not Path(make_url(url).database or "").exists():
        return ""
    with connect(url) as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""
