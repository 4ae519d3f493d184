"""Large drafts: bringing two versions in, and the page that compares them, made anew for each reader."""

from __future__ import annotations

import asyncio
import random
import time
from itertools import count

from litestar.types import ASGIApp

from consult.consultations.queries import get_consultation
from consult.db.database import Database
from consult.documents.importing import prepare
from consult.documents.service import store_version
from tests.bench.inside import ask, running
from tests.bench.plan import Plan
from tests.bench.scene import CONSULTATION, SLUG, Scene, make_scene
from tests.bench.table import Row, at_most
from tests.documents import rewriting as generated
from tests.documents.rewriting import draft, rewrite

BLOCKS, WORDS = 1_000, 100
PAGE = f"{CONSULTATION}/drafts/large/compare/1/2"
FRESH = count()


def measure(plan: Plan) -> list[Row]:
    """A version of which a part of the blocks was edited, moved, split and merged: brought in, then read inline and side by
    side.
    """
    return asyncio.run(_measure(plan))


async def _measure(plan: Plan) -> list[Row]:
    scene = await make_scene(plan.room("comparing"), comments=0)
    changed, second = await _two_versions(scene)
    how = f"{BLOCKS:,} blocks, {BLOCKS * WORDS:,} words, {changed} blocks changed"
    async with running(scene.settings) as app:
        return [
            at_most("Bring in its second version", second, 5, f"{how}, matched, stored and committed", "s"),
            *[
                at_most(
                    f"Compare page, uncached, {name}", await _slowest(app, view, plan.rounds), 1, how, "s"
                )
                for name, view in (("inline", "inline"), ("side by side", "side"))
            ],
        ]


async def _slowest(app: ASGIApp, view: str, rounds: int) -> float:
    """Processor seconds of the slowest render. Another query is another page to the cache; the first compiles templates."""
    taken = []
    for _ in range(rounds + 1):
        asked = await ask(app, f"{PAGE}?view={view}&again={next(FRESH)}")
        if asked.status != 200:
            raise RuntimeError(f"{PAGE}: {asked.status}")
        taken.append(asked.seconds)
    return max(taken[1:])


async def _two_versions(scene: Scene) -> tuple[int, float]:
    """Bring both versions in: how many blocks of the second one are not as they were, and the seconds that it took."""
    chance = random.Random(1)
    text = rewrite(chance, "en", draft(chance, "en", BLOCKS, WORDS), generated.Plan(0.3))
    old, new = (generated.markdown(blocks) for blocks in (text.old, text.new))
    database, taken = Database(scene.settings.url), 0.0
    try:
        for source in (old, new):
            began = time.perf_counter()
            async with database.writing() as session:
                consultation = await get_consultation(session, SLUG, None)
                now = consultation.created_at
                await store_version(
                    session, consultation, "large", None, prepare({"en": source}), {}, None, now
                )
            taken = time.perf_counter() - began
    finally:
        await database.close()
    kept = {block.plain for block in text.old}
    return sum(block.plain not in kept for block in text.new), taken
