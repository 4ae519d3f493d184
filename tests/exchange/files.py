"""Files to bring in, made or real."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from consult.db.database import Database
from consult.exchange.contributions_in import Hearing, Report, Wanted, import_contributions
from consult.exchange.contributions_out import EVERY, PUBLIC, stream_records
from consult.exchange.formats import FORMATS
from consult.exchange.queries import Which
from consult.exchange.verifying import CHECKS
from consult.kernel.clock import Clock
from tests.conftest import DATA

REAL = ("threads_decide_madrid", "short_comments_polis", "submissions_drw", "udhr_six")
real_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not here")


def real(name: str) -> Path:
    """One of the real files."""
    return DATA / f"{name}.jsonl.gz"


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The objects of a file."""
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in body.decode().split("\n") if line]


def write_lines(path: Path, lines: Iterable[dict[str, Any] | bytes | str]) -> Path:
    """A file of objects, or of raw lines."""
    with path.open("wb") as file:
        for line in lines:
            raw = json.dumps(line, ensure_ascii=False) if isinstance(line, dict) else line
            file.write((raw.encode() if isinstance(raw, str) else raw) + b"\n")
    return path


class Bringing:
    """Brings files into consultations and remembers what was said."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.refused: dict[int, str] = {}
        self.remarks: dict[int, str] = {}

    async def bring(self, slug: str, path: Path, **wanted: Any) -> Report:
        self.refused, self.remarks = {}, {}
        hearing = Hearing(self.refused.__setitem__, self.remarks.__setitem__)
        return await import_contributions(self.database, slug, path, Wanted(**wanted), self.clock, hearing)

    async def take(self, consultation_id: int, *, internal: bool = False, ending: str = "jsonl") -> bytes:
        which = Which(consultation_id, EVERY if internal else PUBLIC)
        stream = stream_records(self.database, which, "https://consult.test")
        return b"".join([FORMATS[ending].write(records) async for records in stream])

    async def disagreements(self) -> list[str]:
        async with self.database.reading() as session:
            return [f"{name}: {said}" for name, check in CHECKS.items() async for said in check(session)]
