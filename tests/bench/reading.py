"""The reading page: how fast it is served to readers, signed in and not, and what it weighs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import bare
from tests.bench.client import get, load, once
from tests.bench.plan import Plan
from tests.bench.rounds import Side, compare
from tests.bench.scene import READING, Scene, make_scene
from tests.bench.servers import Server, serving
from tests.bench.table import Row, at_least, at_most, figure

LINKED = re.compile(r'<(?:link rel="(?:stylesheet|icon)"[^>]*?href|script src|img src)="([^"]+)"')
LINE = 50_000 / 8
"""Bytes a second of a slow line."""


def measure(plan: Plan) -> list[Row]:
    """Rates of the page of a draft with two hundred comments, and its weight."""
    room = plan.room("reading")
    scene = asyncio.run(make_scene(room))
    with serving("consult.app:create_app", scene.environment, room / "site.log") as site:
        body = page_body(site.port)
        path = room / "body.html"
        path.write_bytes(body)
        with _bare(path, room) as theirs:
            return [*_rows(plan, scene, site, theirs, body), *_weight(site)]


@contextmanager
def _bare(path: Path, room: Path) -> Iterator[Server]:
    with serving("tests.bench.bare:page", {bare.BODY: str(path)}, room / "bare.log") as server:
        yield server


def _rows(plan: Plan, scene: Scene, site: Server, theirs: Server, body: bytes) -> list[Row]:
    cookie = scene.cookie()
    etag = _etag(site.port)
    base = Side(theirs, lambda: load(theirs.port, get("/"), seconds=plan.seconds))

    def row(what: str, limit: float | None, **headers: str) -> Row:
        request = get(READING, **headers)
        found = compare(Side(site, lambda: load(site.port, request, seconds=plan.seconds)), base, plan.rounds)
        title = f"Reading page of {len(body) / 1000:.0f} kB: {what}"
        if limit is None:
            return figure(title, found.ratio, found.detail)
        return at_least(title, found.ratio, limit, found.detail)

    return [
        row("not signed in", 0.8),
        row("signed in", 0.15, cookie=cookie),
        row("signed in, compressed (brotli)", 0.15, cookie=cookie, accept_encoding="br, gzip"),
        row("signed in, compressed (gzip)", None, cookie=cookie, accept_encoding="gzip"),
        row("not signed in, compressed", None, accept_encoding="br, gzip"),
        row("not signed in, not changed (304)", None, if_none_match=etag),
    ]


def page_body(port: int) -> bytes:
    """The whole page as an anonymous reader gets it."""
    return once(port, get(READING))[1].partition(b"\r\n\r\n")[2]


def _etag(port: int) -> str:
    found = re.search(rb"etag: (\S+)", once(port, get(READING))[1])
    return found[1].decode() if found else ""


def first_view(site: Server) -> tuple[dict[str, int], str]:
    """Compressed bytes of all that a first visit fetches, by address; and the same in words."""
    named = sorted(set(LINKED.findall(page_body(site.port).decode())))
    sizes = {READING: _fetched(site.port, READING)} | {
        address: _fetched(site.port, address) for address in named
    }
    return sizes, ", ".join(f"{_name(address)} {size / 1000:.1f}" for address, size in sizes.items())


def _weight(site: Server) -> list[Row]:
    """What a first visit fetches: the page and all that it names."""
    sizes, names = first_view(site)
    total = sum(sizes.values())
    return [
        at_most("First view of the reading page, compressed", total / 1000, 50, f"{names} (kB)", "kB"),
        at_most("First view: requests", len(sizes), 6, "page, style sheet, scripts, icon"),
        figure(
            "First view at 50 kbit/s",
            total / LINE,
            f"the text alone after {sizes[READING] / LINE:.1f} s",
            "s",
        ),
    ]


def _name(address: str) -> str:
    """`consult.css` for `/static/consult.1a2b3c4d.css`."""
    last = address.rpartition("/")[2]
    return "page" if address == READING else re.sub(r"\.[0-9a-f]{8}(?=\.)", "", last)


def _fetched(port: int, address: str) -> int:
    return len(once(port, get(address, accept_encoding="br, gzip"))[1].partition(b"\r\n\r\n")[2])
