"""The worker's end of the process that makes files (making.py): started for the first order, ended when it is let go."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Any

import msgspec

from consult.editions.making import LENGTH, Made, Wanted, framed
from consult.kernel.apart import surroundings
from consult.settings import ROOT

TIME_LIMIT = 300.0
"""Seconds for the files of one text; PATIENCE of the service is longer."""
MOST_ORDERS = 50
"""After so many a new process is started, whatever the libraries have kept of them."""


class MakerProcess:
    """Takes one order at a time. Whatever goes wrong with the process ends it; the next order has a new one."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._orders = 0

    async def make(self, what: str, formats: list[str], content: Any) -> dict[str, Made]:
        """Files by format."""
        order = Wanted(what, formats, msgspec.Raw(msgspec.msgpack.encode(content)))
        process, well = await self._running(), False
        try:
            written = await asyncio.wait_for(_exchange(process, framed(order)), TIME_LIMIT)
            well = True
        except TimeoutError:
            return dict.fromkeys(formats, Made(error="took too long"))
        except (asyncio.IncompleteReadError, ConnectionError):
            return dict.fromkeys(formats, Made(error=f"ended with {await process.wait()}"))
        finally:
            if not well:
                await self.end()
        return msgspec.msgpack.decode(written, type=dict[str, Made])

    async def end(self) -> None:
        """End the process, in the middle of its work or not. Without one, nothing happens."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()

    async def _running(self) -> Process:
        if self._orders >= MOST_ORDERS:
            await self.end()
        if self._process is None:
            self._process, self._orders = await _start(), 0
        self._orders += 1
        return self._process


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "consult.editions.making",
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=ROOT, env=surroundings(),
    )  # fmt: skip


async def _exchange(process: Process, order: bytes) -> bytes:
    """Send an order, wait for its answer. Raises IncompleteReadError or ConnectionError where the process ends."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(order)
    await process.stdin.drain()
    length = int.from_bytes(await process.stdout.readexactly(LENGTH))
    return await process.stdout.readexactly(length)
