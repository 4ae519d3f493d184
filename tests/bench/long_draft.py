"""A draft of a thousand blocks: bringing it in, what its first page weighs and costs beside one of thirty, and memory."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from itertools import count
from statistics import median

from consult.consultations.queries import get_consultation
from consult.db.database import Database
from consult.documents.importing import prepare
from consult.documents.service import store_version
from consult.kernel.clock import SystemClock
from consult.places.jobs import Carrier
from tests.bench.client import get, once
from tests.bench.growing import SEED, crowd
from tests.bench.importing import run
from tests.bench.inside import ask, running
from tests.bench.plan import Plan
from tests.bench.reading import first_view
from tests.bench.scene import DRAFT, READING, SLUG, Scene, make_scene, sentence
from tests.bench.servers import serving
from tests.bench.table import Row, at_most

BLOCKS = 1_000
WORDS = 100
CHAPTER = 12
"""Blocks under a heading."""
COMMENTS = 5_000
CROWDS = (500, 5_000, 20_000)
RENDERS = 20
FRESH = count()


def measure(plan: Plan) -> list[Row]:
    """With five thousand comments, spread over it."""
    scene = asyncio.run(make_scene(plan.room("long"), comments=SEED, text=long_text()))
    crowd(scene, COMMENTS - SEED, on_one=False)
    short = asyncio.run(make_scene(plan.room("short")))
    with serving("consult.app:create_app", scene.environment, plan.folder / "long.log") as site:
        sizes, names = first_view(site)
    long_ms, short_ms = asyncio.run(_first_renders(plan, [scene, short]))
    asyncio.run(_publish_next(scene))
    with serving("consult.app:create_app", scene.environment, plan.folder / "later.log") as site:
        later, later_names = first_view(site)
    what = f"a draft of {BLOCKS:,} blocks and {BLOCKS * WORDS:,} words with {COMMENTS:,} comments"
    total = sum(sizes.values()) / 1000
    return [
        at_most(f"First view of {what}, compressed", total, 60, f"{names} (kB)", "kB"),
        at_most(
            "… and of its second version, which says at a quarter of its blocks that they changed",
            sum(later.values()) / 1000,
            60,
            f"{later_names} (kB)",
            "kB",
        ),
        at_most(
            f"First render of {what}, beside one of thirty blocks",
            long_ms / short_ms,
            1.5,
            f"{long_ms:.1f} ms against {short_ms:.1f} ms",
        ),
        _import(plan),
        _memory(plan),
    ]


def _import(plan: Plan) -> Row:
    """By the command that operators use, the start of Python included: the least of three times."""
    room = plan.room("long-import")
    scene = asyncio.run(make_scene(room, comments=0))
    (file := room / "long.md").write_text(long_text())
    arguments = ["import", "draft", SLUG, f"en={file}", "--draft"]
    runs = [run([*arguments, f"again-{n}"], scene.environment, room / "log") for n in range(3)]
    spent = min(runs, key=lambda each: each.seconds)
    how = f"`consult import draft`, {BLOCKS:,} blocks, {len(long_text().split()):,} words; peak memory {spent.memory:.0f} MB"
    return at_most("Import a draft", spent.seconds, 5, how, "s")


def _memory(plan: Plan) -> Row:
    """Of a server that renders the reading page and a block's page again and again."""
    peaks = [_peak(plan, amount) for amount in CROWDS]
    said = " / ".join(f"{peak:.0f}" for peak in peaks)
    counts = " / ".join(f"{amount:,}" for amount in CROWDS)
    how = f"{said} MB for {counts} comments, all on one block, after {2 * RENDERS} renders"
    return at_most(
        "Reading page: peak memory of the server, most comments beside fewest", peaks[-1] / peaks[0], 1.2, how
    )


def _peak(plan: Plan, amount: int) -> float:
    room = plan.room(f"long-memory-{amount}")
    scene = asyncio.run(make_scene(room, comments=SEED, text=long_text()))
    key = crowd(scene, amount - SEED, on_one=True)
    with serving("consult.app:create_app", scene.environment, room / "log") as site:
        for page in (READING, f"{READING}/blocks/{key}"):
            for number in range(RENDERS):
                status, _ = once(site.port, get(f"{page}?again={number}"))
                assert status == 200, page
        return site.memory()


def long_text() -> str:
    """Markdown of a thousand blocks; a heading of its own now and then."""
    chance = random.Random(3)
    parts = ["# A long charter"]
    while len(parts) < BLOCKS:
        heading = len(parts) % CHAPTER == 1
        parts.append(f"## {sentence(chance, 5)}" if heading else sentence(chance, WORDS))
    return "\n\n".join(parts) + "\n"


async def _publish_next(scene: Scene) -> None:
    """A second version, with the comments carried over to it."""
    blocks = long_text().split("\n\n")
    for at in range(2, len(blocks), 4):
        blocks[at] += " This is new."
    database = Database(scene.settings.url)
    try:
        async with database.writing() as session:
            consultation = await get_consultation(session, SLUG, None)
            prepared = prepare({"en": "\n\n".join(blocks)})
            await store_version(session, consultation, DRAFT, None, prepared, {}, None, SystemClock().now())
        await Carrier(database, SystemClock()).carry_all()
    finally:
        await database.close()


async def _first_renders(plan: Plan, scenes: list[Scene]) -> list[float]:
    """Processor milliseconds of each scene's reading page, asked in turns."""
    async with AsyncExitStack() as stack:
        apps = [await stack.enter_async_context(running(scene.settings)) for scene in scenes]
        taken: list[list[float]] = [[] for _ in scenes]
        for number in range(plan.renders + 3):
            for app, of in zip(apps, taken, strict=True):
                asked = await ask(app, f"{READING}?again={next(FRESH)}")
                assert asked.status == 200
                of += [asked.seconds * 1000] if number >= 3 else []
    return [median(of) for of in taken]
