"""A worker that is killed while it carries comments over goes on where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from consult.settings import Settings
from tests.comments.talking import disagreements
from tests.people import Site
from tests.versions.many import comment_often, number_of_carried
from tests.versions.scene import carry, next_version, set_up

MANY = 3_000


async def test_killed_on_the_way_it_goes_on_where_it_was(
    site: Site, settings: Settings, tmp_path: Path
) -> None:
    keys = await set_up(site)
    await comment_often(site, list(keys.values()), MANY)
    await next_version(site)
    environ = {**os.environ, "CONSULT_DATABASE_URL": settings.database_url, "CONSULT_DATA_DIR": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-m", "consult", "work"], env=environ)
    until = time.monotonic() + 60
    while await number_of_carried(site.database) == 0 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    there = await number_of_carried(site.database)
    assert 0 < there < MANY
    assert await disagreements(site) == []
    await carry(site)
    assert await number_of_carried(site.database) == MANY
    assert await disagreements(site) == []
