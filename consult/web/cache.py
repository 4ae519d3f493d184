"""The cache of pages that everybody sees alike, keyed by what changed and asked before routing.

An entry depends on scopes (`consultation:12`) and on an instant at which the clock changes what it says. Before every
request the database is asked whether anybody committed; entries whose scopes changed are forgotten. What is personal
stands in holes, which are filled for each signed-in reader from what is known of them; nothing personal is kept here.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from consult.kernel.clock import Clock
from consult.kernel.events import activity_scope
from consult.security.actor import Actor
from consult.web.holes import NOBODY, Parts, encoded, fill_encoded, holes
from consult.web.packing import coding_for, pack_once, pack_to_keep
from consult.web.rendering import Renderer
from consult.web.respond import SharedPage, etag_of
from consult.web.site import Viewer

BUDGET = 64 * 2**20
"""Bytes of text kept, about."""
MOST_VIEWERS = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: with its holes, and as a reader who is not signed in gets it, plain and compressed. `made_at`: when."""

    page: SharedPage
    parts: Parts
    made_at: datetime
    body: bytes
    packed: dict[str, bytes]
    etag: str
    asks_viewer: bool

    def packed_as(self, coding: str) -> bytes:
        """The page for readers who are not signed in, compressed when it is first asked for so."""
        if coding not in self.packed:
            self.packed[coding] = pack_to_keep(self.body, coding)
        return self.packed[coding]

    @property
    def size(self) -> int:
        """Bytes that keeping it takes, about."""
        return 4 * len(self.body)


class Store:
    """Entries by address, the longest unused first; and when which scope last changed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._size = 0
        self._tick = 0
        self._changed_at: dict[str, int] = {}
        self._all_changed_at = 0

    @property
    def tick(self) -> int:
        """Counts changes seen; to be remembered before a page is made."""
        return self._tick

    def now(self) -> datetime:
        """What time it is for the pages."""
        return self._clock.now()

    def forget(self, scopes: frozenset[str]) -> None:
        """Scopes changed."""
        if not scopes:
            return
        self._tick += 1
        if "*" in scopes:
            self._all_changed_at = self._tick
            self._entries.clear()
            self._size = 0
            return
        self._changed_at.update(dict.fromkeys(scopes, self._tick))
        for key in [key for key, entry in self._entries.items() if entry.page.shared.scopes & scopes]:
            self._drop(key)

    def get(self, key: str) -> Entry | None:
        """The entry, if it is still true."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        until, now = entry.page.shared.until, self._clock.now()
        # Before it was made it was not yet true: clocks are put back at times.
        if now < entry.made_at or (until is not None and now >= until):
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def put(self, key: str, entry: Entry, made_from: int) -> None:
        """Keep an entry made from the state at tick `made_from`, unless that state has changed meanwhile."""
        latest = max((self._changed_at.get(scope, 0) for scope in entry.page.shared.scopes), default=0)
        if max(latest, self._all_changed_at) > made_from:
            return
        if key in self._entries:
            self._drop(key)
        self._entries[key] = entry
        self._size += entry.size
        while self._size > BUDGET:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        self._size -= self._entries.pop(key).size


class Viewers:
    """What is known of readers, by person and consultation, until they do something."""

    def __init__(self, find: Callable[[int, int], Awaitable[Viewer]]) -> None:
        self._find = find
        self._known: OrderedDict[tuple[int, int], Viewer] = OrderedDict()
        self._tick = 0

    def forget(self, scopes: frozenset[str]) -> None:
        """Forget people whose scope changed."""
        self._tick += bool(scopes)
        if "*" in scopes:
            self._known.clear()
            return
        for key in [key for key in self._known if activity_scope(key[0]) in scopes]:
            del self._known[key]

    async def of(self, actor: Actor, consultation_id: int) -> Viewer:
        """What `actor` did in a consultation."""
        key = (actor.id, consultation_id)
        if known := self._known.get(key):
            return known
        tick = self._tick
        found = await self._find(actor.id, consultation_id)
        if tick == self._tick:  # else something changed while we looked, and this may be from before
            self._known[key] = found
            if len(self._known) > MOST_VIEWERS:
                self._known.popitem(last=False)
        return found


class PageCache:
    """Answers from the store, or lets the page be made (once, however many ask) and keeps it."""

    def __init__(self, inner: ASGIApp, renderer: Renderer, store: Store, viewers: Viewers,
                 refresh: Callable[[], None]) -> None:  # fmt: skip
        self._inner = inner
        self._renderer = renderer
        self._store = store
        self._viewers = viewers
        self._refresh = refresh
        self._making: dict[str, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            await self._inner(scope, receive, send)
            return
        key = _key(scope)
        if entry := self._store.get(key):
            await self._answer(entry, scope, send)
        elif key in self._making:
            await self._wait_or_make(key, scope, receive, send)
        else:
            await self._make(key, scope, receive, send)

    async def _wait_or_make(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        await self._making[key].wait()
        if entry := self._store.get(key):
            await self._answer(entry, scope, send)
        else:
            await self._make(key, scope, receive, send)

    async def _make(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        known = self._making.setdefault(key, asyncio.Event())
        tick, began_at = self._store.tick, self._store.now()
        made: list[Entry] = []

        async def watch(message: Message) -> None:
            shared: SharedPage | None = scope["state"].get("shared")
            if shared is None:
                self._release(key, known)  # it is for one reader alone: the others need not wait for it
                await send(message)
            elif message["type"] == "http.response.start":
                made.append(self._entry(shared, began_at))

        try:
            await self._inner(scope, receive, watch)
            if made:
                self._refresh()
                self._store.put(key, made[0], tick)
        finally:
            self._release(key, known)
        if made:
            await self._answer(made[0], scope, send)

    def _release(self, key: str, known: asyncio.Event) -> None:
        known.set()
        if self._making.get(key) is known:
            del self._making[key]

    def _entry(self, shared: SharedPage, made_at: datetime) -> Entry:
        parts = encoded(shared.segments)
        body = fill_encoded(self._renderer, parts, shared.page, None)
        asks = any(hole.name == "own" for hole in holes(shared.segments))
        kept = replace(shared, segments=())
        return Entry(kept, parts, made_at, body, {}, etag_of(body), asks)

    async def _answer(self, entry: Entry, scope: Scope, send: Send) -> None:
        actor: Actor | None = scope.get("user")
        if actor is None:
            await _send_entry(entry, scope, send)
        else:
            await self._answer_person(entry, actor, scope, send)

    async def _answer_person(self, entry: Entry, actor: Actor, scope: Scope, send: Send) -> None:
        consultation_id = entry.page.shared.consultation_id
        viewer = NOBODY
        if entry.asks_viewer and consultation_id:
            viewer = await self._viewers.of(actor, consultation_id)
        body = fill_encoded(self._renderer, entry.parts, entry.page.page, actor, viewer)
        coding = coding_for(scope)
        body = pack_once(body, coding)
        headers = [(b"cache-control", b"private, no-store"), *_headers(entry, body, coding)]
        await _send(send, 200, headers, body)


def _key(scope: Scope) -> str:
    """Address, query, and whether htmx asks for a part."""
    query = scope["query_string"].decode("latin-1")
    partial = dict(scope["headers"]).get(b"hx-request") == b"true"
    # No path that gets here holds a NUL, so no two addresses share a key.
    return f"{scope['path']}\x00{query}\x00{partial}"


def _headers(entry: Entry, body: bytes, coding: str) -> list[tuple[bytes, bytes]]:
    own = [(name.encode(), value.encode()) for name, value in entry.page.headers.items() if name != "vary"]
    return [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"vary", b"Accept-Encoding, Cookie, HX-Request"),
        *own,
        *([(b"content-encoding", coding.encode())] if coding else []),
    ]


async def _send_entry(entry: Entry, scope: Scope, send: Send) -> None:
    """To readers who are not signed in: compressed beforehand, or 304 (RFC 9110, 13.1.2)."""
    coding = coding_for(scope)
    etag = f'{entry.etag[:-1]}-{coding}"' if coding else entry.etag
    asked = dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1")
    body = entry.packed_as(coding)
    validators = [(b"etag", etag.encode()), (b"cache-control", b"no-cache")]
    if etag in asked:
        await _send(send, 304, [*validators, (b"vary", b"Accept-Encoding, Cookie, HX-Request")], b"")
    else:
        await _send(send, 200, [*validators, *_headers(entry, body, coding)], body)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
