"""An import that is killed is taken up again by the same command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from consult.db.database import Database
from consult.kernel.clock import SystemClock
from consult.models.contribution import Contribution
from consult.settings import Settings
from tests.exchange.files import Bringing, write_lines
from tests.people import Site

pytestmark = pytest.mark.anyio
LINES = 5_000


async def count(database: Database) -> int:
    async with database.reading() as session:
        return int((await session.execute(select(func.count()).select_from(Contribution))).scalar_one())


async def test_killed_on_the_way_it_goes_on_where_it_stopped(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    bringing = Bringing(database, SystemClock())
    await Site.consultation(bringing, "charter")  # type: ignore[arg-type]
    lines = (
        {"id": n, "text": f"text {n}", "lang": "en", **({"parent_id": n - 1} if n % 9 else {})}
        for n in range(LINES)
    )
    file = write_lines(tmp_path / "f.jsonl", lines)
    environ = {**os.environ, "CONSULT_DATABASE_URL": settings.database_url, "CONSULT_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "consult", "import", "contributions", "charter", str(file)]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while await count(database) == 0 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    there = await count(database)
    assert 0 < there < LINES
    assert there % 1_000 == 0
    assert await bringing.disagreements() == []
    report = await bringing.bring("charter", file)
    assert (report.added, report.there) == (LINES - there, there)
    assert await bringing.disagreements() == []
