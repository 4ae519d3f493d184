"""The site as people meet it: a server and a worker as processes of their own, on a copy of the demo."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.service import add_person
from consult.accounts.sessions import begin_session, end_all_sessions
from consult.db.database import Database
from consult.kernel.clock import SystemClock
from consult.kernel.events import Event, consultation_scope
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation, Round
from consult.models.people import Role, User
from consult.settings import ROOT, Settings
from tests.demo_site import DemoSite

Answer = TypeVar("Answer")
PATIENCE = 40.0
"""Seconds within which a server must answer."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running site: where it answers and where its data lies."""

    base: str
    settings: Settings

    def ask(self, work: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
        """What `work` finds in the database, or does to it, beside the running server."""

        async def run() -> Answer:
            database = Database(self.settings.url)
            try:
                async with database.writing() as session:
                    return await work(session)
            finally:
                await database.close()

        return apart(lambda: asyncio.run(run()))

    def session_of(self, email: str) -> str:
        """A new signed-in session's token for the person with that address."""

        async def begin(session: AsyncSession) -> str:
            user = (await session.execute(select(User).where(User.email == email))).scalar_one()
            return await begin_session(session, user.id, 30, SystemClock().now())

        return self.ask(begin)

    def end_sessions(self, email: str) -> None:
        """As if the person's time was up, in every browser."""

        async def end(session: AsyncSession) -> None:
            user = (await session.execute(select(User).where(User.email == email))).scalar_one()
            await end_all_sessions(session, user.id, SystemClock().now())

        self.ask(end)

    def newcomer(self, name: str, role: Role = Role.RESPONDENT) -> str:
        """A new person's address, confirmed."""
        email = f"{name.lower().replace(' ', '.')}@example.org"

        async def add(session: AsyncSession) -> None:
            now = SystemClock().now()
            user = await add_person(session, email, name, role, now, None)
            user.confirmed_at = now

        self.ask(add)
        return email

    def change_round(self, slug: str, **values: object) -> None:
        """Set a consultation's latest comment period as if time had passed; readers' caches are told."""

        async def change(session: AsyncSession) -> None:
            wanted = select(Consultation).where(Consultation.slug == slug)
            consultation = (await session.execute(wanted)).scalar_one()
            of_it = (
                select(Round).where(Round.consultation_id == consultation.id).order_by(Round.number.desc())
            )
            latest = (await session.execute(of_it.limit(1))).scalar_one()
            for name, value in values.items():
                setattr(latest, name, value)
            scopes = (consultation_scope(consultation.id),)
            event = Event("consultation.changed", scopes, {"consultation_id": consultation.id})
            emit(session, event, SystemClock().now())

        self.ask(change)


def apart(work: Callable[[], Answer]) -> Answer:
    """Do `work` in a thread of its own: Playwright's event loop occupies this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


@contextmanager
def serving(demo: DemoSite, folder: Path) -> Iterator[Served]:
    """Serve a copy of the demo in `folder` until the block ends."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    served = Served(base, demo.settings(folder, base))
    environment = {
        **os.environ,
        "CONSULT_DATA_DIR": str(folder),
        "CONSULT_BASE_URL": base,
        "CONSULT_DEMO": "1",
        "CONSULT_SECRET_KEY": served.settings.secret_key,
        "CONSULT_LOG_LEVEL": "error",
        "CONSULT_CONFIG": str(folder / "none.toml"),
    }
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            command(port),
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(base + "/healthz", process, folder / "server.log")
            yield served
        finally:
            end(process)


def command(port: int) -> list[str]:
    """The site and its worker, as an operator starts them."""
    return [sys.executable, "-m", "consult", "serve", "--host", "127.0.0.1", "--port", str(port)]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the address answers. Raises RuntimeError with the log's end when it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(URLError, ConnectionError, TimeoutError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.1)
    raise RuntimeError(f"no answer from {address}: {log.read_text()[-2000:]}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, and make it."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(happened: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Ask again and again. Raises AssertionError when it has not happened in time."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.1)
