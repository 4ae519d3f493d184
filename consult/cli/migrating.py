"""`consult migrate`."""

from __future__ import annotations

import click

from consult.cli.shell import quiet_settings
from consult.db import migrate


@click.command("migrate", epilog="Example: consult migrate")
def command() -> None:
    """Create the database or bring it up to date. Safe to run again, and while nothing is to be done."""
    settings = quiet_settings()
    before = migrate.current(settings.url)
    migrate.upgrade(settings.url)
    after = migrate.current(settings.url)
    click.echo(
        f"up to date at {after}" if before == after else f"brought from {before or 'nothing'} to {after}"
    )
