"""Every route of the table with addresses of the demo filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Litestar

from consult.security.permissions import Permission

VALUES = {
    "slug": "charter-and-governance",
    "draft": "charter",
    "reference": "FMF-2026-01-C0001",
    "number": "1",
    "round": "1",
    "token": "nothing",
    "locale": "en",
    "name": "bodies.svg",
    "first": "1",
    "second": "1",
    "lang": "fr",
    "format": "xliff",
}
"""What stands for each parameter; others are found in the database."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path: `path` as in the table, `permission` as its handler names it."""

    method: str
    path: str
    permission: Permission | None
    opt: dict[str, Any]
    name: str


def routes_of(app: Litestar) -> list[Route]:
    """All routes that people and scripts can reach."""
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                permission = handler.opt.get("permission")
                found.append(
                    Route(str(method), route.path_format, permission, handler.opt, handler.handler_name)
                )
    return found


def address(route: Route, values: dict[str, str], locale: str = "en") -> str | None:
    """The route's address with values filled in, None where one is not known."""
    path = route.path
    for name in names_in(path):
        value = locale if name == "locale" else values.get(name, VALUES.get(name))
        if value is None:
            return None
        path = path.replace("{" + name + "}", value)
    return path


def names_in(path: str) -> list[str]:
    """Parameters of a path."""
    return [part[1:-1].split(":")[0] for part in path.split("/") if part.startswith("{")]
