"""The public log of receipts: all of it verified, one proof made, one receipt issued."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db import migrate
from consult.db.database import Database
from consult.exchange.verifying_log import log_checks
from consult.kernel.clock import SetClock
from consult.models.consultation import Round
from consult.models.contribution import Contribution
from consult.models.ledger import Counter
from consult.models.log import LogLeaf, LogNode
from consult.models.submission import Submission, SubmissionSending
from consult.receipts.heads import publish_head
from consult.receipts.queries import prove_inclusion
from consult.receipts.service import RECEIPT, SERIES
from consult.receipts.statement import Received, canonical
from consult.receipts.tree import Growing
from tests.bench.plan import Plan
from tests.bench.table import Row, at_most, figure
from tests.conftest import NOW
from tests.receipts.scene import SIGNER, Sending

BATCH = 5_000
PROOFS = 300
TEXT = "What we think of the draft. " * 40


def measure(plan: Plan) -> list[Row]:
    """A log of 100,000 receipts (10,000 in a quick run), with texts of 1,100 characters."""
    return asyncio.run(_measure(plan))


async def _measure(plan: Plan) -> list[Row]:
    many = plan.imported[1]
    url = f"sqlite+aiosqlite:///{plan.room('proving') / 'consult.sqlite3'}"
    migrate.upgrade(url)
    database = Database(url)
    try:
        await _fill(await Sending(database, SetClock(NOW)).open(), many)
        receipts, log, found = await _verify(database)
        proof = await _prove(database, many)
    finally:
        await database.close()
    if found:
        raise RuntimeError(found[0])
    how = f"{many:,} receipts, SQLite"
    return [
        at_most("Verify the log of receipts", log, 10, f"{how}: entries, tree, heads", "s"),
        figure("Verify receipts besides", receipts, f"{how}: texts hashed, signatures checked", "s"),
        at_most("A proof of inclusion", proof, 1, f"{how}: processor time of reading and making it", "ms"),
    ]


async def _verify(database: Database) -> tuple[float, float, list[str]]:
    """Seconds for the receipts and for the log, and what disagreed."""
    taken: dict[str, float] = {}
    found: list[str] = []
    async with database.reading() as session:
        for name, check in log_checks(SIGNER).items():
            began = time.perf_counter()
            found += [said async for said in check(session)]
            taken[name] = time.perf_counter() - began
    receipts = taken.pop("receipts")
    return receipts, sum(taken.values()), found


async def _prove(database: Database, many: int) -> float:
    """Milliseconds of processor time for one proof."""
    async with database.reading() as session:
        await prove_inclusion(session, 0, many)
        began = time.process_time()
        for n in range(PROOFS):
            await prove_inclusion(session, n * 7919 % many, many)
    return (time.process_time() - began) / PROOFS * 1000


async def _fill(scene: Sending, many: int) -> None:
    """Responses with receipts, written as the service writes them, by the thousand."""
    tree = Growing()
    async with scene.database.writing() as session:
        round_ = (await session.execute(select(Round))).scalar_one()
        rows = _rows(scene.consultation.id, scene.consultation.reference, round_, tree, many)
        while some := list(islice(rows, BATCH)):
            for table in TABLES:
                await session.execute(insert(table), [row for each in some for row in each[table]])
        await _finish(session, many)


TABLES: tuple[Any, ...] = (Contribution, Submission, SubmissionSending, LogLeaf, LogNode)


async def _finish(session: AsyncSession, many: int) -> None:
    await session.execute(insert(Counter), [{"name": SERIES, "value": many}])
    await publish_head(session, SIGNER, NOW + timedelta(days=1))


def _rows(
    consultation_id: int, consultation: str, round_: Round, tree: Growing, many: int
) -> Iterator[dict[Any, list[dict[str, Any]]]]:
    for n in range(many):
        reference, text = f"{consultation}-S{n + 1:04d}", f'{{"nonce":"{n}","text":"{TEXT}"}}'
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        received = Received(
            site="https://consult.test", consultation=consultation, round=1, reference=reference, sending=1,
            sha256=sha256, sent_at=NOW, rule="in-time", closes_at=round_.closes_at,
        )  # fmt: skip
        entry = received.entry()
        receipt = SIGNER.sign({"format": RECEIPT, "received": received.state(), "entry": entry, "number": n})
        nodes = tree.add(bytes.fromhex(entry))
        yield {
            Contribution: [{"id": n + 1, "consultation_id": consultation_id, "reference": reference, "lang": "en",
                            "type": "submission", "place": "", "text": "", "html": "", "created_at": NOW}],
            Submission: [{"id": n + 1, "key": f"k{n}", "round_id": round_.id, "state": "sent", "begun_at": NOW,
                          "saved_at": NOW, "contribution_id": n + 1}],
            SubmissionSending: [{"id": n + 1, "submission_id": n + 1, "number": 1, "text": text, "sha256": sha256,
                                 "rule": "in-time", "sent_at": NOW, "leaf": n,
                                 "receipt": canonical(receipt).decode()}],
            LogLeaf: [{"number": n, "kind": "received", "entry": entry, "reference": reference, "of": None,
                       "at": NOW}],
            LogNode: [{"level": level, "place": place, "hash": found.hex()} for (level, place), found in nodes],
        }  # fmt: skip
