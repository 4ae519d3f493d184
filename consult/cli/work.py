"""`consult work`."""

from __future__ import annotations

import asyncio

import click

from consult.cli.shell import need_current
from consult.logs import set_up_logs
from consult.settings import load_settings
from consult.worker import run_worker


@click.command("work", epilog="Example: consult work")
@click.option("--once", is_flag=True, help="Do what is there to be done, and end.")
@click.option("--parent", type=int, default=0, hidden=True, help="End when this process has ended.")
def command(once: bool, parent: int) -> None:
    """Run the worker alone: it feeds the search index, sends mail and clears away what is past."""
    settings = load_settings()
    set_up_logs(settings.log_level)
    need_current(settings)
    asyncio.run(run_worker(settings, once=once, parent=parent))
