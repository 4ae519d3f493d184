"""Posting a comment, eight people at once, each post durable before it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlencode

from sqlalchemy import select

from consult.accounts.queries import find_by_session
from consult.db.database import Database
from consult.models.document import Block
from consult.security.tokens import masked, token_hash
from consult.settings import Settings
from tests.bench import bare
from tests.bench.client import load_each, post
from tests.bench.plan import Plan
from tests.bench.postgres import database_of, postgres
from tests.bench.rounds import Compared, Side, compare
from tests.bench.scene import READING, SECRET, Scene, make_scene
from tests.bench.servers import serving
from tests.bench.table import Row, at_least, at_most, figure

TEXT = "Members should publish results before they deploy, and say which limits remain known to them. " * 2


def measure(plan: Plan) -> list[Row]:
    """On SQLite, and on a PostgreSQL server of its own."""
    room = plan.room("posting")
    rows = _rows("SQLite", _compare(plan, room, "", f"sqlite+aiosqlite:///{room}/bare.sqlite3"), 0.25)
    with postgres(Path(mkdtemp(prefix="consult-bench-"))) as server:
        ours, theirs = database_of(server, "ours"), database_of(server, "theirs")
        bare_url = Settings(database_url=theirs).url
        rows += _rows("PostgreSQL", _compare(plan, plan.room("posting-postgresql"), ours, bare_url))
    return rows


def _rows(name: str, found: Compared, limit: float | None = None) -> list[Row]:
    title = f"Posting, 8 at once, {name}"
    statuses = {status for load in found.ours.loads for status in load.statuses}
    assert statuses == {303}, statuses
    return [
        at_least(title, found.ratio, limit, found.detail)
        if limit
        else figure(title, found.ratio, found.detail),
        at_most(f"{title}: 99 of 100 within", found.ours.percentile(0.99), 1, unit="s"),
    ]


def _compare(plan: Plan, room: Path, database_url: str, bare_url: str) -> Compared:
    scene = asyncio.run(make_scene(room, database_url))
    form = asyncio.run(posts(scene))
    asyncio.run(bare.make_table(bare_url))
    body = urlencode({"text": TEXT, "csrf": "x" * 86, "send_key": "k" * 24, "lang": "en"}).encode()
    with ExitStack() as stack:
        site = stack.enter_context(serving("consult.app:create_app", scene.environment, room / "site.log"))
        other = stack.enter_context(
            serving("tests.bench.bare:taker", {bare.DATABASE: bare_url}, room / "bare.log")
        )
        return compare(
            Side(site, lambda: load_each(site.port, form, seconds=plan.seconds)),
            Side(other, lambda: load_each(other.port, lambda _: post("/", body), seconds=plan.seconds)),
            max(plan.rounds, 5),
        )


async def posts(scene: Scene) -> Callable[[int], bytes]:
    """A function from a person's number to the request that posts their next comment on some block."""
    database = Database(scene.settings.url)
    async with database.reading() as session:
        keys = (await session.execute(select(Block.key).where(Block.kind == "paragraph"))).scalars().all()
        found = [await find_by_session(session, token_hash(token), SECRET) for token in scene.tokens]
    await database.close()
    secrets = [each[0].csrf for each in found if each is not None]
    numbers = count()

    def next_post(person: int) -> bytes:
        number = next(numbers)
        fields = {
            "csrf": masked(secrets[person]),
            "send_key": f"k{number}",
            "text": f"{number}: {TEXT}",
            "lang": "en",
        }
        address = f"{READING}/blocks/{keys[number % len(keys)]}"
        return post(address, urlencode(fields).encode(), cookie=scene.cookie(person))

    return next_post
