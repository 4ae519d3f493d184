"""Search over many comments: pages, commits, and the rebuild beside Whoosh alone."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from urllib.parse import quote

from whoosh.filedb.filestore import FileStorage

from consult.db.database import Database
from consult.search.entries import all_batches
from consult.search.port import Entry
from consult.search.schema import SCHEMA, document
from consult.search.whoosh_engine import WhooshEngine
from tests.bench.client import get, once
from tests.bench.importing import run
from tests.bench.plan import Plan
from tests.bench.scene import SLUG, Scene, make_scene
from tests.bench.servers import serving
from tests.bench.table import Row, at_least, at_most
from tests.bench.texts import texts, write

WORD = re.compile(r"[a-zà-ÿ]{5,}")
COMMON = 12
COMPARED = 4_000
"""Entries of which an index is built twice to compare speeds."""


def measure(plan: Plan) -> list[Row]:
    """Import, rebuild, ask, update."""
    room = plan.room("search")
    scene = asyncio.run(make_scene(room, comments=0))
    path = write(room / "comments.jsonl", plan.searched)
    run(["import", "contributions", SLUG, str(path)], scene.environment, room / "import.log")
    entries = asyncio.run(_entries(scene))
    engine = WhooshEngine(scene.settings.index_dir)
    engine.rebuild(entries)
    rows = _pages(plan, scene, room, len(entries))
    rows += [_commits(plan, engine, entries), _rebuild(entries[:COMPARED], room)]
    engine.close()
    return rows


async def _entries(scene: Scene) -> list[Entry]:
    database = Database(scene.settings.url)
    try:
        return [entry async for batch in all_batches(database) for entry in batch]
    finally:
        await database.close()


def _pages(plan: Plan, scene: Scene, room: Path, amount: int) -> list[Row]:
    rare, common = _words(plan)
    with serving("consult.app:create_app", scene.environment, room / "site.log") as site:
        _seconds(site.port, common[:1])
        of_rare = _seconds(site.port, rare)
        of_common = [
            second for _ in range(max(plan.queries // COMMON, 2)) for second in _seconds(site.port, common)
        ]
    over = f"whole pages over {amount:,} entries, 95 of 100 within; half within"
    return [
        at_most("Search for rare words", _p95(of_rare), 100, f"{over} {median(of_rare) * 1000:.0f} ms", "ms"),
        at_most("Search for the most common words", _p95(of_common), 300,
                f"{over} {median(of_common) * 1000:.0f} ms; {', '.join(common)}", "ms"),
    ]  # fmt: skip


def _words(plan: Plan) -> tuple[list[str], list[str]]:
    """Words of one text in a thousand or fewer, and those of the most texts."""
    found: Counter[str] = Counter()
    for _, text in texts():
        found.update(set(WORD.findall(text.lower())))
    rare = [word for word, number in found.items() if number == 2][: plan.queries]
    return rare, [word for word, _ in found.most_common(COMMON)]


def _seconds(port: int, words: Sequence[str]) -> list[float]:
    found = []
    for word in words:
        began = time.perf_counter()
        status, _ = once(port, get(f"/en/search?q={quote(word)}"))
        found.append(time.perf_counter() - began)
        assert status == 200, (word, status)
    return found


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[min(int(len(seconds) * 0.95), len(seconds) - 1)] * 1000


def _commits(plan: Plan, engine: WhooshEngine, entries: Sequence[Entry]) -> Row:
    comment = next(entry for entry in entries if entry.type == "comment")
    found = []
    for number in range(plan.queries):
        began = time.perf_counter()
        engine.update([replace(comment, key=f"comment:new-{number}")])
        found.append(time.perf_counter() - began)
    detail = f"one comment taken in; 95 of 100 within {_p95(found):.1f} ms"
    return at_most("Index commit, half within", median(found) * 1000, 20, detail, "ms")


def _rebuild(entries: Sequence[Entry], room: Path) -> Row:
    """In turns, the best of each: a rebuild is long enough for the machine to change meanwhile."""
    ours = theirs = float("inf")
    for number in range(3):
        theirs = min(theirs, _bare(entries, room / f"bare-{number}"))
        ours = min(ours, _ours(entries, room / f"ours-{number}"))
    detail = f"{len(entries) / ours:,.0f} against {len(entries) / theirs:,.0f} entries a second"
    return at_least("Index rebuild beside Whoosh's plain writer", theirs / ours, 0.6, detail)


def _ours(entries: Sequence[Entry], folder: Path) -> float:
    engine = WhooshEngine(folder, merge=False)
    began = time.perf_counter()
    engine.rebuild(entries)
    taken = time.perf_counter() - began
    engine.close()
    return taken


def _bare(entries: Sequence[Entry], folder: Path) -> float:
    """The same schema and analysis in a loop over Whoosh's own writer."""
    folder.mkdir()
    index = FileStorage(str(folder)).create().create_index(SCHEMA)
    began = time.perf_counter()
    writer = index.writer(limitmb=128)
    for entry in entries:
        writer.add_document(**document(entry))
    writer.commit()
    return time.perf_counter() - began
