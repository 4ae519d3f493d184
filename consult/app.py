"""The only composition root: settings in, an ASGI application out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import Any

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from consult.accounts.queries import find_by_session, find_by_token
from consult.accounts.unfinished import save_unfinished
from consult.comments.queries import find_viewer
from consult.db.database import Database
from consult.i18n.detection import detect
from consult.kernel.clock import Clock, SystemClock
from consult.kernel.errors import ConsultError
from consult.logs import set_up_logs
from consult.routes import ROUTES
from consult.search.port import SearchEngine
from consult.search.whoosh_engine import WhooshEngine
from consult.security.actor import Actor
from consult.settings import ROOT, Settings, load_settings
from consult.web.cache import PageCache, Store, Viewers
from consult.web.database_session import provide_session
from consult.web.errors import on_crash, on_error, on_http_error
from consult.web.guards import check_origin, check_permission
from consult.web.hosting import Hosted
from consult.web.identity import Identity, IdentityLayer, cookie_name
from consult.web.notices import NOTICES
from consult.web.outer import Outer
from consult.web.rendering import Renderer
from consult.web.site import Site, Viewer
from consult.web.static_files import StaticFiles

MOST_BYTES = 4 * 2**20
WARM_UP = "A sentence that is long enough to be asked about."


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> ASGIApp:
    """The whole site as one ASGI application.

    `settings` default to those of the environment; `clock` to the machine's. Raises SettingsError.
    """
    settings = settings or load_settings()
    set_up_logs(settings.log_level)
    site = make_site(settings, clock or SystemClock())
    search = WhooshEngine(settings.index_dir)
    carried = {"site": site, "search": search}
    return _wrap(Hosted(_make_litestar(), carried, _life(site, search)), site)


def make_site(settings: Settings, clock: Clock) -> Site:
    """The site's parts, connected."""
    database = Database(settings.url)

    async def viewer(user_id: int, consultation_id: int) -> Viewer:
        async with database.reading() as session:
            mine, supported = await find_viewer(session, user_id, consultation_id)
        return Viewer(mine, supported)

    async def keep(user_id: int, target: str, address: str, fields: dict[str, str]) -> None:
        async with database.writing() as session:
            await save_unfinished(session, user_id, target, address, fields, clock.now())

    return Site(
        settings=settings,
        database=database,
        clock=clock,
        renderer=_renderer(),
        find_viewer=viewer,
        keep_unsent=keep,
    )


@cache
def _renderer() -> Renderer:
    """Templates with their macros, which know no site either: what was loaded once a process stays loaded."""
    return Renderer(ROOT / "templates")


@cache
def _make_litestar() -> Litestar:
    """The routes, which know no site: preparing them takes a fifth of a second, once a process."""
    handlers: dict[Any, Any] = {
        ConsultError: on_error,
        HTTPException: on_http_error,
        Exception: on_crash,
    }
    return Litestar(
        route_handlers=[
            Router(
                path=path,
                route_handlers=list(found),
                guards=[check_permission, check_origin],
                dependencies={"session": Provide(provide_session)},
            )
            for path, found in ROUTES
        ],
        exception_handlers=handlers,
        state=State({"notices": NOTICES}),
        compression_config=CompressionConfig(
            backend="brotli",
            brotli_quality=4,
            minimum_size=600,
            brotli_gzip_fallback=True,
            exclude_opt_key="uncompressed",
        ),
        request_max_body_size=MOST_BYTES,
        openapi_config=None,
        logging_config=None,
        pdb_on_exception=False,
        debug=False,
    )


def _life(site: Site, search: SearchEngine) -> Callable[[], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run() -> AsyncGenerator[None, None]:
        await site.database.changes.start()
        # The language model takes half a second of work to load. Done meanwhile, it would be loaded twice by whoever posts
        # first, and everybody would wait: seconds on a machine that has just started and has much else to do.
        await asyncio.to_thread(detect, WARM_UP, "en")
        yield
        await site.database.changes.stop()
        search.close()
        await site.database.close()

    return run


def _wrap(inner: ASGIApp, site: Site) -> ASGIApp:
    """Layers from the inside out: the page cache, who asks, static files, and what every answer carries."""
    identity = Identity(
        _session_finder(site), _token_finder(site), site.clock, cookie_name(site.settings.secure_origin)
    )
    store, viewers = Store(site.clock), Viewers(site.find_viewer)

    def refresh() -> None:
        scopes = site.database.changes.poll()
        if scopes:
            identity.forget(scopes)
            store.forget(scopes)
            viewers.forget(scopes)

    cached = PageCache(inner, site.renderer, store, viewers, refresh)
    return Outer(StaticFiles(IdentityLayer(cached, identity, refresh)), site)


def _session_finder(site: Site) -> Any:
    async def find(digest: str) -> tuple[Actor, Any] | None:
        async with site.database.asking() as session:
            return await find_by_session(session, digest, site.settings.secret_key)

    return find


def _token_finder(site: Site) -> Any:
    async def find(digest: str) -> tuple[Actor, Any] | None:
        async with site.database.asking() as session:
            return await find_by_token(session, digest)

    return find
