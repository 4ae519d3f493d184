"""`consult demo`: a site with demo content, served at once; `make demo` is this."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import click

from consult.cli.problems import UsedWronglyError
from consult.cli.serve import run_server
from consult.db import migrate
from consult.db.database import Database
from consult.demo.loader import PASSWORD, is_empty, load_demo
from consult.i18n.locales import CODES
from consult.kernel.clock import SystemClock
from consult.logs import set_up_logs
from consult.search.indexer import rebuild_index
from consult.search.whoosh_engine import WhooshEngine
from consult.settings import Settings, load_settings

MARK = "consult-demo"
"""A file that says that a folder is a demo's: only such a one is ever emptied."""


SIGN_INS = (
    ("administrator", "administrator@example.org"),
    ("editor", "editor@example.org"),
    ("moderator", "moderator@example.org"),
    ("civil society, in Arabic", "rim@marsad.example.org"),
    ("academia, in Chinese", "lin.zhiyao@lingwan.example.org"),
)
"""Some of the demo's people, to be told on the terminal."""


@click.command("demo", epilog="Example: consult demo --data .demo --port 8000 --reset")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data", default=".demo", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--reset", is_flag=True, help="Throw the demo's data away and start over.")
@click.option("--load-only", is_flag=True, help="Make the demo and don't serve it.")
def command(host: str, port: int, data: Path, reset: bool, load_only: bool) -> None:
    """Make a site with demo content in a folder of its own, and serve it. Run again, it keeps what is there."""
    _prepare(data, reset)
    for name, value in _environment(host, port, data).items():
        os.environ[name] = value
    settings = load_settings(file=data / "no-settings-file")
    set_up_logs("warning")
    migrate.upgrade(settings.url)
    asyncio.run(_fill(settings))
    if not load_only:
        click.echo(_addresses(settings))
        run_server(host, port, 1, worker=True)


def _prepare(data: Path, reset: bool) -> None:
    if data.exists() and any(data.iterdir()) and not (data / MARK).exists():
        raise UsedWronglyError(f"{data} is not a demo's folder; name another with --data")
    if reset and data.exists():
        shutil.rmtree(data)
    data.mkdir(parents=True, exist_ok=True)
    (data / MARK).write_text("This folder belongs to the demo. `make demo RESET=1` empties it.\n")


def _environment(host: str, port: int, data: Path) -> dict[str, str]:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not listened on
    return {
        "CONSULT_CONFIG": str(data / "no-settings-file"),
        "CONSULT_DATA_DIR": str(data),
        "CONSULT_DATABASE_URL": "",
        "CONSULT_BASE_URL": f"http://{shown}:{port}",
        "CONSULT_SMTP_URL": "",
        "CONSULT_DEMO": "yes",
        "CONSULT_LOG_LEVEL": "warning",
    }


async def _fill(settings: Settings) -> None:
    database = Database(settings.url)
    try:
        async with database.reading() as session:
            empty = await is_empty(session)
        if empty:
            click.echo("Making the demo …")
            await load_demo(database, settings, SystemClock())
            engine = WhooshEngine(settings.index_dir, merge=False)
            await rebuild_index(database, engine)
            engine.close()
    finally:
        await database.close()


def _addresses(settings: Settings) -> str:
    base = settings.base_url
    lines = [
        f"Consult's demo is on {base}  (Ctrl-C stops it)",
        "  in        " + " ".join(f"{base}/{code}/" for code in CODES),
        f"  sign-ins  {base}/en/sign-in (one click each)",
        f"  mails     {base}/en/demo/mail",
        f"  API       {base}/api/v1/openapi.json",
        "",
        *(f"  {role:<25} {address}" for role, address in SIGN_INS),
        f"  {'password of all of them':<25} {PASSWORD}",
    ]
    return "\n".join(lines)
