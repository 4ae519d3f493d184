"""The worker, composed: settings in, a process that feeds the search index and sends mail until it is told to stop.

The second composition beside `app.py`. It shares nothing with the web server but the database and the index's folder.
"""

from __future__ import annotations

import asyncio
import fcntl
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import IO

import structlog

from consult.attachments.worker import FileKeeper
from consult.db.database import Database
from consult.editions.worker import FileMaker
from consult.kernel.clock import Clock, SystemClock
from consult.notifications.composing import Composer
from consult.notifications.draining import Drain
from consult.notifications.duties import Duties
from consult.notifications.making import MailMaker
from consult.notifications.sending import Sender
from consult.notifications.transport import make_transport
from consult.places.jobs import Carrier
from consult.receipts.heads import HeadPublisher
from consult.receipts.signing import load_signer
from consult.search.indexer import SearchConsumer
from consult.search.whoosh_engine import WhooshEngine
from consult.settings import ROOT, Settings
from consult.submissions.retention import Forgetting
from consult.web.rendering import Renderer

log = structlog.get_logger()
TURN = 0.5
"""Seconds between two looks whether the other worker has gone."""


async def run_worker(
    settings: Settings,
    clock: Clock | None = None,
    *,
    stop: asyncio.Event | None = None,
    once: bool = False,
    parent: int = 0,
) -> None:
    """Work until `stop` is set, or until SIGTERM or SIGINT where no `stop` is given.

    `once`: deal with what is there and return. `parent`: the process (id) to end with.
    """
    stop = stop or _stopped_by_signals()
    database = Database(settings.url, pool_size=5)
    engine = WhooshEngine(settings.index_dir)
    search = SearchConsumer(engine, database)
    files = FileMaker(database, settings.base_url, clock or SystemClock())
    duties = make_duties(settings, database, search, files, clock or SystemClock(), parent)
    try:
        async with _alone(settings, database, stop):
            await (duties.run_once() if once else duties.run(stop))
            if once:
                await search.mended()
    finally:
        await files.close()
        await search.stop()
        await database.changes.stop()
        engine.close()
        await database.close()


def make_duties(
    settings: Settings,
    database: Database,
    search: SearchConsumer,
    files: FileMaker,
    clock: Clock,
    parent: int = 0,
) -> Duties:
    """The worker's parts, connected."""
    if not settings.smtp_url and not settings.demo:
        log.warning("no smtp_url: mails are recorded and not sent")
    composer = Composer(Renderer(ROOT / "templates"), settings)
    maker = MailMaker(database, composer, settings, clock)
    drain = Drain(database, [search, maker], clock)
    sender = Sender(database, make_transport(settings), settings, clock)
    jobs = (
        Carrier(database, clock).carry_some,
        files.make_one,
        HeadPublisher(database, load_signer(settings), clock).publish_due,
        FileKeeper(database, settings, clock).do_one,
        Forgetting(database, clock).forget_some,
    )
    return Duties(
        database, drain, sender, maker.broadcasts, clock, mend=search.mend, jobs=jobs, parent=parent
    )


def _stopped_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    return stop


@asynccontextmanager
async def _alone(settings: Settings, database: Database, stop: asyncio.Event) -> AsyncIterator[None]:
    """One worker a SQLite file: a second one waits until the first has gone, however it went. On PostgreSQL the
    drain takes turns by a lock of the database's own."""
    if not database.is_sqlite:
        yield
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "worker.lock").open("w") as file:
        while not _locked(file) and not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TURN)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
