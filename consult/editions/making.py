"""Makes files in a process of its own: orders on standard input, files on standard output, both as MessagePack.

`python -m consult.editions.making` takes one order after another until the input ends: what it has loaded (a second's
work) serves all of them. An order's length stands before it in eight bytes, and so does an answer's. A file that goes
wrong, or takes the process with it, takes nothing but its own order along; the worker's loops go on meanwhile.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from typing import IO, Any

import msgspec

from consult.editions.formats import MAKINGS, find

SECONDS = 300
"""Of processor time for one order: more than ten times what a text of 100,000 words takes."""
NICENESS = 10
LENGTH = 8
"""Bytes that say how long what follows is, the highest first."""


class Made(msgspec.Struct, frozen=True):
    """A file, or why there is none. `unavailable`: this machine lacks what the format needs."""

    body: bytes = b""
    error: str = ""
    unavailable: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """An order: of what kind of content which formats; `content` is that of MAKINGS, as MessagePack."""

    what: str
    formats: list[str]
    content: msgspec.Raw


def make(what: str, format_: str, content: Any) -> Made:
    """One file. Whatever goes wrong in it is an answer and no end: other formats may still be made."""
    try:
        maker: Callable[[Any], bytes] = find(MAKINGS[what].makers[format_])
    except (OSError, ImportError) as error:
        return Made(error=_brief(error), unavailable=True)
    try:
        return Made(maker(content))
    except Exception as error:
        return Made(error=_brief(error))


def framed(message: object) -> bytes:
    """A message as it is sent: its length, then itself."""
    written = msgspec.msgpack.encode(message)
    return len(written).to_bytes(LENGTH) + written


def _brief(error: BaseException) -> str:
    """A kind of error and its first words; never the text that was worked on."""
    first = (str(error).splitlines() or [""])[0] if isinstance(error, OSError | ImportError) else ""
    return f"{type(error).__name__}{f': {first}' if first else ''}"[:290]


def main() -> None:
    """Read an order, make its files, write them, and again."""
    os.nice(NICENESS)
    while order := _next_order(sys.stdin.buffer):
        _limit_time()
        content: Any = msgspec.msgpack.decode(order.content, type=find(MAKINGS[order.what].content))
        files = {format_: make(order.what, format_, content) for format_ in order.formats}
        sys.stdout.buffer.write(framed(files))
        sys.stdout.buffer.flush()


def _next_order(orders: IO[bytes]) -> Wanted | None:
    """None where no further one comes, also where whoever sends it ended in the middle."""
    length = int.from_bytes(orders.read(LENGTH))
    written = orders.read(length)
    return msgspec.msgpack.decode(written, type=Wanted) if length and len(written) == length else None


def _limit_time() -> None:
    """The kernel ends the process where this order takes SECONDS more than those before it took."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(time.process_time()) + SECONDS
    until = until if most == resource.RLIM_INFINITY else min(until, most)
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))


if __name__ == "__main__":
    main()
