"""One site on routes that all sites of a process share: which site a request came to stands in its scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from traceback import format_exc
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send


class Hosted:
    """Gives each request what belongs to the site (`carried`), and runs `life` from the server's start to its stop."""

    def __init__(
        self,
        inner: ASGIApp,
        carried: Mapping[str, object],
        life: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._inner = inner
        self._carried = dict(carried)
        self._life = life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            scope.setdefault("state", {}).update(self._carried)
            await self._inner(scope, receive, send)
        else:
            await self._live(receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        """Start and stop as the server says (ASGI specification, Lifespan Protocol 2.0)."""
        await receive()
        done = "startup"
        try:
            async with self._life():
                await send({"type": "lifespan.startup.complete"})
                done = "shutdown"
                await receive()
        except BaseException:
            await send({"type": f"lifespan.{done}.failed", "message": format_exc()})
            raise
        await send({"type": "lifespan.shutdown.complete"})
