"""First renders: what they cost beside the templates alone, and that they cost no more in a large consultation."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from statistics import median

from tests.bench.inside import Asked, ask, running
from tests.bench.plan import Plan
from tests.bench.scene import CONSULTATION, READING, Scene, make_scene
from tests.bench.table import Row, at_most

SEED = 30
"""Comments that the scene begins with; the others are copies of one of them."""
FRESH = count()


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one page: processor milliseconds of its first render, those of the renderer, statements."""

    total: float
    rendering: float
    statements: int
    ratio: float
    """All beside the renderer alone, the median over single requests."""


def measure(plan: Plan) -> list[Row]:
    """Ten, a thousand and many comments, spread over the draft and all on one block."""
    return [*_first_render(plan), *_rows(plan, on_one=False), *_rows(plan, on_one=True)]


def _first_render(plan: Plan) -> list[Row]:
    scene = asyncio.run(make_scene(plan.room("first")))
    costs = asyncio.run(_costs(plan, [(scene, "")]))
    cost = costs["reading page"][0]
    detail = f"{cost.total:.1f} ms in all, {cost.rendering:.1f} ms in Jinja, {cost.statements} statements"
    return [at_most("First render of the reading page, beside Jinja alone", cost.ratio, 3, detail)]


def _rows(plan: Plan, *, on_one: bool) -> list[Row]:
    sites = [_site(plan, amount, on_one) for amount in plan.grown]
    least, middle, most = plan.grown
    where = "all on one block" if on_one else "spread"
    rows = []
    for page, costs in asyncio.run(_costs(plan, sites)).items():
        times = " / ".join(f"{cost.total:.1f}" for cost in costs)
        asked = " / ".join(str(cost.statements) for cost in costs)
        detail = f"{times} ms and {asked} statements at {least:,} / {middle:,} / {most:,} comments"
        title = f"First render at {most:,} comments ({where}), beside {middle:,}: {page}"
        rows.append(at_most(title, costs[2].total / costs[1].total, 1.5, detail))
    return rows


def _site(plan: Plan, amount: int, on_one: bool) -> tuple[Scene, str]:
    room = plan.room(f"grown-{amount}-{'one' if on_one else 'spread'}")
    scene = asyncio.run(make_scene(room, comments=min(amount, SEED)))
    return scene, crowd(scene, amount - min(amount, SEED), on_one)


async def _costs(plan: Plan, sites: Sequence[tuple[Scene, str]]) -> dict[str, list[Cost]]:
    """Of each page at each site. The sites are asked in turns, so that a machine that slows down slows all alike."""
    pages = {"home": "/en/", "consultation": CONSULTATION, "reading page": READING,
             "discussion": f"{CONSULTATION}/comments", "block": READING + "/blocks/{block}"}  # fmt: skip
    async with AsyncExitStack() as stack:
        apps = [await stack.enter_async_context(running(scene.settings)) for scene, _ in sites]
        found: dict[str, list[Cost]] = {}
        for name, address in pages.items():
            taken: list[list[Asked]] = [[] for _ in sites]
            for number in range(plan.renders + 3):
                for app, (_, block), of in zip(apps, sites, taken, strict=True):
                    if block or "{" not in address:
                        # Another query is another page to the cache: each of these is rendered anew.
                        asked = await ask(app, f"{address.format(block=block)}?again={next(FRESH)}")
                        assert asked.status == 200, name
                        of += [asked] if number >= 3 else []
            found[name] = [_cost(of) for of in taken if of]
        return found


def _cost(taken: Sequence[Asked]) -> Cost:
    return Cost(
        median(each.seconds for each in taken) * 1000,
        median(each.rendering for each in taken) * 1000,
        len(taken[-1].statements),
        median(each.seconds / each.rendering for each in taken),
    )


def crowd(scene: Scene, amount: int, on_one: bool) -> str:
    """Add copies of a comment: four of five on blocks, the others on the consultation. The key of the first block."""
    with sqlite3.connect(scene.settings.data_dir / "consult.sqlite3") as connection:
        blocks = connection.execute(
            "SELECT id, key FROM blocks WHERE kind = 'paragraph' ORDER BY position"
        ).fetchall()
        last = connection.execute("SELECT max(id) FROM contributions").fetchone()[0]
        if amount > 0:
            _copy(connection, "contributions", last, amount, {
                "id": "? + i", "reference": "'FMF-2026-01-X' || i", "source_id": "'x' || i", "source": "'copies'",
                "place": "CASE WHEN i % 5 = 0 THEN 'consultation' ELSE 'block' END", "reply_count": "0", "send_key": "NULL",
            })  # fmt: skip
            of = f"= {blocks[0][0]}" if on_one else f"IN ({', '.join(str(id) for id, _ in blocks)})"
            _anchor(connection, last, of, 1 if on_one else len(blocks))
            connection.execute("UPDATE tallies SET count = count + ? WHERE dimension = 'type'", (amount,))
        connection.execute("ANALYZE")
        key: str = blocks[0][1]
    return key


def _copy(
    connection: sqlite3.Connection, table: str, last: int, amount: int, changed: dict[str, str]
) -> None:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    said = ", ".join(changed.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    connection.execute(
        f"INSERT INTO {table} ({columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
        f"SELECT {said} FROM n, (SELECT * FROM {table} WHERE thread_id IS NULL ORDER BY id LIMIT 1)",
        (amount, last),
    )


def _anchor(connection: sqlite3.Connection, last: int, of: str, blocks: int) -> None:
    connection.execute(
        "INSERT INTO anchors (contribution_id, version_id, block_id, lang, exact, prefix, suffix, start, end, made_here) "
        "SELECT c.id, b.version_id, b.id, 'en', '', '', '', 0, 0, 1 FROM contributions c JOIN (SELECT id, version_id, "
        f"row_number() OVER (ORDER BY id) - 1 AS place FROM blocks WHERE id {of}) b ON b.place = c.id % {blocks} "
        "WHERE c.id > ? AND c.place = 'block'",
        (last,),
    )
    connection.execute(
        "UPDATE blocks SET comment_count = (SELECT count(*) FROM anchors a WHERE a.block_id = blocks.id)"
    )
