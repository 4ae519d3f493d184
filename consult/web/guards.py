"""What stands before every handler: its permission, and proof that a state change was meant by the person."""

from __future__ import annotations

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from consult.kernel.errors import FormExpired, NotAllowed, NotFound, SignInNeeded
from consult.security.actor import Actor
from consult.security.map import allows
from consult.security.permissions import Permission
from consult.security.tokens import unmasked_equals
from consult.web.forms import form_of
from consult.web.site import Ask, Site

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOO_BIG = 2**63
"""No id is as big as this, and SQLite can't even be asked for it."""
HIDDEN_WHEN_REFUSED = frozenset({Permission.DESK, Permission.MODERATE, Permission.EDIT, Permission.ANSWER,
                                 Permission.ADMINISTER, Permission.METRICS, Permission.DEMO})  # fmt: skip
"""Who lacks these is not told that the page exists."""


async def check_permission(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """The route's `permission` in its `opt`, asked of the actor. A route that names none is refused to all."""
    if connection.scope.get("method") == "OPTIONS":
        return  # OPTIONS only says which methods there are, and the framework answers it
    if any(isinstance(each, int) and abs(each) >= TOO_BIG for each in connection.path_params.values()):
        raise NotFound
    permission: Permission = handler.opt["permission"]
    actor: Actor | None = connection.scope.get("user")
    site: Site = connection.scope["state"]["site"]
    if permission is Permission.DEMO and not site.settings.demo:
        raise NotFound
    if permission is Permission.METRICS and not _may_measure(connection, site):
        raise NotFound
    if allows(permission, actor):
        return
    if actor is None or actor.guest:
        raise SignInNeeded
    raise NotFound if permission in HIDDEN_WHEN_REFUSED else NotAllowed


def _may_measure(connection: ASGIConnection, site: Site) -> bool:  # type: ignore[type-arg]
    client = connection.scope.get("client")
    return client is not None and client[0] in site.settings.metrics_from


async def check_origin(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Cross-site request forgery: the browser's word on where the request came from, then the session's token.

    Bearer tokens are never sent by a browser on its own, so requests that carry one are exempt.
    """
    if getattr(connection, "method", "GET") in SAFE or handler.opt.get("machine"):
        return
    if connection.scope["state"].get("bearer"):
        return
    _refuse_other_sites(connection)
    actor: Actor | None = connection.scope.get("user")
    if actor is not None and not unmasked_equals(await _token_of(connection), actor.csrf):  # type: ignore[arg-type]
        raise FormExpired


def _refuse_other_sites(connection: ASGIConnection) -> None:  # type: ignore[type-arg]
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise FormExpired
    origin = connection.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != connection.headers.get("host"):
        raise FormExpired


async def _token_of(request: Ask) -> str:
    if header := request.headers.get("x-csrf-token"):
        return header
    form = await form_of(request)
    token = form.get("csrf", "")
    return token if isinstance(token, str) else ""
