"""What every handler reaches: the site's parts, wired once in `app.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import State

from consult.db.database import Database
from consult.kernel.clock import Clock
from consult.security.actor import Actor
from consult.settings import Settings
from consult.web.rendering import Renderer

Ask = Request[Actor | None, object, State]
"""A request as every handler types it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """What a page needs to know of one signed-in person beyond their Actor: ids of contributions."""

    mine: frozenset[int] = frozenset()
    supported: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Site:
    """Settings, database, clock and renderer, and what plumbing asks the domains for."""

    settings: Settings
    database: Database
    clock: Clock
    renderer: Renderer
    find_viewer: Callable[[int, int], Awaitable[Viewer]]
    keep_unsent: Callable[[int, str, str, dict[str, str]], Awaitable[None]]


def site_of(request: Ask) -> Site:
    """The site that a request came to."""
    site: Site = request.scope["state"]["site"]
    return site


def actor_of(request: Ask) -> Actor | None:
    """Who sent a request, None for nobody."""
    found: Actor | None = request.scope.get("user")
    return found


def locale_of(request: Ask) -> str:
    """The interface language of a request."""
    locale: str = request.scope["state"].get("locale", "en")
    return locale
