"""Many comments at once, as an import brings them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import func, select

from consult.db.database import Database
from consult.exchange.batches import Target, write_batch
from consult.exchange.lines import Reader
from consult.exchange.queries import block_texts, find_blocks, find_consultation
from consult.models.contribution import Anchor
from tests.people import Site


async def comment_often(site: Site, keys: Sequence[str], many: int) -> None:
    """Comments on the blocks in turn, every other one on three words of its block."""
    async with site.database.reading() as session:
        consultation = await find_consultation(session, "charter")
        blocks = await find_blocks(session, consultation.id)
        ids = {key: blocks["text", key][0] for key in keys}
        texts = await block_texts(session, ids.values())
    reader = Reader("en", "comment", site.clock.now())
    lines = []
    for n in range(many):
        key = keys[n % len(keys)]
        words = texts[ids[key]]["en"].split()
        at = n // len(keys) % max(1, len(words) - 3)
        quote = " ".join(words[at : at + 3]) if n % 2 else ""
        lines.append(
            {
                "id": str(n),
                "text": f"Comment {n}.",
                "lang": "en",
                "draft": "text",
                "block": key,
                "quote": quote,
            }
        )
    target = Target(consultation, blocks, "many")
    for start in range(0, many, 1000):
        batch = [
            reader.read(n, json.dumps(line).encode()) for n, line in enumerate(lines[start : start + 1000])
        ]
        async with site.database.writing() as session:
            await write_batch(session, target, batch, {}, site.clock.now())


async def number_of_carried(database: Database) -> int:
    """How many places were found in later versions."""
    async with database.reading() as session:
        counted = select(func.count()).select_from(Anchor).where(Anchor.made_here.is_(False))
        return (await session.execute(counted)).scalar_one()
