"""Pages that everybody shares, asked for as browsers do."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import brotli
import httpx

from tests.comments.talking import DISCUSSION, READING
from tests.people import Browser, Site

SHARED = ("/en/", "/en/consultations", "/en/consultations/charter", READING)
"""Pages that are kept, of a consultation with a draft."""
ALL = (*SHARED, DISCUSSION)


async def raw(browser: Browser, address: str, coding: str) -> tuple[bytes, httpx.Response]:
    """A body as it was sent, and the answer."""
    async with browser.stream("GET", address, headers={"accept-encoding": coding}) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
    return body, answer


def unpacked(body: bytes, coding: str) -> bytes:
    """Decoded."""
    if coding == "gzip":
        return gzip.decompress(body)
    return bytes(brotli.decompress(body)) if coding else body


@asynccontextmanager
async def second_process(site: Site) -> AsyncIterator[Site]:
    """Another server on the same database, as with `--workers 2`."""
    async with Site.running(site.settings, site.clock) as other:
        yield other


async def soon_has(browser: Browser, address: str, text: str) -> bool:
    """Whether a page of another process has a text; a NOTIFY takes a moment to get there."""
    for _ in range(40):
        if text in (await browser.get(address)).text:
            return True
        await anyio.sleep(0.05)
    return False
