"""Models and migrations agree, and transactions keep what they promise, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from consult.db import migrate
from consult.db.database import Database
from consult.kernel.events import Event
from consult.ledger.counters import take_number, take_numbers, tally
from consult.ledger.outbox import emit, emit_now
from consult.models import Base
from consult.models.ledger import Counter, OutboxEvent, Tally
from consult.submissions.beginning import begin_submission
from tests.databases import END_OTHERS
from tests.people import Site
from tests.teams.scene import Team

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_models_and_migrations_agree(database_url: str) -> None:
    url = database_url.replace("sqlite:", "sqlite+aiosqlite:").replace("postgresql:", "postgresql+psycopg:")
    with migrate.connect(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_migrated_database_is_current_and_an_absent_one_is_not(database_url: str, tmp_path: object) -> None:
    url = database_url.replace("sqlite:", "sqlite+aiosqlite:").replace("postgresql:", "postgresql+psycopg:")
    assert migrate.current(url) == migrate.newest() != ""
    assert migrate.current(f"sqlite+aiosqlite:///{tmp_path}/absent.sqlite3") == ""


async def test_numbers_taken_at_once_have_no_gap_and_no_double(database: Database) -> None:
    async def take() -> int:
        async with database.writing() as session:
            return await take_number(session, "comment:1")

    taken = await asyncio.gather(*(take() for _ in range(20)))
    assert sorted(taken) == list(range(1, 21))


async def test_a_number_taken_in_a_failed_transaction_is_given_again(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing() as session:
            await take_number(session, "comment:1")
            raise RuntimeError
    async with database.writing() as session:
        assert await take_number(session, "comment:1") == 1
    async with database.reading() as session:
        assert (await session.get_one(Counter, "comment:1")).value == 1


async def test_tallies_written_at_once_add_up(site: Site) -> None:
    consultation = await site.consultation()

    async def speak() -> None:
        async with site.database.writing() as session:
            await tally(session, consultation.id, [("kind", "academia"), ("lang", "fr")])

    await asyncio.gather(*(speak() for _ in range(10)))
    async with site.database.reading() as session:
        rows = (await session.execute(select(Tally.dimension, Tally.count))).all()
    assert sorted(rows) == [("kind", 10), ("lang", 10)]


@pytest.mark.parametrize("organisation", ["", "Hill Club"])
async def test_who_begins_several_times_at_once_begins_one_response(site: Site, organisation: str) -> None:
    team = await Team.begun(site)
    target, now = await team.target(), site.clock.now()
    of = team.organisations[organisation].id if organisation else None
    connected = asyncio.Barrier(6)

    async def begin() -> str:
        async with site.database.reading() as session:
            await session.execute(select(1))
            await connected.wait()
        async with site.database.writing() as session:
            return (await begin_submission(session, target, team.actor("vera"), of, "en", now)).key

    assert len(set(await asyncio.gather(*(begin() for _ in range(6))))) == 1


async def test_a_tally_of_no_consultation_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            await tally(session, 999, [("kind", "academia")])


async def test_numbers_of_two_series_are_taken_together(database: Database) -> None:
    async def take() -> dict[str, int]:
        async with database.writing() as session:
            return await take_numbers(session, {"submission:1": 1, "log": 3})

    taken = await asyncio.gather(*(take() for _ in range(10)))
    assert sorted(each["submission:1"] for each in taken) == list(range(1, 11))
    assert sorted(each["log"] for each in taken) == list(range(1, 31, 3))


async def test_a_connection_that_the_server_ended_is_not_used_again(database: Database) -> None:
    async def asks() -> None:
        async with database.reading() as first, database.asking() as second:
            assert (await first.execute(select(1))).scalar_one() == 1
            assert (await second.execute(select(1))).scalar_one() == 1

    await asks()
    if not database.is_sqlite:
        address = database.url.replace("postgresql+psycopg", "postgresql")
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as other:
            await other.execute(END_OTHERS)
    await asks()


@pytest.mark.parametrize("at_once", [False, True])
async def test_every_process_learns_what_another_committed(settings_url: str, at_once: bool) -> None:
    ours, theirs = Database(settings_url), Database(settings_url)
    await ours.changes.start()
    ours.changes.poll()
    event = Event("consultation.changed", ("consultation:7",), {})
    async with theirs.writing() as session:
        if at_once:
            await emit_now(session, event, NOW)
        else:
            emit(session, event, NOW)
    seen: frozenset[str] = frozenset()
    for _ in range(100):
        seen |= ours.changes.poll()
        if seen:
            break
        await asyncio.sleep(0.02)
    assert "consultation:7" in seen
    assert ours.changes.poll() == frozenset()
    await ours.changes.stop()
    await ours.close()
    await theirs.close()


async def test_an_event_of_a_failed_transaction_is_not_there(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing() as session:
            emit(session, Event("x", ("site",), {}), NOW)
            await session.flush()
            raise RuntimeError
    async with database.reading() as session:
        assert (await session.execute(select(OutboxEvent))).first() is None


@pytest.fixture
def settings_url(database_url: str) -> str:
    return database_url.replace("sqlite:", "sqlite+aiosqlite:").replace("postgresql:", "postgresql+psycopg:")
