"""Work that is too heavy or too dangerous for a server's own process: `python -m MODULE` beside it, with limits.

The process gives its answer on standard output; whatever goes wrong in it is no answer, and no end of anything else.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import Sequence

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar

from consult.settings import ROOT

KEPT_ENVIRONMENT = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_PATH",
                              "FONTCONFIG_FILE", "LD_LIBRARY_PATH", "PYTHONPATH"})  # fmt: skip
"""What such a process is told of its surroundings: no secret is among it."""

AT_ONCE = 2
"""Such processes that one process of the server has beside it at the same time, whatever they do."""
_TURNS: RunVar[CapacityLimiter] = RunVar("apart")


def turns_of(turns: RunVar[CapacityLimiter], most: int) -> CapacityLimiter:
    """The turns that so many can have at the same time; the others wait, and who came first goes first."""
    try:
        return turns.get()
    except LookupError:
        turns.set(CapacityLimiter(most))
        return turns.get()


def surroundings() -> dict[str, str]:
    """The environment of a process that works apart."""
    return {name: value for name, value in os.environ.items() if name in KEPT_ENVIRONMENT}


async def run_apart(module: str, *arguments: str, given: bytes = b"", within: float) -> bytes | None:
    """What the module's process says to what it is `given`; None where it took more than `within` seconds, or failed.

    It begins when it is its turn; waiting for that doesn't count.
    """
    async with turns_of(_TURNS, AT_ONCE):
        return await _run(module, arguments, given, within)


async def _run(module: str, arguments: Sequence[str], given: bytes, within: float) -> bytes | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, cwd=ROOT, env=surroundings(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(given), timeout=within)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said if process.returncode == 0 and said else None


def limit_this_process(seconds: int, memory: int, *, written: int | None = None, niceness: int) -> None:
    """Limit the process that calls it: seconds of processor time, bytes of address space, bytes of any file it writes."""
    os.nice(niceness)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if written is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
