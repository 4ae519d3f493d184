"""Filling the holes of a page for one reader."""

from __future__ import annotations

from collections.abc import Iterable

from consult.security.actor import Actor
from consult.security.tokens import masked
from consult.web.page import Page
from consult.web.rendering import Hole, Renderer, Segments
from consult.web.site import Viewer

NOBODY = Viewer()


def fill(
    renderer: Renderer, segments: Segments, page: Page, actor: Actor | None, viewer: Viewer = NOBODY
) -> str:
    """The page for `actor`."""
    filler = Filler(renderer, page, actor, viewer)
    return "".join(part if isinstance(part, str) else filler.fill(part) for part in segments)


Parts = tuple[bytes | Hole, ...]


def encoded(segments: Segments) -> Parts:
    """The same with its text as it is sent, so that no reader's answer encodes it again."""
    return tuple(part.encode() if isinstance(part, str) else part for part in segments)


def fill_encoded(
    renderer: Renderer, parts: Parts, page: Page, actor: Actor | None, viewer: Viewer = NOBODY
) -> bytes:
    """As `fill`, from parts that are encoded."""
    filler = Filler(renderer, page, actor, viewer)
    return b"".join(part if isinstance(part, bytes) else filler.fill(part).encode() for part in parts)


def holes(segments: Segments) -> Iterable[Hole]:
    """The holes of a page."""
    return (part for part in segments if isinstance(part, Hole))


class Filler:
    """Knows what belongs in each hole for one reader. The token is made once a page."""

    def __init__(self, renderer: Renderer, page: Page, actor: Actor | None, viewer: Viewer) -> None:
        self._renderer = renderer
        self._page = page
        self._actor = actor
        self._viewer = viewer
        self._token = masked(actor.csrf) if actor and actor.csrf else ""

    def fill(self, hole: Hole) -> str:
        """The text for a hole."""
        if hole.name == "own":
            return self._fill_own(hole.arg)
        if hole.name == "token":
            return self._token
        macro = self._renderer.macro(self._page.locale, "macros/holes.html", hole.name)
        return str(macro(self._page, self._actor, self._token))

    def _fill_own(self, arg: str) -> str:
        """`arg` is `id:reference:thread`, the last "" where nobody can support it now."""
        number, reference, thread = arg.split(":")
        key = int(number)
        mine, supported = key in self._viewer.mine, key in self._viewer.supported
        if not (mine or supported):
            return ""
        return self._renderer.snippet(
            self._page.locale, "macros/holes.html", "own", reference, thread, mine, supported
        )
