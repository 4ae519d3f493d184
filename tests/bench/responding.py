"""The deadline: two thousand people send within a minute while others read; two hundred type at once."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import select

from consult.db.database import Database
from consult.exchange.verifying_log import log_checks
from consult.models.contribution import Contribution
from consult.models.log import LogLeaf
from consult.models.submission import SubmissionSending
from consult.receipts.signing import load_signer
from tests.bench.begun import Begun, Surge, make_surge
from tests.bench.client import get, load
from tests.bench.plan import Plan
from tests.bench.postgres import database_of, postgres
from tests.bench.scene import READING, sentence
from tests.bench.servers import Server, serving
from tests.bench.table import Row, at_least, at_most

SECONDS = 60.0
"""In which everybody sends."""
READERS = 4
WORKERS = 2
"""Web processes, as docs/operate.md advises for two cores."""
STATUS = re.compile(rb"HTTP/1\.1 (\d+)")
PATIENCE = 30.0
PAUSE, LONGEST = 1.0, 5.0
"""As in static/respond.js."""


@dataclass(slots=True)
class Crowd:
    """What people were told: seconds until each answer, and its status."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def within(self, share: float) -> float:
        """Seconds within which that share was answered."""
        return sorted(self.waits)[min(int(len(self.waits) * share), len(self.waits) - 1)]


def measure(plan: Plan) -> list[Row]:
    """On SQLite, and on a PostgreSQL server of its own."""
    rows = _on("SQLite", plan, plan.room("surge"), "")
    with postgres(Path(mkdtemp(prefix="consult-bench-"))) as server:
        rows += _on("PostgreSQL", plan, plan.room("surge-postgresql"), database_of(server, "surge"))
    return rows


def _on(name: str, plan: Plan, room: Path, database_url: str) -> list[Row]:
    surge = asyncio.run(make_surge(room, database_url, plan.sending))
    with ExitStack() as stack:
        site = stack.enter_context(
            serving("consult.app:create_app", surge.scene.environment, room / "site.log", WORKERS)
        )
        typed = asyncio.run(_type(site, surge.people[: plan.typing], plan.seconds * 10))
        # In a process of their own: this one is busy with those who send.
        readers = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        alone = readers.submit(_read, site.port, plan.seconds * 3).result()
        seconds = SECONDS * plan.sending / 2_000
        reading = readers.submit(_read, site.port, seconds)
        crowd = asyncio.run(_send(site, surge.people, seconds))
        beside = reading.result()
    kept = asyncio.run(_kept(surge))
    return [
        at_most(f"Typing, {plan.typing} at once, {name}: 95 of 100 saved within", typed.within(0.95), 0.2,
                f"{len(typed.waits):,} saves in {plan.seconds * 10:.0f} s; answers {_said(typed)}", "s"),
        at_least(f"Deadline, {name}: sent and there once, with a valid receipt",
                 kept / plan.sending * 100, 100,
                 f"{plan.sending:,} people within {seconds:.0f} s; answers {_said(crowd)}", "%"),
        at_most(f"Deadline, {name}: 95 of 100 acknowledged within", crowd.within(0.95), 3,
                f"half within {crowd.within(0.5):.2f} s, all within {max(crowd.waits):.2f} s", "s"),
        at_least(f"Deadline, {name}: speed of pages for readers, beside before", beside / alone, 0.5,
                 f"{beside:,.0f} against {alone:,.0f} reading pages a second for {READERS} readers"),
    ]  # fmt: skip


def _said(crowd: Crowd) -> str:
    return ", ".join(f"{amount:,} × {status}" for status, amount in sorted(crowd.statuses.items()))


def _read(port: int, seconds: float) -> float:
    return load(port, get(READING), seconds=seconds, connections=READERS).rate


async def _send(site: Server, people: Sequence[Begun], seconds: float) -> Crowd:
    """Everybody at a moment of their own."""
    chance, crowd = random.Random(3), Crowd()

    async def one(person: Begun) -> None:
        await asyncio.sleep(seconds * chance.random())
        await _ask(site, person.send(), crowd)

    await asyncio.gather(*(one(person) for person in people))
    return crowd


async def _type(site: Server, people: Sequence[Begun], seconds: float) -> Crowd:
    """Each saves as their page does while they type: a second after a pause, five seconds after the last save at most."""
    crowd = Crowd()

    async def one(person: Begun, number: int) -> None:
        chance = random.Random(number)
        until, version = time.perf_counter() + seconds, 1
        while True:
            await asyncio.sleep(PAUSE + (LONGEST - PAUSE) * chance.random())
            if time.perf_counter() > until:
                return
            await _ask(site, _save(person, version, sentence(chance, 120)), crowd)
            version += 1

    await asyncio.gather(*(one(person, number) for number, person in enumerate(people)))
    return crowd


def _save(person: Begun, version: int, text: str) -> bytes:
    return person.form("/save", {"q": "why", "v_why": str(version), "a_why": text})


async def _ask(site: Server, request: bytes, crowd: Crowd) -> None:
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    try:
        writer.write(request.replace(b"\r\n", b"\r\nconnection: close\r\n", 1))
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
    except TimeoutError:
        answer = b""
    finally:
        writer.close()
    found = STATUS.match(answer)
    crowd.waits.append(time.perf_counter() - began)
    crowd.statuses[int(found[1]) if found else 0] += 1


async def _kept(surge: Surge) -> int:
    """How many are there exactly once, in public and in the log; none where `consult verify` finds fault with the log."""
    database = Database(surge.scene.settings.url)
    try:
        async with database.reading() as session:
            sendings = (await session.execute(select(SubmissionSending))).scalars().all()
            leaves = set((await session.execute(select(LogLeaf.number))).scalars())
            faces = Counter((await session.execute(select(Contribution.author_name))).scalars())
            faults = [
                fault
                for check in log_checks(load_signer(surge.scene.settings)).values()
                async for fault in check(session)
            ]
    finally:
        await database.close()
    if faults:
        return 0
    times = Counter(each.submission_id for each in sendings)
    return sum(
        1
        for each in sendings
        if times[each.submission_id] == 1
        and faces[f"Person {each.submission_id}"] == 1
        and each.leaf in leaves
    )
