"""The application in this process, asked without a network: what a request costs, and what it asks of the database."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from litestar.types import ASGIApp
from sqlalchemy import Engine, event

from consult.app import create_app
from consult.settings import Settings
from consult.web.rendering import Renderer
from tests.people import lifespan


@dataclass(slots=True)
class Asked:
    """What answering took: processor seconds in all, those in the renderer, statements.

    Processor time of this whole process, the database's thread included: waiting for other programs is left out.
    """

    seconds: float = 0.0
    rendering: float = 0.0
    statements: list[str] = field(default_factory=list)
    status: int = 0


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[ASGIApp]:
    """The site's application, started."""
    app = create_app(settings)
    async with lifespan(app):
        yield app


async def ask(app: ASGIApp, address: str) -> Asked:
    """GET an address as somebody who is not signed in."""
    path, _, query = address.partition("?")
    scope: Any = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
        "raw_path": path.encode(), "query_string": query.encode(), "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "scheme": "http", "root_path": "", "state": {},
    }  # fmt: skip
    found = Asked()

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found.status = message["status"]

    with _counting(found), _timing(found):
        began = time.process_time()
        await app(scope, receive, send)
        found.seconds = time.process_time() - began
    return found


@contextmanager
def _counting(found: Asked) -> Iterator[None]:
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            found.statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def _timing(found: Asked) -> Iterator[None]:
    render = Renderer.render

    def timed(self: Renderer, *args: Any, **more: Any) -> str:
        began = time.process_time()
        try:
            return render(self, *args, **more)
        finally:
            found.rendering += time.process_time() - began

    Renderer.render = timed  # type: ignore[method-assign]
    try:
        yield
    finally:
        Renderer.render = render  # type: ignore[method-assign]
