"""Makes files in a process of its own: content on standard input, files on standard output, both as MessagePack.

`python -m consult.editions.making text pdf docx`. A file that goes wrong, or takes the process with it, takes nothing
else along; the worker's loops go on meanwhile.
"""

from __future__ import annotations

import importlib
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from consult.editions.formats import MAKINGS

SECONDS = 300
"""Of processor time: more than ten times what a text of 100,000 words takes."""
NICENESS = 10


class Made(msgspec.Struct, frozen=True):
    """A file, or why there is none. `unavailable`: this machine lacks what the format needs."""

    body: bytes = b""
    error: str = ""
    unavailable: bool = False


def make(what: str, format_: str, content: Any) -> Made:
    """One file. Whatever goes wrong in it is an answer and no end: other formats may still be made."""
    try:
        maker = _find(MAKINGS[what].makers[format_])
    except (OSError, ImportError) as error:
        return Made(error=_brief(error), unavailable=True)
    try:
        return Made(maker(content))
    except Exception as error:
        return Made(error=_brief(error))


def _find(name: str) -> Callable[[Any], bytes]:
    module, _, function = name.partition(":")
    found: Callable[[Any], bytes] = getattr(importlib.import_module(module), function)
    return found


def _brief(error: BaseException) -> str:
    """A kind of error and its first words; never the text that was worked on."""
    first = (str(error).splitlines() or [""])[0] if isinstance(error, OSError | ImportError) else ""
    return f"{type(error).__name__}{f': {first}' if first else ''}"[:290]


def main() -> None:
    """Read, make, write."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    what, *formats = sys.argv[1:]
    content: Any = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=MAKINGS[what].content)
    files = {format_: make(what, format_, content) for format_ in formats}
    sys.stdout.buffer.write(msgspec.msgpack.encode(files))


if __name__ == "__main__":
    main()
