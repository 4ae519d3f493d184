"""What was acknowledged is there, once: under load the server is killed, and a form is sent twice at once."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from consult.db.database import Database
from consult.models.contribution import Contribution
from consult.models.ledger import Counter as Numbers
from tests.bench.client import once
from tests.bench.posting import posts
from tests.bench.scene import Scene, make_scene
from tests.bench.servers import children, free_port, start

POSTED = re.compile(rb"#c-(FMF-2026-01-C\d+)")
PEOPLE = 8


class Site:
    """A site on one database, whose server comes and goes."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene = scene
        self.port = free_port()
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process = start("consult.app:create_app", self.scene.environment, self._log, self.port)

    def kill(self) -> None:
        """End the server and its worker at once, as a power cut would."""
        assert self._process is not None
        for pid in (*children(self._process.pid), self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        with suppress(ConnectionRefusedError):
            while True:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                time.sleep(0.02)

    def stop(self) -> None:
        """Kill it if it runs."""
        if self._process is not None:
            self.kill()

    def comments(self) -> Counter[str]:
        """How often each reference is there."""

        async def read() -> Counter[str]:
            database = Database(self.scene.settings.url)
            async with database.reading() as session:
                found = Counter((await session.execute(select(Contribution.reference))).scalars())
                last = (
                    await session.execute(select(Numbers.value).where(Numbers.name == "comment:1"))
                ).scalar()
            await database.close()
            assert len(found) == (last or 0), "numbers have gaps"
            return found

        return asyncio.run(read())


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> object:
    """A site with its people, on each kind of database in turn."""
    made = Site(asyncio.run(make_scene(tmp_path / "scene", database_url, comments=0)), tmp_path)
    yield made
    made.stop()


def test_what_was_posted_is_there_once_when_the_server_is_killed_and_when_forms_are_sent_again(
    site: Site,
) -> None:
    site.start()
    next_post = asyncio.run(posts(site.scene))
    acknowledged: list[str] = []
    over = threading.Event()
    with ThreadPoolExecutor(PEOPLE) as people:
        for number in range(PEOPLE):
            people.submit(_post_until, over, site.port, lambda person=number: next_post(person), acknowledged)
        time.sleep(1 + random.random())
        site.kill()
        over.set()
    assert len(acknowledged) > PEOPLE
    site.start()
    there = site.comments()
    assert [each for each in acknowledged if there[each] != 1] == []
    assert len(there) - len(acknowledged) <= PEOPLE, "only answers on their way can be missing"
    assert _sends_many_times(site, next_post(0)) == len(there) + 1


def _post_until(over: threading.Event, port: int, next_post, acknowledged: list[str]) -> None:  # type: ignore[no-untyped-def]
    while not over.is_set():
        try:
            status, answer = once(port, next_post())
        except OSError:
            return
        found = POSTED.search(answer)
        assert status == 303
        assert found
        acknowledged.append(found[1].decode())


def _sends_many_times(site: Site, request: bytes) -> int:
    """A form that is sent eight times at the same moment, and once more later, makes one comment. How many are there."""
    with ThreadPoolExecutor(PEOPLE) as tabs:
        answers = list(tabs.map(lambda _: once(site.port, request), range(PEOPLE)))
    answers.append(once(site.port, request))
    assert {status for status, _ in answers} == {303}
    assert len({POSTED.search(answer)[1] for _, answer in answers}) == 1  # type: ignore[index]
    return len(site.comments())
