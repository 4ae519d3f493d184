"""Who sends a request: a `__Host-` cookie of a browser, or a bearer token of a script.

People are found once and remembered until something about their account changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from consult.kernel.clock import Clock
from consult.kernel.events import account_scope
from consult.security.actor import Actor
from consult.security.tokens import token_hash

API = "/api/"
KEPT = 10_000
Found = tuple[Actor, datetime]
Find = Callable[[str], Awaitable[Found | None]]


def cookie_name(secure: bool) -> str:
    """`__Host-` binds the cookie to this host over https (RFC 6265bis, 4.1.3.2)."""
    return "__Host-consult" if secure else "consult"


class Identity:
    """Remembers actors by the digest of their token."""

    def __init__(self, find_session: Find, find_token: Find, clock: Clock, cookie: str) -> None:
        self._find_session = find_session
        self._find_token = find_token
        self._clock = clock
        self._cookie = cookie
        self._known: OrderedDict[str, Found] = OrderedDict()
        self._tick = 0

    def forget(self, scopes: frozenset[str]) -> None:
        """Forget whose accounts changed."""
        self._tick += bool(scopes)
        if "*" in scopes:
            self._known.clear()
        elif scopes:
            gone = [key for key, (actor, _) in self._known.items() if account_scope(actor.id) in scopes]
            for key in gone:
                del self._known[key]

    async def of(self, scope: Scope) -> Actor | None:
        """The actor of a request; notes in its state whether it carried a bearer token.

        A token is for the API alone: a script's token that leaks changes no password, address or role.
        """
        headers = dict(scope["headers"])
        authorization = headers.get(b"authorization", b"") if scope["path"].startswith(API) else b""
        if authorization.lower().startswith(b"bearer "):
            scope["state"]["bearer"] = True
            return await self._look_up("t", authorization[7:].decode("latin-1").strip(), self._find_token)
        token = read_cookie(headers.get(b"cookie", b"").decode("latin-1"), self._cookie)
        return await self._look_up("s", token, self._find_session) if token else None

    async def _look_up(self, kind: str, token: str, find: Find) -> Actor | None:
        digest = token_hash(token)
        key = kind + digest
        found = self._known.get(key)
        if found is None:
            tick = self._tick
            found = await find(digest)
            if found is None:
                return None
            if tick == self._tick:  # else somebody may have signed out while we looked
                self._keep(key, found)
        actor, expires_at = found
        return actor if self._clock.now() < expires_at else None

    def _keep(self, key: str, found: Found) -> None:
        self._known[key] = found
        if len(self._known) > KEPT:
            self._known.popitem(last=False)


def read_cookie(header: str, name: str) -> str:
    """One cookie's value of a Cookie header, "" where it is not there."""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


class IdentityLayer:
    """Puts the actor into the scope. Polls for changes first, so that a sign-out elsewhere counts at once."""

    def __init__(self, inner: ASGIApp, identity: Identity, refresh: Callable[[], None]) -> None:
        self._inner = inner
        self._identity = identity
        self._refresh = refresh

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            self._refresh()
            scope["user"] = await self._identity.of(scope)
            scope["auth"] = None
        await self._inner(scope, receive, send)
