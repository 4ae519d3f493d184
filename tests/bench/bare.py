"""Bare Litestar handlers to compare with: what the framework and the driver alone can do here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.types import ASGIApp
from sqlalchemy import Column, Integer, MetaData, String, Table, Text
from sqlalchemy.ext.asyncio import create_async_engine

from consult.db.engine import WRITE, Turn, make_engine
from consult.web.outer import HEADERS

BODY = "BENCH_BODY"
"""Environment variable: the file whose bytes the page is."""
DATABASE = "BENCH_DATABASE"
"""Environment variable: the address of the database that takes rows."""

Ask = Request[object, object, State]
METADATA = MetaData()
ROWS = Table(
    "bench_rows",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("author", String),
    Column("text", Text),
)
INSERT = ROWS.insert()


def page() -> ASGIApp:
    """One page from memory, with as many headers as ours has."""
    body = Path(os.environ[BODY]).read_bytes()
    headers = {name.decode(): value.decode() for name, value in HEADERS}
    headers |= {"etag": '"0"', "vary": "Accept-Encoding", "cache-control": "no-cache", "content-language": "en",
                "cross-origin-resource-policy": "same-origin"}  # fmt: skip

    @get("/")
    async def read() -> Response[bytes]:
        return Response(body, headers=headers, media_type="text/html; charset=utf-8")

    return Litestar([read], openapi_config=None, logging_config=None)


def taker() -> ASGIApp:
    """A form read, one row inserted and committed through the same driver with the same durability."""
    engine, queue = make_engine(os.environ[DATABASE]), asyncio.Lock()

    @post("/")
    async def take(request: Ask) -> Response[bytes]:
        form = await request.form()
        turn = Turn(queue)
        try:
            async with engine.execution_options(**{WRITE: turn}).begin() as connection:
                await connection.execute(INSERT, {"author": "someone", "text": form["text"]})
        finally:
            turn.give_back()
        return Response(b"", status_code=303, headers={"location": "/"})

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None, None]:
        yield
        await engine.dispose()

    return Litestar([take], lifespan=[lifespan], openapi_config=None, logging_config=None)


async def make_table(url: str) -> None:
    """The table that `taker` fills."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    await engine.dispose()
