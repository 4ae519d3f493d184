"""The next test finds a PostgreSQL database as new, whatever the one before did in it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from consult.kernel.clock import SetClock
from consult.models import Base
from consult.settings import Settings
from tests.conftest import DATABASES
from tests.databases import Databases
from tests.people import Site

pytestmark = pytest.mark.skipif("postgresql" not in DATABASES, reason="PostgreSQL was not asked for")


async def test_a_database_that_was_used_is_empty_for_the_next(
    postgres: Databases, tmp_path: Path, clock: SetClock
) -> None:
    name = postgres.take()
    settings = Settings(
        data_dir=tmp_path,
        database_url=postgres.address(name),
        base_url="https://consult.test",
        secret_key="a secret for tests only",
        log_level="error",
    )
    async with Site.running(settings, clock) as site:
        await site.consultation()
        await site.draft()
        await site.signed_in()
    left_open = psycopg.connect(postgres.address(name))
    left_open.execute("INSERT INTO topics (slug, name) VALUES ('x', '{}')")
    postgres.give_back(name)
    with pytest.raises(psycopg.OperationalError):
        left_open.commit()
    assert postgres.take() == name
    with psycopg.connect(postgres.address(name), autocommit=True) as connection:
        for table in Base.metadata.tables:
            assert connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone() is None, table
        used = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
        assert connection.execute(used).fetchall() == []
    postgres.give_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (id bigint)",
        "ALTER TABLE topics DROP COLUMN slug",
        "DROP INDEX ix_mails_next",
        "ALTER TABLE topics ALTER COLUMN slug DROP NOT NULL",
        "ALTER TABLE rounds ADD CHECK (number > 0)",
        "UPDATE alembic_version SET version_num = 'old'",
        "ALTER DATABASE {name} SET default_transaction_read_only = on",
    ],
)
def test_a_database_that_has_changed_its_shape_is_not_given_again(postgres: Databases, change: str) -> None:
    name = postgres.take()
    with psycopg.connect(postgres.address(name), autocommit=True) as connection:
        connection.execute(change.format(name=name))
    postgres.give_back(name)
    assert postgres.take() != name
