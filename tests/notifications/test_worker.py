"""The worker deals with everything that happened, at least once, whatever dies in between."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.kernel.clock import SetClock
from consult.models.ledger import MailState, OutboxEvent
from consult.models.people import SignedIn
from consult.notifications.draining import MOST_ATTEMPTS, Consumer, Drain, Recorded, parked, unpark
from consult.notifications.upkeep import worker_beat_age
from consult.search.port import Query
from consult.search.whoosh_engine import WhooshEngine
from consult.settings import Settings
from consult.worker import run_worker
from tests.notifications.scene import DAY, Scene


class Notebook:
    """A consumer that writes down what it takes; it refuses some kinds, or dies after taking."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.refuses: set[str] = set()
        self.error: type[BaseException] = ValueError
        self.dies = False

    async def consume(self, session: AsyncSession, events: Sequence[Recorded]) -> None:
        if bad := self.refuses & {event.kind for event in events}:
            raise self.error(str(bad))
        self.taken += [event.kind for event in events]
        if self.dies:
            raise KeyboardInterrupt


def drain_to(scene: Scene, *consumers: Consumer) -> Drain:
    return Drain(scene.database, consumers, scene.clock)


async def test_events_are_taken_in_order_and_once(scene: Scene) -> None:
    notebook = Notebook()
    for number in range(7):
        await scene.happens(f"happening.{number}")
    drain = drain_to(scene, notebook)
    assert await drain.drain() == 7
    assert await drain.drain() == 0
    assert notebook.taken == [f"happening.{number}" for number in range(7)]


async def test_a_worker_that_dies_after_taking_takes_again_and_nothing_is_doubled(scene: Scene) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    first = await scene.comment(consultation, amina, "I began.")
    await scene.comment(consultation, boris, "I replied.", first)
    dying = Notebook()
    dying.dies = True
    with pytest.raises(KeyboardInterrupt):
        await drain_to(scene, scene.maker, dying).drain()
    assert await scene.undone() == 2
    assert len(await scene.mails()) == 1
    heir = Notebook()
    await drain_to(scene, scene.maker, heir).drain()
    assert heir.taken == dying.taken
    assert await scene.undone() == 0
    assert len(await scene.mails()) == 1


async def test_an_event_that_fails_stops_no_other_and_is_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consult.notifications.draining.RETRY_AFTER", (0.0,))
    notebook, other = Notebook(), Notebook()
    notebook.refuses = {"bad"}
    for kind in ("good", "bad", "better"):
        await scene.happens(kind)
    drain = drain_to(scene, notebook, other)
    await drain.drain()
    assert notebook.taken == ["good", "better"]
    assert other.taken == ["good", "bad", "better"]
    assert await scene.undone() == 1
    notebook.refuses = set()
    await drain.drain()
    assert notebook.taken == ["good", "better", "bad"]
    assert await scene.undone() == 0


async def test_an_event_that_always_fails_is_parked_until_somebody_asks_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consult.notifications.draining.RETRY_AFTER", (0.0,))
    notebook = Notebook()
    notebook.refuses = {"bad"}
    await scene.happens("bad")
    drain = drain_to(scene, notebook)
    for _ in range(MOST_ATTEMPTS):
        assert await drain.drain() == 1
    assert await drain.drain() == 0
    async with scene.database.writing() as session:
        assert await parked(session) == 1
        await unpark(session)
    notebook.refuses = set()
    await drain.drain()
    assert notebook.taken == ["bad"]


async def test_a_full_disk_is_no_events_fault_and_is_waited_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consult.notifications.draining.RETRY_AFTER", (0.0,))
    notebook = Notebook()
    notebook.refuses, notebook.error = {"event"}, OSError
    await scene.happens("event")
    drain = drain_to(scene, notebook)
    for _ in range(MOST_ATTEMPTS + 3):
        assert await drain.drain() == 1
    notebook.refuses = set()
    await drain.drain()
    assert notebook.taken == ["event"]


async def test_two_workers_share_the_work_without_doing_it_twice(scene: Scene) -> None:
    if scene.database.is_sqlite:
        pytest.skip("on SQLite the second worker waits for the first one's lock")
    notebook = Notebook()
    for number in range(20):
        await scene.happens(f"happening.{number}")
    await asyncio.gather(*(drain_to(scene, notebook).drain() for _ in range(4)))
    assert len(notebook.taken) == 20


class Office:
    """A worker that runs beside the test."""

    def __init__(self, settings: Settings, clock: SetClock, parent: int = 0) -> None:
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(run_worker(settings, clock, stop=self.stop, parent=parent))

    async def close(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, 15)


async def until(condition: object, seconds: float = 5.0) -> float:
    began = time.perf_counter()
    while not await condition():  # type: ignore[operator]
        assert time.perf_counter() - began < seconds
        await asyncio.sleep(0.02)
    return time.perf_counter() - began


async def test_what_is_posted_is_found_and_mailed_within_a_second(scene: Scene, settings: Settings) -> None:
    consultation = await scene.consultation()
    amina, boris = await scene.person("Amina"), await scene.person("Boris")
    first = await scene.comment(consultation, amina, "I began.")
    office = Office(settings, scene.clock)

    async def idle() -> bool:
        return await scene.undone() == 0

    async def indexed() -> bool:
        return not WhooshEngine(settings.index_dir).state().needs_rebuild

    await until(idle, 10)
    await until(indexed, 10)
    await asyncio.sleep(0.3)
    await scene.comment(consultation, boris, "perspicacious", first)

    async def found() -> bool:
        engine = WhooshEngine(settings.index_dir)
        total = engine.search(Query("perspicacious")).total
        engine.close()
        mails = await scene.mails("reply")
        return total == 1 and [mail.state for mail in mails] == [MailState.SENT]

    assert await until(found) < 1.5
    async with scene.database.reading() as session:
        assert await worker_beat_age(session, scene.clock.now()) == timedelta()
    await office.close()


async def test_a_second_worker_waits_until_the_first_has_gone(scene: Scene, settings: Settings) -> None:
    first = Office(settings, scene.clock)
    await asyncio.sleep(0.5)
    second = Office(settings, scene.clock)
    await asyncio.sleep(0.5)
    await first.close()
    await scene.happens("account.changed", user_id=1)

    async def idle() -> bool:
        return await scene.undone() == 0

    await until(idle)
    await second.close()


async def test_an_embedded_worker_ends_with_the_server_that_started_it(
    scene: Scene, settings: Settings
) -> None:
    office = Office(settings, scene.clock, parent=os.getpid())
    await asyncio.wait_for(office.task, 10)


async def test_a_worker_waits_for_a_database_that_is_away(
    database_url: str, tmp_path: Path, scene: Scene, settings: Settings
) -> None:
    if not scene.database.is_sqlite:
        pytest.skip("the file is moved away")
    path = tmp_path / "consult.sqlite3"
    await scene.database.close()
    path.rename(tmp_path / "elsewhere")
    office = Office(settings, scene.clock)
    await asyncio.sleep(1)
    assert not office.task.done()
    path.unlink(missing_ok=True)
    (tmp_path / "elsewhere").rename(path)
    back = Scene(Database(settings.url), settings, scene.clock)
    await back.happens("account.changed", user_id=1)

    async def idle() -> bool:
        return await back.undone() == 0

    await until(idle, 15)
    await office.close()
    await back.database.close()


async def test_once_deals_with_everything_and_returns(scene: Scene, settings: Settings) -> None:
    consultation = await scene.consultation()
    await scene.follows(await scene.person("Amina"), consultation)
    await scene.round(consultation, closes=timedelta(hours=40))
    await scene.comment(consultation, None, "perspicacious")
    await run_worker(settings, scene.clock, stop=asyncio.Event(), once=True)
    assert await scene.undone() == 0
    assert [mail.state for mail in await scene.mails("closing")] == [MailState.SENT]
    engine = WhooshEngine(settings.index_dir)
    assert engine.search(Query("perspicacious")).total == 1
    engine.close()


async def test_what_has_expired_is_removed_and_event_numbers_never_come_again(
    scene: Scene, settings: Settings
) -> None:
    amina = await scene.person("Amina")
    now = scene.clock.now()
    for token, ends in (("old", now - DAY), ("new", now + DAY)):
        await scene.add(
            SignedIn(token_hash=token, user_id=amina.id, created_at=now - 2 * DAY, expires_at=ends)
        )
    for _ in range(3):
        await scene.happens("account.changed", user_id=amina.id)
    async with scene.database.writing() as session:
        await session.execute(update(OutboxEvent).values(done_at=now - 2 * DAY))
    await run_worker(settings, scene.clock, stop=asyncio.Event(), once=True)
    async with scene.database.reading() as session:
        assert (await session.execute(select(SignedIn.token_hash))).scalars().all() == ["new"]
        newest = (await session.execute(select(func.max(OutboxEvent.id)))).scalar_one()
        assert len((await session.execute(select(OutboxEvent.id))).all()) == 1
    await scene.happens("account.changed", user_id=amina.id)
    async with scene.database.reading() as session:
        assert (await session.execute(select(func.max(OutboxEvent.id)))).scalar_one() == newest + 1


async def test_a_worker_goes_on_after_the_database_server_cut_all_its_connections(
    database_url: str, scene: Scene, settings: Settings
) -> None:
    if scene.database.is_sqlite:
        pytest.skip("SQLite has no server")
    office = Office(settings, scene.clock)
    await asyncio.sleep(1)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await scene.happens("account.changed", user_id=1)

    async def idle() -> bool:
        return await scene.undone() == 0

    await until(idle, 15)
    await office.close()
