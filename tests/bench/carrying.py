"""Comments carried over to a draft's next version by the worker: how long it takes, and what memory."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from consult.db.database import Database
from consult.documents.importing import prepare
from consult.documents.service import store_version
from consult.exchange.queries import block_texts, find_blocks, find_consultation
from consult.models.contribution import Anchor
from tests.bench.importing import Spent, run
from tests.bench.plan import Plan
from tests.bench.scene import SLUG, Scene, make_scene
from tests.bench.table import Row, at_most
from tests.documents.rewriting import Plan as Rewriting
from tests.documents.rewriting import draft, rewrite

DRAFT, LANG = "long", "en"
BLOCKS, WORDS = 1_000, 100
ANCHORS, MORE = 5_000, 20_000


def measure(plan: Plan) -> list[Row]:
    """The time for 5,000; memory beside that for 20,000."""
    few, many = _carry(plan, ANCHORS), _carry(plan, MORE)
    blocks = f"{BLOCKS:,} blocks of {WORDS} words"
    return [
        at_most(f"Carrying {ANCHORS:,} comments over", few.seconds, 20,
                f"the worker's carrier as a process, {blocks}, a third of them edited, moved, split or gone", "s"),
        at_most("Carrying over: peak memory, more comments beside fewer", many.memory / few.memory, 1.2,
                f"{few.memory:.0f} MB for {ANCHORS:,}, {many.memory:.0f} MB for {MORE:,} in {many.seconds:.0f} s"),
    ]  # fmt: skip


def _carry(plan: Plan, amount: int) -> Spent:
    room = plan.room(f"carry-{amount}")
    scene = asyncio.run(make_scene(room, comments=0))
    run(["work", "--once"], scene.environment, room / "before.log")
    asyncio.run(_prepare(scene, room / "comments.jsonl", amount))
    arguments = ["import", "contributions", SLUG, str(room / "comments.jsonl")]
    run(arguments, scene.environment, room / "import.log")
    run(["work", "--once"], scene.environment, room / "index.log")
    asyncio.run(_next_version(scene))
    spent = run([], scene.environment, room / "carry.log", "tests.bench.carry")
    asyncio.run(_check(scene, amount))
    return spent


async def _prepare(scene: Scene, path: Path, amount: int) -> None:
    """Version 1, and a file with comments on its blocks in turn, every other one on some words."""
    old, _ = _texts()
    database = Database(scene.settings.url)
    await _store(database, old)
    async with database.reading() as session:
        consultation = await find_consultation(session, SLUG)
        blocks = {
            key: row for key, row in (await find_blocks(session, consultation.id)).items() if key[0] == DRAFT
        }
        texts = await block_texts(session, [row[0] for row in blocks.values()])
    await database.close()
    chance, keys = random.Random(2), sorted(blocks)
    with path.open("w") as file:
        for number in range(amount):
            draft_slug, key = keys[number % len(keys)]
            words = texts[blocks[draft_slug, key][0]][LANG].split()
            at = chance.randrange(max(1, len(words) - 8))
            quote = " ".join(words[at : at + 8]) if number % 2 else ""
            line = {"id": f"n{number}", "text": f"Comment {number}.", "lang": LANG, "draft": draft_slug,
                    "block": key, "quote": quote}  # fmt: skip
            file.write(json.dumps(line) + "\n")


async def _next_version(scene: Scene) -> None:
    database = Database(scene.settings.url)
    await _store(database, _texts()[1])
    await database.close()


async def _check(scene: Scene, amount: int) -> None:
    database = Database(scene.settings.url)
    async with database.reading() as session:
        counted = select(func.count()).select_from(Anchor).where(Anchor.made_here.is_(False))
        carried = (await session.execute(counted)).scalar_one()
    await database.close()
    if carried != amount:
        raise RuntimeError(f"{carried} of {amount} comments were carried over")


async def _store(database: Database, text: str) -> None:
    async with database.writing() as session:
        consultation = await find_consultation(session, SLUG)
        prepared = prepare({LANG: text})
        await store_version(session, consultation, DRAFT, None, prepared, {}, None, datetime.now(UTC))


def _texts() -> tuple[str, str]:
    """Both versions in Markdown, always the same."""
    chance = random.Random(1)
    text = rewrite(chance, LANG, draft(chance, LANG, BLOCKS, WORDS), Rewriting(0.3))
    old, new = ("\n\n".join(block.plain for block in blocks) for blocks in (text.old, text.new))
    return f"# A long draft\n\n{old}\n", f"# A long draft\n\n{new}\n"
