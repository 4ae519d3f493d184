"""Responses that were acknowledged are there, once, with their receipt: server, worker and database are killed under load."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from consult.db.database import Database
from consult.exchange.verifying import CHECKS
from consult.exchange.verifying_log import log_checks
from consult.models.contribution import Contribution
from consult.models.ledger import Mail
from consult.models.submission import Answer, Submission
from consult.receipts.signing import load_signer
from tests.bench.begun import Begun, Surge, make_surge
from tests.bench.client import once
from tests.reliability.test_kill import Site

PEOPLE, AT_ONCE = 24, 6
RECEIPT = re.compile(rb"location: /en/respond/(key\d+)/receipt", re.IGNORECASE)


@pytest.fixture
def surge(database_url: str, tmp_path: Path) -> Surge:
    """People who each have a response to send, on each kind of database in turn."""
    return asyncio.run(make_surge(tmp_path / "scene", database_url, PEOPLE))


@pytest.fixture
def site(surge: Surge, tmp_path: Path) -> object:
    """Their site."""
    made = Site(surge.scene, tmp_path)
    yield made
    made.stop()


def test_every_acknowledged_response_is_there_once_with_its_receipt_whatever_is_killed(
    surge: Surge, site: Site, database_url: str
) -> None:
    site.start()
    first, others = surge.people[0], surge.people[1:]
    saved = type_into(first, site)
    told = send_while(others, site, lambda: site.kill())
    assert asyncio.run(_answer(surge, first)) == (f"Text number {saved}.", saved), "what was typed is there"
    assert len(told) >= AT_ONCE
    site.start()
    check(surge, told)
    strike = cut_off if database_url.startswith("postgresql") else lambda _: None
    told += send_while(others, site, lambda: strike(database_url))
    check(surge, told)
    again = send_while(surge.people, site, lambda: None)
    assert sorted(again) == sorted(each.key for each in surge.people), "whoever was cut off sends again"
    check(surge, again)
    kill_a_worker(surge)
    assert asyncio.run(_mails(surge)) == len(surge.people), "one receipt to each, and no second one"


def type_into(person: Begun, site: Site) -> int:
    """Save some texts as somebody types them: the version of the last one that was acknowledged."""
    saved = 1
    for _ in range(random.randrange(3, 9)):
        fields = {"q": "why", "v_why": str(saved), "a_why": f"Text number {saved + 1}."}
        status, _ = once(site.port, person.form("/save", fields))
        assert status == 200
        saved += 1
    return saved


def kill_a_worker(surge: Surge) -> None:
    """One is killed when it has made some of the mails; the next one comes to the end."""
    killed, some = _worker(surge), random.randrange(1, len(surge.people) // 2)
    wait_until(lambda: asyncio.run(_mails(surge)) >= some)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    last = _worker(surge)
    try:
        wait_until(lambda: asyncio.run(_mails(surge)) >= len(surge.people))
    finally:
        last.terminate()
        last.wait()


def cut_off(database_url: str) -> None:
    """End every connection of the site to its database, as its restart would."""
    with psycopg.connect(
        database_url.replace("postgresql+psycopg", "postgresql"), autocommit=True
    ) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def send_while(people: Sequence[Begun], site: Site, strike) -> list[str]:  # type: ignore[no-untyped-def]
    """Everybody sends, some at once; meanwhile it strikes. The keys of those who were told that it arrived."""
    told: list[str] = []
    struck = threading.Thread(target=strike)
    after = random.randrange(AT_ONCE, 2 * AT_ONCE)

    def send(person: Begun) -> None:
        with suppress(OSError, ValueError):
            _, answer = once(site.port, person.send())
            if found := RECEIPT.search(answer):
                told.append(found[1].decode())
                if len(told) == after:
                    struck.start()

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        list(crowd.map(send, people))
    struck.join()
    return told


def check(surge: Surge, told: Sequence[str]) -> None:
    """All of them are public, once each, and everything that `consult verify` looks at agrees."""
    there, faults = asyncio.run(_found(surge))
    assert faults == []
    assert [key for key in told if there[key] != 1] == []


async def _found(surge: Surge) -> tuple[Counter[str], list[str]]:
    database = Database(surge.scene.settings.url)
    try:
        async with database.reading() as session:
            statement = select(Submission.key).join(
                Contribution, Contribution.id == Submission.contribution_id
            )
            there = Counter((await session.execute(statement)).scalars())
            checks = {**CHECKS, **log_checks(load_signer(surge.scene.settings))}
            faults = [fault for each in checks.values() async for fault in each(session)]
    finally:
        await database.close()
    return there, faults


async def _answer(surge: Surge, person: Begun) -> tuple[object, int]:
    database = Database(surge.scene.settings.url)
    try:
        async with database.reading() as session:
            statement = select(Answer).join(Submission, Submission.id == Answer.submission_id)
            wanted = statement.where(Submission.key == person.key, Answer.question == "why")
            found = (await session.execute(wanted)).scalar_one()
            return found.value, found.version
    finally:
        await database.close()


def _worker(surge: Surge) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "consult", "work"],
        env={**os.environ, **surge.scene.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_until(done) -> None:  # type: ignore[no-untyped-def]
    """Raises AssertionError where it takes longer than a minute."""
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until
        time.sleep(0.2)


async def _mails(surge: Surge) -> int:
    database = Database(surge.scene.settings.url)
    try:
        async with database.reading() as session:
            wanted = select(func.count()).select_from(Mail).where(Mail.kind == "receipt")
            return int((await session.execute(wanted)).scalar_one())
    finally:
        await database.close()
