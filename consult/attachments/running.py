"""Starts the process that looks into files, and ends it when it takes too long."""

from __future__ import annotations

from pathlib import Path

import msgspec

from consult.attachments.problems import Problem
from consult.attachments.work import Checked, Read
from consult.kernel.apart import run_apart

CHECK_WITHIN, READ_WITHIN = 90.0, 240.0
"""Seconds by the clock, on a machine that has other things to do."""
MOST_SAID = 16_000_000
"""Bytes of an answer."""


async def check_file(path: Path, name: str, copy: Path) -> Checked:
    """What a file is; the copy for the public is at `copy` where it says so."""
    said = await _run(CHECK_WITHIN, "check", str(path), name, str(copy))
    return Checked(problem=Problem.TOO_HARD) if said is None else msgspec.json.decode(said, type=Checked)


async def read_file(path: Path, ending: str) -> Read:
    """A file's text by page."""
    said = await _run(READ_WITHIN, "read", str(path), ending)
    return Read(problem=Problem.TOO_HARD) if said is None else msgspec.json.decode(said, type=Read)


async def _run(within: float, *arguments: str) -> bytes | None:
    """What the process said; None where it took too much."""
    said = await run_apart("consult.attachments.work", *arguments, within=within)
    return said if said is not None and len(said) <= MOST_SAID else None
